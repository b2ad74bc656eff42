use segctl_numeric::{Labels, MatrixView};

use super::centroid_indices::checked;
use super::clusters::Clusters;
use super::score::Score;
use crate::MetricsError;

/// `B (n - k) / (W (k - 1))` of `x` (n x d) under `labels`, with B and W the sums of squares between and within
/// clusters: the larger the better, after Calinski & Harabasz (1974), "A dendrite method for cluster analysis".
///
/// 1 when W = 0, as in scikit-learn; infinite should the quotient exceed the largest number. Time O(n d).
///
/// ```
/// use segctl_metrics::internal::calinski_harabasz;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[0.0, 2.0, 10.0, 12.0, 99.0], 5, 1)?;
/// let found = calinski_harabasz(x, &Labels::from_signed(&[0, 0, 1, 1, -1])?)?;
/// assert_eq!((found.value, found.n_noise), (50.0, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`centroid_indices_many`](super::centroid_indices_many).
pub fn calinski_harabasz(x: MatrixView<'_>, labels: &Labels) -> Result<Score, MetricsError> {
    let clusters = checked(x, labels)?;
    Ok(clusters.score(value(&clusters)))
}

pub(super) fn value(clusters: &Clusters) -> f64 {
    let within = clusters.total_within();
    if within == 0.0 {
        return 1.0;
    }
    let (k, n) = (clusters.members.n_clusters() as f64, clusters.members.n_used() as f64);
    (clusters.between() / (k - 1.0)) / (within / (n - k))
}
