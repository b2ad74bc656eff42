//! Rows to train on, and a slow map beside the fast one.

#![allow(dead_code, reason = "not every test file uses everything")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use segctl_numeric::Matrix;
use segctl_numeric::distance::Metric;
use segctl_som::SomParams;
use segctl_som::grid::{Edges, Grid, Topology};
use segctl_som::neighbourhood::Neighbourhood;

pub(crate) const KINDS: [Neighbourhood; 4] =
    [Neighbourhood::Gaussian, Neighbourhood::MexicanHat, Neighbourhood::Bubble, Neighbourhood::Triangle];

pub(crate) const METRICS: [Metric; 5] =
    [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine];

/// Rows in a few clouds, without any two alike.
pub(crate) fn clouds(n: usize, d: usize) -> Matrix {
    let value = |i: usize| {
        let (row, column) = (i / d, i % d);
        let wave = ((i as f64 + 1.0) * 12.9898).sin() * 43_758.545_3;
        (wave - wave.floor()) + 3.0 * (((row * 7) % 4 + column) % 3) as f64
    };
    Matrix::new((0..n * d).map(value).collect(), n, d).unwrap()
}

/// The same with about one value in `every` missing, never a whole row or column of more than one.
pub(crate) fn holed(n: usize, d: usize, every: usize) -> Matrix {
    let mut x = clouds(n, d).into_vec();
    for (i, value) in x.iter_mut().enumerate() {
        if i % d != (i / d) % d && i * 31 % every == 0 {
            *value = f64::NAN;
        }
    }
    Matrix::new(x, n, d).unwrap()
}

pub(crate) fn grids() -> Vec<Grid> {
    let kinds = [Topology::Rectangular, Topology::Hexagonal];
    let pairs = kinds.into_iter().flat_map(|kind| [(kind, Edges::Planar), (kind, Edges::Toroidal)]);
    pairs.map(|(topology, edges)| Grid::new(5, 4, topology, edges).unwrap()).collect()
}

/// The distance over what is known, scaled by all over those known where it is a sum.
pub(crate) fn distance(metric: Metric, row: &[f64], unit: &[f64]) -> f64 {
    let known: Vec<(f64, f64)> = row.iter().copied().zip(unit.iter().copied()).filter(|(x, _)| !x.is_nan()).collect();
    let stretch = row.len() as f64 / known.len() as f64;
    let sum = |of: &dyn Fn(f64, f64) -> f64| known.iter().map(|&(x, w)| of(x, w)).sum::<f64>();
    match metric {
        Metric::Euclidean => (sum(&|x, w| (x - w) * (x - w)) * stretch).sqrt(),
        Metric::SquaredEuclidean => sum(&|x, w| (x - w) * (x - w)) * stretch,
        Metric::Manhattan => sum(&|x, w| (x - w).abs()) * stretch,
        Metric::Chebyshev => known.iter().map(|(x, w)| (x - w).abs()).fold(0.0, f64::max),
        Metric::Cosine => match (sum(&|x, _| x * x) * sum(&|_, w| w * w)).sqrt() {
            0.0 => 1.0,
            lengths => 1.0 - sum(&|x, w| x * w) / lengths,
        },
        other => panic!("no distance {other:?}"),
    }
}

pub(crate) fn winner(metric: Metric, row: &[f64], codebook: &Matrix) -> usize {
    // Squares are compared: two may have the same root.
    let metric = if metric == Metric::Euclidean { Metric::SquaredEuclidean } else { metric };
    let distances: Vec<f64> = codebook.view().rows().map(|unit| distance(metric, row, unit)).collect();
    let least = distances.iter().copied().fold(f64::INFINITY, f64::min);
    distances.iter().position(|&distance| distance == least).unwrap()
}

/// Batch training by its definition: each unit the mean of all rows by their neighbourhoods.
pub(crate) fn slow_batch(x: &Matrix, weights: &[f64], params: &SomParams, mut codebook: Matrix) -> Matrix {
    for epoch in 0..params.n_epochs {
        let radius = params.radius.at(epoch, params.n_epochs);
        let rate = params.learning_rate.at(epoch, params.n_epochs);
        let won: Vec<usize> = x.view().rows().map(|row| winner(params.metric, row, &codebook)).collect();
        for unit in 0..codebook.n_rows() {
            for j in 0..x.n_cols() {
                let (mut sum, mut total) = (0.0, 0.0);
                for (i, &won) in won.iter().enumerate().filter(|&(i, _)| !x.row(i)[j].is_nan()) {
                    let share = weights[i] * params.neighbourhood.between(params.grid, won, unit, radius);
                    sum += share * x.row(i)[j];
                    total += share;
                }
                if total > 1e-280 {
                    let place = &mut codebook.row_mut(unit)[j];
                    *place = (1.0 - rate) * *place + rate * sum / total;
                }
            }
        }
    }
    codebook
}

pub(crate) fn largest_difference(a: &Matrix, b: &Matrix) -> f64 {
    assert_eq!((a.n_rows(), a.n_cols()), (b.n_rows(), b.n_cols()));
    a.as_slice().iter().zip(b.as_slice()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
