//! Tall and skinny QR: the d x d triangle of n centred rows, in one pass over them.
//!
//! Every chunk of rows is reduced to a triangle of its own, and the triangles are joined in the
//! order of the chunks (Demmel, Grigori, Hoemmen & Langou, "Communication-optimal parallel and
//! sequential QR and LU factorizations", SIAM J. Sci. Comput. 34, 2012). Householder reflections
//! are orthogonal to the last digit, so R is as good as if all rows had been factored at once. Q is
//! never formed: the right singular vectors of R are those of the data.

use std::ops::Range;

use segctl_numeric::par::{chunks, fold_chunks};
use segctl_numeric::simd::{Kernel, dispatch};
use segctl_numeric::{Matrix, MatrixView};

use super::lanes::{axpy, dot};

/// Rows absorbed at a time: 128 rows of 25 columns are 25 KiB, which fits the first-level cache.
const BLOCK_ROWS: usize = 128;

/// Rows that end in one triangle. A triangle is worth d rows of memory and of work to join, so
/// wide data needs long chunks.
fn chunk_rows(d: usize) -> usize {
    (16 * d).next_multiple_of(BLOCK_ROWS).max(32 * BLOCK_ROWS)
}

/// R (d x d, upper triangular) with R'R = (X - mean)'(X - mean), up to the signs of its rows.
pub(super) fn triangle(x: MatrixView<'_>, mean: &[f64]) -> Matrix {
    let d = x.n_cols();
    let reduce = |range: Range<usize>| Triangle::of_rows(x.rows_range(range), mean);
    fold_chunks(x.n_rows(), chunk_rows(d), reduce, Triangle::zeros(d), |all, part| all.join(&part)).r
}

/// The R of all rows absorbed so far.
struct Triangle {
    r: Matrix,
}

impl Triangle {
    fn zeros(d: usize) -> Self {
        Self { r: Matrix::zeros(d, d) }
    }

    fn of_rows(x: MatrixView<'_>, mean: &[f64]) -> Self {
        let mut triangle = Self::zeros(x.n_cols());
        let mut block = Vec::new();
        for range in chunks(x.n_rows(), BLOCK_ROWS) {
            let rows = x.rows_range(range);
            transpose_less_mean(rows, mean, &mut block);
            dispatch(Absorb { r: &mut triangle.r, block: &mut block, m: rows.n_rows() });
        }
        triangle
    }

    /// The triangle of the rows of both.
    fn join(mut self, other: &Self) -> Self {
        let d = other.r.n_cols();
        let mut block = Vec::new();
        transpose_less_mean(other.r.view(), &vec![0.0; d], &mut block);
        dispatch(Absorb { r: &mut self.r, block: &mut block, m: d });
        self
    }
}

/// Rotates `m` more rows into the triangle `r`; `block` holds them by columns and is used up.
///
/// Reflection k zeroes column k of the block against the diagonal, so it touches row k of the
/// triangle and the block, and nothing else (LAPACK's `tpqrt`).
struct Absorb<'a> {
    r: &'a mut Matrix,
    block: &'a mut [f64],
    m: usize,
}

impl Kernel for Absorb<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { r, block, m } = self;
        for k in 0..r.n_cols() {
            let (done, right) = block.split_at_mut((k + 1) * m);
            let v = &mut done[k * m..];
            let (diagonal, row) = r.row_mut(k)[k..].split_first_mut().expect("row k has a diagonal");
            if let Some(tau) = reflector(diagonal, v) {
                apply(tau, v, row, right);
            }
        }
    }
}

/// The reflection I - tau (1; v)(1; v)' that maps (alpha; v) to (beta; 0); writes beta and the new
/// v, and gives tau (Golub & Van Loan, "Matrix Computations", 4th ed., section 5.1). `None` where
/// there is nothing to zero.
#[inline(always)]
fn reflector(alpha: &mut f64, v: &mut [f64]) -> Option<f64> {
    let below = dot(v, v);
    if below == 0.0 {
        return None;
    }
    let norm = (*alpha * *alpha + below).sqrt();
    // The sign that makes alpha - beta a sum: no cancellation.
    let beta = if *alpha > 0.0 { -norm } else { norm };
    let scale = *alpha - beta;
    v.iter_mut().for_each(|value| *value /= scale);
    let tau = (beta - *alpha) / beta;
    *alpha = beta;
    Some(tau)
}

/// Applies a reflection to the columns right of it: `row` of the triangle over `right` of the block.
#[inline(always)]
fn apply(tau: f64, v: &[f64], row: &mut [f64], right: &mut [f64]) {
    for (top, column) in row.iter_mut().zip(right.chunks_exact_mut(v.len())) {
        let w = tau * (*top + dot(v, column));
        *top -= w;
        axpy(-w, v, column);
    }
}

/// Writes `x - mean` to `block` by columns.
fn transpose_less_mean(x: MatrixView<'_>, mean: &[f64], block: &mut Vec<f64>) {
    let m = x.n_rows();
    block.resize(m * x.n_cols(), 0.0);
    for (i, row) in x.rows().enumerate() {
        for (j, (value, mean)) in row.iter().zip(mean).enumerate() {
            block[j * m + i] = value - mean;
        }
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    /// X'X by definition.
    fn gram(x: MatrixView<'_>) -> Vec<f64> {
        let d = x.n_cols();
        (0..d * d).map(|at| x.column(at / d).zip(x.column(at % d)).map(|(a, b)| a * b).sum()).collect()
    }

    #[test]
    fn the_triangle_has_the_gram_matrix_of_the_rows() {
        let value = |i: usize| ((i * 7919 % 1013) as f64 / 1013.0 - 0.5) * (1.0 + (i % 5) as f64);
        for n in [6, 127, 128, 129, 4096, 4097, 9000] {
            let x = Matrix::new((0..n * 5).map(value).collect(), n, 5).unwrap();
            let r = triangle(x.view(), &[0.0; 5]);
            assert!((0..5).all(|i| r.row(i)[..i].iter().all(|&below| below == 0.0)), "upper triangular");
            for (found, expected) in gram(r.view()).iter().zip(gram(x.view())) {
                assert!((found - expected).abs() <= 1e-12 * n as f64, "n = {n}: {found} for {expected}");
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let rows: Vec<f64> = (0..7 * 100).map(|i| 1.0 / (1.0 + (i * i % 101) as f64)).collect();
        let absorbed = |level| {
            let (mut r, mut block) = (Matrix::zeros(7, 7), rows.clone());
            dispatch_with(level, Absorb { r: &mut r, block: &mut block, m: 100 });
            r
        };
        let levels = available_levels();
        assert!(levels.iter().all(|&level| absorbed(level) == absorbed(levels[0])));
    }

    #[test]
    fn a_zero_column_stays_zero() {
        let x = Matrix::from_rows(&[[0.0, 1.0], [0.0, 2.0], [0.0, -3.0]]).unwrap();
        let r = triangle(x.view(), &[0.0; 2]);
        assert_eq!(r.row(0), [0.0, 0.0]);
        assert!((r.row(1)[1].abs() - 14_f64.sqrt()).abs() < 1e-15);
    }
}
