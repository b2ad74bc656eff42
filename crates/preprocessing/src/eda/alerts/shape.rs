//! What a glance at a column's profile tells.

use super::group::Finding;
use super::{AlertKind, Found};
use crate::eda::{ColumnProfile, EdaRole, NumberProfile};

/// More missing cells than this, and little is known of most customers.
const MOSTLY: f64 = 0.5;
/// A value on so many of the rows leaves nearly nothing to tell.
const NEARLY_ALL: f64 = 0.99;
/// Of values drawn from a normal distribution, 0.7 % lie beyond the fences.
const MANY_OUTLIERS: f64 = 0.01;
/// The customary line between moderately and highly skewed (Bulmer 1979).
const SKEWED: f64 = 1.0;
/// Few rows are all different by chance, and have no shape.
const MIN_ROWS: u64 = 20;

/// Whether the column has one value at most, so that nothing more can be wrong with it.
pub(super) fn says_nothing(profile: &ColumnProfile) -> bool {
    profile.n_distinct <= 1
}

pub(super) fn found(profile: &ColumnProfile) -> Found {
    let mut findings = Vec::new();
    findings.extend(missing(profile));
    findings.extend(constant(profile));
    findings.extend(unique_text(profile));
    if let Some(numbers) = &profile.numbers {
        findings.extend(infinite(profile, numbers));
        if profile.role == EdaRole::Numeric && numbers.moments.n >= MIN_ROWS && top_share(profile) < NEARLY_ALL {
            findings.extend(shape(profile, numbers));
        }
    }
    Found { alerts: Vec::new(), findings }
}

/// The share of the most frequent value.
fn top_share(profile: &ColumnProfile) -> f64 {
    profile.levels.as_ref().and_then(|levels| levels.top.first()).map_or(0.0, |level| level.share)
}

fn missing(profile: &ColumnProfile) -> Option<Finding> {
    let kind = if profile.missing_share() > MOSTLY { AlertKind::MostlyMissing } else { AlertKind::Missing };
    let (count, n_cells) = (profile.n_missing, profile.n_rows);
    let detail = || format!("{}, {}", super::many(count, "cell"), super::percent(profile.missing_share()));
    (count > 0).then(|| Finding { detail: detail(), ..Finding::of_share(kind, &profile.name, count, n_cells) })
}

fn constant(profile: &ColumnProfile) -> Option<Finding> {
    let level = profile.levels.as_ref()?.top.first()?;
    let (kind, detail) = match says_nothing(profile) {
        true => (AlertKind::Constant, level.value.clone()),
        false if level.share >= NEARLY_ALL && profile.role != EdaRole::Id => {
            let text = format!("{} on {}", level.value, super::percent(level.share));
            (AlertKind::NearConstant, text)
        }
        false => return None,
    };
    let finding = Finding::of_share(kind, &profile.name, level.count, profile.n_rows);
    Some(Finding { detail, ..finding })
}

fn unique_text(profile: &ColumnProfile) -> Option<Finding> {
    let n = profile.n_present();
    let is_unique = profile.role == EdaRole::Text && profile.n_distinct == n && n >= MIN_ROWS;
    let finding = || Finding::of_share(AlertKind::UniqueText, &profile.name, n, profile.n_rows);
    is_unique.then(|| Finding { detail: super::many(n, "text"), ..finding() })
}

fn infinite(profile: &ColumnProfile, numbers: &NumberProfile) -> Option<Finding> {
    let finding = || Finding::of_share(AlertKind::Infinite, &profile.name, numbers.n_infinite, profile.n_rows);
    (numbers.n_infinite > 0).then(|| Finding { detail: super::many(numbers.n_infinite, "cell"), ..finding() })
}

fn shape(profile: &ColumnProfile, numbers: &NumberProfile) -> Vec<Finding> {
    let n = numbers.moments.n;
    let of_share = |kind, count| Finding::of_share(kind, &profile.name, count, n);
    let mut found = Vec::new();
    if let Some(skewness) = numbers.moments.skewness.filter(|skewness| skewness.abs() > SKEWED) {
        let finding = of_share(AlertKind::Skewed, n);
        found.push(Finding { strength: skewness.abs(), detail: format!("{skewness:.1}"), ..finding });
    }
    // Among negative values 0 is a middle, not an absence.
    if 2 * numbers.n_zero > n && numbers.n_negative == 0 {
        found.push(of_share(AlertKind::ZeroInflated, numbers.n_zero));
    }
    let boxplot = &numbers.boxplot;
    let n_outliers = boxplot.n_outliers_low + boxplot.n_outliers_high;
    // Where the quartiles coincide, the fences enclose one value and every other lies beyond.
    if boxplot.q1 < boxplot.q3 && n_outliers as f64 > MANY_OUTLIERS * n as f64 {
        found.push(of_share(AlertKind::Outliers, n_outliers));
    }
    found
}
