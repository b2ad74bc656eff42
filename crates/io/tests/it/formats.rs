use std::path::Path;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Float64Type, Int64Type};
use segctl_io::{IoError, Kind, OutputFormat, ReadOptions, Source, Table, read, write_batches};
use segctl_numeric::observe::Silent;

use crate::support::{Files, assert_same, cells, read_bytes, read_file, read_with};

const CSV: &str = "\
CUST_ID,BALANCE,LIMIT,STATUS,SINCE,ACTIVE,NOTHING,LAST
C10001,40.900749,1000,gold,2012-09-04,true,,2010-12-01 08:26:00
C10002,,7000,silver,2013-01-31,false,,2010-12-01 08:28:00
C10003,-2495.5,1e+05,gold,,true,,
C10004,0.1,0,gold,1999-12-31,false,,2011-01-01 00:00:00
";

fn original(files: &Files) -> Table {
    read_file(&files.put("original.csv", CSV)).unwrap()
}

fn semicolons() -> String {
    CSV.lines().map(|line| line.replace(',', ";").replace('.', ",") + "\r\n").collect()
}

fn workbook(table: &Table, path: &Path) {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().set_name("empty").unwrap();
    let sheet = workbook.add_worksheet().set_name("customers").unwrap();
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    for (column, info) in table.columns.iter().enumerate() {
        let column = u16::try_from(column).unwrap();
        sheet.write(0, column, info.name.as_str()).unwrap();
        let array = &table.arrays(&info.name).unwrap()[0];
        let texts = cells(table, &info.name);
        for row in (0..array.len()).filter(|&row| array.is_valid(row)) {
            let line = u32::try_from(row + 1).unwrap();
            match info.kind {
                Kind::Integer => sheet.write(line, column, array.as_primitive::<Int64Type>().value(row) as f64),
                Kind::Float => sheet.write(line, column, array.as_primitive::<Float64Type>().value(row)),
                Kind::Boolean => sheet.write(line, column, array.as_boolean().value(row)),
                Kind::Date | Kind::Timestamp => {
                    let moment = rust_xlsxwriter::ExcelDateTime::parse_from_str(&texts[row]).unwrap();
                    sheet.write_datetime_with_format(line, column, &moment, &day)
                }
                Kind::Text => sheet.write(line, column, texts[row].as_str()),
            }
            .unwrap();
        }
    }
    workbook.save(path).unwrap();
}

#[test]
fn the_same_data_give_the_same_table_in_every_format() {
    let files = Files::new();
    let original = original(&files);
    let kinds: Vec<Kind> = original.columns.iter().map(|column| column.kind).collect();
    use Kind::{Boolean, Date, Float, Integer, Text, Timestamp};
    assert_eq!(kinds, [Text, Float, Integer, Text, Date, Boolean, Text, Timestamp]);

    let semicolons = read_file(&files.put("semicolons", semicolons())).unwrap();
    assert_same(&semicolons, &original, "semicolons");
    for (format, name) in [
        (OutputFormat::Csv, "a.csv"),
        (OutputFormat::Parquet, "b"),
        (OutputFormat::ArrowIpc, "c"),
        (OutputFormat::JsonLines, "d"),
    ] {
        let path = files.path(name);
        write_batches(&path, format, &original.schema, &original.batches).unwrap();
        assert_same(&read_file(&path).unwrap(), &original, name);
    }
    workbook(&original, &files.path("e.xlsx"));
    let sheet = read_file(&files.path("e.xlsx")).unwrap();
    assert_same(&sheet, &original, "workbook");
    assert!(
        sheet.report.notes.iter().any(|note| note.contains("sheet customers was read")),
        "{:?}",
        sheet.report.notes
    );
}

