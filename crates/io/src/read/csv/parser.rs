//! Columns from pieces of text.

use arrow::error::ArrowError;
use rayon::prelude::*;

use super::lines::Lines;
use super::plain::{Plain, is_plain};
use super::quoted::{Row, RowReader, Rows};
use super::split::{Ragged, Split};
use crate::IoError;
use crate::read::column::{CellRows, Growing, Part};
use crate::read::{Context, RawColumn, header};

/// Takes pieces of text and keeps the cells in columns.
pub(super) struct Parser {
    name: String,
    delimiter: u8,
    reader: RowReader,
    lines: Lines,
    wants_header: Option<bool>,
    head: Head,
    columns: Vec<Growing>,
    n_rows: u64,
    ragged: Ragged,
}

/// What the first row says.
#[derive(Default)]
struct Head {
    names: Vec<String>,
    notes: Vec<String>,
    is_header: bool,
    line: u64,
}

/// What was parsed.
pub(super) struct Parsed {
    pub(super) names: Vec<String>,
    pub(super) columns: Vec<RawColumn>,
    pub(super) notes: Vec<String>,
    pub(super) has_header: bool,
    pub(super) n_rows: u64,
    pub(super) n_blank_lines: u64,
}

/// A piece of text on its way to rows.
enum Piece {
    Plain(Plain),
    Read(Rows),
}

impl Parser {
    pub(super) fn new(name: &str, delimiter: u8, wants_header: Option<bool>) -> Self {
        Self {
            name: name.to_owned(),
            delimiter,
            reader: RowReader::new(delimiter),
            lines: Lines::default(),
            wants_header,
            head: Head::default(),
            columns: Vec::new(),
            n_rows: 0,
            ragged: Ragged::default(),
        }
    }

    /// Parses pieces that follow each other; a row may go on in the next.
    ///
    /// Those with quotes are read one after the other, the rest in parallel, and so are columns.
    pub(super) fn push(&mut self, texts: Vec<Vec<u8>>, context: &mut Context<'_>) -> Result<(), IoError> {
        let pieces = texts.into_iter().map(|text| self.piece(text, context)).collect::<Result<Vec<_>, _>>()?;
        self.take(pieces, context)
    }

    /// Ends the last row and says what was found.
    pub(super) fn finish(mut self, context: &mut Context<'_>) -> Result<Parsed, IoError> {
        if !self.reader.is_inside_row() {
            self.lines.end();
        }
        // A line feed ends any row but one inside a quoted cell.
        let last = self.read(b"\n", context)?;
        if self.reader.is_inside_row() {
            let line = self.lines.of_open_row(self.reader.row().text);
            return Err(IoError::UnclosedQuote { name: self.name, line });
        }
        self.take(vec![Piece::Read(last)], context)?;
        if self.ragged.n_rows > 0 {
            return Err(IoError::Ragged {
                name: self.name,
                expected: self.columns.len(),
                header_line: self.head.line,
                n_ragged: self.ragged.n_rows,
                n_rows: self.n_rows + self.ragged.n_rows,
                rows: self.ragged.first,
            });
        }
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let (column, n_bytes) = column.finish().map_err(failed)?;
            context.budget.take(n_bytes)?;
            columns.push(column);
        }
        Ok(Parsed {
            names: self.head.names,
            columns,
            notes: self.head.notes,
            has_header: self.head.is_header,
            n_rows: self.n_rows,
            n_blank_lines: self.lines.n_blank(),
        })
    }

    fn piece(&mut self, text: Vec<u8>, context: &Context<'_>) -> Result<Piece, IoError> {
        if !self.columns.is_empty() && self.reader.is_between_rows() && is_plain(&text) {
            let n_lines_before = self.lines.pass(&text);
            return Ok(Piece::Plain(Plain { text, n_lines_before }));
        }
        self.read(&text, context).map(Piece::Read)
    }

    fn read(&mut self, text: &[u8], context: &Context<'_>) -> Result<Rows, IoError> {
        let mut rows = Rows::default();
        let mut rest = text;
        while let (true, after) = self.reader.read(rest, &mut self.lines) {
            rest = after;
            let row = self.reader.row();
            let line = self.lines.end_row(row.text);
            let mut is_data = true;
            if self.columns.is_empty() && !row.is_blank() {
                self.head = Head::of(&row, line, self.wants_header);
                self.columns = self.head.names.iter().map(|name| context.column(name)).collect();
                is_data = !self.head.is_header;
            }
            if is_data {
                rows.add(&row, line, self.columns.len(), &mut self.lines)?;
            }
            self.reader.clear();
        }
        Ok(rows)
    }

    fn take(&mut self, pieces: Vec<Piece>, context: &mut Context<'_>) -> Result<(), IoError> {
        let (delimiter, markers) = (self.delimiter, context.markers);
        let wanted: Vec<bool> = self.columns.iter().map(Growing::is_of_numbers).collect();
        let part = |piece: Piece| {
            let Split { block, ragged, n_blank } = piece.split(delimiter, wanted.len());
            (block.n_rows(), Part::new(block, &wanted, markers), ragged, n_blank)
        };
        let found: Vec<_> = pieces.into_par_iter().map(part).collect();
        let mut parts = Vec::with_capacity(found.len());
        for (n_rows, part, ragged, n_blank) in found {
            self.n_rows += n_rows as u64;
            self.ragged.append(ragged);
            self.lines.add_blank(n_blank);
            parts.push(part);
        }
        let columns = self.columns.par_iter_mut().enumerate();
        let n_bytes: Vec<usize> =
            columns.map(|(index, column)| column.take(&parts, index)).collect::<Result<_, _>>().map_err(failed)?;
        context.budget.take(n_bytes.iter().sum())
    }
}

