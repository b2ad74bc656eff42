//! Where the units begin.

use rand::RngExt;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Matrix, MatrixView};

use crate::SomError;
use crate::check::{check_finite, not_negative};
use crate::grid::{Grid, check_units};
use crate::search::column_means;

/// Where the units begin.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Start {
    /// Anywhere between the least and the largest value of each feature, all alike likely.
    Random,
    /// Rows, drawn without replacement while they last; missing values become the feature's mean.
    #[default]
    Sample,
    /// In the plane of the first two principal components.
    Linear(Axes),
    /// These: a row per unit, in the order of their numbers.
    Given(Matrix),
}

/// The plane that a linear start spans: unit `(x, y)` begins at
/// `mean + a s_1 axis_1 + b s_2 axis_2`, where `a` goes from -1 to 1 along the first side of the grid and
/// `b` along the second (0 on a side of one unit).
///
/// Deviations of 1 give MiniSom's `pca_weights_init`, the root of the eigenvalues the SOM Toolbox's
/// `som_lininit`.
#[derive(Debug, Clone, PartialEq)]
pub struct Axes {
    /// The mean of the rows, d values.
    pub mean: Vec<f64>,
    /// One direction of d values in each row; a second may be absent.
    pub axes: Matrix,
    /// How far to go along each, finite and >= 0.
    pub deviations: Vec<f64>,
}

impl Axes {
    fn validate(&self) -> Result<(), SomError> {
        let (rows, d) = (self.axes.n_rows(), self.axes.n_cols());
        if !(1..=2).contains(&rows) {
            return Err(InputError::Length { what: "axes", found: rows, expected: 2 }.into());
        }
        if self.mean.len() != d {
            return Err(InputError::Length { what: "mean of the axes", found: self.mean.len(), expected: d }.into());
        }
        if self.deviations.len() != rows {
            let found = self.deviations.len();
            return Err(InputError::Length { what: "deviations of the axes", found, expected: rows }.into());
        }
        check_finite("axes", self.axes.view())?;
        check_finite("mean of the axes", MatrixView::new(&self.mean, 1, d)?)?;
        self.deviations.iter().try_for_each(|&deviation| not_negative("deviation of an axis", deviation))
    }

    fn codebook(&self, grid: Grid) -> Matrix {
        let mut codebook = Matrix::zeros(grid.n_units(), self.mean.len());
        for unit in 0..grid.n_units() {
            let (x, y) = grid.place(unit);
            let along = [from_minus_one(x, grid.n_x()), from_minus_one(y, grid.n_y())];
            let row = codebook.row_mut(unit);
            row.copy_from_slice(&self.mean);
            for ((axis, along), deviation) in self.axes.view().rows().zip(along).zip(&self.deviations) {
                row.iter_mut().zip(axis).for_each(|(value, axis)| *value += along * deviation * axis);
            }
        }
        codebook
    }
}

fn from_minus_one(at: usize, side: usize) -> f64 {
    if side == 1 { 0.0 } else { -1.0 + 2.0 * at as f64 / (side - 1) as f64 }
}

impl Start {
    pub(crate) fn validate(&self, grid: Grid) -> Result<(), SomError> {
        match self {
            Self::Random | Self::Sample => Ok(()),
            Self::Linear(axes) => axes.validate(),
            Self::Given(codebook) => {
                check_units("start", codebook.n_rows(), grid)?;
                check_finite("start", codebook.view())
            }
        }
    }

    /// The codebook to begin with; `x` has been checked.
    pub(crate) fn codebook(&self, x: MatrixView<'_>, grid: Grid, seed: Seed) -> Result<Matrix, SomError> {
        let codebook = match self {
            Self::Random => random(x, grid, seed),
            Self::Sample => sample(x, grid, seed),
            Self::Linear(axes) => axes.codebook(grid),
            Self::Given(codebook) => codebook.clone(),
        };
        if codebook.n_cols() != x.n_cols() {
            let (found, expected) = (codebook.n_cols(), x.n_cols());
            return Err(InputError::Length { what: "row of the start", found, expected }.into());
        }
        check_finite("start", codebook.view())?;
        Ok(codebook)
    }
}

/// The least and the largest known value of each feature.
pub(crate) fn ranges(x: MatrixView<'_>) -> Vec<(f64, f64)> {
    let range = |j| x.column(j).fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (v.min(a), v.max(b)));
    (0..x.n_cols()).map(range).collect()
}

fn random(x: MatrixView<'_>, grid: Grid, seed: Seed) -> Matrix {
    let ranges = ranges(x);
    let mut rng = seed.stream("som start", 0, 0);
    let mut codebook = Matrix::zeros(grid.n_units(), x.n_cols());
    for unit in 0..grid.n_units() {
        for (value, &(low, high)) in codebook.row_mut(unit).iter_mut().zip(&ranges) {
            *value = low + rng.random::<f64>() * (high - low);
        }
    }
    codebook
}

fn sample(x: MatrixView<'_>, grid: Grid, seed: Seed) -> Matrix {
    let mut rng = seed.stream("som start", 0, 0);
    let mut left: Vec<usize> = vec![];
    let mut drawn = Vec::with_capacity(grid.n_units());
    while drawn.len() < grid.n_units() {
        if left.is_empty() {
            left = (0..x.n_rows()).collect();
        }
        drawn.push(left.swap_remove(rng.random_range(0..left.len())));
    }
    let means = column_means(x);
    let mut codebook = x.select_rows(&drawn);
    for unit in 0..codebook.n_rows() {
        for (value, mean) in codebook.row_mut(unit).iter_mut().zip(&means).filter(|(value, _)| value.is_nan()) {
            *value = *mean;
        }
    }
    codebook
}

/// An order of the rows of one epoch.
pub(crate) fn shuffled(n: usize, seed: Seed, epoch: usize) -> Vec<usize> {
    let mut rng = seed.stream("som order", epoch as u64, 0);
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, rng.random_range(0..=i));
    }
    order
}
