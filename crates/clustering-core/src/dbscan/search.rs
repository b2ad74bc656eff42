//! The two nearest clusters of a row, or how far one cluster is.

use std::marker::PhantomData;

use segctl_numeric::simd::{Kernel, dispatch};

use super::border::Cores;
use crate::spatial::{FAN, Form, Group, LEAF, NONE, Node, Search, near, with_form, within};

/// A cluster, and the total of differences to its nearest core row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reached {
    pub(super) total: f64,
    pub(super) cluster: u32,
}

const NOTHING: Reached = Reached { total: f64::INFINITY, cluster: NONE };

impl Reached {
    /// Nearer, or as near and of the lower number.
    #[inline(always)]
    fn is_before(self, other: Self) -> bool {
        self.total < other.total || (self.total == other.total && self.cluster < other.cluster)
    }
}

/// The two clusters nearest to `row`, given as it is compared; nothing, and infinitely far, for none.
pub(super) fn two_nearest(cores: Cores<'_>, row: &[f64]) -> [Reached; 2] {
    search(cores, row, None)
}

/// The total to the nearest core row of `cluster`.
pub(super) fn total_to(cores: Cores<'_>, row: &[f64], cluster: u32) -> f64 {
    search(cores, row, Some(cluster))[0].total
}

fn search(cores: Cores<'_>, row: &[f64], only: Option<u32>) -> [Reached; 2] {
    let group = Group::new(row.to_vec(), row.len());
    with_form!(cores.tree, F => dispatch(Clusters::<F> { cores, group, only, found: [NOTHING; 2], form: PhantomData }))
}

struct Clusters<'a, F> {
    cores: Cores<'a>,
    group: Group,
    /// The only cluster looked for, when it is one.
    only: Option<u32>,
    found: [Reached; 2],
    form: PhantomData<F>,
}

impl<F: Form> Kernel for Clusters<'_, F> {
    type Output = [Reached; 2];

    #[inline(always)]
    fn run(mut self) -> [Reached; 2] {
        let root = self.cores.tree.root();
        self.cores.tree.walk::<F, Self>(root.as_slice(), &mut self);
        self.found
    }
}

impl<F: Form> Clusters<'_, F> {
    /// Whether core rows of `cluster` (`NONE` for several), none nearer than `gap`, can change what is found.
    #[inline(always)]
    fn may_change(&self, cluster: u32, gap: f64) -> bool {
        let is_wanted = cluster == NONE || self.only.is_none_or(|only| only == cluster);
        let limit = if cluster == self.found[0].cluster { self.found[0].total } else { self.limit() };
        is_wanted && gap <= limit
    }

    #[inline(always)]
    fn offer(&mut self, new: Reached) {
        let [first, second] = self.found;
        if self.only.is_some_and(|only| only != new.cluster) {
            return;
        }
        self.found = if new.cluster == first.cluster {
            [if new.is_before(first) { new } else { first }, second]
        } else if new.is_before(first) {
            [new, first]
        } else if new.is_before(second) {
            [first, new]
        } else {
            [first, second]
        };
    }

    #[inline(always)]
    fn leaf(&mut self, leaf: usize) {
        let Cores { tree, clusters, .. } = self.cores;
        let totals = tree.leaf_totals::<F>(leaf, self.group.row(0));
        let mut bits = within(&totals, self.limit().min(f64::MAX));
        while bits != 0 {
            let slot = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            self.offer(Reached { total: totals.as_flattened()[slot], cluster: clusters[leaf * LEAF + slot] });
        }
    }
}

impl<F: Form> Search<F> for Clusters<'_, F> {
    #[inline(always)]
    fn corners(&self) -> (&[f64], &[f64]) {
        (&self.group.lower, &self.group.upper)
    }

    #[inline(always)]
    fn limit(&self) -> f64 {
        self.found[usize::from(self.only.is_none())].total
    }

    #[inline(always)]
    fn wants(&mut self, node: Node, gap: f64) -> bool {
        self.may_change(self.cores.uniform.nodes[node.id], gap)
    }

    #[inline(always)]
    fn block(&mut self, block: usize, gaps: [f64; FAN]) {
        let mut lanes = near(&gaps, self.limit().min(f64::MAX));
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            let leaf = block * FAN + lane;
            if self.may_change(self.cores.uniform.leaves[leaf], gaps[lane]) {
                self.leaf(leaf);
            }
        }
    }
}
