//! Core rows within reach of each other are of one cluster.

use std::marker::PhantomData;

use segctl_numeric::par::map_chunks;
use segctl_numeric::simd::{Kernel, dispatch};

use super::forest::Forest;
use super::progress::Progress;
use super::uniform::{Uniform, common};
use crate::ClusteringError;
use crate::spatial::{FAN, Form, Group, NONE, Node, Search, Tree, near, with_form, within};

/// Pairs of a leaf and a node that are looked at by one task.
const TASK_PAIRS: usize = 4;

/// Joins all rows of `tree` that are within `limit` of each other, directly or by way of others.
///
/// Goes from blocks to ever larger nodes, and in each looks at pairs of its two halves. By then most of
/// what is in a half is of one set, and pairs within one set are passed over.
pub(super) fn link(tree: &Tree, limit: f64, progress: &Progress<'_>) -> Result<Forest, ClusteringError> {
    let mut linking = Linking { tree, forest: Forest::new(tree.n_rows()), sets: Uniform::new(tree), limit };
    let levels = levels(tree);
    let n_steps = levels.len() + 1;
    linking.pairs(&(0..tree.n_leaves()).map(|leaf| (leaf, tree.block_node(leaf / FAN))).collect::<Vec<_>>());
    progress.tell("dbscan links", 1, n_steps)?;
    for (step, nodes) in levels.into_iter().rev().enumerate() {
        linking.halves(&nodes);
        progress.tell("dbscan links", step + 2, n_steps)?;
    }
    Ok(linking.forest)
}

/// The nodes above blocks, level by level from the root.
fn levels(tree: &Tree) -> Vec<Vec<Node>> {
    let mut levels: Vec<Vec<Node>> = Vec::new();
    let mut level: Vec<Node> = tree.root().into_iter().collect();
    loop {
        let below = level.iter().filter_map(|node| node.children()).flatten().collect();
        level.retain(|node| node.n_blocks > 1);
        if level.is_empty() {
            return levels;
        }
        levels.push(std::mem::replace(&mut level, below));
    }
}

struct Linking<'a> {
    tree: &'a Tree,
    forest: Forest,
    /// A row of the one set that all rows of a leaf or a node are in.
    sets: Uniform,
    limit: f64,
}

impl Linking<'_> {
    /// Joins across the halves of nodes.
    fn halves(&mut self, nodes: &[Node]) {
        let forest = &self.forest;
        self.sets.refresh(self.tree, |row| forest.root(row));
        let mut pairs = Vec::new();
        for [left, right] in nodes.iter().filter_map(|node| node.children()) {
            if !self.are_one(self.sets.nodes[left.id], self.sets.nodes[right.id]) {
                let end = (left.blocks().end * FAN).min(self.tree.n_leaves());
                pairs.extend((left.first_block * FAN..end).map(|leaf| (leaf, right)));
            }
        }
        self.pairs(&pairs);
    }

    fn pairs(&self, pairs: &[(usize, Node)]) {
        map_chunks(pairs.len(), TASK_PAIRS, |range| {
            pairs[range].iter().for_each(|&(leaf, node)| self.pair(leaf, node));
        });
    }

    /// Joins the rows of a leaf with those of a node; of its own block, with those that come later.
    fn pair(&self, leaf: usize, node: Node) {
        let group = Group::of_leaf(self.tree, leaf);
        with_form!(self.tree, F => dispatch(Pair::<F> { linking: self, leaf, node, set: NONE, group, form: PhantomData }));
    }

    /// Whether two sets are known, and known to be one.
    #[inline]
    fn are_one(&self, a: u32, b: u32) -> bool {
        a != NONE && b != NONE && self.forest.is_joined(a, b)
    }

    /// A row of the one set that all rows in a leaf are in by now.
    #[inline]
    fn set_of(&self, leaf: usize) -> u32 {
        match self.sets.leaves[leaf] {
            NONE => common(self.tree.leaf_rows(leaf), |row| self.forest.root(row)),
            known => known,
        }
    }
}

struct Pair<'a, F> {
    linking: &'a Linking<'a>,
    leaf: usize,
    node: Node,
    /// That of the leaf, once it is one.
    set: u32,
    group: Group,
    form: PhantomData<F>,
}

impl<F: Form> Kernel for Pair<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        self.set = self.linking.set_of(self.leaf);
        self.linking.tree.walk::<F, Self>(&[self.node], &mut self);
    }
}

impl<F: Form> Pair<'_, F> {
    /// Joins row `at` with those near it in a leaf; whether that joined any sets.
    #[inline(always)]
    fn join(&self, at: usize, leaf: usize) -> bool {
        let Linking { tree, forest, limit, .. } = self.linking;
        let own = tree.leaf_rows(self.leaf)[at];
        let mut bits = within(&tree.leaf_totals::<F>(leaf, self.group.row(at)), *limit);
        let rows = tree.leaf_rows(leaf);
        let mut joined = false;
        while bits != 0 {
            joined |= forest.join(own, rows[bits.trailing_zeros() as usize]);
            bits &= bits - 1;
        }
        joined
    }
}

impl<F: Form> Pair<'_, F> {
    /// Of the lanes of a block those whose leaves are not of one set with the own one yet, and the sets of these.
    /// In the own block leaves before the own one are left out: they look at it.
    #[inline(always)]
    fn wanted(&self, block: usize, mut lanes: u8) -> (u8, [u32; FAN]) {
        if block == self.leaf / FAN {
            lanes &= u8::MAX << (self.leaf % FAN);
        }
        let mut sets = [NONE; FAN];
        for (lane, set) in sets.iter_mut().enumerate() {
            if lanes >> lane & 1 == 1 {
                *set = self.linking.set_of(block * FAN + lane);
                lanes &= !(u8::from(self.linking.are_one(self.set, *set)) << lane);
            }
        }
        (lanes, sets)
    }
}

impl<F: Form> Search<F> for Pair<'_, F> {
    #[inline(always)]
    fn corners(&self) -> (&[f64], &[f64]) {
        (&self.group.lower, &self.group.upper)
    }

    #[inline(always)]
    fn limit(&self) -> f64 {
        self.linking.limit
    }

    #[inline(always)]
    fn wants(&mut self, node: Node, _gap: f64) -> bool {
        !self.linking.are_one(self.set, self.linking.sets.nodes[node.id])
    }

    #[inline(always)]
    fn block(&mut self, block: usize, gaps: [f64; FAN]) {
        let linking = self.linking;
        let (mut wanted, mut sets) = self.wanted(block, near(&gaps, linking.limit));
        for (at, &own) in linking.tree.leaf_rows(self.leaf).iter().enumerate() {
            if wanted == 0 {
                return;
            }
            let row = self.group.row(at);
            let mut lanes = wanted & near(&linking.tree.fan_gaps::<F>(block, row, row), linking.limit);
            while lanes != 0 {
                let lane = lanes.trailing_zeros() as usize;
                lanes &= lanes - 1;
                let leaf = block * FAN + lane;
                if linking.are_one(own, sets[lane]) || !self.join(at, leaf) {
                    continue;
                }
                self.set = linking.set_of(self.leaf);
                sets[lane] = linking.set_of(leaf);
                wanted &= !(u8::from(linking.are_one(self.set, sets[lane])) << lane);
            }
        }
    }
}
