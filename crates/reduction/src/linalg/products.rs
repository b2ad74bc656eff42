//! Q'(X - mean) for two tall matrices, in one pass over both.

use std::ops::Range;

use segctl_numeric::par::fold_chunks;
use segctl_numeric::simd::{Kernel, LANES, dispatch};
use segctl_numeric::{Matrix, MatrixView};

use super::center::add;

/// Rows of one partial result, which is worth b rows of X in memory.
const CHUNK_ROWS: usize = 4096;

/// Rows centred at a time: 64 rows of 500 columns are 256 KiB, which the second-level cache holds.
const BLOCK_ROWS: usize = 64;

/// Columns of Q whose sums are kept in registers: four registers of AVX-512, eight of AVX2.
const GROUP: usize = 4;

/// Q'(X - mean), b x d, for X n x d and Q n x b; `q` gives the rows of Q in a range of rows.
pub(crate) fn products(x: MatrixView<'_>, mean: &[f64], b: usize, q: impl Fn(Range<usize>) -> Matrix + Sync) -> Matrix {
    let (b_padded, panels) = (b.next_multiple_of(GROUP), mean.len().div_ceil(LANES));
    let some = |range: Range<usize>| {
        let q = q(range.clone());
        dispatch(Products { x: x.rows_range(range), mean, q: q.view(), b_padded, panels })
    };
    let none = vec![0.0; b_padded * panels * LANES];
    let sums = fold_chunks(x.n_rows(), CHUNK_ROWS, some, none, |sums, some| add(&sums, some));
    let mut out = Matrix::zeros(b, mean.len());
    for (i, row) in sums.chunks_exact(panels * LANES).take(b).enumerate() {
        out.row_mut(i).copy_from_slice(&row[..mean.len()]);
    }
    out
}

/// The sums over some rows, each row padded to whole panels.
struct Products<'a> {
    x: MatrixView<'a>,
    mean: &'a [f64],
    q: MatrixView<'a>,
    b_padded: usize,
    panels: usize,
}

impl Kernel for Products<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        let Self { x, mean, q, b_padded, panels } = self;
        let (width, groups) = (panels * LANES, b_padded / GROUP);
        let mut sums = vec![0.0; b_padded * width];
        // By panels and by groups, each of all rows of the block, and padded with zeros, so that the
        // innermost loop runs over both from end to end.
        let mut centered = vec![[0.0; LANES]; panels * BLOCK_ROWS];
        let mut factors = vec![[0.0; GROUP]; groups * BLOCK_ROWS];
        for start in (0..x.n_rows()).step_by(BLOCK_ROWS) {
            let m = BLOCK_ROWS.min(x.n_rows() - start);
            for i in 0..m {
                let row = x.row(start + i).chunks(LANES).zip(mean.chunks(LANES));
                for ((values, mean), panel) in row.zip(centered.chunks_exact_mut(BLOCK_ROWS)) {
                    panel[i].iter_mut().zip(values).zip(mean).for_each(|((out, value), mean)| *out = value - mean);
                }
                for (values, group) in q.row(start + i).chunks(GROUP).zip(factors.chunks_exact_mut(BLOCK_ROWS)) {
                    group[i][..values.len()].copy_from_slice(values);
                }
            }
            for (panel, x) in centered.chunks_exact(BLOCK_ROWS).enumerate() {
                for (group, q) in factors.chunks_exact(BLOCK_ROWS).enumerate() {
                    for (i, tile) in tile(&x[..m], &q[..m]).iter().enumerate() {
                        let out = &mut sums[(group * GROUP + i) * width + panel * LANES..][..LANES];
                        out.iter_mut().zip(tile).for_each(|(out, value)| *out += value);
                    }
                }
            }
        }
        sums
    }
}

/// The products of one panel of X with one group of columns of Q.
#[inline(always)]
fn tile(x: &[[f64; LANES]], q: &[[f64; GROUP]]) -> [[f64; LANES]; GROUP] {
    // Written out: sums in an array of arrays would not all stay in registers.
    let [mut s0, mut s1, mut s2, mut s3] = [[0.0; LANES]; GROUP];
    for (x, q) in x.iter().zip(q) {
        for lane in 0..LANES {
            s0[lane] += q[0] * x[lane];
            s1[lane] += q[1] * x[lane];
            s2[lane] += q[2] * x[lane];
            s3[lane] += q[3] * x[lane];
        }
    }
    [s0, s1, s2, s3]
}

#[cfg(test)]
mod tests {
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    fn wavy(n: usize, d: usize) -> Matrix {
        Matrix::new((0..n * d).map(|i| (i * 7919 % 1013) as f64 / 8.0 - 60.0).collect(), n, d).unwrap()
    }

    #[test]
    fn every_width_and_length_agrees_with_the_definition() {
        for (n, d, b) in [(1, 1, 1), (63, 8, 4), (64, 9, 5), (65, 7, 3), (200, 17, 12), (4100, 3, 2)] {
            let (x, q, mean) = (wavy(n, d), wavy(n, b), vec![2.5; d]);
            let found = products(x.view(), &mean, b, |rows| q.view().rows_range(rows).to_owned());
            for (i, j) in (0..b).flat_map(|i| (0..d).map(move |j| (i, j))) {
                // Eighths of whole numbers: the sums are exact in any order.
                let expected: f64 = (0..n).map(|row| q.row(row)[i] * (x.row(row)[j] - 2.5)).sum();
                assert_eq!(found.row(i)[j], expected, "{n} x {d}, {b}: entry {i}, {j}");
            }
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let scaled = |m: Matrix| Matrix::new(m.as_slice().iter().map(|v| v / 3.0).collect(), 100, m.n_cols()).unwrap();
        let (x, q) = (scaled(wavy(100, 11)), scaled(wavy(100, 5)));
        let sums = |level| {
            dispatch_with(level, Products { x: x.view(), mean: &[0.1; 11], q: q.view(), b_padded: 8, panels: 2 })
        };
        let levels = available_levels();
        assert!(levels.iter().all(|&level| sums(level) == sums(levels[0])));
    }
}