#[test]
fn a_sheet_is_chosen_by_name() {
    let files = Files::new();
    workbook(&original(&files), &files.path("e.xlsx"));
    let options = |sheet: &str| ReadOptions { sheet: Some(sheet.into()), ..ReadOptions::default() };
    assert_eq!(read_with(&files.path("e.xlsx"), &options("customers")).unwrap().n_rows(), 4);
    let error = read_with(&files.path("e.xlsx"), &options("custmers")).unwrap_err();
    assert!(matches!(&error, IoError::NoSheet { sheets, .. } if sheets.len() == 2), "{error}");
}

#[test]
fn compression_is_recognised_and_damage_is_named() {
    let files = Files::new();
    let original = original(&files);
    let gzip = {
        use std::io::Write;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(CSV.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let zstd = zstd::encode_all(CSV.as_bytes(), 3).unwrap();
    for (name, bytes) in [("gzip", gzip), ("zstd", zstd)] {
        let table = read_file(&files.put(name, &bytes)).unwrap();
        assert_same(&table, &original, name);
        assert_eq!(table.report.files[0].compression, Some(name));
        assert_eq!(table.report.files[0].n_bytes, bytes.len() as u64);
        let error = read_file(&files.put("cut", &bytes[..bytes.len() - 20])).unwrap_err();
        assert!(matches!(error, IoError::Compressed { .. }), "{name}: {error}");
    }
}

#[test]
fn the_digest_is_that_of_the_bytes_stored() {
    let table = read_bytes("A\nx\n").unwrap();
    // printf 'A\nx\n' | sha256sum
    assert_eq!(table.report.files[0].sha256.len(), 64);
    assert_eq!(table.report.files[0].n_bytes, 4);
    assert_ne!(table.report.files[0].sha256, read_bytes("A\ny\n").unwrap().report.files[0].sha256);
}

#[test]
fn files_of_a_directory_are_one_table() {
    let files = Files::new();
    files.put("1.csv", "A,B\n1,x\n");
    files.put("2.csv", "B;A\ny;2,5\n");
    let source = Source::parse(&files.path("").display().to_string()).unwrap();
    let table = read(&source, &ReadOptions::default(), &Silent).unwrap();
    // As a whole, the column holds 1 and 2,5.
    assert_eq!(cells(&table, "A"), ["1.0", "2.5"]);
    assert_eq!(cells(&table, "B"), ["x", "y"]);
    files.put("3.csv", "A,C\n1,x\n");
    let error = read(&Source::parse(&files.path("").display().to_string()).unwrap(), &ReadOptions::default(), &Silent)
        .unwrap_err();
    assert!(
        matches!(&error, IoError::Columns { missing, extra, .. } if missing == &["B"] && extra == &["C"]),
        "{error}"
    );
    assert!(error.to_string().contains("3.csv"));
}

#[test]
fn json_objects_come_one_per_line_or_in_an_array() {
    let lines = read_bytes("{\"A\": 1, \"B\": \"x\"}\n\n{\"B\": null, \"A\": 2.5, \"C\": true}\n").unwrap();
    let array = read_bytes("[{\"A\": 1, \"B\": \"x\"},\n{\"B\": null, \"A\": 2.5, \"C\": true}]").unwrap();
    assert_same(&lines, &array, "array");
    assert_eq!(
        [cells(&lines, "A"), cells(&lines, "B"), cells(&lines, "C")].concat(),
        ["1.0", "2.5", "x", "_", "_", "true"]
    );
    assert_eq!(lines.report.files[0].n_blank_lines, 1);
    let nested = read_bytes("{\"A\": 1, \"L\": [1, 2]}\n{\"A\": 2, \"L\": null}\n").unwrap();
    assert_eq!(nested.columns.len(), 1);
    assert!(nested.report.notes[0].contains("column L: left out"));
    let error = read_bytes("{\"A\": 1}\n{\"A\": }\n").unwrap_err();
    assert!(matches!(error, IoError::Json { line: 2, .. }), "{error}");
}

#[test]
fn nested_columns_of_parquet_are_left_out_with_a_note() {
    use arrow::array::{ArrayRef, Int32Array, ListArray, RecordBatch};
    use arrow::datatypes::Int32Type;
    let list: ArrayRef = std::sync::Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]));
    let plain: ArrayRef = std::sync::Arc::new(Int32Array::from(vec![7]));
    let batch = RecordBatch::try_from_iter([("L", list), ("A", plain)]).unwrap();
    let files = Files::new();
    for format in [OutputFormat::Parquet, OutputFormat::ArrowIpc] {
        write_batches(&files.path("nested"), format, &batch.schema(), [&batch]).unwrap();
        let table = read_file(&files.path("nested")).unwrap();
        assert_eq!((table.columns.len(), cells(&table, "A")), (1, vec!["7".to_owned()]));
        assert!(table.report.notes[0].contains("column L: left out"), "{:?}", table.report.notes);
    }
}

