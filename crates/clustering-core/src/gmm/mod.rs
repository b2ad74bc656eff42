//! Gaussian mixtures: rows come from k Gaussian densities, and belong to each with a probability.
//!
//! EM (A. Dempster, N. Laird & D. Rubin, "Maximum likelihood from incomplete data via the EM algorithm",
//! 1977; G. McLachlan & D. Peel, "Finite mixture models", 2000). The mixture has the density
//! `p(x) = sum_c w_c N(x; m_c, S_c)`. An iteration takes the posterior probabilities
//! `r_ic = w_c N(x_i; m_c, S_c) / p(x_i)`, then weights, means and covariances of the rows with these as
//! their weights, and `reg_covar` is added to each variance. Never does the mean log-likelihood fall, but for the
//! regularisation and rounding. X is centred internally.
//!
//! Agrees with scikit-learn's `GaussianMixture` from the same start: weights, means and covariances
//! to 1e-8, the same iterations.
//!
//! **Numbers.** Densities are logarithms throughout, summed relative to the largest. Posterior probabilities below
//! 1e-30 of the largest are 0, and rows of which a component has nothing cost it nothing in the M-step. Sums of
//! products are taken about the means before, in the pass that computes the probabilities; where means move far
//! for the spread around them, once more about the new ones.
//!
//! **Components that nobody is in.** A component may be nobody's most probable one, beside others of more weight;
//! it is part of the density all the same. Its cluster is then empty in [`Gmm::labels`]. Where all
//! clusters must have members, take [`Gmm::without_empty`].
//!
//! **Covariances that collapse.** Without regularisation, a component that is left with one row, or with rows
//! in a plane, has no density; that is [`ClusteringError::Covariance`]. So is a variance that `reg_covar` is too
//! small to lift above the rounding of the others.
//!
//! | call | for |
//! |---|---|
//! | [`fit`] | one mixture |
//! | [`fit_with`] | weights, progress, cancellation |
//! | [`GmmModel::predict`](Predict::predict) | new rows |
//! | [`GmmModel::posterior`], [`GmmModel::log_likelihood`] | probabilities and densities of rows |

mod cholesky;
mod covariances;
mod em;
mod estimate;
mod exp;
mod forms;
mod gaussians;
mod lanes;
mod model;
mod moments;
mod params;
mod pass;
mod posterior;
mod predict;
mod tiles;

use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::par::{CHUNK_ROWS, fold_chunks};
use segctl_numeric::{Labels, MatrixView};

pub use covariances::{Covariance, Covariances};
pub use model::GmmModel;
pub use params::{GmmInit, GmmParams};

use crate::ClusteringError;
use crate::check::positive;
use crate::kmeans::{KMeansData, check_rows, check_weights};
use crate::model::Predict;
use em::Training;
use estimate::Problem;
use tiles::Tiles;

/// A fitted mixture: plain data about the best start.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Gmm {
    /// The most probable component of each row, the lowest index among equals; never noise, but a
    /// component may be nobody's.
    pub labels: Labels,
    /// Iterations of the start returned.
    pub n_iter: usize,
    /// Whether the last iteration changed the lower bound by less than `tol`; if not, a warning is logged.
    pub converged: bool,
    /// The mean log-likelihood of a row in each iteration, before its M-step. The last is what restarts are compared
    /// by, and scikit-learn's `lower_bound_`.
    pub lower_bounds: Vec<f64>,
    /// The mean log-likelihood of a row under the mixture returned, weighted.
    pub log_likelihood: f64,
    /// Free parameters: k d means, k - 1 weights, and [those of the covariances](Covariance::n_parameters).
    pub n_parameters: usize,
    /// The Bayesian information criterion (G. Schwarz, 1978), lower is better: `p ln n - 2 n l` for p free parameters,
    /// mean log-likelihood l and n rows (the sum of weights, if there are any).
    pub bic: f64,
    /// Akaike's information criterion (H. Akaike, 1974), lower is better: `2 p - 2 n l`.
    pub aic: f64,
    /// Which start it was, from 0.
    pub restart: usize,
    /// Starts run.
    pub n_starts: usize,
    /// Starts that ended with a covariance that is none.
    pub n_failed: usize,
    /// What assigns new rows.
    pub model: GmmModel,
}

