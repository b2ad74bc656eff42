//! How well a map stands for rows.

mod distortion;
mod preservation;
mod ranks;

use segctl_numeric::MatrixView;
use segctl_numeric::distance::Metric;

pub use self::distortion::distortion;
pub use self::preservation::{Preservation, PreservationParams, preservation};
use crate::check::{check_rows_of, check_weights};
use crate::search::{Two, column_means, two_nearest_units};
use crate::{SomError, SomModel};

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
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let mut hits = vec![0.0; model.n_units()];
    let mut distances = vec![0.0; model.n_units()];
    for (row, found) in nearest.iter().enumerate() {
        hits[found.unit as usize] += weight(row);
        distances[found.unit as usize] += weight(row) * found.distance;
    }
    let total: f64 = hits.iter().sum();
    let mean = |(&hits, distance): (&f64, f64)| (hits > 0.0).then(|| distance / hits);
    Ok(Quality {
        quantization_error: weighted(&nearest, weight, |found| found.distance) / total,
        topographic_error: topographic_error(model, &nearest, weight, total),
        explained_variance: explained_variance(model, x, &nearest, weight),
        unit_errors: hits.iter().zip(distances).map(mean).collect(),
        n_dead: hits.iter().filter(|&&hits| hits == 0.0).count(),
        hits,
    })
}

pub(crate) fn at_least_one_row(x: MatrixView<'_>) -> Result<(), SomError> {
    match x.n_rows() {
        0 => Err(segctl_numeric::InputError::TooFewRows { what: "X", n_samples: 0, at_least: 1 }.into()),
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
