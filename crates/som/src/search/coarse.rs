//! The rows at half the precision: half the bytes, twice the lanes, and most winners are beyond doubt
//! all the same.
//!
//! With `s_u = |w_u|^2 / 2 - x.w_u` the winner is the unit of the least `s_u`. Rows and units are centred
//! and scaled by a power of two, so that the largest magnitude of a row is in `[1/2, 1)`, and rounded to
//! single precision. Each `s_u` is then wrong by at most `e_u = k |w_u| (|x| + |w_u|)` with
//! `k = (d + 8) 2^-24`: Cauchy's inequality bounds the sum of the rounded products, `d + 5` roundings of at
//! most `2^-24` each. What is computed is `s_u - e_u`, `|x|` being one more feature: the least of these is
//! the winner's where even with `2 e_u` added it stays below all others.

use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};
use segctl_numeric::simd::{Kernel, dispatch};
use segctl_numeric::{Matrix, MatrixView};

/// Rows in a tile: one 512-bit register of 32-bit floats.
pub(crate) const TILE_ROWS: usize = 16;

/// Units evaluated together: enough sums to hide the latency of an addition, few enough for the
/// registers of AVX2.
const BLOCK: usize = 4;

/// With more features, rounding errors leave too little beyond doubt.
const MOST_FEATURES: usize = 1 << 13;

/// Magnitudes whose squares, scaled or not, stay clear of overflow and underflow.
const MAGNITUDES: std::ops::RangeInclusive<f64> = 1e-100..=1e100;

/// Units farther out than this, in scaled units, leave nothing to be proved.
const FARTHEST: f64 = 1e12;

/// More than all that underflow can do to a score.
const UNDERFLOW: f64 = 1e-30;

type Tile = [f32; TILE_ROWS];

/// One feature of a tile of rows, on a cache line of its own.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Column(Tile);

/// Centred and scaled rows in single precision, tile by tile, feature by feature; their lengths are one
/// more feature.
#[derive(Debug, Clone)]
pub(crate) struct Coarse {
    columns: Vec<Column>,
    n_rows: usize,
    mean: Vec<f64>,
    scale: f64,
}

/// Centred and scaled units in single precision.
pub(crate) struct CoarseUnits {
    /// Negative, a row per unit; `k |w_u|` is one more feature.
    negative: Vec<f32>,
    /// `|w_u|^2 / 2 - k |w_u|^2`
    fixed: Vec<f32>,
    /// `|w_u|`
    lengths: Vec<f32>,
    /// The factor of an error, `k`.
    error: f32,
    longest: f32,
    /// What rounding may do to a squared distance in double precision, over its bound.
    slack: f32,
}

/// The winner of a row in doubt.
pub(crate) const IN_DOUBT: u32 = u32::MAX;

impl Coarse {
    /// Converts rows; those with missing values stay in doubt, since nothing is less than NaN. `None` where magnitudes or the number of features leave no room
    /// for the proof.
    pub(crate) fn new(x: MatrixView<'_>, mean: Vec<f64>) -> Option<Self> {
        let d = x.n_cols();
        let largest = x.rows().fold(0.0_f64, |top, row| {
            row.iter().zip(&mean).fold(top, |top, (value, mean)| top.max((value - mean).abs()))
        });
        if d > MOST_FEATURES || !MAGNITUDES.contains(&largest) {
            return None;
        }
        let scale = libm::exp2(-f64::from(libm::frexp(largest).1));
        let mut columns = vec![Column([0.0; TILE_ROWS]); x.n_rows().div_ceil(TILE_ROWS) * (d + 1)];
        fill_chunks(&mut columns, d + 1, CHUNK_ROWS / TILE_ROWS, |tiles, columns| {
            for (tile, columns) in tiles.zip(columns.chunks_exact_mut(d + 1)) {
                let rows = tile * TILE_ROWS..x.n_rows().min((tile + 1) * TILE_ROWS);
                for (lane, row) in x.rows_range(rows).rows().enumerate() {
                    let mut square = 0.0;
                    for ((column, value), mean) in columns.iter_mut().zip(row).zip(&mean) {
                        let value = (value - mean) * scale;
                        square += value * value;
                        column.0[lane] = value as f32;
                    }
                    columns[d].0[lane] = (square.sqrt() * 1.000_001) as f32;
                }
            }
        });
        Some(Self { columns, n_rows: x.n_rows(), mean, scale })
    }

