//! Rows from blocks of text, with the lines they are on.

use arrow::array::ArrayRef;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::IoError;
use crate::read::budget::Budget;
use crate::read::cells::CellColumns;
use crate::read::header;

/// Ragged rows that are shown.
const MAX_SHOWN: usize = 5;

/// Takes blocks of text and keeps the cells in columns.
pub(super) struct Parser {
    name: String,
    reader: Reader,
    /// The cells of the row being read, one after the other, and where each ends.
    output: Vec<u8>,
    ends: Vec<usize>,
    n_output: usize,
    n_ends: usize,
    lines: Lines,
    rows: Rows,
}

/// What was parsed.
pub(super) struct Parsed {
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<Vec<ArrayRef>>,
    pub(super) notes: Vec<String>,
    pub(super) has_header: bool,
    pub(super) n_rows: u64,
    pub(super) n_blank_lines: u64,
}

impl Parser {
    pub(super) fn new(name: &str, delimiter: u8, has_header: Option<bool>) -> Self {
        Self {
            name: name.to_owned(),
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            output: vec![0; 4096],
            ends: vec![0; 64],
            n_output: 0,
            n_ends: 0,
            lines: Lines::default(),
            rows: Rows { wants_header: has_header, ..Rows::default() },
        }
    }

    /// Parses a block; a row may go on in the next.
    pub(super) fn push(&mut self, block: &[u8], budget: &mut Budget) -> Result<(), IoError> {
        let mut rest = block;
        while !rest.is_empty() {
            self.step(&mut rest, budget)?;
        }
        Ok(())
    }

    /// Ends the last row and says what was found.
    pub(super) fn finish(mut self, budget: &mut Budget) -> Result<Parsed, IoError> {
        if self.n_output == 0 && self.n_ends == 0 {
            self.lines.n_blank += self.lines.n_read - self.lines.last_end;
        }
        // A line feed ends any row but one inside a quoted cell.
        let mut rest: &[u8] = b"\n";
        while !rest.is_empty() {
            self.step(&mut rest, budget)?;
        }
        if self.n_output > 0 || self.n_ends > 0 {
            return Err(IoError::UnclosedQuote { name: self.name, line: self.lines.last_end + 1 });
        }
        self.rows.finish(&self.name, budget).map(|parsed| Parsed { n_blank_lines: self.lines.n_blank, ..parsed })
    }

    fn step(&mut self, rest: &mut &[u8], budget: &mut Budget) -> Result<(), IoError> {
        let (result, n_read, n_written, n_ends) =
            self.reader.read_record(rest, &mut self.output[self.n_output..], &mut self.ends[self.n_ends..]);
        self.lines.read(&rest[..n_read]);
        *rest = &rest[n_read..];
        self.n_output += n_written;
        self.n_ends += n_ends;
        match result {
            ReadRecordResult::OutputFull => self.output.resize(2 * self.output.len(), 0),
            ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
            ReadRecordResult::Record => self.row(budget)?,
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
        }
        Ok(())
    }

    fn row(&mut self, budget: &mut Budget) -> Result<(), IoError> {
        let row = Row { text: &self.output[..self.n_output], ends: &self.ends[..self.n_ends] };
        let line = self.lines.end_row(row.text);
        if row.is_blank() && self.rows.columns.n_columns() != 1 {
            self.lines.n_blank += 1;
        } else {
            self.rows.take(&row, line, budget)?;
        }
        (self.n_output, self.n_ends) = (0, 0);
        Ok(())
    }
}

/// The cells of one row.
struct Row<'a> {
    text: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Row<'a> {
    fn cells(&self) -> impl Iterator<Item = &'a [u8]> {
        let (text, ends) = (self.text, self.ends);
        (0..ends.len()).map(move |i| &text[if i == 0 { 0 } else { ends[i - 1] }..ends[i]])
    }

    /// One cell of blanks: a line with nothing to see on it.
    fn is_blank(&self) -> bool {
        self.ends.len() == 1 && self.text.trim_ascii().is_empty()
    }

    fn texts(&self) -> Vec<String> {
        self.cells().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
    }
}