#[test]
fn types_of_other_tools_are_brought_to_ours() {
    use arrow::array::{
        ArrayRef, Decimal128Array, DictionaryArray, Float32Array, RecordBatch, TimestampNanosecondArray, UInt64Array,
    };
    use arrow::datatypes::Int32Type;
    use std::sync::Arc;
    let words: DictionaryArray<Int32Type> = vec!["a", "b"].into_iter().collect();
    let batch = RecordBatch::try_from_iter([
        (
            "decimal",
            Arc::new(Decimal128Array::from(vec![1234, 5]).with_precision_and_scale(10, 2).unwrap()) as ArrayRef,
        ),
        ("words", Arc::new(words)),
        ("half", Arc::new(Float32Array::from(vec![0.5, f32::NAN]))),
        ("time", Arc::new(TimestampNanosecondArray::from(vec![0, 86_400_000_000_000]).with_timezone("+02:00"))),
        ("big", Arc::new(UInt64Array::from(vec![u64::MAX, 1]))),
    ])
    .unwrap();
    let files = Files::new();
    write_batches(&files.path("t"), OutputFormat::Parquet, &batch.schema(), [&batch]).unwrap();
    let table = read_file(&files.path("t")).unwrap();
    let found: Vec<String> = table.columns.iter().map(|column| cells(&table, &column.name).join(" ")).collect();
    assert_eq!(found, ["12.34 0.05", "a b", "0.5 _", "1970-01-01 1970-01-02", "18446744073709551615 1"]);
    assert_eq!(table.column("half").unwrap().missing_by_marker, [("NaN".to_owned(), 1)]);
}

#[test]
fn files_written_twice_have_the_same_bytes() {
    let files = Files::new();
    let original = original(&files);
    for format in [OutputFormat::Csv, OutputFormat::Parquet, OutputFormat::ArrowIpc, OutputFormat::JsonLines] {
        let [a, b] = ["a", "b"].map(|name| {
            write_batches(&files.path(name), format, &original.schema, &original.batches).unwrap();
            std::fs::read(files.path(name)).unwrap()
        });
        assert_eq!(a, b, "{format:?}");
    }
}

#[test]
fn days_of_spreadsheets_are_days_where_the_name_says_so() {
    let table =
        read_bytes("ID,OrderDate,PaidDate,DAYS,Date\na,40518,40518.3513888889,40518,3\nb,,40519.5,40519,40518\n");
    let table = table.unwrap();
    let found = |name: &str| (table.column(name).unwrap().kind, cells(&table, name));
    let texts = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
    assert_eq!(found("OrderDate"), (Kind::Date, texts(["2010-12-06", "_"])));
    assert_eq!(found("PaidDate"), (Kind::Timestamp, texts(["2010-12-06T08:26:00", "2010-12-07T12:00:00"])));
    assert_eq!(found("DAYS").0, Kind::Integer);
    assert_eq!(found("Date").0, Kind::Integer, "3 is no day of a customer");
    let notes = &table.report.notes;
    assert_eq!(notes[0], "column OrderDate: numbers read as days of a spreadsheet");
}
