//! nalgebra sees the same buffers: a row-major n x d matrix is bit for bit a column-major d x n one.

use nalgebra::{DMatrix, DMatrixView};

use crate::{Matrix, MatrixView};

/// The transpose of `x` (d x n, column-major) over the same values, without a copy.
///
/// ```
/// use segctl_numeric::{MatrixView, transposed_view};
/// let x = MatrixView::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3, 2)?;
/// let xt = transposed_view(x);
/// assert_eq!((xt.nrows(), xt.ncols(), xt[(1, 2)]), (2, 3, 6.0));
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
pub fn transposed_view(x: MatrixView<'_>) -> DMatrixView<'_, f64> {
    DMatrixView::from_slice(x.as_slice(), x.n_cols(), x.n_rows())
}

/// Reads a column-major d x n matrix as the row-major n x d matrix it is, without a copy: row `i`
/// of the result is column `i` of `columns`.
///
/// ```
/// use nalgebra::DMatrix;
/// use segctl_numeric::rows_from_columns;
/// let x = rows_from_columns(DMatrix::from_column_slice(2, 1, &[1.0, 2.0]));
/// assert_eq!(x.row(0), [1.0, 2.0]);
/// ```
pub fn rows_from_columns(columns: DMatrix<f64>) -> Matrix {
    let (n_cols, n_rows) = columns.shape();
    let data: Vec<f64> = columns.data.into();
    Matrix::new(data, n_rows, n_cols).expect("a DMatrix holds nrows * ncols values")
}
