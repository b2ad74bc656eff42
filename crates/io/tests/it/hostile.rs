use std::ops::ControlFlow;

use segctl_io::{IoError, Kind, ReadOptions, Role, Source, read};
use segctl_numeric::observe::{Event, Observer, Silent};

use crate::support::{Files, cells, read_bytes, read_file, read_with};

#[test]
fn line_ends_and_blank_lines_of_all_kinds() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["", "A,B", "1,x", "", "  ", "2,\"y\nz\"", "", "3,w"].join(end);
        let table = read_bytes(&text).unwrap();
        assert_eq!(cells(&table, "A"), ["1", "2", "3"], "{end:?}");
        assert_eq!(cells(&table, "B"), ["x", "y\nz", "w"], "{end:?}");
        assert_eq!(table.report.files[0].n_blank_lines, 4, "{end:?}");
    }
}

#[test]
fn ragged_rows_are_located() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["A,B", "1,2", "", "3", "\"4\n4\",5", "5,6,7", "1,2"].join(end);
        let error = read_bytes(&text).unwrap_err();
        let IoError::Ragged { expected: 2, header_line: 1, n_ragged: 2, n_rows: 5, rows, .. } = &error else {
            panic!("{error:?}")
        };
        assert_eq!(rows[..], [(4, 1), (7, 3)], "{end:?}");
        assert!(error.hint().is_some());
    }
    let many: String = std::iter::once("A,B\n".to_owned()).chain((0..9).map(|_| "1,2\n1\n".to_owned())).collect();
    assert!(matches!(read_bytes(many), Err(IoError::Ragged { n_ragged: 9, rows, .. }) if rows.len() == 5));
}

#[test]
fn an_unclosed_quote_is_located() {
    let error = read_bytes("A,B\n1,x\n2,\"y\n3,z\n4,w\n").unwrap_err();
    assert!(matches!(error, IoError::UnclosedQuote { line: 3, .. }), "{error:?}");
    assert_eq!(read_bytes("A,B\n1,5\" pipe\n").unwrap().n_rows(), 1, "a quote inside a cell is text");
    assert_eq!(cells(&read_bytes("A,B\n1,\"a \"\"b\"\"\"").unwrap(), "B"), ["a \"b\""]);
}

#[test]
fn small_files() {
    assert!(matches!(read_bytes(""), Err(IoError::Empty { .. })));
    assert!(matches!(read_bytes("\n \n"), Err(IoError::Empty { .. })));
    let header_only = read_bytes("A,B\n").unwrap();
    assert_eq!((header_only.n_rows(), header_only.columns.len()), (0, 2));
    assert!(header_only.columns.iter().all(|column| column.role == Role::Empty));
    let one_row = read_bytes("A,B\n1,x").unwrap();
    assert_eq!((one_row.n_rows(), cells(&one_row, "B")), (1, vec!["x".to_owned()]));
    let one_column = read_bytes("A\n1\n\"\"\n3\n").unwrap();
    assert_eq!(cells(&one_column, "A"), ["1", "_", "3"]);
}

#[test]
fn a_header_may_be_missing_or_odd() {
    let table = read_bytes("1,2\n3,4\n").unwrap();
    assert_eq!(cells(&table, "column_1"), ["1", "3"]);
    let files = Files::new();
    let path = files.put("x", "1,2\n3,4\n");
    let table = read_with(&path, &ReadOptions { has_header: Some(true), ..ReadOptions::default() }).unwrap();
    assert_eq!(cells(&table, "2"), ["4"]);
    let table = read_bytes("A,A,,#VALUE!, B \n1,2,3,4,5\n").unwrap();
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["A", "A_2", "column_3", "#VALUE!", "B"]);
    assert_eq!(table.report.notes.len(), 3);
}

#[test]
fn a_huge_cell_is_a_cell() {
    let text = format!("A,B\n1,\"{}\"\n2,x\n", "y\n".repeat(2_000_000));
    let table = read_bytes(&text).unwrap();
    assert_eq!(cells(&table, "B")[0].len(), 3_999_999, "blanks at the end go");
    assert_eq!(cells(&table, "A"), ["1", "2"]);
}

