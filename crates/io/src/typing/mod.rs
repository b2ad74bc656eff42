//! From cells to typed columns, by reading whole columns.

mod attempt;
mod canonical;
mod cell;
mod chunk;
mod compact;
mod date;
mod decorated;
mod markers;
mod number;
mod numbers;
mod serial;
mod short;
mod text;
mod truths;

use arrow::array::{Array, ArrayRef, StringArray};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use attempt::Parsed;
pub(crate) use canonical::{Finite, canonical, canonical_type};
pub(crate) use cell::Cell;
pub(crate) use chunk::CellChunk;
pub(crate) use markers::Markers;
pub(crate) use numbers::{Misfit, NumberRun, Numbers};
pub(crate) use serial::serial_days;

/// A typed column, one array per chunk of cells, and how it came about.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) arrays: Vec<ArrayRef>,
    /// Marker and count; the empty text for empty cells and NULLs.
    pub(crate) missing: Vec<(String, u64)>,
    /// What was decided or repaired, to follow the column's name.
    pub(crate) notes: Vec<String>,
}

/// Types one column given in chunks of canonical types.
///
/// Text goes through the typing of cells, whatever format it comes from; chunks of different types
/// (several files) become numbers if all are, or cells again.
pub(crate) fn type_column(chunks: Vec<ArrayRef>, markers: &Markers) -> Result<Typed, ArrowError> {
    let typed = match common_type(&chunks) {
        DataType::Utf8 => type_cells(&as_cells(&chunks)?, markers),
        common => canonical::settle(chunks, &common)?,
    };
    Ok(compact::days(typed))
}

fn common_type(chunks: &[ArrayRef]) -> DataType {
    let mut types: Vec<&DataType> = Vec::new();
    for chunk in chunks.iter().filter(|chunk| chunk.null_count() < chunk.len()) {
        if !types.contains(&chunk.data_type()) {
            types.push(chunk.data_type());
        }
    }
    match types[..] {
        [only] => only.clone(),
        [DataType::Int64, DataType::Float64] | [DataType::Float64, DataType::Int64] => DataType::Float64,
        _ => DataType::Utf8,
    }
}

fn as_cells(chunks: &[ArrayRef]) -> Result<Vec<StringArray>, ArrowError> {
    let text =
        |chunk: &ArrayRef| arrow::compute::cast(chunk, &DataType::Utf8).map(|text| StringArray::from(text.to_data()));
    chunks.iter().map(text).collect()
}

/// A column of cells that turned out to be plain numbers, which may be days.
pub(crate) fn type_numbers(numbers: Numbers, markers: &Markers) -> Typed {
    compact::days(numbers.finish(markers))
}

/// Types a column of cells: the first that fits every cell of numbers, truth values, numbers with separators and signs,
/// dates; otherwise text.
fn type_cells(cells: &[StringArray], markers: &Markers) -> Typed {
    if let Ok(numbers) = plain_numbers(cells, markers) {
        return numbers.finish(markers);
    }
    let parsed = truths::truths(cells, markers)
        .or_else(|| decorated::numbers(cells, markers))
        .or_else(|| date::dates(cells, markers));
    match parsed {
        Some(Parsed { arrays, missing, notes }) => Typed { arrays, missing: missing.named(markers), notes },
        None => text::text(cells, markers),
    }
}

fn plain_numbers(cells: &[StringArray], markers: &Markers) -> Result<Numbers, Misfit> {
    let mut numbers = Numbers::new(markers);
    for chunk in cells {
        let cells = chunk.iter().map(|cell| Cell::from(cell.unwrap_or_default()));
        numbers.append_chunk(NumberRun::of(cells, chunk.len(), markers)?);
    }
    Ok(numbers)
}

/// Whether a trimmed cell is a plain number.
pub(crate) fn is_number(cell: &str) -> bool {
    number::parse_number(cell).is_some()
}

/// The cell without blanks around it; the empty text for NULL.
fn trimmed(cells: &StringArray, row: usize) -> &str {
    if cells.is_null(row) { "" } else { plain(cells.value(row)) }
}

