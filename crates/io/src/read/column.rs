//! One column of a text file while it is read.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::error::ArrowError;

use super::RawColumn;
use crate::BATCH_ROWS;
use crate::typing::{Cell, CellChunk, Markers, Numbers};

/// Rows of cells, each column of which can be read by itself.
pub(super) trait CellRows: Sync {
    fn n_rows(&self) -> usize;

    /// The cells of a column in these rows.
    fn cells(&self, column: usize, rows: Range<usize>) -> impl Iterator<Item = Cell<'_>>;
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

    /// Adds the cells of a column and says how many bytes the chunks take that were closed.
    ///
    /// A cell that is no number turns a column that begins here to cells; the numbers of one that began before lack the
    /// text they were, so it is left.
    pub(super) fn take(
        &mut self,
        rows: &[impl CellRows],
        column: usize,
        markers: &Markers,
    ) -> Result<usize, ArrowError> {
        let begins = self.n_rows == 0 && !matches!(self.kind, Kind::Left);
        let n_bytes = self.fill(rows, column, markers)?;
        if begins && matches!(self.kind, Kind::Left) {
            *self = Self::of_cells();
            return self.fill(rows, column, markers);
        }
        Ok(n_bytes)
    }

    fn fill(&mut self, rows: &[impl CellRows], column: usize, markers: &Markers) -> Result<usize, ArrowError> {
        let mut n_bytes = 0;
        for block in rows {
            let mut start = 0;
            while start < block.n_rows() {
                let room = BATCH_ROWS - self.n_rows % BATCH_ROWS;
                let end = block.n_rows().min(start + room);
                self.add(block.cells(column, start..end), markers);
                self.n_rows += end - start;
                if self.n_rows.is_multiple_of(BATCH_ROWS) {
                    n_bytes += self.close()?;
                }
                start = end;
            }
        }
        Ok(n_bytes)
    }

    fn add<'a>(&mut self, cells: impl Iterator<Item = Cell<'a>>, markers: &Markers) {
        match &mut self.kind {
            Kind::Numbers(numbers) => {
                if numbers.take(cells, markers).is_err() {
                    self.kind = Kind::Left;
                }
            }
            Kind::Cells { open, .. } => cells.for_each(|cell| open.push(cell.text())),
            Kind::Left => {}
        }
    }

    fn close(&mut self) -> Result<usize, ArrowError> {
        match &mut self.kind {
            Kind::Numbers(numbers) => Ok(numbers.close()),
            Kind::Cells { open, done } => {
                let chunk = open.close()?;
                let n_bytes = chunk.get_array_memory_size();
                done.push(Arc::new(chunk));
                Ok(n_bytes)
            }
            Kind::Left => Ok(0),
        }
    }

    /// The whole column, and the bytes of its last chunk.
    pub(super) fn finish(mut self) -> Result<(RawColumn, usize), ArrowError> {
        let n_bytes = if self.n_rows.is_multiple_of(BATCH_ROWS) { 0 } else { self.close()? };
        let column = match self.kind {
            Kind::Numbers(numbers) => RawColumn::Numbers(numbers),
            Kind::Cells { done, .. } => RawColumn::Arrays(done),
            Kind::Left => RawColumn::Left,
        };
        Ok((column, n_bytes))
    }
}
