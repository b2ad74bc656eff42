//! What one start sees.

use std::ops::Range;

use rayon::prelude::*;
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::par::{CHUNK_ROWS, fold_chunks};
use segctl_numeric::{Matrix, MatrixView};

use super::coarse::Coarse;

/// Blocks of rows at most: each has k x d sums of its own, which are added in order.
const BLOCKS: usize = 128;

/// Centred rows, their weights, and when to stop.
#[derive(Clone, Copy)]
pub(super) struct Problem<'a> {
    pub(super) x: MatrixView<'a>,
    /// The rows at half the precision, where that can be had.
    pub(super) coarse: Option<&'a Coarse>,
    pub(super) weights: Option<&'a [f64]>,
    pub(super) n_clusters: usize,
    pub(super) max_iter: usize,
    /// The squared shift of all centres that counts as standing still.
    pub(super) tol: f64,
    /// How often all weight of a cluster may be rounded before its mean is taken anew.
    pub(super) roundings: f64,
}

impl Problem<'_> {
    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    /// Rows in a block: the unit of parallel work, whole chunks. It depends on n alone.
    pub(super) fn block_rows(&self) -> usize {
        self.x.n_rows().div_ceil(BLOCKS).next_multiple_of(CHUNK_ROWS)
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

    /// Runs `map` over blocks of the state of all rows, each with the row it starts at; results
    /// come in the order of the blocks.
    pub(super) fn map_blocks<S: Send, T: Send>(
        &self,
        state: &mut [S],
        map: impl Fn(usize, &mut [S]) -> T + Sync,
    ) -> Vec<T> {
        let size = self.block_rows();
        state.par_chunks_mut(size).enumerate().map(|(i, block)| map(i * size, block)).collect()
    }
}

impl<'a> Problem<'a> {
    /// What the choice of starting centres needs to know.
    pub(super) fn seeding(x: MatrixView<'a>, weights: Option<&'a [f64]>, n_clusters: usize) -> Self {
        Self { x, coarse: None, weights, n_clusters, max_iter: 1, tol: 0.0, roundings: 0.0 }
    }

    #[cfg(test)]
    pub(super) fn plain(x: MatrixView<'a>, n_clusters: usize) -> Self {
        Self { max_iter: 300, ..Self::seeding(x, None, n_clusters) }
    }
}
