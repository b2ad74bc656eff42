//! Sheets of workbooks.

use std::io::Cursor;

use calamine::{Data, ExcelDateTime, Range, Reader, Sheets, open_workbook_auto_from_rs};

use super::cells::CellColumns;
use super::{Context, Input, RawColumn, RawFile, header};
use crate::{FileReport, Format, IoError};

/// Reads the sheet asked for, or the first that holds a cell. Values become the cells that
/// the sheet would have as a CSV file with all digits.
pub(super) fn read(mut input: Input, context: &mut Context<'_>) -> Result<RawFile, IoError> {
    let bytes = input.take_all()?;
    input.observe(context.observer)?;
    let failed = |source| IoError::Workbook { name: input.name().to_owned(), source: Box::new(source) };
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes.as_slice())).map_err(failed)?;
    let (sheet, range, mut notes) = sheet(&mut workbook, context.options.sheet.as_deref(), input.name())?;
    let rows: Vec<&[Data]> = range.rows().filter(|row| row.iter().any(|cell| *cell != Data::Empty)).collect();
    let first: Vec<String> = rows.first().map_or_else(Vec::new, |row| row.iter().map(text).collect());
    let has_header = context.options.has_header.unwrap_or_else(|| !header::is_data(first.iter().map(String::as_str)));
    let names = if has_header {
        let (names, header_notes) = header::names(first.iter().map(String::as_str));
        notes.extend(header_notes);
        names
    } else {
        header::numbered(first.len())
    };
    let mut columns = CellColumns::new(names.len());
    for row in rows.iter().skip(usize::from(has_header)) {
        for (column, cell) in row.iter().enumerate() {
            columns.push(column, &text(cell));
        }
        columns.end_row(&mut context.budget)?;
    }
    let report = FileReport {
        sheet: Some(sheet),
        has_header: Some(has_header),
        n_rows: columns.n_rows(),
        n_blank_lines: (range.height() - rows.len()) as u64,
        ..input.report(Format::Excel)
    };
    Ok(RawFile {
        names,
        columns: columns.finish(&mut context.budget)?.into_iter().map(RawColumn::Arrays).collect(),
        notes,
        report,
    })
}

type Found = (String, Range<Data>, Vec<String>);

fn sheet(workbook: &mut Sheets<Cursor<&[u8]>>, wanted: Option<&str>, name: &str) -> Result<Found, IoError> {
    let sheets = workbook.sheet_names();
    let mut range = |sheet: &str| {
        workbook
            .worksheet_range(sheet)
            .map_err(|source| IoError::Workbook { name: name.to_owned(), source: Box::new(source) })
    };
    if let Some(wanted) = wanted {
        if !sheets.iter().any(|sheet| sheet == wanted) {
            return Err(IoError::NoSheet { name: name.to_owned(), sheet: wanted.to_owned(), sheets });
        }
        return Ok((wanted.to_owned(), range(wanted)?, Vec::new()));
    }
    for sheet in &sheets {
        let found = range(sheet)?;
        if !found.is_empty() {
            let others: Vec<&str> = sheets.iter().filter(|other| *other != sheet).map(String::as_str).collect();
            let note = format!("sheet {sheet} was read; there are also: {}", others.join(", "));
            return Ok((sheet.clone(), found, if others.is_empty() { Vec::new() } else { vec![note] }));
        }
    }
    Err(IoError::Empty { name: name.to_owned() })
}

/// The cell as text that typing understands.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::DateTime(moment) => moment_text(moment),
        other => other.to_string(),
    }
}

fn moment_text(moment: &ExcelDateTime) -> String {
    if !moment.is_datetime() {
        return moment.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milli:03}")
}
