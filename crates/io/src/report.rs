use serde::Serialize;

use crate::Format;

/// What was read, for the ledger of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ReadReport {
    /// One entry per file, in the order read.
    pub files: Vec<FileReport>,
    /// What was decided or repaired on the way, in sentences for people.
    pub notes: Vec<String>,
}

/// What was read from one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileReport {
    /// The file as given, or `stdin`.
    pub name: String,
    /// What it holds.
    pub format: Format,
    /// `gzip` or `zstd`.
    pub compression: Option<&'static str>,
    /// The encoding of a text file.
    pub encoding: Option<String>,
    /// The delimiter of a CSV file.
    pub delimiter: Option<char>,
    /// Whether a CSV file or sheet starts with names.
    pub has_header: Option<bool>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// Bytes as stored, before decompression.
    pub n_bytes: u64,
    /// SHA-256 of these bytes, in hexadecimal.
    pub sha256: String,
    /// Rows of data.
    pub n_rows: u64,
    /// Lines without any text that were passed over.
    pub n_blank_lines: u64,
}
