use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::InputError;

/// An owned, dense, row-major matrix of `n_rows` x `n_cols` 64-bit floats.
///
/// ```
/// use segctl_numeric::Matrix;
/// let x = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0]])?;
/// assert_eq!(x.row(1), [3.0, 4.0]);
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "RawMatrix")]
pub struct Matrix {
    n_rows: usize,
    n_cols: usize,
    data: Vec<f64>,
}

/// A matrix as it stands in a file, before its shape is checked.
#[derive(Deserialize)]
struct RawMatrix {
    n_rows: usize,
    n_cols: usize,
    data: Vec<f64>,
}

impl TryFrom<RawMatrix> for Matrix {
    type Error = InputError;

    fn try_from(raw: RawMatrix) -> Result<Self, InputError> {
        Self::new(raw.data, raw.n_rows, raw.n_cols)
    }
}

impl Matrix {
    /// Takes a row-major buffer of `n_rows * n_cols` values.
    ///
    /// # Errors
    /// [`InputError::Shape`] when the buffer has another length.
    pub fn new(data: Vec<f64>, n_rows: usize, n_cols: usize) -> Result<Self, InputError> {
        check_shape(data.len(), n_rows, n_cols)?;
        Ok(Self { n_rows, n_cols, data })
    }

    /// `n_rows` x `n_cols` zeros.
    pub fn zeros(n_rows: usize, n_cols: usize) -> Self {
        Self { n_rows, n_cols, data: vec![0.0; n_rows * n_cols] }
    }

    /// Copies rows of equal length. No rows give a 0 x 0 matrix.
    ///
    /// # Errors
    /// [`InputError::Ragged`] when a row differs in length from the first.
    pub fn from_rows<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self, InputError> {
        let n_cols = rows.first().map_or(0, |row| row.as_ref().len());
        let mut data = Vec::with_capacity(rows.len() * n_cols);
        for (row, values) in rows.iter().enumerate() {
            let found = values.as_ref().len();
            if found != n_cols {
                return Err(InputError::Ragged { row, found, expected: n_cols });
            }
            data.extend_from_slice(values.as_ref());
        }
        Self::new(data, rows.len(), n_cols)
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns.
    pub fn n_cols(&self) -> usize {
        self.n_cols
    }

    /// Row `i`, of length `n_cols`.
    ///
    /// # Panics
    /// When `i >= n_rows`.
    #[inline]
    pub fn row(&self, i: usize) -> &[f64] {
        self.view().row(i)
    }

    /// Row `i`, to be written.
    ///
    /// # Panics
    /// When `i >= n_rows`.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        assert!(i < self.n_rows, "row {i} of {}", self.n_rows);
        &mut self.data[i * self.n_cols..(i + 1) * self.n_cols]
    }

    /// The whole matrix, borrowed.
    pub fn view(&self) -> MatrixView<'_> {
        MatrixView { data: &self.data, n_rows: self.n_rows, n_cols: self.n_cols }
    }

    /// The whole matrix, to be written.
    pub fn view_mut(&mut self) -> MatrixViewMut<'_> {
        MatrixViewMut { data: &mut self.data, n_rows: self.n_rows, n_cols: self.n_cols }
    }

    /// The row-major buffer.
    pub fn as_slice(&self) -> &[f64] {
        &self.data
    }

    /// Gives the row-major buffer back.
    pub fn into_vec(self) -> Vec<f64> {
        self.data
    }
}

/// A borrowed row-major matrix: the type at the boundary of every algorithm.
///
/// ```
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3, 2)?;
/// assert_eq!(x.rows_range(1..3).row(0), [3.0, 4.0]);
/// assert!(MatrixView::new(&[1.0], 1, 2).is_err());
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatrixView<'a> {
    data: &'a [f64],
    n_rows: usize,
    n_cols: usize,
}

impl<'a> MatrixView<'a> {
    /// Borrows a row-major buffer of `n_rows * n_cols` values.
    ///
    /// # Errors
    /// [`InputError::Shape`] when the buffer has another length.
    pub fn new(data: &'a [f64], n_rows: usize, n_cols: usize) -> Result<Self, InputError> {
        check_shape(data.len(), n_rows, n_cols)?;
        Ok(Self { data, n_rows, n_cols })
    }

    /// Number of rows.
    pub fn n_rows(self) -> usize {
        self.n_rows
    }

    /// Number of columns.
    pub fn n_cols(self) -> usize {
        self.n_cols
    }

