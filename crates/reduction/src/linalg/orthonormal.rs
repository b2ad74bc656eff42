use segctl_numeric::Matrix;

use super::jacobi::{NEGLIGIBLE, orthogonal_to};
use super::lanes::{axpy, dot};

/// Makes the rows of `a` (r x d, r <= d) orthonormal, each with those above it: the first rows span
/// what they did. A row in the span of those above it is replaced by one that is not. O(r^2 d).
///
/// Gram-Schmidt, each projection taken off twice (Kahan: "twice is enough").
pub(crate) fn orthonormalize(a: &mut Matrix) {
    let d = a.n_cols();
    for i in 0..a.n_rows() {
        let mut row = a.row(i).to_vec();
        let before = dot(&row, &row);
        let above = a.view().rows_range(0..i);
        for other in above.rows().chain(above.rows()) {
            axpy(-dot(other, &row), other, &mut row);
        }
        let squared = dot(&row, &row);
        let rounding = d as f64 * f64::EPSILON;
        if squared <= NEGLIGIBLE || squared <= rounding * rounding * before {
            row = orthogonal_to(above);
        } else {
            let length = squared.sqrt();
            row.iter_mut().for_each(|value| *value /= length);
        }
        a.row_mut(i).copy_from_slice(&row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_orthonormal(a: &Matrix) {
        for (i, j) in (0..a.n_rows()).flat_map(|i| (0..=i).map(move |j| (i, j))) {
            let expected = if i == j { 1.0 } else { 0.0 };
            assert!((dot(a.row(i), a.row(j)) - expected).abs() < 1e-14, "rows {i} and {j}");
        }
    }

    #[test]
    fn nearly_parallel_rows_become_orthogonal() {
        let mut a = Matrix::from_rows(&[[1.0, 1.0, 1.0], [1.0, 1.0, 1.0 + 1e-9], [1.0, 1.0 + 1e-10, 1.0]]).unwrap();
        orthonormalize(&mut a);
        assert_orthonormal(&a);
    }

    #[test]
    fn dependent_and_null_rows_are_replaced() {
        let mut a = Matrix::from_rows(&[[3.0, 4.0, 0.0], [6.0, 8.0, 0.0], [0.0, 0.0, 0.0]]).unwrap();
        orthonormalize(&mut a);
        assert_eq!(a.row(0), [0.6, 0.8, 0.0]);
        assert_orthonormal(&a);
    }
}
