//! The covariances of the coded columns, without coding a row: for n rows, p numbers and K factors in
//! O(n (p^2 + p K + K^2)), whatever the number of levels.
//!
//! Numbers are centred and scaled first. Of two levels the rows that have both are counted, and
//! n n_ab - n_a n_b is a difference of whole numbers: nothing is lost by centring afterwards.

use std::ops::Range;

use segctl_numeric::par::fold_chunks;
use segctl_numeric::simd::{Kernel, dispatch};
use segctl_numeric::{Matrix, MatrixView};

use super::coding::Coding;
use super::column::CategoricalColumn;
use crate::linalg::center::add;
use crate::linalg::lanes::axpy;

/// Rows of one partial sum, which is as large as d rows: a sixteenth of the coded table in all.
fn chunk_rows(d: usize) -> usize {
    (16 * d).max(4096)
}

/// C = Z'Z / n (d x d), Z the coded table.
pub(super) fn products(coding: &Coding<'_>, x: MatrixView<'_>, columns: &[CategoricalColumn<'_>]) -> Matrix {
    let (p, d) = (coding.mean.len(), coding.width());
    let starts = coding.starts();
    let raw = |rows: Range<usize>| dispatch(Raw { coding, starts: &starts, x, columns, rows });
    let sums = fold_chunks(x.n_rows(), chunk_rows(d), raw, vec![0.0; d * d + p], |sums, some| add(&sums, some));
    let (products, sums) = sums.split_at(d * d);
    centered(coding, products, sums)
}

/// Sums over some rows: the lower triangle of the products of standardised numbers and indicators
/// (d x d), and then the numbers (p).
struct Raw<'a> {
    coding: &'a Coding<'a>,
    starts: &'a [usize],
    x: MatrixView<'a>,
    columns: &'a [CategoricalColumn<'a>],
    rows: Range<usize>,
}

impl Kernel for Raw<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        let Self { coding, starts, x, columns, rows } = self;
        let (p, d) = (coding.mean.len(), coding.width());
        let mut out = vec![0.0; d * d + p];
        let (products, sums) = out.split_at_mut(d * d);
        let (mut numbers, mut levels) = (vec![0.0; p], vec![0; starts.len()]);
        for i in rows {
            coding.standardize(x.row(i), &mut numbers);
            axpy(1.0, &numbers, sums);
            for (a, &number) in numbers.iter().enumerate() {
                axpy(number, &numbers[..=a], &mut products[a * d..][..=a]);
            }
            for (k, (start, column)) in starts.iter().zip(columns).enumerate() {
                levels[k] = start + column.codes()[i] as usize;
                let of_level = &mut products[levels[k] * d..][..d];
                axpy(1.0, &numbers, &mut of_level[..p]);
                levels[..=k].iter().for_each(|&other| of_level[other] += 1.0);
            }
        }
        out
    }
}

/// The covariances of the coded columns, given the raw products and the sums of the numbers.
fn centered(coding: &Coding<'_>, products: &[f64], sums: &[f64]) -> Matrix {
    let (p, d, n) = (coding.mean.len(), coding.width(), coding.n_samples);
    let counts: Vec<u64> = coding.factors.iter().flat_map(|factor| factor.counts.iter().copied()).collect();
    let covariance = |a: usize, b: usize| {
        let product = products[a * d + b];
        match (a.checked_sub(p), b.checked_sub(p)) {
            (None, _) => product / n as f64 - sums[a] / n as f64 * (sums[b] / n as f64),
            (Some(a), None) => of_number(product, sums[b], counts[a], n),
            (Some(a), Some(b)) => of_levels(product, counts[a], counts[b], n),
        }
    };
    let mut c = Matrix::zeros(d, d);
    for (a, b) in (0..d).flat_map(|a| (0..=a).map(move |b| (a, b))) {
        let value = covariance(a, b);
        c.row_mut(a)[b] = value;
        c.row_mut(b)[a] = value;
    }
    c
}

/// Of a level and a number: the sum of the number over the rows of the level, less its share of the
/// sum over all, which is what rounding has left of zero.
fn of_number(sum_in_level: f64, sum: f64, count: u64, n: usize) -> f64 {
    if count == 0 {
        return 0.0;
    }
    let share = count as f64 / n as f64;
    (sum_in_level / n as f64 - share * (sum / n as f64)) / share.sqrt()
}

/// Of two levels, given the rows that have both.
fn of_levels(both: f64, a: u64, b: u64, n: usize) -> f64 {
    if a == 0 || b == 0 {
        return 0.0;
    }
    let difference = i128::from(both as u64) * n as i128 - i128::from(a) * i128::from(b);
    difference as f64 / (n as f64 * (a as f64).sqrt() * (b as f64).sqrt())
}
