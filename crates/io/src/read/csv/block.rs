//! Rows of equally many cells in a piece of text.

use crate::read::column::CellRows;
use crate::typing::Cell;

/// Text and where its cells are.
pub(super) struct Block {
    text: Vec<u8>,
    n_columns: usize,
    /// For each row where it begins and where each of its cells ends.
    marks: Vec<u32>,
    /// Bytes between cells.
    gap: u32,
}

impl Block {
    /// A block from valid UTF-8 and marks at the ends of characters.
    pub(super) fn new(text: Vec<u8>, n_columns: usize, marks: Vec<u32>, gap: u32) -> Self {
        Self { text, n_columns, marks, gap }
    }
}

impl CellRows for Block {
    fn n_rows(&self) -> usize {
        self.marks.len() / (self.n_columns + 1)
    }

    fn cells(&self, column: usize) -> impl Iterator<Item = Cell<'_>> {
        let stride = self.n_columns + 1;
        let gap = if column == 0 { 0 } else { self.gap };
        self.marks.chunks_exact(stride).map(move |marks| {
            let (start, end) = (marks[column] + gap, marks[column + 1]);
            Cell { rest: &self.text[start as usize..], len: (end - start) as usize }
        })
    }
}
