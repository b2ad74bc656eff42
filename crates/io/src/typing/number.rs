//! Plain numbers.

use super::cell::Cell;
use super::short::short_number;

/// A plain number as it was written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// Digits that fit 64 bits.
    Whole(i64),
    /// Anything with a point or an exponent; finite, and 0 has no sign.
    Real(f64),
}

/// A trimmed cell as a plain number.
///
/// `0001` is no number but a code whose zeros matter, and neither are more digits than 64 bits hold.
pub(super) fn number(cell: &str) -> Option<Number> {
    short_number(Cell::from(cell)).or_else(|| match starts_like_a_number(cell) {
        true => cell.parse().map(Number::Whole).ok().or_else(|| long_real(cell)),
        false => None,
    })
}

/// A finite number in plain or scientific notation.
pub(super) fn parse_number(cell: &str) -> Option<f64> {
    number(cell).map(|number| match number {
        Number::Whole(value) => value as f64,
        Number::Real(value) => value,
    })
}

/// What is no whole number of 64 bits and starts like a number.
fn long_real(cell: &str) -> Option<Number> {
    let digits_only = cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'+');
    let value: f64 = cell.parse().ok()?;
    // Adding 0 turns -0 into 0, which formats without a negative zero cannot tell apart.
    (value.is_finite() && !digits_only).then_some(Number::Real(value + 0.0))
}

fn starts_like_a_number(cell: &str) -> bool {
    match cell.as_bytes() {
        [b'+' | b'-', rest @ ..] | rest => match rest {
            [b'0', next, ..] => !next.is_ascii_digit(),
            [first, ..] => first.is_ascii_digit() || *first == b'.',
            [] => false,
        },
    }
}

/// Whether a cell is an infinity, which no table holds.
pub(super) fn is_infinity(cell: &str) -> bool {
    let cell = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    cell.eq_ignore_ascii_case("inf") || cell.eq_ignore_ascii_case("infinity")
}
