//! Gower's distance: rows of numbers and categories together.

use serde::{Deserialize, Serialize};

use super::gower_tile::{ManyToMany, Weighing};
use super::pairs::check_tile;
use crate::simd::dispatch;
use crate::{InputError, MatrixView};

/// Gower's distance of rows in which some columns are numbers and others categories.
///
/// `d(x, y) = sum_j w_j s_j / sum_j w_j`, where `s_j = |x_j - y_j| / range_j` for a number and
/// `s_j = [x_j != y_j]` for a category (J. C. Gower, "A general coefficient of similarity and some of
/// its properties", Biometrics 27, 1971; ranges and weights as in R's `cluster::daisy`, after Kaufman &
/// Rousseeuw, "Finding groups in data", 1990).
///
/// A category is known by a code, any finite number: equality is all that counts, so a code never seen is
/// at 1 from every other. A number of range 0, or of one below 1e-307, adds nothing to the sum, but its
/// weight to the divisor. Distances of rows that the ranges come from are in `[0, 1]`, up to rounding; a
/// number outside of its range may add more than its weight.
///
/// Features are added in their order, whichever function is called: the same pair of rows has the same bits
/// everywhere, in both directions, and equal rows are at exactly 0.
///
/// ```
/// use segctl_numeric::MatrixView;
/// use segctl_numeric::distance::Gower;
/// // Age, and a code for the region.
/// let x = MatrixView::new(&[20.0, 0.0, 40.0, 1.0, 60.0, 1.0], 3, 2)?;
/// let gower = Gower::fit(x, &[false, true])?;
/// assert_eq!(gower.distance(x.row(0), x.row(1)), (0.5 + 1.0) / 2.0);
/// assert_eq!(gower.distance(x.row(1), x.row(2)), (0.5 + 0.0) / 2.0);
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawGower", into = "RawGower")]
pub struct Gower {
    raw: RawGower,
    pub(super) columns: Vec<Weighing>,
    pub(super) total_weight: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RawGower {
    categorical: Vec<bool>,
    /// 0 for categories.
    ranges: Vec<f64>,
    weights: Vec<f64>,
}

/// Sums of such weights are finite, and small beside the difference of two codes times the largest number.
const LARGEST_WEIGHT: f64 = 1e100;

impl Gower {
    /// Takes the ranges from the rows of `x` (n x d); `categorical` (d) says which columns are
    /// categories. All weights are 1.
    ///
    /// # Errors
    /// [`InputError`] when there are no rows or columns, `categorical` has another length, a value is not
    /// finite, or a range is not.
    pub fn fit(x: MatrixView<'_>, categorical: &[bool]) -> Result<Self, InputError> {
        if x.n_rows() == 0 {
            return Err(InputError::TooFewRows { what: "X", n_samples: 0, at_least: 1 });
        }
        check_length("categorical", categorical.len(), x.n_cols())?;
        x.ensure_finite("X")?;
        let mut least = x.row(0).to_vec();
        let mut most = least.clone();
        for row in x.rows() {
            for ((least, most), &value) in least.iter_mut().zip(&mut most).zip(row) {
                *least = value.min(*least);
                *most = value.max(*most);
            }
        }
        let range = |((least, most), is_category): ((f64, f64), &bool)| if *is_category { 0.0 } else { most - least };
        let ranges = least.into_iter().zip(most).zip(categorical).map(range).collect();
        Self::new(categorical.to_vec(), ranges)
    }

    /// Takes the ranges of the columns (d) as they are known otherwise; those of categories do not count.
    ///
    /// ```
    /// use segctl_numeric::distance::Gower;
    /// let gower = Gower::new(vec![false, true], vec![100.0, 0.0])?;
    /// assert_eq!(gower.distance(&[20.0, 3.0], &[45.0, 3.0]), 0.125);
    /// # Ok::<(), segctl_numeric::InputError>(())
    /// ```
    ///
    /// # Errors
    /// [`InputError`] for no columns, lengths that differ, or a range that is negative or not finite.
    pub fn new(categorical: Vec<bool>, ranges: Vec<f64>) -> Result<Self, InputError> {
        let weights = vec![1.0; categorical.len()];
        RawGower { categorical, ranges, weights }.try_into()
    }

