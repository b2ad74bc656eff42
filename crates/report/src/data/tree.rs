use segctl_segmentation::{Join, Leaf, Tree};
use serde::Serialize;

use crate::format::rounded;

/// The tree of merges.
#[derive(Debug, Serialize)]
pub(crate) struct TreeData {
    /// From top to bottom: customers, height, segment, share of the segment.
    leaves: Vec<(u64, f64, usize, f64)>,
    /// Children before parents: two nodes, height, customers.
    merges: Vec<(usize, usize, f64, u64)>,
}

pub(crate) fn tree(tree: &Tree) -> TreeData {
    let leaf = |leaf: &Leaf| (leaf.size, rounded(leaf.height), leaf.segment, rounded(leaf.purity));
    let merge = |merge: &Join| (merge.left, merge.right, rounded(merge.height), merge.size);
    TreeData { leaves: tree.leaves.iter().map(leaf).collect(), merges: tree.merges.iter().map(merge).collect() }
}
