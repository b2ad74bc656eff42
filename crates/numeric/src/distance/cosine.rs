//! The cosine distance: the one form that needs more than one sum per pair.

use super::pairs::{Form, check_tile, run_pair, run_tile};

/// Squared norms outside these bounds have lost digits to underflow, or overflowed.
const SAFE_SQUARES: std::ops::Range<f64> = 1e-280..1e280;

/// `sum_j x_j y_j`
#[derive(Clone, Copy)]
struct Products;

impl Form for Products {
    #[inline(always)]
    fn add(acc: f64, x: f64, y: f64) -> f64 {
        acc + x * y
    }

    #[inline(always)]
    fn join(a: f64, b: f64) -> f64 {
        a + b
    }

    #[inline(always)]
    fn finish(acc: f64) -> f64 {
        acc
    }
}

pub(super) fn distance(x: &[f64], y: &[f64]) -> f64 {
    let (xx, yy) = (run_pair(Products, x, x), run_pair(Products, y, y));
    finish(run_pair(Products, x, y), xx, yy, x, y)
}

pub(super) fn many_to_many(xs: &[f64], ys: &[f64], n_features: usize, out: &mut [f64]) {
    if n_features == 0 {
        return out.fill(1.0);
    }
    let (n_xs, n_ys) = (xs.len() / n_features, ys.len() / n_features);
    check_tile(xs.len(), n_xs, ys.len(), out.len(), n_features);
    run_tile(Products, xs, ys, n_features, out);
    let squares = |rows: &[f64]| rows.chunks_exact(n_features).map(|row| run_pair(Products, row, row)).collect();
    let (xx, yy): (Vec<f64>, Vec<f64>) = (squares(xs), squares(ys));
    for (at, out) in out.iter_mut().enumerate() {
        let (i, j) = (at / n_ys, at % n_ys);
        let row = |rows, i| row(rows, i, n_features);
        *out = finish(*out, xx[i], yy[j], row(xs, i), row(ys, j));
    }
}

fn row(rows: &[f64], i: usize, n_features: usize) -> &[f64] {
    &rows[i * n_features..(i + 1) * n_features]
}

fn finish(xy: f64, xx: f64, yy: f64, x: &[f64], y: &[f64]) -> f64 {
    if SAFE_SQUARES.contains(&xx) && SAFE_SQUARES.contains(&yy) {
        return ratio(xy, xx, yy);
    }
    let (x, y) = (scaled(x), scaled(y));
    ratio(run_pair(Products, &x, &y), run_pair(Products, &x, &x), run_pair(Products, &y, &y))
}

fn ratio(xy: f64, xx: f64, yy: f64) -> f64 {
    if xx == 0.0 || yy == 0.0 {
        return 1.0;
    }
    (1.0 - xy / (xx.sqrt() * yy.sqrt())).clamp(0.0, 2.0)
}

/// The row divided by its largest magnitude, so that its squares neither overflow nor vanish.
fn scaled(row: &[f64]) -> Vec<f64> {
    let largest = row.iter().fold(0.0, |top: f64, value| top.max(value.abs()));
    if largest == 0.0 { row.to_vec() } else { row.iter().map(|value| value / largest).collect() }
}