impl Piece {
    fn split(self, delimiter: u8, n_columns: usize) -> Split {
        match self {
            Self::Plain(plain) => plain.split(delimiter, n_columns),
            Self::Read(rows) => rows.split(n_columns),
        }
    }
}

impl Head {
    /// Names, or numbers for them when all cells are numbers.
    fn of(row: &Row<'_>, line: u64, wanted: Option<bool>) -> Self {
        let texts = row.texts();
        let texts = || texts.iter().map(String::as_str);
        if wanted.unwrap_or_else(|| !header::is_data(texts())) {
            let (names, notes) = header::names(texts());
            return Self { names, notes, is_header: true, line };
        }
        let note = "the first row holds numbers only, so the columns have no names";
        let notes = if wanted.is_none() { vec![note.to_owned()] } else { Vec::new() };
        Self { names: header::numbered(row.n_cells()), notes, is_header: false, line }
    }
}

fn failed(source: ArrowError) -> IoError {
    IoError::Arrow { name: "the cells".into(), source }
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;
    use proptest::prelude::*;
    use segctl_numeric::observe::Silent;

    use super::*;
    use crate::ReadOptions;
    use crate::read::budget::Budget;
    use crate::read::wanted::Wanted;
    use crate::typing::Markers;

    /// Names, rows and blank lines, or the error.
    type Found = Result<(Vec<String>, Vec<Vec<String>>, u64), String>;

    fn parsed(pieces: Vec<Vec<u8>>) -> Found {
        let (options, wanted) = (ReadOptions::default(), Wanted::Cells);
        let markers = Markers::new(&options.missing);
        let budget = Budget::new(None);
        let mut context = Context { options: &options, markers: &markers, wanted: &wanted, observer: &Silent, budget };
        let mut parser = Parser::new("text", b',', None);
        let pushed = parser.push(pieces, &mut context).and_then(|()| parser.finish(&mut context));
        let parsed = pushed.map_err(|error| error.to_string())?;
        let cells = |column: RawColumn| match column {
            RawColumn::Arrays(chunks) => {
                chunks.iter().flat_map(|c| c.as_string::<i32>().iter().flatten().map(str::to_owned)).collect::<Vec<_>>()
            }
            _ => panic!("cells were wanted"),
        };
        let columns: Vec<Vec<String>> = parsed.columns.into_iter().map(cells).collect();
        assert!(columns.iter().all(|column| column.len() as u64 == parsed.n_rows));
        Ok((parsed.names, columns, parsed.n_blank_lines))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_places_of_the_cuts_do_not_matter(
            text in prop_oneof!["[ab1,\n]{0,40}", "[ab1,\n\r \"]{0,40}", "(a,b\n){1,3}(1,2\r?\n|\"x\ny\",2\n|\n){0,9}[1,2]{0,3}"],
            cuts in prop::collection::vec(0..40_usize, 0..4),
        ) {
            // Byte by byte, only empty lines take the way of text without quotes.
            let bytes = text.as_bytes();
            let expected = parsed(bytes.iter().map(|&byte| vec![byte]).collect());
            let mut cuts: Vec<usize> = cuts.into_iter().map(|at| at.min(bytes.len())).chain([0, bytes.len()]).collect();
            cuts.sort_unstable();
            let pieces = cuts.windows(2).map(|cut| bytes[cut[0]..cut[1]].to_vec()).collect();
            prop_assert_eq!(parsed(pieces), expected, "{:?}", text);
        }
    }
}
