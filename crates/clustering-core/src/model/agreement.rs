use segctl_numeric::{InputError, Labels, MatrixView};

use super::Predict;
use crate::ClusteringError;

/// The share of the rows of `x` (n x d) that `model` assigns to the cluster they have in `labels`, in
/// `[0, 1]`; noise has no say. Clusters must be numbered as in the model.
///
/// ```
/// use segctl_clustering_core::model::{CentersModel, agreement};
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[0.0, 1.0, 5.2, 9.0], 4, 1)?;
/// let labels = Labels::new(vec![0, 0, 0, 1], 2)?;
/// let model = CentersModel::of_labels(x, &labels)?;
/// assert_eq!(agreement(&model, x, &labels)?, 1.0);
/// let stretched = MatrixView::new(&[0.0, 1.0, 6.5, 9.0], 4, 1)?;
/// assert_eq!(agreement(&model, stretched, &labels)?, 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ClusteringError::Input`] when the numbers of rows and labels differ or no row is in a cluster, and as
/// [`Predict::predict`].
pub fn agreement(model: &dyn Predict, x: MatrixView<'_>, labels: &Labels) -> Result<f64, ClusteringError> {
    if labels.len() != x.n_rows() {
        return Err(InputError::Length { what: "labels", found: labels.len(), expected: x.n_rows() }.into());
    }
    let n_samples = labels.len() - labels.n_noise();
    if n_samples == 0 {
        return Err(InputError::TooFewRows { what: "rows in clusters", n_samples, at_least: 1 }.into());
    }
    let predicted = model.predict(x)?.labels;
    let pairs = predicted.as_slice().iter().zip(labels.as_slice());
    let n_equal = pairs.filter(|(found, given)| found == given && **given != Labels::NOISE).count();
    Ok(n_equal as f64 / n_samples as f64)
}
