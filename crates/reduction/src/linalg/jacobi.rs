//! One-sided Jacobi: rotate pairs of rows until all are orthogonal. Row i is then sigma_i v_i'.
//!
//! Hestenes (1958); Demmel & Veselic, "Jacobi's method is more accurate than QR", SIAM J. Matrix
//! Anal. Appl. 13 (1992): small singular values come out with full relative accuracy, which
//! bidiagonalisation does not give. Only the rows are needed, as the left vectors are of no use
//! here, so nothing is accumulated.

use segctl_numeric::simd::{Kernel, dispatch};
use segctl_numeric::{Matrix, MatrixView};

use super::lanes::{axpy, dot, rotate, squares_and_dot};

/// LAPACK's `gesvj` stops after 30 sweeps; 6 to 10 are usual, as convergence is quadratic.
const MAX_SWEEPS: usize = 30;

/// Squared norms up to here are zero: the rotations would lose digits to underflow.
pub(crate) const NEGLIGIBLE: f64 = 1e-290;

/// Singular values, largest first, and right singular vectors of a matrix.
pub(crate) struct Decomposition {
    /// Of length r = min(n, d), descending.
    pub(crate) singular_values: Vec<f64>,
    /// r x d, orthonormal rows, in each the first entry of largest magnitude positive.
    pub(crate) vectors: Matrix,
    /// Sweeps of rotations it took.
    pub(crate) sweeps: usize,
}

/// Singular values and right singular vectors of `a` (r x d, r <= d), which is used up.
///
/// O(r^2 d) per sweep, on one thread: 1,000 x 1,000 takes seconds, 100 x 100 milliseconds.
pub(crate) fn decompose(mut a: Matrix) -> Decomposition {
    let mut sweeps = 0;
    while sweeps < MAX_SWEEPS {
        a = by_descending_norm(a.view());
        sweeps += 1;
        if !sweep(&mut a) {
            break;
        }
    }
    let mut vectors = by_descending_norm(a.view());
    let singular_values = normalize(&mut vectors);
    (0..vectors.n_rows()).for_each(|i| point_up(vectors.row_mut(i)));
    Decomposition { singular_values, vectors, sweeps }
}

/// Rotates every pair of rows once, in row order; whether any pair was not yet orthogonal.
fn sweep(a: &mut Matrix) -> bool {
    let (r, d) = (a.n_rows(), a.n_cols());
    let tolerance = f64::EPSILON * (d as f64).sqrt();
    let mut view = a.view_mut();
    let rows = view.as_mut_slice();
    let against_rest = |p: usize| {
        let (head, rest) = rows.split_at_mut((p + 1) * d);
        dispatch(Orthogonalize { row: &mut head[p * d..], rest, tolerance })
    };
    // No short circuit: every row has its turn.
    (0..r).map(against_rest).fold(false, |any, rotated| any | rotated)
}

/// Makes a row orthogonal to each of those below it, one after the other.
struct Orthogonalize<'a> {
    row: &'a mut [f64],
    rest: &'a mut [f64],
    tolerance: f64,
}

impl Kernel for Orthogonalize<'_> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let mut rotated = false;
        for other in self.rest.chunks_exact_mut(self.row.len()) {
            rotated |= orthogonalize(self.row, other, self.tolerance);
        }
        rotated
    }
}

/// Makes two rows orthogonal, the longer one first, unless they are within the tolerance.
#[inline(always)]
fn orthogonalize(p: &mut [f64], q: &mut [f64], tolerance: f64) -> bool {
    let (pp, qq, pq) = squares_and_dot(p, q);
    if pp.min(qq) <= NEGLIGIBLE || pq.abs() <= tolerance * pp.sqrt() * qq.sqrt() {
        return false;
    }
    // The smaller root of t^2 + 2 zeta t - 1 = 0: an angle below 45 degrees (Rutishauser 1966).
    let zeta = (pp - qq) / (2.0 * pq);
    let t = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
    let c = 1.0 / (1.0 + t * t).sqrt();
    rotate(c, c * t, p, q);
    true
}

/// The rows by descending norm, equal ones in their old order: convergence is faster from there
/// (de Rijk 1989), and the result is sorted.
fn by_descending_norm(a: MatrixView<'_>) -> Matrix {
    let norms: Vec<f64> = a.rows().map(|row| dot(row, row)).collect();
    let mut order: Vec<usize> = (0..a.n_rows()).collect();
    order.sort_by(|&i, &j| norms[j].total_cmp(&norms[i]));
    a.select_rows(&order)
}

