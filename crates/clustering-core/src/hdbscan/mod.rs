//! HDBSCAN: clusters are the dense places that persist as the density asked for grows; they may have any shape, any
//! density and any number, and rows in thin places are noise.
//!
//! - R. Campello, D. Moulavi & J. Sander, "Density-based clustering based on hierarchical density estimates", PAKDD
//!   2013: the hierarchy and the selection by excess of mass;
//! - R. Campello, D. Moulavi, A. Zimek & J. Sander, "Hierarchical density estimates for data clustering, visualization,
//!   and outlier detection", ACM TKDD 10(1), 2015: outlier scores (GLOSH);
//! - L. McInnes & J. Healy, "Accelerated hierarchical density based clustering", ICDM workshops 2017: the condensed
//!   tree, probabilities, and Borůvka's algorithm over a tree of boxes;
//! - C. Malzer & M. Baum, "A hybrid approach to hierarchical density-based cluster selection", MFI 2020: epsilon.
//!
//! The **core distance** of a row is that to its `min_samples`-th nearest row, itself the first. The **mutual
//! reachability distance** of two rows is the largest of their core distances and their distance. Single linkage by it
//! is a hierarchy; a cluster of it is a part of at least `min_cluster_size` rows, and what splits off with fewer rows
//! leaves it as noise. `lambda` is one over the distance: the density.
//!
//! Labels and probabilities are those of scikit-learn's `HDBSCAN`, outlier scores those of the hdbscan package, except:
//!
//! - Merges at equal distances are one merge, as in the paper, so that the result depends neither on the order of the
//!   rows nor on which of several minimum spanning trees was found. Both packages take such merges in an arbitrary
//!   order; a row at exactly the distance at which two clusters meet, say one through which they meet, belongs to one
//!   of them there and to neither here.
//! - A cluster of fewer than `min_cluster_size` rows is not selected, even if it is all there is.
//! - `max_cluster_size` holds for leaves, too, and counts all rows of the root.
//! - The root is a leaf if it never splits; it is selected as one if a single cluster is allowed.

mod boruvka;
mod brute;
mod condense;
mod condensed;
mod hunt;
mod members;
mod model;
mod near;
mod params;
mod predict;
mod predict_brute;
mod select;
mod tree;

use boruvka::row_of;
use near::Near;
use segctl_numeric::distance::Metric;
use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::{Labels, MatrixView};

pub use condensed::{CondensedCluster, CondensedTree, RowsLeft};
pub use model::HdbscanModel;
pub use params::{HdbscanParams, Selection};

use crate::ClusteringError;
use crate::agglomerative::Pair;
use crate::check::check_values;
use crate::spatial::Tree;

/// What events say is running.
const STAGE_CORE: &str = "core distances";
const STAGE_TREE: &str = "spanning tree";

/// A fitted clustering: plain data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Hdbscan {
    /// The cluster of each row, or noise; clusters are numbered by their first rows. There may be none.
    pub labels: Labels,
    /// How firmly each row is in its cluster, in [0, 1]: the density at which it leaves it over the largest density of
    /// the cluster. 1 at the heart, 0 for noise. Where a cluster holds `min_samples` copies of one row its density is
    /// infinite, and rows beside them have 0, too.
    pub probabilities: Vec<f64>,
    /// How far from ordinary each row is, in [0, 1] (GLOSH): 1 less the density at which it leaves its last cluster
    /// over the largest density in that cluster and below. Beyond 0.9 or so, rows stand out.
    pub outlier_scores: Vec<f64>,
    /// All clusters there are at any density.
    pub condensed: CondensedTree,
    /// What assigns new rows.
    pub model: HdbscanModel,
}

