//! The rows at half the precision: half the bytes, twice the lanes, and most nearest centres are
//! beyond doubt all the same.
//!
//! With `s_c = |c|^2 / 2 - x.c`, the nearest centre is that of the least `s_c`, and a difference of
//! two is half the difference of the squared distances. Rows and centres are scaled by a power of
//! two, which changes no digit, so that the largest magnitude is in `[1/2, 1)`, and rounded to
//! single precision. Each `s_c` is then wrong by at most `(d + 8) 2^-24 |c| (|x| + |c|)`: Cauchy's
//! inequality bounds the sum of the rounded products, `d + 5` roundings of at most `2^-24` each.
//! Where the two least are farther apart than the errors of both, the row's label is proved.

use segctl_numeric::distance::{TwoNearest, squared_norms};
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};
use segctl_numeric::simd::{Kernel, dispatch};
use segctl_numeric::{Matrix, MatrixView};

/// Rows in a tile: one 512-bit register of 32-bit floats.
pub(super) const TILE_ROWS: usize = 16;

/// Centres evaluated together.
const BLOCK: usize = 4;

/// With more features, rounding errors leave too little beyond doubt.
const MOST_FEATURES: usize = 1 << 13;

/// Magnitudes whose squares, scaled or not, stay clear of overflow and underflow.
const MAGNITUDES: std::ops::RangeInclusive<f64> = 1e-100..=1e100;

/// More than all that underflow can do to a score, whose terms are below 1.
const UNDERFLOW: f32 = 1e-33;

/// One for the roundings of a handful of operations in single precision.
const DOWN: f32 = 1.0 - 1e-6;
const UP: f32 = 1.0 + 1e-6;

type Tile = [f32; TILE_ROWS];

/// One feature of a tile of rows, on a cache line of its own.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Column(Tile);

/// Scaled rows in single precision.
#[derive(Debug, Clone)]
pub(super) struct Coarse {
    rows: Vec<f32>,
    n_cols: usize,
    scale: f64,
    /// No scaled row is longer.
    longest: f64,
}

/// Scaled centres in single precision.
pub(super) struct CoarseCenters {
    /// Negative, k x d.
    negative: Vec<f32>,
    half_squares: Vec<f32>,
    /// Half the error of a score is this times the length of the row, and `fixed` beside.
    per_length: f32,
    fixed: f32,
    /// Distances closer to each other than this are not told apart reliably even in double
    /// precision.
    pub(super) slack: f64,
}

/// The nearest centre of a row.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Found {
    pub(super) index: u32,
    /// The distance to any other centre exceeds that to `index` by at least so much, in scaled
    /// units. Not positive where nothing is proved.
    pub(super) margin: f32,
}

impl Coarse {
    /// Converts rows whose largest magnitude is `largest`. `None` where magnitudes or the number of features leave no room for the proof.
    pub(super) fn new(x: MatrixView<'_>, largest: f64) -> Option<Self> {
        if x.n_cols() > MOST_FEATURES || !MAGNITUDES.contains(&largest) {
            return None;
        }
        let scale = libm::exp2(-f64::from(libm::frexp(largest).1));
        let mut rows = vec![0.0; x.as_slice().len()];
        fill_chunks(&mut rows, x.n_cols(), CHUNK_ROWS, |range, out| {
            let values = x.rows_range(range).as_slice();
            out.iter_mut().zip(values).for_each(|(out, value)| *out = (value * scale) as f32);
        });
        Some(Self { rows, n_cols: x.n_cols(), scale, longest: (x.n_cols() as f64).sqrt() })
    }

