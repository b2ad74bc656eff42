use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Encoding, Role};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Format {
    /// Rows of cells between delimiters: comma, semicolon, tab or any other character.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Apache Arrow IPC, as a file (Feather) or a stream.
    ArrowIpc,
    /// One JSON object per line, or one array of objects.
    JsonLines,
    /// A sheet of a workbook: xlsx, xlsb, xls, ods.
    Excel,
}

impl Format {
    /// The name shown to people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Parquet => "Parquet",
            Self::ArrowIpc => "Arrow IPC",
            Self::JsonLines => "JSON lines",
            Self::Excel => "Excel",
        }
    }
}

/// How to read; the default recognises everything by content.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// The format, instead of recognising it by the first bytes.
    pub format: Option<Format>,
    /// The delimiter of a CSV file, instead of sniffing it; an ASCII character.
    pub delimiter: Option<u8>,
    /// The encoding of text files.
    pub encoding: Encoding,
    /// Texts that stand for a missing value, letter case ignored. Empty and blank cells always do.
    pub missing: Vec<String>,
    /// The sheet of a workbook, instead of the first with cells.
    pub sheet: Option<String>,
    /// Whether the first row holds names; by default it does unless all its cells are numbers.
    pub has_header: Option<bool>,
    /// Roles of columns, instead of inferring them.
    pub roles: BTreeMap<String, Role>,
    /// Bytes of decoded cells that may be held at a time.
    pub memory_limit: Option<u64>,
}

/// The texts that stand for a missing value unless told otherwise, letter case ignored.
///
/// `None`, `-` and `unknown` are not among them: they are answers in many surveys and tariffs.
pub const MISSING_MARKERS: [&str; 12] =
    ["NA", "N/A", "NaN", "null", "?", "#DIV/0!", "#VALUE!", "#N/A", "#REF!", "#NAME?", "#NUM!", "#NULL!"];

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: None,
            delimiter: None,
            encoding: Encoding::Auto,
            missing: MISSING_MARKERS.map(String::from).to_vec(),
            sheet: None,
            has_header: None,
            roles: BTreeMap::new(),
            memory_limit: None,
        }
    }
}
