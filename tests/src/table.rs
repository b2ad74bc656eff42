use std::fs::File;
use std::path::Path;

use csv::{ReaderBuilder, WriterBuilder};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::bytes_of;

/// A table of texts, as a CSV file holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The rows, each as long as the header.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Reads comma-separated values with a header.
    ///
    /// # Panics
    /// When the bytes are none, ragged rows included.
    #[track_caller]
    pub fn parse(bytes: &[u8]) -> Self {
        let mut reader = ReaderBuilder::new().has_headers(false).from_reader(bytes);
        let mut rows = reader.records().map(|row| row.expect("well-formed CSV").iter().map(String::from).collect());
        let header = rows.next().expect("a header");
        Self { header, rows: rows.collect() }
    }

    /// Reads a CSV file.
    ///
    /// # Panics
    /// As [`Table::parse`].
    #[track_caller]
    pub fn read(path: impl AsRef<Path>) -> Self {
        Self::parse(&bytes_of(path))
    }

    /// Reads a Parquet file, each cell in the form that a CSV file would hold.
    ///
    /// # Panics
    /// When it is none.
    #[track_caller]
    pub fn read_parquet(path: impl AsRef<Path>) -> Self {
        let file = File::open(path).expect("the file opens");
        let batches = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|reader| reader.build());
        let mut bytes = Vec::new();
        let mut writer = arrow::csv::Writer::new(&mut bytes);
        for batch in batches.expect("the file is Parquet") {
            writer.write(&batch.expect("the batch decodes")).expect("the batch has a CSV form");
        }
        drop(writer);
        Self::parse(&bytes)
    }

    /// The place of a column.
    ///
    /// # Panics
    /// When there is no such column.
    #[track_caller]
    pub fn index(&self, name: &str) -> usize {
        let found = self.header.iter().position(|column| column == name);
        found.unwrap_or_else(|| panic!("no column {name:?} in {:?}", self.header))
    }

    /// The cells of a column.
    ///
    /// # Panics
    /// When there is no such column.
    #[track_caller]
    pub fn column(&self, name: &str) -> Vec<&str> {
        let j = self.index(name);
        self.rows.iter().map(|row| row[j].as_str()).collect()
    }

    /// The cells of a column as numbers; an empty cell is NaN.
    ///
    /// # Panics
    /// When there is no such column, or it holds something else.
    #[track_caller]
    pub fn numbers(&self, name: &str) -> Vec<f64> {
        let number = |cell: &str| match cell {
            "" => f64::NAN,
            text => text.parse().unwrap_or_else(|_| panic!("{name}: {text:?} is no number")),
        };
        self.column(name).into_iter().map(number).collect()
    }

    /// The table with the columns named alone, in that order.
    ///
    /// # Panics
    /// When one of them does not exist.
    #[must_use]
    #[track_caller]
    pub fn select(&self, names: &[&str]) -> Self {
        let places: Vec<usize> = names.iter().map(|name| self.index(name)).collect();
        let pick = |row: &Vec<String>| places.iter().map(|&j| row[j].clone()).collect();
        Self { header: pick(&self.header), rows: self.rows.iter().map(pick).collect() }
    }

    /// The table with one more column, or with the column of that name replaced; `cell` gets the row's number.
    #[must_use]
    pub fn with(&self, name: &str, cell: impl Fn(usize) -> String) -> Self {
        let mut table = self.clone();
        let j = match table.header.iter().position(|column| column == name) {
            Some(j) => j,
            None => {
                table.header.push(name.to_owned());
                table.rows.iter_mut().for_each(|row| row.push(String::new()));
                table.header.len() - 1
            }
        };
        for (i, row) in table.rows.iter_mut().enumerate() {
            row[j] = cell(i);
        }
        table
    }

    /// The table with a column renamed.
    ///
    /// # Panics
    /// When there is no such column.
    #[must_use]
    pub fn renamed(&self, name: &str, new: &str) -> Self {
        let mut table = self.clone();
        let j = table.index(name);
        table.header[j] = new.to_owned();
        table
    }

    /// The table as text with a delimiter, cells quoted where they must be.
    pub fn to_bytes(&self, delimiter: u8) -> Vec<u8> {
        let mut writer = WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        for row in std::iter::once(&self.header).chain(&self.rows) {
            writer.write_record(row).expect("memory takes every row");
        }
        writer.into_inner().expect("memory takes every row")
    }

    /// Writes a CSV file.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn write(&self, path: impl AsRef<Path>) {
        std::fs::write(path, self.to_bytes(b',')).expect("the file can be written");
    }
}