    /// The units in the same coordinates. `None` where they are too far out.
    pub(crate) fn units(&self, codebook: &Matrix) -> Option<CoarseUnits> {
        let (m, d) = (codebook.n_rows(), codebook.n_cols());
        let error = (d as f64 + 8.0) * f64::from(f32::EPSILON) * 0.5 * 1.01;
        let mut units = CoarseUnits {
            negative: Vec::with_capacity(m * (d + 1)),
            fixed: Vec::with_capacity(m),
            lengths: Vec::with_capacity(m),
            error: error as f32,
            longest: 0.0,
            slack: ((d as f64 + 8.0) * 8.0 * f64::EPSILON) as f32,
        };
        for unit in codebook.view().rows() {
            let scaled = unit.iter().zip(&self.mean).map(|(value, mean)| (value - mean) * self.scale);
            let square: f64 = scaled.clone().map(|value| value * value).sum();
            let length = square.sqrt() * 1.000_001;
            if length > FARTHEST || length.is_nan() {
                return None;
            }
            units.negative.extend(scaled.map(|value| -value as f32));
            units.negative.push(-(error * length) as f32);
            units.fixed.push((square * (0.5 - error)) as f32);
            units.lengths.push(length as f32);
            units.longest = units.longest.max(length as f32);
        }
        Some(units)
    }

    /// The winners of the rows of whole tiles from row `first` on, one result each: the unit, or
    /// [`IN_DOUBT`]; serial.
    ///
    /// # Panics
    /// When `first` is in the middle of a tile, or there are fewer rows.
    pub(crate) fn winners(&self, first: usize, units: &CoarseUnits, out: &mut [u32]) {
        dispatch(self.search(first, units, out));
    }

    /// The nearest and the second nearest unit, as [`Coarse::winners`]: both are proved, or both in doubt.
    ///
    /// # Panics
    /// As [`Coarse::winners`], and when there is one unit only.
    pub(crate) fn two_nearest(&self, first: usize, units: &CoarseUnits, out: &mut [[u32; 2]]) {
        assert!(units.fixed.len() > 1, "a second unit");
        dispatch(self.search(first, units, out));
    }

    fn search<'a, P>(&'a self, first: usize, units: &'a CoarseUnits, out: &'a mut [P]) -> Search<'a, P> {
        assert!(first.is_multiple_of(TILE_ROWS) && first + out.len() <= self.n_rows, "whole tiles of rows");
        let width = self.mean.len() + 1;
        Search { columns: &self.columns[first / TILE_ROWS * width..], width, units, out }
    }
}

/// What is proved of a row: one unit, or two.
trait Proved: Copy {
    /// Whether the second nearest unit is asked for.
    const TWO: bool;

    fn of(best: &Best, lane: usize, length: f32, units: &CoarseUnits) -> Self;
}

impl Proved for u32 {
    const TWO: bool = false;

    #[inline(always)]
    fn of(best: &Best, lane: usize, length: f32, units: &CoarseUnits) -> Self {
        let proved = units.is_apart(best.unit[lane], best.score[lane], best.second[lane], length);
        if proved { best.unit[lane] } else { IN_DOUBT }
    }
}

impl Proved for [u32; 2] {
    const TWO: bool = true;

