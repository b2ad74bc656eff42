//! What comes before a start, for k-means and for its relatives.

use rand::RngExt;
use segctl_numeric::{Matrix, MatrixView};

use super::init::kmeans_plusplus;
use super::parallel::{Oversampling, kmeans_parallel};
use super::problem::Problem;
use super::{Init, KMeansData, KMeansParams, check_weights};
use crate::ClusteringError;
use crate::distinct::count_distinct;

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
    kmeans_plusplus(&Problem::seeding(x, weights, n_clusters), rng)
}

/// Checks that there are rows, and different ones of positive weight, for as many clusters.
pub(crate) fn check_rows(
    data: &KMeansData<'_>,
    weights: Option<&[f64]>,
    n_clusters: usize,
) -> Result<(), ClusteringError> {
    let n_samples = data.n_rows();
    if n_samples < n_clusters {
        return Err(ClusteringError::TooFewRows { n_samples, n_clusters });
    }
    check_weights(weights, n_samples)?;
    let n_distinct = count_distinct(data.centred(), |i| weights.map_or(1.0, |weights| weights[i]), n_clusters);
    if n_distinct < n_clusters {
        return Err(ClusteringError::TooFewDistinct { n_distinct, n_clusters });
    }
    Ok(())
}
