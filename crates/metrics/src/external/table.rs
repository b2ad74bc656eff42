use segctl_numeric::{InputError, Labels};
use serde::{Deserialize, Serialize};

use crate::MetricsError;

/// Products of four counts must fit 128 signed bits.
const MOST_ROWS: usize = i32::MAX as usize;

/// What becomes of rows that are noise in one of two labelings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoisePolicy {
    /// Noise is a label like any other, as scikit-learn takes -1.
    #[default]
    OwnLabel,
    /// A row that is noise in either labeling is left out.
    LeftOut,
}

/// How many rows each pair of labels has: the cells that are not empty, with the sums of rows and columns.
///
/// Rows are the labels of the first labeling that occur, ascending, -1 for noise before all others; columns
/// those of the second. Memory O(n_rows + n_cols + cells).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContingencyTable {
    row_labels: Vec<i64>,
    column_labels: Vec<i64>,
    row_sums: Vec<u64>,
    column_sums: Vec<u64>,
    cells: Vec<Cell>,
    n_samples: u64,
    n_left_out: u64,
}

/// A cell of a [`ContingencyTable`] that is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cell {
    /// 0-based row of the table.
    pub row: usize,
    /// 0-based column of the table.
    pub column: usize,
    /// Rows of the data that have both labels, at least 1.
    pub count: u64,
}

impl ContingencyTable {
    /// Counts the pairs of labels of the same rows. Time O(n log n) at most, O(n) for few labels.
    ///
    /// ```
    /// use segctl_metrics::external::{ContingencyTable, NoisePolicy};
    /// use segctl_numeric::Labels;
    /// let first = Labels::from_signed(&[0, 0, 2, -1])?;
    /// let second = Labels::from_signed(&[1, 1, 0, 1])?;
    /// let table = ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?;
    /// assert_eq!(table.row_labels(), [-1, 0, 2]);
    /// assert_eq!(table.dense(), [[0, 1], [0, 2], [1, 0]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`MetricsError::Input`] when the labelings differ in length, no row remains, or more than 2^31 - 1 do.
    pub fn new(first: &Labels, second: &Labels, noise: NoisePolicy) -> Result<Self, MetricsError> {
        if first.len() != second.len() {
            let (found, expected) = (second.len(), first.len());
            return Err(InputError::Length { what: "second labeling", found, expected }.into());
        }
        let (first, second) = (first.as_slice(), second.as_slice());
        let is_noise = |id: u32| id == Labels::NOISE && noise == NoisePolicy::LeftOut;
        let is_used = |&(a, b): &(u32, u32)| !is_noise(a) && !is_noise(b);
        let pairs: Vec<(u32, u32)> = first.iter().copied().zip(second.iter().copied()).filter(is_used).collect();
        let n_left_out = first.len() - pairs.len();
        Self::of_codes(&pairs, n_left_out)
    }

    /// The table of pairs of codes, [`Labels::NOISE`] being the code of noise.
    pub(crate) fn of_codes(pairs: &[(u32, u32)], n_left_out: usize) -> Result<Self, MetricsError> {
        if pairs.is_empty() {
            return Err(InputError::TooFewRows { what: "labels", n_samples: 0, at_least: 1 }.into());
        }
        if pairs.len() > MOST_ROWS {
            let value = pairs.len() as f64;
            return Err(InputError::OutOfRange { name: "n_samples", value, expected: "< 2^31" }.into());
        }
        let (row_labels, rows) = numbered(pairs.iter().map(|pair| pair.0));
        let (column_labels, columns) = numbered(pairs.iter().map(|pair| pair.1));
        let cells = count(&rows, &columns, row_labels.len(), column_labels.len());
        let mut row_sums = vec![0; row_labels.len()];
        let mut column_sums = vec![0; column_labels.len()];
        for cell in &cells {
            row_sums[cell.row] += cell.count;
            column_sums[cell.column] += cell.count;
        }
        let (n_samples, n_left_out) = (pairs.len() as u64, n_left_out as u64);
        Ok(Self { row_labels, column_labels, row_sums, column_sums, cells, n_samples, n_left_out })
    }

