//! The Dunn index: exact, with pairs of boxes of rows passed over that cannot change it.
//!
//! Rows of a cluster are put in boxes of neighbours. The corners of two boxes bound the distances of their rows
//! from below and above, in the same floating-point operations in the same order, so that rounding, being
//! monotone, keeps the bounds true to the last bit; their distances from the middle of the cluster bound them from
//! above as well, with some slack. Distances between boxes are then needed only where they could
//! be less than the least found between clusters so far, or more than the greatest within one. A minimum and a
//! maximum do not depend on the order: threads change no bit.

mod boxes;
mod every_pair;
mod forms;
mod kernel;
mod search;

use segctl_numeric::distance::{Dissimilarity, Metric};
use segctl_numeric::{Labels, MatrixView};
use serde::{Deserialize, Serialize};

use crate::MetricsError;
use crate::magnitude::ensure_magnitudes;
use crate::members::{Members, check_labels};
use crate::silhouette::{MAX_MAGNITUDE, check_dissimilarity};

/// The Dunn index and its two parts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dunn {
    /// `separation / diameter`: the larger the better. 0 when the separation is 0, infinite when only the
    /// diameter is.
    pub value: f64,
    /// The least distance of two rows of different clusters.
    pub separation: f64,
    /// The greatest distance of two rows of the same cluster.
    pub diameter: f64,
    /// Rows that are no noise.
    pub n_used: usize,
    /// Rows left out as noise.
    pub n_noise: usize,
}

/// The index of Dunn (1974), "Well-separated clusters and optimal fuzzy partitions", of `x` (n x d) under `labels`:
/// the least distance between clusters over the greatest diameter of one.
///
/// Exact, and as sensitive as two extremes are: one stray row decides it. Time O(n^2 d) at worst. By the Euclidean,
/// its square, the Manhattan and the Chebyshev distance most pairs of rows are passed over where there are few
/// columns; by others none is. Memory O(n d).
///
/// ```
/// use segctl_metrics::internal::dunn;
/// use segctl_numeric::distance::Dissimilarity;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[0.0, 2.0, 10.0, 12.0, 5.0], 5, 1)?;
/// let labels = Labels::from_signed(&[0, 0, 1, 1, -1])?;
/// let found = dunn(x, &Dissimilarity::default(), &labels)?;
/// assert_eq!((found.separation, found.diameter, found.value), (8.0, 2.0, 4.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] without columns, when the numbers of rows and labels differ, a value is not finite, or
/// the dissimilarity is one of other rows; [`MetricsError::TooLarge`] for a value beyond 1e150 (1e140 for squared
/// distances); [`MetricsError::ClusterCount`] with fewer than 2 clusters or as many as rows.
pub fn dunn(x: MatrixView<'_>, dissimilarity: &Dissimilarity, labels: &Labels) -> Result<Dunn, MetricsError> {
    ensure_magnitudes(x, MAX_MAGNITUDE)?;
    check_labels(labels, x.n_rows())?;
    check_dissimilarity(x, dissimilarity)?;
    let members = Members::new(labels);
    members.check_counts(0)?;
    let (separation, diameter) = match dissimilarity {
        Dissimilarity::Metric(Metric::Euclidean) => search::extremes::<forms::Euclidean>(x, &members),
        Dissimilarity::Metric(Metric::SquaredEuclidean) => search::extremes::<forms::SquaredEuclidean>(x, &members),
        Dissimilarity::Metric(Metric::Manhattan) => search::extremes::<forms::Manhattan>(x, &members),
        Dissimilarity::Metric(Metric::Chebyshev) => search::extremes::<forms::Chebyshev>(x, &members),
        other => every_pair::extremes(x, other, &members),
    };
    let value = if separation == 0.0 { 0.0 } else { separation / diameter };
    Ok(Dunn { value, separation, diameter, n_used: members.n_used(), n_noise: members.n_noise })
}
