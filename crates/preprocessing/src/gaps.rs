use std::collections::BTreeMap;

use segctl_numeric::Matrix;

use crate::steps::Feature;

/// The cells of a feature matrix that were missing and have been filled, for algorithms that rather do without
/// them.
///
/// Categories have none: a missing one is a category of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Features with gaps and their rows, both ascending.
    rows_of: Vec<(usize, Vec<usize>)>,
}

impl Gaps {
    /// From the filled rows of each column.
    pub(crate) fn of(features: &[Feature], filled: &BTreeMap<String, Vec<usize>>) -> Self {
        let number = |(j, feature): (usize, &Feature)| match feature.level {
            None => filled.get(&feature.column).map(|rows| (j, rows.clone())),
            Some(_) => None,
        };
        Self { rows_of: features.iter().enumerate().filter_map(number).collect() }
    }

    /// How many cells were filled.
    ///
    /// ```
    /// assert_eq!(segctl_preprocessing::Gaps::default().n_cells(), 0);
    /// ```
    pub fn n_cells(&self) -> usize {
        self.rows_of.iter().map(|(_, rows)| rows.len()).sum()
    }

    /// The matrix with NaN in place of what was filled, or nothing where nothing was. A row of which all values
    /// were missing keeps what they were filled with: of such a row nothing else can be said.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use arrow::array::{ArrayRef, Float64Array, RecordBatch};
    /// use segctl_preprocessing::{ColumnPlan, Preparation, Treatment, fit_transform};
    ///
    /// let column = |values: [Option<f64>; 4]| -> ArrayRef { Arc::new(Float64Array::from(values.to_vec())) };
    /// let a = column([Some(1.0), None, Some(3.0), None]);
    /// let b = column([Some(5.0), Some(2.0), Some(4.0), None]);
    /// let batch = RecordBatch::try_from_iter([("a", a), ("b", b)])?;
    /// let plan = ["a", "b"].map(|name| ColumnPlan::new(name, Treatment::Numeric));
    /// let (_, prepared) = fit_transform(&[batch], &plan, &Preparation::default())?;
    /// let open = prepared.gaps.opened(&prepared.matrix).unwrap();
    /// assert!(open.row(1)[0].is_nan() && open.row(1)[1] == prepared.matrix.row(1)[1]);
    /// assert_eq!(open.row(3), prepared.matrix.row(3), "nothing is known of it");
    /// assert_eq!(prepared.gaps.n_unknown_rows(2), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// When the matrix is not the one that the gaps belong to, and has fewer rows or columns.
    pub fn opened(&self, matrix: &Matrix) -> Option<Matrix> {
        if self.rows_of.is_empty() {
            return None;
        }
        let mut opened = matrix.clone();
        for (j, rows) in &self.rows_of {
            rows.iter().for_each(|&row| opened.row_mut(row)[*j] = f64::NAN);
        }
        for row in self.unknown_rows(matrix.n_cols()) {
            opened.row_mut(row).copy_from_slice(matrix.row(row));
        }
        Some(opened)
    }

    /// How many rows have none but filled values among `n_features`.
    pub fn n_unknown_rows(&self, n_features: usize) -> usize {
        self.unknown_rows(n_features).len()
    }

    fn unknown_rows(&self, n_features: usize) -> Vec<usize> {
        if self.rows_of.len() < n_features {
            return Vec::new();
        }
        let mut n_gaps: BTreeMap<usize, usize> = BTreeMap::new();
        self.rows_of.iter().flat_map(|(_, rows)| rows).for_each(|&row| *n_gaps.entry(row).or_default() += 1);
        n_gaps.into_iter().filter(|&(_, n)| n == n_features).map(|(row, _)| row).collect()
    }
}
