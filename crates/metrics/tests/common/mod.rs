//! Tables, a small clusterer and golden files for the tests of evidence.

#![allow(dead_code, reason = "each test file uses a part")]
#![allow(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::path::Path;

use rand::RngExt;
use segctl_metrics::MetricsError;
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};
use serde::de::DeserializeOwned;

/// `tests/golden/{file}` of the workspace.
pub(crate) fn golden<T: DeserializeOwned>(file: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[track_caller]
pub(crate) fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{at}: {found} for {expected}");
    }
}

/// A number in [0, 1) that looks random.
pub(crate) fn hashed(at: usize) -> f64 {
    let mixed = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11) as f64 / (1_u64 << 53) as f64
}

/// `n` rows of `d` columns, row i in group i % `groups`: groups are `distance` apart, and about 1 wide.
pub(crate) fn groups(n: usize, d: usize, groups: usize, distance: f64) -> Matrix {
    let value = |at: usize| {
        let (row, column) = (at / d, at % d);
        let centre = if column == row % groups % d { distance * (1 + row % groups / d) as f64 } else { 0.0 };
        let sum: f64 = (0..4).map(|part| hashed(4 * at + part)).sum();
        centre + (sum - 2.0) * 1.7
    };
    Matrix::new((0..n * d).map(value).collect(), n, d).unwrap()
}

/// The group of each row of [`groups`].
pub(crate) fn truth(n: usize, groups: usize) -> Labels {
    Labels::new((0..n).map(|i| (i % groups) as u32).collect(), groups).unwrap()
}

/// Lloyd's algorithm from 8 random starts, the best kept.
pub(crate) fn kmeans(x: MatrixView<'_>, k: usize, seed: Seed) -> Result<Labels, MetricsError> {
    Ok(kmeans_with(8, x, k, seed))
}

/// Lloyd's algorithm from `n_starts` random starts, the best kept.
pub(crate) fn kmeans_with(n_starts: u64, x: MatrixView<'_>, k: usize, seed: Seed) -> Labels {
    let runs = (0..n_starts).map(|run| lloyd(x, k, seed, run));
    runs.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap().0
}

fn lloyd(x: MatrixView<'_>, k: usize, seed: Seed, run: u64) -> (Labels, f64) {
    let mut centers = spread(x, k, seed, run);
    let mut last = Vec::new();
    loop {
        let nearest = |row: &[f64]| {
            let distances = centers.view().rows().map(|c| squared_euclidean(row, c)).enumerate();
            distances.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
        };
        let found: Vec<(usize, f64)> = x.rows().map(nearest).collect();
        let ids: Vec<u32> = found.iter().map(|(cluster, _)| *cluster as u32).collect();
        if ids == last {
            return (Labels::new(ids, k).unwrap(), found.iter().map(|(_, squared)| squared).sum());
        }
        for cluster in 0..k {
            let rows: Vec<usize> = (0..ids.len()).filter(|&i| ids[i] as usize == cluster).collect();
            for j in (0..x.n_cols()).filter(|_| !rows.is_empty()) {
                centers.row_mut(cluster)[j] = rows.iter().map(|&i| x.row(i)[j]).sum::<f64>() / rows.len() as f64;
            }
        }
        last = ids;
    }
}

/// Starts drawn in proportion to the squared distance to those before.
fn spread(x: MatrixView<'_>, k: usize, seed: Seed, run: u64) -> Matrix {
    let mut rng = seed.stream("test starts", run, 0);
    let mut rows = vec![rng.random_range(0..x.n_rows())];
    while rows.len() < k {
        let near = |row: &[f64]| rows.iter().map(|&c| squared_euclidean(row, x.row(c))).fold(f64::INFINITY, f64::min);
        let weights: Vec<f64> = x.rows().map(near).collect();
        let mut left = rng.random::<f64>() * weights.iter().sum::<f64>();
        let found = weights.iter().position(|weight| {
            left -= weight;
            left < 0.0
        });
        rows.push(found.unwrap_or(0));
    }
    x.select_rows(&rows)
}

/// Cuts the first column at the given place.
pub(crate) fn cut_at(at: f64) -> impl Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, MetricsError> + Sync {
    move |x, _, _| Ok(Labels::new(x.rows().map(|row| u32::from(row[0] > at)).collect(), 2)?)
}
