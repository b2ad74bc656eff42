//! Agglomerative clustering: every row starts alone, and the two nearest clusters merge until one
//! is left. The result is a tree of merges, to be cut where one likes.
//!
//! | linkage | distance of two clusters | how | memory beside X |
//! |---|---|---|---|
//! | ward | growth of the sum of squares, as `sqrt(2 a b / (a + b)) * distance of the centres` | rounds of mutual nearest neighbours | O(n d) |
//! | single | of the nearest rows | minimum spanning tree | O(n d) |
//! | complete | of the farthest rows | nearest-neighbour chain | up to 4 n^2 bytes |
//! | average | mean over all pairs of rows (UPGMA) | nearest-neighbour chain | up to 4 n^2 bytes |
//! | weighted | mean of the two parts' distances (WPGMA) | nearest-neighbour chain | up to 4 n^2 bytes |
//! | centroid | of the means of the rows (UPGMC) | generic algorithm | O(n d) |
//! | median | of the points halfway (WPGMC) | generic algorithm | O(n d) |
//!
//! Chains keep the distances of clusters of several rows, never more than n / 2 of them, and of a few
//! single rows.
//!
//! Heights and the linkage matrix are SciPy's (`scipy.cluster.hierarchy.linkage`); where heights are
//! tied, trees may differ. D. Müllner, "Modern hierarchical, agglomerative clustering algorithms",
//! 2011, arXiv:1109.2378, describes the algorithms.

mod boxes;
mod chain;
mod condensed;
mod cophenetic;
mod cut;
mod generic;
mod graph;
mod leaf_order;
mod linkage_matrix;
mod near;
mod params;
mod single;
mod source;
mod table;
mod tree;
mod truncate;
mod ward;

use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::{InputError, MatrixView};

pub use condensed::Condensed;
pub use cut::Inconsistency;
pub use params::{AgglomerativeParams, Linkage};
pub(crate) use single::merges as spanning_tree;
pub(crate) use source::{Rows, Source};
pub(crate) use tree::Pair;
pub use tree::{Dendrogram, Merge};
pub use truncate::Truncated;

use crate::ClusteringError;
use crate::check::check_values;
use chain::Update;
use generic::Middle;

/// What events say is running.
const STAGE: &str = "agglomerative";

/// Clusters the rows of `x` (n x d).
///
/// # Errors
/// As [`fit_with`].
///
/// ```
/// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[0.0, 1.0, 9.0, 11.0], 4, 1)?;
/// let tree = fit(x, &AgglomerativeParams::new(Linkage::Ward))?;
/// assert_eq!(tree.merges()[0].height, 1.0);
/// assert_eq!(tree.cut_k(2)?.to_signed(), [0, 0, 1, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(x: MatrixView<'_>, params: &AgglomerativeParams) -> Result<Dendrogram, ClusteringError> {
    fit_with(x, params, &Silent)
}

/// Clusters under observation. Events have the stage `agglomerative`; their step is the number of
/// merges made.
///
/// # Errors
/// [`ClusteringError::Input`] when `x` has no rows, no columns or a value that is not finite;
/// [`ClusteringError::TooLarge`] for magnitudes beyond 1e120; [`ClusteringError::NeedsEuclidean`];
/// [`ClusteringError::Memory`] when the distances would not fit; [`ClusteringError::Cancelled`].
///
/// ```
/// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit_with};
/// use segctl_numeric::{MatrixView, distance::Metric, observe::Silent};
/// let x = MatrixView::new(&[0.0, 0.0, 3.0, 4.0], 2, 2)?;
/// let params = AgglomerativeParams::new(Linkage::Single).with_metric(Metric::Manhattan);
/// assert_eq!(fit_with(x, &params, &Silent)?.merges()[0].height, 7.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with(
    x: MatrixView<'_>,
    params: &AgglomerativeParams,
    observer: &dyn Observer,
) -> Result<Dendrogram, ClusteringError> {
    params.validate()?;
    check_values("X", x)?;
    let (n, d, linkage, metric) = (x.n_rows(), x.n_cols(), params.linkage, params.metric);
    let span = tracing::info_span!("agglomerative", n, d, ?linkage, ?metric);
    let _entered = span.enter();
    let chained = |update| {
        params.check_memory(n)?;
        chain::merges(Rows::new(x, metric), n, update, observer)
    };
    let by_height = |pairs| Dendrogram::from_pairs(n, pairs);
    let in_order = |pairs: Vec<_>| Dendrogram::from_ordered_pairs(n, &pairs);
    match linkage {
        Linkage::Ward => ward::merges(x, |_| 1, observer).map(by_height),
        Linkage::Single => single::merges(Rows::new(x, metric), n, STAGE, observer).map(by_height),
        Linkage::Complete => chained(Update::Complete).map(by_height),
        Linkage::Average => chained(Update::Average).map(by_height),
        Linkage::Weighted => chained(Update::Weighted).map(by_height),
        Linkage::Centroid => generic::merges(x, Middle::Centroid, observer).map(in_order),
        Linkage::Median => generic::merges(x, Middle::Median, observer).map(in_order),
    }
}

