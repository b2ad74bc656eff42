//! Tall and skinny QR: the d x d triangle of n centred rows, in one pass over them.
//!
//! Every chunk of rows is reduced to a triangle of its own, and the triangles are joined in the
//! order of the chunks (Demmel, Grigori, Hoemmen & Langou, "Communication-optimal parallel and
//! sequential QR and LU factorizations", SIAM J. Sci. Comput. 34, 2012). Householder reflections
//! are orthogonal to the last digit, so R is as good as if all rows had been factored at once. Q is
//! never formed: the right singular vectors of R are those of the data.
//!
//! A chunk is centred at its own mean, while it is in the cache. What its mean m_c deviates from
//! the mean m of all n rows is one more row for each chunk, as the sums of squares within and
//! between groups add up:
//! sum (x - m)(x - m)' = sum_c [sum (x - m_c)(x - m_c)' + n_c (m_c - m)(m_c - m)'].

use std::ops::Range;

use segctl_numeric::par::{chunks, map_chunks};
use segctl_numeric::simd::{Kernel, dispatch};
use segctl_numeric::{Matrix, MatrixView};

use super::center::{column_means, mean_of_means};
use super::lanes::{axpy, dot, four_dots};

/// Rows absorbed at a time: 128 rows of 25 columns are 25 KiB, which fits the first-level cache.
const BLOCK_ROWS: usize = 128;

/// Rows that end in one triangle: 2,048 rows of 16 columns are 256 KiB, which the second-level cache
/// holds while they are looked at three times. A triangle is worth d rows of memory and of work to
/// join, so wide data needs long chunks.
fn chunk_rows(d: usize) -> usize {
    (16 * d).next_multiple_of(BLOCK_ROWS).max(16 * BLOCK_ROWS)
}

/// The mean m of the rows, and R (d x d, upper triangular) with R'R = (X - m)'(X - m), up to the
/// signs of its rows. `None` when `fits` is false for a value.
pub(crate) fn triangle(x: MatrixView<'_>, fits: impl Fn(f64) -> bool + Sync) -> Option<(Vec<f64>, Matrix)> {
    let reduce = |range: Range<usize>| Chunk::of_rows(x.rows_range(range), &fits);
    let chunks = map_chunks(x.n_rows(), chunk_rows(x.n_cols()), reduce);
    let chunks: Vec<Chunk> = chunks.into_iter().collect::<Option<_>>()?;
    let mean = mean_of_means(chunks.iter().map(|chunk| (chunk.n_rows, &chunk.mean[..])));
    let mut deviations = Vec::with_capacity(chunks.len() * x.n_cols());
    for chunk in &chunks {
        let weight = (chunk.n_rows as f64).sqrt();
        deviations.extend(chunk.mean.iter().zip(&mean).map(|(of_chunk, of_all)| weight * (of_chunk - of_all)));
    }
    let deviations = Matrix::new(deviations, chunks.len(), x.n_cols()).expect("a row for each chunk");
    let mut all = Triangle::zeros(x.n_cols());
    chunks.iter().for_each(|chunk| all.absorb(chunk.triangle.r.view()));
    all.absorb(deviations.view());
    Some((mean, all.r))
}

/// R (d x d, upper triangular) with R'R = X'X for the rows of `x` as they are.
pub(crate) fn joined(x: MatrixView<'_>) -> Matrix {
    let mut all = Triangle::zeros(x.n_cols());
    all.absorb(x);
    all.r
}

/// Some rows: their mean, and the R of what they deviate from it.
struct Chunk {
    n_rows: usize,
    mean: Vec<f64>,
    triangle: Triangle,
}

impl Chunk {
    fn of_rows(x: MatrixView<'_>, fits: &impl Fn(f64) -> bool) -> Option<Self> {
        if !dispatch(All { values: x.as_slice(), fits }) {
            return None;
        }
        let mean = column_means(x);
        let mut triangle = Triangle::zeros(x.n_cols());
        triangle.absorb_less(x, &mean);
        Some(Self { n_rows: x.n_rows(), mean, triangle })
    }
}

/// Whether all values fit.
struct All<'a, F> {
    values: &'a [f64],
    fits: &'a F,
}

