use std::io;
use std::path::PathBuf;

use arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use parquet::errors::ParquetError;
use thiserror::Error;

/// Why a table could not be read, computed or written.
///
/// Lines and rows shown to people count from 1; offsets in bytes count from 0. `name` is the file
/// as the user gave it, or `stdin`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IoError {
    /// No such file or directory.
    #[error("{}: no such file or directory", path.display())]
    NotFound {
        /// The path given.
        path: PathBuf,
        /// The entry of its directory with the nearest name.
        nearest: Option<String>,
    },
    /// A directory or a pattern that holds no file.
    #[error("{pattern}: no files there")]
    NoFiles {
        /// The directory or pattern given.
        pattern: String,
    },
    /// A pattern that is no pattern.
    #[error("{pattern}: no valid pattern")]
    Pattern {
        /// The text given.
        pattern: String,
        /// What is wrong with it.
        source: glob::PatternError,
    },
    /// The operating system would not give the bytes.
    #[error("{name}: cannot be read: {source}")]
    Read {
        /// The file.
        name: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file that is not what it was a moment ago.
    #[error("{name}: changed while it was read")]
    Changed {
        /// The file, or the first of several.
        name: String,
    },
    /// A compressed file that is damaged or ends early.
    #[error("{name}: the {compression} data are damaged or end too early: {source}")]
    Compressed {
        /// The file.
        name: String,
        /// `gzip` or `zstd`.
        compression: &'static str,
        /// What the decompressor said.
        source: io::Error,
    },
    /// The output could not be written; what was at the path before is untouched.
    #[error("{}: cannot be written: {source}", path.display())]
    Write {
        /// The file that was to be written.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The content is recognised and is no table.
    #[error("{name}: this is {what}, not a table")]
    NotATable {
        /// The file.
        name: String,
        /// `a PDF document`, `a PNG image`.
        what: &'static str,
    },
    /// Not a byte of data.
    #[error("{name}: the file is empty")]
    Empty {
        /// The file.
        name: String,
    },
    /// Bytes that are not text in the encoding.
    #[error("{name}: line {line}, byte {offset}: not valid {encoding}")]
    Encoding {
        /// The file.
        name: String,
        /// The encoding expected.
        encoding: String,
        /// 0-based offset of the first bad byte in the (decompressed) file.
        offset: u64,
        /// Its line.
        line: u64,
    },
    /// A byte of value zero in a text file.
    #[error("{name}: line {line}, byte {offset}: a NUL byte, so this is no text")]
    NulByte {
        /// The file.
        name: String,
        /// 0-based offset of the byte in the decoded text.
        offset: u64,
        /// Its line.
        line: u64,
    },
    /// An encoding nobody knows.
    #[error("encoding={label} should be auto or a name such as utf-8, windows-1252, shift_jis")]
    UnknownEncoding {
        /// The name given.
        label: String,
    },
    /// Rows with more or fewer cells than the header.
    #[error(
        "{name}: {n_ragged} of {n_rows} rows do not have {expected} cells as line {header_line} has: {}",
        first_ragged(rows)
    )]
    Ragged {
        /// The file.
        name: String,
        /// Cells in the first row.
        expected: usize,
        /// The line of the first row.
        header_line: u64,
        /// How many rows differ.
        n_ragged: u64,
        /// How many rows there are, the first aside.
        n_rows: u64,
        /// Line and number of cells of the first five that differ.
        rows: Vec<(u64, usize)>,
    },
    /// A quoted cell that never ends.
    #[error("{name}: the quote opened in the row at line {line} is never closed")]
    UnclosedQuote {
        /// The file.
        name: String,
        /// The line where the last row starts.
        line: u64,
    },
    /// A line that is no JSON object.
    #[error("{name}: line {line}: not a JSON object of cells: {source}")]
    Json {
        /// The file.
        name: String,
        /// The line.
        line: u64,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// A Parquet file that cannot be decoded.
    #[error("{name}: not readable as Parquet: {source}")]
    Parquet {
        /// The file.
        name: String,
        /// What the decoder said.
        source: ParquetError,
    },
    /// Arrow data that cannot be decoded or computed with.
    #[error("{name}: {source}")]
    Arrow {
        /// The file, or what was being done.
        name: String,
        /// What Arrow said.
        source: ArrowError,
    },
    /// A workbook that cannot be opened.
    #[error("{name}: not readable as a workbook: {source}")]
    Workbook {
        /// The file.
        name: String,
        /// What the decoder said.
        source: Box<calamine::Error>,
    },
    /// A sheet that the workbook does not have.
    #[error("{name}: no sheet {sheet}; there are: {}", sheets.join(", "))]
    NoSheet {
        /// The file.
        name: String,
        /// The sheet asked for.
        sheet: String,
        /// The sheets there are.
        sheets: Vec<String>,
    },
    /// Files read together have different columns.
    #[error("{name}: its columns are not those of {first}: {}", differences(missing, extra))]
    Columns {
        /// The file that differs.
        name: String,
        /// The file read first.
        first: String,
        /// Columns of the first that are missing here.
        missing: Vec<String>,
        /// Columns that are here alone.
        extra: Vec<String>,
    },
    /// A table without columns.
    #[error("{name}: no usable column")]
    NoColumns {
        /// The file or the stage.
        name: String,
    },
    /// More memory would be needed than allowed.
    #[error("the table needs at least {needed} bytes of memory, the limit is {limit}")]
    MemoryLimit {
        /// Bytes held when the limit was passed.
        needed: u64,
        /// The limit.
        limit: u64,
    },
    /// A column that does not exist.
    #[error("{what}: no column {column}")]
    NoColumn {
        /// The option or rule that names it.
        what: String,
        /// The name given.
        column: String,
        /// The nearest name that exists.
        nearest: Option<String>,
    },
    /// A SQL text that cannot be understood or computed.
    #[error("{what}: {reason}, in {sql}")]
    Sql {
        /// `feature "UTILISATION"`, `the row filter`, `rule "frequency"`.
        what: String,
        /// The text as given.
        sql: String,
        /// Why, in words.
        reason: String,
        /// What to do.
        hint: Option<String>,
        /// What the engine said.
        source: Box<DataFusionError>,
    },
    /// A condition that is not true or false.
    #[error("{what}: {sql} gives {found}, not true or false")]
    NotBoolean {
        /// The option or rule.
        what: String,
        /// The text as given.
        sql: String,
        /// The type it gives.
        found: String,
    },
    /// A feature or a rule whose name is taken.
    #[error("{what}: the name is already taken by a column")]
    NameTaken {
        /// `feature "X"`.
        what: String,
    },
    /// Several rows carry the same id.
    #[error("column {column} has ids on several rows: {n_ids}, on {n_rows} rows in all, for example {}", examples.join(", "))]
    DuplicateIds {
        /// The id column.
        column: String,
        /// How many ids are repeated.
        n_ids: u64,
        /// Rows that carry them.
        n_rows: u64,
        /// Up to five of them.
        examples: Vec<String>,
    },
    /// The SQL engine could not be started.
    #[error("the SQL engine could not be started: {source}")]
    Engine {
        /// What it said.
        source: Box<DataFusionError>,
    },
    /// The runtime under the SQL engine could not be started.
    #[error("the SQL engine could not be started: {source}")]
    Runtime {
        /// What the operating system said.
        source: io::Error,
    },
    /// The observer asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl IoError {
    /// What the user can do about it, where that is known.
    ///
    /// ```
    /// use segctl_io::{IoError, Source};
    /// let error = Source::parse("no-such-directory/").unwrap_err();
    /// assert!(matches!(error, IoError::NotFound { .. }));
    /// ```
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { nearest, .. } | Self::NoColumn { nearest, .. } => {
                nearest.as_ref().map(|name| format!("did you mean {name}?"))
            }
            Self::NoFiles { .. } => Some("name a file, a directory with files, a pattern in quotes, or - for stdin".into()),
            Self::Compressed { .. } => Some("was the download complete? fetch the file again".into()),
            Self::Changed { .. } => Some("run again when nothing writes to it".into()),
            Self::NotATable { what, .. } => Some(not_a_table_hint(what)),
            Self::Encoding { .. } => {
                Some("name the encoding of the file, for example --encoding windows-1252".into())
            }
            Self::NulByte { .. } => Some("if the file is UTF-16 without a byte order mark, say --encoding utf-16le".into()),
            Self::Ragged { expected, rows, .. } => Some(ragged_hint(*expected, rows)),
            Self::UnclosedQuote { .. } => {
                Some("close the quote, or double it inside a quoted cell: \"a \"\"word\"\"\"".into())
            }
            Self::Json { .. } => Some("one object per line is expected: {\"id\": 1, \"amount\": 2.5}".into()),
            Self::NoSheet { .. } => Some("choose one with --sheet NAME".into()),
            Self::Columns { .. } => Some("read files of one kind at a time, or make their headers equal".into()),
            Self::MemoryLimit { .. } => Some("raise --memory-limit, or read fewer rows or columns".into()),
            Self::Sql { hint, .. } => hint.clone(),
            Self::NotBoolean { .. } => Some("write a condition, for example BALANCE > 0".into()),
            Self::NameTaken { .. } => Some("choose another name".into()),
            Self::DuplicateIds { .. } => {
                Some("say what to do with them: --duplicate-ids first, last or aggregate; or choose another id column: --id NAME".into())
            }
            _ => None,
        }
    }
}

fn not_a_table_hint(what: &str) -> String {
    match what {
        "a zip archive" => "unpack it first".into(),
        "an HTML page" => "a download that asks for a login gives a page instead of the data".into(),
        _ => "give a CSV, Parquet, Arrow, JSON lines or Excel file, plain or compressed with gzip or zstd".into(),
    }
}

fn ragged_hint(expected: usize, rows: &[(u64, usize)]) -> String {
    if expected == 1 {
        return "if the first line is a title and not the header, remove it; otherwise name the delimiter: --delimiter ';'".into();
    }
    let more = rows.iter().any(|&(_, found)| found > expected);
    match more {
        true => "quote cells that hold the delimiter, or repair these lines".into(),
        false => "a row is cut short: complete or remove these lines".into(),
    }
}

fn first_ragged(rows: &[(u64, usize)]) -> String {
    rows.iter().map(|(line, found)| format!("line {line} has {found}")).collect::<Vec<_>>().join(", ")
}

fn differences(missing: &[String], extra: &[String]) -> String {
    let part = |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")));
    [part("missing", missing), part("only here", extra)].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
