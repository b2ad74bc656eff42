//! A table looked over, in the width of a terminal.

use std::path::Path;

use segctl_segmentation::Eda;
use segctl_segmentation::exploration::{Alert, ColumnProfile, EdaRole, NumberProfile, Severity};

use super::summary::plain_number;

/// Columns told; a table may have hundreds.
const COLUMNS: usize = 100;

/// Alerts told.
const ALERTS: usize = 40;

/// Characters of a name, and of a small histogram.
const NAME: usize = 28;
const BARS: usize = 16;

/// Everything that fits a terminal: columns with small histograms, then what looks wrong.
pub(crate) fn exploration(found: &Eda, dir: Option<&Path>) -> String {
    let explored = &found.exploration;
    let (rows, columns) = (counted(explored.n_rows, "row"), counted(explored.columns.len() as u64, "column"));
    let mut lines = vec![format!("{}: {rows}, {columns}", found.input.name)];
    lines.extend(found.ledger.iter().map(|entry| format!("  {}: {} {}", entry.stage, entry.count, entry.detail)));
    lines.extend(duplicates(found));
    lines.push(String::new());
    lines.push(format!(
        "{:<NAME$} {:<11} {:>8} {:>9}  {:<BARS$}  {}",
        "column", "role", "missing", "distinct", "histogram", "least, median, greatest; or the most frequent"
    ));
    lines.extend(explored.columns.iter().take(COLUMNS).map(column));
    lines.extend(more(explored.columns.len(), COLUMNS, "columns"));
    lines.push(String::new());
    lines.push(match explored.alerts.len() {
        0 => "Nothing looks wrong.".to_owned(),
        1 => "1 thing to look at, with the lines of segctl.toml that change it:".to_owned(),
        n => format!("{n} things to look at, the most serious first, with the lines of segctl.toml that change them:"),
    });
    explored.alerts.iter().take(ALERTS).for_each(|found| lines.extend(alert(found)));
    lines.extend(more(explored.alerts.len(), ALERTS, "alerts"));
    lines.extend(dir.map(|dir| format!("\npage: {}", dir.join("eda.html").display())));
    lines.join("\n") + "\n"
}

fn more(n: usize, told: usize, of_what: &str) -> Option<String> {
    (n > told).then(|| format!("and {} more {of_what}; --out DIR writes all of them", n - told))
}

fn duplicates(found: &Eda) -> Vec<String> {
    let found = &found.duplicates;
    let told = [
        (found.n_equal_rows, "rows that equal an earlier one in every column"),
        (found.n_equal_but_for_id, "rows that equal an earlier one but for the id"),
        (
            found.n_nearly_equal.unwrap_or(0),
            "more rows that nearly equal an earlier one: texts but for case and blanks, numbers to 3 digits",
        ),
        (found.n_repeated_ids, "ids that are on more than one row"),
    ];
    told.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("  {:>9}  {what}", plain_number(*n as f64))).collect()
}

/// `1 row`, `2,000 rows`.
fn counted(n: u64, what: &str) -> String {
    format!("{} {what}{}", plain_number(n as f64), if n == 1 { "" } else { "s" })
}

fn column(profile: &ColumnProfile) -> String {
    let missing = match profile.n_missing {
        0 => "-".to_owned(),
        n => plain_number(n as f64),
    };
    format!(
        "{:<NAME$} {:<11} {:>8} {:>9}  {:<BARS$}  {}",
        cut(&profile.name, NAME),
        profile.role.name(),
        missing,
        plain_number(profile.n_distinct as f64),
        bars(profile),
        values(profile)
    )
    .trim_end()
    .to_owned()
}

/// A small histogram: eight heights, the highest for the fullest bin.
fn bars(profile: &ColumnProfile) -> String {
    let counts: Vec<u64> = match (&profile.numbers, &profile.dates) {
        (Some(numbers), _) if profile.n_distinct > 1 => numbers.histogram.counts.clone(),
        (_, Some(dates)) => dates.periods.iter().map(|period| period.count).collect(),
        _ => return String::new(),
    };
    let n_bins = counts.len().min(BARS);
    let gathered =
        |bin: usize| -> u64 { counts[bin * counts.len() / n_bins..(bin + 1) * counts.len() / n_bins].iter().sum() };
    let bins: Vec<u64> = (0..n_bins).map(gathered).collect();
    let most = bins.iter().copied().max().unwrap_or(0).max(1);
    let bar = |&count: &u64| match count {
        0 => ' ',
        // The lowest bar for a single row, the highest for the fullest bin.
        _ => ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'][(count * 7).div_ceil(most) as usize],
    };
    bins.iter().map(bar).collect()
}

fn values(profile: &ColumnProfile) -> String {
    let grouped = matches!(profile.role, EdaRole::Categorical | EdaRole::Coded | EdaRole::Boolean | EdaRole::Constant);
    match (&profile.numbers, &profile.dates, &profile.levels) {
        (Some(numbers), ..) if !grouped => range(numbers),
        (_, Some(dates), _) => format!("{} to {}", dates.first, dates.last),
        (_, _, Some(levels)) => {
            let level = |level: &segctl_segmentation::exploration::Level| {
                format!("{} {}", cut(&level.value, 20), percent(level.share))
            };
            let told: Vec<String> = levels.top.iter().take(4).map(level).collect();
            let rest = if levels.top.len() > 4 || levels.n_rest_levels > 0 { ", …" } else { "" };
            format!("{}{rest}", told.join(", "))
        }
        _ => String::new(),
    }
}

fn range(numbers: &NumberProfile) -> String {
    format!("{}, {}, {}", short(numbers.min), short(numbers.quantiles[3]), short(numbers.max))
}

/// Five significant digits at most.
fn short(value: f64) -> String {
    match value.abs() {
        v if v != 0.0 && !(1e-3..1e12).contains(&v) => format!("{value:.2e}"),
        v if v >= 1000.0 => plain_number(value),
        v if v.fract() == 0.0 => format!("{value}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p > 0.0 && p < 0.05 => "<0.1 %".to_owned(),
        p => format!("{p:.1} %"),
    }
}

fn cut(text: &str, limit: usize) -> String {
    match text.chars().count() > limit {
        true => text.chars().take(limit - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

fn alert(alert: &Alert) -> Vec<String> {
    let mark = match alert.severity {
        Severity::Serious => "!!",
        Severity::Notable => " !",
        Severity::Minor => "  ",
    };
    let mut lines = vec![format!("{mark} {}.", alert.message), format!("     To do: {}.", alert.advice)];
    let config = alert.config.iter().flat_map(|config| config.lines()).filter(|line| !line.is_empty());
    lines.extend(config.map(|line| format!("       {line}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_short() {
        assert_eq!(
            [short(0.0), short(12.345), short(0.25), short(1_234_567.0), short(1e-9)],
            ["0", "12.3", "0.250", "1,234,567", "1.00e-9"]
        );
        assert_eq!((cut("abcdef", 4), cut("abcd", 4)), ("abc…".into(), "abcd".into()));
        assert_eq!((percent(0.0), percent(0.0001), percent(0.5)), ("0.0 %".into(), "<0.1 %".into(), "50.0 %".into()));
    }
}