#[test]
fn files_that_are_no_tables_say_what_they_are() {
    for (bytes, what) in [(b"%PDF-1.7\n".as_slice(), "PDF"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"<html>", "HTML")] {
        let error = read_bytes(bytes).unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
    assert!(matches!(read_bytes(b"PAR1 but not really"), Err(IoError::Parquet { .. })));
    assert!(matches!(read_bytes(b"ARROW1 but not really"), Err(IoError::Arrow { .. })));
    assert!(matches!(read_bytes(b"PK\x03\x04 xl/ but not really"), Err(IoError::Workbook { .. })));
}

/// Numbers, more than are read at a time, with other cells behind them.
fn late(last: &str) -> String {
    let rows: String = (0..400_000).map(|i| format!("C{i},1.50,{}\n", i % 7)).collect();
    format!("ID,X,K\n{rows}{last}\n")
}

#[test]
fn what_comes_late_changes_the_type_of_all_that_came_before() {
    for n in [1, 2] {
        let table = segctl_numeric::par::with_threads(n, || read_bytes(late("Z,n.n.,1e3"))).unwrap();
        assert_eq!(table.n_rows(), 400_001);
        let x = cells(&table, "X");
        assert_eq!((x[0].as_str(), x[399_999].as_str(), x[400_000].as_str()), ("1.50", "1.50", "n.n."));
        assert_eq!(table.column("X").unwrap().kind, Kind::Text);
        assert!(table.report.notes.iter().any(|note| note.contains("row 400001 holds")), "{:?}", table.report.notes);
        assert_eq!(table.column("K").unwrap().kind, Kind::Integer);
        assert_eq!(cells(&table, "K")[400_000], "1000");
    }
}

#[test]
fn what_is_read_twice_counts_twice_against_the_limit() {
    let files = Files::new();
    let path = files.put("late.csv", late("Z,n.n.,1"));
    let read = |limit: u64| read_with(&path, &ReadOptions { memory_limit: Some(limit), ..ReadOptions::default() });
    // The first time takes less than 12 MB, and so does what is read again.
    assert!(matches!(read(12_000_000), Err(IoError::MemoryLimit { .. })));
    assert_eq!(read(40_000_000).unwrap().n_rows(), 400_001);
}

#[test]
fn numbers_of_one_file_are_text_beside_those_of_another() {
    let files = Files::new();
    let one = files.put("one.csv", "A,B\n1.50,1\n007,2\n");
    let two = files.put("two.csv", "B,A\n2.5,2.50\n,x\n");
    let three = files.put("three.csv", "A,B\n3.50,inf\n");
    for paths in [vec![one.clone(), two.clone(), three.clone()], vec![three, two, one]] {
        let table = read(&Source::Files(paths), &ReadOptions::default(), &Silent).unwrap();
        let mut found = cells(&table, "A");
        found.sort();
        assert_eq!(found, ["007", "1.50", "2.50", "3.50", "x"]);
        let b = table.column("B").unwrap();
        assert_eq!((b.kind, b.n_missing), (Kind::Float, 2));
        assert_eq!(b.missing_by_marker, [(String::new(), 1), ("inf".to_owned(), 1)]);
    }
}

#[test]
fn blanks_that_align_columns_separate_them() {
    let table = read_bytes(" 4  1 19970101  2   29.33\n 21 12 19970118  2   29.73\n").unwrap();
    assert_eq!((table.n_rows(), table.columns.len()), (2, 5));
}

#[test]
fn the_memory_limit_is_kept() {
    let files = Files::new();
    let path = files.put("x.csv", "A,B\n".to_owned() + &"1234567890,abcdefghij\n".repeat(10_000));
    let error = read_with(&path, &ReadOptions { memory_limit: Some(100_000), ..ReadOptions::default() }).unwrap_err();
    assert!(matches!(error, IoError::MemoryLimit { needed, limit: 100_000 } if needed > 100_000), "{error:?}");
}

#[test]
fn reading_can_be_cancelled() {
    struct Stop;
    impl Observer for Stop {
        fn event(&self, _: Event<'_>) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    let files = Files::new();
    let source = Source::Files(vec![files.put("x.csv", "A\n1\n")]);
    assert!(matches!(read(&source, &ReadOptions::default(), &Stop), Err(IoError::Cancelled)));
    assert!(read(&source, &ReadOptions::default(), &Silent).is_ok());
}

#[test]
fn threads_do_not_matter() {
    let rows: String = (0..70_000).map(|i| format!("C{i},{}.5,{}\n", i * 7 % 1000, i % 3)).collect();
    let files = Files::new();
    let path = files.put("x.csv", "ID,X,K\n".to_owned() + &rows);
    let [one, two, three] = [1, 2, 3].map(|n| segctl_numeric::par::with_threads(n, || read_file(&path).unwrap()));
    for other in [two, three] {
        assert_eq!((&one.batches, &one.columns, &one.report), (&other.batches, &other.columns, &other.report));
    }
}
