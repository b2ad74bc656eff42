//! Which columns are worth keeping; columns that are not are needed no more, by any later data.

use rayon::prelude::*;

use super::short;
use crate::describe::{Correlation, pearson};
use crate::raw::Input;
use crate::table::{Column, Kind, Table};
use crate::{Event, Preparation};

/// Drops columns that are mostly missing, that hardly vary, or that repeat another; says which and
/// why.
pub(crate) fn select_columns(table: &mut Table, inputs: &mut Vec<Input>, preparation: &Preparation) -> Vec<Event> {
    let why_drop = |column: &Column| {
        too_missing(column, preparation.max_missing_share)
            .or_else(|| near_constant(column, preparation.near_constant_share))
    };
    let verdicts: Vec<Option<Event>> = table.columns.par_iter().map(why_drop).collect();
    let mut dropped = remove(table, inputs, verdicts);
    let verdicts = collinear(&table.columns, preparation.max_correlation);
    dropped.extend(remove(table, inputs, verdicts));
    dropped
}

fn remove(table: &mut Table, inputs: &mut Vec<Input>, verdicts: Vec<Option<Event>>) -> Vec<Event> {
    let mut stays = verdicts.iter().map(Option::is_none);
    table.columns.retain(|_| stays.next().unwrap_or(true));
    let mut stays = verdicts.iter().map(Option::is_none);
    inputs.retain(|_| stays.next().unwrap_or(true));
    verdicts.into_iter().flatten().collect()
}

fn too_missing(column: &Column, max_share: f64) -> Option<Event> {
    let (n, n_missing) = (column.values.len(), column.n_missing());
    let share = n_missing as f64 / n as f64;
    let why = || format!("dropped: {}% of its cells are missing", percent(share));
    (n_missing == n || share > max_share).then(|| Event::new("missing", 1, why()).of(&column.name))
}

fn near_constant(column: &Column, least_share: f64) -> Option<Event> {
    if least_share.is_infinite() {
        return None;
    }
    let value = majority(&column.values)?;
    let n = column.values.len() - column.n_missing();
    let count = column.values.iter().filter(|&&other| other == value).count();
    let share = count as f64 / n as f64;
    let shown = match &column.kind {
        Kind::Category(levels) => levels.get(value as usize).cloned().unwrap_or_default(),
        _ => short(value),
    };
    let why = || match count == n {
        true => format!("dropped: every value is {shown}"),
        false => format!("dropped: {}% of its values are {shown}", percent(share)),
    };
    (share >= least_share).then(|| Event::new("near-constant", 1, why()).of(&column.name))
}

/// The only value that can make up more than half of those there (Boyer and Moore 1991): one pass,
/// no sorting. The caller counts.
fn majority(values: &[f64]) -> Option<f64> {
    let mut candidate = None;
    let mut lead = 0_usize;
    for &value in values.iter().filter(|value| !value.is_nan()) {
        if lead == 0 {
            candidate = Some(value);
            lead = 1;
        } else if candidate == Some(value) {
            lead += 1;
        } else {
            lead -= 1;
        }
    }
    candidate
}

/// The later of two columns of numbers that say the same.
fn collinear(columns: &[Column], least: f64) -> Vec<Option<Event>> {
    if least.is_infinite() {
        return vec![None; columns.len()];
    }
    let numbers: Vec<usize> = (0..columns.len()).filter(|&i| !columns[i].is_category()).collect();
    let values: Vec<&[f64]> = numbers.iter().map(|&i| columns[i].values.as_slice()).collect();
    let correlation = pearson(&values);
    let mut verdicts: Vec<Option<Event>> = vec![None; columns.len()];
    for (b, &later) in numbers.iter().enumerate() {
        let kept = (0..b).filter(|&a| verdicts[numbers[a]].is_none());
        let repeats =
            |&a: &usize| enough_rows(&correlation, a, b) && correlation.get(a, b).is_some_and(|r| r.abs() >= least);
        if let Some(first) = kept.into_iter().find(repeats) {
            let why = format!("dropped: perfectly correlated with {}", columns[numbers[first]].name);
            verdicts[later] = Some(Event::new("collinear", 1, why).of(&columns[later].name));
        }
    }
    verdicts
}

/// Any two rows lie on a line, and a few common rows tell little of two columns with many holes.
fn enough_rows(correlation: &Correlation, a: usize, b: usize) -> bool {
    let n = |i: usize, j: usize| correlation.n[i * correlation.n_columns + j];
    n(a, b) >= 3 && 2 * n(a, b) >= n(a, a).max(n(b, b))
}

/// A share in per cent, never rounded up to 100.
fn percent(share: f64) -> String {
    let text = format!("{:.1}", 100.0 * share);
    if text == "100.0" && share < 1.0 { "more than 99.9".to_owned() } else { text.trim_end_matches(".0").to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, values: &[f64]) -> Column {
        Column { name: name.to_owned(), kind: Kind::Number, values: values.to_vec() }
    }

    #[test]
    fn a_majority_is_found_wherever_it_stands() {
        assert_eq!(majority(&[1.0, 2.0, 2.0, 3.0, 2.0, 2.0]), Some(2.0));
        assert_eq!(majority(&[f64::NAN]), None);
    }

    #[test]
    fn the_reason_names_share_and_value() {
        let mut values = vec![5.0; 999];
        values.push(6.0);
        let event = near_constant(&column("x", &values), 0.999).unwrap();
        assert_eq!(event.detail, "dropped: 99.9% of its values are 5");
        assert!(near_constant(&column("x", &values), 1.0).is_none());
        let event = too_missing(&column("x", &[f64::NAN, f64::NAN, 1.0]), 0.5).unwrap();
        assert_eq!(event.detail, "dropped: 66.7% of its cells are missing");
    }

    #[test]
    fn a_few_common_rows_prove_nothing() {
        let (here, there) = ([1.0, 2.0, 3.0, 7.0, 5.0, f64::NAN], [1.0, 2.0, f64::NAN, f64::NAN, f64::NAN, 9.0]);
        let verdicts = collinear(&[column("a", &here), column("b", &there)], 1.0 - 1e-9);
        assert_eq!(verdicts, [None, None]);
    }

    #[test]
    fn a_chain_of_copies_leaves_the_first() {
        let columns = [column("a", &[1.0, 2.0, 4.0]), column("b", &[-2.0, -4.0, -8.0]), column("c", &[2.0, 3.0, 5.0])];
        let verdicts = collinear(&columns, 1.0 - 1e-9);
        assert!(verdicts[0].is_none());
        for verdict in &verdicts[1..] {
            assert_eq!(verdict.as_ref().unwrap().detail, "dropped: perfectly correlated with a");
        }
    }
}
