//! Columns of a table as numbers and as text.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Float64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use segctl_io::Table;

/// The column as floats, NaN where missing; `None` for a column that does not exist or holds no numbers.
pub(crate) fn numbers(table: &Table, name: &str) -> Option<Vec<f64>> {
    let mut values = Vec::with_capacity(table.n_rows());
    for array in table.arrays(name)? {
        if !(array.data_type().is_numeric() || *array.data_type() == DataType::Boolean) {
            return None;
        }
        let floats = cast(&array, &DataType::Float64).ok()?;
        values.extend(floats.as_primitive::<Float64Type>().iter().map(|value| value.unwrap_or(f64::NAN)));
    }
    Some(values)
}

/// The column in one piece; `None` for a column that does not exist.
pub(crate) fn whole(table: &Table, name: &str) -> Option<ArrayRef> {
    let arrays = table.arrays(name)?;
    let pieces: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    concat(&pieces).ok()
}

/// The column as text, `None` where missing, visited row by row.
pub(crate) fn for_each_text(table: &Table, name: &str, mut visit: impl FnMut(usize, Option<&str>)) {
    let mut row = 0;
    for array in table.arrays(name).unwrap_or_default() {
        let text = cast(&array, &DataType::Utf8).unwrap_or_else(|_| formatted(&array));
        for value in text.as_string::<i32>() {
            visit(row, value);
            row += 1;
        }
    }
}

/// The value at `row` as people write it; empty where missing.
pub(crate) fn text_at(array: &ArrayRef, row: usize) -> String {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(array, &options);
    formatter.map_or_else(|_| String::new(), |formatter| formatter.value(row).to_string())
}

fn formatted(array: &ArrayRef) -> ArrayRef {
    let text = (0..array.len()).map(|row| array.is_valid(row).then(|| text_at(array, row)));
    std::sync::Arc::new(text.collect::<arrow::array::StringArray>())
}
