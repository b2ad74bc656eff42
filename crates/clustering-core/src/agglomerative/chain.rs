//! Nearest-neighbour chains over a distance matrix, for linkages that are reducible (Benzécri 1982;
//! Murtagh 1983; the algorithm NN-chain of Müllner 2011).

use segctl_numeric::observe::{Event, Observer};

use super::condensed::Condensed;
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
    /// Of the distance to each of the two and their sizes.
    fn apply(self, (to_a, size_a): (f64, f64), (to_b, size_b): (f64, f64)) -> f64 {
        match self {
            Self::Complete => to_a.max(to_b),
            Self::Average => (size_a * to_a + size_b * to_b) / (size_a + size_b),
            Self::Weighted => to_a / 2.0 + to_b / 2.0,
        }
    }
}

/// All merges, children before parents. Time O(n^2), memory O(n) beside the distances, which are
/// used up.
pub(super) fn merges(
    mut distances: Condensed,
    update: Update,
    observer: &dyn Observer,
) -> Result<Vec<Pair>, ClusteringError> {
    let n = distances.n_rows();
    let mut active: Vec<usize> = (0..n).collect();
    let mut size = vec![1.0; n];
    let mut height = vec![0.0_f64; n];
    let mut chain: Vec<usize> = Vec::new();
    let mut pairs = Vec::with_capacity(n - 1);
    while active.len() > 1 {
        let (a, b, distance) = mutual_pair(&distances, &active, &mut chain);
        let merged = distance.max(height[a]).max(height[b]);
        pairs.push(Pair { a, b, height: merged });
        // The cluster made stands at `b`.
        active.remove(active.binary_search(&a).expect("a is active"));
        for &k in active.iter().filter(|&&k| k != b) {
            let between = update.apply((distances.get(k, a), size[a]), (distances.get(k, b), size[b]));
            distances.set(k, b, between);
        }
        (size[b], height[b]) = (size[a] + size[b], merged);
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
fn mutual_pair(distances: &Condensed, active: &[usize], chain: &mut Vec<usize>) -> (usize, usize, f64) {
    if chain.is_empty() {
        chain.push(active[0]);
    }
    loop {
        let tip = chain[chain.len() - 1];
        let before = chain.len().checked_sub(2).map(|at| chain[at]);
        // Among equals the one we came from, else the chain could go round in circles.
        let mut nearest = before.map_or((usize::MAX, f64::INFINITY), |before| (before, distances.get(tip, before)));
        for &other in active.iter().filter(|&&other| other != tip) {
            let distance = distances.get(tip, other);
            if distance < nearest.1 {
                nearest = (other, distance);
            }
        }
        if Some(nearest.0) == before {
            chain.truncate(chain.len() - 2);
            return (tip.min(nearest.0), tip.max(nearest.0), nearest.1);
        }
        chain.push(nearest.0);
    }
}