impl<F: Fn(f64) -> bool> Kernel for All<'_, F> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        // No short circuit: the loop takes as many values at once as a register holds.
        self.values.iter().fold(true, |all, &value| all & (self.fits)(value))
    }
}

/// The R of all rows absorbed so far.
struct Triangle {
    r: Matrix,
}

impl Triangle {
    fn zeros(d: usize) -> Self {
        Self { r: Matrix::zeros(d, d) }
    }

    fn absorb(&mut self, x: MatrixView<'_>) {
        self.absorb_less(x, &vec![0.0; x.n_cols()]);
    }

    /// Absorbs the rows of `x - mean`.
    fn absorb_less(&mut self, x: MatrixView<'_>, mean: &[f64]) {
        let mut block = Vec::new();
        for range in chunks(x.n_rows(), BLOCK_ROWS) {
            let rows = x.rows_range(range);
            transpose_less_mean(rows, mean, &mut block);
            dispatch(Absorb { r: &mut self.r, block: &mut block, m: rows.n_rows() });
        }
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
    // At least the root of the smallest positive number: its reciprocal is finite.
    let factor = 1.0 / scale;
    v.iter_mut().for_each(|value| *value *= factor);
    let tau = (beta - *alpha) / beta;
    *alpha = beta;
    Some(tau)
}

/// Applies a reflection to the columns right of it: `row` of the triangle over `right` of the block.
#[inline(always)]
fn apply(tau: f64, v: &[f64], row: &mut [f64], right: &mut [f64]) {
    let m = v.len();
    let (tops, rest) = row.as_chunks_mut::<4>();
    let (columns, last) = right.split_at_mut(tops.len() * 4 * m);
    for (tops, columns) in tops.iter_mut().zip(columns.chunks_exact_mut(4 * m)) {
        let dots = four_dots(v, std::array::from_fn(|i| &columns[i * m..][..m]));
        for ((top, dot), column) in tops.iter_mut().zip(dots).zip(columns.chunks_exact_mut(m)) {
            reflect(tau, dot, v, top, column);
        }
    }
    for (top, column) in rest.iter_mut().zip(last.chunks_exact_mut(m)) {
        reflect(tau, dot(v, column), v, top, column);
    }
}

/// Applies a reflection to one column, given v'column.
#[inline(always)]
fn reflect(tau: f64, dot: f64, v: &[f64], top: &mut f64, column: &mut [f64]) {
    let w = tau * (*top + dot);
    *top -= w;
    axpy(-w, v, column);
}

/// Writes `x - mean` to `block` by columns.
fn transpose_less_mean(x: MatrixView<'_>, mean: &[f64], block: &mut Vec<f64>) {
    block.resize(x.as_slice().len(), 0.0);
    for (j, (column, mean)) in block.chunks_exact_mut(x.n_rows()).zip(mean).enumerate() {
        for (out, row) in column.iter_mut().zip(x.as_slice().chunks_exact(x.n_cols())) {
            *out = row[j] - mean;
        }
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::super::center;
    use super::*;

    /// X'X by definition.
    fn gram(x: MatrixView<'_>) -> Vec<f64> {
        let d = x.n_cols();
        (0..d * d).map(|at| x.column(at / d).zip(x.column(at % d)).map(|(a, b)| a * b).sum()).collect()
    }

    #[test]
    fn the_triangle_has_the_gram_matrix_of_the_rows() {
        let value = |i: usize| ((i * 7919 % 1013) as f64 / 1013.0 - 0.5) * (1.0 + (i % 5) as f64);
        for n in [6, 127, 128, 129, 2048, 2049, 9000] {
            let x = Matrix::new((0..n * 5).map(value).collect(), n, 5).unwrap();
            let (mean, r) = triangle(x.view(), f64::is_finite).unwrap();
            let x = center::centered(x.view(), &mean);
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
        let (_, r) = triangle(x.view(), f64::is_finite).unwrap();
        assert_eq!(r.row(0), [0.0, 0.0]);
        assert!((r.row(1)[1].abs() - 14_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn a_value_that_does_not_fit_is_noticed_in_any_chunk() {
        for at in [0, 4999] {
            let mut x = Matrix::zeros(5000, 2);
            x.row_mut(at)[1] = f64::NAN;
            assert!(triangle(x.view(), f64::is_finite).is_none());
        }
    }
}