    /// The labels of the first labeling that occur, ascending, -1 for noise.
    ///
    /// ```
    /// # use segctl_metrics::external::{ContingencyTable, NoisePolicy};
    /// # use segctl_numeric::Labels;
    /// # let (first, second) = (Labels::from_signed(&[4, 4, 2, -1])?, Labels::from_signed(&[1, 1, 0, 0])?);
    /// let table = ContingencyTable::new(&first, &second, NoisePolicy::LeftOut)?;
    /// assert_eq!(table.row_labels(), [2, 4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn row_labels(&self) -> &[i64] {
        &self.row_labels
    }

    /// The labels of the second labeling that occur, ascending, -1 for noise.
    ///
    /// ```
    /// # use segctl_metrics::external::{ContingencyTable, NoisePolicy};
    /// # use segctl_numeric::Labels;
    /// # let (first, second) = (Labels::from_signed(&[4, 4, 2, -1])?, Labels::from_signed(&[1, 1, 0, 0])?);
    /// let table = ContingencyTable::new(&first, &second, NoisePolicy::LeftOut)?;
    /// assert_eq!(table.column_labels(), [0, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn column_labels(&self) -> &[i64] {
        &self.column_labels
    }

    /// Rows of the data with each label of the first labeling, none of them 0.
    ///
    /// ```
    /// # use segctl_metrics::external::{ContingencyTable, NoisePolicy};
    /// # use segctl_numeric::Labels;
    /// # let (first, second) = (Labels::from_signed(&[4, 4, 2, -1])?, Labels::from_signed(&[1, 1, 0, 0])?);
    /// let table = ContingencyTable::new(&first, &second, NoisePolicy::LeftOut)?;
    /// assert_eq!(table.row_sums(), [1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn row_sums(&self) -> &[u64] {
        &self.row_sums
    }

    /// Rows of the data with each label of the second labeling, none of them 0.
    ///
    /// ```
    /// # use segctl_metrics::external::{ContingencyTable, NoisePolicy};
    /// # use segctl_numeric::Labels;
    /// # let (first, second) = (Labels::from_signed(&[4, 4, 2, -1])?, Labels::from_signed(&[1, 1, 0, 0])?);
    /// let table = ContingencyTable::new(&first, &second, NoisePolicy::LeftOut)?;
    /// assert_eq!(table.column_sums(), [1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn column_sums(&self) -> &[u64] {
        &self.column_sums
    }

    /// The cells that are not empty, row by row.
    ///
    /// ```
    /// # use segctl_metrics::external::{ContingencyTable, NoisePolicy};
    /// # use segctl_numeric::Labels;
    /// # let (first, second) = (Labels::from_signed(&[4, 4, 2, -1])?, Labels::from_signed(&[1, 1, 0, 0])?);
    /// let table = ContingencyTable::new(&first, &second, NoisePolicy::LeftOut)?;
    /// let cells = table.cells().iter().map(|cell| (cell.row, cell.column, cell.count));
    /// assert_eq!(cells.collect::<Vec<_>>(), [(0, 0, 1), (1, 1, 2)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Rows of the data counted, at least 1.
    ///
    /// ```
    /// # use segctl_metrics::external::{ContingencyTable, NoisePolicy};
    /// # use segctl_numeric::Labels;
    /// # let (first, second) = (Labels::from_signed(&[4, 4, 2, -1])?, Labels::from_signed(&[1, 1, 0, 0])?);
    /// let table = ContingencyTable::new(&first, &second, NoisePolicy::LeftOut)?;
    /// assert_eq!(table.n_samples(), 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn n_samples(&self) -> u64 {
        self.n_samples
    }

    /// Rows of the data left out as noise.
    ///
    /// ```
    /// # use segctl_metrics::external::{ContingencyTable, NoisePolicy};
    /// # use segctl_numeric::Labels;
    /// # let (first, second) = (Labels::from_signed(&[4, 4, 2, -1])?, Labels::from_signed(&[1, 1, 0, 0])?);
    /// let table = ContingencyTable::new(&first, &second, NoisePolicy::LeftOut)?;
    /// assert_eq!(table.n_left_out(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn n_left_out(&self) -> u64 {
        self.n_left_out
    }

    /// All cells, empty ones included: a vector per row of the table. Memory O(rows x columns).
    ///
    /// ```
    /// # use segctl_metrics::external::{ContingencyTable, NoisePolicy};
    /// # use segctl_numeric::Labels;
    /// # let (first, second) = (Labels::from_signed(&[4, 4, 2, -1])?, Labels::from_signed(&[1, 1, 0, 0])?);
    /// let table = ContingencyTable::new(&first, &second, NoisePolicy::LeftOut)?;
    /// assert_eq!(table.dense(), [[1, 0], [0, 2]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dense(&self) -> Vec<Vec<u64>> {
        let mut dense = vec![vec![0; self.column_labels.len()]; self.row_labels.len()];
        for cell in &self.cells {
            dense[cell.row][cell.column] = cell.count;
        }
        dense
    }

    /// Whether the two labelings split the rows alike.
    pub(crate) fn is_one_to_one(&self) -> bool {
        self.cells.len() == self.row_labels.len() && self.cells.len() == self.column_labels.len()
    }
}

