//! Core distances: how sparse a cluster is around each of its rows.

use std::ops::Range;

use segctl_numeric::MatrixView;
use segctl_numeric::distance::{Dissimilarity, Metric, squared_to_each};
use segctl_numeric::par::map_chunks;
use segctl_numeric::simd::{Kernel, LANES, dispatch};

/// Rows in a chunk, each of which is compared with all: the distances of eight to ten thousand fit the second-level
/// cache.
const CHUNK: usize = 8;

/// The core distance of each of two or more rows among all of them.
pub(super) fn core_distances(rows: MatrixView<'_>, dissimilarity: &Dissimilarity) -> Vec<f64> {
    let n = rows.n_rows();
    let of_chunk = |range: Range<usize>| {
        let mut distances = distances(rows, range.clone(), dissimilarity);
        let of = |(i, distances): (usize, &mut [f64])| {
            // What a row is from itself counts nothing, in whichever order it is added.
            distances[i] = f64::INFINITY;
            core_distance(distances, rows.n_cols())
        };
        range.zip(distances.chunks_exact_mut(n)).map(of).collect::<Vec<f64>>()
    };
    map_chunks(n, CHUNK, of_chunk).into_iter().flatten().collect()
}

/// The distances of some rows to all, row by row.
fn distances(rows: MatrixView<'_>, some: Range<usize>, dissimilarity: &Dissimilarity) -> Vec<f64> {
    let mut out = vec![0.0; some.len() * rows.n_rows()];
    let some = rows.rows_range(some);
    match dissimilarity {
        // Lanes over the rows rather than over their few features.
        Dissimilarity::Metric(Metric::SquaredEuclidean) => squared_to_each(rows, some, &mut out),
        Dissimilarity::Metric(Metric::Euclidean) => {
            squared_to_each(rows, some, &mut out);
            out.iter_mut().for_each(|square| *square = square.sqrt());
        }
        other => other.many_to_many(some.as_slice(), rows.as_slice(), rows.n_cols(), &mut out),
    }
    out
}

/// Of one row, given its distances to all rows of the cluster, infinite to itself.
///
/// Distances are taken in units of the least: their powers neither overflow nor all vanish.
fn core_distance(distances: &[f64], n_features: usize) -> f64 {
    let least = distances.iter().copied().fold(f64::INFINITY, f64::min);
    if least == 0.0 {
        return 0.0;
    }
    let sum = dispatch(Powers { distances, least, exponent: n_features });
    let mean = sum / (distances.len() - 1) as f64;
    least * libm::pow(mean, -1.0 / n_features as f64)
}

/// `sum_j (least / d_j)^exponent`
struct Powers<'a> {
    distances: &'a [f64],
    least: f64,
    exponent: usize,
}

impl Kernel for Powers<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let (chunks, tail) = self.distances.as_chunks::<LANES>();
        let mut sums = [0.0; LANES];
        for chunk in chunks {
            add_powers(&mut sums, self.least, chunk, self.exponent);
        }
        let mut last = [f64::INFINITY; LANES];
        last[..tail.len()].copy_from_slice(tail);
        add_powers(&mut sums, self.least, &last, self.exponent);
        sums.iter().sum()
    }
}

/// By repeated squaring.
#[inline(always)]
fn add_powers(sums: &mut [f64; LANES], least: f64, distances: &[f64; LANES], exponent: usize) {
    let mut square = distances.map(|distance| least / distance);
    let mut power = [1.0; LANES];
    let mut left = exponent;
    while left > 0 {
        if left % 2 == 1 {
            for l in 0..LANES {
                power[l] *= square[l];
            }
        }
        for value in &mut square {
            *value *= *value;
        }
        left /= 2;
    }
    for l in 0..LANES {
        sums[l] += power[l];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_distances_are_power_means() {
        for p in [1, 2, 3, 7, 16, 31] {
            let distances = [f64::INFINITY, 2.0, 3.0, 0.5, 8.0, 1.0, 1.5, 9.0, 4.0, 4.0, 6.0];
            let sum: f64 = distances.iter().map(|d| d.powf(-(p as f64))).sum();
            let expected = (sum / 10.0).powf(-1.0 / p as f64);
            assert!((core_distance(&distances, p) / expected - 1.0).abs() < 1e-14);
        }
        assert_eq!(core_distance(&[f64::INFINITY, 0.0, 3.0], 2), 0.0);
        for scale in [1e-300, 1e300] {
            let found = core_distance(&[f64::INFINITY, scale, 2.0 * scale], 30);
            assert!((found / scale - 2.0_f64.powf(1.0 / 30.0)).abs() < 1e-9, "{found}");
        }
    }
}
