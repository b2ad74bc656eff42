//! How well a map stands for rows.

mod distortion;
mod preservation;
mod ranks;

use segctl_numeric::distance::Metric;
use segctl_numeric::{InputError, MatrixView};

pub use self::distortion::distortion;
pub use self::preservation::{Preservation, PreservationParams, preservation};
use crate::check::{check_rows_of, check_weights};
use crate::search::{Two, column_means, two_nearest_units};
use crate::{SomError, SomModel, Winners};

/// How well a map stands for rows. All distances are Euclidean, whatever the map was trained by; over
/// missing values as [`SomModel::winners`] says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Quality {
    /// The weighted mean distance of a row to the unit nearest to it.
    pub quantization_error: f64,
    /// The weighted share of rows whose two nearest units are not neighbours on the grid (Kiviluoto, 1996).
    /// `None` on a map of one unit.
    pub topographic_error: Option<f64>,
    /// `1 - sum |x - w|^2 / sum |x - mean|^2` over the known values, `w` being the unit nearest to `x`. `None`
    /// where all rows are equal.
    pub explained_variance: Option<f64>,
    /// The weight of the rows that each unit is nearest to: their number, without weights.
    pub hits: Vec<f64>,
    /// The weighted mean distance of those rows to the unit; `None` without any.
    pub unit_errors: Vec<Option<f64>>,
    /// Units that no row of positive weight is nearest to.
    pub n_dead: usize,
}

/// Judges a map by rows `x` (n x d), in time O(n m d).
///
/// ```
/// use segctl_numeric::distance::Metric;
/// use segctl_numeric::{Matrix, MatrixView};
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::quality::quality;
/// let codebook = Matrix::from_rows(&[[0.0], [5.0], [1.0]])?;
/// let model = SomModel::new(Grid::rectangular(3, 1)?, Metric::Euclidean, codebook)?;
/// let found = quality(&model, MatrixView::new(&[0.25, 0.75], 2, 1)?, None)?;
/// assert_eq!(found.quantization_error, 0.25);
/// assert_eq!(found.topographic_error, Some(1.0));
/// assert_eq!((found.hits, found.n_dead), (vec![1.0, 0.0, 1.0], 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`SomModel::winners`]; [`SomError::Input`] without rows, and for weights as for a fit.
pub fn quality(model: &SomModel, x: MatrixView<'_>, weights: Option<&[f64]>) -> Result<Quality, SomError> {
    let known = check_rows_of(x, model.n_features())?;
    at_least_one_row(x)?;
    check_weights(weights, x.n_rows())?;
    let nearest = two_nearest_units(x, model.codebook(), Metric::Euclidean, known);
    Ok(judged(model, x, &nearest, weights))
}

/// As [`quality`], of winners that are known already: those that `model` gives for `x`, which saves the search where
/// its metric is the Euclidean one. Time O(n d).
///
/// ```
/// use segctl_numeric::distance::Metric;
/// use segctl_numeric::{Matrix, MatrixView};
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::quality::{quality, quality_of_winners};
/// let codebook = Matrix::from_rows(&[[0.0], [5.0], [1.0]])?;
/// let model = SomModel::new(Grid::rectangular(3, 1)?, Metric::Euclidean, codebook)?;
/// let x = MatrixView::new(&[0.25, 0.75], 2, 1)?;
/// assert_eq!(quality_of_winners(&model, x, &model.winners(x)?, None)?, quality(&model, x, None)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`quality`]; [`SomError::Input`] for winners of another number of rows, or of units that the map does not have;
/// [`SomError::Metric`] for a map with another metric.
pub fn quality_of_winners(
    model: &SomModel,
    x: MatrixView<'_>,
    winners: &Winners,
    weights: Option<&[f64]>,
) -> Result<Quality, SomError> {
    check_rows_of(x, model.n_features())?;
    at_least_one_row(x)?;
    check_weights(weights, x.n_rows())?;
    if model.metric() != Metric::Euclidean {
        return Err(SomError::Metric { metric: model.metric() });
    }
    let lengths = [winners.unit.len(), winners.distance.len(), winners.second.len(), winners.second_distance.len()];
    if let Some(&found) = lengths.iter().find(|&&length| length != x.n_rows()) {
        return Err(InputError::Length { what: "winners", found, expected: x.n_rows() }.into());
    }
    let n_units = model.n_units();
    let seconds = winners.second.iter().filter(|_| n_units > 1);
    if let Some(&unit) = winners.unit.iter().chain(seconds).find(|&&unit| unit as usize >= n_units) {
        return Err(InputError::Length { what: "units of winners", found: unit as usize, expected: n_units }.into());
    }
    let two = |row: usize| Two {
        unit: winners.unit[row],
        distance: winners.distance[row],
        second: winners.second[row],
        second_distance: winners.second_distance[row],
    };
    let nearest: Vec<Two> = (0..x.n_rows()).map(two).collect();
    Ok(judged(model, x, &nearest, weights))
}

