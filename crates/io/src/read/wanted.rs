//! What is to be kept of text files.

/// How columns of text files are kept while they are read.
pub(super) enum Wanted {
    /// Plain numbers as numbers, other columns as cells.
    Typed,
    /// All columns as cells.
    Cells,
    /// These columns as cells, and none else.
    CellsOf(Vec<String>),
}
