//! From files to one table.

use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use rayon::prelude::*;

use super::{RawColumn, RawFile};
use crate::roles::speaks_of_dates;
use crate::typing::{Markers, Typed, serial_days, type_column, type_numbers};
use crate::{IoError, ReadOptions, ReadReport, Table};

/// Files read so far.
#[derive(Default)]
pub(super) struct Assembly {
    names: Vec<String>,
    columns: Vec<RawColumn>,
    report: ReadReport,
}

impl Assembly {
    /// Appends a file; its columns may come in another order.
    pub(super) fn add(&mut self, file: RawFile) -> Result<(), IoError> {
        if file.names.is_empty() {
            return Err(IoError::NoColumns { name: file.report.name });
        }
        self.check_columns(&file)?;
        if self.report.files.is_empty() {
            (self.names, self.columns) = (file.names, file.columns);
        } else {
            for (name, column) in file.names.iter().zip(file.columns) {
                let index = self.index(name);
                self.columns[index].append(column);
            }
        }
        for note in file.notes.into_iter().filter(|note| !self.report.notes.contains(note)).collect::<Vec<_>>() {
            self.report.notes.push(note);
        }
        self.report.files.push(file.report);
        Ok(())
    }

    fn check_columns(&self, file: &RawFile) -> Result<(), IoError> {
        let without = |names: &[String], others: &[String]| -> Vec<String> {
            names.iter().filter(|name| !others.contains(name)).cloned().collect()
        };
        if self.report.files.is_empty() {
            return Ok(());
        }
        let missing = without(&self.names, &file.names);
        let extra = without(&file.names, &self.names);
        if missing.is_empty() && extra.is_empty() {
            return Ok(());
        }
        let first = self.report.files[0].name.clone();
        Err(IoError::Columns { name: file.report.name.clone(), first, missing, extra })
    }

    fn index(&self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).expect("the names were checked")
    }

    /// The columns of which cells were lost.
    pub(super) fn left(&self) -> Vec<String> {
        let left = self.names.iter().zip(&self.columns).filter(|(_, column)| matches!(column, RawColumn::Left));
        left.map(|(name, _)| name.clone()).collect()
    }

    /// Takes these columns from the same files read again.
    ///
    /// # Errors
    /// [`IoError::Changed`].
    pub(super) fn complete(&mut self, again: Self) -> Result<(), IoError> {
        let digests = |report: &ReadReport| report.files.iter().map(|file| file.sha256.clone()).collect::<Vec<_>>();
        if digests(&self.report) != digests(&again.report) {
            return Err(IoError::Changed { name: self.report.files[0].name.clone() });
        }
        for (column, again) in self.columns.iter_mut().zip(again.columns) {
            if matches!(column, RawColumn::Left) {
                *column = again;
            }
        }
        Ok(())
    }

    /// Types all columns, in parallel, each freed as soon as it is typed.
    pub(super) fn table(mut self, options: &ReadOptions, markers: &Markers) -> Result<Table, IoError> {
        let columns = std::mem::take(&mut self.columns);
        let typed: Vec<Typed> = columns
            .into_par_iter()
            .zip(&self.names)
            .map(|(column, name)| Ok(dated(column.typed(markers)?, name)))
            .collect::<Result<_, ArrowError>>()
            .map_err(|source| IoError::Arrow { name: "typing the columns".into(), source })?;
        for (name, typed) in self.names.iter().zip(&typed) {
            self.report.notes.extend(typed.notes.iter().map(|note| format!("column {name}: {note}")));
        }
        let (schema, batches) = batches(&self.names, &typed)?;
        let mut table = Table::new(schema, batches, options.roles.clone(), self.report)?;
        for (column, typed) in table.columns.iter_mut().zip(typed) {
            column.missing_by_marker = typed.missing;
            if let Some(note) = typed.notes.first() {
                column.reason = format!("{}; {note}", column.reason);
            }
        }
        Ok(table)
    }
}

impl RawColumn {
    /// Adds the rows of another file. Numbers and cells do not go together: what the numbers were as text may matter.
    fn append(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Arrays(chunks), Self::Arrays(others)) => chunks.extend(others),
            (Self::Numbers(numbers), Self::Numbers(others)) => numbers.extend(others),
            _ => *self = Self::Left,
        }
    }

    fn typed(self, markers: &Markers) -> Result<Typed, ArrowError> {
        match self {
            Self::Arrays(chunks) => type_column(chunks, markers),
            Self::Numbers(numbers) => Ok(type_numbers(numbers, markers)),
            Self::Left => type_column(Vec::new(), markers),
        }
    }
}

/// Numbers under a name that speaks of dates may be days.
fn dated(typed: Typed, name: &str) -> Typed {
    if speaks_of_dates(name) { serial_days(typed) } else { typed }
}

fn batches(names: &[String], typed: &[Typed]) -> Result<(Arc<Schema>, Vec<RecordBatch>), IoError> {
    let field = |(name, typed): (&String, &Typed)| {
        let data_type =
            typed.arrays.first().map_or(arrow::datatypes::DataType::Utf8, |array| array.data_type().clone());
        Field::new(name, data_type, true)
    };
    let schema = Arc::new(Schema::new(names.iter().zip(typed).map(field).collect::<Vec<_>>()));
    let n_chunks = typed.iter().map(|column| column.arrays.len()).max().unwrap_or(0);
    let batch = |chunk: usize| {
        RecordBatch::try_new(
            Arc::clone(&schema),
            typed.iter().map(|column| Arc::clone(&column.arrays[chunk])).collect(),
        )
    };
    let batches = (0..n_chunks).map(batch).collect::<Result<_, _>>();
    Ok((Arc::clone(&schema), batches.map_err(|source| IoError::Arrow { name: "the columns".into(), source })?))
}
