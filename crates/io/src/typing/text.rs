//! Columns that stay text.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray, StringBuilder};

use super::markers::{Markers, MissingCounts};
use super::number::parse_number;
use super::{Typed, trimmed};

/// Cells without blanks around them, missing ones NULL.
pub(super) fn text(cells: &[StringArray], markers: &Markers) -> Typed {
    let mut missing = MissingCounts::new(markers);
    let mut near_numbers = NearNumbers::default();
    let mut n_trimmed = 0_u64;
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(cells.len());
    for chunk in cells {
        let mut builder = StringBuilder::with_capacity(chunk.len(), chunk.value_data().len());
        for row in 0..chunk.len() {
            let cell = trimmed(chunk, row);
            near_numbers.row += 1;
            match markers.find(cell) {
                Some(kind) => {
                    missing.add(kind);
                    builder.append_null();
                }
                None => {
                    n_trimmed += u64::from(cell.len() < chunk.value(row).len());
                    near_numbers.see(cell);
                    builder.append_value(cell);
                }
            }
        }
        arrays.push(Arc::new(builder.finish()));
    }
    let blanks = (n_trimmed > 0).then(|| format!("blanks around {n_trimmed} values removed"));
    Typed { arrays, missing: missing.named(markers), notes: near_numbers.note().into_iter().chain(blanks).collect() }
}

/// Whether nearly all cells are numbers, so that the others are probably markers or slips.
#[derive(Default)]
struct NearNumbers {
    row: u64,
    n_numbers: u64,
    n_others: u64,
    first_other: Option<(u64, String)>,
}

impl NearNumbers {
    fn see(&mut self, cell: &str) {
        if parse_number(cell).is_some() {
            self.n_numbers += 1;
            return;
        }
        self.n_others += 1;
        if self.first_other.is_none() {
            self.first_other = Some((self.row, cell.chars().take(40).collect()));
        }
    }

    /// Said when more than 98 in 100 cells are numbers.
    fn note(&self) -> Option<String> {
        let (row, cell) = self.first_other.as_ref()?;
        let n_cells = self.n_numbers + self.n_others;
        if self.n_others * 50 >= n_cells {
            return None;
        }
        let verb = if self.n_others == 1 { "is no number" } else { "are no numbers" };
        Some(format!("kept as text: {} of {n_cells} cells {verb}, row {row} holds {cell:?}", self.n_others))
    }
}
