//! DBSCAN: clusters are where rows are dense, of any shape; rows elsewhere are noise.
//!
//! M. Ester, H.-P. Kriegel, J. Sander & X. Xu, "A density-based algorithm for discovering clusters in large
//! spatial databases with noise", KDD 1996; see also E. Schubert, J. Sander, M. Ester, H.-P. Kriegel &
//! X. Xu, "DBSCAN revisited, revisited", ACM TODS 42(3), 2017.
//!
//! - Two rows are **neighbours** when their distance is at most eps; every row is a neighbour of itself.
//! - A row is a **core** row when it has at least `min_samples` neighbours, itself included; with weights,
//!   when the weights of its neighbours add up to that.
//! - Core rows that are neighbours, directly or by way of other core rows, make a **cluster**. Clusters
//!   are numbered by their first core row.
//! - A row that is not core but has core neighbours, a **border** row, belongs to the lowest-numbered of their clusters.
//! - All others are **noise**. There may be no cluster at all.
//!
//! Labels and core rows equal scikit-learn's. They are exact: no row is compared approximately, and
//! none depends on the number of threads.
//!
//! Rows are kept in a tree of boxes. Neighbours are counted until there are enough; sets of core rows are
//! joined from small boxes to large ones, so that pairs within one set are passed over (an idea of Y. Wang,
//! Y. Gu & J. Shun, "Theoretically-efficient and practical parallel DBSCAN", SIGMOD 2020). Memory is
//! O(n d) whatever eps is.
//!
//! **Metrics.** Distances are those of [`Metric`](segctl_numeric::distance::Metric), to the bit. (scikit-learn
//! compares squares with a rounded eps^2, and so leaves out pairs at a distance of exactly eps when that
//! was rounded down: of points with whole coordinates those at the square root of 3, for instance.) Cosine
//! distances are taken as half the squared distances of rows of length 1, which is the same but for
//! rounding; whatever is within 1e-14 of eps in proportion counts as within it. A row of zeros is at cosine
//! distance 1 from other rows and 0 from other rows of zeros.
//!
//! [`propose_eps`] suggests where to begin with eps.

mod border;
mod core_rows;
mod eps;
mod forest;
mod knee;
mod link;
mod model;
mod params;
mod progress;
mod search;
mod uniform;

use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::{Labels, MatrixView};

pub use eps::{EpsParams, EpsProposal, k_distances, propose_eps};
pub use model::DbscanModel;
pub use params::DbscanParams;

use crate::ClusteringError;
use crate::check::check_values;
use crate::spatial::{NONE, Tree};
use border::{Cores, border};
use core_rows::core_rows;
use forest::Forest;
use link::link;
use progress::Progress;
use uniform::Uniform;

/// A clustering by density: plain data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Dbscan {
    /// The cluster of each row, or noise; clusters are numbered by their first core row.
    pub labels: Labels,
    /// Whether each row is a core row.
    pub core: Vec<bool>,
    /// What assigns new rows.
    pub model: DbscanModel,
}

impl Dbscan {
    /// The core rows, ascending: scikit-learn's `core_sample_indices_`.
    ///
    /// ```
    /// use segctl_clustering_core::dbscan::{DbscanParams, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[0.0, 9.0, 1.0, 2.0], 4, 1)?;
    /// assert_eq!(fit(x, &DbscanParams::new(1.0, 3))?.core_rows(), [2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn core_rows(&self) -> Vec<usize> {
        (0..self.core.len()).filter(|&row| self.core[row]).collect()
    }
}

/// Clusters the rows of `x` (n x d).
///
/// # Errors
/// As [`fit_with`].
///
/// ```
/// use segctl_clustering_core::dbscan::{DbscanParams, fit};
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[0.0, 1.0, 2.0, 50.0, 8.0, 9.0], 6, 1)?;
/// let found = fit(x, &DbscanParams::new(1.0, 2))?;
/// assert_eq!(found.labels.to_signed(), [0, 0, 0, -1, 1, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(x: MatrixView<'_>, params: &DbscanParams) -> Result<Dbscan, ClusteringError> {
    fit_with(x, None, params, &Silent)
}

