/// A cell, with the text that it is in from there on: a reader of numbers may look eight bytes ahead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell<'a> {
    pub(crate) rest: &'a str,
    /// Bytes of the cell.
    pub(crate) len: usize,
}

impl<'a> Cell<'a> {
    pub(crate) fn text(self) -> &'a str {
        &self.rest[..self.len]
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self { rest: text, len: text.len() }
    }
}
