//! How the columns that only describe are spread over the segments.

use std::collections::BTreeMap;

use segctl_io::Table;
use segctl_numeric::{Labels, Matrix};

use crate::outcome::Composition;
use crate::values::for_each_text;

/// Values shown of one column; the rest are gathered.
const VALUES: usize = 12;

/// What gathers the rest.
const OTHER: &str = "(other)";

/// What a missing cell is called.
const MISSING: &str = "(missing)";

/// The spread of `column` over the segments.
pub(crate) fn composition(table: &Table, column: &str, labels: &Labels) -> Composition {
    // The last count of each value is that of the rows in no segment.
    let k = labels.n_clusters();
    let mut counts: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for_each_text(table, column, |row, value| {
        let segment = labels.get(row).unwrap_or(k);
        let value = value.unwrap_or(MISSING);
        if !counts.contains_key(value) {
            counts.insert(value.to_owned(), vec![0; k + 1]);
        }
        if let Some(by_segment) = counts.get_mut(value) {
            by_segment[segment] += 1;
        }
    });
    let rows = shown(counts, k + 1);
    Composition {
        column: column.to_owned(),
        shares: shares(&rows, k),
        overall: overall(&rows),
        values: rows.into_iter().map(|(value, _)| value).collect(),
    }
}

/// The most frequent values, and one row for the rest.
fn shown(counts: BTreeMap<String, Vec<u64>>, n_counts: usize) -> Vec<(String, Vec<u64>)> {
    let mut rows: Vec<(String, Vec<u64>)> = counts.into_iter().collect();
    rows.sort_by_key(|(_, by_segment)| std::cmp::Reverse(by_segment.iter().sum::<u64>()));
    if rows.len() <= VALUES {
        return rows;
    }
    let mut rest = vec![0; n_counts];
    for (_, by_segment) in rows.drain(VALUES - 1..) {
        rest.iter_mut().zip(by_segment).for_each(|(total, count)| *total += count);
    }
    rows.push((OTHER.to_owned(), rest));
    rows
}

fn shares(rows: &[(String, Vec<u64>)], k: usize) -> Matrix {
    let mut shares = Matrix::zeros(k, rows.len());
    for s in 0..k {
        let size: u64 = rows.iter().map(|(_, by_segment)| by_segment[s]).sum();
        for (cell, (_, by_segment)) in shares.row_mut(s).iter_mut().zip(rows) {
            *cell = by_segment[s] as f64 / size as f64;
        }
    }
    shares
}

fn overall(rows: &[(String, Vec<u64>)]) -> Vec<f64> {
    let totals: Vec<u64> = rows.iter().map(|(_, by_segment)| by_segment.iter().sum()).collect();
    let n: u64 = totals.iter().sum();
    totals.into_iter().map(|count| count as f64 / n as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_values_are_gathered_and_shares_sum_to_one() {
        let counts = (0..20).map(|i| (format!("v{i:02}"), vec![20 - i, 1])).collect();
        let rows = shown(counts, 2);
        assert_eq!((rows.len(), rows[0].0.as_str(), rows[11].0.as_str()), (VALUES, "v00", OTHER));
        assert_eq!(rows[11].1, [45, 9]);
        let shares = shares(&rows, 2);
        assert!((0..2).all(|s| (shares.row(s).iter().sum::<f64>() - 1.0).abs() < 1e-12));
        assert!((overall(&rows).iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
