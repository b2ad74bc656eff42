//! K-means with bounds on the sizes of clusters: no segment too small to act on, none too large for
//! those who serve it.
//!
//! P. Bradley, K. Bennett & A. Demiriz, "Constrained k-means clustering", Microsoft Research
//! MSR-TR-2000-65, 2000: in each iteration rows are assigned to the centres at the least sum of
//! squared distances *within the bounds*, then centres move to the means. The sum never rises. X is
//! centred internally; bounds count rows, so there are no weights.
//!
//! The bounds hold in every result, and no cluster is empty. What they cost is that a row may not be
//! in the cluster whose centre is nearest: [`SizedKMeans::agreement`] is the share of rows that are,
//! and [`SizedKMeans::model`], which knows no bounds, gives those the same label again. Where new rows
//! have to keep bounds too, [`assign`] them together.
//!
//! # Exact or not
//!
//! An assignment is a flow of least cost, found by shortest paths among the clusters from prices that
//! are nearly right: those of the iteration before, or those of a sample of 16,384 rows. Rows that
//! are misplaced at those prices each need a path of O((k + 1)^2) steps. With at most 2^26 steps to
//! take, about a second, the assignment is **exact**: always for `n (k + 1)^2 <= 2^26`, that is 828,000
//! rows at k = 8, 232,000 at k = 16, 15,800 at k = 64; and beyond, whenever the sample's prices leave few
//! rows misplaced, which has been the case for 1,000,000 rows at k = 64, 5 to 10 seconds of
//! processor time an assignment, and for as many rows that are copies of 100.
//!
//! Otherwise, with many hundreds of clusters, rows go where cost and the sample's **price** are least,
//! and the cheapest moves repair the sizes. What that may cost is proved by duality and returned as
//! `gap`; measured on 10,000 to 1,000,000 x 16 it was at most 0.02 % above the exact cost, and up to
//! 1.7 % where all rows are copies of 100. [`SizedKMeans::exact`] says which it was; [`Solver`]
//! asks for one.

mod assign;
mod costs;
mod flow;
mod iterate;
mod limits;
mod moves;
mod params;
mod repair;
mod sample;

use rand::RngExt;
use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};

pub use assign::{BoundedAssignment, assign};
pub use params::{SizeBounds, SizesParams, Solver};

use crate::ClusteringError;
use crate::centring::center;
use crate::check::check_magnitudes;
use crate::kmeans::{self, Init, KMeansData, Stop, check_rows};
use crate::model::{CentersModel, Predict};
use iterate::{Run, Starts};
use limits::Limits;

/// A fitted clustering: plain data about the best start.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SizedKMeans {
    /// The means of the clusters (k x d), in the coordinates of X.
    pub centers: Matrix,
    /// The cluster of each row; every size is within the bounds.
    pub labels: Labels,
    /// `sum_i |x_i - c_label(i)|^2`
    pub inertia: f64,
    /// Iterations with bounds of the start returned.
    pub n_iter: usize,
    /// Why it ended. [`Stop::Converged`]: assigning the rows again saves nothing.
    pub stop: Stop,
    /// Which start it was, from 0.
    pub restart: usize,
    /// Starts run.
    pub n_starts: usize,
    /// Whether its last assignment was exact: see the [module](crate::sizes#exact-or-not).
    pub exact: bool,
    /// At most so much of the cost of that assignment could be saved, as a share: 0 when exact.
    pub gap: f64,
    /// The share of rows that `model` gives the label they have here.
    pub agreement: f64,
    /// What assigns new rows: the nearest centre, without bounds.
    pub model: CentersModel,
}

/// Clusters the rows of `x` (n x d) within bounds.
///
/// # Errors
/// As [`fit_with`].
///
/// ```
/// use segctl_clustering_core::sizes::{SizeBounds, SizesParams, fit};
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[0.0, 0.1, 0.2, 0.3, 0.4, 9.0], 6, 1)?;
/// let found = fit(x, &SizesParams::new(2, SizeBounds::at_least(2)))?;
/// assert_eq!(found.labels.renumbered().to_signed(), [0, 0, 0, 0, 1, 1]);
/// assert_eq!(found.agreement, 5.0 / 6.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(x: MatrixView<'_>, params: &SizesParams) -> Result<SizedKMeans, ClusteringError> {
    fit_with(x, params, &Silent)
}

