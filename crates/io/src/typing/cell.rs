use std::borrow::Cow;

/// A cell, with the text that it is in from there on: a reader of numbers may look eight bytes ahead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub(crate) rest: &'a [u8],
    /// Bytes of the cell.
    pub(crate) len: usize,
}

impl<'a> Cell<'a> {
    /// The text of the cell: readers give valid text only.
    pub(crate) fn text(self) -> Cow<'a, str> {
        String::from_utf8_lossy(&self.rest[..self.len])
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self { rest: text.as_bytes(), len: text.len() }
    }
}
