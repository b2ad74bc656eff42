//! Readers: bytes in, a typed table out.

mod assemble;
mod budget;
mod cells;
mod column;
mod columnar;
mod csv;
mod excel;
mod header;
mod input;
mod json;
mod recognise;
mod text;
mod wanted;

use arrow::array::ArrayRef;
use segctl_numeric::observe::Observer;

use crate::typing::{Markers, Numbers};
use crate::{FileReport, Format, IoError, ReadOptions, Source, Table};
use assemble::Assembly;
use budget::Budget;
use column::Growing;
use input::Input;
use wanted::Wanted;

/// One file as it was found.
struct RawFile {
    names: Vec<String>,
    columns: Vec<RawColumn>,
    notes: Vec<String>,
    report: FileReport,
}

/// A column in chunks of [`BATCH_ROWS`](crate::BATCH_ROWS) rows.
enum RawColumn {
    /// Cells, or arrays of canonical types.
    Arrays(Vec<ArrayRef>),
    /// Cells that were plain numbers.
    Numbers(Numbers),
    /// Nothing: nobody wanted it, or it began with numbers, whose text is lost, and went on with other cells.
    Left,
}

/// What the readers of all formats are given.
struct Context<'a> {
    options: &'a ReadOptions,
    markers: &'a Markers,
    wanted: &'a Wanted,
    observer: &'a dyn Observer,
    budget: Budget,
}

impl Context<'_> {
    /// A column of a text file, to be filled.
    fn column(&self, name: &str) -> Growing {
        match self.wanted {
            Wanted::Typed => Growing::of_numbers(self.markers),
            Wanted::Cells => Growing::of_cells(),
            Wanted::CellsOf(names) if names.iter().any(|wanted| wanted == name) => Growing::of_cells(),
            Wanted::CellsOf(_) => Growing::left(),
        }
    }
}

/// Reads a table, recognising format, compression, encoding and delimiter by content, and typing
/// every column by all of its cells.
///
/// The same data give the same table whatever file they come in. Several files must have the same
/// columns, in any order. Cost: one pass over the bytes, one or a few over the cells; the SHA-256
/// digest is computed beside the parsing. Columns of plain numbers in text files are kept as numbers while they are read;
/// files in which such a column turns out late to hold something else are read once more.
///
/// ```
/// use segctl_io::{ReadOptions, Role, Source, read};
/// use segctl_numeric::observe::Silent;
///
/// let file = std::env::temp_dir().join("segctl-doc-read.csv");
/// std::fs::write(&file, "CUST_ID;BALANCE\nC1;40,9\nC2;\n").unwrap();
/// let table = read(&Source::Files(vec![file]), &ReadOptions::default(), &Silent)?;
/// assert_eq!(table.id.as_deref(), Some("CUST_ID"));
/// assert_eq!(table.column("BALANCE").unwrap().n_missing, 1);
/// # Ok::<(), segctl_io::IoError>(())
/// ```
///
/// # Errors
/// Any [`IoError`] about files, text, formats and memory; [`IoError::Cancelled`] when the observer breaks.
pub fn read(source: &Source, options: &ReadOptions, observer: &dyn Observer) -> Result<Table, IoError> {
    let markers = Markers::new(&options.missing);
    let wanted = if source.is_rereadable() { Wanted::Typed } else { Wanted::Cells };
    let budget = Budget::new(options.memory_limit);
    let mut context = Context { options, markers: &markers, wanted: &wanted, observer, budget };
    let mut assembly = assembled(source, &mut context)?;
    let left = assembly.left();
    if !left.is_empty() {
        // What was kept the first time counts on.
        let mut again = Context { wanted: &Wanted::CellsOf(left), ..context };
        assembly.complete(assembled(source, &mut again)?)?;
    }
    assembly.table(options, &markers)
}

fn assembled(source: &Source, context: &mut Context<'_>) -> Result<Assembly, IoError> {
    let mut assembly = Assembly::default();
    match source {
        Source::Stdin => assembly.add(read_one(Input::stdin()?, context)?)?,
        Source::Files(paths) => {
            for path in paths {
                assembly.add(read_one(Input::file(path)?, context)?)?;
            }
        }
    }
    Ok(assembly)
}

fn read_one(input: Input, context: &mut Context<'_>) -> Result<RawFile, IoError> {
    if input.head().is_empty() {
        return Err(IoError::Empty { name: input.name().to_owned() });
    }
    let format = match context.options.format {
        Some(format) => format,
        None => recognise::format(input.name(), input.head())?,
    };
    match format {
        Format::Csv => csv::read(input, context),
        Format::JsonLines => json::read(input, context),
        Format::Parquet => columnar::parquet(input, context),
        Format::ArrowIpc => columnar::arrow_ipc(input, context),
        Format::Excel => excel::read(input, context),
    }
}