/// Clusters weighted rows under observation. A weight of 3 counts as three copies of the row; a row of
/// weight 0 adds nothing to its neighbours, but is core itself when they weigh enough, as in scikit-learn.
///
/// Events have the stages `dbscan core rows`, `dbscan links` and `dbscan border`, with their steps and
/// how many there will be. Time O(n d log n) for few dimensions and an eps that few rows are within, O(n^2 d)
/// at worst; memory about 24 n d + 50 n bytes.
///
/// # Errors
/// [`ClusteringError::Input`] for parameters out of range, values that are not finite, or weights
/// that are no weights; [`ClusteringError::TooLarge`] for magnitudes beyond 1e120;
/// [`ClusteringError::Cancelled`].
///
/// ```
/// use segctl_clustering_core::dbscan::{DbscanParams, fit_with};
/// use segctl_numeric::{MatrixView, observe::Silent};
/// let x = MatrixView::new(&[0.0, 4.0, 9.0], 3, 1)?;
/// let found = fit_with(x, Some(&[3.0, 1.0, 1.0]), &DbscanParams::new(2.0, 3), &Silent)?;
/// assert_eq!(found.labels.to_signed(), [0, -1, -1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with(
    x: MatrixView<'_>,
    sample_weight: Option<&[f64]>,
    params: &DbscanParams,
    observer: &dyn Observer,
) -> Result<Dbscan, ClusteringError> {
    params.validate()?;
    check_values("X", x)?;
    if let Some(weights) = sample_weight {
        params::check_weights(weights, x.n_rows())?;
    }
    let (n, d, &DbscanParams { eps, min_samples, metric }) = (x.n_rows(), x.n_cols(), params);
    let span = tracing::info_span!("dbscan", n, d, eps, min_samples, metric = metric.name());
    let _entered = span.enter();
    cluster(x, sample_weight, params, &Progress(observer))
}

fn cluster(
    x: MatrixView<'_>,
    sample_weight: Option<&[f64]>,
    params: &DbscanParams,
    progress: &Progress<'_>,
) -> Result<Dbscan, ClusteringError> {
    let tree = Tree::new(x, params.metric);
    let limit = tree.total_of(params.eps);
    let core = core_rows(&tree, sample_weight, limit, params.min_samples, progress)?;
    let core_places: Vec<usize> = (0..core.len()).filter(|&row| core[row]).collect();
    let core_x = x.select_rows(&core_places);
    let core_tree = Tree::new(core_x.view(), params.metric);
    let (clusters, n_clusters) = numbered(&link(&core_tree, limit, progress)?, core_places.len());
    let mut uniform = Uniform::new(&core_tree);
    uniform.refresh(&core_tree, |row| clusters[row as usize]);
    let mut labels = vec![NONE; x.n_rows()];
    core_places.iter().zip(&clusters).for_each(|(&row, &cluster)| labels[row] = cluster);
    let in_slots = core_tree.in_slots(&clusters);
    let cores = Cores { tree: &core_tree, clusters: &in_slots, uniform: &uniform };
    border(&tree, cores, limit, &mut labels, &core, progress)?;
    let labels = Labels::new(labels, n_clusters).expect("clusters are numbered below their number");
    let means = model::means(x, &labels);
    let model = DbscanModel::new(params, core_x, clusters, means, core_tree);
    Ok(Dbscan { labels, core, model })
}

/// The cluster of each core row, and how many there are: sets in the order of their first rows.
fn numbered(forest: &Forest, n_core: usize) -> (Vec<u32>, usize) {
    let mut clusters: Vec<u32> = Vec::with_capacity(n_core);
    let mut n_clusters = 0;
    for row in 0..n_core as u32 {
        // The root is the first row of its set.
        let root = forest.root(row);
        if root == row {
            clusters.push(n_clusters);
            n_clusters += 1;
        } else {
            clusters.push(clusters[root as usize]);
        }
    }
    (clusters, n_clusters as usize)
}