    /// What distances and centres are multiplied by.
    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    /// The centres in the same units. Where they are so far out that squares might overflow, nothing
    /// is ever proved.
    pub(super) fn centers(&self, centers: &Matrix) -> CoarseCenters {
        let scaled: Vec<f64> = centers.as_slice().iter().map(|value| value * self.scale).collect();
        let scaled = Matrix::new(scaled, centers.n_rows(), centers.n_cols()).expect("the shape of the centres");
        let squares = squared_norms(scaled.view());
        let longest = squares.iter().fold(0.0_f64, |top, &square| top.max(square)).sqrt();
        let d = self.n_cols as f64;
        let provable = if longest <= 4.0 * self.longest { 1.0 } else { f64::INFINITY };
        let error = provable * (d + 8.0) * f64::from(f32::EPSILON) * 0.5 * 1.001 * longest;
        CoarseCenters {
            negative: scaled.as_slice().iter().map(|&value| -value as f32).collect(),
            half_squares: squares.iter().map(|square| (square * 0.5) as f32).collect(),
            per_length: error as f32 * UP,
            fixed: (error * longest) as f32 * UP + UNDERFLOW,
            slack: (d + 8.0) * 4.0 * f64::EPSILON * (longest + self.longest) + 1e-40,
        }
    }

    /// The nearest centres of `rows`, one result each; serial.
    pub(super) fn nearest(&self, rows: &[usize], centers: &CoarseCenters, out: &mut [Found]) {
        assert_eq!(rows.len(), out.len(), "one result per row");
        dispatch(Search { coarse: self, rows, centers, out });
    }

    /// The margin by distances in double precision.
    pub(super) fn margin(&self, found: &TwoNearest) -> f64 {
        let relative = (self.n_cols as f64 + 8.0) * f64::EPSILON;
        let (lower, upper) = (found.second_squared.sqrt() * (1.0 - relative), found.squared.sqrt() * (1.0 + relative));
        (lower - upper) * self.scale
    }

    #[inline(always)]
    fn row(&self, i: usize) -> &[f32] {
        &self.rows[i * self.n_cols..(i + 1) * self.n_cols]
    }
}

struct Search<'a> {
    coarse: &'a Coarse,
    rows: &'a [usize],
    centers: &'a CoarseCenters,
    out: &'a mut [Found],
}

impl Kernel for Search<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut columns = vec![Column([0.0; TILE_ROWS]); self.coarse.n_cols];
        let mut squares = vec![Square([0.0; 4 * TILE_ROWS]); self.coarse.n_cols / 4];
        for (rows, out) in self.rows.chunks(TILE_ROWS).zip(self.out.chunks_mut(TILE_ROWS)) {
            // A last tile that is not full repeats its last row.
            let last = rows.len() - 1;
            let rows = std::array::from_fn(|lane| self.coarse.row(rows[lane.min(last)]));
            transpose(rows, &mut squares, &mut columns);
            let (index, margin) = search(&columns, self.centers);
            for (lane, out) in out.iter_mut().enumerate() {
                *out = Found { index: index[lane], margin: margin[lane] };
            }
        }
    }
}

/// Four features of a tile of rows, row by row.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Square([f32; 4 * TILE_ROWS]);

/// Writes the rows as columns, by way of `squares` of which each takes four features. The compiler
/// makes moves of four values of the first step, and shuffles of whole registers of the second; of
/// one step alone it makes moves of single values, which take longer than what follows them.
///
/// (Rows that are kept as columns, tile by tile, need none of this, but single rows are then spread
/// over many cache lines: slower by a fifth, measured on a million rows.)
#[inline(always)]
fn transpose(rows: [&[f32]; TILE_ROWS], squares: &mut [Square], columns: &mut [Column]) {
    let n_features = columns.len();
    for (lane, row) in rows.iter().enumerate() {
        for (square, four) in squares.iter_mut().zip(row.as_chunks::<4>().0) {
            square.0[4 * lane..4 * lane + 4].copy_from_slice(four);
        }
    }
    let (fours, tail) = columns.as_chunks_mut::<4>();
    for (columns, square) in fours.iter_mut().zip(squares) {
        *columns = square.columns();
    }
    for (column, j) in tail.iter_mut().rev().zip((0..n_features).rev()) {
        *column = Column(rows.map(|row| row[j]));
    }
}

