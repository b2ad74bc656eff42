use segctl_numeric::{InputError, Matrix, MatrixView};

use super::column::{CategoricalColumn, Factor};
use crate::linalg::center::{chunked_means, squared_deviations};
use crate::linalg::jacobi::NEGLIGIBLE;

/// How Pagès codes a mixed table, so that principal components weigh its columns alike: a numeric
/// column as (x - mean) / scale, a level of frequency p as (indicator - p) / sqrt(p).
///
/// The coded columns, d in all, are the p numeric ones and then the levels of each factor.
#[derive(Clone, Copy)]
pub(super) struct Coding<'a> {
    pub(super) mean: &'a [f64],
    /// The population standard deviation; 0 for a constant column, which is coded as zeros.
    pub(super) scale: &'a [f64],
    pub(super) factors: &'a [Factor],
    pub(super) n_samples: usize,
}

impl Coding<'_> {
    /// d, the number of coded columns.
    pub(super) fn width(&self) -> usize {
        self.mean.len() + self.factors.iter().map(|factor| factor.levels.len()).sum::<usize>()
    }

    /// The first coded column of each factor.
    pub(super) fn starts(&self) -> Vec<usize> {
        let next = |start: &mut usize, factor: &Factor| {
            let first = *start;
            *start += factor.levels.len();
            Some(first)
        };
        self.factors.iter().scan(self.mean.len(), next).collect()
    }

    /// The frequency of every level of every factor.
    pub(super) fn frequencies(&self) -> Vec<f64> {
        self.factors.iter().flat_map(|factor| factor.frequencies(self.n_samples)).collect()
    }

    /// The variance of each coded column: 1 for a number, 1 - p for a level, 0 for what is constant.
    pub(super) fn inertias(&self) -> Vec<f64> {
        let numeric = self.scale.iter().map(|&scale| if scale > 0.0 { 1.0 } else { 0.0 });
        numeric.chain(self.frequencies().into_iter().map(|p| if p > 0.0 { 1.0 - p } else { 0.0 })).collect()
    }

    /// The sum of the variances, a whole number: varying numbers, and levels less one per factor.
    pub(super) fn total_inertia(&self) -> f64 {
        let numeric = self.scale.iter().filter(|&&scale| scale > 0.0).count();
        let levels: usize = self.factors.iter().map(|factor| factor.n_observed().saturating_sub(1)).sum();
        (numeric + levels) as f64
    }

    /// Writes the standardised numbers of a row.
    #[inline(always)]
    pub(super) fn standardize(&self, row: &[f64], out: &mut [f64]) {
        for ((out, value), (mean, scale)) in out.iter_mut().zip(row).zip(self.mean.iter().zip(self.scale)) {
            *out = if *scale > 0.0 { (value - mean) / scale } else { 0.0 };
        }
    }

    /// The coded table, n x d: for tables with fewer rows than coded columns.
    pub(super) fn encode(&self, x: MatrixView<'_>, columns: &[CategoricalColumn<'_>]) -> Matrix {
        let p = self.mean.len();
        let frequencies = self.frequencies();
        let starts = self.starts();
        let mut coded = Matrix::zeros(self.n_samples, self.width());
        for i in 0..self.n_samples {
            let (numbers, levels) = coded.row_mut(i).split_at_mut(p);
            self.standardize(x.row(i), numbers);
            levels.iter_mut().zip(&frequencies).for_each(|(level, p)| *level = -p.sqrt());
            for (start, column) in starts.iter().zip(columns) {
                let at = start - p + column.codes()[i] as usize;
                levels[at] = (1.0 - frequencies[at]) / frequencies[at].sqrt();
            }
        }
        coded
    }
}

/// The mean and the population standard deviation of each column; 0 for one that is constant up to
/// rounding, by the rule of standard scaling: var <= n eps var + (n mean eps)^2.
pub(super) fn moments(x: MatrixView<'_>) -> (Vec<f64>, Vec<f64>) {
    let n = x.n_rows();
    let mean = chunked_means(x);
    let squares = squared_deviations(x, &mean);
    let scale = squares.iter().zip(&mean).map(|(sum, mean)| {
        let variance = sum / n as f64;
        let rounding = n as f64 * f64::EPSILON;
        let constant = variance <= rounding * variance + (rounding * mean).powi(2) || variance <= NEGLIGIBLE;
        if constant { 0.0 } else { variance.sqrt() }
    });
    let scale = scale.collect();
    (mean, scale)
}

/// Names the columns that are constant, as they explain nothing.
pub(super) fn warn_of_constants(coding: &Coding<'_>) {
    for (column, _) in coding.scale.iter().enumerate().filter(|(_, scale)| **scale == 0.0) {
        tracing::warn!(column, "numeric column is constant");
    }
    for factor in coding.factors.iter().filter(|factor| factor.n_observed() < 2) {
        tracing::warn!(column = factor.name, "categorical column is constant");
    }
}

/// Checks the lengths of what a file says of a coding.
pub(super) fn ensure_lengths(lengths: &[(&'static str, usize, usize)]) -> Result<(), InputError> {
    match lengths.iter().find(|(_, found, expected)| found != expected) {
        Some(&(what, found, expected)) => Err(InputError::Length { what, found, expected }),
        None => Ok(()),
    }
}
