//! What a fitted algorithm leaves behind to assign new rows: plain, serialisable data, and one way
//! to ask it.

mod agreement;
mod assignment;
mod centers;
mod neighbours;
mod stratified;
mod tree;

pub use agreement::agreement;
pub use assignment::Assignment;
pub use centers::CentersModel;
pub(crate) use centers::means;
pub use neighbours::{NeighboursModel, NeighboursParams};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
pub use tree::TreeModel;

use crate::ClusteringError;
use crate::check::check_magnitudes;

/// A fitted algorithm that assigns new rows.
///
/// ```
/// use segctl_clustering_core::kmeans::{KMeansParams, fit};
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
/// let model: Box<dyn Predict> = Box::new(fit(x, &KMeansParams::new(2))?.model);
/// let found = model.predict(MatrixView::new(&[3.0], 1, 1)?)?;
/// assert_eq!((found.distance[0], found.second_distance[0]), (1.5, 5.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Predict {
    /// The rule by which rows are assigned, as a sentence's object: `the nearest centre`.
    fn rule(&self) -> &'static str;

    /// Number of clusters, k.
    fn n_clusters(&self) -> usize;

    /// Number of features, d.
    fn n_features(&self) -> usize;

    /// The middle of each cluster (k x d), in the coordinates of X: what pictures show.
    fn centers(&self) -> Matrix;

    /// The same clusters under other numbers: cluster `c` of the result is cluster `order[c]` of
    /// this one.
    ///
    /// ```
    /// use segctl_clustering_core::kmeans::{KMeansParams, fit};
    /// use segctl_clustering_core::model::Predict;
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
    /// let model = fit(x, &KMeansParams::new(2))?.model;
    /// assert_eq!(model.reordered(&[1, 0]).centers().row(0), model.centers().row(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// When `order` is no permutation of `0..k`.
    fn reordered(&self, order: &[usize]) -> Self
    where
        Self: Sized;

    /// Assigns each row of `x` (n x d).
    ///
    /// # Errors
    /// [`ClusteringError::Input`] when `x` has another number of columns or a value that is not
    /// finite; [`ClusteringError::TooLarge`] for magnitudes beyond those of a fit.
    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError>;

    /// The distance of each row of `x` (n x d) to the cluster it has in `labels`, by the rule; NaN for
    /// noise. The same bits as [`Predict::predict`] gives for the nearest cluster.
    ///
    /// ```
    /// use segctl_clustering_core::model::{CentersModel, Predict};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[0.0, 2.0, 9.0], 3, 1)?;
    /// let model = CentersModel::of_labels(x, &Labels::from_signed(&[0, 0, 1])?)?;
    /// let swapped = Labels::from_signed(&[1, 1, 0])?;
    /// assert_eq!(model.distances_to(x, &swapped)?, [9.0, 7.0, 8.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Predict::predict`], and when the numbers of rows or clusters differ.
    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError>;
}

/// What every model asks of an order.
pub(crate) fn check_permutation(order: &[usize], n_clusters: usize) {
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    assert!(sorted.into_iter().eq(0..n_clusters), "{order:?} is no permutation of the clusters");
}

/// What every model asks of labels whose distances are wanted.
pub(crate) fn check_labels(labels: &Labels, n_rows: usize, n_clusters: usize) -> Result<(), ClusteringError> {
    if labels.len() != n_rows {
        return Err(InputError::Length { what: "labels", found: labels.len(), expected: n_rows }.into());
    }
    if labels.n_clusters() != n_clusters {
        let (what, found) = ("clusters of labels", labels.n_clusters());
        return Err(InputError::Length { what, found, expected: n_clusters }.into());
    }
    Ok(())
}

/// What every model asks of rows to assign.
pub(crate) fn check_rows(x: MatrixView<'_>, n_features: usize) -> Result<(), ClusteringError> {
    if x.n_cols() != n_features {
        return Err(InputError::Length { what: "row of X", found: x.n_cols(), expected: n_features }.into());
    }
    check_magnitudes("X", x)
}
