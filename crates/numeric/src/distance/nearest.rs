//! The two nearest centres of many rows, lanes running over a tile of rows.

use super::columns::{Column, Tile, Transposed};
use crate::MatrixView;
use crate::simd::{Kernel, LANES, dispatch};

/// The nearest and the second nearest centre of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoNearest {
    /// The nearest centre; among equals the one with the lowest index.
    pub index: u32,
    /// The second nearest, or [`TwoNearest::NONE`] when there is one centre only. Never `index`.
    pub second: u32,
    /// The squared Euclidean distance to `index`.
    pub squared: f64,
    /// The squared Euclidean distance to `second`, infinite when there is none.
    pub second_squared: f64,
}

impl TwoNearest {
    /// The second nearest of a single centre.
    pub const NONE: u32 = u32::MAX;
}

impl Default for TwoNearest {
    fn default() -> Self {
        Self { index: 0, second: Self::NONE, squared: f64::INFINITY, second_squared: f64::INFINITY }
    }
}

/// Centres evaluated together: enough independent sums to hide the latency of an addition, few
/// enough to stay in the sixteen registers of AVX2.
const BLOCK: usize = 4;

/// Finds the two nearest rows of `centers` for each row of `xs`, one result per row of `xs`.
///
/// The distance of a row and a centre is `sum_j (x_j - c_j)^2` with `j` ascending: it depends
/// neither on the other rows nor on where the row stands. A sum that overflows is infinite and
/// loses to every finite one; when all are infinite, index 0 wins. Time O(n k d), serial.
///
/// ```
/// use segctl_numeric::MatrixView;
/// use segctl_numeric::distance::{TwoNearest, two_nearest};
/// let xs = MatrixView::new(&[0.0, 9.0], 2, 1)?;
/// let centers = MatrixView::new(&[1.0, 8.0, 4.0], 3, 1)?;
/// let mut out = [TwoNearest::default(); 2];
/// two_nearest(xs, centers, &mut out);
/// assert_eq!((out[0].index, out[0].second, out[0].squared), (0, 2, 1.0));
/// assert_eq!((out[1].index, out[1].second, out[1].second_squared), (1, 2, 25.0));
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
///
/// # Panics
/// When the shapes do not fit, or there is no centre.
pub fn two_nearest(xs: MatrixView<'_>, centers: MatrixView<'_>, out: &mut [TwoNearest]) {
    assert_eq!(out.len(), xs.n_rows(), "one result per row");
    check(xs, centers);
    dispatch(Search { xs, rows: |i| i, centers, out });
}

/// Like [`two_nearest`], for the given `rows` of `xs` only: one result per index, in their order.
///
/// ```
/// use segctl_numeric::MatrixView;
/// use segctl_numeric::distance::{TwoNearest, two_nearest_of};
/// let xs = MatrixView::new(&[0.0, 9.0], 2, 1)?;
/// let centers = MatrixView::new(&[1.0, 8.0], 2, 1)?;
/// let mut out = [TwoNearest::default()];
/// two_nearest_of(xs, &[1], centers, &mut out);
/// assert_eq!(out[0].index, 1);
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
///
/// # Panics
/// When the shapes do not fit, there is no centre, or a row is out of range.
pub fn two_nearest_of(xs: MatrixView<'_>, rows: &[usize], centers: MatrixView<'_>, out: &mut [TwoNearest]) {
    assert_eq!(out.len(), rows.len(), "one result per index");
    check(xs, centers);
    dispatch(Search { xs, rows: |i| rows[i], centers, out });
}

/// The squared Euclidean distances of all rows of `centers` to all rows of `xs`: `out` has a row per
/// centre and a column per row of `xs`.
///
/// Summed as by [`two_nearest`], for few centres and many rows. Time O(n k d), serial.
///
/// ```
/// use segctl_numeric::MatrixView;
/// use segctl_numeric::distance::squared_to_each;
/// let xs = MatrixView::new(&[0.0, 9.0, 5.0], 3, 1)?;
/// let centers = MatrixView::new(&[1.0, 8.0], 2, 1)?;
/// let mut out = [0.0; 6];
/// squared_to_each(xs, centers, &mut out);
/// assert_eq!(out, [1.0, 64.0, 16.0, 64.0, 1.0, 9.0]);
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
///
/// # Panics
/// When the shapes do not fit, or there is no centre.
pub fn squared_to_each(xs: MatrixView<'_>, centers: MatrixView<'_>, out: &mut [f64]) {
    assert_eq!(out.len(), xs.n_rows() * centers.n_rows(), "one result per centre and row");
    check(xs, centers);
    dispatch(ToEach { xs, centers, out });
}

