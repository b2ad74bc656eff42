use serde::{Deserialize, Serialize};

/// A tree of merges with its lower parts gathered into leaves, so that it can be drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// The linkage: `ward`.
    pub linkage: String,
    /// The distance of two customers: `euclidean`.
    pub metric: String,
    /// Customers it was made of; all of them, or a sample.
    pub n_rows: u64,
    /// The leaves from left to right, neighbours as alike as the tree allows.
    pub leaves: Vec<Leaf>,
    /// The merges, children before parents. Nodes below the number of leaves are leaves, merge `i` is
    /// the node so many further.
    pub merges: Vec<Join>,
}

/// A part of a tree that is drawn as one leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leaf {
    /// Customers in it.
    pub size: u64,
    /// The height of its topmost merge, 0 for a single customer.
    pub height: f64,
    /// The segment most of them are in.
    pub segment: usize,
    /// The share of them that is in it.
    pub purity: f64,
}

/// A merge of two nodes of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Join {
    /// The left node.
    pub left: usize,
    /// The right node.
    pub right: usize,
    /// How far apart the two were, by the linkage.
    pub height: f64,
    /// Customers under it.
    pub size: u64,
}