/// The codes that occur, ascending with noise as -1 before all others, and the number of each code among them.
fn numbered(codes: impl Iterator<Item = u32>) -> (Vec<i64>, Vec<u32>) {
    // Adding 1 turns the code of noise into 0.
    let codes: Vec<u32> = codes.map(|code| code.wrapping_add(1)).collect();
    let mut used = codes.clone();
    let largest = codes.iter().copied().max().unwrap_or(0) as usize;
    let number: Vec<u32> = if largest <= 4 * codes.len() + 1024 {
        let mut number = vec![0; largest + 1];
        codes.iter().for_each(|&code| number[code as usize] = 1);
        used = (0..=largest as u32).filter(|&code| number[code as usize] == 1).collect();
        used.iter().zip(0..).for_each(|(&code, new)| number[code as usize] = new);
        codes.iter().map(|&code| number[code as usize]).collect()
    } else {
        used.sort_unstable();
        used.dedup();
        codes.iter().map(|code| used.partition_point(|other| other < code) as u32).collect()
    };
    (used.into_iter().map(|code| i64::from(code) - 1).collect(), number)
}

/// The cells that are not empty, row by row.
fn count(rows: &[u32], columns: &[u32], n_rows: usize, n_cols: usize) -> Vec<Cell> {
    let pairs = rows.iter().zip(columns);
    if n_rows.saturating_mul(n_cols) <= 4 * rows.len() + 1024 {
        let mut counts = vec![0_u64; n_rows * n_cols];
        pairs.for_each(|(&row, &column)| counts[row as usize * n_cols + column as usize] += 1);
        let used = counts.into_iter().enumerate().filter(|&(_, count)| count > 0);
        return used.map(|(at, count)| Cell { row: at / n_cols, column: at % n_cols, count }).collect();
    }
    let mut keys: Vec<(u32, u32)> = pairs.map(|(&row, &column)| (row, column)).collect();
    keys.sort_unstable();
    let cell = |run: &[(u32, u32)]| Cell { row: run[0].0 as usize, column: run[0].1 as usize, count: run.len() as u64 };
    keys.chunk_by(|a, b| a == b).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_are_those_of_a_map(
            spread in prop::sample::select(vec![1_i64, 1000, 100_000_000]),
            pairs in prop::collection::vec((-1_i64..9, -1_i64..9), 1..200),
        ) {
            let widen = |label: i64| if label < 0 { label } else { label * spread };
            let first: Vec<i64> = pairs.iter().map(|pair| widen(pair.0)).collect();
            let second: Vec<i64> = pairs.iter().map(|pair| widen(pair.1)).collect();
            for noise in [NoisePolicy::OwnLabel, NoisePolicy::LeftOut] {
                let mut expected = BTreeMap::new();
                for (&a, &b) in first.iter().zip(&second) {
                    if noise == NoisePolicy::OwnLabel || (a >= 0 && b >= 0) {
                        *expected.entry((a, b)).or_insert(0) += 1;
                    }
                }
                let labels = [&first, &second].map(|labels| Labels::from_signed(labels).unwrap());
                let Ok(table) = ContingencyTable::new(&labels[0], &labels[1], noise) else {
                    prop_assert!(expected.is_empty());
                    continue;
                };
                let key = |cell: &Cell| (table.row_labels()[cell.row], table.column_labels()[cell.column]);
                let found: Vec<_> = table.cells().iter().map(|cell| (key(cell), cell.count)).collect();
                prop_assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
                prop_assert_eq!(table.row_sums().iter().sum::<u64>(), table.n_samples());
                prop_assert_eq!(table.column_sums().iter().sum::<u64>(), table.n_samples());
                prop_assert_eq!(table.n_samples() + table.n_left_out(), pairs.len() as u64);
            }
        }
    }

    #[test]
    fn unusable_labels_are_refused() {
        let labels = |signed: &[i64]| Labels::from_signed(signed).unwrap();
        let message =
            |a: &[i64], b: &[i64], noise| ContingencyTable::new(&labels(a), &labels(b), noise).unwrap_err().to_string();
        assert_eq!(message(&[0, 1], &[0], NoisePolicy::OwnLabel), "second labeling has 1 entries, expected 2");
        assert_eq!(message(&[], &[], NoisePolicy::OwnLabel), "labels: n_samples=0 should be >= 1");
        assert_eq!(message(&[0, -1], &[-1, 0], NoisePolicy::LeftOut), "labels: n_samples=0 should be >= 1");
    }
}
