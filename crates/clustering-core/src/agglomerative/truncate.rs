//! The top of a tree, for pictures: thousands of rows are a few dozen leaves.

use segctl_numeric::distance::Metric;
use segctl_numeric::{Labels, MatrixView};

use super::condensed::Condensed;
use super::tree::{Dendrogram, Merge};
use crate::ClusteringError;
use crate::model::{CentersModel, Predict};

/// The last merges of a tree, over leaves that are clusters (SciPy's `truncate_mode="lastp"`).
///
/// Leaf `i` is cluster `i` of [`labels`](Self::labels): leaves are numbered by their first row, so that
/// a cut of [`tree`](Self::tree) into k clusters numbers them as a cut of the whole tree does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Truncated {
    /// The merges above the leaves, with their heights; sizes count leaves.
    pub tree: Dendrogram,
    /// Rows in each leaf.
    pub sizes: Vec<usize>,
    /// The height of the merge that made each leaf, 0 for a single row.
    pub heights: Vec<f64>,
    /// The number of each leaf in the whole tree: a row below n, else merge `node - n`.
    pub nodes: Vec<usize>,
    /// The leaf of each row.
    pub labels: Labels,
}

impl Dendrogram {
    /// The last `n_leaves - 1` merges, over `n_leaves` leaves; all of them when that is more than there
    /// are rows. O(n).
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[0.0, 9.0, 1.0, 11.0, 30.0], 5, 1)?;
    /// let top = fit(x, &AgglomerativeParams::new(Linkage::Single))?.truncated(3)?;
    /// assert_eq!(top.sizes, [2, 2, 1]);
    /// assert_eq!(top.heights, [1.0, 2.0, 0.0]);
    /// assert_eq!(top.labels.to_signed(), [0, 1, 0, 1, 2]);
    /// assert_eq!(top.tree.merges()[0].height, 8.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for no leaves.
    pub fn truncated(&self, n_leaves: usize) -> Result<Truncated, ClusteringError> {
        let (n, p) = (self.n_rows(), n_leaves.min(self.n_rows()));
        let labels = self.cut_k(p)?;
        let nodes = self.leaf_nodes(&labels);
        let mut number = vec![usize::MAX; 2 * n - 1];
        nodes.iter().enumerate().for_each(|(leaf, &node)| number[node] = leaf);
        let mut merges: Vec<Merge> = Vec::with_capacity(p - 1);
        for (at, merge) in self.merges().iter().enumerate().skip(n - p) {
            let (a, b) = (number[merge.left], number[merge.right]);
            number[n + at] = p + merges.len();
            let leaves = |node: usize| node.checked_sub(p).map_or(1, |merge| merges[merge].size);
            merges.push(Merge { left: a.min(b), right: a.max(b), height: merge.height, size: leaves(a) + leaves(b) });
        }
        let height = |&node: &usize| node.checked_sub(n).map_or(0.0, |merge| self.merges()[merge].height);
        Ok(Truncated {
            tree: Self::new(merges)?,
            sizes: labels.sizes(),
            heights: nodes.iter().map(height).collect(),
            nodes,
            labels,
        })
    }

    /// The node that each cluster of a cut by number is.
    fn leaf_nodes(&self, labels: &Labels) -> Vec<usize> {
        let (n, p) = (self.n_rows(), labels.n_clusters());
        // A row of every node: rows, then merges, which take that of their left side.
        let mut row: Vec<usize> = (0..n).collect();
        self.merges().iter().for_each(|merge| row.push(row[merge.left]));
        let mut nodes = vec![0; p];
        // Below the last p - 1 merges; a later node of the same cluster contains the earlier ones.
        for (node, &row) in row[..2 * n - p].iter().enumerate() {
            nodes[labels.as_slice()[row] as usize] = node;
        }
        nodes
    }
}

impl Truncated {
    /// Rows under each merge of [`tree`](Self::tree), in their order.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[0.0, 9.0, 1.0, 11.0, 30.0], 5, 1)?;
    /// let top = fit(x, &AgglomerativeParams::new(Linkage::Single))?.truncated(3)?;
    /// assert_eq!(top.merge_sizes(), [4, 5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn merge_sizes(&self) -> Vec<usize> {
        let mut sizes = self.sizes.clone();
        self.tree.merges().iter().for_each(|merge| sizes.push(sizes[merge.left] + sizes[merge.right]));
        sizes.split_off(self.sizes.len())
    }

    /// The leaves from left to right, so that the means of neighbouring ones are as near as the tree
    /// allows, by `metric`; see [`Dendrogram::optimal_leaf_order`]. `x` (n x d) holds the rows that the tree
    /// was made of. Time O(n d + p^3), memory 18 p^2 bytes.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_numeric::{MatrixView, distance::Metric};
    /// let x = MatrixView::new(&[5.0, 0.0, 5.5, 9.0, 0.1], 5, 1)?;
    /// let top = fit(x, &AgglomerativeParams::new(Linkage::Single))?.truncated(3)?;
    /// assert_eq!(top.leaf_order(x, Metric::Euclidean)?, [1, 0, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] when `x` has another number of rows, no columns, or a value that is not finite;
    /// [`ClusteringError::TooLarge`] for magnitudes beyond those of a fit.
    pub fn leaf_order(&self, x: MatrixView<'_>, metric: Metric) -> Result<Vec<usize>, ClusteringError> {
        let centers = CentersModel::of_labels(x, &self.labels)?.centers();
        self.tree.optimal_leaf_order(&Condensed::of(centers.view(), metric), None)
    }
}
