use segctl_segmentation::Tree;

use crate::format::{count, number};

/// What is said of the tree of merges.
#[derive(Debug)]
pub(crate) struct TreeView {
    /// For those who do not see it.
    pub(crate) description: String,
    /// How to read it.
    pub(crate) caption: String,
    /// Pixels from top to bottom.
    pub(crate) height: usize,
}

impl TreeView {
    pub(crate) fn new(tree: &Tree) -> Self {
        let (leaves, rows) = (tree.leaves.len(), count(tree.n_rows));
        let top = tree.merges.last().map_or(0.0, |merge| merge.height);
        Self {
            description: format!(
                "Tree of {rows} customers by {} linkage, drawn from {leaves} groups; the last two merge at height {}",
                tree.linkage,
                number(top)
            ),
            caption: format!(
                "The tree of {rows} customers by {} linkage ({} distance), its lower parts gathered into {leaves} groups. \
                 The further right two branches meet, the more they differ. Groups have the colour of the segment that \
                 most of their customers are in; like groups stand together.",
                tree.linkage, tree.metric
            ),
            height: 90 + 17 * leaves,
        }
    }
}
