use segctl_numeric::{InputError, Labels, MatrixView, par};
use serde::{Deserialize, Serialize};

use super::classes::Classes;
use super::grow::grow;
use super::params::TreeParams;
use super::stored::RawTree;
use crate::MetricsError;

/// A decision tree fitted to labels. Plain data: an array of [`Node`]s, the root first.
///
/// A tree read from a file is checked: children follow their parents, and every node has one parent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawTree")]
pub struct DecisionTree {
    pub(super) n_features: usize,
    pub(super) n_clusters: usize,
    pub(super) noise: bool,
    pub(super) nodes: Vec<Node>,
}

/// A node of a [`DecisionTree`]: a set of training rows, split in two or a leaf.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Node {
    /// Splits above.
    pub depth: usize,
    /// Training rows.
    pub n_rows: usize,
    /// Training rows of each cluster that has any, by cluster, noise last.
    pub counts: Vec<ClassCount>,
    /// The weight of its rows as a share of the weight of all, in (0, 1]; with uniform weights the share of rows.
    pub weight: f64,
    /// Gini's impurity `1 - sum_c p_c^2`, p_c being the share of cluster c by weight; in [0, 1).
    pub impurity: f64,
    /// The cluster of most weight, the lowest of several: the label of its rows. `None` for noise.
    pub cluster: Option<usize>,
    /// How it is split, `None` for a leaf.
    pub split: Option<Split>,
}

/// How many rows of a node are of one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCount {
    /// The cluster, `None` for noise.
    pub cluster: Option<usize>,
    /// Its rows in the node.
    pub n_rows: usize,
}

/// A question that parts the rows of a node.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Split {
    /// 0-based column of X.
    pub feature: usize,
    /// Rows with a value of at most this go left, the others right; in the units of X. `None` sends every row that has
    /// a value left, and those that lack it right.
    pub threshold: Option<f64>,
    /// Whether rows that lack the value go left.
    pub missing_left: bool,
    /// Training rows of the node that lacked the value.
    pub n_missing: usize,
    /// How much it lowers the impurity of the tree: the node's `weight * impurity` less that of both sides.
    pub decrease: f64,
    /// The node of the left side.
    pub left: usize,
    /// The node of the right side.
    pub right: usize,
}

impl Split {
    /// Whether a row with this value of the feature goes left; NaN is a missing value.
    fn sends_left(&self, value: f64) -> bool {
        if value.is_nan() { self.missing_left } else { self.threshold.is_none_or(|threshold| value <= threshold) }
    }
}

impl DecisionTree {
    /// Fits a tree to the labels of the rows of `x` (n x d, missing values NaN).
    ///
    /// CART with Gini's impurity by weighted counts, grown best first. Thresholds are halfway between the two
    /// neighbouring values of the node, or rounded between them. Equal splits (to 12 digits) are decided for the lowest
    /// feature, then the lowest threshold. Where rows of a node lack a value, both sides are tried for them and the
    /// better one is taken, as is the cut between rows with and without a value; where none lacks it, later rows that do
    /// go where most rows of the node went, right if as many. (scikit-learn does the same.)
    ///
    /// Impure nodes are split even if no split lowers impurity at once, since the next may: see
    /// [`DecisionTree::pruned`]. One cluster gives a tree of one leaf.
    ///
    /// Time O(d n log n) to sort the columns, then O(d n) per level; memory 8 n d bytes. Parallel over features, the
    /// same bits at any number of threads.
    ///
    /// ```
    /// use segctl_metrics::rules::{DecisionTree, TreeParams};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
    /// let labels = Labels::new(vec![1, 1, 0, 0], 2)?;
    /// let tree = DecisionTree::fit(x, &labels, &TreeParams::new().with_min_leaf(1))?;
    /// assert_eq!(tree.nodes()[0].split.and_then(|split| split.threshold), Some(5.0));
    /// assert_eq!(tree.predict(x)?, labels);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    ///
    /// # Errors
    /// [`MetricsError::Input`] for parameters out of range, no columns, another number of labels than rows, an infinite
    /// value, 2^32 rows or more, and no row that is no noise (none at all, where noise is a class).
    pub fn fit(x: MatrixView<'_>, labels: &Labels, params: &TreeParams) -> Result<Self, MetricsError> {
        params.validate()?;
        check(x, labels)?;
        let classes = Classes::new(labels, params.noise, params.class_weights);
        let sizes = classes.occupied();
        if sizes.is_empty() {
            let what = if params.noise { "X" } else { "rows that are no noise" };
            return Err(InputError::TooFewRows { what, n_samples: 0, at_least: 1 }.into());
        }
        let nodes = grow(x, &classes, params.limits(&sizes), params.round_thresholds);
        Ok(Self { n_features: x.n_cols(), n_clusters: labels.n_clusters(), noise: params.noise, nodes })
    }

