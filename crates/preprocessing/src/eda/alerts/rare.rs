//! Codes and words that hardly any row has.

use super::fix::column;
use super::{Alert, AlertKind, Fix, FixAction, many, some};
use crate::eda::{ColumnProfile, EdaRole, Level};

/// A level on less than this share of the rows is rare.
const RARE: f64 = 0.01;
/// Rows from which a rare level is rare and not an accident.
const MIN_ROWS: u64 = 200;

/// The rare levels of a column of codes or words, where at least two others are common: a code book may not know them.
pub(super) fn alert(profile: &ColumnProfile) -> Option<Alert> {
    if !matches!(profile.role, EdaRole::Coded | EdaRole::Categorical) || profile.n_present() < MIN_ROWS {
        return None;
    }
    let levels = profile.levels.as_ref().filter(|levels| levels.n_rest_levels == 0)?;
    let mut rare: Vec<&Level> = levels.top.iter().filter(|level| level.share < RARE).collect();
    if rare.is_empty() || rare.len() + 2 > levels.top.len() {
        return None;
    }
    rare.sort_by(|a, b| number(a).total_cmp(&number(b)));
    let count = rare.iter().map(|level| level.count).sum();
    let name = &profile.name;
    let names: Vec<&str> = rare.iter().map(|level| level.value.as_str()).collect();
    let (word, verb) = if rare.len() == 1 { ("level", "is") } else { ("levels", "are") };
    let message = format!("{name}: {word} {} {verb} rare ({})", some(&names), many(count, "row"));
    let advice = "check the code book: what it does not know is no answer";
    let alert = Alert::new(AlertKind::RareLevels, &[name], (count, profile.n_rows), message, advice);
    // What was cut or is not written as it is stored cannot be named in SQL.
    Some(if rare.iter().all(|level| !level.value.ends_with('…')) {
        alert.with_fix(fix(profile, &rare))
    } else {
        alert
    })
}

fn fix(profile: &ColumnProfile, rare: &[&Level]) -> Fix {
    let is_number = profile.numbers.is_some();
    let literal = |level: &&Level| match is_number {
        true => level.value.clone(),
        false => format!("'{}'", level.value.replace('\'', "''")),
    };
    let literals: Vec<String> = rare.iter().map(literal).collect();
    Fix::Rule {
        name: format!("{} has a usual level", profile.name),
        check: format!("{} NOT IN ({})", column(&profile.name), literals.join(", ")),
        action: FixAction::Report,
    }
}

/// Codes go by size; words, which are no numbers, stay in the order of their counts.
fn number(level: &Level) -> f64 {
    level.value.parse().unwrap_or(0.0)
}
