//! Centroid and median linkage in O(n) memory: Müllner's generic algorithm (2011) over centres.
//!
//! Neither is reducible: the centre of a merge may be nearer to a third cluster than both its parts
//! were. Candidates therefore wait in a queue by lower bounds, which are made exact at its head.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;
use segctl_numeric::MatrixView;
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::observe::{Event, Observer};

use super::tree::Pair;
use crate::ClusteringError;

/// Centres that one thread compares in turn.
const ROWS: usize = 1024;

/// Steps between two words to the observer.
const STEPS: usize = 256;

/// What becomes of two centres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Middle {
    /// Their mean, weighted by size.
    Centroid,
    /// The point halfway.
    Median,
}

/// All merges in the order in which they are made. Time O(n^2 d) as a rule, O(n^3 d) at worst.
pub(super) fn merges(x: MatrixView<'_>, middle: Middle, observer: &dyn Observer) -> Result<Vec<Pair>, ClusteringError> {
    let n = x.n_rows();
    let mut state = State::start(x, middle);
    let mut pairs = Vec::with_capacity(n - 1);
    while pairs.len() + 1 < n {
        let (a, b, squared) = state.pop();
        pairs.push(Pair { a, b, height: squared.sqrt() });
        state.merge(a, b);
        if pairs.len().is_multiple_of(STEPS) {
            let event = Event::new("agglomerative", pairs.len() as u64).with_total(n as u64 - 1);
            if observer.event(event).is_break() {
                return Err(ClusteringError::Cancelled);
            }
        }
    }
    Ok(pairs)
}

struct State {
    middle: Middle,
    n_features: usize,
    centers: Vec<f64>,
    size: Vec<f64>,
    /// Clusters there are, ascending; a merge keeps the higher number.
    active: Vec<usize>,
    /// A lower bound of the squared distance to the clusters of higher number, and which one it
    /// was the distance of.
    bound: Vec<(f64, usize)>,
    /// Bounds of the past stay in the queue until they come up.
    queue: BinaryHeap<Reverse<(u64, usize)>>,
}

impl State {
    fn start(x: MatrixView<'_>, middle: Middle) -> Self {
        let n = x.n_rows();
        let mut state = Self {
            middle,
            n_features: x.n_cols(),
            centers: x.as_slice().to_vec(),
            size: vec![1.0; n],
            active: (0..n).collect(),
            bound: Vec::new(),
            queue: BinaryHeap::new(),
        };
        state.bound = (0..n).into_par_iter().map(|i| state.nearest_above(i)).collect();
        (0..n).for_each(|i| state.enqueue(i));
        state
    }

    fn center(&self, i: usize) -> &[f64] {
        &self.centers[i * self.n_features..][..self.n_features]
    }

    fn squared(&self, i: usize, j: usize) -> f64 {
        squared_euclidean(self.center(i), self.center(j))
    }

    /// The nearest active cluster of a higher number.
    fn nearest_above(&self, i: usize) -> (f64, usize) {
        let above = &self.active[self.active.partition_point(|&other| other <= i)..];
        let nearest = |part: &[usize]| {
            let distances = part.iter().map(|&other| (self.squared(i, other), other));
            distances.reduce(lesser).unwrap_or((f64::INFINITY, usize::MAX))
        };
        above.par_chunks(ROWS).map(nearest).reduce(|| (f64::INFINITY, usize::MAX), lesser)
    }

    fn enqueue(&mut self, i: usize) {
        if self.bound[i].1 != usize::MAX {
            // The bits of numbers from 0 on are in their order.
            self.queue.push(Reverse((self.bound[i].0.to_bits(), i)));
        }
    }

    /// The nearest two clusters, `a < b`.
    fn pop(&mut self) -> (usize, usize, f64) {
        loop {
            let Reverse((bits, a)) = self.queue.pop().expect("two clusters are left");
            let (bound, b) = self.bound[a];
            if self.size[a] == 0.0 || bound.to_bits() != bits {
                continue;
            }
            if self.size[b] > 0.0 && self.squared(a, b) == bound {
                return (a, b, bound);
            }
            self.bound[a] = self.nearest_above(a);
            self.enqueue(a);
        }
    }

    fn merge(&mut self, a: usize, b: usize) {
        let (size_a, size_b) = (self.size[a], self.size[b]);
        for f in 0..self.n_features {
            let (x, y) = (self.centers[a * self.n_features + f], self.centers[b * self.n_features + f]);
            self.centers[b * self.n_features + f] = match self.middle {
                Middle::Centroid => (size_a * x + size_b * y) / (size_a + size_b),
                Middle::Median => x / 2.0 + y / 2.0,
            };
        }
        (self.size[a], self.size[b]) = (0.0, size_a + size_b);
        self.active.remove(self.active.binary_search(&a).expect("a is active"));
        self.bound[b] = self.nearest_above(b);
        self.enqueue(b);
        let below = &self.active[..self.active.partition_point(|&other| other < b)];
        let nearer = |&i: &usize| Some((i, self.squared(i, b))).filter(|&(i, squared)| squared < self.bound[i].0);
        let nearer: Vec<(usize, f64)> = below.par_iter().with_min_len(ROWS).filter_map(nearer).collect();
        for (i, squared) in nearer {
            self.bound[i] = (squared, b);
            self.enqueue(i);
        }
    }
}

fn lesser(a: (f64, usize), b: (f64, usize)) -> (f64, usize) {
    let order = a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
    if order.is_le() { a } else { b }
}