    /// Row `i`, of length `n_cols`.
    ///
    /// # Panics
    /// When `i >= n_rows`.
    #[inline]
    pub fn row(self, i: usize) -> &'a [f64] {
        assert!(i < self.n_rows, "row {i} of {}", self.n_rows);
        &self.data[i * self.n_cols..(i + 1) * self.n_cols]
    }

    /// All rows in order; a matrix without columns gives `n_rows` empty slices.
    pub fn rows(self) -> impl ExactSizeIterator<Item = &'a [f64]> {
        (0..self.n_rows).map(move |i| self.row(i))
    }

    /// Rows `range.start..range.end`, still borrowed.
    ///
    /// # Panics
    /// When the range is reversed or ends past `n_rows`.
    pub fn rows_range(self, range: Range<usize>) -> Self {
        assert!(range.start <= range.end && range.end <= self.n_rows, "rows {range:?} of {}", self.n_rows);
        let data = &self.data[range.start * self.n_cols..range.end * self.n_cols];
        Self { data, n_rows: range.len(), n_cols: self.n_cols }
    }

    /// The values of column `j`, top to bottom, with stride `n_cols`.
    ///
    /// # Panics
    /// When `j >= n_cols`.
    pub fn column(self, j: usize) -> impl ExactSizeIterator<Item = f64> + 'a {
        assert!(j < self.n_cols, "column {j} of {}", self.n_cols);
        (0..self.n_rows).map(move |i| self.data[i * self.n_cols + j])
    }

    /// The row-major buffer.
    pub fn as_slice(self) -> &'a [f64] {
        self.data
    }

    /// A copy that owns its values.
    pub fn to_owned(self) -> Matrix {
        Matrix { n_rows: self.n_rows, n_cols: self.n_cols, data: self.data.to_vec() }
    }

    /// The rows at `indices`, copied in that order.
    ///
    /// # Panics
    /// When an index is `>= n_rows`.
    pub fn select_rows(self, indices: &[usize]) -> Matrix {
        let mut data = Vec::with_capacity(indices.len() * self.n_cols);
        for &i in indices {
            data.extend_from_slice(self.row(i));
        }
        Matrix { n_rows: indices.len(), n_cols: self.n_cols, data }
    }

    /// Checks that every value is a finite number; `what` names the argument in the error.
    ///
    /// # Errors
    /// [`InputError::NotFinite`] with the first offending cell in row-major order.
    pub fn ensure_finite(self, what: &'static str) -> Result<(), InputError> {
        match self.data.iter().position(|value| !value.is_finite()) {
            None => Ok(()),
            Some(at) => Err(InputError::NotFinite {
                what,
                row: at / self.n_cols,
                column: at % self.n_cols,
                value: self.data[at],
            }),
        }
    }
}

/// A row-major matrix borrowed for writing.
#[derive(Debug, PartialEq)]
pub struct MatrixViewMut<'a> {
    data: &'a mut [f64],
    n_rows: usize,
    n_cols: usize,
}

impl<'a> MatrixViewMut<'a> {
    /// Borrows a row-major buffer of `n_rows * n_cols` values for writing.
    ///
    /// # Errors
    /// [`InputError::Shape`] when the buffer has another length.
    pub fn new(data: &'a mut [f64], n_rows: usize, n_cols: usize) -> Result<Self, InputError> {
        check_shape(data.len(), n_rows, n_cols)?;
        Ok(Self { data, n_rows, n_cols })
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Number of columns.
    pub fn n_cols(&self) -> usize {
        self.n_cols
    }

    /// Row `i`, to be written.
    ///
    /// # Panics
    /// When `i >= n_rows`.
    pub fn row_mut(&mut self, i: usize) -> &mut [f64] {
        assert!(i < self.n_rows, "row {i} of {}", self.n_rows);
        &mut self.data[i * self.n_cols..(i + 1) * self.n_cols]
    }

    /// The same matrix, read only.
    pub fn as_view(&self) -> MatrixView<'_> {
        MatrixView { data: self.data, n_rows: self.n_rows, n_cols: self.n_cols }
    }

    /// The row-major buffer.
    pub fn as_mut_slice(&mut self) -> &mut [f64] {
        self.data
    }
}

fn check_shape(len: usize, n_rows: usize, n_cols: usize) -> Result<(), InputError> {
    match n_rows.checked_mul(n_cols) {
        Some(expected) if expected == len => Ok(()),
        _ => Err(InputError::Shape { len, n_rows, n_cols }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_checked() {
        let wrong = Matrix::new(vec![0.0; 5], 2, 3);
        assert_eq!(wrong, Err(InputError::Shape { len: 5, n_rows: 2, n_cols: 3 }));
        assert!(Matrix::new(vec![], usize::MAX, 2).is_err(), "the product overflows");
        let ragged = Matrix::from_rows(&[vec![1.0, 2.0], vec![3.0]]);
        assert_eq!(ragged, Err(InputError::Ragged { row: 1, found: 1, expected: 2 }));
    }

    #[test]
    fn a_bad_value_is_located() {
        let x = Matrix::from_rows(&[[1.0, 2.0], [3.0, f64::INFINITY]]).unwrap();
        let error = x.view().ensure_finite("X").unwrap_err();
        assert_eq!(error.to_string(), "X: value inf at row 1, column 1 is not finite");
    }

    #[test]
    fn rows_columns_and_selections_agree() {
        let x = Matrix::from_rows(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]).unwrap();
        assert_eq!(x.view().column(1).collect::<Vec<_>>(), [2.0, 4.0, 6.0]);
        assert_eq!(x.view().select_rows(&[2, 0]).as_slice(), [5.0, 6.0, 1.0, 2.0]);
        assert_eq!(Matrix::zeros(3, 0).view().rows().len(), 3);
    }

    #[test]
    fn a_file_cannot_smuggle_a_wrong_shape() {
        let text = r#"{"n_rows":2,"n_cols":2,"data":[1.0]}"#;
        assert!(serde_json::from_str::<Matrix>(text).is_err());
    }
}
