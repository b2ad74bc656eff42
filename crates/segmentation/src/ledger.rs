//! Everything that was dropped, changed, added or left aside, counted.

use segctl_io::Table;
use segctl_preprocessing::Event;

use crate::conclude::file_name;
use crate::outcome::{Entry, Unit};

/// The entries so far.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: Vec<Entry>,
}

impl Ledger {
    pub(crate) fn rows(&mut self, stage: &str, count: u64, detail: impl Into<String>) {
        self.add(stage, None, count, Unit::Rows, detail.into());
    }

    pub(crate) fn cells(&mut self, stage: &str, column: &str, count: u64, detail: impl Into<String>) {
        self.add(stage, Some(column), count, Unit::Cells, detail.into());
    }

    pub(crate) fn column(&mut self, stage: &str, column: &str, count: u64, detail: impl Into<String>) {
        self.add(stage, Some(column), count, Unit::Columns, detail.into());
    }

    /// What the reader found: rows, blank lines, and missing cells by the way they were written.
    pub(crate) fn read(&mut self, table: &Table) {
        for file in &table.report.files {
            self.rows("read", file.n_rows, format!("read from {}", file_name(&file.name)));
            if file.n_blank_lines > 0 {
                self.rows("read", file.n_blank_lines, format!("blank lines passed over in {}", file_name(&file.name)));
            }
        }
        for column in table.columns.iter().filter(|column| column.n_missing > 0) {
            self.cells("read", &column.name, column.n_missing, missing(&column.missing_by_marker));
        }
    }

    /// What preprocessing tells.
    pub(crate) fn event(&mut self, event: &Event) {
        self.add(&event.step, event.column.as_deref(), event.count, unit(event), event.detail.clone());
    }

    pub(crate) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }

    fn add(&mut self, stage: &str, column: Option<&str>, count: u64, unit: Unit, detail: String) {
        let column = column.map(str::to_owned);
        self.entries.push(Entry { stage: stage.to_owned(), column, count, unit, detail });
    }
}

/// `missing: 313 empty, 1 "NA"`
fn missing(by_marker: &[(String, u64)]) -> String {
    let one = |(marker, count): &(String, u64)| match marker.is_empty() {
        true => format!("{count} empty"),
        false => format!("{count} {marker:?}"),
    };
    format!("missing: {}", by_marker.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn unit(event: &Event) -> Unit {
    match &event.column {
        None => Unit::Rows,
        Some(_) if event.detail.starts_with("dropped") => Unit::Columns,
        Some(_) => Unit::Cells,
    }
}
