//! Rows near core rows that are none themselves.

use std::marker::PhantomData;

use segctl_numeric::par::map_chunks;
use segctl_numeric::simd::{Kernel, dispatch};

use super::progress::Progress;
use super::uniform::Uniform;
use crate::ClusteringError;
use crate::spatial::{FAN, Form, Group, LEAF, NONE, Node, Search, Tree, near, with_form, within};

/// Leaves whose rows are looked up by one task.
const TASK_LEAVES: usize = 4;

/// Core rows and their clusters.
#[derive(Clone, Copy)]
pub(super) struct Cores<'a> {
    pub(super) tree: &'a Tree,
    /// Of the core row in each slot.
    pub(super) clusters: &'a [u32],
    pub(super) uniform: &'a Uniform,
}

/// The lowest cluster with a core row within `limit` of each row that is not core, `NONE` without any; those of
/// core rows are as given in `labels`. `tree` holds all rows.
pub(super) fn border(
    tree: &Tree,
    cores: Cores<'_>,
    limit: f64,
    labels: &mut [u32],
    core: &[bool],
    progress: &Progress<'_>,
) -> Result<(), ClusteringError> {
    for leaves in progress.parts(tree.n_leaves()) {
        let found = map_chunks(leaves.len(), TASK_LEAVES, |range| {
            range.flat_map(|leaf| of_leaf(tree, cores, limit, core, leaves.start + leaf)).collect::<Vec<_>>()
        });
        for (row, cluster) in found.into_iter().flatten() {
            labels[row as usize] = cluster;
        }
        progress.tell("dbscan border", leaves.end, tree.n_leaves())?;
    }
    Ok(())
}

/// The rows in a leaf that are not core, each with its cluster.
fn of_leaf(tree: &Tree, cores: Cores<'_>, limit: f64, core: &[bool], leaf: usize) -> Vec<(u32, u32)> {
    let rows = tree.leaf_rows(leaf);
    let others: Vec<usize> = (0..rows.len()).filter(|&at| !core[rows[at] as usize]).collect();
    if others.is_empty() {
        return Vec::new();
    }
    let group = Group::of_leaf(tree, leaf).select(&others);
    let lowest = vec![NONE; others.len()];
    let found = with_form!(tree, F => dispatch(Lowest::<F> { cores, limit, group, lowest, form: PhantomData }));
    others.into_iter().map(|at| rows[at]).zip(found).collect()
}

struct Lowest<'a, F> {
    cores: Cores<'a>,
    limit: f64,
    group: Group,
    /// The lowest cluster found near each row of the group.
    lowest: Vec<u32>,
    form: PhantomData<F>,
}

impl<F: Form> Kernel for Lowest<'_, F> {
    type Output = Vec<u32>;

    #[inline(always)]
    fn run(mut self) -> Vec<u32> {
        let root = self.cores.tree.root();
        self.cores.tree.walk::<F, Self>(root.as_slice(), &mut self);
        self.lowest
    }
}

impl<F: Form> Lowest<'_, F> {
    /// Whether rows of a cluster (`NONE` for several) may be lower than what row `at` has.
    #[inline(always)]
    fn may_lower(&self, at: usize, cluster: u32) -> bool {
        self.lowest[at] != 0 && (cluster == NONE || cluster < self.lowest[at])
    }

    #[inline(always)]
    fn leaf(&mut self, at: usize, leaf: usize) {
        let Cores { tree, clusters, .. } = self.cores;
        let mut bits = within(&tree.leaf_totals::<F>(leaf, self.group.row(at)), self.limit);
        while bits != 0 {
            let slot = leaf * LEAF + bits.trailing_zeros() as usize;
            self.lowest[at] = self.lowest[at].min(clusters[slot]);
            bits &= bits - 1;
        }
    }
}

impl<F: Form> Search<F> for Lowest<'_, F> {
    #[inline(always)]
    fn corners(&self) -> (&[f64], &[f64]) {
        (&self.group.lower, &self.group.upper)
    }

    #[inline(always)]
    fn limit(&self) -> f64 {
        self.limit
    }

    #[inline(always)]
    fn wants(&mut self, node: Node, _gap: f64) -> bool {
        let cluster = self.cores.uniform.nodes[node.id];
        (0..self.lowest.len()).any(|at| self.may_lower(at, cluster))
    }

    #[inline(always)]
    fn block(&mut self, block: usize, gaps: [f64; FAN]) {
        let all = near(&gaps, self.limit);
        for at in 0..self.lowest.len() {
            let row = self.group.row(at);
            let mut lanes = all & near(&self.cores.tree.fan_gaps::<F>(block, row, row), self.limit);
            while lanes != 0 {
                let leaf = block * FAN + lanes.trailing_zeros() as usize;
                lanes &= lanes - 1;
                if self.may_lower(at, self.cores.uniform.leaves[leaf]) {
                    self.leaf(at, leaf);
                }
            }
        }
    }
}
