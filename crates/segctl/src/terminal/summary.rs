use std::path::Path;

use segctl_segmentation::{Entry, Outcome, Segment, Unit, Usage};

/// The outcome in a screenful: what came in, what was done, the segments, where to look.
pub(crate) fn summary(outcome: &Outcome, dir: &Path) -> String {
    let mut lines = vec![opening(outcome)];
    lines.extend(done(outcome));
    lines.push(String::new());
    lines.extend(outcome.evidence.explanation.iter().cloned());
    lines.push(String::new());
    lines.extend(outcome.segments.iter().map(line));
    let labels = &outcome.customers.labels;
    lines.extend(noise_line(labels.n_noise(), labels.len()).lines().map(str::to_owned));
    lines.push(String::new());
    lines.push(format!("report: {}", dir.join("report.html").display()));
    lines.join("\n") + "\n"
}

fn opening(outcome: &Outcome) -> String {
    let forming = outcome.columns.iter().filter(|column| column.usage == Usage::Clusters).count();
    format!(
        "{} customers in {}, formed by {} of {} columns and features",
        plain_number(outcome.customers.labels.len() as f64),
        segments(outcome.segments.len()),
        forming,
        outcome.columns.len()
    )
}

/// The ledger in one line per stage and unit.
fn done(outcome: &Outcome) -> Vec<String> {
    let counted: Vec<&Entry> = outcome.ledger.iter().filter(|entry| entry.count > 0).collect();
    let mut kinds: Vec<(&str, Unit)> = Vec::new();
    for entry in &counted {
        if !kinds.contains(&(&entry.stage, entry.unit)) {
            kinds.push((&entry.stage, entry.unit));
        }
    }
    let of = |&(stage, unit): &(&str, Unit)| {
        let entries: Vec<&Entry> = counted.iter().copied().filter(|e| e.stage == stage && e.unit == unit).collect();
        let count = entries.iter().map(|entry| entry.count).sum();
        format!("  {stage:<14} {:>9} {}{}", plain_number(count as f64), unit_name(unit, count), detail(&entries))
    };
    kinds.iter().map(of).collect()
}

/// What was counted: a single entry in its words, several by what they have in common.
fn detail(entries: &[&Entry]) -> String {
    match entries {
        [entry] => match &entry.column {
            Some(column) => format!(": {column}: {}", entry.detail),
            None => format!(": {}", entry.detail),
        },
        _ if entries.iter().all(|entry| entry.unit == Unit::Columns) => {
            let names: Vec<&str> = entries.iter().filter_map(|entry| entry.column.as_deref()).collect();
            format!(": {}", names.join(", "))
        }
        _ if entries.iter().all(|entry| entry.column.is_some()) => {
            let mut names: Vec<&str> = entries.iter().filter_map(|entry| entry.column.as_deref()).collect();
            names.sort_unstable();
            names.dedup();
            format!(" of {} columns", names.len())
        }
        _ => format!(", counted for {} reasons; see the report", entries.len()),
    }
}

fn unit_name(unit: Unit, count: u64) -> &'static str {
    match (unit, count) {
        (Unit::Rows, 1) => "row",
        (Unit::Rows, _) => "rows",
        (Unit::Cells, 1) => "cell",
        (Unit::Cells, _) => "cells",
        (Unit::Columns, 1) => "column",
        (Unit::Columns, _) => "columns",
    }
}

fn line(segment: &Segment) -> String {
    format!(
        "{:>4}  {:>9}  {:>5.1} %  {}{}",
        segment.id,
        plain_number(segment.size as f64),
        segment.share * 100.0,
        // A single segment has nothing to be compared with.
        if segment.silhouette.is_nan() { String::new() } else { format!("silhouette {:>6.3}  ", segment.silhouette) },
        segment.name
    )
}

/// `1 segment`, `5 segments`.
pub(crate) fn segments(k: usize) -> String {
    if k == 1 { "1 segment".to_owned() } else { format!("{k} segments") }
}

/// The customers in no segment, below those in segments; nothing where there are none.
pub(crate) fn noise_line(n_noise: usize, n_customers: usize) -> String {
    if n_noise == 0 {
        return String::new();
    }
    let share = n_noise as f64 / n_customers as f64 * 100.0;
    format!("{:>4}  {:>9}  {share:>5.1} %  noise: in no segment\n", -1, plain_number(n_noise as f64))
}

/// A whole number with thousands separators.
pub(crate) fn plain_number(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(plain_number(0.0), "0");
        assert_eq!(plain_number(999.0), "999");
        assert_eq!(plain_number(8950.0), "8,950");
        assert_eq!(plain_number(-1_234_567.0), "-1,234,567");
    }
}
