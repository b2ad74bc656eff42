//! The k nearest rows.

use std::marker::PhantomData;

use segctl_numeric::par::map_chunks;
use segctl_numeric::simd::{Kernel, dispatch};

use super::bounds::{near, within};
use super::form::Form;
use super::tree::{FAN, LEAF, NONE, Node, Tree, with_form};
use super::walk::{Group, Search};

/// Leaves whose rows are looked up by one task.
const TASK_LEAVES: usize = 4;

/// Single rows that are looked up by one task.
const TASK_ROWS: usize = 64;

/// A row, and the total of its differences from the row searched from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Found {
    pub(crate) total: f64,
    pub(crate) row: u32,
}

impl Found {
    /// Nearer, or as near and first.
    #[inline(always)]
    pub(crate) fn is_before(self, other: Self) -> bool {
        self.total < other.total || (self.total == other.total && self.row < other.row)
    }
}

const NOTHING: Found = Found { total: f64::INFINITY, row: NONE };

impl Tree {
    /// What `finish` makes of the `k` rows nearest to each row of the tree, nearest first and among equals
    /// the lowest number first; the row itself is one of them. `k` should be in 1..=n. Results come in
    /// the order of the rows. Time O(n d log n) in few dimensions, O(n^2 d) at worst.
    pub(crate) fn nearest_of_all<T: Send>(&self, k: usize, finish: impl Fn(&[Found]) -> T + Sync) -> Vec<T> {
        let of_leaves = map_chunks(self.n_leaves(), TASK_LEAVES, |leaves| {
            let of_leaf = |leaf| {
                let found = self.nearest_to(&Group::of_leaf(self, leaf), Some(leaf), k);
                found.chunks_exact(k).map(&finish).collect::<Vec<T>>()
            };
            leaves.flat_map(of_leaf).collect::<Vec<T>>()
        });
        let mut by_row: Vec<Option<T>> = (0..self.n_rows()).map(|_| None).collect();
        for (value, &row) in of_leaves.into_iter().flatten().zip(&self.rows) {
            by_row[row as usize] = Some(value);
        }
        by_row.into_iter().flatten().collect()
    }

    /// As [`nearest_of_all`](Self::nearest_of_all) for other rows, given as they are compared.
    pub(crate) fn nearest_of<T: Send>(&self, rows: &[f64], k: usize, finish: impl Fn(&[Found]) -> T + Sync) -> Vec<T> {
        let n = rows.len() / self.n_features;
        let of_task = map_chunks(n, TASK_ROWS, |range| {
            let of_row = |i: usize| {
                let row = rows[i * self.n_features..][..self.n_features].to_vec();
                finish(&self.nearest_to(&Group::new(row, self.n_features), None, k))
            };
            range.map(of_row).collect::<Vec<T>>()
        });
        of_task.into_iter().flatten().collect()
    }

    /// The `k` rows nearest to each row of a group, which is that of leaf `own` if there is one.
    fn nearest_to(&self, group: &Group, own: Option<usize>, k: usize) -> Vec<Found> {
        let found = vec![NOTHING; group.n_rows() * k];
        with_form!(self, F => dispatch(Nearest::<F> {
            tree: self,
            group,
            own,
            k,
            found,
            widest: f64::INFINITY,
            form: PhantomData,
        }))
    }
}

struct Nearest<'a, F> {
    tree: &'a Tree,
    group: &'a Group,
    own: Option<usize>,
    k: usize,
    /// k of each row.
    found: Vec<Found>,
    /// The largest total that any row still looks for.
    widest: f64,
    form: PhantomData<F>,
}

impl<F: Form> Kernel for Nearest<'_, F> {
    type Output = Vec<Found>;

    #[inline(always)]
    fn run(mut self) -> Vec<Found> {
        let nodes = match self.own {
            Some(leaf) => self.tree.around(leaf / FAN),
            None => self.tree.root().into_iter().collect(),
        };
        self.tree.walk::<F, Self>(&nodes, &mut self);
        self.found
    }
}

impl<F: Form> Nearest<'_, F> {
    #[inline(always)]
    fn radius(&self, at: usize) -> f64 {
        self.found[(at + 1) * self.k - 1].total
    }

    /// Offers the rows in a leaf to a row of the group.
    #[inline(always)]
    fn leaf(&mut self, at: usize, leaf: usize) {
        let totals = self.tree.leaf_totals::<F>(leaf, self.group.row(at));
        // Slots without a row are infinitely far, as are the places not yet taken.
        let mut bits = within(&totals, self.radius(at).min(f64::MAX));
        let found = &mut self.found[at * self.k..][..self.k];
        while bits != 0 {
            let slot = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            let total = totals.as_flattened()[slot];
            offer(found, Found { total, row: self.tree.rows[leaf * LEAF + slot] });
        }
    }
}

/// Takes a row among those found, in order.
#[inline(always)]
fn offer(found: &mut [Found], new: Found) {
    let mut at = found.len() - 1;
    if !new.is_before(found[at]) {
        return;
    }
    while at > 0 && new.is_before(found[at - 1]) {
        found[at] = found[at - 1];
        at -= 1;
    }
    found[at] = new;
}

impl<F: Form> Search<F> for Nearest<'_, F> {
    #[inline(always)]
    fn corners(&self) -> (&[f64], &[f64]) {
        (&self.group.lower, &self.group.upper)
    }

    #[inline(always)]
    fn limit(&self) -> f64 {
        self.widest
    }

    #[inline(always)]
    fn wants(&mut self, _node: Node, _gap: f64) -> bool {
        true
    }

    #[inline(always)]
    fn block(&mut self, block: usize, _gaps: [f64; FAN]) {
        // The own leaf first: what is found there narrows the search in the others.
        let first = self.own.filter(|leaf| leaf / FAN == block).map_or(0, |leaf| leaf % FAN);
        self.widest = 0.0;
        for at in 0..self.found.len() / self.k {
            let row = self.group.row(at);
            let gaps = self.tree.fan_gaps::<F>(block, row, row);
            // The lanes before the first one come last.
            let mut lanes = near(&gaps, self.radius(at).min(f64::MAX)).rotate_right(first as u32);
            while lanes != 0 {
                let lane = (lanes.trailing_zeros() as usize + first) % FAN;
                lanes &= lanes - 1;
                if gaps[lane] <= self.radius(at) {
                    self.leaf(at, block * FAN + lane);
                }
            }
            self.widest = self.widest.max(self.radius(at));
        }
    }
}
