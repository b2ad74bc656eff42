//! Cholesky factorisation with complete pivoting: C = G'G, G of as many rows as C has rank.
//!
//! The Jacobi rotations of the rows of G then find the eigenvectors of C (Veselic & Hari, "A note on
//! a one-sided Jacobi algorithm", Numer. Math. 56, 1989): with fewer rows than by rotating C itself,
//! and in fewer sweeps, as pivoting leaves the rows graded.

use segctl_numeric::{Matrix, MatrixView};

use crate::linalg::lanes::axpy;

/// G (r x d) with G'G = C, for `c` (d x d) symmetric and positive semidefinite.
///
/// Stops at pivots below d eps of the largest, like LAPACK's `pstrf`: they are rounding. O(r^2 d).
pub(super) fn factor(c: MatrixView<'_>) -> Matrix {
    let d = c.n_rows();
    let mut rest: Vec<f64> = (0..d).map(|j| c.row(j)[j]).collect();
    let negligible = d as f64 * f64::EPSILON * rest[largest(&rest)];
    let (mut rows, mut pivots): (Vec<f64>, Vec<usize>) = (Vec::new(), Vec::new());
    while pivots.len() < d {
        let pivot = largest(&rest);
        if rest[pivot] <= negligible {
            break;
        }
        let mut row = c.row(pivot).to_vec();
        rows.chunks_exact(d).for_each(|above| axpy(-above[pivot], above, &mut row));
        let length = rest[pivot].sqrt();
        row.iter_mut().for_each(|value| *value /= length);
        pivots.iter().for_each(|&done| row[done] = 0.0);
        row[pivot] = length;
        rest.iter_mut().zip(&row).for_each(|(rest, value)| *rest -= value * value);
        pivots.push(pivot);
        // Never again, whatever rounding has left of them.
        pivots.iter().for_each(|&done| rest[done] = 0.0);
        rows.append(&mut row);
    }
    Matrix::new(rows, pivots.len(), d).expect("a row for each pivot")
}

/// The place of the largest value, the first of equals.
fn largest(values: &[f64]) -> usize {
    (1..values.len()).fold(0, |best, j| if values[j] > values[best] { j } else { best })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn gram(g: MatrixView<'_>) -> Vec<f64> {
        let d = g.n_cols();
        (0..d * d).map(|at| g.column(at / d).zip(g.column(at % d)).map(|(a, b)| a * b).sum()).collect()
    }

    proptest! {
        #[test]
        fn the_factor_has_the_product(values in proptest::collection::vec(-9.0..9.0_f64, 7 * 5), rank in 1..8_usize) {
            let a = Matrix::new(values[..rank * 5].to_vec(), rank, 5).unwrap();
            let c = Matrix::new(gram(a.view()), 5, 5).unwrap();
            let g = factor(c.view());
            prop_assert!(g.n_rows() <= rank.min(5));
            for (found, expected) in gram(g.view()).iter().zip(c.as_slice()) {
                prop_assert!((found - expected).abs() < 1e-11, "{found} for {expected}");
            }
        }
    }

    #[test]
    fn nothing_has_no_rows() {
        assert_eq!(factor(Matrix::zeros(3, 3).view()).n_rows(), 0);
    }
}
