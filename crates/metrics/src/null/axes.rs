//! The principal axes of a table.

use std::ops::Range;

use segctl_numeric::par::{CHUNK_ROWS, fold_chunks};
use segctl_numeric::simd::{Kernel, dispatch};
use segctl_numeric::{Matrix, MatrixView};

use super::jacobi::eigen;

/// The mean of a table and its principal axes.
///
/// Taken from the covariance of the centred rows: axes whose standard deviation is below about 1e-8
/// of the largest are orthogonal to the others, but not where they should be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axes {
    pub(crate) mean: Vec<f64>,
    /// d x d: a unit vector a row, that of the largest deviation first.
    pub(crate) vectors: Matrix,
    /// The standard deviation along each, n - 1 in the denominator.
    pub(crate) deviations: Vec<f64>,
}

impl Axes {
    /// `x` must have at least two rows and a column, of finite values of at most 1e150. O(n d^2 + d^3).
    pub(crate) fn fit(x: MatrixView<'_>) -> Self {
        let mean = means(x);
        let largest = |range: Range<usize>| {
            let rows = range.flat_map(|i| x.row(i).iter().zip(&mean));
            rows.fold(0.0_f64, |top, (value, mean)| top.max((value - mean).abs()))
        };
        let scale = fold_chunks(x.n_rows(), CHUNK_ROWS, largest, 0.0, f64::max);
        if scale == 0.0 {
            let d = x.n_cols();
            return Self { mean, vectors: eigen(Matrix::zeros(d, d)).1, deviations: vec![0.0; d] };
        }
        let (variances, vectors) = eigen(covariance(x, &mean, scale));
        let deviations = variances.iter().map(|variance| variance.max(0.0).sqrt() * scale).collect();
        Self { mean, vectors, deviations }
    }

    /// The coordinates of `row` along the axes, from the mean, to `out`.
    pub(crate) fn project(&self, row: &[f64], out: &mut [f64]) {
        for (out, vector) in out.iter_mut().zip(self.vectors.view().rows()) {
            let centred = row.iter().zip(&self.mean).map(|(value, mean)| value - mean);
            *out = centred.zip(vector).map(|(value, v)| value * v).sum();
        }
    }

    /// The row with the given `coordinates` along the axes, to `out`.
    pub(crate) fn unproject(&self, coordinates: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&self.mean);
        self.add_along(coordinates, out);
    }

    /// The rows (m x d) with the given `coordinates` along the axes.
    pub(crate) fn unprojected(&self, coordinates: &[f64]) -> Vec<f64> {
        let mut rows = self.mean.repeat(coordinates.len() / self.mean.len());
        self.add_along(coordinates, &mut rows);
        rows
    }

    /// Moves each of `rows` (m x d) by its own `steps` (m x d) along the axes.
    pub(crate) fn add_along(&self, steps: &[f64], rows: &mut [f64]) {
        dispatch(AddAlong { steps, vectors: self.vectors.as_slice(), n_features: self.mean.len(), rows });
    }
}

/// rows += steps vectors, axis after axis.
struct AddAlong<'a> {
    steps: &'a [f64],
    vectors: &'a [f64],
    n_features: usize,
    rows: &'a mut [f64],
}

impl Kernel for AddAlong<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let d = self.n_features;
        for (steps, row) in self.steps.chunks_exact(d).zip(self.rows.chunks_exact_mut(d)) {
            for (step, vector) in steps.iter().zip(self.vectors.chunks_exact(d)) {
                row.iter_mut().zip(vector).for_each(|(value, v)| *value += step * v);
            }
        }
    }
}

fn means(x: MatrixView<'_>) -> Vec<f64> {
    let sums = |range: Range<usize>| range.fold(vec![0.0; x.n_cols()], |sums, i| added(sums, x.row(i)));
    let mut means = fold_chunks(x.n_rows(), CHUNK_ROWS, sums, vec![0.0; x.n_cols()], |a, b| added(a, &b));
    means.iter_mut().for_each(|mean| *mean /= x.n_rows() as f64);
    means
}

/// Of the rows over `scale`, so that no square leaves the range of numbers.
fn covariance(x: MatrixView<'_>, mean: &[f64], scale: f64) -> Matrix {
    let d = x.n_cols();
    let products = |range: Range<usize>| {
        let (mut sums, mut centred) = (vec![0.0; d * d], vec![0.0; d]);
        for i in range {
            centred.iter_mut().zip(x.row(i)).zip(mean).for_each(|((c, value), mean)| *c = (value - mean) / scale);
            for (a, sums) in centred.iter().zip(sums.chunks_exact_mut(d)) {
                sums.iter_mut().zip(&centred).for_each(|(sum, b)| *sum += a * b);
            }
        }
        sums
    };
    let mut sums = fold_chunks(x.n_rows(), CHUNK_ROWS, products, vec![0.0; d * d], |a, b| added(a, &b));
    sums.iter_mut().for_each(|sum| *sum /= (x.n_rows() - 1) as f64);
    Matrix::new(sums, d, d).expect("d x d sums were made")
}

fn added(mut a: Vec<f64>, b: &[f64]) -> Vec<f64> {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_one_axis_at_any_scale() {
        for scale in [1e-160, 1.0, 1e149] {
            let x = Matrix::from_rows(&[[-3.0 * scale, -4.0 * scale], [3.0 * scale, 4.0 * scale], [0.0, 0.0]]).unwrap();
            let axes = Axes::fit(x.view());
            assert!((axes.deviations[0] / scale - 5.0).abs() < 1e-14, "{axes:?}");
            assert!(axes.deviations[1] / scale < 1e-7);
            assert!((axes.vectors.row(0)[0] - 0.6).abs() < 1e-15 && (axes.vectors.row(0)[1] - 0.8).abs() < 1e-15);
        }
    }

    #[test]
    fn projecting_there_and_back_is_the_identity() {
        let x = Matrix::new((0..60).map(|i| f64::from(i * i % 17) + 1e3).collect(), 20, 3).unwrap();
        let axes = Axes::fit(x.view());
        let (mut along, mut back) = ([0.0; 3], [0.0; 3]);
        for row in x.view().rows() {
            axes.project(row, &mut along);
            axes.unproject(&along, &mut back);
            assert!(row.iter().zip(back).all(|(a, b)| (a - b).abs() < 1e-11), "{row:?} {back:?}");
        }
    }

    #[test]
    fn equal_rows_have_no_deviation() {
        let axes = Axes::fit(Matrix::new(vec![0.1; 12], 4, 3).unwrap().view());
        assert!(axes.deviations.iter().all(|deviation| *deviation < 1e-16), "{axes:?}");
    }
}
