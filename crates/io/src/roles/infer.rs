//! The role of a column that is no id.

use super::names::{IdName, id_name, speaks_of_counts, speaks_of_places};
use super::summary::Summary;
use crate::{Kind, Role};

/// Most values a column of codes may have.
const MAX_CODES: usize = 8;
/// Rows per value that a column of codes must have on average.
const ROWS_PER_CODE: usize = 20;
/// So many words are categories in a table of any length.
const FEW_WORDS: usize = 20;

const ANSWERS: [[&str; 2]; 5] = [["0", "1"], ["no", "yes"], ["false", "true"], ["n", "y"], ["f", "t"]];

/// The role and why.
pub(super) fn role(column: &Summary) -> (Role, String) {
    if column.n_values() == 0 {
        return (Role::Empty, "no value in any row".into());
    }
    if column.distinct.count == 1 && column.n_missing == 0 {
        return (Role::Constant, format!("always {}", column.examples[0]));
    }
    if let Some(answers) = answers(column) {
        return (Role::Boolean, format!("two answers: {answers}"));
    }
    match column.kind {
        Kind::Integer => integer(column),
        Kind::Float => (Role::Numeric, "numbers".into()),
        Kind::Boolean => (Role::Boolean, "true or false".into()),
        Kind::Date => (Role::Date, "dates".into()),
        Kind::Timestamp => (Role::Date, "dates with times".into()),
        Kind::Text => text(column),
    }
}

fn answers(column: &Summary) -> Option<String> {
    if column.distinct.count != 2 || !matches!(column.kind, Kind::Integer | Kind::Text) {
        return None;
    }
    let mut found: Vec<String> = column.examples.iter().map(|value| value.to_lowercase()).collect();
    found.sort();
    ANSWERS.iter().any(|pair| found == *pair).then(|| column.examples.join(" and "))
}

fn integer(column: &Summary) -> (Role, String) {
    let n_distinct = column.distinct.count;
    if speaks_of_places(&column.name) {
        return places(column);
    }
    let (min, max) = column.integer_range.unwrap_or_default();
    let contiguous = max.checked_sub(min) == i64::try_from(n_distinct).ok().map(|n| n - 1);
    let few = (3..=MAX_CODES).contains(&n_distinct) || (min == 1 && n_distinct == 2);
    let repeated = column.n_values() >= ROWS_PER_CODE * n_distinct;
    if !((0..=1).contains(&min) && contiguous && few && repeated) {
        if id_name(&column.name) == IdName::Strong {
            return (
                Role::Numeric,
                "whole numbers; named like an id, but many rows share a value: is this a table of transactions?".into(),
            );
        }
        return (Role::Numeric, "whole numbers".into());
    }
    if speaks_of_counts(&column.name) {
        return (Role::Numeric, "few whole numbers, but the name speaks of counts".into());
    }
    (Role::Coded, format!("only the whole numbers {min} to {max}, each on many rows: codes or ranks"))
}

/// Postal codes: near in number is not near in anything else.
fn places(column: &Summary) -> (Role, String) {
    let n_distinct = column.distinct;
    match is_few(column) {
        true => (Role::Categorical, format!("{n_distinct} different postal codes by the name: places, not amounts")),
        false => (Role::Text, format!("{n_distinct} different postal codes by the name are too many for categories")),
    }
}

fn is_few(column: &Summary) -> bool {
    let n_values = column.n_values();
    let limit = FEW_WORDS.max(n_values.isqrt());
    column.distinct.count <= limit && 2 * column.distinct.count <= n_values
}

fn text(column: &Summary) -> (Role, String) {
    let n_distinct = column.distinct;
    let n_values = column.n_values();
    if is_few(column) {
        return (Role::Categorical, format!("{n_distinct} different words on {n_values} rows"));
    }
    (Role::Text, format!("{n_distinct} different texts on {n_values} rows are too many for categories"))
}