    /// The nodes, the root first, children after their parents.
    ///
    /// ```
    /// # use segctl_metrics::rules::{DecisionTree, TreeParams};
    /// # use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0], 2, 1)?;
    /// let tree = DecisionTree::fit(x, &Labels::new(vec![0, 0], 1)?, &TreeParams::new())?;
    /// assert_eq!(tree.nodes()[0].n_rows, 2);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Columns of the matrix it was fitted to.
    ///
    /// ```
    /// # use segctl_metrics::rules::{DecisionTree, TreeParams};
    /// # use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0], 1, 2)?;
    /// assert_eq!(DecisionTree::fit(x, &Labels::new(vec![0], 1)?, &TreeParams::new())?.n_features(), 2);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn n_features(&self) -> usize {
        self.n_features
    }

    /// Clusters of the labels it was fitted to, those without rows included.
    ///
    /// ```
    /// # use segctl_metrics::rules::{DecisionTree, TreeParams};
    /// # use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0], 2, 1)?;
    /// assert_eq!(DecisionTree::fit(x, &Labels::new(vec![2, 0], 3)?, &TreeParams::new())?.n_clusters(), 3);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn n_clusters(&self) -> usize {
        self.n_clusters
    }

    /// Whether noise was a class of its own.
    ///
    /// ```
    /// # use segctl_metrics::rules::{DecisionTree, TreeParams};
    /// # use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0], 2, 1)?;
    /// let labels = Labels::from_signed(&[0, -1])?;
    /// assert!(DecisionTree::fit(x, &labels, &TreeParams::new().with_noise(true))?.has_noise());
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn has_noise(&self) -> bool {
        self.noise
    }

    /// The label of each row of `x` (n x d): that of its leaf, noise only where noise was a class. Missing values are NaN; an
    /// infinity is beyond every threshold. O(n depth).
    ///
    /// ```
    /// use segctl_metrics::rules::{DecisionTree, TreeParams};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0, 9.5], 5, 1)?;
    /// let tree = DecisionTree::fit(x, &Labels::new(vec![0, 0, 1, 1, 1], 2)?, &TreeParams::new().with_min_leaf(1))?;
    /// let later = MatrixView::new(&[f64::NAN, -7.0], 2, 1)?;
    /// assert_eq!(tree.predict(later)?.as_slice(), [1, 0]);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    ///
    /// # Errors
    /// [`InputError::Length`] when `x` has other columns than the tree was fitted to.
    pub fn predict(&self, x: MatrixView<'_>) -> Result<Labels, MetricsError> {
        let id = |leaf| self.nodes[leaf as usize].cluster.map_or(Labels::NOISE, |cluster| cluster as u32);
        let ids = self.leaf_of_rows(x)?.into_iter().map(id).collect();
        Ok(Labels::new(ids, self.n_clusters)?)
    }

    /// The leaf of each row of `x` (n x d), as an index into [`DecisionTree::nodes`]. O(n depth).
    ///
    /// ```
    /// use segctl_metrics::rules::{DecisionTree, TreeParams};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
    /// let tree = DecisionTree::fit(x, &Labels::new(vec![0, 0, 1, 1], 2)?, &TreeParams::new().with_min_leaf(1))?;
    /// assert_eq!(tree.leaves(x)?, [1, 1, 2, 2]);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    ///
    /// # Errors
    /// As [`DecisionTree::predict`].
    pub fn leaves(&self, x: MatrixView<'_>) -> Result<Vec<usize>, MetricsError> {
        Ok(self.leaf_of_rows(x)?.into_iter().map(|leaf| leaf as usize).collect())
    }

    /// The share of each of d features in the decrease of impurity, summing to 1; zeros where nothing was split.
    ///
    /// Of two features that tell the same, the split takes one and the other gets nothing: a feature of no importance
    /// here may still differ between clusters.
    ///
    /// ```
    /// use segctl_metrics::rules::{DecisionTree, TreeParams};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[0.0, 1.0, 0.0, 2.0, 0.0, 8.0, 0.0, 9.0], 4, 2)?;
    /// let tree = DecisionTree::fit(x, &Labels::new(vec![0, 0, 1, 1], 2)?, &TreeParams::new().with_min_leaf(1))?;
    /// assert_eq!(tree.importances(), [0.0, 1.0]);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn importances(&self) -> Vec<f64> {
        let mut importances = vec![0.0; self.n_features];
        for split in self.nodes.iter().filter_map(|node| node.split) {
            importances[split.feature] += split.decrease;
        }
        let total: f64 = importances.iter().sum();
        if total > 0.0 {
            importances.iter_mut().for_each(|importance| *importance /= total);
        }
        importances
    }

    fn leaf_of_rows(&self, x: MatrixView<'_>) -> Result<Vec<u32>, MetricsError> {
        if x.n_cols() != self.n_features {
            return Err(InputError::Length { what: "a row of X", found: x.n_cols(), expected: self.n_features }.into());
        }
        let mut leaves = vec![0; x.n_rows()];
        par::fill_chunks(&mut leaves, 1, par::CHUNK_ROWS, |range, leaves| {
            leaves.iter_mut().zip(range).for_each(|(leaf, row)| *leaf = self.leaf(x.row(row)) as u32);
        });
        Ok(leaves)
    }

    fn leaf(&self, row: &[f64]) -> usize {
        let mut at = 0;
        while let Some(split) = &self.nodes[at].split {
            at = if split.sends_left(row[split.feature]) { split.left } else { split.right };
        }
        at
    }
}

fn check(x: MatrixView<'_>, labels: &Labels) -> Result<(), InputError> {
    if x.n_cols() == 0 {
        return Err(InputError::NoColumns { what: "X" });
    }
    check_lengths(x, labels)?;
    if u32::try_from(x.n_rows()).is_err() {
        return Err(InputError::OutOfRange { name: "n_samples", value: x.n_rows() as f64, expected: "< 2^32" });
    }
    match x.as_slice().iter().position(|value| value.is_infinite()) {
        None => Ok(()),
        Some(at) => {
            let (row, column) = (at / x.n_cols(), at % x.n_cols());
            Err(InputError::NotFinite { what: "X", row, column, value: x.as_slice()[at] })
        }
    }
}

/// One label per row.
pub(super) fn check_lengths(x: MatrixView<'_>, labels: &Labels) -> Result<(), InputError> {
    match labels.len() {
        found if found == x.n_rows() => Ok(()),
        found => Err(InputError::Length { what: "labels", found, expected: x.n_rows() }),
    }
}