impl Square {
    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "a loop over strides is what becomes shuffles")]
    fn columns(&self) -> [Column; 4] {
        let mut out = [[0.0; TILE_ROWS]; 4];
        for l in 0..TILE_ROWS {
            for j in 0..4 {
                out[j][l] = self.0[4 * l + j];
            }
        }
        out.map(Column)
    }
}

#[inline(always)]
fn search(columns: &[Column], centers: &CoarseCenters) -> ([u32; TILE_ROWS], Tile) {
    let mut best = Best::new();
    let (k, mut first) = (centers.half_squares.len(), 0);
    while first < k {
        first += match k - first {
            1 => best.offer_block::<1>(first, columns, centers),
            2 => best.offer_block::<2>(first, columns, centers),
            3 => best.offer_block::<3>(first, columns, centers),
            _ => best.offer_block::<BLOCK>(first, columns, centers),
        };
    }
    (best.index, best.margin(columns, centers))
}

/// The scores of centres `first..first + B`, features added in order.
#[inline(always)]
fn scores<const B: usize>(first: usize, columns: &[Column], centers: &CoarseCenters) -> [Tile; B] {
    let d = columns.len();
    let negative: [&[f32]; B] = std::array::from_fn(|c| &centers.negative[(first + c) * d..(first + c + 1) * d]);
    let mut sums: [Tile; B] = std::array::from_fn(|c| [centers.half_squares[first + c]; TILE_ROWS]);
    for (j, Column(column)) in columns.iter().enumerate() {
        for c in 0..B {
            sums[c] = add_scaled(sums[c], column, negative[c][j]);
        }
    }
    sums
}

/// `sum + by x`. A function of its own, and by value: the compiler then keeps each sum in a register.
#[inline(always)]
fn add_scaled(sum: Tile, x: &Tile, by: f32) -> Tile {
    let mut out = [0.0; TILE_ROWS];
    for l in 0..TILE_ROWS {
        out[l] = sum[l] + x[l] * by;
    }
    out
}

/// The two least scores so far, for each row of a tile.
struct Best {
    score: Tile,
    second: Tile,
    index: [u32; TILE_ROWS],
}

impl Best {
    #[inline(always)]
    fn new() -> Self {
        Self { score: [f32::INFINITY; TILE_ROWS], second: [f32::INFINITY; TILE_ROWS], index: [0; TILE_ROWS] }
    }

