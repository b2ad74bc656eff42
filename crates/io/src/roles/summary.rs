//! What one pass over a column tells.

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};

use super::distinct::{Hashed, count_distinct, distinct_up_to};
use crate::{ColumnInfo, Distinct, Kind, Role};

/// Distinct values are counted to the end in columns of up to so many rows.
const EXACT_ROWS: usize = 1 << 17;
/// In longer ones counting stops here; sqrt(n) categories stay below it up to 16 million rows.
const MANY: usize = 4096;
const N_EXAMPLES: usize = 5;

/// A column seen from afar.
pub(super) struct Summary {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) n_rows: usize,
    pub(super) n_missing: usize,
    pub(super) distinct: Distinct,
    /// Range of a column of whole numbers.
    pub(super) integer_range: Option<(i64, i64)>,
    pub(super) arrays: Vec<ArrayRef>,
    /// The first distinct values, as text; all of them when there are no more.
    pub(super) examples: Vec<String>,
    min: Option<String>,
    max: Option<String>,
}

/// What a pass over values of one type finds.
struct Seen<T> {
    distinct: Distinct,
    range: Option<(T, T)>,
    examples: Vec<T>,
}

impl Summary {
    pub(super) fn of(name: &str, arrays: &[ArrayRef]) -> Self {
        let kind = arrays.first().and_then(|array| Kind::of(array.data_type())).unwrap_or(Kind::Text);
        let n_rows = arrays.iter().map(|array| array.len()).sum();
        let mut summary = Self {
            name: name.to_owned(),
            kind,
            n_rows,
            n_missing: arrays.iter().map(|array| array.null_count()).sum(),
            distinct: Distinct { count: 0, exact: true },
            integer_range: None,
            arrays: arrays.to_vec(),
            examples: Vec::new(),
            min: None,
            max: None,
        };
        let n = n_rows;
        match kind {
            Kind::Integer => {
                let seen = seen(n, arrays, integers);
                summary.integer_range = seen.range;
                summary.take(seen, i64::to_string);
            }
            // Bits ordered as the numbers are: all are finite.
            Kind::Float => summary.take(seen(n, arrays, floats), |bits| from_ordered_bits(*bits).to_string()),
            Kind::Text => summary.take(seen(n, arrays, texts), |text| (*text).to_owned()),
            Kind::Boolean => summary.take(seen(n, arrays, truths), bool::to_string),
            Kind::Date => summary.take(seen(n, arrays, days), |&day| as_text(kind, i64::from(day))),
            Kind::Timestamp => summary.take(seen(n, arrays, moments), |&time| as_text(kind, time)),
        }
        summary
    }

    fn take<T>(&mut self, seen: Seen<T>, text: impl Fn(&T) -> String) {
        self.distinct = seen.distinct;
        self.examples = seen.examples.iter().map(&text).collect();
        let (min, max) = seen.range.map(|(min, max)| (text(&min), text(&max))).unzip();
        (self.min, self.max) = (min, max);
    }

    /// Rows with a value.
    pub(super) fn n_values(&self) -> usize {
        self.n_rows - self.n_missing
    }

    /// Makes the number of distinct values of a column of text or whole numbers exact; O(n log n).
    pub(super) fn count_distinct(&mut self) {
        let count = match self.kind {
            Kind::Integer if !self.distinct.exact => count_distinct(&self.arrays, integers),
            Kind::Text if !self.distinct.exact => count_distinct(&self.arrays, texts),
            _ => return,
        };
        self.distinct = Distinct { count, exact: true };
    }

    /// The values of a column of whole numbers.
    pub(super) fn integer_values(&self) -> impl Iterator<Item = i64> {
        self.arrays.iter().flat_map(integers)
    }

    /// The values of a column of text.
    pub(super) fn text_values(&self) -> impl Iterator<Item = &str> {
        self.arrays.iter().flat_map(texts)
    }

    pub(super) fn into_info(self, role: Role, reason: String) -> ColumnInfo {
        let n_missing = self.n_missing as u64;
        let missing_by_marker = if n_missing == 0 { Vec::new() } else { vec![(String::new(), n_missing)] };
        ColumnInfo {
            name: self.name,
            kind: self.kind,
            role,
            reason,
            n_missing,
            missing_by_marker,
            n_distinct: self.distinct,
            min: self.min,
            max: self.max,
            examples: self.examples,
        }
    }
}

fn integers(array: &ArrayRef) -> impl Iterator<Item = i64> {
    array.as_primitive_opt::<Int64Type>().into_iter().flat_map(|array| array.iter().flatten())
}

fn floats(array: &ArrayRef) -> impl Iterator<Item = i64> {
    array.as_primitive::<Float64Type>().iter().flatten().map(ordered_bits)
}

fn texts(array: &ArrayRef) -> impl Iterator<Item = &str> {
    array.as_string_opt::<i32>().into_iter().flat_map(|array| array.iter().flatten())
}

fn truths(array: &ArrayRef) -> impl Iterator<Item = bool> {
    array.as_boolean().iter().flatten()
}

fn days(array: &ArrayRef) -> impl Iterator<Item = i32> {
    array.as_primitive::<Date32Type>().iter().flatten()
}

fn moments(array: &ArrayRef) -> impl Iterator<Item = i64> {
    array.as_primitive::<TimestampMicrosecondType>().iter().flatten()
}

fn seen<'a, T: Hashed, I: Iterator<Item = T>>(
    n_rows: usize,
    arrays: &'a [ArrayRef],
    values: impl Fn(&'a ArrayRef) -> I + Sync,
) -> Seen<T> {
    let all = || arrays.iter().flat_map(&values);
    let range =
        all().next().map(|first| all().fold((first, first), |(min, max), value| (min.min(value), max.max(value))));
    let distinct = match n_rows <= EXACT_ROWS {
        true => Distinct { count: count_distinct(arrays, &values), exact: true },
        false => distinct_up_to(MANY, all()),
    };
    Seen { distinct, range, examples: first_distinct(all()) }
}

/// The first few distinct values among the first ten thousand.
fn first_distinct<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut examples = Vec::new();
    for value in values.take(10_000) {
        if !examples.contains(&value) {
            examples.push(value);
            if examples.len() == N_EXAMPLES {
                break;
            }
        }
    }
    examples
}

/// Finite floats as integers of the same order.
fn ordered_bits(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn from_ordered_bits(bits: i64) -> f64 {
    f64::from_bits((bits ^ (((bits >> 63) as u64) >> 1) as i64) as u64)
}

/// A day or a moment as Arrow writes it.
fn as_text(kind: Kind, value: i64) -> String {
    let number: ArrayRef = std::sync::Arc::new(Int64Array::from(vec![value]));
    let typed = match kind {
        Kind::Date => cast(&number, &DataType::Int32).and_then(|days| cast(&days, &DataType::Date32)),
        _ => cast(&number, &kind.data_type()),
    };
    let text = typed.and_then(|typed| cast(&typed, &DataType::Utf8));
    text.map_or_else(|_| value.to_string(), |text| text.as_string::<i32>().value(0).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_keep_the_order_of_numbers() {
        let numbers = [-1e300, -2.0, -1e-300, 0.0, 1e-300, 1.5, 1e300];
        assert!(numbers.windows(2).all(|pair| ordered_bits(pair[0]) < ordered_bits(pair[1])));
        assert!(numbers.iter().all(|&number| from_ordered_bits(ordered_bits(number)) == number));
    }
}
