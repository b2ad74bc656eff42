//! One attempt to read every cell of a column as one type.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, PrimitiveBuilder, StringArray};
use arrow::datatypes::ArrowPrimitiveType;

use super::markers::{Markers, MissingCounts};
use super::trimmed;

/// A column that could be read.
pub(super) struct Parsed {
    pub(super) arrays: Vec<ArrayRef>,
    pub(super) missing: MissingCounts,
    pub(super) n_values: u64,
    pub(super) notes: Vec<String>,
}

/// What a cell that is not missing turned out to be.
pub(super) enum Cell<T> {
    Value(T),
    Infinite,
    Misfit,
}

impl<T> From<Option<T>> for Cell<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Misfit, Self::Value)
    }
}

/// Reads all cells by `parse`, which gets them trimmed and never a missing one; none at the first misfit.
pub(super) fn attempt<T: ArrowPrimitiveType>(
    cells: &[StringArray],
    markers: &Markers,
    mut parse: impl FnMut(&str) -> Cell<T::Native>,
) -> Option<Parsed> {
    let mut missing = MissingCounts::new(markers);
    let mut n_values = 0;
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(cells.len());
    for chunk in cells {
        let mut builder = PrimitiveBuilder::<T>::with_capacity(chunk.len());
        for row in 0..chunk.len() {
            let cell = trimmed(chunk, row);
            if let Some(kind) = markers.find(cell) {
                missing.add(kind);
                builder.append_null();
                continue;
            }
            match parse(cell) {
                Cell::Value(value) => {
                    builder.append_value(value);
                    n_values += 1;
                }
                Cell::Infinite => {
                    missing.n_infinite += 1;
                    builder.append_null();
                }
                Cell::Misfit => return None,
            }
        }
        arrays.push(Arc::new(builder.finish()));
    }
    Some(Parsed { arrays, missing, n_values, notes: Vec::new() })
}
