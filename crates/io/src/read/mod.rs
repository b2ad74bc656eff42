//! Readers: bytes in, a typed table out.

mod assemble;
mod budget;
mod cells;
mod columnar;
mod csv;
mod excel;
mod header;
mod input;
mod json;
mod recognise;
mod text;

use arrow::array::ArrayRef;
use segctl_numeric::observe::Observer;

use crate::{FileReport, Format, IoError, ReadOptions, Source, Table};
use assemble::Assembly;
use budget::Budget;
use input::Input;

/// One file as it was found: names, and cells or canonical arrays in chunks.
struct RawFile {
    names: Vec<String>,
    columns: Vec<Vec<ArrayRef>>,
    notes: Vec<String>,
    report: FileReport,
}

/// What the readers of all formats are given.
struct Context<'a> {
    options: &'a ReadOptions,
    observer: &'a dyn Observer,
    budget: Budget,
}

/// Reads a table, recognising format, compression, encoding and delimiter by content, and typing
/// every column by all of its cells.
///
/// The same data give the same table whatever file they come in. Several files must have the same
/// columns, in any order. Cost: one pass over the bytes, one or a few over the cells; the SHA-256
/// digest is computed beside the parsing.
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
    let mut context = Context { options, observer, budget: Budget::new(options.memory_limit) };
    let mut assembly = Assembly::default();
    match source {
        Source::Stdin => assembly.add(read_one(Input::stdin()?, &mut context)?)?,
        Source::Files(paths) => {
            for path in paths {
                assembly.add(read_one(Input::file(path)?, &mut context)?)?;
            }
        }
    }
    assembly.table(options)
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
