use std::borrow::Borrow;
use std::io::{self, Write};
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::ipc::writer::FileWriter;
use arrow::json::LineDelimitedWriter;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};

use super::write_atomically;
use crate::IoError;

/// A format to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OutputFormat {
    /// Comma, header, line feeds; missing values are empty cells.
    Csv,
    /// Parquet, compressed with Zstandard.
    Parquet,
    /// An Arrow IPC file (Feather version 2).
    ArrowIpc,
    /// One JSON object per line; missing values are null.
    JsonLines,
}

impl OutputFormat {
    /// The format that the extension of a path stands for.
    ///
    /// ```
    /// use segctl_io::OutputFormat;
    /// assert_eq!(OutputFormat::from_path("a/b.PARQUET".as_ref()), Some(OutputFormat::Parquet));
    /// assert_eq!(OutputFormat::from_path("b".as_ref()), None);
    /// ```
    pub fn from_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "parquet" | "pq" => Some(Self::Parquet),
            "arrow" | "feather" | "ipc" => Some(Self::ArrowIpc),
            "jsonl" | "ndjson" | "json" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// Writes batches to a file, whole or not at all.
///
/// The bytes depend on the batches alone: no times, no versions of this program.
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{ArrayRef, Int64Array, RecordBatch};
/// use segctl_io::{OutputFormat, write_batches};
///
/// let segment: ArrayRef = Arc::new(Int64Array::from(vec![Some(0), None]));
/// let batch = RecordBatch::try_from_iter([("id", segment)]).unwrap();
/// let path = std::env::temp_dir().join("segctl-doc-batches.csv");
/// write_batches(&path, OutputFormat::Csv, &batch.schema(), [&batch])?;
/// assert_eq!(std::fs::read_to_string(&path).unwrap(), "id\n0\n\"\"\n");
/// # Ok::<(), segctl_io::IoError>(())
/// ```
///
/// # Errors
/// [`IoError::Write`], for a full disk and for batches that do not have the schema alike.
pub fn write_batches<B: Borrow<RecordBatch>>(
    path: &Path,
    format: OutputFormat,
    schema: &SchemaRef,
    batches: impl IntoIterator<Item = B>,
) -> Result<(), IoError> {
    let batches = batches.into_iter();
    write_atomically(path, |file| match format {
        OutputFormat::Csv => csv(file, schema, batches).map_err(from_arrow),
        OutputFormat::Parquet => parquet(file, schema, batches).map_err(from_parquet),
        OutputFormat::ArrowIpc => arrow_ipc(file, schema, batches).map_err(from_arrow),
        OutputFormat::JsonLines => json_lines(file, batches).map_err(from_arrow),
    })
}

type Sink<'a> = &'a mut dyn Write;

fn csv<B: Borrow<RecordBatch>>(
    file: Sink<'_>,
    schema: &SchemaRef,
    batches: impl Iterator<Item = B>,
) -> Result<(), ArrowError> {
    let mut writer = WriterBuilder::new().with_header(true).build(file);
    // An empty batch first, so that a table without rows still has its header.
    writer.write(&RecordBatch::new_empty(schema.clone()))?;
    for batch in batches {
        writer.write(batch.borrow())?;
    }
    Ok(())
}

fn parquet<B: Borrow<RecordBatch>>(
    file: Sink<'_>,
    schema: &SchemaRef,
    batches: impl Iterator<Item = B>,
) -> Result<(), ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("segctl".to_owned())
        .build();
    let mut writer = ArrowWriter::try_new(SendSink::default(), schema.clone(), Some(properties))?;
    for batch in batches {
        writer.write(batch.borrow())?;
        writer.inner_mut().drain_into(file)?;
    }
    writer.finish()?;
    writer.inner_mut().drain_into(file)?;
    Ok(())
}

/// Holds what the Parquet writer, which wants a sink it may send to another thread, has finished.
#[derive(Default)]
struct SendSink(Vec<u8>);

impl SendSink {
    fn drain_into(&mut self, file: Sink<'_>) -> io::Result<()> {
        file.write_all(&self.0)?;
        self.0.clear();
        Ok(())
    }
}

impl Write for SendSink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn arrow_ipc<B: Borrow<RecordBatch>>(
    file: Sink<'_>,
    schema: &SchemaRef,
    batches: impl Iterator<Item = B>,
) -> Result<(), ArrowError> {
    let mut writer = FileWriter::try_new(file, schema)?;
    for batch in batches {
        writer.write(batch.borrow())?;
    }
    writer.finish()
}

fn json_lines<B: Borrow<RecordBatch>>(file: Sink<'_>, batches: impl Iterator<Item = B>) -> Result<(), ArrowError> {
    let explicit_nulls = arrow::json::writer::WriterBuilder::new().with_explicit_nulls(true);
    let mut writer: LineDelimitedWriter<_> = explicit_nulls.build(file);
    for batch in batches {
        writer.write(batch.borrow())?;
    }
    writer.finish()
}

/// The operating system's error where there is one inside.
fn from_arrow(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, source) => source,
        ArrowError::ExternalError(source) => io::Error::other(source),
        other => io::Error::other(other),
    }
}

fn from_parquet(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => match source.downcast::<io::Error>() {
            Ok(source) => *source,
            Err(source) => io::Error::other(source),
        },
        other => io::Error::other(other),
    }
}
