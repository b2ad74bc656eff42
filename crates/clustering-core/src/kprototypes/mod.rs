//! K-prototypes: clusters of rows that hold numbers and categories.
//!
//! Z. Huang, "Extensions to the k-means algorithm for clustering large data sets with categorical values",
//! Data Mining and Knowledge Discovery 2, 1998. A cluster is known by its prototype: the means of its numbers
//! and the commonest codes of its categories. The cost is
//! `sum_i (sum_numbers (x_ij - c_j)^2 + gamma * mismatches(x_i, c))` for the nearest prototype c of each row;
//! it falls as rows go to the nearest prototype and prototypes to the middle of their rows, in turn.
//!
//! A category is known by a code, any finite number; only equality counts. Scale numbers first: a squared
//! difference competes with `gamma`.
//!
//! The `kmodes` package of Python moves rows one by one and updates prototypes in between; here all rows move
//! at once, so that threads can share the work and the order of rows does not matter. The cost of given
//! prototypes is the same; where the iteration ends may differ.
//!
//! Without numbers this is [`kmodes`](crate::kmodes), without categories k-means by plain iteration.

mod columns;
mod init;
mod model;
mod nearest;
mod params;
mod problem;
mod starts;
mod update;

use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::{InputError, Labels, MatrixView};

pub use model::PrototypesModel;
pub use params::{KPrototypesParams, PrototypesInit};
pub(crate) use starts::best as fit_staged;

use crate::ClusteringError;
use crate::check::check_values;
use columns::Columns;
use update::Levels;

/// A fitted clustering of rows of numbers and categories: plain data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KPrototypes {
    /// The nearest prototype of each row, the lowest index among equals; never noise, no cluster empty.
    pub labels: Labels,
    /// The sum of the dissimilarities of the rows to their prototypes.
    pub cost: f64,
    /// What a mismatch counted.
    pub gamma: f64,
    /// Iterations of the start that was taken.
    pub n_iter: usize,
    /// Whether it ended by itself: labels repeated or the cost fell no more. Otherwise the prototypes
    /// are those of the labels one iteration ago.
    pub converged: bool,
    /// The number of the start that was taken, from 0: the cheapest, the first among equals.
    pub restart: usize,
    /// Starts made.
    pub n_starts: usize,
    /// What assigns new rows; [centres](crate::model::Predict::centers) are the prototypes.
    pub model: PrototypesModel,
}

/// Finds k clusters of the rows of `x` (n x d).
///
/// # Errors
/// As [`fit_with`].
///
/// ```
/// use segctl_clustering_core::kprototypes::{KPrototypesParams, fit};
/// use segctl_numeric::Matrix;
/// let x = Matrix::from_rows(&[[1.0, 0.0], [2.0, 0.0], [8.0, 3.0], [9.0, 3.0], [8.5, 1.0]])?;
/// let found = fit(x.view(), &KPrototypesParams::new(2, vec![false, true]).with_gamma(1.0))?;
/// assert_eq!(found.labels.renumbered().to_signed(), [0, 0, 1, 1, 1]);
/// assert_eq!(found.cost, 2.0 * 0.25 + 2.0 * 0.25 + 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(x: MatrixView<'_>, params: &KPrototypesParams) -> Result<KPrototypes, ClusteringError> {
    fit_with(x, params, &Silent)
}

/// Finds clusters under observation.
///
/// Events have the stage `k-prototypes` after each start, with the cost reached, and
/// `k-prototypes iteration` after each iteration of any. Time O(n k d) per iteration.
///
/// # Errors
/// [`ClusteringError::Input`] for parameters out of range, a mask of another length than d, or values that are
/// not finite; [`ClusteringError::TooLarge`] for magnitudes beyond 1e120; [`ClusteringError::TooFewRows`];
/// [`ClusteringError::TooFewDistinct`], rows counting as equal where their dissimilarity is 0 because `gamma` is
/// or because squares vanish; [`ClusteringError::Cancelled`].
///
/// ```
/// use segctl_clustering_core::kprototypes::{KPrototypesParams, fit_with};
/// use segctl_numeric::{MatrixView, observe::Silent};
/// let x = MatrixView::new(&[0.0, 5.0, 0.0, 5.0, 4.0, 5.0], 3, 2)?;
/// let found = fit_with(x, &KPrototypesParams::new(2, vec![true, false]), &Silent)?;
/// assert_eq!((found.cost, found.gamma), (0.0, 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with(
    x: MatrixView<'_>,
    params: &KPrototypesParams,
    observer: &dyn Observer,
) -> Result<KPrototypes, ClusteringError> {
    fit_staged(x, params, ["k-prototypes", "k-prototypes iteration"], observer)
}

/// The rows that the first of the starts of [`PrototypesInit::Cao`] takes, for rows of categories `x` (n x d):
/// up to `n_clusters`, fewer when no more differ in their categories. Time O(n k d).
///
/// ```
/// use segctl_clustering_core::kprototypes::cao_rows;
/// use segctl_numeric::Matrix;
/// let x = Matrix::from_rows(&[[0.0, 1.0], [0.0, 0.0], [0.0, 0.0], [1.0, 2.0]])?;
/// assert_eq!(cao_rows(x.view(), 2)?, [1, 0]);
/// assert_eq!(cao_rows(x.view(), 9)?.len(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ClusteringError::Input`] for no rows, no columns or values that are not finite.
pub fn cao_rows(x: MatrixView<'_>, n_clusters: usize) -> Result<Vec<usize>, ClusteringError> {
    check_values("X", x)?;
    let levels: Vec<Levels> = (0..x.n_cols()).map(|j| Levels::of(&x.column(j).collect::<Vec<f64>>())).collect();
    Ok(init::cao(&levels, x.n_rows(), n_clusters))
}

/// Half the mean of the population standard deviations of the numbers; 1 where none varies.
fn default_gamma(columns: &Columns, x: MatrixView<'_>, mean: &[f64]) -> f64 {
    let numbers = columns.numbers_of(x);
    let deviation = |(j, mean): (usize, &f64)| {
        let squares = numbers.view().column(j).map(|value| (value - mean) * (value - mean));
        (squares.sum::<f64>() / x.n_rows() as f64).sqrt()
    };
    let deviations: f64 = mean.iter().enumerate().map(deviation).sum();
    if deviations > 0.0 { 0.5 * deviations / mean.len() as f64 } else { 1.0 }
}

fn check_mask(categorical: &[bool], n_features: usize) -> Result<(), ClusteringError> {
    match categorical.len() == n_features {
        true => Ok(()),
        false => Err(InputError::Length { what: "categorical", found: categorical.len(), expected: n_features }.into()),
    }
}
