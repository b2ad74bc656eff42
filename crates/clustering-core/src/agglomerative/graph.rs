//! Ward's linkage of rows of which only neighbours in a graph may merge.
//!
//! All edges wait in a queue by Ward's distance of their two clusters; a merge has the neighbours of both
//! sides, and edges of a side that is gone are passed over when their turn comes.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use segctl_numeric::MatrixView;
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::observe::{Event, Observer};

use super::STAGE;
use super::tree::Pair;
use crate::ClusteringError;

/// Merges between two words to the observer.
const STEPS: usize = 256;

/// An edge, the least first: half the squared Ward distance and the squared distance of the centres, as bits, which
/// ascend with them, and the two clusters.
type Edge = Reverse<(u64, u64, usize, usize)>;

/// All merges in the order in which they are made. Time O(m log m) with `m` edges, as long as clusters have few
/// neighbours.
pub(super) fn merges(
    x: MatrixView<'_>,
    sizes: &[usize],
    edges: &[(usize, usize)],
    observer: &dyn Observer,
) -> Result<Vec<Pair>, ClusteringError> {
    let n = x.n_rows();
    let mut state = State::start(x, sizes, edges);
    let mut pairs = Vec::with_capacity(n.saturating_sub(1));
    while pairs.len() + 1 < n {
        let Some(Reverse((distance, _, a, b))) = state.waiting.pop() else {
            return Err(ClusteringError::Disconnected { n_parts: n - pairs.len() });
        };
        if state.neighbours[a].is_none() || state.neighbours[b].is_none() {
            continue;
        }
        pairs.push(state.merge(a, b, f64::from_bits(distance)));
        if pairs.len().is_multiple_of(STEPS) {
            let event = Event::new(STAGE, pairs.len() as u64).with_total(n as u64 - 1);
            if observer.event(event).is_break() {
                return Err(ClusteringError::Cancelled);
            }
        }
    }
    Ok(pairs)
}

/// Clusters by number: rows first, then merges.
struct State {
    n_features: usize,
    centers: Vec<f64>,
    sizes: Vec<f64>,
    /// A row of each cluster.
    rows: Vec<usize>,
    /// The clusters beside each; none for one that is gone.
    neighbours: Vec<Option<BTreeSet<usize>>>,
    waiting: BinaryHeap<Edge>,
}

impl State {
    fn start(x: MatrixView<'_>, sizes: &[usize], edges: &[(usize, usize)]) -> Self {
        let mut neighbours = vec![BTreeSet::new(); x.n_rows()];
        for &(a, b) in edges.iter().filter(|(a, b)| a != b) {
            neighbours[a].insert(b);
            neighbours[b].insert(a);
        }
        let mut state = Self {
            n_features: x.n_cols(),
            centers: x.as_slice().to_vec(),
            sizes: sizes.iter().map(|&size| size as f64).collect(),
            rows: (0..x.n_rows()).collect(),
            neighbours: Vec::new(),
            waiting: BinaryHeap::new(),
        };
        for (a, beside) in neighbours.iter().enumerate() {
            beside.range(a + 1..).for_each(|&b| state.wait(a, b));
        }
        state.neighbours = neighbours.into_iter().map(Some).collect();
        state
    }

    fn center(&self, cluster: usize) -> &[f64] {
        &self.centers[cluster * self.n_features..][..self.n_features]
    }

    fn wait(&mut self, a: usize, b: usize) {
        let between = squared_euclidean(self.center(a), self.center(b));
        let (size_a, size_b) = (self.sizes[a], self.sizes[b]);
        let size = size_a + size_b;
        let distance = if size > 0.0 { between * (size_a * size_b / size) } else { 0.0 };
        self.waiting.push(Reverse((distance.to_bits(), between.to_bits(), a, b)));
    }

    fn merge(&mut self, a: usize, b: usize, distance: f64) -> Pair {
        let merged = self.sizes.len();
        self.add_center(a, b);
        self.sizes.push(self.sizes[a] + self.sizes[b]);
        self.rows.push(self.rows[a]);
        let mut beside = self.neighbours[a].take().unwrap_or_default();
        beside.extend(self.neighbours[b].take().unwrap_or_default());
        beside.remove(&a);
        beside.remove(&b);
        for &other in &beside {
            if let Some(theirs) = &mut self.neighbours[other] {
                theirs.remove(&a);
                theirs.remove(&b);
                theirs.insert(merged);
            }
            self.wait(other, merged);
        }
        self.neighbours.push(Some(beside));
        Pair { a: self.rows[a], b: self.rows[b], height: (2.0 * distance).sqrt() }
    }

    /// The mean of both, weighted by size; the point halfway where both stand for nobody.
    fn add_center(&mut self, a: usize, b: usize) {
        let size = self.sizes[a] + self.sizes[b];
        let share = if size > 0.0 { self.sizes[a] / size } else { 0.5 };
        for feature in 0..self.n_features {
            let (x, y) = (self.center(a)[feature], self.center(b)[feature]);
            self.centers.push(share * x + (1.0 - share) * y);
        }
    }
}
