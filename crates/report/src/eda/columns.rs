use segctl_segmentation::exploration::{ColumnProfile, EdaRole, Levels, NumberProfile};

use super::svg;
use crate::format::{DASH, count, number, percent, shortened};
use crate::view::{Breakable, css_percent};

/// Values shown of a column.
const VALUES: usize = 8;

/// One column.
pub(super) struct ColumnView {
    pub(super) name: Breakable,
    pub(super) role: &'static str,
    pub(super) kind: String,
    pub(super) reason: String,
    pub(super) missing: String,
    pub(super) distinct: String,
    /// What it is and how much, in two columns.
    pub(super) facts: Vec<(&'static str, String)>,
    /// SVG of ours, which holds numbers only.
    pub(super) picture: Option<String>,
    pub(super) levels: Vec<LevelView>,
    /// Values that are not shown.
    pub(super) rest: Option<String>,
}

/// A value and how frequent it is.
pub(super) struct LevelView {
    pub(super) value: String,
    pub(super) share: String,
    pub(super) width: String,
}

impl ColumnView {
    pub(super) fn new(profile: &ColumnProfile, reason: &str) -> Self {
        let grouped =
            matches!(profile.role, EdaRole::Categorical | EdaRole::Coded | EdaRole::Boolean | EdaRole::Constant);
        let levels = profile.levels.as_ref().filter(|_| grouped || profile.numbers.is_none());
        let numbers = profile.numbers.as_ref().filter(|_| profile.n_distinct > 1);
        let dates = profile.dates.as_ref();
        Self {
            name: Breakable::new(&profile.name),
            role: profile.role.name(),
            kind: profile.kind.clone(),
            reason: reason.to_owned(),
            missing: missing(profile),
            distinct: count(profile.n_distinct),
            facts: numbers
                .map_or_else(Vec::new, facts)
                .into_iter()
                .chain(
                    dates.map_or_else(Vec::new, |dates| {
                        vec![("first", dates.first.clone()), ("last", dates.last.clone())]
                    }),
                )
                .collect(),
            picture: match (numbers.filter(|_| !grouped), dates) {
                (Some(numbers), _) => Some(svg::histogram(numbers)),
                (_, Some(dates)) => {
                    Some(svg::bars(&dates.periods.iter().map(|period| period.count).collect::<Vec<_>>()))
                }
                _ => None,
            },
            levels: levels.map_or_else(Vec::new, shown),
            rest: levels.and_then(rest),
        }
    }
}

fn missing(profile: &ColumnProfile) -> String {
    if profile.n_missing == 0 {
        return "0".to_owned();
    }
    let markers: Vec<String> = profile
        .missing_by_marker
        .iter()
        .filter(|(marker, _)| !marker.is_empty())
        .map(|(marker, n)| format!("{} written {}", count(*n), shortened(marker, 20)))
        .collect();
    let markers = if markers.is_empty() { String::new() } else { format!("; {}", markers.join(", ")) };
    format!("{} ({}){markers}", count(profile.n_missing), percent(profile.missing_share()))
}

fn facts(numbers: &NumberProfile) -> Vec<(&'static str, String)> {
    let some = |value: Option<f64>| value.map_or_else(|| DASH.into(), number);
    let [p1, p5, q1, median, q3, p95, p99] = numbers.quantiles.map(number);
    let (box_, moments) = (&numbers.boxplot, &numbers.moments);
    let mut facts = vec![
        ("least", number(numbers.min)),
        ("1 %", p1),
        ("5 %", p5),
        ("first quartile", q1),
        ("median", median),
        ("third quartile", q3),
        ("95 %", p95),
        ("99 %", p99),
        ("greatest", number(numbers.max)),
        ("mean", some(moments.mean)),
        ("standard deviation", some(moments.std)),
        ("skewness", some(moments.skewness)),
        ("excess kurtosis", some(moments.kurtosis)),
    ];
    let counts = [
        ("zeros", numbers.n_zero),
        ("below 0", numbers.n_negative),
        ("infinite", numbers.n_infinite),
        ("beyond the whiskers", box_.n_outliers_low + box_.n_outliers_high),
    ];
    facts.extend(counts.into_iter().filter(|(_, n)| *n > 0).map(|(what, n)| (what, count(n))));
    facts
}

fn shown(levels: &Levels) -> Vec<LevelView> {
    let level = |level: &segctl_segmentation::exploration::Level| LevelView {
        value: if level.value.trim().is_empty() { "(blank)".into() } else { shortened(&level.value, 40) },
        share: format!("{} ({})", count(level.count), percent(level.share)),
        width: css_percent(level.share),
    };
    levels.top.iter().take(VALUES).map(level).collect()
}

fn rest(levels: &Levels) -> Option<String> {
    let hidden = levels.top.iter().skip(VALUES);
    let n_levels = hidden.clone().count() as u64 + levels.n_rest_levels;
    let n_cells = hidden.map(|level| level.count).sum::<u64>() + levels.n_rest;
    (n_levels > 0).then(|| format!("{} other values in {} cells", count(n_levels), count(n_cells)))
}
