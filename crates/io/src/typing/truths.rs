//! Truth values.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, StringArray};
use arrow::datatypes::Int8Type;

use super::attempt::{Parsed, attempt};
use super::markers::Markers;

/// Columns of `true` and `false`, letter case ignored.
pub(super) fn truths(cells: &[StringArray], markers: &Markers) -> Option<Parsed> {
    let mut parsed = attempt::<Int8Type>(cells, markers, |cell| match cell {
        _ if cell.eq_ignore_ascii_case("true") => Some(1),
        _ if cell.eq_ignore_ascii_case("false") => Some(0),
        _ => None,
    })?;
    parsed.arrays = parsed.arrays.iter().map(to_boolean).collect();
    Some(parsed)
}

fn to_boolean(array: &ArrayRef) -> ArrayRef {
    let numbers = array.as_primitive::<Int8Type>().iter();
    Arc::new(numbers.map(|number| number.map(|number| number == 1)).collect::<BooleanArray>())
}
