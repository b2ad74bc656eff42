//! Searches that go from what is near to what is far.

use super::form::Form;
use super::tree::{FAN, LEAF, Node, Tree};

/// Some rows next to each other, that share a search.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    /// Row by row.
    pub(crate) rows: Vec<f64>,
    /// The corners of their box.
    pub(crate) lower: Vec<f64>,
    pub(crate) upper: Vec<f64>,
}

impl Group {
    /// Of rows of `n_features` to compare each.
    pub(crate) fn new(rows: Vec<f64>, n_features: usize) -> Self {
        let corner = |start, choose: fn(f64, f64) -> f64| {
            let mut corner = vec![start; n_features];
            for row in rows.chunks_exact(n_features) {
                corner.iter_mut().zip(row).for_each(|(corner, &value)| *corner = choose(*corner, value));
            }
            corner
        };
        let (lower, upper) = (corner(f64::INFINITY, f64::min), corner(f64::NEG_INFINITY, f64::max));
        Self { rows, lower, upper }
    }

    /// The rows in a leaf of `tree`.
    pub(crate) fn of_leaf(tree: &Tree, leaf: usize) -> Self {
        let mut rows = Vec::with_capacity(LEAF * tree.n_features);
        tree.push_leaf(leaf, &mut rows);
        Self::new(rows, tree.n_features)
    }
}

/// What is looked for. Methods are to be marked `#[inline(always)]`.
pub(crate) trait Search<F: Form> {
    /// The corners of the box that is searched from.
    fn corners(&self) -> (&[f64], &[f64]);

    /// Boxes of a larger gap are left out; below 0 when nothing more is wanted.
    fn limit(&self) -> f64;

    /// Whether a node within the limit is wanted; asked before its blocks are.
    fn wants(&mut self, _node: Node) -> bool {
        true
    }

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
            if bound > search.limit() || !search.wants(node) {
                continue;
            }
            if let Some(children) = node.children() {
                let (lower, upper) = search.corners();
                let bounds = children.map(|child| self.node_gap::<F>(child, lower, upper));
                let far = usize::from(bounds[0] <= bounds[1]);
                waiting.extend([(children[far], bounds[far]), (children[1 - far], bounds[1 - far])]);
                continue;
            }
            let (lower, upper) = search.corners();
            let gaps = self.fan_gaps::<F>(node.first_block, lower, upper);
            let limit = search.limit();
            if gaps.iter().any(|&gap| gap <= limit) {
                search.block(node.first_block, gaps);
            }
        }
    }
}
