//! Rows that are nearly the same.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use segctl_io::{IoError, Table, duplicates};

use crate::SegmentationError;

/// Longer tables would take a second copy of much memory.
const MOST_ROWS: usize = 200_000;

/// Rows equal to an earlier one once texts are lower case without needless blanks and numbers have three digits; nothing
/// for long tables.
pub(super) fn n_alike(table: &Table, id: Option<&str>) -> Result<Option<u64>, SegmentationError> {
    if table.n_rows() > MOST_ROWS {
        return Ok(None);
    }
    let failed = |source| IoError::Arrow { name: "rows that are nearly equal".into(), source };
    let schema: Vec<Arc<Field>> = table.schema.fields().iter().map(|field| Arc::new(rough_field(field, id))).collect();
    let schema = Arc::new(Schema::new(schema));
    let rough = |batch: &RecordBatch| {
        let columns = batch.columns().iter().zip(table.schema.fields());
        let columns = columns.map(|(array, field)| match Some(field.name().as_str()) == id {
            true => Ok(Arc::clone(array)),
            false => roughly(array),
        });
        RecordBatch::try_new(Arc::clone(&schema), columns.collect::<Result<Vec<_>, _>>()?)
    };
    let batches: Result<Vec<RecordBatch>, _> = table.batches.iter().map(rough).collect();
    let rough = Table::new(schema, batches.map_err(failed)?, std::collections::BTreeMap::new(), table.report.clone())?;
    Ok(Some(duplicates(&rough, id)?.n_equal_but_for_id))
}

fn rough_field(field: &Field, id: Option<&str>) -> Field {
    let data_type = match field.data_type() {
        _ if Some(field.name().as_str()) == id => field.data_type(),
        DataType::Int64 | DataType::Float64 => &DataType::Float64,
        other => other,
    };
    Field::new(field.name(), data_type.clone(), true)
}

fn roughly(array: &ArrayRef) -> Result<ArrayRef, arrow::error::ArrowError> {
    match array.data_type() {
        DataType::Int64 | DataType::Float64 => {
            let numbers = cast(array, &DataType::Float64)?;
            let numbers = numbers.as_primitive::<Float64Type>().iter().map(|value| value.map(three_digits));
            Ok(Arc::new(numbers.collect::<Float64Array>()))
        }
        DataType::Utf8 => {
            let texts = array.as_string::<i32>().iter();
            let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            Ok(Arc::new(texts.map(|text| text.map(plain)).collect::<StringArray>()))
        }
        _ => Ok(Arc::clone(array)),
    }
}

fn three_digits(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value) + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!([1234.4, 0.000_123_49, -5.0, 0.0].map(three_digits), [1230.0, 0.000_123, -5.0, 0.0]);
    }
}
