//! One row per id.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, UInt64Array};
use arrow::compute::{cast, concat_batches, take};
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use arrow::error::ArrowError;

use crate::{IoError, Table};

/// The table with rows that have the same `first` merged: means of numbers, most frequent other values.
pub(super) fn aggregated(table: &Table, first: &[usize]) -> Result<Table, IoError> {
    let groups = groups(first);
    let batch = try_aggregate(table, &groups)
        .map_err(|source| IoError::Arrow { name: "merging rows with the same id".into(), source })?;
    let leaders = groups.iter().map(|rows| rows[0]);
    Ok(table.remade(batch.schema(), vec![batch], &[])?.taken_from(table, leaders))
}

fn try_aggregate(table: &Table, groups: &[Vec<usize>]) -> Result<RecordBatch, ArrowError> {
    let whole = concat_batches(&table.schema, &table.batches)?;
    let arrays = whole.columns().iter().map(|array| merged(array, groups)).collect::<Result<Vec<_>, _>>()?;
    let fields = table.schema.fields().iter().zip(&arrays);
    let fields: Vec<Field> =
        fields.map(|(field, array)| Field::new(field.name(), array.data_type().clone(), true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

/// Rows of each group, groups by their first row.
fn groups(first: &[usize]) -> Vec<Vec<usize>> {
    let mut by_first: Vec<Vec<usize>> = vec![Vec::new(); first.len()];
    for (row, &first) in first.iter().enumerate() {
        by_first[first].push(row);
    }
    by_first.retain(|rows| !rows.is_empty());
    by_first
}

fn merged(array: &ArrayRef, groups: &[Vec<usize>]) -> Result<ArrayRef, ArrowError> {
    if matches!(array.data_type(), DataType::Int64 | DataType::Float64)
        && groups.iter().any(|rows| differs(array, rows))
    {
        return means(array, groups);
    }
    let chosen: UInt64Array = groups.iter().map(|rows| most_frequent(array, rows) as u64).collect();
    take(array, &chosen, None)
}

/// Whether the rows have two different values.
fn differs(array: &ArrayRef, rows: &[usize]) -> bool {
    let mut values = rows.iter().filter(|&&row| array.is_valid(row)).map(|&row| array.slice(row, 1));
    let first = values.next();
    values.any(|value| Some(&value) != first.as_ref())
}

/// Means of the values there are.
fn means(array: &ArrayRef, groups: &[Vec<usize>]) -> Result<ArrayRef, ArrowError> {
    let floats = cast(array, &DataType::Float64)?;
    let floats = floats.as_primitive::<Float64Type>();
    let mean = |rows: &Vec<usize>| {
        let values: Vec<f64> = rows.iter().filter(|&&row| floats.is_valid(row)).map(|&row| floats.value(row)).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    Ok(Arc::new(groups.iter().map(mean).collect::<Float64Array>()))
}

/// The row that holds the most frequent value, the earliest among equals.
fn most_frequent(array: &ArrayRef, rows: &[usize]) -> usize {
    let mut best = (0, rows[0]);
    for &row in rows.iter().filter(|&&row| rows.len() > 1 && array.is_valid(row)) {
        let value = array.slice(row, 1);
        let count = rows.iter().filter(|&&other| *array.slice(other, 1) == *value).count();
        if count > best.0 {
            best = (count, row);
        }
    }
    best.1
}