/// Ward's tree of rows that stand for several: row `i` of `x` (n x d) for `sizes[i]` rows at its place.
///
/// The tree is that of all those rows above the merges of equal ones. Events, time and memory as those of
/// [`fit_with`].
///
/// ```
/// use segctl_clustering_core::agglomerative::fit_groups;
/// use segctl_numeric::{MatrixView, observe::Silent};
/// let x = MatrixView::new(&[0.0, 2.0, 5.0], 3, 1)?;
/// let tree = fit_groups(x, &[9, 9, 1], &Silent)?;
/// assert_eq!(tree.cut_k(2)?.to_signed(), [0, 1, 1], "two large groups differ more than a large and a small one");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`fit_with`]; [`ClusteringError::Input`] unless there is a size per row, all at least 1.
pub fn fit_groups(x: MatrixView<'_>, sizes: &[usize], observer: &dyn Observer) -> Result<Dendrogram, ClusteringError> {
    check_sizes(x, sizes)?;
    match sizes.contains(&0) {
        true => Err(InputError::OutOfRange { name: "size of a group", value: 0.0, expected: ">= 1" }.into()),
        false => ward::merges(x, |row| sizes[row], observer).map(|pairs| Dendrogram::from_pairs(x.n_rows(), pairs)),
    }
}

/// Ward's tree of rows that stand for several, as [`fit_groups`], where only those joined by `edges`, and then the
/// clusters made of them, may merge: clusters are connected in the graph (scikit-learn's `connectivity`).
///
/// A row may stand for nobody: its size is 0, and it merges first, with the nearest beside it. A merge may lie
/// below one made before it, as with centroid linkage. Events have the stage `agglomerative`. Time O(m log m) with m
/// edges, as long as clusters have few neighbours.
///
/// ```
/// use segctl_clustering_core::agglomerative::fit_graph;
/// use segctl_numeric::{MatrixView, observe::Silent};
/// let x = MatrixView::new(&[0.0, 9.0, 0.0, 9.0], 4, 1)?;
/// let tree = fit_graph(x, &[1, 1, 1, 1], &[(0, 1), (1, 2), (2, 3)], &Silent)?;
/// let labels = tree.cut_k(2)?.to_signed();
/// assert_eq!(labels.windows(2).filter(|pair| pair[0] != pair[1]).count(), 1, "equal rows are not neighbours");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`fit_with`]; [`ClusteringError::Input`] unless there is a size per row, and for an edge to a row that is
/// not there; [`ClusteringError::Disconnected`] when the edges do not join all rows.
pub fn fit_graph(
    x: MatrixView<'_>,
    sizes: &[usize],
    edges: &[(usize, usize)],
    observer: &dyn Observer,
) -> Result<Dendrogram, ClusteringError> {
    check_sizes(x, sizes)?;
    match edges.iter().map(|&(a, b)| a.max(b)).find(|&row| row >= x.n_rows()) {
        Some(row) => {
            Err(InputError::Length { what: "rows joined by edges", found: row + 1, expected: x.n_rows() }.into())
        }
        None => {
            graph::merges(x, sizes, edges, observer).map(|pairs| Dendrogram::from_ordered_pairs(x.n_rows(), &pairs))
        }
    }
}

fn check_sizes(x: MatrixView<'_>, sizes: &[usize]) -> Result<(), ClusteringError> {
    check_values("X", x)?;
    match sizes.len() == x.n_rows() {
        true => Ok(()),
        false => Err(InputError::Length { what: "sizes", found: sizes.len(), expected: x.n_rows() }.into()),
    }
}

/// Clusters rows of which only the distances are known, which are used up.
///
/// # Errors
/// [`ClusteringError::NeedsEuclidean`] for ward, centroid and median linkage, which speak of centres;
/// [`ClusteringError::Cancelled`].
///
/// ```
/// use segctl_clustering_core::agglomerative::{Condensed, Linkage, fit_distances};
/// use segctl_numeric::observe::Silent;
/// let distances = Condensed::new(vec![1.0, 5.0, 4.0], 3)?;
/// let tree = fit_distances(distances, Linkage::Complete, &Silent)?;
/// assert_eq!(tree.merges()[1].height, 5.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_distances(
    distances: Condensed,
    linkage: Linkage,
    observer: &dyn Observer,
) -> Result<Dendrogram, ClusteringError> {
    let n = distances.n_rows();
    let pairs = match linkage {
        Linkage::Single => single::merges(distances, n, STAGE, observer),
        Linkage::Complete => chain::merges(distances, n, Update::Complete, observer),
        Linkage::Average => chain::merges(distances, n, Update::Average, observer),
        Linkage::Weighted => chain::merges(distances, n, Update::Weighted, observer),
        Linkage::Ward | Linkage::Centroid | Linkage::Median => return Err(ClusteringError::NeedsEuclidean { linkage }),
    };
    Ok(Dendrogram::from_pairs(n, pairs?))
}
