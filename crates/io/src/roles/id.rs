//! Which columns name the customer.

use std::collections::BTreeMap;

use super::names::{IdName, id_name};
use super::summary::Summary;
use crate::{Kind, Role};

/// Share of distinct values from which a column named like an id is one in spite of repetitions.
const NEARLY_UNIQUE: f64 = 0.9;
/// Rows from which an unnamed column of 1, 2, 3, ... is taken for row numbers.
const MIN_ROW_NUMBERS: usize = 20;
/// Longer texts are no keys.
const MAX_KEY_LENGTH: usize = 64;

/// The columns that hold ids.
pub(super) struct Ids {
    /// Index and reason of each.
    found: Vec<(usize, String)>,
    /// The one that names the customer.
    pub(super) chosen: Option<usize>,
}

impl Ids {
    /// Why the column is an id, if it is.
    pub(super) fn reason(&self, index: usize) -> Option<String> {
        self.found.iter().find(|(found, _)| *found == index).map(|(_, reason)| reason.clone())
    }
}

/// How good a candidate is; the first of the greatest is chosen.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
struct Rank {
    given: bool,
    named: IdName,
    is_text: bool,
}

/// Finds the ids: those the user named, else by names and values.
pub(super) fn find(columns: &mut [Summary], given: &BTreeMap<String, Role>) -> Ids {
    let mut found = Vec::new();
    let mut best: Option<(Rank, usize)> = None;
    for (index, column) in columns.iter_mut().enumerate() {
        let role = given.get(&column.name);
        let named = id_name(&column.name);
        let reason = match role {
            Some(Role::Id) => Some("set by the user".to_owned()),
            Some(_) => None,
            None => reason(column, named),
        };
        let Some(reason) = reason else { continue };
        let rank = Rank { given: role.is_some(), named, is_text: column.kind == Kind::Text };
        if best.is_none_or(|(so_far, _)| rank > so_far) {
            best = Some((rank, index));
        }
        found.push((index, reason));
    }
    let chosen = best.map(|(_, index)| index);
    for (_, reason) in found.iter_mut().filter(|(index, _)| Some(*index) != chosen) {
        reason.push_str(&format!("; {} was chosen to name the customers", columns[chosen.unwrap_or(0)].name));
    }
    Ids { found, chosen }
}

fn reason(column: &mut Summary, named: IdName) -> Option<String> {
    let may_be = matches!(column.kind, Kind::Integer | Kind::Text) && column.n_values() > 0;
    if !may_be || (named == IdName::No && (column.n_missing > 0 || !seems_unique(column))) {
        return None;
    }
    if named == IdName::No && column.kind == Kind::Integer {
        let row_numbers = column.n_rows >= MIN_ROW_NUMBERS && are_row_numbers(column);
        return row_numbers.then(|| "numbers the rows".into());
    }
    column.count_distinct();
    let n_distinct = column.distinct.count;
    let unique = column.n_missing == 0 && n_distinct == column.n_rows;
    match named {
        IdName::No => (unique && look_like_keys(column)).then(|| "a different key in every row".into()),
        _ if unique => Some("named like an id, and different in every row".into()),
        IdName::Strong if n_distinct as f64 >= NEARLY_UNIQUE * column.n_rows as f64 => Some(format!(
            "named like an id, though only {n_distinct} of {} rows have a value of their own",
            column.n_rows
        )),
        _ => None,
    }
}

/// Cheap: whether counting to the end could show that all values differ.
fn seems_unique(column: &Summary) -> bool {
    !column.distinct.exact || column.distinct.count == column.n_rows
}

fn are_row_numbers(column: &Summary) -> bool {
    let first = column.integer_values().next().unwrap_or(-1);
    (0..=1).contains(&first) && column.integer_values().zip(first..).all(|(value, expected)| value == expected)
}

/// Short texts without blanks that hold a digit, nearly all of them.
fn look_like_keys(column: &Summary) -> bool {
    let is_key = |text: &&str| {
        text.len() <= MAX_KEY_LENGTH
            && !text.contains(char::is_whitespace)
            && text.contains(|letter: char| letter.is_ascii_digit())
    };
    column.n_rows >= 2 && column.text_values().filter(is_key).count() as f64 >= NEARLY_UNIQUE * column.n_rows as f64
}
