use rayon::prelude::*;

use crate::table::{Column, Table};

/// Rows that a fitted imputer keeps or learns from, at most: enough for neighbours and slopes, few enough
/// for a file.
pub(super) const MAX_ROWS: usize = 10_000;

/// Rows completed at a time.
const CHUNK: usize = 32;

/// The numbers of evenly spaced rows, column by column.
pub(super) struct Sample {
    pub(super) names: Vec<String>,
    /// Values, NaN where missing.
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) n_rows: usize,
}

impl Sample {
    /// Of at most [`MAX_ROWS`] rows, the columns that hold numbers. A column without a value in these
    /// rows is left out.
    pub(super) fn of(table: &Table) -> Self {
        let n_rows = table.n_rows.min(MAX_ROWS);
        let row = |i: usize| (i as u64 * table.n_rows as u64 / n_rows as u64) as usize;
        let pick = |column: &Column| (0..n_rows).map(|i| column.values[row(i)]).collect::<Vec<f64>>();
        let numbers = table.columns.iter().filter(|column| !column.is_category());
        let picked = numbers.map(|column| (column.name.clone(), pick(column)));
        let (names, columns) = picked.filter(|(_, values)| values.iter().any(|value| !value.is_nan())).unzip();
        Self { names, columns, n_rows }
    }

    /// Whether a column has no missing cell in these rows.
    pub(super) fn is_complete(&self, j: usize) -> bool {
        self.columns[j].iter().all(|value| !value.is_nan())
    }

    /// The places of the columns, from the fewest missing cells to the most.
    pub(super) fn by_gaps(&self) -> Vec<usize> {
        let n_missing = |&j: &usize| self.columns[j].iter().filter(|value| value.is_nan()).count();
        let mut order: Vec<usize> = (0..self.columns.len()).collect();
        order.sort_by_key(n_missing);
        order
    }

    /// The largest magnitude among the values.
    pub(super) fn largest(&self) -> f64 {
        self.columns.iter().flatten().fold(0.0, |top, value| top.max(value.abs()))
    }
}

/// The rows of a table with a gap in one of the columns at `places`, row-major.
pub(super) struct Gappy {
    pub(super) rows: Vec<usize>,
    pub(super) values: Vec<f64>,
}

impl Gappy {
    pub(super) fn of(table: &Table, places: &[usize]) -> Self {
        let columns: Vec<&[f64]> = places.iter().map(|&at| table.columns[at].values.as_slice()).collect();
        let mut gap = vec![false; table.n_rows];
        for column in &columns {
            gap.iter_mut().zip(*column).for_each(|(gap, value)| *gap |= value.is_nan());
        }
        let rows: Vec<usize> = (0..table.n_rows).filter(|&row| gap[row]).collect();
        let values = rows.iter().flat_map(|&row| columns.iter().map(move |column| column[row])).collect();
        Self { rows, values }
    }

    /// Writes the values back where the table has none.
    pub(super) fn write(&self, table: &mut Table, places: &[usize]) {
        for (j, &at) in places.iter().enumerate() {
            let cells = &mut table.columns[at].values;
            for (i, &row) in self.rows.iter().enumerate().filter(|&(_, &row)| cells[row].is_nan()).collect::<Vec<_>>() {
                cells[row] = self.values[i * places.len() + j];
            }
        }
    }
}

/// Completes row-major rows of `d` values in parallel, each on its own.
pub(super) fn complete_rows(rows: &mut [f64], d: usize, complete: impl Fn(&mut [f64]) + Sync) {
    if d > 0 {
        rows.par_chunks_mut(CHUNK * d).for_each(|piece| piece.chunks_exact_mut(d).for_each(&complete));
    }
}
