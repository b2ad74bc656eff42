//! The table of first looks: beside time, what matters are memory and the size of the page.

use super::super::case::{Case, PAGE_BYTES, Rival};
use super::super::measure::ratio;
use super::super::record::{Compared, Outcome, Record, Row, Timed};
use super::{grouped, lines, seconds, significant};

const TEXT: &str = "
## A first look

`segctl eda FILE --out DIR` on a CSV file of customers by `segctl synth`. Times are those of the whole work, from the file
to the written page. Means, standard deviations, medians, missing and distinct counts of all columns of numbers are
compared first. Not all do the same: segctl takes pairs of columns from 50,000 rows; the minimal report of
ydata-profiling has no pairs; pandas correlates all rows (Pearson and Spearman), and draws and writes nothing. Memory is
the peak of the process in one run.

| work | n x d | segctl | peer | peer's time | ratio | target | memory, peer's | page, peer's | |
|---|---|---:|---|---:|---:|---:|---:|---:|---|
";

pub(super) fn table(rows: &[&(Case, Row)]) -> String {
    let mut text = TEXT.to_owned();
    rows.iter().for_each(|(case, row)| lines(&mut text, case, row, 8, line));
    text
}

fn line(case: &Case, record: &Record, rival: &Rival, compared: &Compared) -> String {
    let shape = format!("{} x {}", grouped(record.n_samples), record.n_features);
    let target = rival.target.map_or_else(String::new, |target| format!(">= {target}"));
    let (ours, peer) = (&record.ours, &compared.peer);
    let start = format!("| {} | {shape} |", case.task.title());
    match &compared.outcome {
        Outcome::Absent(why) => {
            format!("{start} {} | {peer} | absent | | {target} | | | {why} |", seconds(ours.seconds))
        }
        Outcome::Differs(why) => format!("{start} | {peer} | | | {target} | | | answers differ: {why} |"),
        Outcome::Measured { timed, .. } => {
            let ratio = ratio(ours, timed, rival.per);
            let times = format!("{} | {peer} | {}", seconds(ours.seconds), seconds(timed.seconds));
            let sizes = format!("{} | {}", memory(ours, timed), page(ours, timed));
            let notes = notes(rival, record, timed, ratio);
            format!("{start} {times} | {} | {target} | {sizes} | {notes} |", significant(ratio))
        }
    }
}

/// How much of theirs ours is.
fn share(ours: &Timed, theirs: &Timed) -> Option<f64> {
    Some(ours.peak_rss_bytes? as f64 / theirs.peak_rss_bytes? as f64)
}

fn memory(ours: &Timed, theirs: &Timed) -> String {
    let mebibytes = |timed: &Timed| timed.peak_rss_bytes.map_or("?".to_owned(), |bytes| (bytes >> 20).to_string());
    let share = share(ours, theirs).map_or_else(String::new, |share| format!(" ({:.0} %)", share * 100.0));
    format!("{} MiB, {}{share}", mebibytes(ours), mebibytes(theirs))
}

fn page(ours: &Timed, theirs: &Timed) -> String {
    let megabytes =
        |timed: &Timed| timed.page_bytes.map_or("none".to_owned(), |bytes| format!("{:.1}", bytes as f64 / 1e6));
    format!("{} MB, {}", megabytes(ours), megabytes(theirs))
}

fn notes(rival: &Rival, record: &Record, theirs: &Timed, ratio: f64) -> String {
    let mut notes = Vec::new();
    if rival.target.is_some_and(|target| ratio < target) {
        notes.push("*missed*".to_owned());
    }
    if let (Some(limit), Some(share)) = (rival.memory, share(&record.ours, theirs)) {
        let verdict = if share > limit { " *missed*" } else { "" };
        notes.push(format!("memory <= {:.0} %{verdict}", limit * 100.0));
    }
    if record.ours.page_bytes.is_some_and(|bytes| bytes >= PAGE_BYTES) {
        notes.push(format!("page < {} MB *missed*", PAGE_BYTES / 1_000_000));
    }
    notes.push(format!("{} runs", theirs.runs));
    notes.extend(super::load(record));
    notes.join("; ")
}
