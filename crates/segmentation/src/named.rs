//! Columns that the user names.

use segctl_io::ColumnInfo;

use crate::{SegmentationError, nearest};

/// The column of that name; `place` says where it was named.
pub(crate) fn column<'a>(
    columns: &'a [ColumnInfo],
    place: &'static str,
    name: &str,
) -> Result<&'a ColumnInfo, SegmentationError> {
    columns.iter().find(|column| column.name == name).ok_or_else(|| SegmentationError::UnknownColumn {
        place,
        column: name.to_owned(),
        nearest: nearest(name, columns.iter().map(|column| column.name.as_str())),
    })
}

/// A name as SQL has it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
