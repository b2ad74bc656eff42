use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels, MatrixView};
use serde::{Deserialize, Serialize};

use super::held_out::held_out;
use super::params::TreeParams;
use super::quality::share;
use super::selection::{check_tree, clusters_of};
use super::tree::DecisionTree;
use crate::MetricsError;

/// How often a tree gives rows the label they have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fidelity {
    /// Rows judged: noise only where it was a class of the tree.
    pub n_rows: usize,
    /// The share of them whose label the tree gives.
    pub fidelity: f64,
    /// The share of them in the largest cluster: the fidelity of saying always the same.
    pub baseline: f64,
    /// The mean recall of the clusters that have rows: fidelity with every cluster counting the same.
    pub mean_recall: f64,
    /// Each cluster by number, then noise where it was a class.
    pub clusters: Vec<ClusterFidelity>,
}

/// How well a tree tells one cluster.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClusterFidelity {
    /// The cluster, `None` for noise.
    pub cluster: Option<usize>,
    /// Its rows among those judged.
    pub n_rows: usize,
    /// Rows to which the tree gives its label.
    pub n_predicted: usize,
    /// Rows of which both are true.
    pub n_agreed: usize,
    /// `n_agreed / n_predicted`, `None` where the tree gives the label to no row.
    pub precision: Option<f64>,
    /// `n_agreed / n_rows`, `None` where the cluster has no rows.
    pub recall: Option<f64>,
}

/// How often `tree` gives the rows of `x` (n x d) their label. On the rows of the fit this flatters: see
/// [`held_out_fidelity`]. O(n depth).
///
/// ```
/// use segctl_metrics::rules::{DecisionTree, TreeParams, fidelity};
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
/// let tree = DecisionTree::fit(x, &Labels::new(vec![0, 0, 1, 1], 2)?, &TreeParams::new().with_min_leaf(1))?;
/// let found = fidelity(&tree, x, &Labels::new(vec![0, 0, 0, 1], 2)?)?;
/// assert_eq!((found.fidelity, found.baseline), (0.75, 0.75));
/// assert_eq!(found.clusters[1].precision, Some(0.5));
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] for another number of labels than rows, other columns or more clusters than the tree's, and
/// no row to judge.
pub fn fidelity(tree: &DecisionTree, x: MatrixView<'_>, labels: &Labels) -> Result<Fidelity, MetricsError> {
    check_tree(tree, x, labels)?;
    let predicted = tree.predict(x)?;
    let slot = |cluster: Option<usize>| cluster.unwrap_or(tree.n_clusters());
    let mut counts = vec![[0_usize; 3]; tree.n_clusters() + 1];
    let judged = (0..x.n_rows()).filter(|&row| tree.has_noise() || labels.get(row).is_some());
    for (label, prediction) in judged.map(|row| (slot(labels.get(row)), slot(predicted.get(row)))) {
        counts[label][0] += 1;
        counts[prediction][1] += 1;
        counts[label][2] += usize::from(label == prediction);
    }
    let clusters = clusters_of(tree).map(|cluster| ClusterFidelity::new(cluster, counts[slot(cluster)])).collect();
    Ok(Fidelity::new(clusters)?)
}

impl ClusterFidelity {
    fn new(cluster: Option<usize>, [n_rows, n_predicted, n_agreed]: [usize; 3]) -> Self {
        let (precision, recall) = (share(n_agreed, n_predicted), share(n_agreed, n_rows));
        Self { cluster, n_rows, n_predicted, n_agreed, precision, recall }
    }
}

impl Fidelity {
    fn new(clusters: Vec<ClusterFidelity>) -> Result<Self, InputError> {
        let n_rows = clusters.iter().map(|cluster| cluster.n_rows).sum::<usize>();
        if n_rows == 0 {
            return Err(InputError::TooFewRows { what: "rows that are no noise", n_samples: 0, at_least: 1 });
        }
        let n_agreed = clusters.iter().map(|cluster| cluster.n_agreed).sum::<usize>();
        let largest = clusters.iter().map(|cluster| cluster.n_rows).max().unwrap_or(0);
        let recalls = || clusters.iter().filter_map(|cluster| cluster.recall);
        Ok(Self {
            n_rows,
            fidelity: n_agreed as f64 / n_rows as f64,
            baseline: largest as f64 / n_rows as f64,
            mean_recall: recalls().sum::<f64>() / recalls().count() as f64,
            clusters,
        })
    }
}

/// Fits a tree to part of the rows of `x` (n x d), and judges it on the others: how far rules from such a tree hold on rows that
/// it has not seen. A `share` of each cluster is held out, see [`held_out`]. Time of a fit.
///
/// ```
/// use segctl_metrics::rules::{TreeParams, held_out_fidelity};
/// use segctl_numeric::{Labels, Matrix, seed::Seed};
/// let x = Matrix::new((0..100).map(f64::from).collect(), 100, 1)?;
/// let labels = Labels::new((0..100).map(|i| i / 50).collect(), 2)?;
/// let found = held_out_fidelity(x.view(), &labels, &TreeParams::new(), 0.3, Seed(0))?;
/// assert_eq!(found.n_rows, 30);
/// assert!(found.fidelity > 0.9);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// Those of [`DecisionTree::fit`], [`held_out`] and [`fidelity`].
pub fn held_out_fidelity(
    x: MatrixView<'_>,
    labels: &Labels,
    params: &TreeParams,
    share: f64,
    seed: Seed,
) -> Result<Fidelity, MetricsError> {
    super::tree::check_lengths(x, labels)?;
    let parts = held_out(labels, share, seed)?;
    let tree = DecisionTree::fit(x.select_rows(&parts.train).view(), &labels.select(&parts.train), params)?;
    fidelity(&tree, x.select_rows(&parts.test).view(), &labels.select(&parts.test))
}
