//! What every algorithm asks of its input.

use segctl_numeric::{InputError, MatrixView};

use crate::ClusteringError;

/// Sums of squares of so large values stay finite for any number of rows and features.
pub(crate) const LARGEST_VALUE: f64 = 1e120;

/// Checks that `x` has rows and columns, and values whose squares can be summed.
pub(crate) fn check_values(what: &'static str, x: MatrixView<'_>) -> Result<(), ClusteringError> {
    if x.n_rows() == 0 {
        return Err(InputError::TooFewRows { what, n_samples: 0, at_least: 1 }.into());
    }
    check_magnitudes(what, x)
}

/// As [`check_values`], but no rows are fine.
pub(crate) fn check_magnitudes(what: &'static str, x: MatrixView<'_>) -> Result<(), ClusteringError> {
    if x.n_cols() == 0 {
        return Err(InputError::NoColumns { what }.into());
    }
    x.ensure_finite(what)?;
    match x.as_slice().iter().position(|value| value.abs() > LARGEST_VALUE) {
        None => Ok(()),
        Some(at) => Err(ClusteringError::TooLarge {
            what,
            row: at / x.n_cols(),
            column: at % x.n_cols(),
            value: x.as_slice()[at],
            limit: LARGEST_VALUE,
        }),
    }
}

pub(crate) fn at_least_one(name: &'static str, value: usize) -> Result<(), ClusteringError> {
    if value >= 1 { Ok(()) } else { Err(out_of_range(name, value as f64, ">= 1")) }
}

pub(crate) fn positive(name: &'static str, value: f64) -> Result<(), ClusteringError> {
    if value.is_finite() && value > 0.0 { Ok(()) } else { Err(out_of_range(name, value, "finite and > 0")) }
}

pub(crate) fn not_negative(name: &'static str, value: f64) -> Result<(), ClusteringError> {
    if value.is_finite() && value >= 0.0 { Ok(()) } else { Err(out_of_range(name, value, "finite and >= 0")) }
}

pub(crate) fn out_of_range(name: &'static str, value: f64, expected: &'static str) -> ClusteringError {
    InputError::OutOfRange { name, value, expected }.into()
}
