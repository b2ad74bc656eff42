//! The page of a table looked over. It needs no script: its pictures are drawn here, as SVG.

mod columns;
mod pairs;
mod svg;

use std::io::Write;

use askama::Template;
use segctl_segmentation::Eda;
use segctl_segmentation::exploration::{Alert, Missingness, Severity};

use self::columns::ColumnView;
use self::pairs::{GroupView, MatrixView, PairPlotView, ScatterView, matrices};
use crate::format::{bytes, count, counted, percent};
use crate::{ReportError, ReportOptions};

/// The page. Values are escaped by the template; the fields marked so below are ours.
#[derive(Template)]
#[template(path = "eda/page.html")]
struct EdaPage {
    /// Our own style, unescaped.
    style: &'static str,
    title: String,
    answer: String,
    facts: Vec<String>,
    notes: Vec<String>,
    alerts: Vec<AlertView>,
    columns: Vec<ColumnView>,
    missing: Option<MissingView>,
    matrices: Vec<MatrixView>,
    plot: Option<PairPlotView>,
    scatters: Vec<ScatterView>,
    groups: Vec<GroupView>,
    /// From how many rows pairs were judged, where it was not all.
    sampled: Option<String>,
    maker: String,
}

/// Something that looks wrong.
#[derive(Debug)]
pub(crate) struct AlertView {
    pub(crate) severity: &'static str,
    pub(crate) class: &'static str,
    pub(crate) message: String,
    pub(crate) advice: String,
    pub(crate) config: Option<String>,
}

/// Where cells are missing together.
struct MissingView {
    complete: String,
    rows: Vec<(String, String, String)>,
    rest: Option<String>,
}

/// Writes the page of a table looked over.
///
/// It needs no other file, no network and no script. It grows with the number of columns, by some 20 kB each at most, never
/// with rows; the same bytes for the same table and options.
///
/// # Errors
/// [`ReportError::Write`] when `out` fails.
///
/// ```
/// use segctl_report::{ReportError, ReportOptions, render_eda};
/// use segctl_segmentation::Eda;
///
/// fn page(found: &Eda) -> Result<Vec<u8>, ReportError> {
///     let mut page = Vec::new();
///     render_eda(found, &ReportOptions::new("0.1.0"), &mut page)?;
///     Ok(page)
/// }
/// ```
pub fn render_eda(found: &Eda, options: &ReportOptions, out: &mut dyn Write) -> Result<(), ReportError> {
    EdaPage::new(found, options).write_into(out)?;
    Ok(())
}

impl EdaPage {
    fn new(found: &Eda, options: &ReportOptions) -> Self {
        let explored = &found.exploration;
        let name = &found.input.name;
        let pairs = &explored.pairs;
        Self {
            style: concat!(include_str!("../../assets/report.css"), include_str!("../../assets/eda.css")),
            title: options.title.clone().unwrap_or_else(|| format!("A look at {name}")),
            answer: format!(
                "{}, {}",
                counted(explored.n_rows, "row"),
                counted(explored.columns.len() as u64, "column")
            ),
            facts: facts(found),
            notes: notes(found),
            alerts: explored.alerts.iter().map(alert).collect(),
            columns: explored
                .columns
                .iter()
                .zip(&found.reasons)
                .map(|(c, reason)| ColumnView::new(c, reason))
                .collect(),
            missing: missing(&explored.missingness, explored.n_rows),
            matrices: matrices(pairs),
            plot: pairs.plot.as_ref().map(PairPlotView::new),
            scatters: pairs.scatters.iter().map(ScatterView::new).collect(),
            groups: pairs.by_group.iter().map(GroupView::new).collect(),
            sampled: (pairs.n_rows < explored.n_rows).then(|| count(pairs.n_rows)),
            maker: match options.version.as_str() {
                "" => "segctl".to_owned(),
                version => format!("segctl {version}"),
            },
        }
    }

    fn n_serious(&self) -> usize {
        self.alerts.iter().filter(|alert| alert.class == "serious").count()
    }
}

fn facts(found: &Eda) -> Vec<String> {
    let files = found.input.files.iter();
    files.map(|file| format!("{}, {}, {}", file.name, file.format, bytes(file.bytes))).collect()
}

fn notes(found: &Eda) -> Vec<String> {
    let duplicates = &found.duplicates;
    let told = [
        (duplicates.n_equal_rows, "equal an earlier row in every column"),
        (duplicates.n_equal_but_for_id, "equal an earlier row but for the id"),
        (
            duplicates.n_nearly_equal.unwrap_or(0),
            "more nearly equal an earlier row: texts but for case and blanks, numbers to 3 digits",
        ),
    ];
    let equal = told.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{} {what}.", counted(n, "row")));
    let ids = (duplicates.n_repeated_ids > 0).then(|| {
        let examples = duplicates.repeated_ids.join(", ");
        format!("{} on more than one row: {examples}.", counted(duplicates.n_repeated_ids, "id"))
    });
    let ledger = found.ledger.iter().map(|entry| format!("{}: {} {}", entry.stage, count(entry.count), entry.detail));
    equal.chain(ids).chain(ledger).chain(found.input.notes.iter().cloned()).collect()
}

pub(crate) fn alert(alert: &Alert) -> AlertView {
    let (severity, class) = match alert.severity {
        Severity::Serious => ("Serious", "serious"),
        Severity::Notable => ("Notable", "notable"),
        Severity::Minor => ("Minor", "minor"),
    };
    AlertView {
        severity,
        class,
        message: alert.message.clone(),
        advice: alert.advice.clone(),
        config: alert.config.as_ref().map(|config| config.trim_end().to_owned()),
    }
}

fn missing(found: &Missingness, n_rows: u64) -> Option<MissingView> {
    if found.patterns.is_empty() {
        return None;
    }
    let share = |n: u64| percent(n as f64 / n_rows.max(1) as f64);
    let row = |pattern: &segctl_segmentation::exploration::MissingPattern| {
        let more = pattern.n_columns.saturating_sub(pattern.columns.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (format!("{}{more}", pattern.columns.join(", ")), count(pattern.n_rows), share(pattern.n_rows))
    };
    Some(MissingView {
        complete: format!("{} ({})", count(found.n_complete), share(found.n_complete)),
        rows: found.patterns.iter().map(row).collect(),
        rest: (found.n_other_rows > 0).then(|| count(found.n_other_rows)),
    })
}
