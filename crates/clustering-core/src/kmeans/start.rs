//! Where starts begin, for k-means and for its relatives.

use rand::RngExt;
use segctl_numeric::{Matrix, MatrixView};

use super::init::kmeans_plusplus;
use super::parallel::{Oversampling, kmeans_parallel};
use super::problem::Problem;
use super::{Init, KMeansParams};

/// The centres (k x d, centred) that start `restart` begins with, unless they are given.
pub(super) fn starting_centers(problem: &Problem<'_>, params: &KMeansParams, restart: usize) -> Matrix {
    let restart = restart as u64;
    match params.init {
        Init::KMeansParallel { oversampling, rounds } => {
            let oversampling = Oversampling::new(oversampling, rounds, problem.n_clusters);
            kmeans_parallel(problem, oversampling, params.seed, restart)
        }
        _ => kmeans_plusplus(problem, &mut params.seed.stream("k-means++", restart, 0)),
    }
}

/// Greedy k-means++ on rows that were checked: k of them (k x d). At least one has weight.
pub(crate) fn plus_plus(
    x: MatrixView<'_>,
    weights: Option<&[f64]>,
    n_clusters: usize,
    rng: &mut impl RngExt,
) -> Matrix {
    kmeans_plusplus(&Problem { x, weights, n_clusters, max_iter: 1, tol: 0.0 }, rng)
}
