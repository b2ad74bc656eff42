//! The rows at half the precision: half the bytes, twice the lanes, and most nearest centres are
//! beyond doubt all the same.
//!
//! With `s_c = |c|^2 / 2 - x.c`, the nearest centre is that of the least `s_c`, and a difference of
//! two is half the difference of the squared distances. Rows and centres are scaled by a power of
//! two, which changes no digit, so that the largest magnitude is in `[1/2, 1)`, and rounded to
//! single precision. Each `s_c` is then wrong by at most `(d + 8) 2^-24 |c| (|x| + |c|)`: Cauchy's
//! inequality bounds the sum of the rounded products, `d + 5` roundings of at most `2^-24` each.
//! Where the two least are farther apart than the errors of both, the row's label is proved.

mod search;

use segctl_numeric::distance::{TwoNearest, squared_norms};
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};
use segctl_numeric::simd::{Kernel, dispatch};
use segctl_numeric::{Matrix, MatrixView};

use search::Search;

/// Rows in a tile: one 512-bit register of 32-bit floats.
pub(super) const TILE_ROWS: usize = 16;

/// With more features, rounding errors leave too little beyond doubt.
const MOST_FEATURES: usize = 1 << 13;

/// Magnitudes whose squares, scaled or not, stay clear of overflow and underflow.
const MAGNITUDES: std::ops::RangeInclusive<f64> = 1e-100..=1e100;

/// More than all that underflow can do to a score, whose terms are below 1.
const UNDERFLOW: f32 = 1e-33;

/// One for the roundings of a handful of operations in single precision.
const DOWN: f32 = 1.0 - 1e-6;
const UP: f32 = 1.0 + 1e-6;

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
    /// The distance to `index` is at most this, where the margin is positive.
    pub(super) upper: f32,
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
            dispatch(Scale { values: x.rows_range(range).as_slice(), scale, out });
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

    /// No less than the distance to the nearest centre, by distances in double precision.
    pub(super) fn upper(&self, found: &TwoNearest) -> f64 {
        let relative = (self.n_cols as f64 + 8.0) * f64::EPSILON;
        found.squared.sqrt() * (1.0 + relative) * self.scale
    }

    #[inline(always)]
    fn row(&self, i: usize) -> &[f32] {
        &self.rows[i * self.n_cols..(i + 1) * self.n_cols]
    }
}

/// Writes `values` times `scale` in single precision.
struct Scale<'a> {
    values: &'a [f64],
    scale: f64,
    out: &'a mut [f32],
}

impl Kernel for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.out.iter_mut().zip(self.values).for_each(|(out, value)| *out = (value * self.scale) as f32);
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
                    let distance = nearest.squared.sqrt() * coarse.scale();
                    prop_assert!(f64::from(found.upper) >= distance, "{} < {distance}", found.upper);
                    prop_assert!(coarse.upper(&nearest) >= distance);
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
