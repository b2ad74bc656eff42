//! Parquet and Arrow IPC: columns that have types already.

use std::io::Cursor;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchReader, UInt64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, StreamReader};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::{Context, Input, RawColumn, RawFile, header};
use crate::typing::{canonical, canonical_type};
use crate::{BATCH_ROWS, FileReport, Format, IoError};

/// Reads Parquet.
pub(super) fn parquet(mut input: Input, context: &mut Context<'_>) -> Result<RawFile, IoError> {
    let bytes = Bytes::from(input.take_all()?);
    let name = input.name().to_owned();
    let failed = |source: ParquetError| IoError::Parquet { name: name.clone(), source };
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(failed)?;
    let usable = usable(builder.schema());
    let mask = ProjectionMask::roots(builder.parquet_schema(), usable.kept.iter().copied());
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build().map_err(failed)?;
    collect(&input, Format::Parquet, usable, reader, context)
}

/// Reads an Arrow IPC file, or a stream.
pub(super) fn arrow_ipc(mut input: Input, context: &mut Context<'_>) -> Result<RawFile, IoError> {
    let is_file = input.head().starts_with(b"ARROW1");
    let bytes = Cursor::new(input.take_all()?);
    let name = input.name().to_owned();
    let failed = |source: ArrowError| IoError::Arrow { name: name.clone(), source };
    if is_file {
        let usable = usable(&FileReader::try_new(bytes.clone(), None).map_err(failed)?.schema());
        let reader = FileReader::try_new(bytes, Some(usable.kept.clone())).map_err(failed)?;
        return collect(&input, Format::ArrowIpc, usable, reader, context);
    }
    let usable = usable(&StreamReader::try_new(bytes.clone(), None).map_err(failed)?.schema());
    let reader = StreamReader::try_new(bytes, Some(usable.kept.clone())).map_err(failed)?;
    collect(&input, Format::ArrowIpc, usable, reader, context)
}

/// Which columns have a place in a table.
struct Usable {
    kept: Vec<usize>,
    names: Vec<String>,
    notes: Vec<String>,
}

fn usable(schema: &SchemaRef) -> Usable {
    let fields = || schema.fields().iter().enumerate();
    let (kept, left): (Vec<_>, Vec<_>) = fields().partition(|(_, field)| canonical_type(field.data_type()).is_some());
    let (names, mut notes) = header::names(kept.iter().map(|(_, field)| field.name().as_str()));
    notes.extend(
        left.iter().map(|(_, field)| {
            format!("column {}: left out, {} has no place in a table", field.name(), field.data_type())
        }),
    );
    Usable { kept: kept.iter().map(|(index, _)| *index).collect(), names, notes }
}

fn collect(
    input: &Input,
    format: Format,
    usable: Usable,
    reader: impl RecordBatchReader,
    context: &mut Context<'_>,
) -> Result<RawFile, IoError> {
    let failed = |source| IoError::Arrow { name: input.name().to_owned(), source };
    let mut columns: Vec<Vec<ArrayRef>> = vec![Vec::new(); usable.names.len()];
    let mut n_rows = 0;
    for batch in reader {
        input.observe(context.observer)?;
        let batch: RecordBatch = batch.map_err(failed)?;
        n_rows += batch.num_rows() as u64;
        for (chunks, array) in columns.iter_mut().zip(batch.columns()) {
            let array = typed(array).map_err(failed)?;
            context.budget.take(array.get_array_memory_size())?;
            chunks.push(array);
        }
    }
    let report = FileReport { n_rows, ..input.report(format) };
    Ok(RawFile {
        names: usable.names,
        columns: columns.into_iter().map(RawColumn::Arrays).collect(),
        notes: usable.notes,
        report,
    })
}

/// The canonical array; unsigned numbers beyond `i64` become text, as their digits in a CSV file would.
fn typed(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let beyond = |numbers: &UInt64Array| numbers.iter().flatten().any(|number| i64::try_from(number).is_err());
    match array.as_any().downcast_ref::<UInt64Array>() {
        Some(numbers) if beyond(numbers) => cast(array, &DataType::Utf8),
        _ => canonical(array),
    }
}
