//! What every algorithm asks of its input.

use segctl_numeric::{InputError, MatrixView};

use crate::ClusteringError;

/// Sums of squares of so large values stay finite for any number of rows and features.
const LARGEST_VALUE: f64 = 1e120;

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
