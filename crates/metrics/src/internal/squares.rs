use segctl_numeric::{Labels, MatrixView};
use serde::{Deserialize, Serialize};

use super::clusters::{Clusters, check_values};
use crate::MetricsError;

/// The sum of squares about the mean of all rows, split at the clusters: total = within + between.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SumsOfSquares {
    /// `sum_i |x_i - c_label(i)|^2`: of the rows about the means of their clusters.
    pub within: f64,
    /// `sum_c n_c |c - mean|^2`: of the clusters' means about the mean of all rows.
    pub between: f64,
    /// The sum of the two: of the rows about the mean of all rows.
    pub total: f64,
    /// The part of each cluster in `within`, 0 for a cluster without rows.
    pub per_cluster: Vec<f64>,
    /// Rows that are no noise.
    pub n_used: usize,
    /// Rows left out as noise.
    pub n_noise: usize,
}

impl SumsOfSquares {
    pub(super) fn of(clusters: &Clusters) -> Self {
        let (within, between) = (clusters.total_within(), clusters.between());
        let members = &clusters.members;
        Self {
            within,
            between,
            total: within + between,
            per_cluster: members.by_label(clusters.within.iter().copied(), 0.0),
            n_used: members.n_used(),
            n_noise: members.n_noise,
        }
    }
}

/// The sums of squares of `x` (n x d) under `labels`, in squared units of `x`: all 0 when every row is noise.
///
/// Means are taken of differences, so that equal rows have a sum of exactly 0 and an offset costs no digits;
/// differences below 1e-162 have squares of 0. The same bits at any number of threads. Time O(n d).
///
/// ```
/// use segctl_metrics::internal::sums_of_squares;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[1.0, 3.0, 8.0, 50.0], 4, 1)?;
/// let found = sums_of_squares(x, &Labels::from_signed(&[0, 0, 1, -1])?)?;
/// assert_eq!((found.within, found.between, found.total, found.n_noise), (2.0, 24.0, 26.0, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] without columns, when the numbers of rows and labels differ or a value is not finite;
/// [`MetricsError::TooLarge`] for a value beyond 1e140, whose sums of squares may not be finite.
pub fn sums_of_squares(x: MatrixView<'_>, labels: &Labels) -> Result<SumsOfSquares, MetricsError> {
    check_values(x)?;
    Ok(SumsOfSquares::of(&Clusters::new(x, labels)?))
}
