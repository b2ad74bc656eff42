//! K-modes: clusters of rows that hold categories only.
//!
//! Z. Huang, "Extensions to the k-means algorithm for clustering large data sets with categorical values",
//! Data Mining and Knowledge Discovery 2, 1998. A cluster is known by the commonest code of each column; the
//! cost is the number of mismatches of all rows with those of their clusters. It is
//! [k-prototypes](crate::kprototypes) without numbers, and shares its code and its model.

mod params;

use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::{Labels, MatrixView};

pub use params::KModesParams;

use crate::ClusteringError;
use crate::kprototypes::{KPrototypes, PrototypesModel, fit_staged};

/// A fitted clustering of rows of categories: plain data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KModes {
    /// The nearest mode of each row, the lowest index among equals; never noise, no cluster empty.
    pub labels: Labels,
    /// Mismatches of all rows with the modes of their clusters: a whole number.
    pub cost: f64,
    /// Iterations of the start that was taken.
    pub n_iter: usize,
    /// Whether it ended by itself: labels repeated or the cost fell no more.
    pub converged: bool,
    /// The number of the start that was taken, from 0: the cheapest, the first among equals.
    pub restart: usize,
    /// Starts made.
    pub n_starts: usize,
    /// What assigns new rows; [centres](crate::model::Predict::centers) are the modes, a distance is the
    /// number of mismatches.
    pub model: PrototypesModel,
}

/// Finds k clusters of the rows of `x` (n x d), each value the code of a category.
///
/// # Errors
/// As [`fit_with`].
///
/// ```
/// use segctl_clustering_core::kmodes::{KModesParams, fit};
/// use segctl_numeric::Matrix;
/// let x = Matrix::from_rows(&[[0.0, 1.0, 1.0], [0.0, 1.0, 2.0], [3.0, 0.0, 5.0], [3.0, 0.0, 5.0]])?;
/// let found = fit(x.view(), &KModesParams::new(2))?;
/// assert_eq!(found.labels.renumbered().to_signed(), [0, 0, 1, 1]);
/// assert_eq!(found.cost, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(x: MatrixView<'_>, params: &KModesParams) -> Result<KModes, ClusteringError> {
    fit_with(x, params, &Silent)
}

/// Finds clusters under observation.
///
/// Events have the stage `k-modes` after each start, with the cost reached, and `k-modes iteration` after each
/// iteration of any. Time O(n k d) per iteration.
///
/// # Errors
/// As [`kprototypes::fit_with`](crate::kprototypes::fit_with).
///
/// ```
/// use segctl_clustering_core::kmodes::{KModesParams, fit_with};
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::{MatrixView, observe::Silent};
/// let x = MatrixView::new(&[2.0, 2.0, 7.0], 3, 1)?;
/// let found = fit_with(x, &KModesParams::new(1), &Silent)?;
/// assert_eq!(found.model.centers().as_slice(), [2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with(x: MatrixView<'_>, params: &KModesParams, observer: &dyn Observer) -> Result<KModes, ClusteringError> {
    let stages = ["k-modes", "k-modes iteration"];
    let found = fit_staged(x, &params.as_prototypes(x.n_cols()), stages, observer)?;
    let KPrototypes { labels, cost, n_iter, converged, restart, n_starts, model, gamma: _ } = found;
    Ok(KModes { labels, cost, n_iter, converged, restart, n_starts, model })
}