fn check(xs: MatrixView<'_>, centers: MatrixView<'_>) {
    assert_eq!(xs.n_cols(), centers.n_cols(), "rows and centres have as many features");
    assert!(centers.n_rows() > 0, "no centres");
}

struct Search<'a, R> {
    xs: MatrixView<'a>,
    /// The row of `xs` that the i-th result belongs to.
    rows: R,
    centers: MatrixView<'a>,
    out: &'a mut [TwoNearest],
}

impl<R: Fn(usize) -> usize> Kernel for Search<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut transposed = Transposed::new(self.xs.n_cols());
        for (at, out) in self.out.chunks_mut(LANES).enumerate() {
            // A last tile that is not full repeats its last row.
            let last = out.len() - 1;
            let rows = std::array::from_fn(|lane| self.xs.row((self.rows)(at * LANES + lane.min(last))));
            let found = search(transposed.take(rows), self.centers);
            for (lane, out) in out.iter_mut().enumerate() {
                *out = found.lane(lane);
            }
        }
    }
}

struct ToEach<'a> {
    xs: MatrixView<'a>,
    centers: MatrixView<'a>,
    out: &'a mut [f64],
}

impl Kernel for ToEach<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (n, d, k) = (self.xs.n_rows(), self.xs.n_cols(), self.centers.n_rows());
        let mut transposed = Transposed::new(d);
        for first in (0..n).step_by(LANES) {
            let len = LANES.min(n - first);
            let columns = transposed.take(std::array::from_fn(|lane| self.xs.row(first + lane.min(len - 1))));
            let mut put = |c: usize, squared: &Tile| self.out[c * n + first..][..len].copy_from_slice(&squared[..len]);
            let mut c = 0;
            while c + BLOCK <= k {
                let squared = squared_distances::<BLOCK>(columns, &self.centers.as_slice()[c * d..(c + BLOCK) * d]);
                (c..).zip(&squared).for_each(|(c, squared)| put(c, squared));
                c += BLOCK;
            }
            for c in c..k {
                let [squared] = squared_distances::<1>(columns, self.centers.row(c));
                put(c, &squared);
            }
        }
    }
}

#[inline(always)]
fn search(columns: &[Column], centers: MatrixView<'_>) -> Found {
    let mut found = Found::new(centers.n_rows());
    let mut first = 0;
    while first < centers.n_rows() {
        first += match centers.n_rows() - first {
            1 => found.offer_block::<1>(first, columns, centers),
            2 => found.offer_block::<2>(first, columns, centers),
            3 => found.offer_block::<3>(first, columns, centers),
            _ => found.offer_block::<BLOCK>(first, columns, centers),
        };
    }
    found
}

/// The squared distances of a tile of rows to `B` centres, features added in order.
#[inline(always)]
fn squared_distances<const B: usize>(columns: &[Column], centers: &[f64]) -> [Tile; B] {
    let d = columns.len();
    let centers: [&[f64]; B] = std::array::from_fn(|c| &centers[c * d..(c + 1) * d]);
    let mut sums = [[0.0; LANES]; B];
    for (j, Column(column)) in columns.iter().enumerate() {
        for c in 0..B {
            for l in 0..LANES {
                let difference = column[l] - centers[c][j];
                sums[c][l] += difference * difference;
            }
        }
    }
    sums
}

/// The two nearest so far, for each row of a tile. Indices are as wide as distances, so that both
/// move through the same comparisons.
struct Found {
    squared: Tile,
    second_squared: Tile,
    index: [u64; LANES],
    second: [u64; LANES],
}

impl Found {
    #[inline(always)]
    fn new(k: usize) -> Self {
        // Centre 0 is taken as it comes; where every other is infinite, 1 is second.
        let second = if k > 1 { 1 } else { u64::from(TwoNearest::NONE) };
        Self {
            squared: [f64::INFINITY; LANES],
            second_squared: [f64::INFINITY; LANES],
            index: [0; LANES],
            second: [second; LANES],
        }
    }

