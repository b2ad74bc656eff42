//! The columns on their way through the steps: numbers, with NaN for a missing cell.

use std::collections::BTreeMap;

use crate::{Event, PrepareError};

/// What the numbers of a column stand for; steps for amounts pass by the others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// An amount, a count, a measurement.
    Number,
    /// 0 or 1.
    Flag,
    /// A place in an order.
    Rank,
    /// The share of rows with a category.
    Share,
    /// An index into these categories. An index past the end is a category nobody has seen.
    Category(Vec<String>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) values: Vec<f64>,
}

impl Column {
    pub(crate) fn is_category(&self) -> bool {
        matches!(self.kind, Kind::Category(_))
    }

    pub(crate) fn n_missing(&self) -> usize {
        self.values.iter().filter(|value| value.is_nan()).count()
    }
}

/// Columns of equal length, what happened to them, and which rows are left.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    pub(crate) columns: Vec<Column>,
    pub(crate) n_rows: usize,
    /// Source rows still here; `None` while all are.
    pub(crate) kept_rows: Option<Vec<usize>>,
    /// Per row, in how many columns it is an outlier, 1 when it is one as a whole; empty until looked for.
    pub(crate) outliers: Vec<u32>,
    /// The rows that were filled, ascending, by column; categories have none.
    pub(crate) filled: BTreeMap<String, Vec<usize>>,
    pub(crate) events: Vec<Event>,
}

impl Table {
    /// The place of a column the steps know.
    pub(crate) fn position(&self, name: &str) -> Result<usize, PrepareError> {
        let found = self.columns.iter().position(|column| column.name == name);
        found.ok_or_else(|| PrepareError::Inconsistent { column: name.to_owned() })
    }

    /// A name no column has: `wish`, with as many primes as it takes.
    pub(crate) fn free_name(&self, wish: String) -> String {
        let mut name = wish;
        while self.columns.iter().any(|column| column.name == name) {
            name.push('\'');
        }
        name
    }

    /// Remembers which cells of the column at `at` are about to be filled.
    pub(crate) fn note_gaps(&mut self, at: usize) {
        let column = &self.columns[at];
        let rows: Vec<usize> = (0..self.n_rows).filter(|&row| column.values[row].is_nan()).collect();
        if !rows.is_empty() && !column.is_category() {
            self.filled.insert(column.name.clone(), rows);
        }
    }

    /// Leaves out the rows for which `keep` is false and tells how many went.
    pub(crate) fn retain_rows(&mut self, keep: &[bool]) -> usize {
        let n_dropped = keep.iter().filter(|&&kept| !kept).count();
        if n_dropped == 0 {
            return 0;
        }
        let rows = self.kept_rows.take().unwrap_or_else(|| (0..self.n_rows).collect());
        self.kept_rows = Some(filtered(&rows, keep));
        for column in &mut self.columns {
            column.values = filtered(&column.values, keep);
        }
        if !self.outliers.is_empty() {
            self.outliers = filtered(&self.outliers, keep);
        }
        self.filled.values_mut().for_each(|rows| *rows = renumbered(rows, keep));
        self.n_rows -= n_dropped;
        n_dropped
    }
}

/// The places that rows have among those kept.
fn renumbered(rows: &[usize], keep: &[bool]) -> Vec<usize> {
    let mut places = keep.iter().scan(0, |next, &kept| {
        let place = *next;
        *next += usize::from(kept);
        Some(kept.then_some(place))
    });
    let mut row = 0;
    let mut place = |wanted: usize| {
        let found = places.nth(wanted - row).flatten();
        row = wanted + 1;
        found
    };
    rows.iter().filter_map(|&row| place(row)).collect()
}

fn filtered<T: Copy>(values: &[T], keep: &[bool]) -> Vec<T> {
    values.iter().zip(keep).filter(|&(_, &kept)| kept).map(|(&value, _)| value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filled_rows_move_up_where_others_go() {
        let keep = [true, false, true, true, false, true];
        assert_eq!(renumbered(&[0, 1, 3, 5], &keep), [0, 2, 3]);
        assert_eq!(renumbered(&[], &keep), [0_usize; 0]);
    }
}
