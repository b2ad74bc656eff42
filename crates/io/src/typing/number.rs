//! Plain numbers and truth values.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, StringArray};
use arrow::datatypes::{Float64Type, Int8Type, Int64Type};

use super::attempt::{Cell, Parsed, attempt};
use super::canonical::whole_as_integers;
use super::markers::Markers;

/// Columns of whole numbers that fit 64 bits.
pub(super) fn integers(cells: &[StringArray], markers: &Markers) -> Option<Parsed> {
    attempt::<Int64Type>(cells, markers, |cell| parse_integer(cell).into())
}

/// Columns of numbers; when all of them are whole, they come as whole numbers.
pub(super) fn floats(cells: &[StringArray], markers: &Markers) -> Option<Parsed> {
    let mut parsed = attempt::<Float64Type>(cells, markers, |cell| match parse_number(cell) {
        Some(value) => Cell::Value(value),
        None if is_infinity(cell) => Cell::Infinite,
        None => Cell::Misfit,
    })?;
    parsed.arrays = whole_as_integers(parsed.arrays);
    Some(parsed)
}

/// Columns of `true` and `false`, letter case ignored.
pub(super) fn truths(cells: &[StringArray], markers: &Markers) -> Option<Parsed> {
    let mut parsed = attempt::<Int8Type>(cells, markers, |cell| match cell {
        _ if cell.eq_ignore_ascii_case("true") => Cell::Value(1),
        _ if cell.eq_ignore_ascii_case("false") => Cell::Value(0),
        _ => Cell::Misfit,
    })?;
    parsed.arrays = parsed.arrays.iter().map(to_boolean).collect();
    Some(parsed)
}

fn to_boolean(array: &ArrayRef) -> ArrayRef {
    let numbers = arrow::array::Int8Array::from(array.to_data());
    Arc::new(numbers.iter().map(|number| number.map(|number| number == 1)).collect::<BooleanArray>())
}

fn parse_integer(cell: &str) -> Option<i64> {
    if starts_like_a_number(cell) { cell.parse().ok() } else { None }
}

/// A finite number in plain or scientific notation.
///
/// `0001` is no number but a code whose zeros matter, and neither are more digits than 64 bits hold.
pub(super) fn parse_number(cell: &str) -> Option<f64> {
    if !starts_like_a_number(cell) {
        return None;
    }
    let value: f64 = cell.parse().ok()?;
    let is_long = cell.len() > 18 && cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'+');
    if !value.is_finite() || (is_long && cell.parse::<i64>().is_err()) {
        return None;
    }
    // Adding 0 turns -0 into 0, which formats without a negative zero cannot tell apart.
    Some(value + 0.0)
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

fn is_infinity(cell: &str) -> bool {
    let cell = cell.strip_prefix(['+', '-']).unwrap_or(cell);
    cell.eq_ignore_ascii_case("inf") || cell.eq_ignore_ascii_case("infinity")
}