/// Which line rows are on. Lines end with a line feed, a carriage return, or both.
#[derive(Default)]
struct Lines {
    /// Ends of lines read, a carriage return with its line feed once.
    n_read: u64,
    after_return: bool,
    /// The line on which the last row ended.
    last_end: u64,
    n_blank: u64,
}

impl Lines {
    fn read(&mut self, text: &[u8]) {
        for at in memchr::memchr2_iter(b'\n', b'\r', text) {
            let follows_return = if at == 0 { self.after_return } else { text[at - 1] == b'\r' };
            self.n_read += u64::from(text[at] == b'\r' || !follows_return);
        }
        if let Some(&last) = text.last() {
            self.after_return = last == b'\r';
        }
    }

    /// A row ends here; gives the line where it started. Lines passed over before it are blank.
    fn end_row(&mut self, text: &[u8]) -> u64 {
        let n_passed = self.n_read - self.last_end;
        let n_inside = if n_passed > 1 { line_ends(text) } else { 0 };
        self.last_end = self.n_read;
        self.n_blank += n_passed.saturating_sub(1 + n_inside);
        self.n_read - n_inside
    }
}

/// Ends of lines inside quoted cells.
fn line_ends(text: &[u8]) -> u64 {
    let mut lines = Lines::default();
    lines.read(text);
    lines.n_read
}

/// Rows in columns.
#[derive(Default)]
struct Rows {
    wants_header: Option<bool>,
    names: Vec<String>,
    notes: Vec<String>,
    has_header: bool,
    columns: CellColumns,
    first_line: u64,
    n_rows: u64,
    n_ragged: u64,
    ragged: Vec<(u64, usize)>,
}

impl Rows {
    fn take(&mut self, row: &Row<'_>, line: u64, budget: &mut Budget) -> Result<(), IoError> {
        if self.columns.n_columns() == 0 {
            self.start(row, line);
            if self.has_header {
                return Ok(());
            }
        }
        self.n_rows += 1;
        if row.ends.len() != self.columns.n_columns() {
            self.n_ragged += 1;
            if self.ragged.len() < MAX_SHOWN {
                self.ragged.push((line, row.ends.len()));
            }
            return Ok(());
        }
        for (column, cell) in row.cells().enumerate() {
            self.columns.push(column, cell);
        }
        self.columns.end_row(budget)
    }

    /// The first row: names, or data when all of its cells are numbers.
    fn start(&mut self, row: &Row<'_>, line: u64) {
        let texts = row.texts();
        let texts = || texts.iter().map(String::as_str);
        self.has_header = self.wants_header.unwrap_or_else(|| !header::is_data(texts()));
        self.first_line = line;
        self.columns = CellColumns::new(row.ends.len());
        if self.has_header {
            (self.names, self.notes) = header::names(texts());
            return;
        }
        self.names = header::numbered(row.ends.len());
        if self.wants_header.is_none() {
            self.notes.push("the first row holds numbers only, so the columns have no names".into());
        }
    }

    fn finish(self, name: &str, budget: &mut Budget) -> Result<Parsed, IoError> {
        if self.n_ragged > 0 {
            return Err(IoError::Ragged {
                name: name.to_owned(),
                expected: self.columns.n_columns(),
                header_line: self.first_line,
                n_ragged: self.n_ragged,
                n_rows: self.n_rows,
                rows: self.ragged,
            });
        }
        let n_rows = self.columns.n_rows();
        let columns = self.columns.finish(budget)?;
        let (names, notes, has_header) = (self.names, self.notes, self.has_header);
        Ok(Parsed { names, columns, notes, has_header, n_rows, n_blank_lines: 0 })
    }
}
