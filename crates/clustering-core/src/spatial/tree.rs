//! Rows in a tree of boxes.

use std::borrow::Cow;

use segctl_numeric::MatrixView;
use segctl_numeric::distance::Metric;
use segctl_numeric::simd::LANES;

use super::build::build;
use super::space::{Kind, Space};

/// Rows of a leaf, side by side.
pub(crate) const LEAF: usize = 4 * LANES;

/// Leaves of a block, whose bounds are computed together.
pub(crate) const FAN: usize = LANES;

/// Rows of a block.
pub(crate) const BLOCK: usize = FAN * LEAF;

/// Marks a slot without a row.
pub(crate) const NONE: u32 = u32::MAX;

/// Rows (n x d) in leaves of 32, eight leaves to a block, and a binary tree of boxes above the blocks.
///
/// Rows are cut in halves at the median of the feature in which they spread most (Friedman, Bentley &
/// Finkel 1977), so that all leaves but the last are full: the slots of a row, a leaf, a block and
/// a node are numbers, and nothing is pointed to. Built in O(d n log n), 8 n d bytes and a little.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    pub(super) space: Space,
    /// Features of rows to compare.
    pub(super) n_features: usize,
    n_rows: usize,
    /// The row of each slot, `NONE` past the last.
    pub(super) rows: Vec<u32>,
    /// Eight slots by eight slots, feature by feature; infinite where there is no row.
    pub(super) columns: Vec<[f64; LANES]>,
    /// Block by block: lower corners of the leaves feature by feature, then upper ones.
    pub(super) fans: Vec<[f64; FAN]>,
    /// Node by node, children after parents: the lower corner, then the upper one.
    pub(super) corners: Vec<f64>,
}

/// A node: some blocks in a row. The left child comes next, the right one after all of the left one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) id: usize,
    pub(crate) first_block: usize,
    pub(crate) n_blocks: usize,
}

impl Node {
    /// The two halves; `None` for a block.
    pub(crate) fn children(self) -> Option<[Self; 2]> {
        let left = self.n_blocks.div_ceil(2);
        (self.n_blocks > 1).then(|| {
            let Self { id, first_block, n_blocks } = self;
            [
                Self { id: id + 1, first_block, n_blocks: left },
                Self { id: id + 2 * left, first_block: first_block + left, n_blocks: n_blocks - left },
            ]
        })
    }

    pub(crate) fn blocks(self) -> std::ops::Range<usize> {
        self.first_block..self.first_block + self.n_blocks
    }
}

/// Calls `$run` with the form of a tree's metric.
macro_rules! with_form {
    ($tree:expr, $form:ident => $run:expr) => {
        match $tree.kind() {
            $crate::spatial::Kind::Squares => {
                type $form = $crate::spatial::Squares;
                $run
            }
            $crate::spatial::Kind::Magnitudes => {
                type $form = $crate::spatial::Magnitudes;
                $run
            }
            $crate::spatial::Kind::Largest => {
                type $form = $crate::spatial::Largest;
                $run
            }
        }
    };
}
pub(crate) use with_form;

impl Tree {
    /// Of the rows of `x` (n x d), which are finite and fewer than 2^32.
    pub(crate) fn new(x: MatrixView<'_>, metric: Metric) -> Self {
        let space = Space::new(metric);
        let n_features = space.n_features(x.n_cols());
        let (n_rows, n_blocks) = (x.n_rows(), x.n_rows().div_ceil(BLOCK));
        let mut tree = Self {
            space,
            n_features,
            n_rows,
            rows: vec![NONE; n_blocks * BLOCK],
            columns: vec![[f64::INFINITY; LANES]; n_blocks * BLOCK / LANES * n_features],
            fans: vec![[f64::INFINITY; FAN]; n_blocks * 2 * n_features],
            corners: vec![0.0; (2 * n_blocks).saturating_sub(1) * 2 * n_features],
        };
        build(&mut tree, &space.rows(x), n_rows);
        tree
    }

