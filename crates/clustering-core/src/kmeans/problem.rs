//! What one start sees, and the sums that turn labels into centres.

use std::ops::Range;

use rayon::prelude::*;
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::par::{CHUNK_ROWS, fold_chunks, map_chunks};
use segctl_numeric::simd::{Kernel, LANES, dispatch};
use segctl_numeric::{Matrix, MatrixView};

/// Centred rows, their weights, and when to stop.
#[derive(Clone, Copy)]
pub(super) struct Problem<'a> {
    pub(super) x: MatrixView<'a>,
    pub(super) weights: Option<&'a [f64]>,
    pub(super) n_clusters: usize,
    pub(super) max_iter: usize,
    /// The squared shift of all centres that counts as standing still.
    pub(super) tol: f64,
}

impl Problem<'_> {
    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    /// Zero sums for every cluster.
    pub(super) fn empty_sums(&self) -> Sums {
        let (k, d) = (self.n_clusters, self.x.n_cols());
        Sums { values: vec![0.0; k * d], weights: vec![0.0; k], changed: 0 }
    }

    /// Adds rows `range` to the sums of their clusters; `labels[i]` belongs to row `range.start + i`.
    pub(super) fn add_rows(&self, range: Range<usize>, labels: impl Iterator<Item = u32>, sums: &mut Sums) {
        let weights = self.weights.map(|weights| &weights[range.clone()]);
        dispatch(AddRows { x: self.x.rows_range(range), weights, labels, sums });
    }

    /// The sums of given labels.
    pub(super) fn sums_of(&self, labels: &[u32]) -> Sums {
        let parts = map_chunks(labels.len(), CHUNK_ROWS, |range| {
            let mut sums = self.empty_sums();
            self.add_rows(range.clone(), labels[range].iter().copied(), &mut sums);
            sums
        });
        self.fold(&parts)
    }

    /// Adds the sums of chunks in their order.
    pub(super) fn fold(&self, parts: &[Sums]) -> Sums {
        parts.iter().fold(self.empty_sums(), Sums::plus)
    }

    /// `sum_i w_i |x_i - c_label(i)|^2`
    pub(super) fn inertia(&self, labels: &[u32], centers: &Matrix) -> f64 {
        let of_rows = |range: Range<usize>| {
            range
                .map(|i| self.weight(i) * squared_euclidean(self.x.row(i), centers.row(labels[i] as usize)))
                .sum::<f64>()
        };
        fold_chunks(labels.len(), CHUNK_ROWS, of_rows, 0.0, |a, b| a + b)
    }
}

/// Runs `map` over chunks of the state of all rows; results come in the order of the chunks.
pub(super) fn map_chunks_mut<S: Send, T: Send>(
    state: &mut [S],
    map: impl Fn(Range<usize>, &mut [S]) -> T + Sync,
) -> Vec<T> {
    let run = |(i, piece): (usize, &mut [S])| map(i * CHUNK_ROWS..i * CHUNK_ROWS + piece.len(), piece);
    state.par_chunks_mut(CHUNK_ROWS).enumerate().map(run).collect()
}

/// Weighted sums of the rows of each cluster.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sums {
    /// k x d, row-major.
    values: Vec<f64>,
    /// The weight in each cluster.
    pub(super) weights: Vec<f64>,
    /// Rows whose label is not what it was.
    pub(super) changed: usize,
}

impl Sums {
    fn plus(mut self, other: &Self) -> Self {
        self.values.iter_mut().zip(&other.values).for_each(|(a, b)| *a += b);
        self.weights.iter_mut().zip(&other.weights).for_each(|(a, b)| *a += b);
        self.changed += other.changed;
        self
    }

    /// The mean of each cluster (k x d).
    ///
    /// # Panics
    /// When a cluster has no weight.
    pub(super) fn means(mut self) -> Matrix {
        let d = self.values.len() / self.weights.len();
        for (row, &weight) in self.values.chunks_exact_mut(d).zip(&self.weights) {
            assert!(weight > 0.0, "empty clusters are filled before means are taken");
            row.iter_mut().for_each(|value| *value /= weight);
        }
        Matrix::new(self.values, self.weights.len(), d).expect("k x d sums")
    }
}

struct AddRows<'a, L> {
    x: MatrixView<'a>,
    weights: Option<&'a [f64]>,
    labels: L,
    sums: &'a mut Sums,
}

impl<L: Iterator<Item = u32>> Kernel for AddRows<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let d = self.x.n_cols();
        for (i, (row, label)) in self.x.as_slice().chunks_exact(d).zip(self.labels).enumerate() {
            let weight = self.weights.map_or(1.0, |weights| weights[i]);
            let cluster = label as usize;
            add_row(&mut self.sums.values[cluster * d..(cluster + 1) * d], row, weight);
            self.sums.weights[cluster] += weight;
        }
    }
}

/// Each feature has a sum of its own: the order of the features cannot matter.
#[inline(always)]
fn add_row(sums: &mut [f64], row: &[f64], weight: f64) {
    let (sums, sums_tail) = sums.as_chunks_mut::<LANES>();
    let (row, row_tail) = row.as_chunks::<LANES>();
    for (sums, row) in sums.iter_mut().zip(row) {
        for l in 0..LANES {
            sums[l] += weight * row[l];
        }
    }
    for (sum, value) in sums_tail.iter_mut().zip(row_tail) {
        *sum += weight * value;
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    #[test]
    fn sums_are_the_same_bits_at_every_level() {
        for d in [1, 7, 8, 9, 23] {
            let values = (0..50 * d).map(|i| (i as f64 * 0.37).sin()).collect();
            let x = Matrix::new(values, 50, d).unwrap();
            let weights: Vec<f64> = (0..50).map(|i| f64::from(i % 4) * 0.3).collect();
            let problem = Problem { x: x.view(), weights: Some(&weights), n_clusters: 3, max_iter: 1, tol: 0.0 };
            let labels: Vec<u32> = (0..50).map(|i| i % 3).collect();
            let expected = problem.sums_of(&labels);
            for level in available_levels() {
                let mut sums = problem.empty_sums();
                let labels = labels.iter().copied();
                dispatch_with(level, AddRows { x: x.view(), weights: Some(&weights), labels, sums: &mut sums });
                assert_eq!(sums, expected, "{level:?}, d = {d}");
            }
        }
    }
}
