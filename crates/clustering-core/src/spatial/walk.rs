//! Searches that go from what is near to what is far.

use super::bounds::near;
use super::form::Form;
use super::tree::{FAN, LEAF, Node, Tree};

/// Some rows next to each other, that share a search.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    /// Row by row.
    rows: Vec<f64>,
    /// The corners of their box.
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
}

impl Group {
    /// Of rows of `n_features` to compare each.
    pub(crate) fn new(rows: Vec<f64>, n_features: usize) -> Self {
        let n = rows.len() / n_features;
        let mut group = Self { rows, lower: vec![0.0; n_features], upper: vec![0.0; n_features] };
        group.fit(0..n);
        group
    }

    /// The rows in a leaf of `tree`.
    pub(crate) fn of_leaf(tree: &Tree, leaf: usize) -> Self {
        let mut rows = Vec::with_capacity(LEAF * tree.n_features);
        tree.push_leaf(leaf, &mut rows);
        Self::new(rows, tree.n_features)
    }

    /// Some rows of the group.
    pub(crate) fn select(&self, places: &[usize]) -> Self {
        Self::new(places.iter().flat_map(|&at| self.row(at)).copied().collect(), self.lower.len())
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.rows.len() / self.lower.len()
    }

    #[inline(always)]
    pub(crate) fn row(&self, at: usize) -> &[f64] {
        &self.rows[at * self.lower.len()..][..self.lower.len()]
    }

    /// Makes the box that of some of the rows.
    #[inline(always)]
    pub(crate) fn fit(&mut self, places: impl Iterator<Item = usize>) {
        let Self { rows, lower, upper } = self;
        lower.fill(f64::INFINITY);
        upper.fill(f64::NEG_INFINITY);
        for at in places {
            for (j, &value) in rows[at * lower.len()..][..lower.len()].iter().enumerate() {
                lower[j] = lower[j].min(value);
                upper[j] = upper[j].max(value);
            }
        }
    }
}

/// What is looked for. Methods are to be marked `#[inline(always)]`.
pub(crate) trait Search<F: Form> {
    /// The corners of the box that is searched from.
    fn corners(&self) -> (&[f64], &[f64]);

    /// Boxes of a larger gap are left out; below 0 when nothing more is wanted.
    fn limit(&self) -> f64;

    /// Whether to look into a node of that gap, which is within the limit.
    fn wants(&mut self, node: Node, gap: f64) -> bool;

    /// Looks at a block, of which at least one leaf is within the limit; `gaps` are those of its leaves.
    fn block(&mut self, block: usize, gaps: [f64; FAN]);
}

impl Tree {
    /// Searches `nodes`, the last one first, and in each the nearer half first.
    #[inline(always)]
    pub(crate) fn walk<F: Form, S: Search<F>>(&self, nodes: &[Node], search: &mut S) {
        // A node waits on every level, and those given.
        let mut waiting: Vec<(Node, f64)> = Vec::with_capacity(nodes.len() + usize::BITS as usize);
        waiting.extend(nodes.iter().map(|&node| (node, 0.0)));
        while let Some((node, bound)) = waiting.pop() {
            if bound > search.limit() || !search.wants(node, bound) {
                continue;
            }
            if let Some(children) = node.children() {
                let (lower, upper) = search.corners();
                let mut bounds = [0.0; 2];
                for (bound, &child) in bounds.iter_mut().zip(&children) {
                    *bound = self.node_gap::<F>(child, lower, upper);
                }
                let far = usize::from(bounds[0] <= bounds[1]);
                waiting.extend([(children[far], bounds[far]), (children[1 - far], bounds[1 - far])]);
                continue;
            }
            let (lower, upper) = search.corners();
            let gaps = self.fan_gaps::<F>(node.first_block, lower, upper);
            if near(&gaps, search.limit()) != 0 {
                search.block(node.first_block, gaps);
            }
        }
    }
}
