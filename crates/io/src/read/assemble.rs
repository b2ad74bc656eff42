//! From files to one table.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use rayon::prelude::*;

use super::RawFile;
use crate::typing::{Markers, Typed, type_column};
use crate::{IoError, ReadOptions, ReadReport, Table};

/// Files read so far.
#[derive(Default)]
pub(super) struct Assembly {
    names: Vec<String>,
    columns: Vec<Vec<ArrayRef>>,
    report: ReadReport,
}

impl Assembly {
    /// Appends a file; its columns may come in another order.
    pub(super) fn add(&mut self, file: RawFile) -> Result<(), IoError> {
        if file.names.is_empty() {
            return Err(IoError::NoColumns { name: file.report.name });
        }
        if self.report.files.is_empty() {
            self.columns.resize_with(file.names.len(), Vec::new);
            self.names.clone_from(&file.names);
        }
        self.check_columns(&file)?;
        for (name, chunks) in file.names.iter().zip(file.columns) {
            let index = self.names.iter().position(|known| known == name).expect("the names were checked");
            self.columns[index].extend(chunks);
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
        let missing = without(&self.names, &file.names);
        let extra = without(&file.names, &self.names);
        if missing.is_empty() && extra.is_empty() {
            return Ok(());
        }
        let first = self.report.files[0].name.clone();
        Err(IoError::Columns { name: file.report.name.clone(), first, missing, extra })
    }

    /// Types all columns, in parallel, each freed as soon as it is typed.
    pub(super) fn table(mut self, options: &ReadOptions) -> Result<Table, IoError> {
        let markers = Markers::new(&options.missing);
        let columns = std::mem::take(&mut self.columns);
        let typed: Vec<Typed> = columns
            .into_par_iter()
            .map(|chunks| type_column(chunks, &markers))
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
