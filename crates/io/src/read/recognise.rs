//! What a file holds, by its first bytes.

use crate::{Format, IoError};

/// First bytes of files that are no tables.
const NOT_TABLES: [(&[u8], &str); 14] = [
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"SQLite format 3", "an SQLite database"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"RDX3", "an R data file"),
    (b"\x89HDF", "an HDF5 file"),
    (b"{\\rtf", "a rich text document"),
];

/// The format of the file that starts with `head`, which is not empty.
///
/// # Errors
/// [`IoError::NotATable`] for content known to be something else.
pub(super) fn format(name: &str, head: &[u8]) -> Result<Format, IoError> {
    let not_a_table = |what| Err(IoError::NotATable { name: name.to_owned(), what });
    if let Some((_, what)) = NOT_TABLES.iter().find(|(magic, _)| head.starts_with(magic)) {
        return not_a_table(what);
    }
    match head {
        [b'P', b'A', b'R', b'1', ..] => Ok(Format::Parquet),
        [b'A', b'R', b'R', b'O', b'W', b'1', ..] | [0xff, 0xff, 0xff, 0xff, ..] => Ok(Format::ArrowIpc),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Ok(Format::Excel),
        [b'P', b'K', 3, 4, ..] if is_workbook(head) => Ok(Format::Excel),
        [b'P', b'K', 3, 4, ..] => not_a_table("a zip archive"),
        _ => text_format(name, head),
    }
}

/// Whether a zip archive has the parts of a workbook among its first entries.
fn is_workbook(head: &[u8]) -> bool {
    [b"[Content_Types].xml".as_slice(), b"xl/", b"_rels/", b"docProps/", b"opendocument.spreadsheet"]
        .iter()
        .any(|part| memchr::memmem::find(head, part).is_some())
}

fn text_format(name: &str, head: &[u8]) -> Result<Format, IoError> {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match text {
        [b'{', ..] => Ok(Format::JsonLines),
        [b'[', rest @ ..] if matches!(rest.trim_ascii_start(), [b'{', ..] | [b']', ..]) => Ok(Format::JsonLines),
        _ if is_markup(text) => Err(IoError::NotATable { name: name.to_owned(), what: "an HTML page" }),
        _ => Ok(Format::Csv),
    }
}

fn is_markup(text: &[u8]) -> bool {
    let start: Vec<u8> = text.iter().take(9).map(u8::to_ascii_lowercase).collect();
    [b"<!doctype".as_slice(), b"<html", b"<?xml"].iter().any(|tag| start.starts_with(tag))
}

#[cfg(test)]
mod tests {
    use super::format;
    use crate::{Format, IoError};

    #[test]
    fn formats_are_told_by_content() {
        for (head, expected) in [
            (b"a,b\n1,2\n".as_slice(), Format::Csv),
            (b"\xef\xbb\xbf {\"a\": 1}", Format::JsonLines),
            (b"[\n {\"a\": 1}]", Format::JsonLines),
            (b"[a];[b]\n", Format::Csv),
            (b"PAR1....", Format::Parquet),
            (b"ARROW1\0\0", Format::ArrowIpc),
            (b"PK\x03\x04......[Content_Types].xml", Format::Excel),
        ] {
            assert_eq!(format("f", head).unwrap(), expected, "{head:?}");
        }
    }

    #[test]
    fn other_files_are_named() {
        for (head, what) in [
            (b"%PDF-1.7".as_slice(), "PDF"),
            (b"\x89PNG\r\n", "PNG"),
            (b"<!DOCTYPE html>", "HTML"),
            (b"PK\x03\x04data.csv", "zip"),
        ] {
            let error = format("f", head).unwrap_err();
            assert!(matches!(error, IoError::NotATable { .. }) && error.to_string().contains(what), "{error}");
            assert!(error.hint().is_some());
        }
    }
}
