//! The table that people read.

mod look;

use std::collections::{BTreeMap, BTreeSet};

use super::case::{Case, Rival, Task};
use super::measure::ratio;
use super::quality;
use super::record::{Compared, Outcome, Record, Row, Timed};

/// A machine with less to do than this is idle: what the bench itself did before still counts.
const IDLE: f64 = 2.5;

/// What stands above the table.
pub(super) struct Heading {
    pub(super) processor: String,
    pub(super) cores: usize,
    pub(super) rustc: String,
    /// The table of the README that says what each algorithm is for.
    pub(super) algorithms: String,
}

/// The first table below the heading `Algorithms`.
pub(super) fn algorithms(readme: &str) -> String {
    let below = readme.lines().skip_while(|line| *line != "## Algorithms");
    let table = below.skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    table.map(|line| format!("{line}\n")).collect()
}

/// docs/benchmarks.md, or what a terminal shows.
pub(super) fn document(heading: &Heading, rows: &[(Case, Row)]) -> String {
    let of = |wanted: fn(Task) -> bool| rows.iter().filter(|(case, _)| wanted(case.task)).collect::<Vec<_>>();
    let searches = of(|task| matches!(task, Task::InTime { .. }));
    let looks = of(|task| task == Task::Explore);
    let speeds = of(|task| !matches!(task, Task::InTime { .. } | Task::Explore));
    let mut text = introduction(heading, rows);
    text += &format!("\n## What each algorithm is for\n\n{}", heading.algorithms);
    if !speeds.is_empty() {
        text += &speed_table(&speeds);
    }
    if !looks.is_empty() {
        text += &look::table(&looks);
    }
    if !searches.is_empty() {
        text += &optima_table(&searches);
    }
    text
}

fn speed_table(rows: &[&(Case, Row)]) -> String {
    let mut text = "\n## Speed\n\n| work | n x d | segctl | peer | peer's time | ratio | target | |\n".to_owned();
    text += "|---|---|---:|---|---:|---:|---:|---|\n";
    rows.iter().for_each(|(case, row)| lines(&mut text, case, row, 6, speed));
    text
}

fn optima_table(rows: &[&(Case, Row)]) -> String {
    let mut text = "\n## Optima\n\n\
                    The inertia that segctl finds by its search (`--search breathing`, from as many starts as fit) in no more \
                    time than\nscikit-learn takes for its restarts, each run of both with other random numbers; medians.\n\n\
                    | data | k | segctl | s | scikit-learn | s | difference | no worse in | |\n"
        .to_owned();
    text += "|---|---:|---:|---:|---:|---:|---:|---:|---|\n";
    rows.iter().for_each(|(case, row)| lines(&mut text, case, row, 7, optimum));
    text
}

fn introduction(heading: &Heading, rows: &[(Case, Row)]) -> String {
    let records: Vec<&Record> = rows.iter().filter_map(|(_, row)| measured(row)).collect();
    let dates: BTreeSet<&str> = records.iter().map(|record| record.date.as_str()).collect();
    let segctl: BTreeSet<&str> = records.iter().map(|record| record.segctl.as_str()).collect();
    let span = |words: &BTreeSet<&str>, between: &str| words.iter().copied().collect::<Vec<_>>().join(between);
    format!(
        "# Benchmarks\n\n\
         Made by `cargo xtask bench`; not to be edited. segctl and each peer worked in turn on the same rows, in \
         double precision\n\
         (faiss: single); times are medians of the runs, without imports and, but for a first look, without reading \
         and writing.\n\
         A time is shown only if the answers agree. A ratio is the peer's time over segctl's; *missed* marks one below \
         its target.\n\
         Where the machine was busy before a row was measured, its load is given: it slows peers that wait in busy loops \
         more than\nthose that do not.\n\n\
         - Processor: {}, {} cores\n- Date: {}\n- segctl {}, rustc {}\n- Peers: {}\n",
        heading.processor,
        heading.cores,
        span(&dates, ", "),
        span(&segctl, ", "),
        heading.rustc,
        versions(&records),
    )
}

fn versions(records: &[&Record]) -> String {
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let outcomes = records.iter().flat_map(|record| &record.rivals).map(|compared| &compared.outcome);
    for outcome in outcomes {
        let Outcome::Measured { versions, .. } = outcome else { continue };
        for (name, version) in versions {
            all.entry(name).or_default().insert(version);
        }
    }
    let named = all
        .iter()
        .map(|(name, versions)| format!("{name} {}", versions.iter().copied().collect::<Vec<_>>().join(" and ")));
    named.collect::<Vec<_>>().join(", ")
}

fn measured(row: &Row) -> Option<&Record> {
    match row {
        Row::Measured(record) => Some(record),
        Row::NotYet | Row::Skipped(_) | Row::Failed(_) => None,
    }
}

