use serde::{Deserialize, Serialize};

use super::cosine;
use super::pairs::{Form, SquaredDifferences, check_tile, run_pair, run_tile};

/// How far apart two rows are. Dispatched once per call, never per pair.
///
/// Serialised in kebab case: `squared-euclidean`.
///
/// ```
/// use segctl_numeric::distance::Metric;
/// assert_eq!(Metric::Euclidean.distance(&[0.0, 0.0], &[3.0, 4.0]), 5.0);
/// assert_eq!(Metric::Manhattan.distance(&[0.0, 0.0], &[3.0, 4.0]), 7.0);
/// assert_eq!(Metric::Chebyshev.distance(&[0.0, 0.0], &[3.0, 4.0]), 4.0);
/// assert_eq!(Metric::Cosine.distance(&[1.0, 0.0], &[0.0, 2.0]), 1.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Metric {
    /// `sqrt(sum_j (x_j - y_j)^2)`
    #[default]
    Euclidean,
    /// `sum_j (x_j - y_j)^2`
    SquaredEuclidean,
    /// `sum_j |x_j - y_j|`
    Manhattan,
    /// `max_j |x_j - y_j|`
    Chebyshev,
    /// `1 - x.y / (|x| |y|)`, in `[0, 2]`; a row of zeros is at distance 1 from every row, itself
    /// included (scikit-learn's value off the diagonal).
    Cosine,
}

impl Metric {
    /// Its name, as serialised.
    ///
    /// ```
    /// assert_eq!(segctl_numeric::distance::Metric::SquaredEuclidean.name(), "squared-euclidean");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Euclidean => "euclidean",
            Self::SquaredEuclidean => "squared-euclidean",
            Self::Manhattan => "manhattan",
            Self::Chebyshev => "chebyshev",
            Self::Cosine => "cosine",
        }
    }

    /// The distance of two rows of equal length.
    ///
    /// # Panics
    /// When the rows differ in length.
    pub fn distance(self, x: &[f64], y: &[f64]) -> f64 {
        match self {
            Self::Euclidean => run_pair(Euclidean, x, y),
            Self::SquaredEuclidean => run_pair(SquaredDifferences, x, y),
            Self::Manhattan => run_pair(Manhattan, x, y),
            Self::Chebyshev => run_pair(Chebyshev, x, y),
            Self::Cosine => cosine::distance(x, y),
        }
    }

    /// The distances of `x` to each row of `ys` (row-major), one per element of `out`.
    ///
    /// ```
    /// use segctl_numeric::distance::Metric;
    /// let mut out = [0.0; 2];
    /// Metric::Manhattan.one_to_many(&[0.0, 0.0], &[3.0, 4.0, 1.0, 0.0], &mut out);
    /// assert_eq!(out, [7.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// When `ys` does not hold `x.len() * out.len()` values.
    pub fn one_to_many(self, x: &[f64], ys: &[f64], out: &mut [f64]) {
        check_tile(x.len(), 1, ys.len(), out.len(), x.len());
        self.many_to_many(x, ys, x.len(), out);
    }

    /// The distances of all pairs of rows, `out` being row-major with a row per row of `xs` and a
    /// column per row of `ys`; both have `n_features` columns.
    ///
    /// ```
    /// use segctl_numeric::distance::Metric;
    /// let mut out = [0.0; 2];
    /// Metric::Euclidean.many_to_many(&[0.0, 3.0], &[1.0], 1, &mut out);
    /// assert_eq!(out, [1.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// When the lengths do not fit each other.
    pub fn many_to_many(self, xs: &[f64], ys: &[f64], n_features: usize, out: &mut [f64]) {
        match self {
            Self::Euclidean => run_tile(Euclidean, xs, ys, n_features, out),
            Self::SquaredEuclidean => run_tile(SquaredDifferences, xs, ys, n_features, out),
            Self::Manhattan => run_tile(Manhattan, xs, ys, n_features, out),
            Self::Chebyshev => run_tile(Chebyshev, xs, ys, n_features, out),
            Self::Cosine => cosine::many_to_many(xs, ys, n_features, out),
        }
    }
}

