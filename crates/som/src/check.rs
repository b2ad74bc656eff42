//! What is asked of rows, weights and parameters.

use segctl_numeric::distance::Metric;
use segctl_numeric::{InputError, MatrixView};

use crate::SomError;

/// Sums of squares of so large values stay finite for any number of rows and features.
pub(crate) const LARGEST_VALUE: f64 = 1e120;

/// No single weight is larger: sums of weighted values stay finite.
const LARGEST_WEIGHT: f64 = 1e30;

/// Whether every value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    All,
    Some,
}

/// Checks rows to be trained on or to be mapped: NaN is a missing value, everything else is a number
/// whose square can be summed, and something of every row is known.
pub(crate) fn check_rows(x: MatrixView<'_>) -> Result<Known, SomError> {
    if x.n_cols() == 0 {
        return Err(InputError::NoColumns { what: "X" }.into());
    }
    // One pass that finds nothing in the usual case: NaN fails the comparison as well.
    if x.as_slice().iter().all(|value| value.abs() <= LARGEST_VALUE) {
        return Ok(Known::All);
    }
    check_numbers("X", x)?;
    match x.rows().position(|row| row.iter().all(|value| value.is_nan())) {
        Some(row) => Err(SomError::NothingKnown { row }),
        None => Ok(Known::Some),
    }
}

/// As [`check_rows`], for at least one row and as many columns as a model has.
pub(crate) fn check_rows_of(x: MatrixView<'_>, n_features: usize) -> Result<Known, SomError> {
    if x.n_cols() != n_features {
        return Err(InputError::Length { what: "row of X", found: x.n_cols(), expected: n_features }.into());
    }
    check_rows(x)
}

/// Everything but NaN is a number whose square can be summed.
fn check_numbers(what: &'static str, x: MatrixView<'_>) -> Result<(), SomError> {
    let Some(at) = x.as_slice().iter().position(|value| value.abs() > LARGEST_VALUE) else { return Ok(()) };
    let (row, column, value) = (at / x.n_cols(), at % x.n_cols(), x.as_slice()[at]);
    if value.is_infinite() {
        return Err(InputError::NotFinite { what, row, column, value }.into());
    }
    Err(SomError::TooLarge { what, row, column, value, limit: LARGEST_VALUE })
}

/// Checks values none of which may be missing.
pub(crate) fn check_finite(what: &'static str, x: MatrixView<'_>) -> Result<(), SomError> {
    x.ensure_finite(what)?;
    check_numbers(what, x)
}

/// Checks weights of `n_samples` rows: in range, and not all 0.
pub(crate) fn check_weights(weights: Option<&[f64]>, n_samples: usize) -> Result<(), SomError> {
    let Some(weights) = weights else { return Ok(()) };
    if weights.len() != n_samples {
        return Err(InputError::Length { what: "sample_weight", found: weights.len(), expected: n_samples }.into());
    }
    if let Some(&value) = weights.iter().find(|weight| !(0.0..=LARGEST_WEIGHT).contains(*weight)) {
        return Err(out_of_range("sample_weight", value, "in [0, 1e30]"));
    }
    if weights.iter().any(|&weight| weight > 0.0) {
        Ok(())
    } else {
        Err(out_of_range("sum of sample_weight", 0.0, "> 0"))
    }
}

/// Lets the metrics through that units are compared by: a later one is refused, not taken for another.
pub(crate) fn check_metric(metric: Metric) -> Result<(), SomError> {
    match metric {
        Metric::Euclidean | Metric::SquaredEuclidean | Metric::Manhattan | Metric::Chebyshev | Metric::Cosine => Ok(()),
        _ => Err(SomError::Metric { metric }),
    }
}

pub(crate) fn at_least_one(name: &'static str, value: usize) -> Result<(), SomError> {
    if value >= 1 { Ok(()) } else { Err(out_of_range(name, value as f64, ">= 1")) }
}

pub(crate) fn positive(name: &'static str, value: f64) -> Result<(), SomError> {
    if value.is_finite() && value > 0.0 { Ok(()) } else { Err(out_of_range(name, value, "finite and > 0")) }
}

pub(crate) fn not_negative(name: &'static str, value: f64) -> Result<(), SomError> {
    if value.is_finite() && value >= 0.0 { Ok(()) } else { Err(out_of_range(name, value, "finite and >= 0")) }
}

pub(crate) fn out_of_range(name: &'static str, value: f64, expected: &'static str) -> SomError {
    InputError::OutOfRange { name, value, expected }.into()
}