    /// Rows as they are compared with those of the tree, `n_features` values each.
    pub(crate) fn comparable<'a>(&self, x: MatrixView<'a>) -> Cow<'a, [f64]> {
        self.space.rows(x)
    }

    pub(crate) fn kind(&self) -> Kind {
        self.space.kind()
    }

    /// The distance of a total of differences.
    pub(crate) fn distance_of(&self, total: f64) -> f64 {
        self.space.distance_of(total)
    }

    /// The largest total of rows whose distance is at most `radius`, finite and not negative.
    pub(crate) fn total_of(&self, radius: f64) -> f64 {
        self.space.total_of(radius)
    }

    /// Features of rows as they are compared.
    pub(crate) fn n_features(&self) -> usize {
        self.n_features
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub(crate) fn n_blocks(&self) -> usize {
        self.rows.len() / BLOCK
    }

    /// Leaves with rows in them.
    pub(crate) fn n_leaves(&self) -> usize {
        self.n_rows.div_ceil(LEAF)
    }

    /// All blocks; `None` without rows.
    pub(crate) fn root(&self) -> Option<Node> {
        (self.n_rows > 0).then(|| Node { id: 0, first_block: 0, n_blocks: self.n_blocks() })
    }

    /// The rows in a leaf, in the order of its slots.
    pub(crate) fn leaf_rows(&self, leaf: usize) -> &[u32] {
        let slots = leaf * LEAF..((leaf + 1) * LEAF).min(self.n_rows);
        &self.rows[slots]
    }

    /// The rows of all slots from those of a leaf on.
    pub(crate) fn rows_from(&self, leaf: usize) -> &[u32] {
        &self.rows[leaf * LEAF..self.n_rows]
    }

    /// Values of rows in the order of their slots; the default for slots without a row.
    pub(crate) fn in_slots<T: Copy + Default>(&self, values: &[T]) -> Vec<T> {
        self.rows.iter().map(|&row| if row == NONE { T::default() } else { values[row as usize] }).collect()
    }

    /// Rows in a node.
    #[inline(always)]
    pub(crate) fn n_rows_in(&self, node: Node) -> usize {
        (node.blocks().end * BLOCK).min(self.n_rows) - node.first_block * BLOCK
    }

    /// Appends the rows in a leaf, row by row.
    pub(crate) fn push_leaf(&self, leaf: usize, out: &mut Vec<f64>) {
        let columns = self.leaf_columns(leaf);
        for at in 0..self.leaf_rows(leaf).len() {
            let columns = &columns[at / LANES * self.n_features..][..self.n_features];
            out.extend(columns.iter().map(|column| column[at % LANES]));
        }
    }

    /// `columns[g * d + j][l]` is feature `j` of slot `g * LANES + l` of a leaf.
    #[inline(always)]
    pub(super) fn leaf_columns(&self, leaf: usize) -> &[[f64; LANES]] {
        let width = LEAF / LANES * self.n_features;
        &self.columns[leaf * width..][..width]
    }

    /// The lower and the upper corners of a block's leaves.
    #[inline(always)]
    pub(super) fn fan(&self, block: usize) -> (&[[f64; FAN]], &[[f64; FAN]]) {
        self.fans[block * 2 * self.n_features..][..2 * self.n_features].split_at(self.n_features)
    }

    /// The lower and the upper corner of a node.
    #[inline(always)]
    pub(crate) fn corners(&self, node: Node) -> (&[f64], &[f64]) {
        self.corners[node.id * 2 * self.n_features..][..2 * self.n_features].split_at(self.n_features)
    }

    /// The node of a single block.
    pub(crate) fn block_node(&self, block: usize) -> Node {
        self.around(block).pop().expect("a block is in the tree")
    }

    /// Nodes that make up the tree, the last being `block`, the others ever farther from it.
    pub(crate) fn around(&self, block: usize) -> Vec<Node> {
        let mut nodes: Vec<Node> = self.root().into_iter().collect();
        while let Some([left, right]) = nodes.last().and_then(|node| node.children()) {
            nodes.pop();
            nodes.extend(if block < right.first_block { [right, left] } else { [left, right] });
        }
        nodes
    }
}
