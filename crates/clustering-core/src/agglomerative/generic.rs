//! Centroid and median linkage in O(n d) memory: Müllner's generic algorithm (2011) over centres in boxes.
//!
//! Neither is reducible: the centre of a merge may be nearer to a third cluster than both its parts
//! were. Each cluster waits in a queue by the distance of the nearest one there was when it last searched.
//! Of two clusters that are left, the one that searched later has seen the other: the nearest pair of
//! all is at the head of the queue, as soon as what is there is up to date.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;
use segctl_numeric::MatrixView;
use segctl_numeric::observe::{Event, Observer};

use super::boxes::Boxes;
use super::near::{Found, Nearest};
use super::tree::Pair;
use crate::ClusteringError;
use crate::distinct::groups_of_equal_rows;

/// Searches that one thread makes in turn.
const SEARCHES: usize = 8;

/// Steps between two words to the observer.
const STEPS: usize = 256;

/// The size that makes Ward's distance the squared distance of centres: `2 * 2 / (2 + 2)` is 1.
const PLAIN: f64 = 2.0;

/// What becomes of two centres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Middle {
    /// Their mean, weighted by size.
    Centroid,
    /// The point halfway.
    Median,
}

/// All merges in the order in which they are made. Time O(n^2 d) as a rule, far less where boxes rule centres out.
pub(super) fn merges(x: MatrixView<'_>, middle: Middle, observer: &dyn Observer) -> Result<Vec<Pair>, ClusteringError> {
    let n = x.n_rows();
    let (mut state, mut pairs) = State::start(x, middle);
    while pairs.len() + 1 < n {
        let (a, found) = state.pop();
        pairs.push(state.merge(a, found));
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
    /// Rows in each cluster.
    size: Vec<f64>,
    /// [`PLAIN`], or 0 for a cluster that was merged into another one.
    plain: Vec<f64>,
    /// A row of each cluster.
    row: Vec<usize>,
    /// The nearest clusters when it last searched.
    near: Vec<Nearest>,
    /// When it last searched, and when it last changed, counted in merges.
    searched: Vec<usize>,
    changed: Vec<usize>,
    n_merges: usize,
    /// By the bits of distances, which are in their order. A cluster's last entry counts.
    queue: BinaryHeap<Reverse<(u64, u32)>>,
    last_entry: Vec<u64>,
    boxes: Boxes,
}

impl State {
    /// Equal rows merge first, at height 0: none of them could tell the others apart.
    fn start(x: MatrixView<'_>, middle: Middle) -> (Self, Vec<Pair>) {
        let groups = groups_of_equal_rows(x);
        let mut pairs = Vec::with_capacity(x.n_rows().saturating_sub(1));
        for group in &groups {
            pairs.extend(group[1..].iter().map(|&b| Pair { a: group[0], b, height: 0.0 }));
        }
        let n = groups.len();
        let row: Vec<usize> = groups.iter().map(|group| group[0]).collect();
        let (centers, plain) = (x.select_rows(&row).into_vec(), vec![PLAIN; n]);
        let mut state = Self {
            boxes: Boxes::new(&centers, &plain, x.n_cols()),
            middle,
            n_features: x.n_cols(),
            centers,
            size: groups.iter().map(|group| group.len() as f64).collect(),
            plain,
            row,
            near: (0..n as u32).map(Nearest::none).collect(),
            searched: vec![0; n],
            changed: vec![0; n],
            n_merges: 0,
            queue: BinaryHeap::new(),
            last_entry: vec![0; n],
        };
        state.near = (0..n as u32).into_par_iter().with_min_len(SEARCHES).map(|a| state.nearest(a)).collect();
        (0..n as u32).for_each(|a| state.enqueue(a, state.near[a as usize].first().distance));
        (state, pairs)
    }

    fn center(&self, a: u32) -> &[f64] {
        &self.centers[a as usize * self.n_features..][..self.n_features]
    }

    fn nearest(&self, a: u32) -> Nearest {
        self.boxes.search(self.center(a), PLAIN, Nearest::none(a))
    }

    fn enqueue(&mut self, a: u32, distance: f64) {
        self.last_entry[a as usize] = distance.to_bits();
        self.queue.push(Reverse((distance.to_bits(), a)));
    }

    /// The nearest two clusters.
    fn pop(&mut self) -> (u32, Found) {
        loop {
            let Reverse((bits, a)) = self.queue.pop().expect("two clusters are left");
            if self.plain[a as usize] == 0.0 || self.last_entry[a as usize] != bits {
                continue;
            }
            match self.first_left(a) {
                Some(found) if found.distance.to_bits() == bits => return (a, found),
                Some(found) => self.enqueue(a, found.distance),
                None => self.search(a),
            }
        }
    }

    /// The nearest of those it found that are as they were then.
    fn first_left(&self, a: u32) -> Option<Found> {
        let is_left = |found: &Found| {
            let b = found.cluster as usize;
            self.plain[b] > 0.0 && self.changed[b] <= self.searched[a as usize]
        };
        self.near[a as usize].found().find(is_left)
    }

    fn search(&mut self, a: u32) {
        self.boxes.tighten();
        let near = self.nearest(a);
        self.enqueue(a, near.first().distance);
        (self.near[a as usize], self.searched[a as usize]) = (near, self.n_merges);
    }

    /// Merges `a` into the cluster found.
    fn merge(&mut self, a: u32, found: Found) -> Pair {
        let (b, d) = (found.cluster, self.n_features);
        let (i, j) = (a as usize, b as usize);
        let (size_a, size_b) = (self.size[i], self.size[j]);
        for f in 0..d {
            let (x, y) = (self.centers[i * d + f], self.centers[j * d + f]);
            self.centers[j * d + f] = match self.middle {
                Middle::Centroid => (size_a * x + size_b * y) / (size_a + size_b),
                Middle::Median => x / 2.0 + y / 2.0,
            };
        }
        (self.plain[i], self.size[j]) = (0.0, size_a + size_b);
        self.n_merges += 1;
        self.changed[j] = self.n_merges;
        self.boxes.remove(a);
        self.boxes.update(b, &self.centers[j * d..][..d], PLAIN);
        let n_active = self.plain.len() - self.n_merges;
        self.boxes.rebuild_if_sparse(&self.centers, &self.plain, n_active);
        if n_active > 1 {
            self.search(b);
        }
        Pair { a: self.row[i], b: self.row[j], height: found.distance.sqrt() }
    }
}
