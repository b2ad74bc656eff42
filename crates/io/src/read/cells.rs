//! Columns of cells under construction.

use std::sync::Arc;

use arrow::array::{ArrayRef, StringArray};
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow::error::ArrowError;

use super::budget::Budget;
use crate::{BATCH_ROWS, IoError};

/// Chunks close early rather than grow past this, half of what 32-bit offsets reach.
const MAX_CHUNK_BYTES: usize = 1 << 30;

/// Cells in columns, cut into chunks of [`BATCH_ROWS`] rows.
#[derive(Default)]
pub(super) struct CellColumns {
    open: Vec<OpenChunk>,
    done: Vec<Vec<ArrayRef>>,
    n_open_rows: usize,
    n_rows: u64,
}

#[derive(Default)]
struct OpenChunk {
    bytes: Vec<u8>,
    ends: Vec<i32>,
    is_full: bool,
}

impl CellColumns {
    pub(super) fn new(n_columns: usize) -> Self {
        let mut columns = Self::default();
        columns.open.resize_with(n_columns, OpenChunk::new);
        columns.done.resize_with(n_columns, Vec::new);
        columns
    }

    pub(super) fn n_columns(&self) -> usize {
        self.open.len()
    }

    pub(super) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Adds a column whose cells so far are empty.
    pub(super) fn add_column(&mut self) {
        let chunk = |rows: usize| -> ArrayRef { Arc::new(StringArray::from(vec![""; rows])) };
        let done = self.done.first().map(|chunks| chunks.iter().map(|array| chunk(array.len())).collect());
        self.done.push(done.unwrap_or_default());
        let mut open = OpenChunk::new();
        open.ends.resize(self.n_open_rows + 1, 0);
        self.open.push(open);
    }

    /// Sets the cell of the current row; every column gets one per row at most, missing ones are empty.
    pub(super) fn push(&mut self, column: usize, cell: &[u8]) {
        self.open[column].push(cell);
    }

    /// Whether the current row has a cell in the column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.open[column].ends.len() > self.n_open_rows + 1
    }

    /// Ends the current row.
    pub(super) fn end_row(&mut self, budget: &mut Budget) -> Result<(), IoError> {
        self.n_open_rows += 1;
        self.n_rows += 1;
        let mut is_full = self.n_open_rows == BATCH_ROWS;
        for chunk in &mut self.open {
            if chunk.ends.len() <= self.n_open_rows {
                chunk.push(b"");
            }
            is_full |= chunk.is_full;
        }
        if is_full { self.close(budget) } else { Ok(()) }
    }

    /// All chunks of all columns.
    pub(super) fn finish(mut self, budget: &mut Budget) -> Result<Vec<Vec<ArrayRef>>, IoError> {
        if self.n_open_rows > 0 {
            self.close(budget)?;
        }
        Ok(self.done)
    }

    fn close(&mut self, budget: &mut Budget) -> Result<(), IoError> {
        for (open, done) in self.open.iter_mut().zip(&mut self.done) {
            let array = open.take().map_err(|source| IoError::Arrow { name: "the cells".into(), source })?;
            budget.take(array.value_data().len() + 4 * array.value_offsets().len())?;
            done.push(Arc::new(array));
        }
        self.n_open_rows = 0;
        Ok(())
    }
}

impl OpenChunk {
    fn new() -> Self {
        Self { bytes: Vec::new(), ends: vec![0], is_full: false }
    }

    fn push(&mut self, cell: &[u8]) {
        self.bytes.extend_from_slice(cell);
        self.is_full |= self.bytes.len() > MAX_CHUNK_BYTES;
        // A cell beyond 2 GiB leaves offsets that do not fit its bytes, which closing reports.
        self.ends.push(i32::try_from(self.bytes.len()).unwrap_or(i32::MAX));
    }

    fn take(&mut self) -> Result<StringArray, ArrowError> {
        if i32::try_from(self.bytes.len()).is_err() {
            return Err(ArrowError::OffsetOverflowError(self.bytes.len()));
        }
        // The next chunk will be about as long as this one.
        let mut fresh = Self { bytes: Vec::with_capacity(self.bytes.len()), ..Self::new() };
        fresh.ends.reserve(self.ends.len());
        let full = std::mem::replace(self, fresh);
        let ends = OffsetBuffer::new(ScalarBuffer::from(full.ends));
        StringArray::try_new(ends, Buffer::from_vec(full.bytes), None)
    }
}
