use serde::{Deserialize, Serialize};

use super::{Gower, Metric};

/// How far apart two rows are: a [`Metric`] of numbers, or [`Gower`]'s distance of numbers and categories.
///
/// ```
/// use segctl_numeric::distance::{Dissimilarity, Gower, Metric};
/// let plain = Dissimilarity::from(Metric::Manhattan);
/// let mixed = Dissimilarity::from(Gower::new(vec![false, true], vec![10.0, 0.0])?);
/// assert_eq!(plain.distance(&[0.0, 1.0], &[5.0, 3.0]), 7.0);
/// assert_eq!(mixed.distance(&[0.0, 1.0], &[5.0, 3.0]), 0.75);
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Dissimilarity {
    /// Every column is a number.
    Metric(Metric),
    /// Some columns are categories.
    Gower(Gower),
}

impl Dissimilarity {
    /// Its name: that of the metric, or `gower`.
    ///
    /// ```
    /// use segctl_numeric::distance::{Dissimilarity, Metric};
    /// assert_eq!(Dissimilarity::from(Metric::Cosine).name(), "cosine");
    /// ```
    pub fn name(&self) -> &'static str {
        match self {
            Self::Metric(metric) => metric.name(),
            Self::Gower(_) => "gower",
        }
    }

    /// The number of columns that rows must have, where that is known.
    ///
    /// ```
    /// use segctl_numeric::distance::{Dissimilarity, Gower, Metric};
    /// assert_eq!(Dissimilarity::from(Metric::Cosine).n_features(), None);
    /// assert_eq!(Dissimilarity::from(Gower::new(vec![true], vec![0.0])?).n_features(), Some(1));
    /// # Ok::<(), segctl_numeric::InputError>(())
    /// ```
    pub fn n_features(&self) -> Option<usize> {
        match self {
            Self::Metric(_) => None,
            Self::Gower(gower) => Some(gower.n_features()),
        }
    }

    /// The distance of two rows of equal length.
    ///
    /// # Panics
    /// When the rows differ in length, or have another than they must have.
    pub fn distance(&self, x: &[f64], y: &[f64]) -> f64 {
        match self {
            Self::Metric(metric) => metric.distance(x, y),
            Self::Gower(gower) => gower.distance(x, y),
        }
    }

    /// The distances of `x` to each row of `ys` (row-major), one per element of `out`; the bits of
    /// [`distance`](Self::distance).
    ///
    /// ```
    /// use segctl_numeric::distance::{Dissimilarity, Metric};
    /// let mut out = [0.0; 2];
    /// Dissimilarity::from(Metric::Manhattan).one_to_many(&[0.0, 0.0], &[3.0, 4.0, 1.0, 0.0], &mut out);
    /// assert_eq!(out, [7.0, 1.0]);
    /// ```
    ///
    /// # Panics
    /// When the lengths do not fit each other.
    pub fn one_to_many(&self, x: &[f64], ys: &[f64], out: &mut [f64]) {
        match self {
            Self::Metric(metric) => metric.one_to_many(x, ys, out),
            Self::Gower(gower) => gower.one_to_many(x, ys, out),
        }
    }

    /// The distances of all pairs of rows, `out` being row-major with a row per row of `xs` and a column per
    /// row of `ys`; both have `n_features` columns. The bits of [`distance`](Self::distance).
    ///
    /// ```
    /// use segctl_numeric::distance::{Dissimilarity, Metric};
    /// let mut out = [0.0; 2];
    /// Dissimilarity::from(Metric::Euclidean).many_to_many(&[0.0, 3.0], &[1.0], 1, &mut out);
    /// assert_eq!(out, [1.0, 2.0]);
    /// ```
    ///
    /// # Panics
    /// When the lengths do not fit each other.
    pub fn many_to_many(&self, xs: &[f64], ys: &[f64], n_features: usize, out: &mut [f64]) {
        match self {
            Self::Metric(metric) => metric.many_to_many(xs, ys, n_features, out),
            Self::Gower(gower) => {
                assert_eq!(n_features, gower.n_features(), "rows of d values");
                gower.many_to_many(xs, ys, out);
            }
        }
    }
}

impl Default for Dissimilarity {
    fn default() -> Self {
        Self::Metric(Metric::default())
    }
}

impl From<Metric> for Dissimilarity {
    fn from(metric: Metric) -> Self {
        Self::Metric(metric)
    }
}

impl From<Gower> for Dissimilarity {
    fn from(gower: Gower) -> Self {
        Self::Gower(gower)
    }
}
