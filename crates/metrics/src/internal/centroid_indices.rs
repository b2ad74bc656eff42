use segctl_numeric::{Labels, MatrixView};
use serde::{Deserialize, Serialize};

use super::clusters::{Clusters, check_values};
use super::score::Score;
use super::squares::SumsOfSquares;
use super::{calinski_harabasz, davies_bouldin, xie_beni};
use crate::MetricsError;

/// The indices that follow from the centroids of one labeling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CentroidIndices {
    /// See [`sums_of_squares`](super::sums_of_squares); it also says how many rows were used and left out.
    pub sums_of_squares: SumsOfSquares,
    /// See [`calinski_harabasz`](super::calinski_harabasz()): the larger the better.
    pub calinski_harabasz: f64,
    /// See [`davies_bouldin`](super::davies_bouldin()): the smaller the better, possibly infinite.
    pub davies_bouldin: f64,
    /// See [`xie_beni`](super::xie_beni()): the smaller the better, possibly infinite.
    pub xie_beni: f64,
    /// Clusters that have rows.
    pub n_clusters: usize,
}

/// All indices about centroids of `x` (n x d) under `labels`. Time O(n d + k^2 d).
///
/// ```
/// use segctl_metrics::internal::centroid_indices;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[0.0, 2.0, 10.0, 12.0], 4, 1)?;
/// let found = centroid_indices(x, &Labels::from_signed(&[0, 0, 1, 1])?)?;
/// assert_eq!((found.calinski_harabasz, found.davies_bouldin, found.xie_beni), (50.0, 0.2, 0.01));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`centroid_indices_many`].
pub fn centroid_indices(x: MatrixView<'_>, labels: &Labels) -> Result<CentroidIndices, MetricsError> {
    checked(x, labels).map(|clusters| indices(&clusters))
}

/// [`centroid_indices`] for each of L labelings, of which the values of `x` are checked once. Two passes over `x`
/// for each, cluster by cluster: the indices of a labeling depend neither on the names nor on the other
/// labelings, and are the same bits at any number of threads. Time O(L (n d + k^2 d)).
///
/// ```
/// use segctl_metrics::internal::centroid_indices_many;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[0.0, 2.0, 10.0, 12.0], 4, 1)?;
/// let (good, bad) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[0, 1, 0, 1])?);
/// let found = centroid_indices_many(x, &[&good, &bad])?;
/// assert!(found[0].davies_bouldin < found[1].davies_bouldin);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] without columns, when the numbers of rows and labels differ or a value is not finite;
/// [`MetricsError::TooLarge`] for a value beyond 1e140, whose sums of squares may not be finite;
/// [`MetricsError::ClusterCount`] with fewer than 2 clusters or as many as rows.
pub fn centroid_indices_many(x: MatrixView<'_>, labelings: &[&Labels]) -> Result<Vec<CentroidIndices>, MetricsError> {
    check_values(x)?;
    let of = |(labeling, labels): (usize, &&Labels)| {
        let clusters = Clusters::new(x, labels)?;
        clusters.members.check_counts(labeling)?;
        Ok(indices(&clusters))
    };
    labelings.iter().enumerate().map(of).collect()
}

/// The clusters of a labeling that has indices.
pub(super) fn checked(x: MatrixView<'_>, labels: &Labels) -> Result<Clusters, MetricsError> {
    check_values(x)?;
    let clusters = Clusters::new(x, labels)?;
    clusters.members.check_counts(0)?;
    Ok(clusters)
}

fn indices(clusters: &Clusters) -> CentroidIndices {
    CentroidIndices {
        sums_of_squares: SumsOfSquares::of(clusters),
        calinski_harabasz: calinski_harabasz::value(clusters),
        davies_bouldin: davies_bouldin::value(clusters),
        xie_beni: xie_beni::value(clusters),
        n_clusters: clusters.members.n_clusters(),
    }
}

impl Clusters {
    pub(super) fn score(&self, value: f64) -> Score {
        Score { value, n_used: self.members.n_used(), n_noise: self.members.n_noise }
    }
}
