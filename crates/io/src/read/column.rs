//! One column of a text file while it is read.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::error::ArrowError;

use super::RawColumn;
use crate::BATCH_ROWS;
use crate::typing::{Cell, CellChunk, Markers, NumberRun, Numbers};

/// Rows of cells, each column of which can be read by itself.
pub(super) trait CellRows {
    fn n_rows(&self) -> usize;

    /// The cells of a column.
    fn cells(&self, column: usize) -> impl Iterator<Item = Cell<'_>>;
}

/// Rows, and those of their columns as numbers that are to be and can be.
pub(super) struct Part<R> {
    rows: R,
    numbers: Vec<Option<NumberRun>>,
}

impl<R: CellRows> Part<R> {
    /// Reads the columns that are `wanted` as numbers.
    pub(super) fn new(rows: R, wanted: &[bool], markers: &Markers) -> Self {
        let numbers = |(column, wanted): (usize, &bool)| match wanted {
            true => NumberRun::of(rows.cells(column), rows.n_rows(), markers).ok(),
            false => None,
        };
        let numbers = wanted.iter().enumerate().map(numbers).collect();
        Self { rows, numbers }
    }
}

/// A column in chunks of [`BATCH_ROWS`] rows. Plain numbers are kept as such, which takes half the memory of their cells.
pub(super) struct Growing {
    kind: Kind,
    n_rows: usize,
}

enum Kind {
    Numbers(Numbers),
    Cells { open: CellChunk, done: Vec<ArrayRef> },
    Left,
}

impl Growing {
    /// A column of plain numbers, until a cell is none.
    pub(super) fn of_numbers(markers: &Markers) -> Self {
        Self { kind: Kind::Numbers(Numbers::new(markers)), n_rows: 0 }
    }

    /// A column of cells, whatever they are.
    pub(super) fn of_cells() -> Self {
        Self { kind: Kind::Cells { open: CellChunk::default(), done: Vec::new() }, n_rows: 0 }
    }

    /// A column that nobody wants.
    pub(super) fn left() -> Self {
        Self { kind: Kind::Left, n_rows: 0 }
    }

    pub(super) fn is_of_numbers(&self) -> bool {
        matches!(self.kind, Kind::Numbers(_))
    }

    /// Adds the cells of a column and says how many bytes the chunks take that were closed.
    ///
    /// A cell that is no number turns a column that begins here to cells; the numbers of one that began before lack the
    /// text they were, so it is left.
    pub(super) fn take(&mut self, parts: &[Part<impl CellRows>], column: usize) -> Result<usize, ArrowError> {
        let begins = self.n_rows == 0 && self.is_of_numbers();
        let n_bytes = self.fill(parts, column)?;
        if begins && !self.is_of_numbers() {
            *self = Self::of_cells();
            return self.fill(parts, column);
        }
        Ok(n_bytes)
    }

    fn fill(&mut self, parts: &[Part<impl CellRows>], column: usize) -> Result<usize, ArrowError> {
        let mut n_bytes = 0;
        for part in parts {
            n_bytes += match (&mut self.kind, &part.numbers[column]) {
                (Kind::Numbers(numbers), Some(run)) => numbers.append(run),
                (Kind::Cells { .. }, _) => self.add_cells(part.rows.cells(column))?,
                _ => {
                    self.kind = Kind::Left;
                    0
                }
            };
            self.n_rows += part.rows.n_rows();
        }
        Ok(n_bytes)
    }

    fn add_cells<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>) -> Result<usize, ArrowError> {
        let Kind::Cells { open, done } = &mut self.kind else { return Ok(0) };
        let mut n_bytes = 0;
        for cell in cells {
            open.push(&cell.text());
            if open.len() == BATCH_ROWS {
                n_bytes += closed(open, done)?;
            }
        }
        Ok(n_bytes)
    }

    /// The whole column, and the bytes of its last chunk.
    pub(super) fn finish(self) -> Result<(RawColumn, usize), ArrowError> {
        Ok(match self.kind {
            Kind::Numbers(mut numbers) => {
                let n_bytes = numbers.close();
                (RawColumn::Numbers(numbers), n_bytes)
            }
            Kind::Cells { mut open, mut done } => {
                let n_bytes = if open.len() > 0 { closed(&mut open, &mut done)? } else { 0 };
                (RawColumn::Arrays(done), n_bytes)
            }
            Kind::Left => (RawColumn::Left, 0),
        })
    }
}

fn closed(open: &mut CellChunk, done: &mut Vec<ArrayRef>) -> Result<usize, ArrowError> {
    let chunk = open.close()?;
    let n_bytes = chunk.get_array_memory_size();
    done.push(Arc::new(chunk));
    Ok(n_bytes)
}
