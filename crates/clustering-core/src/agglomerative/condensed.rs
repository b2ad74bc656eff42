//! All distances of n rows, each pair once.

use rayon::prelude::*;
use segctl_numeric::distance::Metric;
use segctl_numeric::{InputError, MatrixView};

use crate::ClusteringError;

/// The upper triangle of a distance matrix, row by row, as SciPy's `pdist` has it: the distance of
/// rows `i < j` is at `i n - i (i + 1) / 2 + j - i - 1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condensed {
    values: Vec<f64>,
    n_rows: usize,
}

impl Condensed {
    /// Distances given as n (n - 1) / 2 values.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::Condensed;
    /// let distances = Condensed::new(vec![1.0, 5.0, 4.0], 3)?;
    /// assert_eq!(distances.get(2, 0), 5.0);
    /// assert!(Condensed::new(vec![1.0, -5.0, 4.0], 3).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for no rows or another number of values; [`ClusteringError::Distance`] for the
    /// first that is negative or not finite.
    pub fn new(values: Vec<f64>, n_rows: usize) -> Result<Self, ClusteringError> {
        if n_rows == 0 {
            return Err(InputError::TooFewRows { what: "distances", n_samples: 0, at_least: 1 }.into());
        }
        let expected = n_rows * (n_rows - 1) / 2;
        if values.len() != expected {
            let (what, found) = ("distances", values.len());
            return Err(InputError::Length { what, found, expected }.into());
        }
        match values.iter().position(|value| !(value.is_finite() && *value >= 0.0)) {
            None => Ok(Self { values, n_rows }),
            Some(at) => Err(ClusteringError::Distance { at, value: values[at] }),
        }
    }

    /// The distances of the rows of `x`. Time O(n^2 d), memory 4 n^2 bytes.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::Condensed;
    /// use segctl_numeric::{MatrixView, distance::Metric};
    /// let x = MatrixView::new(&[0.0, 1.0, 5.0], 3, 1)?;
    /// assert_eq!(Condensed::of(x, Metric::Euclidean).as_slice(), [1.0, 5.0, 4.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(x: MatrixView<'_>, metric: Metric) -> Self {
        let n_rows = x.n_rows();
        let mut distances = Self::zeros(n_rows);
        let mut rest = distances.values.as_mut_slice();
        let mut rows = Vec::with_capacity(n_rows);
        for i in 0..n_rows {
            let (row, after) = rest.split_at_mut(n_rows - i - 1);
            rows.push((i, row));
            rest = after;
        }
        rows.into_par_iter().for_each(|(i, row)| {
            metric.one_to_many(x.row(i), x.rows_range(i + 1..n_rows).as_slice(), row);
        });
        distances
    }

    /// Number of rows, n.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The distance of rows `i` and `j`, 0 of a row to itself.
    ///
    /// # Panics
    /// When a row is out of range.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        match i.cmp(&j) {
            std::cmp::Ordering::Less => self.values[self.start(i) + j - i - 1],
            std::cmp::Ordering::Equal => 0.0,
            std::cmp::Ordering::Greater => self.values[self.start(j) + i - j - 1],
        }
    }

    /// The values, row by row.
    pub fn as_slice(&self) -> &[f64] {
        &self.values
    }

    /// The distances of row `i` to those after it.
    pub(super) fn row(&self, i: usize) -> &[f64] {
        &self.values[self.start(i)..][..self.n_rows - i - 1]
    }

    pub(super) fn zeros(n_rows: usize) -> Self {
        Self { values: vec![0.0; n_rows * n_rows.saturating_sub(1) / 2], n_rows }
    }

    pub(super) fn set(&mut self, i: usize, j: usize, value: f64) {
        let (i, j) = (i.min(j), i.max(j));
        let at = self.start(i) + j - i - 1;
        self.values[at] = value;
    }

    fn start(&self, i: usize) -> usize {
        i * self.n_rows - i * (i + 1) / 2
    }
}