/// Fits a mixture to the rows of `x` (n x d).
///
/// # Errors
/// As [`fit_with`].
///
/// ```
/// use segctl_clustering_core::gmm::{GmmParams, fit};
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[1.0, 1.1, 1.2, 8.0, 8.2, 8.4], 6, 1)?;
/// let found = fit(x, &GmmParams::new(2))?;
/// assert!(found.converged);
/// assert_eq!(found.labels.renumbered().to_signed(), [0, 0, 0, 1, 1, 1]);
/// assert_eq!(found.model.predict(x)?.labels, found.labels);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(x: MatrixView<'_>, params: &GmmParams) -> Result<Gmm, ClusteringError> {
    fit_with(x, None, params, &Silent)
}

/// Fits a mixture to weighted rows under observation. A weight of 3 counts as three copies of the row, a
/// weight of 0 gives it a label and no say.
///
/// Events have the stage `gaussian mixture` after each start, `gaussian mixture iteration` after each
/// iteration, both with the lower bound reached, and in between the stages of
/// [`kmeans::fit_with`](crate::kmeans::fit_with). Time O(n k d^2) an iteration with full covariances, O(n d (k + d))
/// with tied ones, O(n k d) with others; memory for two copies of X.
///
/// # Errors
/// [`ClusteringError::Input`] for parameters out of range, values that are not finite, weights that
/// are no weights, or a start that does not fit; [`ClusteringError::TooFewRows`]; [`ClusteringError::TooLarge`] for
/// magnitudes beyond 1e120; [`ClusteringError::TooFewDistinct`]; [`ClusteringError::EmptyCluster`] for a start with a
/// component without rows; [`ClusteringError::Covariance`] when every start ends with a covariance that is not
/// positive definite; [`ClusteringError::Cancelled`].
///
/// ```
/// use segctl_clustering_core::gmm::{GmmParams, fit_with};
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::{MatrixView, observe::Silent};
/// let x = MatrixView::new(&[0.0, 4.0], 2, 1)?;
/// let found = fit_with(x, Some(&[3.0, 1.0]), &GmmParams::new(1), &Silent)?;
/// assert!((found.model.centers().row(0)[0] - 1.0).abs() < 1e-12);
/// assert!((found.model.covariance(0).row(0)[0] - 3.000_001).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with(
    x: MatrixView<'_>,
    sample_weight: Option<&[f64]>,
    params: &GmmParams,
    observer: &dyn Observer,
) -> Result<Gmm, ClusteringError> {
    params.validate()?;
    let data = KMeansData::new(x)?;
    let (n, d, k, seed) = (data.n_rows(), data.n_cols(), params.n_components, params.seed.0);
    check_rows(&data, sample_weight, k)?;
    let n_samples = sample_weight.map_or(n as f64, |weights| weights.iter().sum());
    let span = tracing::info_span!("gaussian mixture", n, d, k, seed);
    let _entered = span.enter();
    let scaled = sample_weight.map(scaled_weights);
    let sample_weight = scaled.as_deref();
    let problem = Problem::new(Tiles::new(data.centred(), sample_weight), n, d, params.covariance, params.reg_covar);
    let training = Training { data: &data, sample_weight, problem, params, observer };
    let best = training.best()?;
    if !best.run.converged && params.tol > 0.0 {
        tracing::warn!(max_iter = params.max_iter, "EM did not converge");
    }
    let (n_iter, converged, lower_bounds) = (best.run.lower_bounds.len(), best.run.converged, best.run.lower_bounds);
    let model = GmmModel::of_mixture(data.mean().to_vec(), best.run.mixture)?;
    let Scores { labels, log_likelihood, n_parameters, bic, aic } =
        Fit { x, sample_weight, n_samples }.scores(&model)?;
    let (restart, n_starts, n_failed) = (best.restart, best.n_starts, best.n_failed);
    Ok(Gmm {
        labels,
        n_iter,
        converged,
        lower_bounds,
        log_likelihood,
        n_parameters,
        bic,
        aic,
        restart,
        n_starts,
        n_failed,
        model,
    })
}