fn judged(model: &SomModel, x: MatrixView<'_>, nearest: &[Two], weights: Option<&[f64]>) -> Quality {
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let mut hits = vec![0.0; model.n_units()];
    let mut distances = vec![0.0; model.n_units()];
    for (row, found) in nearest.iter().enumerate() {
        hits[found.unit as usize] += weight(row);
        distances[found.unit as usize] += weight(row) * found.distance;
    }
    let total: f64 = hits.iter().sum();
    let mean = |(&hits, distance): (&f64, f64)| (hits > 0.0).then(|| distance / hits);
    Quality {
        quantization_error: weighted(nearest, weight, |found| found.distance) / total,
        topographic_error: topographic_error(model, nearest, weight, total),
        explained_variance: explained_variance(model, x, nearest, weight),
        unit_errors: hits.iter().zip(distances).map(mean).collect(),
        n_dead: hits.iter().filter(|&&hits| hits == 0.0).count(),
        hits,
    }
}

pub(crate) fn at_least_one_row(x: MatrixView<'_>) -> Result<(), SomError> {
    match x.n_rows() {
        0 => Err(InputError::TooFewRows { what: "X", n_samples: 0, at_least: 1 }.into()),
        _ => Ok(()),
    }
}

fn weighted(nearest: &[Two], weight: impl Fn(usize) -> f64, of: impl Fn(&Two) -> f64) -> f64 {
    nearest.iter().enumerate().fold(0.0, |sum, (row, found)| sum + weight(row) * of(found))
}

fn topographic_error(model: &SomModel, nearest: &[Two], weight: impl Fn(usize) -> f64, total: f64) -> Option<f64> {
    let apart = |found: &Two| !model.grid().is_adjacent(found.unit as usize, found.second as usize);
    (model.n_units() > 1).then(|| weighted(nearest, weight, |found| f64::from(u8::from(apart(found)))) / total)
}

fn explained_variance(
    model: &SomModel,
    x: MatrixView<'_>,
    nearest: &[Two],
    weight: impl Fn(usize) -> f64,
) -> Option<f64> {
    // Sums about a first guess of the mean: nothing large cancels in the correction.
    let guess = column_means(x);
    let (mut left, mut weights) = (0.0, vec![0.0; guess.len()]);
    let (mut sums, mut squares) = (weights.clone(), weights.clone());
    for (i, (row, found)) in x.rows().zip(nearest).enumerate() {
        let unit = model.codebook().row(found.unit as usize);
        for (j, (value, place)) in row.iter().zip(unit).enumerate().filter(|(_, (value, _))| !value.is_nan()) {
            let (off, centred, weight) = (value - place, value - guess[j], weight(i));
            left += weight * (off * off);
            weights[j] += weight;
            sums[j] += weight * centred;
            squares[j] += weight * (centred * centred);
        }
    }
    let about_mean = |j: usize| if weights[j] > 0.0 { squares[j] - sums[j] * sums[j] / weights[j] } else { 0.0 };
    let all: f64 = (0..guess.len()).map(|j| about_mean(j).max(0.0)).sum();
    (all > 0.0).then(|| 1.0 - left / all)
}