    /// Sets the weight of each column (d): what a wholly different value adds before the sum is divided by
    /// that of all weights. A column of weight 0 does not count.
    ///
    /// ```
    /// use segctl_numeric::distance::Gower;
    /// let gower = Gower::new(vec![false, true], vec![10.0, 0.0])?.with_weights(vec![1.0, 3.0])?;
    /// assert_eq!(gower.distance(&[0.0, 1.0], &[0.0, 2.0]), 0.75);
    /// # Ok::<(), segctl_numeric::InputError>(())
    /// ```
    ///
    /// # Errors
    /// [`InputError`] for another number of weights, one outside of `[0, 1e100]`, or when all are 0.
    pub fn with_weights(self, weights: Vec<f64>) -> Result<Self, InputError> {
        RawGower { weights, ..self.raw }.try_into()
    }

    /// Number of columns, d.
    pub fn n_features(&self) -> usize {
        self.columns.len()
    }

    /// Which columns are categories (d).
    pub fn categorical(&self) -> &[bool] {
        &self.raw.categorical
    }

    /// The range of each column (d); 0 for categories.
    pub fn ranges(&self) -> &[f64] {
        &self.raw.ranges
    }

    /// The weight of each column (d).
    pub fn weights(&self) -> &[f64] {
        &self.raw.weights
    }

    /// The distance of two rows of d values.
    ///
    /// # Panics
    /// When a row has another length.
    pub fn distance(&self, x: &[f64], y: &[f64]) -> f64 {
        assert_eq!((x.len(), y.len()), (self.n_features(), self.n_features()), "rows of d values");
        let pairs = self.columns.iter().zip(x.iter().zip(y));
        pairs.fold(0.0, |sum, (column, (&x, &y))| sum + column.difference(x, y)) / self.total_weight
    }

    /// The distances of `x` (d values) to each row of `ys` (row-major, d columns), one per element of `out`.
    ///
    /// ```
    /// use segctl_numeric::distance::Gower;
    /// let gower = Gower::new(vec![false, true], vec![10.0, 0.0])?;
    /// let mut out = [0.0; 2];
    /// gower.one_to_many(&[5.0, 1.0], &[5.0, 1.0, 0.0, 2.0], &mut out);
    /// assert_eq!(out, [0.0, 0.75]);
    /// # Ok::<(), segctl_numeric::InputError>(())
    /// ```
    ///
    /// # Panics
    /// When the lengths do not fit each other.
    pub fn one_to_many(&self, x: &[f64], ys: &[f64], out: &mut [f64]) {
        assert_eq!(x.len(), self.n_features(), "a row of d values");
        self.many_to_many(x, ys, out);
    }

    /// The distances of all pairs of rows, `out` being row-major with a row per row of `xs` and a column per
    /// row of `ys`; both have d columns. Time O(n m d), serial; the rows of `ys` are rearranged once.
    ///
    /// ```
    /// use segctl_numeric::distance::Gower;
    /// let gower = Gower::new(vec![false], vec![4.0])?;
    /// let mut out = [0.0; 2];
    /// gower.many_to_many(&[0.0, 3.0], &[1.0], &mut out);
    /// assert_eq!(out, [0.25, 0.5]);
    /// # Ok::<(), segctl_numeric::InputError>(())
    /// ```
    ///
    /// # Panics
    /// When the lengths do not fit each other.
    pub fn many_to_many(&self, xs: &[f64], ys: &[f64], out: &mut [f64]) {
        let d = self.n_features();
        check_tile(xs.len(), xs.len() / d, ys.len(), out.len(), d);
        if !out.is_empty() {
            dispatch(ManyToMany { gower: self, xs, ys, out });
        }
    }
}

impl TryFrom<RawGower> for Gower {
    type Error = InputError;