/// Clusters rows within bounds under observation.
///
/// Events have the stage `sized k-means` after each start, `sized k-means iteration` after each of its
/// iterations, and before those the stages of [`kmeans::fit_with`]. Memory O(n + k^2) beside a copy of
/// X, and up to 320 MiB for the moves of large problems.
///
/// # Errors
/// [`ClusteringError::SizeOrder`]; [`ClusteringError::Sizes`] when n rows in k clusters cannot keep the
/// bounds; [`ClusteringError::Input`] for parameters out of range and values that are not finite;
/// [`ClusteringError::TooLarge`] for magnitudes beyond 1e120; [`ClusteringError::TooFewRows`];
/// [`ClusteringError::TooFewDistinct`]; [`ClusteringError::Cancelled`].
///
/// ```
/// use segctl_clustering_core::ClusteringError;
/// use segctl_clustering_core::sizes::{SizeBounds, SizesParams, fit_with};
/// use segctl_numeric::{MatrixView, observe::Silent};
/// let x = MatrixView::new(&[0.0, 1.0, 2.0], 3, 1)?;
/// let error = fit_with(x, &SizesParams::new(2, SizeBounds::at_least(2)), &Silent).unwrap_err();
/// assert_eq!(error, ClusteringError::Sizes { n_samples: 3, n_clusters: 2, min: 2, max: usize::MAX });
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with(
    x: MatrixView<'_>,
    params: &SizesParams,
    observer: &dyn Observer,
) -> Result<SizedKMeans, ClusteringError> {
    params.validate()?;
    let data = KMeansData::new(x)?;
    let (n, d, k, seed) = (data.n_rows(), data.n_cols(), params.n_clusters, params.seed.0);
    check_rows(&data, None, k)?;
    let limits = Limits::new(params.bounds, n, k)?;
    let span = tracing::info_span!("sized k-means", n, d, k, seed);
    let _entered = span.enter();
    let centers = starting_centers(&data, params, observer)?;
    let n_starts = centers.len();
    let mut best: Option<(usize, Run)> = None;
    let starts = Starts { data: &data, params, limits, observer, total: n_starts };
    for (restart, centers) in centers.iter().enumerate() {
        let run = starts.run(centers, restart)?;
        if best.as_ref().is_none_or(|(_, best)| run.inertia < best.inertia) {
            best = Some((restart, run));
        }
    }
    let (restart, run) = best.expect("there is a start");
    if run.stop == Stop::MaxIter {
        tracing::warn!(max_iter = params.max_iter, "k-means within bounds did not converge");
    }
    finish(x, &data, run, restart, n_starts)
}

fn finish(
    x: MatrixView<'_>,
    data: &KMeansData<'_>,
    run: Run,
    restart: usize,
    n_starts: usize,
) -> Result<SizedKMeans, ClusteringError> {
    let model = CentersModel::new(data.mean().to_vec(), run.centers);
    let nearest = model.predict(x)?.labels;
    let agree = nearest.as_slice().iter().zip(run.labels.as_slice()).filter(|(a, b)| a == b).count();
    Ok(SizedKMeans {
        centers: model.centers(),
        labels: run.labels,
        inertia: run.inertia,
        n_iter: run.n_iter,
        stop: run.stop,
        restart,
        n_starts,
        exact: run.exact,
        gap: run.gap,
        agreement: agree as f64 / x.n_rows() as f64,
        model,
    })
}

/// The centres of each start (k x d, centred).
fn starting_centers(
    data: &KMeansData<'_>,
    params: &SizesParams,
    observer: &dyn Observer,
) -> Result<Vec<Matrix>, ClusteringError> {
    let centred = |centers: &Matrix| {
        let mut out = centers.clone();
        center(centers.view(), data.mean(), out.view_mut().as_mut_slice());
        out
    };
    if let Init::Centers(centers) = &params.init {
        if centers.n_cols() != data.n_cols() {
            let (what, found) = ("row of initial centres", centers.n_cols());
            return Err(InputError::Length { what, found, expected: data.n_cols() }.into());
        }
        check_magnitudes("initial centres", centers.view())?;
        return Ok(vec![centred(centers)]);
    }
    let start = |restart: usize| {
        let seed = Seed(params.seed.stream("k-means sizes", restart as u64, 0).random());
        let found = kmeans::fit_data(data, None, &params.start_params().with_seed(seed), observer)?;
        Ok(centred(&found.centers))
    };
    (0..params.restarts).map(start).collect()
}
