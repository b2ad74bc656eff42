//! What many columns have in common is said once.

use super::fix::column;
use super::{Alert, AlertKind, Fix, many, percent, some};

/// One column's part in an alert of many.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) kind: AlertKind,
    pub(super) column: String,
    /// Cells concerned, and cells of the column.
    pub(super) cells: (u64, u64),
    /// By which the columns of an alert are ordered, descending.
    pub(super) strength: f64,
    /// What is said of the column in brackets.
    pub(super) detail: String,
}

/// One alert per kind.
pub(super) fn grouped(findings: Vec<Finding>, has_id: bool) -> Vec<Alert> {
    let mut findings = findings;
    // Stable: equals stay in the order of the table.
    findings.sort_by(|a, b| a.kind.cmp(&b.kind).then_with(|| b.strength.total_cmp(&a.strength)));
    findings.chunk_by(|a, b| a.kind == b.kind).map(|group| alert(group, has_id)).collect()
}

fn alert(group: &[Finding], has_id: bool) -> Alert {
    let kind = group[0].kind;
    let names: Vec<&str> = group.iter().map(|finding| finding.column.as_str()).collect();
    let count = group.iter().map(|finding| finding.cells.0).sum();
    let n_cells = group.iter().map(|finding| finding.cells.1).sum();
    let named: Vec<String> = group.iter().map(|finding| format!("{} ({})", finding.column, finding.detail)).collect();
    let message = format!("{} {}: {}", many(group.len() as u64, "column"), verb(kind, group.len()), some(&named));
    let alert = Alert::new(kind, &names, (count, n_cells), message, advice(kind, has_id));
    match fix(kind, &names, has_id) {
        Some(fix) => alert.with_fix(fix),
        None => alert,
    }
}

fn verb(kind: AlertKind, n: usize) -> &'static str {
    let (one, many) = match kind {
        AlertKind::MostlyMissing => ("is mostly missing", "are mostly missing"),
        AlertKind::Constant => ("holds one value only", "hold one value only"),
        AlertKind::UniqueText => ("holds a different text on every row", "hold a different text on every row"),
        AlertKind::Missing => ("has missing cells", "have missing cells"),
        AlertKind::NearConstant => ("holds nearly one value only", "hold nearly one value only"),
        AlertKind::Skewed => ("is skewed", "are skewed"),
        AlertKind::ZeroInflated => ("is mostly 0", "are mostly 0"),
        AlertKind::Outliers => ("has many values beyond the fences", "have many values beyond the fences"),
        AlertKind::Infinite => ("holds infinite values", "hold infinite values"),
        _ => ("stands out", "stand out"),
    };
    if n == 1 { one } else { many }
}

fn advice(kind: AlertKind, has_id: bool) -> &'static str {
    match kind {
        AlertKind::MostlyMissing => "leave out what says little of most customers",
        AlertKind::Constant => "leave out what cannot tell customers apart",
        AlertKind::UniqueText if has_id => "leave out what names a customer and says nothing of them",
        AlertKind::UniqueText => "name the column that names the customer",
        AlertKind::Missing => "fill missing numbers with the median of their column",
        AlertKind::NearConstant => "leave out what tells hardly any customers apart",
        AlertKind::Skewed => "take logarithms where that tames the tail",
        AlertKind::ZeroInflated => "tell whether a customer has any from how much: one number hides the two",
        AlertKind::Outliers => "move them to the fence if few customers should not shape the segments",
        AlertKind::Infinite => {
            "they are read as missing: fill them with the median, or find out where they were divided by 0"
        }
        _ => "look at the column",
    }
}

fn fix(kind: AlertKind, names: &[&str], has_id: bool) -> Option<Fix> {
    let exclude = || Fix::Exclude { columns: names.iter().map(|&name| name.to_owned()).collect() };
    let prepare = |key: &str, value: &str| Fix::Prepare { key: key.to_owned(), value: value.to_owned() };
    match kind {
        AlertKind::UniqueText if !has_id => Some(Fix::Id { column: names[0].to_owned() }),
        AlertKind::MostlyMissing | AlertKind::Constant | AlertKind::UniqueText | AlertKind::NearConstant => {
            Some(exclude())
        }
        AlertKind::Missing | AlertKind::Infinite => Some(prepare("missing", "median")),
        AlertKind::Skewed => Some(prepare("skew", "auto")),
        AlertKind::Outliers => Some(prepare("outlier-action", "clip")),
        AlertKind::ZeroInflated => {
            let any = |name: &&str| (format!("HAS_{name}"), format!("{} > 0", column(name)));
            Some(Fix::Features { columns: names.iter().map(any).collect() })
        }
        _ => None,
    }
}

impl Finding {
    /// A column of whose cells a share is concerned.
    pub(super) fn of_share(kind: AlertKind, column: &str, count: u64, n_cells: u64) -> Self {
        let share = count as f64 / n_cells.max(1) as f64;
        Self { kind, column: column.to_owned(), cells: (count, n_cells), strength: share, detail: percent(share) }
    }
}
