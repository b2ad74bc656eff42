//! Which rows are where.

use segctl_numeric::{InputError, Labels, Matrix, MatrixView};

use super::on_grid;
use crate::check::{check_rows_of, check_weights};
use crate::search::forms::with_form;
use crate::search::tiles::Tiles;
use crate::{SomError, SomModel};

/// The rows that each unit wins, ascending.
///
/// ```
/// use segctl_numeric::distance::Metric;
/// use segctl_numeric::{Matrix, MatrixView};
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::map::rows_of_units;
/// let codebook = Matrix::from_rows(&[[0.0], [5.0]])?;
/// let model = SomModel::new(Grid::rectangular(2, 1)?, Metric::Euclidean, codebook)?;
/// let x = MatrixView::new(&[1.0, 4.0, 2.0], 3, 1)?;
/// assert_eq!(rows_of_units(&model, x)?, [vec![0, 2], vec![1]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`SomModel::winners`].
pub fn rows_of_units(model: &SomModel, x: MatrixView<'_>) -> Result<Vec<Vec<usize>>, SomError> {
    let mut rows = vec![vec![]; model.n_units()];
    for (row, unit) in model.winners(x)?.unit.into_iter().enumerate() {
        rows[unit as usize].push(row);
    }
    Ok(rows)
}

/// The weight of the rows that each unit wins: their number, without weights (MiniSom's
/// `activation_response`).
///
/// ```
/// use segctl_numeric::distance::Metric;
/// use segctl_numeric::{Matrix, MatrixView};
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::map::hits;
/// let codebook = Matrix::from_rows(&[[0.0], [5.0]])?;
/// let model = SomModel::new(Grid::rectangular(2, 1)?, Metric::Euclidean, codebook)?;
/// let x = MatrixView::new(&[1.0, 4.0, 2.0], 3, 1)?;
/// assert_eq!(hits(&model, x, None)?.as_slice(), [2.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`SomModel::winners`]; [`SomError::Input`] for weights as for a fit.
pub fn hits(model: &SomModel, x: MatrixView<'_>, weights: Option<&[f64]>) -> Result<Matrix, SomError> {
    check_weights(weights, x.n_rows())?;
    let mut hits = vec![0.0; model.n_units()];
    for (row, unit) in model.winners(x)?.unit.into_iter().enumerate() {
        hits[unit as usize] += weights.map_or(1.0, |weights| weights[row]);
    }
    Ok(on_grid(model.grid(), hits))
}

/// The distance of one row to every unit, in the map's metric (MiniSom's `activate`). NaN is a missing value.
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_numeric::distance::Metric;
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::map::activation;
/// let codebook = Matrix::from_rows(&[[0.0], [5.0]])?;
/// let model = SomModel::new(Grid::rectangular(2, 1)?, Metric::Euclidean, codebook)?;
/// assert_eq!(activation(&model, &[4.0])?.as_slice(), [4.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`SomModel::winners`].
pub fn activation(model: &SomModel, row: &[f64]) -> Result<Matrix, SomError> {
    check_rows_of(MatrixView::new(row, 1, row.len())?, model.n_features())?;
    let tiles = Tiles::new(model.codebook().view());
    Ok(on_grid(model.grid(), with_form!(model.metric(), F => tiles.distances::<F>(row))))
}

/// Which labels the rows of each unit have.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LabelMap {
    /// How many rows of each label each unit wins: a row per unit, a column per label. Noise is not counted.
    pub counts: Matrix,
    /// The most frequent label of each unit, the lowest of equals; `None` for a unit without labelled rows.
    pub majority: Vec<Option<u32>>,
}

/// Counts the labels of the rows that each unit wins (MiniSom's `labels_map`).
///
/// ```
/// use segctl_numeric::distance::Metric;
/// use segctl_numeric::{Labels, Matrix, MatrixView};
/// use segctl_som::SomModel;
/// use segctl_som::grid::Grid;
/// use segctl_som::map::label_map;
/// let codebook = Matrix::from_rows(&[[0.0], [5.0], [99.0]])?;
/// let model = SomModel::new(Grid::rectangular(3, 1)?, Metric::Euclidean, codebook)?;
/// let x = MatrixView::new(&[1.0, 4.0, 2.0], 3, 1)?;
/// let found = label_map(&model, x, &Labels::from_signed(&[1, 0, 1])?)?;
/// assert_eq!(found.counts.row(0), [0.0, 2.0]);
/// assert_eq!(found.majority, [Some(1), Some(0), None]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`SomModel::winners`]; [`SomError::Input`] unless there is a label per row.
pub fn label_map(model: &SomModel, x: MatrixView<'_>, labels: &Labels) -> Result<LabelMap, SomError> {
    if labels.len() != x.n_rows() {
        return Err(InputError::Length { what: "labels", found: labels.len(), expected: x.n_rows() }.into());
    }
    let mut counts = Matrix::zeros(model.n_units(), labels.n_clusters());
    for (row, unit) in model.winners(x)?.unit.into_iter().enumerate() {
        if let Some(label) = labels.get(row) {
            counts.row_mut(unit as usize)[label] += 1.0;
        }
    }
    let majority = counts.view().rows().map(first_of_most).collect();
    Ok(LabelMap { counts, majority })
}

fn first_of_most(counts: &[f64]) -> Option<u32> {
    let most = counts.iter().fold(0.0_f64, |top, &count| top.max(count));
    if most > 0.0 { counts.iter().position(|&count| count == most).map(|label| label as u32) } else { None }
}