    /// Compares centres `first..first + B`; returns `B`.
    #[inline(always)]
    fn offer_block<const B: usize>(&mut self, first: usize, columns: &[Column], centers: MatrixView<'_>) -> usize {
        let d = columns.len();
        self.offer(first, squared_distances::<B>(columns, &centers.as_slice()[first * d..(first + B) * d]));
        B
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "the same lane of five arrays")]
    fn offer<const B: usize>(&mut self, first: usize, squared: [Tile; B]) {
        for (c, squared) in squared.iter().enumerate() {
            let index = (first + c) as u64;
            if index == 0 {
                self.squared = *squared;
                continue;
            }
            for l in 0..LANES {
                let nearer = squared[l] < self.squared[l];
                let next = squared[l] < self.second_squared[l];
                let (loser, loser_index) = if nearer { (self.squared[l], self.index[l]) } else { (squared[l], index) };
                self.second_squared[l] = if next { loser } else { self.second_squared[l] };
                self.second[l] = if next { loser_index } else { self.second[l] };
                self.squared[l] = if nearer { squared[l] } else { self.squared[l] };
                self.index[l] = if nearer { index } else { self.index[l] };
            }
        }
    }

    #[inline(always)]
    fn lane(&self, lane: usize) -> TwoNearest {
        TwoNearest {
            index: self.index[lane] as u32,
            second: self.second[lane] as u32,
            squared: self.squared[lane],
            second_squared: self.second_squared[lane],
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Matrix;
    use crate::par::{fill_chunks, with_threads};
    use crate::simd::{available_levels, dispatch_with};

    fn naive(x: &[f64], centers: MatrixView<'_>) -> TwoNearest {
        let squared = |c: &[f64]| x.iter().zip(c).fold(0.0, |sum, (x, c)| sum + (x - c) * (x - c));
        let mut order: Vec<(f64, u32)> = centers.rows().map(squared).zip(0..).collect();
        order.sort_by(|a, b| a.partial_cmp(b).expect("no NaN"));
        let (second_squared, second) = order.get(1).copied().unwrap_or((f64::INFINITY, TwoNearest::NONE));
        TwoNearest { index: order[0].1, squared: order[0].0, second, second_squared }
    }

    fn at_every_level(xs: MatrixView<'_>, centers: MatrixView<'_>) -> Vec<TwoNearest> {
        let mut out = vec![TwoNearest::default(); xs.n_rows()];
        two_nearest(xs, centers, &mut out);
        for level in available_levels() {
            let mut again = vec![TwoNearest::default(); xs.n_rows()];
            dispatch_with(level, Search { xs, rows: |i| i, centers, out: &mut again });
            assert_eq!(out, again, "{level:?}");
        }
        out
    }

    fn matrix(n: usize, d: usize, values: &[f64]) -> Matrix {
        Matrix::new(values.iter().copied().cycle().take(n * d).collect(), n, d).unwrap()
    }

    proptest! {
        #[test]
        fn agrees_with_sorting_all_distances(
            (n, k) in (1_usize..20, 1_usize..12),
            d in prop::sample::select(vec![0_usize, 1, 2, 7, 8, 9, 16, 23]),
            values in prop::collection::vec(prop_oneof![-3_i32..3, -1000..1000], 600),
            scale in prop::sample::select(vec![1.0, 0.1, 1e-160, 1e153, 1e300]),
        ) {
            let values: Vec<f64> = values.into_iter().map(|v| f64::from(v) * scale).collect();
            let (xs, centers) = (matrix(n, d, &values), matrix(k, d, &values[300..]));
            let mut each = vec![0.0; n * k];
            squared_to_each(xs.view(), centers.view(), &mut each);
            for (i, found) in at_every_level(xs.view(), centers.view()).into_iter().enumerate() {
                prop_assert_eq!(found, naive(xs.row(i), centers.view()));
                prop_assert_eq!(each[found.index as usize * n + i], found.squared);
                prop_assert!((0..k).all(|c| c as u32 == found.index || each[c * n + i] >= found.second_squared));
            }
        }
    }

    #[test]
    fn neither_place_nor_threads_change_a_bit() {
        let values: Vec<f64> = (0..1301).map(|i| (f64::from(i) * 0.7).sin()).collect();
        let (xs, centers) = (matrix(100, 13, &values), matrix(5, 13, &values[7..]));
        let all = at_every_level(xs.view(), centers.view());
        let picked = [99, 3, 50];
        let mut out = [TwoNearest::default(); 3];
        two_nearest_of(xs.view(), &picked, centers.view(), &mut out);
        assert_eq!(out, picked.map(|i| all[i]));
        for (threads, chunk) in [(1, 1), (2, 3), (3, 17)] {
            let mut out = vec![TwoNearest::default(); 100];
            with_threads(threads, || {
                fill_chunks(&mut out, 1, chunk, |range, out| {
                    two_nearest(xs.view().rows_range(range), centers.view(), out);
                });
            });
            assert_eq!(out, all);
        }
    }

    #[test]
    fn infinite_distances_never_win_and_never_repeat() {
        let xs = matrix(1, 1, &[1e300]);
        let far = matrix(3, 1, &[-1e300, -1e300, 1e300]);
        let found = at_every_level(xs.view(), far.view())[0];
        assert_eq!((found.index, found.squared, found.second), (2, 0.0, 0));
        let all_far = matrix(3, 1, &[-1e300]);
        let found = at_every_level(xs.view(), all_far.view())[0];
        assert_eq!((found.index, found.second, found.squared), (0, 1, f64::INFINITY));
    }
}
