//! The cheapest rows to move between any two clusters.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use segctl_numeric::par::{CHUNK_ROWS, map_chunks};

use super::costs::Costs;

/// Chunks whose moves are held before they are merged: bounds the memory.
const CHUNKS_AT_ONCE: usize = 64;

/// What a row costs more in one cluster than in another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    pub(super) cost: f64,
    pub(super) row: u32,
}

/// The cheapest is the greatest, so that a heap gives it first; the first row among equals.
impl Ord for Move {
    fn cmp(&self, other: &Self) -> Ordering {
        other.cost.total_cmp(&self.cost).then(other.row.cmp(&self.row))
    }
}

impl PartialOrd for Move {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Move {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Move {}

/// A heap for each ordered pair of clusters, with the cheapest moves from one to the other.
///
/// Each heap begins with the `keep + 1` cheapest only. While at most `keep` rows have left a cluster,
/// one of those is still there, so the top is what it would be with all rows in the heap.
pub(super) struct Moves<'a> {
    costs: Costs<'a>,
    heaps: Vec<BinaryHeap<Move>>,
    /// The cost at the top of each heap; infinite where nothing can move.
    tops: Vec<f64>,
}

impl<'a> Moves<'a> {
    /// Time O(n k d), memory O(k^2 keep).
    pub(super) fn new(costs: Costs<'a>, labels: &[u32], keep: usize) -> Self {
        let k = costs.n_clusters();
        let mut lists: Vec<Vec<Move>> = vec![vec![]; k * k];
        let step = CHUNKS_AT_ONCE * CHUNK_ROWS;
        for start in (0..costs.n_rows()).step_by(step) {
            let end = (start + step).min(costs.n_rows());
            let parts = map_chunks(end - start, CHUNK_ROWS, |range| {
                cheapest_of_chunk(costs, labels, start + range.start..start + range.end, keep)
            });
            for part in parts {
                for (list, part) in lists.iter_mut().zip(part) {
                    list.extend(part);
                    if list.len() > 4 * (keep + 1) {
                        truncate(list, keep);
                    }
                }
            }
        }
        lists.iter_mut().for_each(|list| truncate(list, keep));
        let heaps: Vec<_> = lists.into_iter().map(BinaryHeap::from).collect();
        let tops = heaps.iter().map(|heap| heap.peek().map_or(f64::INFINITY, |top| top.cost)).collect();
        Self { costs, heaps, tops }
    }

    /// The least cost of moving a row.
    pub(super) fn cost(&self, from: usize, to: usize) -> f64 {
        self.tops[from * self.costs.n_clusters() + to]
    }

    /// Moves the cheapest row, which there must be.
    pub(super) fn take(&mut self, from: usize, to: usize, labels: &mut [u32]) {
        let k = self.costs.n_clusters();
        let Move { row, .. } = self.heaps[from * k + to].pop().expect("paths use moves that there are");
        labels[row as usize] = to as u32;
        let own = self.costs.of(row as usize, to);
        for other in (0..k).filter(|&other| other != to) {
            let cost = self.costs.of(row as usize, other) - own;
            self.heaps[to * k + other].push(Move { cost, row });
        }
        for other in 0..k {
            self.refresh(from, other, labels);
            self.refresh(to, other, labels);
        }
    }

    /// Drops rows from the top that are elsewhere by now.
    fn refresh(&mut self, from: usize, to: usize, labels: &[u32]) {
        let at = from * self.costs.n_clusters() + to;
        let heap = &mut self.heaps[at];
        while heap.peek().is_some_and(|top| labels[top.row as usize] as usize != from) {
            heap.pop();
        }
        self.tops[at] = heap.peek().map_or(f64::INFINITY, |top| top.cost);
    }
}

fn cheapest_of_chunk(costs: Costs<'_>, labels: &[u32], rows: std::ops::Range<usize>, keep: usize) -> Vec<Vec<Move>> {
    let k = costs.n_clusters();
    let mut lists = vec![vec![]; k * k];
    for (row, costs) in rows.clone().zip(costs.of_rows(rows).chunks_exact(k)) {
        let own = labels[row] as usize;
        for to in (0..k).filter(|&to| to != own) {
            lists[own * k + to].push(Move { cost: costs[to] - costs[own], row: row as u32 });
        }
    }
    lists.iter_mut().for_each(|list| truncate(list, keep));
    lists
}

/// Leaves the `keep + 1` cheapest.
fn truncate(list: &mut Vec<Move>, keep: usize) {
    if list.len() > keep + 1 {
        list.select_nth_unstable_by(keep, |a, b| b.cmp(a));
        list.truncate(keep + 1);
    }
}
