//! The same table in every format gives the same segments.

use std::fs::{self, File};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use arrow::array::RecordBatch;
use arrow::csv::ReaderBuilder;
use arrow::csv::reader::Format;
use rust_xlsxwriter::Workbook;
use segctl_tests::{QUICK, Segctl, Table, bytes_of, sample};
use tempfile::tempdir;

/// The segments of the sample as it is.
fn expected() -> &'static [u8] {
    static SEGMENTS: OnceLock<Vec<u8>> = OnceLock::new();
    SEGMENTS.get_or_init(|| segments(&sample()))
}

fn segments(data: &Path) -> Vec<u8> {
    let out = tempdir().unwrap();
    Segctl::run(data, out.path()).args(QUICK).answer().done();
    bytes_of(out.path().join("segments.csv"))
}

/// Writes a file in a directory of its own and compares.
#[track_caller]
fn check(name: &str, write: impl FnOnce(&Path)) {
    let dir = tempdir().unwrap();
    let data = dir.path().join(name);
    write(&data);
    assert!(segments(&data) == expected(), "{name} gives other segments");
}

#[track_caller]
fn check_bytes(name: &str, bytes: &[u8]) {
    check(name, |path| fs::write(path, bytes).unwrap());
}

fn text() -> String {
    fs::read_to_string(sample()).unwrap()
}

/// The sample with typed columns.
fn batch() -> RecordBatch {
    let bytes = bytes_of(sample());
    let (schema, _) = Format::default().with_header(true).infer_schema(Cursor::new(&bytes), None).unwrap();
    let reader = ReaderBuilder::new(Arc::new(schema)).with_header(true).with_batch_size(1 << 20);
    reader.build(Cursor::new(bytes)).unwrap().next().unwrap().unwrap()
}

fn write_xlsx(path: &Path) {
    let table = Table::read(sample());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (j, name) in table.header.iter().enumerate() {
        sheet.write_string(0, j as u16, name).unwrap();
    }
    for (i, row) in table.rows.iter().enumerate() {
        for (j, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(i as u32 + 1, j as u16, number).unwrap(),
                Err(_) => sheet.write_string(i as u32 + 1, j as u16, cell).unwrap(),
            };
        }
    }
    book.save(path).unwrap();
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn delimiters_and_line_ends() {
    let table = Table::read(sample());
    for (name, delimiter) in [("a.csv", b';'), ("a.tsv", b'\t'), ("a.txt", b'|')] {
        check_bytes(name, &table.to_bytes(delimiter));
    }
    check_bytes("crlf.csv", text().replace('\n', "\r\n").as_bytes());
    check_bytes("no-final-newline.csv", text().trim_end().as_bytes());
    check_bytes("bom.csv", format!("\u{feff}{}", text()).as_bytes());
}

#[test]
fn compression_and_a_name_that_says_nothing() {
    check_bytes("a.csv.gz", &gzip(&text()));
    check_bytes("a.csv.zst", &zstd::encode_all(text().as_bytes(), 1).unwrap());
    check_bytes("a.data", &gzip(&text()));
}

#[test]
fn utf_16() {
    let units: Vec<u16> = format!("\u{feff}{}", text()).encode_utf16().collect();
    check_bytes("le.csv", &units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<_>>());
    check_bytes("be.csv", &units.iter().flat_map(|unit| unit.to_be_bytes()).collect::<Vec<_>>());
}

#[test]
fn parquet() {
    check("a.parquet", |path| {
        let batch = batch();
        let mut writer =
            parquet::arrow::ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    });
}

#[test]
fn arrow_ipc() {
    check("a.arrow", |path| {
        let batch = batch();
        let mut writer = arrow::ipc::writer::FileWriter::try_new(File::create(path).unwrap(), &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    });
}

#[test]
fn json_lines() {
    check("a.jsonl", |path| {
        let mut writer = arrow::json::LineDelimitedWriter::new(File::create(path).unwrap());
        writer.write(&batch()).unwrap();
        writer.finish().unwrap();
    });
}

#[test]
fn excel() {
    check("a.xlsx", write_xlsx);
}

#[test]
fn a_directory_and_a_pattern() {
    let halves = |dir: &Path| {
        fs::create_dir(dir).unwrap();
        let table = Table::read(sample());
        for (name, rows) in [("1.csv", &table.rows[..1000]), ("2.csv", &table.rows[1000..])] {
            Table { header: table.header.clone(), rows: rows.to_vec() }.write(dir.join(name));
        }
    };
    check("halves", halves);
    let dir = tempdir().unwrap();
    halves(&dir.path().join("halves"));
    let pattern: PathBuf = dir.path().join("halves/?.csv");
    assert!(segments(&pattern) == expected(), "a pattern gives other segments");
}

#[test]
fn standard_input() {
    let out = tempdir().unwrap();
    Segctl::run(Path::new("-"), out.path()).args(QUICK).stdin(bytes_of(sample())).answer().done();
    assert!(bytes_of(out.path().join("segments.csv")) == expected());
}