    #[inline(always)]
    fn of(best: &Best, lane: usize, length: f32, units: &CoarseUnits) -> Self {
        let (unit, second_unit, second) = (best.unit[lane], best.second_unit[lane], best.second[lane]);
        let proved = units.is_apart(unit, best.score[lane], second, length)
            && units.is_apart(second_unit, second, best.third[lane], length);
        if proved { [unit, second_unit] } else { [IN_DOUBT; 2] }
    }
}

impl CoarseUnits {
    /// Whether a unit's score is below all that are not less than `other`, for a row of the given length.
    #[inline(always)]
    fn is_apart(&self, unit: u32, score: f32, other: f32, length: f32) -> bool {
        let own = f64::from(self.lengths[unit as usize]);
        let (length, error) = (f64::from(length), f64::from(self.error));
        let reach = length + f64::from(self.longest);
        let upper = f64::from(score) + 2.0 * error * own * (length + own);
        let slack = f64::from(self.slack) * reach * reach + UNDERFLOW;
        f64::from(other) - upper > slack
    }
}

struct Search<'a, P> {
    columns: &'a [Column],
    width: usize,
    units: &'a CoarseUnits,
    out: &'a mut [P],
}

impl<P: Proved> Kernel for Search<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (columns, out) in self.columns.chunks_exact(self.width).zip(self.out.chunks_mut(TILE_ROWS)) {
            let best = search::<P>(columns, self.units);
            let lengths = &columns[self.width - 1].0;
            for (lane, out) in out.iter_mut().enumerate() {
                *out = P::of(&best, lane, lengths[lane], self.units);
            }
        }
    }
}

#[inline(always)]
fn search<P: Proved>(columns: &[Column], units: &CoarseUnits) -> Best {
    let mut best = Best::new();
    let (m, mut first) = (units.fixed.len(), 0);
    while first + BLOCK <= m {
        for (unit, score) in (first as u32..).zip(scores::<BLOCK>(first, columns, units)) {
            best = best.offered::<P>(unit, score);
        }
        first += BLOCK;
    }
    for unit in first..m {
        let [score] = scores::<1>(unit, columns, units);
        best = best.offered::<P>(unit as u32, score);
    }
    best
}