#[derive(Clone, Copy)]
struct Euclidean;

impl Form for Euclidean {
    #[inline(always)]
    fn add(acc: f64, x: f64, y: f64) -> f64 {
        SquaredDifferences::add(acc, x, y)
    }

    #[inline(always)]
    fn join(a: f64, b: f64) -> f64 {
        a + b
    }

    #[inline(always)]
    fn finish(acc: f64) -> f64 {
        acc.sqrt()
    }
}

#[derive(Clone, Copy)]
struct Manhattan;

impl Form for Manhattan {
    #[inline(always)]
    fn add(acc: f64, x: f64, y: f64) -> f64 {
        acc + (x - y).abs()
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

#[derive(Clone, Copy)]
struct Chebyshev;

impl Form for Chebyshev {
    #[inline(always)]
    fn add(acc: f64, x: f64, y: f64) -> f64 {
        Self::join(acc, (x - y).abs())
    }

    /// Not `f64::max`: a comparison maps to one instruction on every processor.
    #[inline(always)]
    fn join(a: f64, b: f64) -> f64 {
        if a > b { a } else { b }
    }

    #[inline(always)]
    fn finish(acc: f64) -> f64 {
        acc
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Metric; 5] =
        [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine];

    fn naive(metric: Metric, x: &[f64], y: &[f64]) -> f64 {
        let differences = || x.iter().zip(y).map(|(x, y)| x - y);
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        match metric {
            Metric::Euclidean => differences().map(|t| t * t).sum::<f64>().sqrt(),
            Metric::SquaredEuclidean => differences().map(|t| t * t).sum(),
            Metric::Manhattan => differences().map(f64::abs).sum(),
            Metric::Chebyshev => differences().map(f64::abs).fold(0.0, f64::max),
            Metric::Cosine => 1.0 - dot(x, y) / (dot(x, x) * dot(y, y)).sqrt(),
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_formula_and_with_itself(
            d in prop::sample::select(vec![1_usize, 7, 8, 9, 20]),
            values in prop::collection::vec(0.1_f64..10.0, 100),
        ) {
            let (xs, ys) = (&values[..2 * d], &values[40..40 + 3 * d]);
            for metric in ALL {
                let mut out = [f64::NAN; 6];
                metric.many_to_many(xs, ys, d, &mut out);
                for (at, &found) in out.iter().enumerate() {
                    let (x, y) = (&xs[at / 3 * d..][..d], &ys[at % 3 * d..][..d]);
                    prop_assert_eq!(found, metric.distance(x, y));
                    prop_assert!((found - naive(metric, x, y)).abs() <= 1e-12 * (1.0 + found), "{:?}", metric);
                }
            }
        }
    }

    #[test]
    fn cosine_survives_extreme_rows() {
        for scale in [1e-320, 1e-200, 1.0, 1e200, 1e300] {
            let (x, y) = ([3.0 * scale, 4.0 * scale], [4.0 * scale, 3.0 * scale]);
            assert!((Metric::Cosine.distance(&x, &y) - 0.04).abs() < 1e-3, "{scale}");
        }
        assert_eq!(Metric::Cosine.distance(&[0.0, 0.0], &[1.0, 0.0]), 1.0);
        assert_eq!(Metric::Cosine.distance(&[1.0], &[-1.0]), 2.0);
    }

    #[test]
    fn no_features_no_distance() {
        for metric in ALL {
            let mut out = [f64::NAN; 2];
            metric.one_to_many(&[], &[], &mut out);
            assert_eq!(out, [metric.distance(&[], &[]); 2]);
        }
    }

    #[test]
    fn names_are_kebab_case() {
        assert_eq!(serde_json::to_string(&Metric::SquaredEuclidean).unwrap(), "\"squared-euclidean\"");
        assert_eq!(serde_json::from_str::<Metric>("\"cosine\"").unwrap(), Metric::Cosine);
    }
}
