//! Internal indices: beside scikit-learn's, hdbscan's and those written out in tests/golden/internal.py, beside
//! their definitions, and what must not change them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod centroids;
mod density;
mod extremes;
mod golden;

use proptest::prelude::*;
use segctl_numeric::distance::{Dissimilarity, Gower, Metric};
use segctl_numeric::{Labels, Matrix, MatrixView};

/// Rows on a coarse grid, with ties and duplicates, or off it.
fn rows() -> impl Strategy<Value = (Matrix, Vec<i64>)> {
    let value = |is_grid: bool| {
        if is_grid { (-4_i32..5).prop_map(f64::from).boxed() } else { (-9.0_f64..9.0).boxed() }
    };
    (5_usize..90, 1_usize..6, 2_i64..5, any::<bool>()).prop_flat_map(move |(n, d, k, is_grid)| {
        let values = prop::collection::vec(value(is_grid), n * d);
        let labels = prop::collection::vec(-1..k, n);
        (values, labels).prop_map(move |(values, mut labels)| {
            labels[..5].copy_from_slice(&[0, 0, 1, 1, 0]);
            (Matrix::new(values, n, d).unwrap(), labels)
        })
    })
}

fn signed(labels: &[i64]) -> Labels {
    Labels::from_signed(labels).unwrap()
}

/// Each metric, and Gower's distance with every other column a category.
fn all_distances(x: MatrixView<'_>) -> Vec<Dissimilarity> {
    let metrics = [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine];
    let mask: Vec<bool> = (0..x.n_cols()).map(|j| j % 2 == 0).collect();
    let gower = Gower::fit(x, &mask).unwrap();
    metrics.map(Dissimilarity::from).into_iter().chain([gower.into()]).collect()
}

/// Three groups of rows that are no multiples of any block, and noise.
fn groups(n: usize, d: usize) -> (Matrix, Labels) {
    let value = |at: usize| ((at / d % 3) * 9) as f64 + ((at * 7919 % 1013) as f64 / 130.0).sin();
    let label = |i: usize| if i % 17 == 5 { Labels::NOISE } else { (i % 3) as u32 };
    (Matrix::new((0..n * d).map(value).collect(), n, d).unwrap(), Labels::new((0..n).map(label).collect(), 3).unwrap())
}

/// The rows, and their labels, in another order.
fn shuffled(x: &Matrix, labels: &[i64], step: usize) -> (Matrix, Labels) {
    let n = labels.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|&i| (i * (2 * step + 1) * 7919) % 10_007);
    let labels: Vec<i64> = order.iter().map(|&i| labels[i]).collect();
    (x.view().select_rows(&order), signed(&labels))
}

fn scaled(x: &Matrix, by: f64) -> Matrix {
    Matrix::new(x.as_slice().iter().map(|value| value * by).collect(), x.n_rows(), x.n_cols()).unwrap()
}

fn close(a: f64, b: f64, slack: f64) -> bool {
    a == b || (a - b).abs() <= slack * (1.0 + a.abs().max(b.abs()))
}
