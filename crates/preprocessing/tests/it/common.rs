//! Small tables.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use segctl_preprocessing::{ColumnPlan, Treatment};
use serde::de::DeserializeOwned;

pub(crate) fn numbers(values: impl Iterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.collect::<Float64Array>())
}

pub(crate) fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

pub(crate) fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    let columns = columns.into_iter().map(|(name, array)| (name, array, true));
    RecordBatch::try_from_iter_with_nullable(columns).expect("columns of equal length")
}

pub(crate) fn plan(name: &str, treatment: Treatment) -> ColumnPlan {
    ColumnPlan::new(name, treatment)
}

/// A table of numbers, row by row.
pub(crate) fn batch_of(names: &[String], rows: &[Vec<Option<f64>>]) -> RecordBatch {
    let column = |j: usize| numbers(rows.iter().map(move |row| row[j]));
    let columns = names.iter().enumerate().map(|(j, name)| (name.as_str(), column(j), true));
    RecordBatch::try_from_iter_with_nullable(columns).expect("rows of equal length")
}

/// The golden file `name` of a subject.
pub(crate) fn golden<T: DeserializeOwned>(subject: &str, name: &str) -> T {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let path = root.join(subject).join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("a golden file")
}

pub(crate) fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let gap = (found - expected).abs();
    assert!(gap <= tolerance * expected.abs().max(1.0), "{what}: {found} is not {expected}");
}
