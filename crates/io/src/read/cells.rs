//! Columns of cells under construction, filled row by row.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringArray};

use super::budget::Budget;
use crate::typing::CellChunk;
use crate::{BATCH_ROWS, IoError};

/// Cells in columns, cut into chunks of [`BATCH_ROWS`] rows.
#[derive(Default)]
pub(super) struct CellColumns {
    open: Vec<CellChunk>,
    done: Vec<Vec<ArrayRef>>,
    n_open_rows: usize,
    n_rows: u64,
}

impl CellColumns {
    pub(super) fn new(n_columns: usize) -> Self {
        let mut columns = Self::default();
        columns.open.resize_with(n_columns, CellChunk::default);
        columns.done.resize_with(n_columns, Vec::new);
        columns
    }

    pub(super) fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Adds a column whose cells so far are empty.
    pub(super) fn add_column(&mut self) {
        let chunk = |rows: usize| -> ArrayRef { Arc::new(StringArray::from(vec![""; rows])) };
        let done = self.done.first().map(|chunks| chunks.iter().map(|array| chunk(array.len())).collect());
        self.done.push(done.unwrap_or_default());
        self.open.push(CellChunk::of_empty(self.n_open_rows));
    }

    /// Sets the cell of the current row; every column gets one per row at most, missing ones are empty.
    pub(super) fn push(&mut self, column: usize, cell: &str) {
        self.open[column].push(cell);
    }

    /// Whether the current row has a cell in the column.
    pub(super) fn has(&self, column: usize) -> bool {
        self.open[column].len() > self.n_open_rows
    }

    /// Ends the current row.
    pub(super) fn end_row(&mut self, budget: &mut Budget) -> Result<(), IoError> {
        self.n_open_rows += 1;
        self.n_rows += 1;
        let mut is_full = self.n_open_rows == BATCH_ROWS;
        for chunk in &mut self.open {
            if chunk.len() < self.n_open_rows {
                chunk.push("");
            }
            is_full |= chunk.is_full();
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
            let array = open.close().map_err(|source| IoError::Arrow { name: "the cells".into(), source })?;
            budget.take(array.get_array_memory_size())?;
            done.push(Arc::new(array));
        }
        self.n_open_rows = 0;
        Ok(())
    }
}