/// The cell without blanks around it.
fn plain(cell: &str) -> &str {
    match cell.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => cell,
        [only] if only.is_ascii_graphic() => cell,
        _ => cell.trim(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{MISSING_MARKERS, ReadOptions};

    fn typed(cells: &[&str]) -> Typed {
        let markers = Markers::new(&ReadOptions::default().missing);
        type_column(vec![Arc::new(StringArray::from(cells.to_vec()))], &markers).unwrap()
    }

    /// The type, and the values as text with `_` for NULL.
    fn check(cells: &[&str], expected: &str) {
        let array = &typed(cells).arrays[0];
        let text = arrow::compute::cast(array, &DataType::Utf8).unwrap();
        let text = StringArray::from(text.to_data());
        let values: Vec<&str> = text.iter().map(|value| value.unwrap_or("_")).collect();
        assert_eq!(format!("{}: {}", array.data_type(), values.join(" ")), expected, "{cells:?}");
    }

    #[test]
    fn every_kind_of_cell() {
        check(&["1", "+2", "-3", " 4 ", ""], "Int64: 1 2 -3 4 _");
        check(&["1.5", "NA", "1e+05", ".5", "-0"], "Float64: 1.5 _ 100000.0 0.5 0.0");
        check(&["1.0", "2", "1e2"], "Int64: 1 2 100");
        check(&["0001", "0002"], "Utf8: 0001 0002");
        check(&["0", "0.25", "-0.5"], "Float64: 0.0 0.25 -0.5");
        check(&["12345678901234567890"], "Utf8: 12345678901234567890");
        check(&["9007199254740993"], "Int64: 9007199254740993");
        check(&["true", "FALSE", "?"], "Boolean: true false _");
        check(&["Yes", " No", "n/a"], "Utf8: Yes No _");
        check(&["1.5", "inf", "-Infinity", "nan"], "Float64: 1.5 _ _ _");
        check(&["", "  ", "#DIV/0!"], "Utf8: _ _ _");
        check(&["1_000"], "Utf8: 1_000");
        check(&["0x10"], "Utf8: 0x10");
        check(&["1e400"], "Utf8: 1e400");
    }

    #[test]
    fn numbers_with_separators_and_signs() {
        check(&["1,234.50", "12", "-1,000,000"], "Float64: 1234.5 12.0 -1000000.0");
        check(&["1.234,50", "0,5"], "Float64: 1234.5 0.5");
        check(&["40,900749", "0", "1000"], "Float64: 40.900749 0.0 1000.0");
        check(&["1 234", "5"], "Int64: 1234 5");
        check(&["1\u{a0}234,5", "5"], "Float64: 1234.5 5.0");
        check(&["$1,000", "-$5", "NA"], "Int64: 1000 -5 _");
        check(&["5 €", "7,25 €"], "Float64: 5.0 7.25");
        check(&["12%", "7.5%"], "Float64: 12.0 7.5");
        check(&["$5", "£5"], "Utf8: $5 £5");
        check(&["$5", "5"], "Utf8: $5 5");
        check(&["1,23,4"], "Utf8: 1,23,4");
        check(&["1,234,5"], "Utf8: 1,234,5");
        check(&["$"], "Utf8: $");
        check(&["12-34"], "Utf8: 12-34");
    }

    #[test]
    fn dates_of_all_orders() {
        check(&["2012-09-04", ""], "Date32: 2012-09-04 _");
        check(&["2012/9/4"], "Date32: 2012-09-04");
        check(&["04-09-2012", "21-08-2013"], "Date32: 2012-09-04 2013-08-21");
        check(&["04/09/2012", "08/21/2013"], "Date32: 2012-04-09 2013-08-21");
        check(&["4.9.2012"], "Date32: 2012-09-04");
        check(&["2010-12-01 08:26:00"], "Timestamp(µs): 2010-12-01T08:26:00");
        check(&["12/1/2010 8:26", "12/13/2010 9:00"], "Timestamp(µs): 2010-12-01T08:26:00 2010-12-13T09:00:00");
        check(
            &["2010-12-01T08:26:00.5Z", "2010-12-01T08:26:00+02:00"],
            "Timestamp(µs): 2010-12-01T08:26:00.500 2010-12-01T06:26:00",
        );
        check(&["2012-09-04 00:00:00"], "Date32: 2012-09-04");
        check(&["2012-02-30"], "Utf8: 2012-02-30");
        check(&["2012-09/04"], "Utf8: 2012-09/04");
        check(&["1957"], "Int64: 1957");
        check(&["19970101", "", "20240229"], "Date32: 1997-01-01 _ 2024-02-29");
        check(&["19970101", "20230229"], "Int64: 19970101 20230229");
        check(&["18991231"], "Int64: 18991231");
        check(&["", ""], "Utf8: _ _");
    }

    #[test]
    fn missing_values_are_counted_by_marker() {
        let counted = typed(&["1.5", "", " ", "NA", "na", "#DIV/0!", "inf"]).missing;
        assert_eq!(counted, [("".into(), 2), ("NA".into(), 2), ("#DIV/0!".into(), 1), ("inf".into(), 1)]);
        assert_eq!(MISSING_MARKERS.len(), 12);
    }

    #[test]
    fn what_was_decided_is_said() {
        assert!(typed(&["01/02/2012"]).notes[0].contains("day first"));
        assert!(typed(&["$1,000"]).notes[0].contains('$'));
        let mut cells = vec!["1.5"; 99];
        cells.push("abc");
        assert_eq!(typed(&cells).notes, ["kept as text: 1 of 100 cells is no number, row 100 holds \"abc\""]);
    }

    #[test]
    fn chunks_of_several_types_find_a_common_one() {
        use arrow::array::{Float64Array, Int64Array};
        let markers = Markers::new(&[]);
        let integers: ArrayRef = Arc::new(Int64Array::from(vec![1]));
        let floats: ArrayRef = Arc::new(Float64Array::from(vec![0.5, f64::NAN]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["7"]));
        let both = type_column(vec![Arc::clone(&integers), Arc::clone(&floats)], &markers).unwrap();
        assert!(both.arrays.iter().all(|array| array.data_type() == &DataType::Float64));
        assert_eq!(both.missing, [("NaN".into(), 1)]);
        let mixed = type_column(vec![integers, texts], &markers).unwrap();
        assert!(mixed.arrays.iter().all(|array| array.data_type() == &DataType::Int64));
    }
}