type Line = fn(&Case, &Record, &Rival, &Compared) -> String;

/// The lines of a case; one that was not measured has a title, `blanks` blank cells and the reason.
fn lines(text: &mut String, case: &Case, row: &Row, blanks: usize, line: Line) {
    let why = match row {
        Row::Measured(record) => {
            let lines =
                case.rivals.iter().zip(&record.rivals).map(|(rival, found)| line(case, record, rival, found) + "\n");
            return text.extend(lines);
        }
        Row::NotYet => "not measured",
        Row::Skipped(why) | Row::Failed(why) => why,
    };
    let blank = " |".repeat(blanks);
    text.push_str(&format!("| {} ({}) |{blank} {why} |\n", case.task.title(), case.name));
}

fn speed(case: &Case, record: &Record, rival: &Rival, compared: &Compared) -> String {
    let shape = format!("{} x {}", grouped(record.n_samples), record.n_features);
    let target = rival.target.map_or_else(String::new, |target| format!(">= {target}"));
    let start = format!("| {} | {shape} |", case.task.title());
    match &compared.outcome {
        Outcome::Absent(why) => {
            format!("{start} {} | {} | absent | | {target} | {why} |", ours(&record.ours), compared.peer)
        }
        Outcome::Differs(why) => format!("{start} | {} | | | {target} | answers differ: {why} |", compared.peer),
        Outcome::Measured { timed, as_good, .. } => {
            let ratio = ratio(&record.ours, timed, rival.per);
            let missed = rival.target.is_some_and(|target| ratio < target);
            let notes = notes(rival, record, timed, *as_good, missed);
            let peer = format!("{} | {}", compared.peer, seconds(timed.seconds));
            format!("{start} {} | {peer} | {} | {target} | {notes} |", ours(&record.ours), significant(ratio))
        }
    }
}

fn ours(timed: &Timed) -> String {
    seconds(timed.seconds)
}

fn notes(rival: &Rival, record: &Record, timed: &Timed, as_good: Option<usize>, missed: bool) -> String {
    let mut notes = Vec::new();
    if missed {
        notes.push("*missed*".to_owned());
    }
    if rival.per == super::case::Per::Iteration {
        notes.push("by iteration".to_owned());
    }
    if let Some(n_iter) = record.ours.n_iter.filter(|_| as_good.is_none()) {
        notes.push(format!("{n_iter} iterations"));
    }
    if let (Some(as_good), Some(ours), Some(theirs)) = (as_good, record.ours.inertia, timed.inertia) {
        if ours > theirs * (1.0 + quality::EQUAL) {
            notes.push("*worse optimum*".to_owned());
        }
        notes.push(format!("objective {ours:.2}, peer's {theirs:.2}; no worse in {as_good} of {}", timed.runs));
    }
    if let (Some(ours), Some(theirs)) = (record.ours.peak_rss_bytes, timed.peak_rss_bytes) {
        notes.push(format!("peak {} MiB, peer's {}", ours >> 20, theirs >> 20));
    }
    notes.push(format!("{} runs", timed.runs));
    notes.extend(load(record));
    notes.join("; ")
}

/// What the machine had to do, if it was busy.
fn load(record: &Record) -> Option<String> {
    record.load.filter(|load| *load > IDLE).map(|load| format!("load {load:.1} before"))
}

fn optimum(case: &Case, record: &Record, _: &Rival, compared: &Compared) -> String {
    let Task::InTime { k, .. } = case.task else { unreachable!("only searches have optima") };
    let data = case.input.real_file().unwrap_or("generated");
    match &compared.outcome {
        Outcome::Absent(why) | Outcome::Differs(why) => format!("| {data} | {k} | | | {why} | | | | |"),
        Outcome::Measured { timed, as_good, .. } => {
            let (ours, theirs) = (record.ours.inertia.unwrap_or(f64::NAN), timed.inertia.unwrap_or(f64::NAN));
            let as_good = as_good.unwrap_or(0);
            let missed = match (as_good < timed.runs, record.ours.seconds > timed.seconds) {
                (true, _) => "*missed*",
                (false, true) => "*took longer*",
                (false, false) => "",
            };
            format!(
                "| {data} | {k} | {ours:.7e} | {} | {theirs:.7e} | {} | {:+.4} % | {as_good} of {} | {missed} |",
                seconds(record.ours.seconds),
                seconds(timed.seconds),
                (ours / theirs - 1.0) * 100.0,
                timed.runs,
            )
        }
    }
}

/// With a unit that leaves one to three digits before the point.
fn seconds(seconds: f64) -> String {
    if seconds >= 1.0 { format!("{} s", significant(seconds)) } else { format!("{} ms", significant(seconds * 1e3)) }
}

/// Three significant digits, at most two after the point.
fn significant(value: f64) -> String {
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$}")
}

/// With a comma for every thousand.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests;
