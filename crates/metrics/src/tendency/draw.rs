//! One draw of the statistic.

use rand::{Rng, RngExt};
use segctl_numeric::distance::{TwoNearest, two_nearest};
use segctl_numeric::{Matrix, MatrixView};

/// A table to draw from, with the window around it.
pub(super) struct Plot<'a> {
    pub(super) x: MatrixView<'a>,
    pub(super) sides: Vec<(f64, f64)>,
}

impl Plot<'_> {
    /// H of `m` points thrown into the window and `m` different rows.
    pub(super) fn hopkins(&self, m: usize, exponent: usize, rng: &mut impl Rng) -> f64 {
        let rows = distinct(self.x.n_rows(), m, rng);
        let mut queries = Vec::with_capacity(2 * m * self.x.n_cols());
        for _ in 0..m {
            queries.extend(self.sides.iter().map(|(low, high)| low + rng.random::<f64>() * (high - low)));
        }
        rows.iter().for_each(|&row| queries.extend_from_slice(self.x.row(row)));
        let queries = Matrix::new(queries, 2 * m, self.x.n_cols()).expect("2 m rows were made");
        let mut nearest = vec![TwoNearest::default(); 2 * m];
        two_nearest(queries.view(), self.x, &mut nearest);
        let (points, own) = nearest.split_at(m);
        let points: Vec<f64> = points.iter().map(|found| found.squared).collect();
        let own: Vec<f64> = own.iter().zip(&rows).map(|(found, &row)| squared_to_other(found, row)).collect();
        statistic(&points, &own, exponent)
    }
}

/// The nearest row but the row itself. Where a copy of it has a lower number, that was found first, at
/// distance 0.
fn squared_to_other(found: &TwoNearest, row: usize) -> f64 {
    if found.index as usize == row { found.second_squared } else { found.squared }
}

/// sum u^d / (sum u^d + sum w^d), from the squares of u and of w; NaN where all are 0.
fn statistic(points: &[f64], rows: &[f64], exponent: usize) -> f64 {
    let largest = points.iter().chain(rows).fold(0.0_f64, |top, &squared| top.max(squared));
    // As shares of the largest, no power overflows, and the sum is at least 1.
    let sum = |squares: &[f64]| squares.iter().map(|squared| power((squared / largest).sqrt(), exponent)).sum::<f64>();
    let (u, w) = (sum(points), sum(rows));
    u / (u + w)
}

/// By multiplication, as the powers of the standard library may differ between processors.
fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * base)
}

/// `m` of n numbers, each at most once (Floyd's algorithm), in ascending order.
pub(super) fn distinct(n: usize, m: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut chosen = std::collections::BTreeSet::new();
    for top in n - m..n {
        let number = rng.random_range(0..=top);
        if !chosen.insert(number) {
            chosen.insert(top);
        }
    }
    chosen.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::seed::Seed;

    use super::*;

    /// The formula by definition, from the same random numbers.
    fn oracle(plot: &Plot<'_>, m: usize, exponent: usize, rng: &mut impl Rng) -> f64 {
        let rows = distinct(plot.x.n_rows(), m, rng);
        let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt();
        let (mut u, mut w) = (0.0, 0.0);
        for _ in 0..m {
            let point: Vec<f64> =
                plot.sides.iter().map(|(low, high)| low + rng.random::<f64>() * (high - low)).collect();
            let nearest = plot.x.rows().map(|row| distance(row, &point)).fold(f64::INFINITY, f64::min);
            u += nearest.powi(exponent as i32);
        }
        for &own in &rows {
            let others = (0..plot.x.n_rows()).filter(|&row| row != own);
            let nearest = others.map(|row| distance(plot.x.row(row), plot.x.row(own))).fold(f64::INFINITY, f64::min);
            w += nearest.powi(exponent as i32);
        }
        u / (u + w)
    }

    proptest! {
        #[test]
        fn a_draw_is_that_of_the_definition(
            (n, d) in (4_usize..40, 1_usize..5),
            values in prop::collection::vec(0_i32..12, 160),
            at in 0_u64..1000,
        ) {
            let x = Matrix::new(values[..n * d].iter().map(|v| f64::from(*v) / 4.0).collect(), n, d).unwrap();
            let plot = Plot { x: x.view(), sides: vec![(0.0, 3.0); d] };
            let rng = || Seed(1).stream("test", at, 0);
            let (found, expected) = (plot.hopkins(n / 3, d, &mut rng()), oracle(&plot, n / 3, d, &mut rng()));
            prop_assert!((found - expected).abs() < 1e-12, "{} for {}", found, expected);
        }

        #[test]
        fn numbers_are_distinct(n in 1_usize..30, share in 0.0_f64..=1.0, at in 0_u64..100) {
            let m = (n as f64 * share) as usize;
            let chosen = distinct(n, m, &mut Seed(2).stream("test", at, 0));
            prop_assert!(chosen.len() == m && chosen.is_sorted_by(|a, b| a < b) && chosen.iter().all(|&i| i < n));
        }
    }

    #[test]
    fn high_powers_neither_overflow_nor_vanish() {
        assert_eq!(statistic(&[1e290], &[1e290], 500), 0.5);
        assert_eq!(statistic(&[4e-290], &[1e-290], 1), 2.0 / 3.0);
        assert!(statistic(&[0.0], &[0.0], 3).is_nan());
    }
}