impl Gmm {
    /// The components that are some row's most probable one, ascending.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::{GmmParams, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[1.0, 1.2, 8.0, 8.2], 4, 1)?;
    /// assert_eq!(fit(x, &GmmParams::new(2))?.occupied(), [0, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn occupied(&self) -> Vec<usize> {
        let sizes = self.labels.sizes();
        (0..sizes.len()).filter(|&c| sizes[c] > 0).collect()
    }

    /// The mixture of the components that are some row's most probable one: components without rows leave it, the
    /// others keep their order, means and covariances, and their weights are scaled to add up to 1. Labels,
    /// log-likelihood and criteria are those of that mixture; what is told of iterations and starts is that of the
    /// fit. `x` and `sample_weight` must be those of the fit. Nothing changes when no component is empty.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::{Covariances, GmmInit, GmmModel, GmmParams, fit};
    /// use segctl_numeric::{Matrix, MatrixView};
    /// let x = MatrixView::new(&[-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0], 7, 1)?;
    /// let start = GmmModel::new(vec![0.9, 0.1], &Matrix::zeros(2, 1), Covariances::Spherical(vec![1.0; 2]))?;
    /// let params = GmmParams::new(2).with_init(GmmInit::Model(Box::new(start)));
    /// let found = fit(x, &params)?;
    /// assert_eq!(found.labels.sizes(), [7, 0]);
    /// let found = found.without_empty(x, None)?;
    /// assert_eq!((found.labels.sizes(), found.model.weights()), (vec![7], &[1.0][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] when `x` has other columns or another number of rows, or weights are no weights.
    pub fn without_empty(mut self, x: MatrixView<'_>, sample_weight: Option<&[f64]>) -> Result<Self, ClusteringError> {
        covariances::check_length("rows of the fit", x.n_rows(), self.labels.len())?;
        check_weights(sample_weight, x.n_rows())?;
        let n_samples = sample_weight.map_or(x.n_rows() as f64, |weights| weights.iter().sum());
        positive("sum of sample_weight", n_samples)?;
        let scaled = sample_weight.map(scaled_weights);
        let sample_weight = scaled.as_deref();
        // Scaling weights may decide between equals otherwise: no more than once per component.
        while self.occupied().len() < self.labels.n_clusters() {
            self.model = self.model.select(&self.occupied())?;
            let scores = Fit { x, sample_weight, n_samples }.scores(&self.model)?;
            (self.labels, self.log_likelihood) = (scores.labels, scores.log_likelihood);
            (self.n_parameters, self.bic, self.aic) = (scores.n_parameters, scores.bic, scores.aic);
        }
        Ok(self)
    }
}

/// Weights times the power of two that takes the largest to [0.5, 1), so that light rows do not vanish beside what
/// is added to the weight of components.
fn scaled_weights(weights: &[f64]) -> Vec<f64> {
    let exponent = libm::frexp(weights.iter().copied().fold(0.0, f64::max)).1;
    weights.iter().map(|&weight| libm::ldexp(weight, -exponent)).collect()
}

/// The rows that a mixture was fitted to.
struct Fit<'a> {
    x: MatrixView<'a>,
    /// Up to a factor.
    sample_weight: Option<&'a [f64]>,
    /// The sum of the weights given.
    n_samples: f64,
}

/// What a mixture says of them.
struct Scores {
    labels: Labels,
    log_likelihood: f64,
    n_parameters: usize,
    bic: f64,
    aic: f64,
}

impl Fit<'_> {
    fn scores(&self, model: &GmmModel) -> Result<Scores, ClusteringError> {
        let (labels, rows) = model.labels_and_log_likelihood(self.x)?;
        let weight = |row: usize| self.sample_weight.map_or(1.0, |weights| weights[row]);
        let sum = |of: &(dyn Fn(usize) -> f64 + Sync)| {
            let of_chunk = |range: std::ops::Range<usize>| range.map(of).sum::<f64>();
            fold_chunks(rows.len(), CHUNK_ROWS, of_chunk, 0.0, |a, b| a + b)
        };
        let log_likelihood = sum(&|row| rows[row] * weight(row)) / sum(&weight);
        let (k, d) = (model.n_clusters(), model.n_features());
        let n_parameters = k * d + k - 1 + model.covariances().kind().n_parameters(k, d);
        let p = n_parameters as f64;
        let deviance = -2.0 * self.n_samples * log_likelihood;
        let (bic, aic) = (deviance + p * libm::log(self.n_samples), deviance + 2.0 * p);
        Ok(Scores { labels, log_likelihood, n_parameters, bic, aic })
    }
}