    fn try_from(raw: RawGower) -> Result<Self, InputError> {
        let d = raw.categorical.len();
        if d == 0 {
            return Err(InputError::NoColumns { what: "Gower's distance" });
        }
        check_length("ranges", raw.ranges.len(), d)?;
        check_length("weights", raw.weights.len(), d)?;
        check_each("range", &raw.ranges, "finite and >= 0", |range| range.is_finite() && range >= 0.0)?;
        check_each("weight", &raw.weights, "in [0, 1e100]", |weight| (0.0..=LARGEST_WEIGHT).contains(&weight))?;
        let total_weight = raw.weights.iter().sum();
        if total_weight < f64::MIN_POSITIVE {
            return Err(InputError::OutOfRange { name: "sum of weights", value: total_weight, expected: "> 0" });
        }
        let columns = (0..d).map(|j| Weighing::new(raw.categorical[j], raw.ranges[j], raw.weights[j])).collect();
        Ok(Self { raw, columns, total_weight })
    }
}

impl From<Gower> for RawGower {
    fn from(gower: Gower) -> Self {
        gower.raw
    }
}

fn check_length(what: &'static str, found: usize, expected: usize) -> Result<(), InputError> {
    if found == expected { Ok(()) } else { Err(InputError::Length { what, found, expected }) }
}

fn check_each(
    name: &'static str,
    values: &[f64],
    expected: &'static str,
    is_fine: impl Fn(f64) -> bool,
) -> Result<(), InputError> {
    match values.iter().find(|&&value| !is_fine(value)) {
        None => Ok(()),
        Some(&value) => Err(InputError::OutOfRange { name, value, expected }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Matrix;
    use crate::simd::{available_levels, dispatch_with};

    fn naive(x: &[f64], y: &[f64], categorical: &[bool], ranges: &[f64], weights: &[f64]) -> f64 {
        let term = |j: usize| match categorical[j] {
            true => f64::from(u8::from(x[j] != y[j])),
            false if ranges[j] == 0.0 => 0.0,
            false => (x[j] - y[j]).abs() / ranges[j],
        };
        (0..x.len()).map(|j| weights[j] * term(j)).sum::<f64>() / weights.iter().sum::<f64>()
    }

    proptest! {
        #[test]
        fn all_functions_give_the_bits_of_one_and_the_value_of_the_formula(
            (n, m) in (1_usize..14, 0_usize..21),
            d in prop::sample::select(vec![1_usize, 2, 3, 4, 5, 8, 11, 16]),
            values in prop::collection::vec(0_i32..5, 640),
            mask in prop::collection::vec(any::<bool>(), 16),
            weights in prop::collection::vec(prop::sample::select(vec![1.0, 0.0, 0.3, 7.0]), 16),
            scale in prop::sample::select(vec![1.0, 0.1, 1e-200, 1e100]),
        ) {
            let categorical = &mask[..d];
            let value = |at: usize| f64::from(values[at]) * if categorical[at % d] { 1.0 } else { scale };
            let xs = Matrix::new((0..n * d).map(value).collect(), n, d).unwrap();
            let ys = Matrix::new((0..m * d).map(|at| value(at + 18 * d)).collect(), m, d).unwrap();
            let mut weights = weights[..d].to_vec();
            weights[0] = 1.0;
            let gower = Gower::fit(xs.view(), categorical).unwrap().with_weights(weights.clone()).unwrap();
            let mut all = vec![f64::NAN; n * m];
            gower.many_to_many(xs.as_slice(), ys.as_slice(), &mut all);
            for i in 0..n {
                let mut row = vec![f64::NAN; m];
                gower.one_to_many(xs.row(i), ys.as_slice(), &mut row);
                prop_assert_eq!(&row, &all[i * m..(i + 1) * m]);
                for (j, found) in row.into_iter().enumerate() {
                    prop_assert_eq!(found, gower.distance(xs.row(i), ys.row(j)));
                    prop_assert_eq!(found, gower.distance(ys.row(j), xs.row(i)));
                    let expected = naive(xs.row(i), ys.row(j), categorical, gower.ranges(), &weights);
                    prop_assert!((found - expected).abs() <= 1e-14 * (1.0 + expected), "{} for {}", found, expected);
                }
                prop_assert_eq!(gower.distance(xs.row(i), xs.row(i)), 0.0);
            }
            for level in available_levels() {
                let mut again = vec![f64::NAN; n * m];
                let (xs, ys) = (xs.as_slice(), ys.as_slice());
                dispatch_with(level, ManyToMany { gower: &gower, xs, ys, out: &mut again });
                prop_assert_eq!(&again, &all, "{:?}", level);
            }
        }
    }

    #[test]
    fn codes_are_equal_or_not_whatever_they_are() {
        let gower = Gower::new(vec![true; 3], vec![0.0; 3]).unwrap();
        assert_eq!(gower.distance(&[0.0, -1.0, 1e300], &[1e-200, -1.0, -1e300]), 2.0 / 3.0);
        assert_eq!(gower.distance(&[0.0, 0.1, 3.0], &[-0.0, 0.1, 3.0]), 0.0);
        let none = gower.with_weights(vec![1.0, 0.0, 0.0]).unwrap();
        assert_eq!(none.distance(&[0.0, 1.0, 1e300], &[0.0, 2.0, -1e300]), 0.0);
    }

    #[test]
    fn numbers_beyond_the_range_add_more_and_constants_nothing() {
        let x = Matrix::from_rows(&[[0.0, 5.0], [2.0, 5.0]]).unwrap();
        let gower = Gower::fit(x.view(), &[false, false]).unwrap();
        assert_eq!(gower.distance(&[0.0, 5.0], &[8.0, 77.0]), 2.0);
        let tiny = Matrix::from_rows(&[[0.0, 0.0], [5e-324, 1.0]]).unwrap();
        let gower = Gower::fit(tiny.view(), &[false, false]).unwrap();
        assert_eq!(gower.distance(tiny.row(0), tiny.row(1)), 0.5);
    }

    #[test]
    fn what_is_no_distance_is_refused() {
        let x = Matrix::from_rows(&[[-1.7e308], [1.7e308]]).unwrap();
        let message = |found: Result<Gower, InputError>| found.unwrap_err().to_string();
        assert_eq!(message(Gower::fit(x.view(), &[false])), "range=inf should be finite and >= 0");
        assert!(Gower::fit(x.view(), &[true]).is_ok());
        assert_eq!(message(Gower::fit(x.view(), &[])), "categorical has 0 entries, expected 1");
        assert_eq!(message(Gower::new(vec![], vec![])), "Gower's distance: n_features=0 should be >= 1");
        let one = || Gower::new(vec![true], vec![0.0]).unwrap();
        assert_eq!(message(one().with_weights(vec![0.0])), "sum of weights=0 should be > 0");
        assert_eq!(message(one().with_weights(vec![f64::NAN])), "weight=NaN should be in [0, 1e100]");
        let nan = MatrixView::new(&[1.0, f64::NAN], 2, 1).unwrap();
        assert!(matches!(Gower::fit(nan, &[true]), Err(InputError::NotFinite { row: 1, .. })));
    }

    #[test]
    fn a_file_is_checked() {
        let gower = Gower::new(vec![true, false], vec![0.0, 2.5]).unwrap().with_weights(vec![1.0, 0.5]).unwrap();
        let text = serde_json::to_string(&gower).unwrap();
        assert_eq!(serde_json::from_str::<Gower>(&text).unwrap(), gower);
        assert!(serde_json::from_str::<Gower>(&text.replace("2.5", "-2.5")).is_err());
        assert!(serde_json::from_str::<Gower>(&text.replace("[1.0,0.5]", "[1.0]")).is_err());
    }
}
