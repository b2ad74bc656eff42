//! Distances of any kind between a tile of rows and the reference rows.

use segctl_numeric::distance::{Dissimilarity, Gower, Metric};
use segctl_numeric::simd::dispatch;
use segctl_numeric::{InputError, MatrixView};

use super::distance::{TILE, Tile};
use super::kernel::{AddGiven, Sums, Target};
use crate::MetricsError;

/// Reference rows compared with a tile at once: their distances stay in the nearest cache.
const BLOCK: usize = 64;

/// Values whose squares can be added up for any number of rows and columns.
const LARGEST_SQUARED: f64 = 1e140;

/// Differences, in ranges of a column, that can be added up.
const MOST_RANGES: f64 = 1e280;

/// Whether distances are those that [`super::distance`] computes.
pub(super) fn is_euclidean(dissimilarity: &Dissimilarity) -> bool {
    matches!(dissimilarity, Dissimilarity::Metric(Metric::Euclidean))
}

/// Checks that `dissimilarity` is one of rows of `x`, and that sums of it are finite. The values of `x` have been
/// checked to be finite.
pub(crate) fn check(x: MatrixView<'_>, dissimilarity: &Dissimilarity) -> Result<(), MetricsError> {
    match dissimilarity {
        Dissimilarity::Gower(gower) => check_gower(x, gower),
        Dissimilarity::Metric(Metric::SquaredEuclidean) => {
            match x.as_slice().iter().position(|value| value.abs() > LARGEST_SQUARED) {
                None => Ok(()),
                Some(at) => Err(MetricsError::TooLarge {
                    row: at / x.n_cols(),
                    column: at % x.n_cols(),
                    value: x.as_slice()[at],
                    limit: LARGEST_SQUARED,
                }),
            }
        }
        _ => Ok(()),
    }
}

fn check_gower(x: MatrixView<'_>, gower: &Gower) -> Result<(), MetricsError> {
    let (found, expected) = (x.n_cols(), gower.n_features());
    if found != expected {
        return Err(InputError::Length { what: "row of X", found, expected }.into());
    }
    let of_x = Gower::fit(x, gower.categorical())?;
    let ratios = of_x.ranges().iter().zip(gower.ranges()).filter(|&(_, &range)| range > 0.0);
    match ratios.map(|(of_x, range)| of_x / range).find(|&ratio| ratio > MOST_RANGES) {
        None => Ok(()),
        Some(value) => Err(InputError::OutOfRange { name: "ratio of ranges", value, expected: "<= 1e280" }.into()),
    }
}

/// The rows that a tile is compared with.
pub(super) struct References<'a> {
    /// m x d.
    pub(super) values: MatrixView<'a>,
    /// m rows of the data.
    pub(super) rows: &'a [usize],
    /// m x n_labelings.
    pub(super) targets: &'a [Target],
    pub(super) n_labelings: usize,
}

/// Adds the distances between each of up to `TILE` `rows` of `x` and each reference row to the latter's targets.
/// A row is at 0 from itself, also by a distance that says otherwise.
pub(super) fn add_distances(
    x: MatrixView<'_>,
    rows: &[usize],
    dissimilarity: &Dissimilarity,
    references: &References<'_>,
    sums: &mut Sums,
) {
    let d = x.n_cols();
    let lanes: [usize; TILE] = std::array::from_fn(|lane| rows[lane.min(rows.len() - 1)]);
    let tile: Vec<f64> = lanes.iter().flat_map(|&row| x.row(row)).copied().collect();
    let mut distances: [Tile; BLOCK] = [[0.0; TILE]; BLOCK];
    let blocks = references.rows.chunks(BLOCK).zip(references.values.as_slice().chunks(BLOCK * d));
    for ((rows, values), targets) in blocks.zip(references.targets.chunks(BLOCK * references.n_labelings)) {
        let distances = &mut distances[..rows.len()];
        dissimilarity.many_to_many(values, &tile, d, distances.as_flattened_mut());
        for (distances, row) in distances.iter_mut().zip(rows) {
            for (distance, lane) in distances.iter_mut().zip(&lanes) {
                *distance = if lane == row { 0.0 } else { *distance };
            }
        }
        dispatch(AddGiven { distances, targets, n_labelings: references.n_labelings, sums });
    }
}
