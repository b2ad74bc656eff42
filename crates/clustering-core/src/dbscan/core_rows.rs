//! Which rows have enough neighbours.

use std::marker::PhantomData;
use std::ops::Range;

use segctl_numeric::par::map_chunks;
use segctl_numeric::simd::{Kernel, dispatch};

use super::progress::Progress;
use crate::ClusteringError;
use crate::spatial::{FAN, Form, Group, LEAF, Node, Search, Tree, near, with_form, within};

/// Leaves whose rows are counted by one task.
const TASK_LEAVES: usize = 4;

/// Whether each row has neighbours of `enough` weight (each of 1 without weights) within `limit`.
pub(super) fn core_rows(
    tree: &Tree,
    weights: Option<&[f64]>,
    limit: f64,
    enough: usize,
    progress: &Progress<'_>,
) -> Result<Vec<bool>, ClusteringError> {
    let weights = weights.map(|weights| tree.in_slots(weights));
    let counting = Counting { tree, weights: weights.as_deref(), limit, enough: enough as f64 };
    let mut core = vec![false; tree.n_rows()];
    for leaves in progress.parts(tree.n_leaves()) {
        let start = leaves.start;
        let found =
            map_chunks(leaves.len(), TASK_LEAVES, |range| counting.leaves(start + range.start..start + range.end));
        for (is_core, &row) in found.into_iter().flatten().zip(tree.rows_from(start)) {
            core[row as usize] = is_core;
        }
        progress.tell("dbscan core rows", leaves.end, tree.n_leaves())?;
    }
    Ok(core)
}

#[derive(Clone, Copy)]
struct Counting<'a> {
    tree: &'a Tree,
    /// Of each slot.
    weights: Option<&'a [f64]>,
    limit: f64,
    enough: f64,
}

impl Counting<'_> {
    /// Slot by slot.
    fn leaves(&self, leaves: Range<usize>) -> Vec<bool> {
        leaves.flat_map(|leaf| self.leaf(leaf)).collect()
    }

    fn leaf(&self, leaf: usize) -> Vec<bool> {
        let n = self.tree.leaf_rows(leaf).len();
        let group = Group::of_leaf(self.tree, leaf);
        let active: Vec<usize> = (0..n).collect();
        let sums = vec![Sum::default(); n];
        with_form!(self.tree, F => {
            let count = Count::<F> { counting: *self, leaf, n_boxed: n, group, active, sums, form: PhantomData };
            dispatch(count).iter().map(|sum| sum.reaches(self.enough)).collect()
        })
    }
}

/// A sum of numbers not below 0, and what rounding took from it (Knuth, The Art of Computer Programming 2,
/// 4.2.2, theorem B): whole numbers are exact, and the order of others hardly matters.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    #[inline(always)]
    fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let added = sum - self.high;
        self.low += (self.high - (sum - added)) + (value - added);
        self.high = sum;
    }

    #[inline(always)]
    fn reaches(self, enough: f64) -> bool {
        (self.high - enough) + self.low >= 0.0
    }
}

/// Counts the neighbours of the rows in a leaf, each until there are enough.
struct Count<'a, F> {
    counting: Counting<'a>,
    leaf: usize,
    group: Group,
    /// Rows of the group that are without enough neighbours yet.
    active: Vec<usize>,
    /// How many were active when the box of the group was made.
    n_boxed: usize,
    sums: Vec<Sum>,
    form: PhantomData<F>,
}

impl<F: Form> Kernel for Count<'_, F> {
    type Output = Vec<Sum>;

    #[inline(always)]
    fn run(mut self) -> Vec<Sum> {
        let tree = self.counting.tree;
        tree.walk::<F, Self>(&tree.around(self.leaf / FAN), &mut self);
        self.sums
    }
}

impl<F: Form> Count<'_, F> {
    /// Adds the neighbours in a leaf to those of row `at`; whether there are enough.
    #[inline(always)]
    fn count(&mut self, at: usize, leaf: usize) -> bool {
        let Counting { tree, weights, limit, enough } = self.counting;
        let mut bits = within(&tree.leaf_totals::<F>(leaf, self.group.row(at)), limit);
        let sum = &mut self.sums[at];
        match weights {
            None => sum.high += f64::from(bits.count_ones()),
            Some(weights) => {
                while bits != 0 {
                    sum.add(weights[leaf * LEAF + bits.trailing_zeros() as usize]);
                    bits &= bits - 1;
                }
            }
        }
        sum.reaches(enough)
    }

    /// Counts the neighbours of row `at` in a block; whether there are enough.
    #[inline(always)]
    fn count_block(&mut self, at: usize, block: usize, gaps: &[f64; FAN]) -> bool {
        let (tree, limit) = (self.counting.tree, self.counting.limit);
        let own = block == self.leaf / FAN;
        // In the own block most leaves are near, and the own leaf, which goes first, often suffices.
        let first = if own { self.leaf % FAN } else { 0 };
        let row = self.group.row(at);
        let gaps = if own { *gaps } else { tree.fan_gaps::<F>(block, row, row) };
        // The lanes before the first one come last.
        let mut lanes = near(&gaps, limit).rotate_right(first as u32);
        while lanes != 0 {
            let lane = (lanes.trailing_zeros() as usize + first) % FAN;
            lanes &= lanes - 1;
            if self.count(at, block * FAN + lane) {
                return true;
            }
        }
        false
    }
}

impl<F: Form> Search<F> for Count<'_, F> {
    #[inline(always)]
    fn corners(&self) -> (&[f64], &[f64]) {
        (&self.group.lower, &self.group.upper)
    }

    #[inline(always)]
    fn limit(&self) -> f64 {
        if self.active.is_empty() { -1.0 } else { self.counting.limit }
    }

    /// A node that is within the limit as a whole need not be looked into.
    #[inline(always)]
    fn wants(&mut self, node: Node, _gap: f64) -> bool {
        let Counting { tree, weights, limit, enough } = self.counting;
        let (lower, upper) = (&self.group.lower, &self.group.upper);
        if weights.is_some() || tree.node_span::<F>(node, lower, upper) > limit {
            return true;
        }
        let (sums, n_rows) = (&mut self.sums, tree.n_rows_in(node) as f64);
        self.active.retain(|&at| {
            sums[at].high += n_rows;
            !sums[at].reaches(enough)
        });
        false
    }

    #[inline(always)]
    fn block(&mut self, block: usize, gaps: [f64; FAN]) {
        let mut n_active = 0;
        for i in 0..self.active.len() {
            let at = self.active[i];
            if !self.count_block(at, block, &gaps) {
                self.active[n_active] = at;
                n_active += 1;
            }
        }
        self.active.truncate(n_active);
        if 2 * n_active <= self.n_boxed {
            self.n_boxed = n_active;
            self.group.fit(self.active.iter().copied());
        }
    }
}
