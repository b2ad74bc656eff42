//! Small tables for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};

use crate::{ReadReport, Session, SessionOptions, Table};

pub(crate) fn integers(values: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(values.to_vec()))
}

pub(crate) fn floats(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

pub(crate) fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

pub(crate) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, values)| (name, values, true))).unwrap()
}

pub(crate) fn table(columns: Vec<(&str, ArrayRef)>) -> Table {
    let batch = batch(columns);
    Table::new(batch.schema(), vec![batch], BTreeMap::new(), ReadReport::default()).unwrap()
}

pub(crate) fn session() -> Session {
    Session::new(&SessionOptions::default()).unwrap()
}
