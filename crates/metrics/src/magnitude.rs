use segctl_numeric::{InputError, MatrixView, par};

use crate::MetricsError;

/// Sums of squares of values of this magnitude are finite for any number of rows and columns.
pub(crate) const SUMMABLE: f64 = 1e140;

/// Checks that `x` has columns and that no value is NaN, infinite or beyond `limit` in magnitude: one parallel
/// pass over the values; only a failure is located.
pub(crate) fn ensure_magnitudes(x: MatrixView<'_>, limit: f64) -> Result<(), MetricsError> {
    if x.n_cols() == 0 {
        return Err(InputError::NoColumns { what: "X" }.into());
    }
    let fits = |value: &f64| value.abs() <= limit;
    let all_fit = |range| x.rows_range(range).as_slice().iter().all(fits);
    if par::map_chunks(x.n_rows(), par::CHUNK_ROWS, all_fit).into_iter().all(|fits| fits) {
        return Ok(());
    }
    x.ensure_finite("X")?;
    match x.as_slice().iter().position(|value| !fits(value)) {
        None => Ok(()),
        Some(at) => Err(MetricsError::TooLarge {
            row: at / x.n_cols(),
            column: at % x.n_cols(),
            value: x.as_slice()[at],
            limit,
        }),
    }
}
