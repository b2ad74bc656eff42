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
    pub(super) notes: Vec<String>,
}

/// Reads all cells by `parse`, which gets them trimmed and never a missing one; none at the first misfit.
pub(super) fn attempt<T: ArrowPrimitiveType>(
    cells: &[StringArray],
    markers: &Markers,
    mut parse: impl FnMut(&str) -> Option<T::Native>,
) -> Option<Parsed> {
    let mut missing = MissingCounts::new(markers);
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
            builder.append_value(parse(cell)?);
        }
        arrays.push(Arc::new(builder.finish()));
    }
    Some(Parsed { arrays, missing, notes: Vec::new() })
}
