//! Days written as whole numbers: 19970131.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array};
use arrow::datatypes::{DataType, Int64Type};
use jiff::civil::{Date, date};

use super::Typed;

/// Years that such a number may begin with.
const YEARS: std::ops::RangeInclusive<i64> = 1900..=2100;

/// Whole numbers that are all days of a calendar become days: amounts hardly ever are.
pub(super) fn days(typed: Typed) -> Typed {
    let n_values: usize = typed.arrays.iter().map(|array| array.len() - array.null_count()).sum();
    if n_values == 0 || typed.arrays.iter().any(|array| array.data_type() != &DataType::Int64) {
        return typed;
    }
    let Some(arrays) = typed.arrays.iter().map(as_days).collect::<Option<Vec<_>>>() else { return typed };
    let mut notes = typed.notes;
    notes.push("whole numbers such as 19970131 read as days".to_owned());
    Typed { arrays, notes, missing: typed.missing }
}

/// Nothing where a value is no day.
fn as_days(array: &ArrayRef) -> Option<ArrayRef> {
    let numbers = array.as_primitive::<Int64Type>();
    let mut days = Vec::with_capacity(numbers.len());
    for number in numbers {
        days.push(match number {
            None => None,
            Some(number) => Some(day(number)?),
        });
    }
    Some(Arc::new(Date32Array::from(days)))
}

/// Days since 1970.
fn day(number: i64) -> Option<i32> {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    if !YEARS.contains(&year) {
        return None;
    }
    let day = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    i32::try_from(day.duration_since(date(1970, 1, 1)).as_hours() / 24).ok()
}
