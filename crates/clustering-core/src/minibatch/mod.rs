//! Mini-batch k-means: centres follow small random batches of the rows.
//!
//! D. Sculley, "Web-scale k-means clustering", WWW 2010, with the additions of scikit-learn's
//! `MiniBatchKMeans`: per-centre counts as learning rates, starving centres moved to rows, an early
//! end by the smoothed inertia of the batches. X is centred internally.
//!
//! Most of a fit is spent where the rows are looked at once: preparing them, and labelling all of
//! them at the end: a tenth to a fifth of one start of [`kmeans`](crate::kmeans) on 1,000,000 x 16 with
//! k = 16. Inertia was within 4 % of that start's there, above it as a rule, and below it as often as
//! not on 100,000 rows. Choose it where full iterations take too long, or where rows arrive in a
//! stream ([`OnlineCenters`]).
//!
//! **Centres and labels.** Centres are those that the batches left, not the means of the labels'
//! members. Labels are one assignment of all rows to them, and inertia is that of these labels, so
//! [`CentersModel::predict`](crate::model::Predict::predict) gives them again, bit for bit. A centre
//! that no row is nearest to is moved to the row farthest from its own centre, and all rows are
//! assigned once more.
//!
//! **A batch of all rows.** With `batch_size` >= n nothing is drawn: each batch is all rows in
//! their order, so that the first is an iteration of Lloyd's, and later ones move each centre to the
//! mean of everything it was given since the start: slower than Lloyd's, which forgets.

mod fit;
mod online;
mod params;
mod progress;

use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::{Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

pub use online::OnlineCenters;
pub use params::MiniBatchParams;

use crate::ClusteringError;
use crate::kmeans::{KMeansData, check_rows};
use crate::model::{CentersModel, Predict};
use fit::Training;

/// A fitted clustering: plain data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MiniBatch {
    /// Where batches left the centres (k x d), in the coordinates of X.
    pub centers: Matrix,
    /// The cluster of each row: the nearest centre. Never noise; no cluster is empty unless the
    /// squares of all distances between its rows and those of others vanish, which is logged.
    pub labels: Labels,
    /// `sum_i w_i |x_i - c_label(i)|^2`
    pub inertia: f64,
    /// Batches seen.
    pub n_steps: usize,
    /// Passes over as many rows as there are, begun.
    pub n_iter: usize,
    /// Why it ended.
    pub stop: MiniBatchStop,
    /// Times that a starving centre was moved to a row of a batch.
    pub n_reassigned: usize,
    /// Times that a centre without rows was moved at the end.
    pub n_repairs: usize,
    /// What assigns new rows.
    pub model: CentersModel,
}

/// Why a fit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MiniBatchStop {
    /// The smoothed inertia stopped falling.
    NoImprovement,
    /// A batch moved the centres by no more than the tolerance.
    Tolerance,
    /// `max_iter` was reached. Logged where an early end was asked for.
    MaxIter,
}

/// Clusters the rows of `x` (n x d).
///
/// # Errors
/// As [`fit_with`].
///
/// ```
/// use segctl_clustering_core::minibatch::{MiniBatchParams, fit};
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[1.0, 1.2, 8.0, 8.2], 4, 1)?;
/// let found = fit(x, &MiniBatchParams::new(2))?;
/// assert_eq!(found.labels.renumbered().to_signed(), [0, 0, 1, 1]);
/// assert_eq!(found.model.predict(x)?.labels, found.labels);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(x: MatrixView<'_>, params: &MiniBatchParams) -> Result<MiniBatch, ClusteringError> {
    fit_with(x, None, params, &Silent)
}

/// Clusters weighted rows under observation. Rows are drawn into batches whatever they weigh, and
/// their weights count where centres move; a weight of 0 gives a row a label and no say.
///
/// Events have the stage `mini-batch` after each batch, with its inertia per row. Time
/// O(n k d + s b k d) for s batches of b rows.
///
/// # Errors
/// [`ClusteringError::Input`] for parameters out of range, values that are not finite, or weights
/// that are no weights; [`ClusteringError::TooFewRows`]; [`ClusteringError::TooLarge`] for magnitudes
/// beyond 1e120; [`ClusteringError::TooFewDistinct`]; [`ClusteringError::Cancelled`].
///
/// ```
/// use segctl_clustering_core::minibatch::{MiniBatchParams, fit_with};
/// use segctl_numeric::{MatrixView, observe::Silent};
/// let x = MatrixView::new(&[0.0, 4.0], 2, 1)?;
/// let found = fit_with(x, Some(&[3.0, 1.0]), &MiniBatchParams::new(1), &Silent)?;
/// assert_eq!(found.centers.as_slice(), [1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with(
    x: MatrixView<'_>,
    sample_weight: Option<&[f64]>,
    params: &MiniBatchParams,
    observer: &dyn Observer,
) -> Result<MiniBatch, ClusteringError> {
    params.validate()?;
    let data = KMeansData::new(x)?;
    let (n, d, k, seed) = (data.n_rows(), data.n_cols(), params.n_clusters, params.seed.0);
    check_rows(&data, sample_weight, k)?;
    let span = tracing::info_span!("mini-batch k-means", n, d, k, seed);
    let _entered = span.enter();
    let training = Training { data: &data, weights: sample_weight, params, observer };
    let trained = training.run()?;
    if trained.stop == MiniBatchStop::MaxIter && (params.tol > 0.0 || params.max_no_improvement.is_some()) {
        tracing::warn!(max_iter = params.max_iter, "mini-batch k-means did not converge");
    }
    let labelled = training.label(trained.centers);
    let model = CentersModel::new(data.mean().to_vec(), labelled.centers);
    Ok(MiniBatch {
        centers: model.centers(),
        labels: Labels::new(labelled.labels, k)?,
        inertia: labelled.inertia,
        n_steps: trained.n_steps,
        n_iter: (trained.n_steps * training.batch_size()).div_ceil(n),
        stop: trained.stop,
        n_reassigned: trained.n_reassigned,
        n_repairs: labelled.n_repairs,
        model,
    })
}
