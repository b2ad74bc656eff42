//! Text without quotes: most of what there is, and no state to carry from one line to the next.

use super::block::Block;
use super::split::{Ragged, Split};

/// Lines without quotes, and the number of those before them.
pub(super) struct Plain {
    pub(super) text: Vec<u8>,
    pub(super) n_lines_before: u64,
}

/// Whether `text` is whole lines, ended by a line feed or by both characters, without a quote.
pub(super) fn is_plain(text: &[u8]) -> bool {
    text.ends_with(b"\n")
        && u32::try_from(text.len()).is_ok()
        && memchr::memchr(b'"', text).is_none()
        && memchr::memchr_iter(b'\r', text).all(|at| text.get(at + 1) == Some(&b'\n'))
}

impl Plain {
    /// Cuts rows of `n_columns` cells.
    pub(super) fn split(self, delimiter: u8, n_columns: usize) -> Split {
        let mut rows = Rows {
            text: &self.text,
            n_columns,
            marks: Vec::with_capacity(self.text.len() / 4),
            row: 0,
            line: self.n_lines_before,
            ragged: Ragged::default(),
            n_blank: 0,
        };
        rows.marks.push(0);
        each_of(&self.text, delimiter, |at| rows.end_cell(at));
        rows.marks.pop();
        let Rows { marks, ragged, n_blank, .. } = rows;
        Split { block: Block::new(self.text, n_columns, marks, 1), ragged, n_blank }
    }
}

/// Rows under construction.
struct Rows<'a> {
    text: &'a [u8],
    n_columns: usize,
    marks: Vec<u32>,
    /// Where the marks of the current row are.
    row: usize,
    line: u64,
    ragged: Ragged,
    n_blank: u64,
}

impl Rows<'_> {
    #[inline]
    fn end_cell(&mut self, at: usize) {
        if self.text[at] == b'\n' { self.end_row(at) } else { self.marks.push(at as u32) }
    }

    fn end_row(&mut self, at: usize) {
        let start = self.marks[self.row] as usize;
        let end = if at > start && self.text[at - 1] == b'\r' { at - 1 } else { at };
        self.marks.push(end as u32);
        self.line += 1;
        let n_cells = self.marks.len() - self.row - 1;
        if n_cells != self.n_columns || start == end {
            self.leave_out(&self.text[start..end], n_cells);
        }
        self.row = self.marks.len();
        self.marks.push(at as u32 + 1);
    }

    /// An empty line is none; one of blanks may be a cell where there is one column.
    fn leave_out(&mut self, line: &[u8], n_cells: usize) {
        self.marks.truncate(self.row);
        match n_cells == 1 && line.trim_ascii().is_empty() {
            true => self.n_blank += 1,
            false => self.ragged.add(self.line, n_cells),
        }
    }
}

/// Calls `found` for every delimiter and every line feed, in order.
///
/// Eight bytes at a time: the bytes of a word that are zero, found without borrow between them (Warren 2013, "Hacker's
/// Delight", 6-1).
fn each_of(text: &[u8], delimiter: u8, mut found: impl FnMut(usize)) {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let spread = |byte: u8| u64::from(byte) * 0x0101_0101_0101_0101;
    let (delimiters, feeds) = (spread(delimiter), spread(b'\n'));
    let others = |word: u64| ((word & LOW) + LOW) | word | LOW;
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let mut hits = !(others(word ^ delimiters) & others(word ^ feeds));
        while hits != 0 {
            found(8 * index + hits.trailing_zeros() as usize / 8);
            hits &= hits - 1;
        }
    }
    let start = text.len() - rest.len();
    (start..text.len()).filter(|&at| text[at] == delimiter || text[at] == b'\n').for_each(found);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_delimiter_and_line_feed_is_found(text in prop::collection::vec(prop_oneof![Just(b','), Just(b'\n'), Just(b'-'), any::<u8>()], 0..70)) {
            let mut found = Vec::new();
            each_of(&text, b',', |at| found.push(at));
            let expected: Vec<usize> = (0..text.len()).filter(|&at| text[at] == b',' || text[at] == b'\n').collect();
            prop_assert_eq!(found, expected);
        }
    }
}
