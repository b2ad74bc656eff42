use segctl_numeric::MatrixView;

use crate::ReductionError;

/// The largest magnitude accepted: 10^8 rows by 10^8 columns of squared differences still add up
/// to a finite number.
const MAX_MAGNITUDE: f64 = 1e140;

/// False for NaN, too.
#[inline(always)]
pub(crate) fn fits(value: f64) -> bool {
    value.abs() <= MAX_MAGNITUDE
}

/// Checks that every value fits.
pub(crate) fn ensure_fits(x: MatrixView<'_>) -> Result<(), ReductionError> {
    // No short circuit: the loop takes as many values at once as a register holds.
    let all = x.as_slice().iter().fold(true, |all, &value| all & fits(value));
    if all { Ok(()) } else { Err(misfit(x)) }
}

/// The place of the first value that does not fit; NaN and infinities come before others.
pub(crate) fn misfit(x: MatrixView<'_>) -> ReductionError {
    if let Err(error) = x.ensure_finite("X") {
        return error.into();
    }
    let at = x.as_slice().iter().position(|&value| !fits(value)).expect("a value does not fit");
    let (row, column) = (at / x.n_cols(), at % x.n_cols());
    ReductionError::TooLarge { row, column, value: x.as_slice()[at], limit: MAX_MAGNITUDE }
}
