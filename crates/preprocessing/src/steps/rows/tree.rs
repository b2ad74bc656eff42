use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::isolation_forest::average_path_length;

/// A tree that splits rows at random until each is alone or the tree is deep enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IsolationTree {
    /// The nodes, each before those below it; the root first.
    pub nodes: Vec<Node>,
}

/// A node of an [`IsolationTree`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Node {
    /// Rows with a value of at most the threshold go to the next node, others to the node named.
    Split(u32, f64, u32),
    /// The end of a path, with the number of rows that ended here when the tree was grown.
    Leaf(u32),
}

impl IsolationTree {
    /// Grows a tree on the rows at `sample`.
    pub(super) fn grow(columns: &[&[f64]], mut sample: Vec<usize>, mut rng: impl RngExt) -> Self {
        let depth = sample.len().max(2).next_power_of_two().ilog2();
        let mut nodes = Vec::with_capacity(2 * sample.len());
        grow(&mut nodes, columns, &mut sample, depth, &mut rng);
        Self { nodes }
    }

    /// How many splits a row passes, plus what isolating the rows it ends among would take on average.
    /// O(nodes).
    ///
    /// ```
    /// use segctl_preprocessing::steps::{IsolationTree, Node};
    /// let tree = IsolationTree { nodes: vec![Node::Split(0, 5.0, 2), Node::Leaf(2), Node::Leaf(1)] };
    /// assert_eq!(tree.path_length(&[4.0]), 2.0, "one split, and two rows are one more apart");
    /// assert_eq!(tree.path_length(&[6.0]), 1.0);
    /// ```
    ///
    /// # Panics
    /// Where the row has fewer values than the splits ask for, or a split names no node.
    pub fn path_length(&self, row: &[f64]) -> f64 {
        self.path_lengths()[self.leaf(row)]
    }

    /// Where the path of a row ends.
    pub(super) fn leaf(&self, row: &[f64]) -> usize {
        let mut at = 0;
        while let Node::Split(column, threshold, right) = self.nodes[at] {
            at = if row[column as usize] <= threshold { at + 1 } else { right as usize };
        }
        at
    }

    /// Per node, the length of a path that ends there.
    pub(super) fn path_lengths(&self) -> Vec<f64> {
        let mut lengths = vec![0.0; self.nodes.len()];
        for (at, node) in self.nodes.iter().enumerate() {
            match *node {
                Node::Leaf(n_rows) => lengths[at] += average_path_length(n_rows as usize),
                Node::Split(_, _, right) => {
                    lengths[at + 1] = lengths[at] + 1.0;
                    lengths[right as usize] = lengths[at] + 1.0;
                }
            }
        }
        lengths
    }

    /// Whether every path of a row of `d` values comes to a leaf: splits only lead on, to a node there is.
    pub(super) fn is_sound(&self, d: usize) -> bool {
        let n = self.nodes.len();
        let sound = |(at, node): (usize, &Node)| match *node {
            Node::Leaf(_) => true,
            Node::Split(column, _, right) => {
                (column as usize) < d && at + 1 < n && (right as usize) > at && (right as usize) < n
            }
        };
        n > 0 && self.nodes.iter().enumerate().all(sound)
    }
}

fn grow(nodes: &mut Vec<Node>, columns: &[&[f64]], rows: &mut [usize], depth: u32, rng: &mut impl RngExt) {
    let split = if depth == 0 || rows.len() < 2 { None } else { draw_split(columns, rows, rng) };
    let Some((column, threshold)) = split else {
        nodes.push(Node::Leaf(rows.len() as u32));
        return;
    };
    let at = nodes.len();
    nodes.push(Node::Leaf(0));
    rows.sort_by_key(|&row| columns[column][row] > threshold);
    let n_left = rows.partition_point(|&row| columns[column][row] <= threshold);
    let (left, right) = rows.split_at_mut(n_left);
    grow(nodes, columns, left, depth - 1, rng);
    nodes[at] = Node::Split(column as u32, threshold, nodes.len() as u32);
    grow(nodes, columns, right, depth - 1, rng);
}

/// A column that varies among the rows and a threshold that leaves a row on either side, both uniform.
fn draw_split(columns: &[&[f64]], rows: &[usize], rng: &mut impl RngExt) -> Option<(usize, f64)> {
    let range = |column: &[f64]| {
        let ends = (f64::INFINITY, f64::NEG_INFINITY);
        rows.iter().map(|&row| column[row]).fold(ends, |(low, high), value| (low.min(value), high.max(value)))
    };
    let ranges = columns.iter().map(|column| range(column)).enumerate();
    let varying: Vec<(usize, (f64, f64))> = ranges.filter(|(_, (low, high))| low < high).collect();
    if varying.is_empty() {
        return None;
    }
    let (column, (low, high)) = varying[rng.random_range(0..varying.len() as u64) as usize];
    let threshold = low + rng.random::<f64>() * (high - low);
    Some((column, if threshold < high { threshold } else { low }))
}
