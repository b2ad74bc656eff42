//! The cheapest rows to move between any two clusters.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use segctl_numeric::par::{CHUNK_ROWS, map_chunks};

use super::costs::Costs;

/// Moves gathered before they are merged, 64 MiB of them: bounds the memory.
const GATHERED_AT_ONCE: usize = 1 << 22;

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
    /// Time O(n k d), memory O(k^2 keep): twice what is kept while it is gathered.
    pub(super) fn new(costs: Costs<'a>, labels: &[u32], keep: usize) -> Self {
        let k = costs.n_clusters();
        let mut lists: Vec<Vec<Move>> = vec![vec![]; k * k];
        let step = CHUNK_ROWS * (GATHERED_AT_ONCE / (CHUNK_ROWS * k)).max(1);
        for start in (0..costs.n_rows()).step_by(step) {
            let end = (start + step).min(costs.n_rows());
            let parts = map_chunks(end - start, CHUNK_ROWS, |range| {
                cheapest_of_chunk(costs, labels, start + range.start..start + range.end, keep)
            });
            for Gathered { moves, runs } in parts {
                let mut moves = moves.as_slice();
                for (pair, n_moves) in runs {
                    let (run, rest) = moves.split_at(n_moves);
                    moves = rest;
                    let list = &mut lists[pair];
                    list.extend_from_slice(run);
                    if list.len() > 2 * (keep + 1) {
                        truncate(list, 0, keep);
                    }
                }
            }
        }
        lists.iter_mut().for_each(|list| truncate(list, 0, keep));
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

/// Moves of one chunk, pair after pair.
struct Gathered {
    moves: Vec<Move>,
    /// The pair, and how many moves it has.
    runs: Vec<(usize, usize)>,
}

fn cheapest_of_chunk(costs: Costs<'_>, labels: &[u32], rows: Range<usize>, keep: usize) -> Gathered {
    let k = costs.n_clusters();
    let of_rows = costs.of_rows(rows.clone());
    let mut order: Vec<usize> = rows.clone().collect();
    order.sort_by_key(|&row| labels[row]);
    let (mut moves, mut runs) = (Vec::with_capacity(order.len() * (k - 1)), vec![]);
    for members in order.chunk_by(|&a, &b| labels[a] == labels[b]) {
        let own = labels[members[0]] as usize;
        for to in (0..k).filter(|&to| to != own) {
            let start = moves.len();
            moves.extend(members.iter().map(|&row| {
                let costs = &of_rows[(row - rows.start) * k..][..k];
                Move { cost: costs[to] - costs[own], row: row as u32 }
            }));
            truncate(&mut moves, start, keep);
            runs.push((own * k + to, moves.len() - start));
        }
    }
    Gathered { moves, runs }
}

/// Leaves the `keep + 1` cheapest of the moves from `start` on.
fn truncate(moves: &mut Vec<Move>, start: usize, keep: usize) {
    if moves.len() > start + keep + 1 {
        moves[start..].select_nth_unstable_by(keep, |a, b| b.cmp(a));
        moves.truncate(start + keep + 1);
    }
}
