//! Nearest-neighbour chains over a table of distances, for linkages that are reducible (Benzécri 1982;
//! Murtagh 1983; the algorithm NN-chain of Müllner 2011).

use segctl_numeric::observe::{Event, Observer};

use super::tree::Pair;
use crate::ClusteringError;

/// Steps between two words to the observer.
const STEPS: usize = 256;

/// How far a cluster is from the merge of two (Lance & Williams 1967).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Update {
    Complete,
    Average,
    Weighted,
}

impl Update {
    /// Of the distance to each of the two and their sizes. Not `f64::max`: a comparison is one instruction
    /// on every processor. Shares, not sums: the largest distances there are do not overflow.
    #[inline(always)]
    pub(super) fn apply(self, to_a: f64, to_b: f64, (size_a, size_b): (f64, f64)) -> f64 {
        match self {
            Self::Complete if to_a > to_b => to_a,
            Self::Complete => to_b,
            Self::Average => to_a * (size_a / (size_a + size_b)) + to_b * (size_b / (size_a + size_b)),
            Self::Weighted => to_a / 2.0 + to_b / 2.0,
        }
    }
}

/// The distances of all clusters there are, numbered by one of their rows.
pub(super) trait Table {
    /// How many clusters there are.
    fn n_active(&self) -> usize;

    /// The cluster of the lowest number.
    fn first_active(&self) -> usize;

    /// The cluster nearest to `cluster`: among equals `before`, else the one of the lowest number.
    fn nearest(&mut self, cluster: usize, before: Option<usize>) -> (usize, f64);

    /// Merges `a` into `b`, which have `sizes`.
    fn merge(&mut self, a: usize, b: usize, update: Update, sizes: (f64, f64));
}

/// All merges, children before parents. Time O(n^2).
pub(super) fn merges(
    mut table: impl Table,
    update: Update,
    observer: &dyn Observer,
) -> Result<Vec<Pair>, ClusteringError> {
    let n = table.n_active();
    let mut size = vec![1.0; n];
    let mut height = vec![0.0_f64; n];
    let mut chain: Vec<usize> = Vec::new();
    let mut pairs = Vec::with_capacity(n - 1);
    while table.n_active() > 1 {
        let (a, b, distance) = mutual_pair(&mut table, &mut chain);
        let merged = distance.max(height[a]).max(height[b]);
        pairs.push(Pair { a, b, height: merged });
        // The cluster made stands at `b`.
        table.merge(a, b, update, (size[a], size[b]));
        (size[b], height[b]) = (size[a] + size[b], merged);
        // Where distances are equal but for rounding, a chain may have come back to itself.
        if let Some(at) = chain.iter().position(|&cluster| cluster == a || cluster == b) {
            chain.truncate(at);
        }
        if pairs.len().is_multiple_of(STEPS) {
            let event = Event::new("agglomerative", pairs.len() as u64).with_total(n as u64 - 1);
            if observer.event(event).is_break() {
                return Err(ClusteringError::Cancelled);
            }
        }
    }
    Ok(pairs)
}

/// Follows nearest neighbours until two are each other's; `a < b`.
fn mutual_pair(table: &mut impl Table, chain: &mut Vec<usize>) -> (usize, usize, f64) {
    if chain.is_empty() {
        chain.push(table.first_active());
    }
    loop {
        let tip = chain[chain.len() - 1];
        // Among equals the one we came from, else the chain could go round in circles.
        let before = chain.len().checked_sub(2).map(|at| chain[at]);
        let (nearest, distance) = table.nearest(tip, before);
        if Some(nearest) == before {
            chain.truncate(chain.len() - 2);
            return (tip.min(nearest), tip.max(nearest), distance);
        }
        chain.push(nearest);
    }
}
