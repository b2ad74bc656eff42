//! Numbers that cannot be, by what the column's name says they are.

use std::collections::BTreeMap;

use super::fix::column;
use super::sentinel::sentinels;
use super::{Alert, AlertKind, Fix, FixAction, many, names};
use crate::describe::{Runs, quantile_of_runs};
use crate::eda::{ColumnProfile, EdaRole, NumberProfile};

/// Fewer values have no distribution to speak of.
const MIN_ROWS: u64 = 20;
/// The values of a column of shares that may be wrong, at most.
const WRONG_SHARES: f64 = 0.01;
/// The values of a column of ages that may be wrong, at most.
const WRONG_AGES: f64 = 0.1;
/// More different values are no list of names.
const MOST_CODES: u64 = 50;
/// What rounding may add to a share.
const ROUNDING: f64 = 1e-9;
/// Nobody is known to be older, but for a few dozen.
const OLDEST: i64 = 110;

/// What looks wrong with finite values.
pub(super) fn alerts(profile: &ColumnProfile, runs: &Runs<f64>, year: Option<i64>) -> Vec<Alert> {
    let Some(numbers) = profile.numbers.as_ref().filter(|_| runs.n() >= MIN_ROWS) else { return Vec::new() };
    if profile.role != EdaRole::Numeric {
        return Vec::new();
    }
    if let Some(alert) = codes(profile, numbers) {
        return vec![alert];
    }
    // A value is said to be wrong once.
    let impossible = impossible(profile, numbers, runs, year);
    impossible.map_or_else(|| sentinels(profile, runs), |alert| vec![alert])
}

/// Values outside of the range that the name implies.
fn impossible(profile: &ColumnProfile, numbers: &NumberProfile, runs: &Runs<f64>, year: Option<i64>) -> Option<Alert> {
    let name = &profile.name;
    let n = runs.n() as f64;
    if names::of_shares(name) {
        let outside = Outside::of(runs, -ROUNDING, 1.0 + ROUNDING);
        return outside.filter(|found| found.count() as f64 <= WRONG_SHARES * n).map(|found| shares(profile, &found));
    }
    if names::of_ages(name) {
        let outside = Outside::of(runs, 0.0, OLDEST as f64);
        return outside.filter(|found| found.count() as f64 <= WRONG_AGES * n).map(|found| ages(profile, &found));
    }
    if names::of_births(name) && numbers.whole {
        return births(profile, runs, year);
    }
    if names::of_counts(name) && numbers.whole && 2 * numbers.n_negative < numbers.moments.n {
        return Outside::of(runs, 0.0, f64::INFINITY).map(|found| negative(profile, &found));
    }
    None
}

/// Values outside of a range.
struct Outside {
    below: u64,
    above: u64,
    min: f64,
    max: f64,
}

impl Outside {
    /// `None` when there are none.
    fn of(runs: &Runs<f64>, low: f64, high: f64) -> Option<Self> {
        let below = runs.n_least(|value| value < low);
        let above = runs.n() - runs.n_least(|value| value <= high);
        let (&min, &max) = (runs.values().first()?, runs.values().last()?);
        let found = Self { below, above, min, max };
        (found.count() > 0).then_some(found)
    }

    fn count(&self) -> u64 {
        self.below + self.above
    }

    /// `3 values above 1 (up to 1.5)`.
    fn said(&self, low: impl std::fmt::Display, high: impl std::fmt::Display) -> String {
        let below =
            (self.below > 0).then(|| format!("{} below {low} (down to {})", many(self.below, "value"), self.min));
        let above =
            (self.above > 0).then(|| format!("{} above {high} (up to {})", many(self.above, "value"), self.max));
        [below, above].into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }
}

/// An alert on values outside of a range, which a rule replaces by `sql`.
fn ranged(
    kind: AlertKind,
    profile: &ColumnProfile,
    outside: &Outside,
    (message, advice): (String, &str),
    (check, sql): (String, String),
) -> Alert {
    let name = &profile.name;
    let fix = Fix::Rule {
        name: format!("{name} is possible"),
        check,
        action: FixAction::Set(BTreeMap::from([(name.clone(), sql)])),
    };
    Alert::new(kind, &[name], (outside.count(), profile.n_rows), message, advice).with_fix(fix)
}

fn shares(profile: &ColumnProfile, outside: &Outside) -> Alert {
    let sql = column(&profile.name);
    let message = format!("{} is a share by its name and values, but has {}", profile.name, outside.said(0, 1));
    let advice = "take the nearest possible value for what was meant";
    let rule = (format!("{sql} BETWEEN 0 AND 1"), format!("LEAST(GREATEST({sql}, 0), 1)"));
    ranged(AlertKind::ImpossibleShare, profile, outside, (message, advice), rule)
}

fn ages(profile: &ColumnProfile, outside: &Outside) -> Alert {
    let message = format!("{} is an age by its name, but has {}", profile.name, outside.said(0, OLDEST));
    let check = format!("{} BETWEEN 0 AND {OLDEST}", column(&profile.name));
    let advice = "treat such ages as missing";
    ranged(AlertKind::ImpossibleAge, profile, outside, (message, advice), (check, "NULL".to_owned()))
}

fn negative(profile: &ColumnProfile, outside: &Outside) -> Alert {
    let message = format!("{} counts by its name, but has {}", profile.name, outside.said(0, ""));
    let check = format!("{} >= 0", column(&profile.name));
    let advice = "treat negative counts as missing";
    ranged(AlertKind::NegativeCount, profile, outside, (message, advice), (check, "NULL".to_owned()))
}

/// Years of birth of people older than [`OLDEST`] or not born yet. Where it is not known when the data was drawn, years
/// that no living customer can have.
fn births(profile: &ColumnProfile, runs: &Runs<f64>, year: Option<i64>) -> Option<Alert> {
    let median = quantile_of_runs(runs, 0.5);
    let (low, high) = year.map_or((1900, 2100), |year| (year - OLDEST, year));
    if !(1900.0..=2100.0).contains(&median) {
        return None;
    }
    let outside = Outside::of(runs, low as f64, high as f64)?;
    if 2 * outside.count() > runs.n() {
        return None;
    }
    let message = format!("{} is a year of birth by its name, but has {}", profile.name, outside.said(low, high));
    let check = format!("{} BETWEEN {low} AND {high}", column(&profile.name));
    let advice = "treat such years as missing";
    Some(ranged(AlertKind::ImpossibleBirth, profile, &outside, (message, advice), (check, "NULL".to_owned())))
}

/// Few whole numbers in a column named like codes: near in number says nothing of what they stand for.
fn codes(profile: &ColumnProfile, numbers: &NumberProfile) -> Option<Alert> {
    let name = &profile.name;
    if !names::of_codes(name) || !numbers.whole || !(2..=MOST_CODES).contains(&profile.n_distinct) {
        return None;
    }
    let message = format!("{name} holds {} whole numbers, which are codes by its name", profile.n_distinct);
    let advice = "take them for categories, or near codes are near customers";
    let alert = Alert::new(AlertKind::CodesAsNumbers, &[name], (profile.n_present(), profile.n_rows), message, advice);
    Some(alert.with_fix(Fix::Role { column: name.clone(), role: "categorical".to_owned() }))
}