/// Clusters the rows of `x` (n x d).
///
/// # Errors
/// As [`fit_with`].
///
/// ```
/// use segctl_clustering_core::hdbscan::{HdbscanParams, fit};
/// use segctl_numeric::MatrixView;
/// let x = [1.0, 1.1, 1.3, 20.0, 8.0, 8.1, 8.4];
/// let found = fit(MatrixView::new(&x, 7, 1)?, &HdbscanParams::new(3).with_min_samples(2))?;
/// assert_eq!(found.labels.to_signed(), [0, 0, 0, -1, 1, 1, 1]);
/// assert!(found.outlier_scores[3] > 0.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(x: MatrixView<'_>, params: &HdbscanParams) -> Result<Hdbscan, ClusteringError> {
    fit_with(x, params, &Silent)
}

/// Clusters under observation.
///
/// Events have the stage `core distances`, the step being the number of rows done, and then `spanning tree`, the step
/// being the number of edges found. Time O(n^2 d) at worst; by a tree of boxes, which all metrics but cosine know,
/// about O(n log n) in few features. Memory O(n d), and up to 64 neighbours of each row.
///
/// # Errors
/// [`ClusteringError::Input`] for parameters out of range, no rows, no columns, or values that are not finite;
/// [`ClusteringError::SizeOrder`]; [`ClusteringError::TooFewNeighbours`] for fewer rows than `min_samples`;
/// [`ClusteringError::TooLarge`] for magnitudes beyond 1e120; [`ClusteringError::Cancelled`].
///
/// ```
/// use segctl_clustering_core::hdbscan::{HdbscanParams, fit_with};
/// use segctl_numeric::{MatrixView, distance::Metric, observe::Silent};
/// let x = [1.0, 1.1, 1.3, 20.0, 8.0, 8.1, 8.4];
/// let params = HdbscanParams::new(2).with_metric(Metric::Manhattan).with_allow_single_cluster(true);
/// let found = fit_with(MatrixView::new(&x, 7, 1)?, &params, &Silent)?;
/// assert_eq!(found.labels.n_clusters(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with(
    x: MatrixView<'_>,
    params: &HdbscanParams,
    observer: &dyn Observer,
) -> Result<Hdbscan, ClusteringError> {
    params.validate()?;
    check_values("X", x)?;
    let (n, d, metric, min_samples) = (x.n_rows(), x.n_cols(), params.metric, params.min_samples());
    if n < min_samples {
        return Err(ClusteringError::TooFewNeighbours { n_samples: n, min_samples });
    }
    let span = tracing::info_span!("hdbscan", n, d, ?metric, min_samples);
    let _entered = span.enter();
    let (cores, pairs) = spanning_tree(x, metric, min_samples, observer)?;
    let tree = condense::condense(n, pairs, params.min_cluster_size);
    let stabilities = tree.stabilities();
    let selected = select::select(&tree, &stabilities, params);
    let members = members::members(&tree, &selected, params);
    Ok(Hdbscan {
        outlier_scores: tree.outlier_scores(),
        condensed: CondensedTree::new(&tree, &stabilities, &members.node_label),
        model: HdbscanModel::new(x, params, cores, &tree, &members),
        labels: members.labels,
        probabilities: members.probabilities,
    })
}

/// The core distances of the rows, and a minimum spanning tree by mutual reachability.
fn spanning_tree(
    x: MatrixView<'_>,
    metric: Metric,
    min_samples: usize,
    observer: &dyn Observer,
) -> Result<(Vec<f64>, Vec<Pair>), ClusteringError> {
    if metric == Metric::Cosine {
        let cores = brute::core_distances(x, metric, min_samples, observer)?;
        let pairs = brute::minimum_spanning_tree(x, metric, &cores, observer)?;
        return Ok((cores, pairs));
    }
    let tree = Tree::new(x, metric);
    let near = Near::new(&tree, min_samples, observer)?;
    let mut cores = vec![0.0; x.n_rows()];
    for slot in 0..x.n_rows() {
        cores[row_of(&tree, slot)] = tree.distance_of(near.cores[slot]);
    }
    Ok((cores, boruvka::minimum_spanning_tree(&tree, &near, observer)?))
}
