use std::path::Path;

use segctl_segmentation::{Outcome, Segment, Unit, Usage};

/// The outcome in a screenful: what came in, what was done, the segments, where to look.
pub(crate) fn summary(outcome: &Outcome, dir: &Path) -> String {
    let mut lines = vec![opening(outcome)];
    lines.extend(done(outcome));
    lines.push(String::new());
    lines.extend(outcome.evidence.explanation.iter().cloned());
    lines.push(String::new());
    lines.extend(outcome.segments.iter().map(line));
    lines.push(String::new());
    lines.push(format!("report: {}", dir.join("report.html").display()));
    lines.join("\n") + "\n"
}

fn opening(outcome: &Outcome) -> String {
    let forming = outcome.columns.iter().filter(|column| column.usage == Usage::Clusters).count();
    format!(
        "{} customers in {} segments, formed by {} of {} columns and features",
        plain_number(outcome.customers.labels.len() as f64),
        outcome.segments.len(),
        forming,
        outcome.columns.len()
    )
}

/// The ledger in one line per stage and unit.
fn done(outcome: &Outcome) -> Vec<String> {
    let mut totals: Vec<(&str, Unit, u64, usize)> = Vec::new();
    for entry in outcome.ledger.iter().filter(|entry| entry.count > 0) {
        match totals.iter_mut().find(|(stage, unit, ..)| *stage == entry.stage && *unit == entry.unit) {
            Some((.., count, lines)) => {
                *count += entry.count;
                *lines += 1;
            }
            None => totals.push((&entry.stage, entry.unit, entry.count, 1)),
        }
    }
    let text = |&(stage, unit, count, lines): &(&str, Unit, u64, usize)| {
        let only = outcome.ledger.iter().find(|entry| entry.stage == stage && entry.unit == unit && entry.count > 0);
        let detail = match (lines, only) {
            (1, Some(entry)) => match &entry.column {
                Some(column) => format!(": {column}: {}", entry.detail),
                None => format!(": {}", entry.detail),
            },
            _ => format!(" in {lines} entries of the ledger"),
        };
        format!("  {stage:<14} {:>9} {}{detail}", plain_number(count as f64), unit_name(unit, count))
    };
    totals.iter().map(text).collect()
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
        "{:>4}  {:>9}  {:>5.1} %  silhouette {:>6.3}  {}",
        segment.id,
        plain_number(segment.size as f64),
        segment.share * 100.0,
        segment.silhouette,
        segment.name
    )
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
