//! What can be chosen for each part of the preparation.

use serde::{Deserialize, Serialize};

/// What becomes of missing cells.
///
/// Categories cannot be averaged: unless rows are dropped or the most frequent value is taken, their
/// missing cells become a category of their own, `(missing)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// Rows with a missing cell are left out.
    Drop,
    /// The column's mean.
    Mean,
    /// The column's median.
    #[default]
    Median,
    /// The column's most frequent value, the least one of several.
    MostFrequent,
    /// [`Preparation::constant`](crate::Preparation::constant).
    Constant,
    /// The mean of the [`neighbours`](crate::Preparation::neighbours) nearest rows that have the number:
    /// see [`KnnImputer`](crate::steps::KnnImputer).
    Knn,
    /// Regression on the other numbers, in rounds: see [`IterativeImputer`](crate::steps::IterativeImputer).
    Iterative,
    /// They are refused.
    Error,
}

/// How outliers are found: column by column, or, by `mahalanobis` and `isolation-forest`, as whole rows. Of a
/// row no one value is to blame, so that rows are flagged or left out, and never clipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outliers {
    /// Outside `[q1 - f*IQR, q3 + f*IQR]` (Tukey 1977), f = 1.5.
    #[default]
    Iqr,
    /// More than f standard deviations from the mean, f = 3.
    Z,
    /// `0.6745 * |x - median| / MAD > f` (Iglewicz and Hoaglin 1993), f = 3.5.
    Mad,
    /// Rows whose squared distance from the mean, in the metric of the covariance, exceeds the f quantile
    /// of the chi-squared distribution, f = 0.975: see [`Mahalanobis`](crate::steps::Mahalanobis).
    Mahalanobis,
    /// Rows whose isolation score exceeds f, f = 0.5 (Liu, Ting and Zhou 2008): see
    /// [`IsolationForest`](crate::steps::IsolationForest).
    IsolationForest,
    /// Outliers are not looked for.
    None,
}

impl Outliers {
    /// Whether outliers are whole rows, not single values.
    ///
    /// ```
    /// use segctl_preprocessing::Outliers;
    /// assert!(Outliers::Mahalanobis.is_of_rows() && !Outliers::Iqr.is_of_rows());
    /// ```
    pub fn is_of_rows(self) -> bool {
        matches!(self, Self::Mahalanobis | Self::IsolationForest)
    }

    /// The word in the configuration.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Iqr => "iqr",
            Self::Z => "z",
            Self::Mad => "mad",
            Self::Mahalanobis => "mahalanobis",
            Self::IsolationForest => "isolation-forest",
            Self::None => "none",
        }
    }
}

/// What becomes of outliers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutlierAction {
    /// Counted, row by row; nothing changes.
    #[default]
    Flag,
    /// Moved to the fence; refused where outliers are whole rows.
    Clip,
    /// Rows with an outlier are left out.
    Drop,
}

/// How skewed columns are straightened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skew {
    /// Columns with a long tail only, and only where it at least halves the skewness: `log1p` where no value is
    /// negative and the skewness exceeds 1, Yeo-Johnson where values are negative and |skewness| exceeds 1. An
    /// event says for every column of numbers what was chosen and why.
    #[default]
    Auto,
    /// No column.
    None,
    /// `ln(1 + x)` for every column of numbers without negative values.
    #[serde(rename = "log1p")]
    Log1p,
    /// The power transform of Yeo and Johnson (2000) for every column of numbers.
    YeoJohnson,
    /// The power transform of Box and Cox (1964) for every column of numbers that are all above 0; the others
    /// are left as they are.
    BoxCox,
}

/// How features are made comparable. A constant feature is centred and left unscaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// `(x - mean) / sd`, the population standard deviation (ddof = 0).
    #[default]
    Standard,
    /// `(x - median) / (q3 - q1)`; by the standard deviation where the quartiles coincide.
    Robust,
    /// `(x - min) / (max - min)`.
    MinMax,
    /// `x / max |x|`.
    MaxAbs,
    /// The share of values below, by 1,000 quantiles: even between 0 and 1. Columns of 0 and 1 stay so.
    QuantileUniform,
    /// The standard normal quantile of that share. Columns of 0 and 1 are standardised.
    QuantileNormal,
    /// `(rank - 1/2) / n`, equal values sharing the mean of their ranks. Columns of 0 and 1 stay so.
    Rank,
    /// As it is.
    None,
}

/// What becomes of categories that were not there when the steps were fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unseen {
    /// They are differences, and the data is refused.
    #[default]
    Error,
    /// They are counted; one-hot features are all zero before scaling, ordinals are missing.
    Ignore,
}