    /// Compares centres `first..first + B`; returns `B`.
    #[inline(always)]
    fn offer_block<const B: usize>(&mut self, first: usize, columns: &[Column], centers: &CoarseCenters) -> usize {
        for (index, score) in (first as u32..).zip(scores::<B>(first, columns, centers)) {
            *self = self.offered(index, score);
        }
        B
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "the same lane of seven arrays")]
    fn offered(&self, index: u32, score: Tile) -> Self {
        let mut best = Self::new();
        for l in 0..TILE_ROWS {
            let nearer = score[l] < self.score[l];
            let loser = if nearer { self.score[l] } else { score[l] };
            best.second[l] = if loser < self.second[l] { loser } else { self.second[l] };
            best.score[l] = if nearer { score[l] } else { self.score[l] };
            best.index[l] = if nearer { index } else { self.index[l] };
        }
        best
    }

    /// By how much the second distance at least exceeds the first: the difference of their squares,
    /// less its error, over at least their sum.
    #[inline(always)]
    fn margin(&self, columns: &[Column], centers: &CoarseCenters) -> Tile {
        let mut squares = [0.0_f32; TILE_ROWS];
        for Column(column) in columns {
            for l in 0..TILE_ROWS {
                squares[l] += column[l] * column[l];
            }
        }
        std::array::from_fn(|l| {
            // Rounding errors of the length itself are far below the thousandth added here.
            let length = squares[l].sqrt() * 1.001;
            let error = 2.0 * (length * centers.per_length + centers.fixed);
            let apart = (self.second[l] - self.score[l]) * DOWN - error;
            let upper = |score: f32| (squares[l] * 1.001 + 2.0 * score + error).max(0.0).sqrt();
            2.0 * apart / ((upper(self.score[l]) + upper(self.second[l])) * UP) * DOWN
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::distance::two_nearest;
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::super::data::largest_magnitude;
    use super::*;

    fn matrix(n: usize, d: usize, values: &[f64]) -> Matrix {
        Matrix::new(values.iter().copied().cycle().take(n * d).collect(), n, d).unwrap()
    }

    struct Both {
        coarse: Coarse,
        centers: CoarseCenters,
        /// Each row's result beside that of double precision.
        found: Vec<(Found, TwoNearest)>,
    }

    /// Each row's result, the same at every level.
    fn both(x: &Matrix, centers: &Matrix) -> Option<Both> {
        let coarse = Coarse::new(x.view(), largest_magnitude(x.view()))?;
        let coarse_centers = coarse.centers(centers);
        let rows: Vec<usize> = (0..x.n_rows()).collect();
        let mut found = vec![Found::default(); rows.len()];
        coarse.nearest(&rows, &coarse_centers, &mut found);
        // What is not a number may be one of several.
        let bits = |found: &Found| (found.index, if found.margin.is_nan() { 0 } else { found.margin.to_bits() });
        for level in available_levels() {
            let mut out = vec![Found::default(); rows.len()];
            let search = Search { coarse: &coarse, rows: &rows, centers: &coarse_centers, out: &mut out };
            dispatch_with(level, search);
            assert!(out.iter().map(bits).eq(found.iter().map(bits)), "{level:?}");
        }
        let mut nearest = vec![TwoNearest::default(); x.n_rows()];
        two_nearest(x.view(), centers.view(), &mut nearest);
        Some(Both { coarse, centers: coarse_centers, found: found.into_iter().zip(nearest).collect() })
    }

    proptest! {
        #[test]
        fn what_is_proved_is_true(
            (n, k) in (1_usize..40, 1_usize..12),
            d in prop::sample::select(vec![1_usize, 2, 7, 8, 9, 16, 23]),
            values in prop::collection::vec(prop_oneof![-3_i32..3, -1000..1000], 600),
            (scale, offset, spread) in (
                prop::sample::select(vec![1.0, 0.1, 1e-90, 1e90, 1e-170]),
                prop::sample::select(vec![0.0, 1e3, 1e9]),
                prop::sample::select(vec![1.0, 1e-7, 1e4, 1e60]),
            ),
        ) {
            let rows: Vec<f64> = values.iter().map(|&v| (f64::from(v) + offset) * scale).collect();
            let places: Vec<f64> = values.iter().rev().map(|&v| (f64::from(v) * spread + offset) * scale).collect();
            let Some(Both { coarse, centers, found }) = both(&matrix(n, d, &rows), &matrix(k, d, &places)) else {
                return Ok(());
            };
            for (found, nearest) in found {
                if f64::from(found.margin) > centers.slack {
                    prop_assert_eq!(found.index, nearest.index);
                    let apart = (nearest.second_squared.sqrt() - nearest.squared.sqrt()) * coarse.scale();
                    prop_assert!(f64::from(found.margin) <= apart + centers.slack, "{} > {apart}", found.margin);
                }
            }
        }
    }

    #[test]
    fn nearly_all_is_proved_of_ordinary_rows() {
        let values: Vec<f64> = (0..3011).map(|i| (f64::from(i) * 0.7).sin() * 3.0).collect();
        let Both { centers, found, .. } = both(&matrix(2000, 9, &values), &matrix(8, 9, &values[1500..])).unwrap();
        let proved = found.iter().filter(|(found, _)| f64::from(found.margin) > centers.slack).count();
        assert!(proved > 1990, "{proved}");
    }
}
