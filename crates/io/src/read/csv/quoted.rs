//! Text with quotes: rows by a parser that remembers where it is.

use arrow::error::ArrowError;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::block::Block;
use super::lines::Lines;
use super::split::{Ragged, Split};
use crate::IoError;

/// Reads any text row by row.
pub(super) struct RowReader {
    reader: Reader,
    /// The cells of the row being read, one after the other, and where each ends.
    output: Vec<u8>,
    ends: Vec<usize>,
    n_output: usize,
    n_ends: usize,
    /// What was read last ended with a line feed.
    at_line_feed: bool,
}

impl RowReader {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            output: vec![0; 4096],
            ends: vec![0; 64],
            n_output: 0,
            n_ends: 0,
            at_line_feed: true,
        }
    }

    /// Whether the next byte begins a row: a line feed inside a quoted cell would be part of its text.
    pub(super) fn is_between_rows(&self) -> bool {
        self.at_line_feed && self.n_output == 0 && self.n_ends == 0
    }

    /// Reads to the end of a row, or of the text; gives whether there is a row, and what follows.
    pub(super) fn read<'a>(&mut self, mut rest: &'a [u8], lines: &mut Lines) -> (bool, &'a [u8]) {
        while !rest.is_empty() {
            let (result, n_read, n_written, n_ends) =
                self.reader.read_record(rest, &mut self.output[self.n_output..], &mut self.ends[self.n_ends..]);
            lines.read(&rest[..n_read]);
            self.at_line_feed = rest[..n_read].last().map_or(self.at_line_feed, |&last| last == b'\n');
            rest = &rest[n_read..];
            self.n_output += n_written;
            self.n_ends += n_ends;
            match result {
                ReadRecordResult::OutputFull => self.output.resize(2 * self.output.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record => return (true, rest),
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
        }
        (false, rest)
    }

    /// Whether a row has begun and not ended.
    pub(super) fn is_inside_row(&self) -> bool {
        self.n_output > 0 || self.n_ends > 0
    }

    /// The row that was read.
    pub(super) fn row(&self) -> Row<'_> {
        Row { text: &self.output[..self.n_output], ends: &self.ends[..self.n_ends] }
    }

    /// Goes on to the next row.
    pub(super) fn clear(&mut self) {
        (self.n_output, self.n_ends) = (0, 0);
    }
}

/// The cells of one row.
pub(super) struct Row<'a> {
    pub(super) text: &'a [u8],
    ends: &'a [usize],
}

impl Row<'_> {
    pub(super) fn n_cells(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn texts(&self) -> Vec<String> {
        let starts = std::iter::once(&0).chain(self.ends);
        let cells = starts.zip(self.ends).map(|(&start, &end)| &self.text[start..end]);
        cells.map(|cell| String::from_utf8_lossy(cell).into_owned()).collect()
    }

    /// One cell of blanks: a line with nothing to see on it.
    pub(super) fn is_blank(&self) -> bool {
        self.ends.len() == 1 && self.text.trim_ascii().is_empty()
    }
}

/// Rows that were read one by one; blank ones are counted on the way.
#[derive(Default)]
pub(super) struct Rows {
    text: Vec<u8>,
    marks: Vec<u32>,
    ragged: Ragged,
}

impl Rows {
    /// Adds a row that began on `line`, if it has `n_columns` cells.
    pub(super) fn add(&mut self, row: &Row<'_>, line: u64, n_columns: usize, lines: &mut Lines) -> Result<(), IoError> {
        if row.is_blank() && n_columns != 1 {
            lines.add_blank(1);
        } else if row.n_cells() != n_columns {
            self.ragged.add(line, row.n_cells());
        } else {
            let start = self.text.len();
            self.text.extend_from_slice(row.text);
            for end in std::iter::once(&0).chain(row.ends) {
                self.marks.push(u32::try_from(start + end).map_err(|_| too_long(row.text.len()))?);
            }
        }
        Ok(())
    }

    pub(super) fn split(self, n_columns: usize) -> Split {
        Split { block: Block::new(self.text, n_columns, self.marks, 0), ragged: self.ragged, n_blank: 0 }
    }
}

fn too_long(n_bytes: usize) -> IoError {
    IoError::Arrow { name: "a row".into(), source: ArrowError::OffsetOverflowError(n_bytes) }
}
