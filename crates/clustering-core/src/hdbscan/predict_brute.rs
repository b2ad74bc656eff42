//! The neighbours of new rows, all pairs compared.

use std::ops::Range;

use segctl_numeric::par::map_chunks;
use segctl_numeric::{Labels, MatrixView};

use super::brute::larger;
use super::predict::{Found, Join, Neighbours};

/// Rows compared with all training rows at a time.
const BLOCK_ROWS: usize = 16;

impl Neighbours<'_> {
    /// One answer per row of `x`. Time O(n m d).
    pub(super) fn find_brute(self, x: MatrixView<'_>, join: &Join<'_>) -> Vec<Found> {
        let of_row = |row: usize, distances: &[f64]| {
            let own = self.core_distance(distances);
            let (neighbour, distance) = self.nearest(own, distances);
            let (label, probability) = join(row, neighbour, distance);
            let clusters = self.cluster_distances(own, distances);
            let (second, second_distance) = nearest_other(&clusters, label);
            let distance = clusters.get(label as usize).copied().unwrap_or(second_distance);
            Found { label, probability, distance, second, second_distance }
        };
        self.by_row(x, of_row)
    }

    /// The distance by mutual reachability of each row of `x` to the cluster it has in `labels`.
    pub(super) fn distances_to_brute(self, x: MatrixView<'_>, labels: &Labels) -> Vec<f64> {
        let of_row = |row: usize, distances: &[f64]| match labels.get(row) {
            None => f64::NAN,
            Some(cluster) => self.cluster_distances(self.core_distance(distances), distances)[cluster],
        };
        self.by_row(x, of_row)
    }

    fn by_row<T: Send>(self, x: MatrixView<'_>, of_row: impl Fn(usize, &[f64]) -> T + Sync) -> Vec<T> {
        let m = self.rows.n_rows();
        let of_block = |block: Range<usize>| {
            let mut distances = vec![0.0; block.len() * m];
            let xs = x.rows_range(block.clone()).as_slice();
            self.metric.many_to_many(xs, self.rows.as_slice(), x.n_cols(), &mut distances);
            block.zip(distances.chunks_exact(m)).map(|(row, distances)| of_row(row, distances)).collect::<Vec<T>>()
        };
        map_chunks(x.n_rows(), BLOCK_ROWS, of_block).into_iter().flatten().collect()
    }

    fn core_distance(self, distances: &[f64]) -> f64 {
        *distances.to_vec().select_nth_unstable_by(self.min_samples - 1, f64::total_cmp).1
    }

    /// By mutual reachability, then by distance, then the first.
    fn nearest(self, own: f64, distances: &[f64]) -> (usize, f64) {
        let mut best = (f64::INFINITY, f64::INFINITY, 0);
        for (row, (&distance, &core)) in distances.iter().zip(self.core_distances).enumerate() {
            let reach = larger(distance, larger(own, core));
            if reach < best.0 || (reach == best.0 && distance < best.1) {
                best = (reach, distance, row);
            }
        }
        (best.2, best.0)
    }

    /// The distance to the nearest row of each cluster by mutual reachability.
    fn cluster_distances(self, own: f64, distances: &[f64]) -> Vec<f64> {
        let mut nearest = vec![f64::INFINITY; self.labels.n_clusters()];
        for ((&distance, &core), &label) in distances.iter().zip(self.core_distances).zip(self.labels.as_slice()) {
            if label != Labels::NOISE {
                let nearest = &mut nearest[label as usize];
                let reach = larger(distance, core);
                *nearest = if reach < *nearest { reach } else { *nearest };
            }
        }
        nearest.iter_mut().for_each(|nearest| *nearest = larger(*nearest, own));
        nearest
    }
}

/// The nearest cluster but `label`, the first among equals; [`Labels::NOISE`] at infinity for none.
fn nearest_other(distances: &[f64], label: u32) -> (u32, f64) {
    let none = (Labels::NOISE, f64::INFINITY);
    let others = (0..).zip(distances).filter(|&(cluster, _)| cluster != label);
    others.fold(none, |best, (cluster, &distance)| if distance < best.1 { (cluster, distance) } else { best })
}