/// Scales the rows to unit length and gives their lengths. A null row gets length 0 and a direction
/// orthogonal to all rows above it.
fn normalize(a: &mut Matrix) -> Vec<f64> {
    (0..a.n_rows())
        .map(|i| {
            let squared = dot(a.row(i), a.row(i));
            if squared > NEGLIGIBLE {
                let length = squared.sqrt();
                a.row_mut(i).iter_mut().for_each(|value| *value /= length);
                return length;
            }
            let direction = orthogonal_to(a.view().rows_range(0..i));
            a.row_mut(i).copy_from_slice(&direction);
            0.0
        })
        .collect()
}

/// A unit vector orthogonal to the orthonormal rows of `basis` (fewer than d): the axis farthest
/// from their span, less its projection, taken off twice (Kahan: "twice is enough").
pub(crate) fn orthogonal_to(basis: MatrixView<'_>) -> Vec<f64> {
    let covered: Vec<f64> = (0..basis.n_cols()).map(|j| basis.column(j).map(|v| v * v).sum()).collect();
    let axis = (1..covered.len()).fold(0, |best, j| if covered[j] < covered[best] { j } else { best });
    let mut direction = vec![0.0; basis.n_cols()];
    direction[axis] = 1.0;
    for row in basis.rows().chain(basis.rows()) {
        axpy(-dot(row, &direction), row, &mut direction);
    }
    let length = dot(&direction, &direction).sqrt();
    direction.iter_mut().for_each(|value| *value /= length);
    direction
}

/// Flips the vector so that its entry of largest magnitude, the first such, is positive.
pub(crate) fn point_up(vector: &mut [f64]) {
    let top = vector.iter().fold(0.0_f64, |top, &value| if value.abs() > top.abs() { value } else { top });
    if top < 0.0 {
        vector.iter_mut().for_each(|value| *value = -*value);
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    fn assert_orthonormal(vectors: &Matrix) {
        for i in 0..vectors.n_rows() {
            for j in 0..=i {
                let expected = if i == j { 1.0 } else { 0.0 };
                let found = dot(vectors.row(i), vectors.row(j));
                assert!((found - expected).abs() < 1e-14, "rows {i} and {j}: {found}");
            }
        }
    }

    #[test]
    fn a_rotated_diagonal_gives_itself() {
        let a = Matrix::from_rows(&[[3.0 * 0.6, 3.0 * 0.8, 0.0], [-0.8, 0.6, 0.0], [0.0, 0.0, -7.0]]).unwrap();
        let found = decompose(a);
        for (found, expected) in found.singular_values.iter().zip([7.0, 3.0, 1.0]) {
            assert!((found - expected).abs() < 1e-14);
        }
        assert_eq!(found.vectors.row(0), [0.0, 0.0, 1.0]);
    }

    #[test]
    fn the_hilbert_matrix_keeps_its_small_singular_values() {
        // sigma_min of the 8 x 8 Hilbert matrix, from 50-digit arithmetic; the condition number is 1.5e10.
        let a = Matrix::new((0..64).map(|at| 1.0 / (1 + at / 8 + at % 8) as f64).collect(), 8, 8).unwrap();
        let found = decompose(a);
        let smallest = found.singular_values[7];
        assert!((smallest / 1.111_538_966_372_442e-10 - 1.0).abs() < 1e-6, "{smallest:e}");
        assert_orthonormal(&found.vectors);
    }

    #[test]
    fn null_rows_complete_the_basis() {
        let a = Matrix::from_rows(&[[0.0, 0.0, 0.0], [2.0, 0.0, 2.0], [0.0, 0.0, 0.0]]).unwrap();
        let found = decompose(a);
        assert_eq!(found.singular_values[1..], [0.0, 0.0]);
        assert_orthonormal(&found.vectors);
    }

    #[test]
    fn equal_rows_leave_noise_that_is_still_orthogonal() {
        let a = Matrix::from_rows(&[[0.1, 0.2, 0.3], [0.1, 0.2, 0.3], [0.1, 0.2, 0.3]]).unwrap();
        let found = decompose(a);
        assert!(found.singular_values[1] < 1e-16);
        assert_orthonormal(&found.vectors);
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let rows: Vec<f64> = (0..5 * 13).map(|i| 1.0 / (1.0 + f64::from(i * i % 31))).collect();
        let rotated = |level| {
            let (mut row, mut rest) = (rows[..13].to_vec(), rows[13..].to_vec());
            assert!(dispatch_with(level, Orthogonalize { row: &mut row, rest: &mut rest, tolerance: 1e-15 }));
            (row, rest)
        };
        let levels = available_levels();
        assert!(levels.iter().all(|&level| rotated(level) == rotated(levels[0])));
    }
}
