use segctl_numeric::MatrixView;
use segctl_numeric::distance::Dissimilarity;

use super::core::core_distances;
use super::tree::{Edge, Ties, minimum_spanning_tree};

/// A cluster without its outermost rows.
pub(super) struct Inner {
    /// The longest edge between inner rows.
    pub(super) sparseness: f64,
    /// The inner rows, ascending.
    pub(super) rows: Vec<usize>,
    /// Their core distances.
    pub(super) cores: Vec<f64>,
}

impl Inner {
    /// Of the cluster with the given two or more rows of `x`.
    pub(super) fn of(x: MatrixView<'_>, rows: &[usize], dissimilarity: &Dissimilarity, ties: Ties) -> Self {
        let values = x.select_rows(rows);
        let cores = core_distances(values.view(), dissimilarity);
        let tree = minimum_spanning_tree(values.view(), &cores, dissimilarity, ties);
        let mut degrees = vec![0; rows.len()];
        tree.iter().flat_map(|edge| edge.ends).for_each(|end| degrees[end] += 1);
        let is_inner = |&at: &usize| degrees[at] > 1;
        let mut inner: Vec<usize> = (0..rows.len()).filter(is_inner).collect();
        if inner.is_empty() {
            inner = (0..rows.len()).collect();
        }
        Self {
            sparseness: sparseness(&tree, &degrees),
            rows: inner.iter().map(|&at| rows[at]).collect(),
            cores: inner.iter().map(|&at| cores[at]).collect(),
        }
    }
}

/// The longest inner edge, or the longest of all where there is none.
fn sparseness(tree: &[Edge], degrees: &[usize]) -> f64 {
    let longest = |edges: &mut dyn Iterator<Item = &Edge>| edges.map(|edge| edge.weight).reduce(f64::max);
    let is_inner = |edge: &&Edge| edge.ends.iter().all(|&end| degrees[end] > 1);
    let inner = longest(&mut tree.iter().filter(is_inner));
    inner.or_else(|| longest(&mut tree.iter())).unwrap_or(0.0)
}
