//! Cells as they are in the file.

use arrow::array::StringArray;
use arrow::buffer::{Buffer, OffsetBuffer, ScalarBuffer};
use arrow::error::ArrowError;

/// Rows are better closed early than grown past this, half of what 32-bit offsets reach.
const MAX_BYTES: usize = 1 << 30;

/// Cells of one column, one after the other, and where each ends.
#[derive(Debug)]
pub(crate) struct CellChunk {
    text: String,
    /// Begins with 0.
    ends: Vec<i32>,
}

impl Default for CellChunk {
    fn default() -> Self {
        Self { text: String::new(), ends: vec![0] }
    }
}

impl CellChunk {
    /// A column that begins with cells without text.
    pub(crate) fn of_empty(n_rows: usize) -> Self {
        Self { text: String::new(), ends: vec![0; n_rows + 1] }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len() - 1
    }

    pub(crate) fn is_full(&self) -> bool {
        self.text.len() > MAX_BYTES
    }

    pub(crate) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        // Beyond 2 GiB, offsets do not fit their text, which closing reports.
        self.ends.push(i32::try_from(self.text.len()).unwrap_or(i32::MAX));
    }

    /// Takes the cells out.
    ///
    /// # Errors
    /// When they have more than 2 GiB.
    pub(crate) fn close(&mut self) -> Result<StringArray, ArrowError> {
        if i32::try_from(self.text.len()).is_err() {
            return Err(ArrowError::OffsetOverflowError(self.text.len()));
        }
        // The next chunk will be about as long as this one.
        let mut fresh =
            Self { text: String::with_capacity(self.text.len()), ends: Vec::with_capacity(self.ends.len()) };
        fresh.ends.push(0);
        let full = std::mem::replace(self, fresh);
        let ends = OffsetBuffer::new(ScalarBuffer::from(full.ends));
        StringArray::try_new(ends, Buffer::from_vec(full.text.into_bytes()), None)
    }
}
