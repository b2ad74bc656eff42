use segctl_segmentation::{Column, Derived, Entry, InputFile, Outcome, Unit, Usage};

use crate::format::{bytes, count};
use crate::options::ReportOptions;

/// What was read and what was done to it.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) files: Vec<FileView>,
    pub(crate) notes: Vec<String>,
    pub(crate) columns: Vec<ColumnView>,
    pub(crate) ledger: Vec<EntryView>,
    pub(crate) derived: Vec<DerivedView>,
    /// The program that made the outcome, with its version where it is known.
    pub(crate) maker: String,
    pub(crate) command: Option<String>,
    pub(crate) parameters: Vec<(String, String)>,
}

/// A file that was read.
#[derive(Debug)]
pub(crate) struct FileView {
    pub(crate) name: String,
    pub(crate) format: String,
    pub(crate) bytes: String,
    pub(crate) n_rows: String,
    pub(crate) sha256: String,
}

/// A column and what became of it.
#[derive(Debug)]
pub(crate) struct ColumnView {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) role: String,
    pub(crate) usage: &'static str,
    pub(crate) n_missing: String,
    /// `312 empty, 1 "NA"`; empty when nothing is missing.
    pub(crate) markers: String,
    pub(crate) n_distinct: String,
    pub(crate) reason: String,
}

/// A line of the ledger.
#[derive(Debug)]
pub(crate) struct EntryView {
    pub(crate) stage: String,
    pub(crate) column: String,
    pub(crate) count: String,
    pub(crate) unit: &'static str,
    pub(crate) detail: String,
}

/// A feature made by SQL.
#[derive(Debug)]
pub(crate) struct DerivedView {
    pub(crate) name: String,
    pub(crate) sql: String,
    pub(crate) origin: String,
}

impl Record {
    pub(crate) fn new(outcome: &Outcome, options: &ReportOptions) -> Self {
        Self {
            files: outcome.input.files.iter().map(file).collect(),
            notes: outcome.input.notes.clone(),
            columns: outcome.columns.iter().map(column).collect(),
            ledger: outcome.ledger.iter().map(entry).collect(),
            derived: outcome.derived.iter().map(derived).collect(),
            maker: format!("segctl {}", options.version).trim_end().to_owned(),
            command: options.command.clone(),
            parameters: options.parameters.clone(),
        }
    }
}

fn file(file: &InputFile) -> FileView {
    FileView {
        name: file.name.clone(),
        format: file.format.clone(),
        bytes: bytes(file.bytes),
        n_rows: count(file.n_rows),
        sha256: file.sha256.clone(),
    }
}

fn column(column: &Column) -> ColumnView {
    ColumnView {
        name: column.name.clone(),
        kind: column.kind.clone(),
        role: column.role.clone(),
        usage: usage(column.usage),
        n_missing: count(column.n_missing),
        markers: markers(&column.missing_by_marker),
        n_distinct: count(column.n_distinct),
        reason: column.reason.clone(),
    }
}

fn usage(usage: Usage) -> &'static str {
    match usage {
        Usage::Id => "names the customer",
        Usage::Clusters => "forms segments",
        Usage::Describes => "describes",
        Usage::Ignored => "left aside",
    }
}

fn markers(by_marker: &[(String, u64)]) -> String {
    let one = |(marker, n): &(String, u64)| match marker.as_str() {
        "" => format!("{} empty", count(*n)),
        marker => format!("{} “{marker}”", count(*n)),
    };
    by_marker.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn entry(entry: &Entry) -> EntryView {
    EntryView {
        stage: entry.stage.clone(),
        column: entry.column.clone().unwrap_or_default(),
        count: count(entry.count),
        unit: unit(entry.unit, entry.count),
        detail: entry.detail.clone(),
    }
}

fn unit(unit: Unit, n: u64) -> &'static str {
    match (unit, n) {
        (Unit::Rows, 1) => "row",
        (Unit::Rows, _) => "rows",
        (Unit::Cells, 1) => "cell",
        (Unit::Cells, _) => "cells",
        (Unit::Columns, 1) => "column",
        (Unit::Columns, _) => "columns",
    }
}

fn derived(derived: &Derived) -> DerivedView {
    let origin = derived.pack.as_ref().map_or_else(|| "your own".into(), |pack| format!("pack {pack}"));
    DerivedView { name: derived.name.clone(), sql: derived.sql.clone(), origin }
}