/// The scores of units `first..first + B`, features added in order.
#[inline(always)]
fn scores<const B: usize>(first: usize, columns: &[Column], units: &CoarseUnits) -> [Tile; B] {
    let width = columns.len();
    let negative: [&[f32]; B] = std::array::from_fn(|b| &units.negative[(first + b) * width..(first + b + 1) * width]);
    let mut sums: [Tile; B] = std::array::from_fn(|b| [units.fixed[first + b]; TILE_ROWS]);
    for (j, Column(column)) in columns.iter().enumerate() {
        for b in 0..B {
            sums[b] = add_scaled(sums[b], column, negative[b][j]);
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

/// The least scores so far, for each row of a tile; the third only where the second unit is asked for.
struct Best {
    score: Tile,
    second: Tile,
    third: Tile,
    unit: [u32; TILE_ROWS],
    second_unit: [u32; TILE_ROWS],
}

impl Best {
    #[inline(always)]
    fn new() -> Self {
        let (far, first) = ([f32::INFINITY; TILE_ROWS], [0; TILE_ROWS]);
        Self { score: far, second: far, third: far, unit: first, second_unit: first }
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "the same lane of eleven arrays")]
    fn offered<P: Proved>(&self, unit: u32, score: Tile) -> Self {
        let mut best = Self::new();
        for l in 0..TILE_ROWS {
            let nearer = score[l] < self.score[l];
            let loser = if nearer { self.score[l] } else { score[l] };
            let next = loser < self.second[l];
            best.second[l] = if next { loser } else { self.second[l] };
            best.score[l] = if nearer { score[l] } else { self.score[l] };
            best.unit[l] = if nearer { unit } else { self.unit[l] };
            if P::TWO {
                let loser_unit = if nearer { self.unit[l] } else { unit };
                let last = if next { self.second[l] } else { loser };
                best.second_unit[l] = if next { loser_unit } else { self.second_unit[l] };
                best.third[l] = if last < self.third[l] { last } else { self.third[l] };
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::distance::{TwoNearest, two_nearest};
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    fn matrix(n: usize, d: usize, values: &[f64]) -> Matrix {
        Matrix::new(values.iter().copied().cycle().take(n * d).collect(), n, d).unwrap()
    }

    /// Each row's winner, or doubt, beside that of double precision; the same at every level.
    fn both(x: &Matrix, codebook: &Matrix) -> Option<Vec<(u32, [u32; 2], TwoNearest)>> {
        let mean = (0..x.n_cols()).map(|j| x.view().column(j).sum::<f64>() / x.n_rows() as f64).collect();
        let coarse = Coarse::new(x.view(), mean)?;
        let units = coarse.units(codebook)?;
        let (mut found, mut two) = (vec![0; x.n_rows()], vec![[IN_DOUBT; 2]; x.n_rows()]);
        coarse.winners(0, &units, &mut found);
        if codebook.n_rows() > 1 {
            coarse.two_nearest(0, &units, &mut two);
        }
        for level in available_levels() {
            let (mut out, mut out_two) = (found.clone(), two.clone());
            dispatch_with(level, coarse.search(0, &units, &mut out));
            if codebook.n_rows() > 1 {
                dispatch_with(level, coarse.search(0, &units, &mut out_two));
            }
            assert_eq!((out, out_two), (found.clone(), two.clone()), "{level:?}");
        }
        let mut nearest = vec![TwoNearest::default(); x.n_rows()];
        two_nearest(x.view(), codebook.view(), &mut nearest);
        Some((0..x.n_rows()).map(|i| (found[i], two[i], nearest[i])).collect())
    }

    proptest! {
        #[test]
        fn what_is_proved_is_true(
            (n, m) in (1_usize..40, 1_usize..12),
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
            let Some(found) = both(&matrix(n, d, &rows), &matrix(m, d, &places)) else { return Ok(()) };
            for (found, two, nearest) in found {
                prop_assert!(found == IN_DOUBT || found == nearest.index, "{found} for {}", nearest.index);
                let both = [nearest.index, nearest.second];
                prop_assert!(two == [IN_DOUBT; 2] || two == both, "{two:?} for {both:?}");
            }
        }
    }

    #[test]
    fn rows_with_missing_values_stay_in_doubt() {
        let mut values: Vec<f64> = (0..400).map(|i| (f64::from(i) * 0.7).sin()).collect();
        values[40] = f64::NAN;
        let x = matrix(100, 4, &values);
        let coarse = Coarse::new(x.view(), vec![0.0; 4]).unwrap();
        let (mut found, mut two) = (vec![0; 100], vec![[0; 2]; 100]);
        let units = coarse.units(&matrix(8, 4, &values[100..])).unwrap();
        coarse.winners(0, &units, &mut found);
        coarse.two_nearest(0, &units, &mut two);
        assert_eq!((found[10], two[10]), (IN_DOUBT, [IN_DOUBT; 2]));
        assert!(found.iter().filter(|&&unit| unit == IN_DOUBT).count() < 10);
    }

    #[test]
    fn nearly_all_is_proved_of_ordinary_rows() {
        let values: Vec<f64> = (0..3011).map(|i| (f64::from(i) * 0.7).sin() * 3.0).collect();
        let found = both(&matrix(2000, 9, &values), &matrix(8, 9, &values[1500..])).unwrap();
        let proved = found.iter().filter(|(found, ..)| *found != IN_DOUBT).count();
        let proved_two = found.iter().filter(|(_, two, _)| two[0] != IN_DOUBT).count();
        assert!(proved > 1990 && proved_two > 1980, "{proved}, {proved_two}");
    }
}
