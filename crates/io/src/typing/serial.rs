//! Days of spreadsheets: 40518 is the 6th of December 2010.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};

use super::Typed;

/// From 1954 to 2064: most numbers are no such days.
const SERIALS: Range<i64> = 20_000..60_000;
/// The serial number of the first of January 1970, by which spreadsheets have a 29th of February 1900.
const EPOCH: i64 = 25_569;
const MILLISECONDS: f64 = 86_400e3;

/// Numbers that are all such days become days, or times where some have a fraction. Whether they are meant as days, only
/// the column's name can say.
pub(crate) fn serial_days(typed: Typed) -> Typed {
    let is_empty = typed.arrays.iter().all(|array| array.null_count() == array.len());
    let all = |is: fn(&ArrayRef) -> bool| !is_empty && typed.arrays.iter().all(is);
    let convert = match () {
        () if all(are_whole_days) => as_days,
        () if all(are_moments) => as_moments,
        () => return typed,
    };
    let mut notes = typed.notes;
    notes.push("numbers read as days of a spreadsheet".to_owned());
    Typed { arrays: typed.arrays.iter().map(convert).collect(), notes, missing: typed.missing }
}

fn are_whole_days(array: &ArrayRef) -> bool {
    let whole = array.as_primitive_opt::<Int64Type>();
    whole.is_some_and(|whole| whole.iter().flatten().all(|serial| SERIALS.contains(&serial)))
}

fn are_moments(array: &ArrayRef) -> bool {
    let serials = array.as_primitive_opt::<Float64Type>();
    serials.is_some_and(|serials| serials.iter().flatten().all(|serial| SERIALS.contains(&(serial.floor() as i64))))
}

fn as_days(array: &ArrayRef) -> ArrayRef {
    Arc::new(array.as_primitive::<Int64Type>().unary::<_, Date32Type>(|serial| (serial - EPOCH) as i32))
}

/// A fraction of a day has as many digits as a double leaves it: whole milliseconds are what is meant.
fn as_moments(array: &ArrayRef) -> ArrayRef {
    let moment = |serial: f64| ((serial - EPOCH as f64) * MILLISECONDS).round() as i64 * 1000;
    Arc::new(array.as_primitive::<Float64Type>().unary::<_, TimestampMicrosecondType>(moment))
}
