use serde::{Deserialize, Serialize};

use crate::PrepareError;

/// How columns become features: the `[prepare]` section of the configuration.
///
/// The default suits skewed amounts with a few holes: fill with the median, flag outliers without
/// touching a customer, take logarithms where that tames a long tail, standardise.
///
/// ```
/// use segctl_preprocessing::{Preparation, Scale};
/// let preparation: Preparation = toml::from_str("scale = \"robust\"\nmissing = \"mean\"")?;
/// assert_eq!(preparation.scale, Scale::Robust);
/// preparation.validate().unwrap();
/// assert!(toml::from_str::<Preparation>("scael = 1").is_err(), "a misspelt key is an error");
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Preparation {
    /// What becomes of missing cells.
    pub missing: Missing,
    /// What missing numbers become when `missing = "constant"`.
    pub constant: f64,
    /// Whether a 0/1 feature tells, for every column with missing cells, where they were.
    pub indicator: bool,
    /// Columns with a larger share of missing cells than this are dropped; in `[0, 1]`.
    pub max_missing_share: f64,
    /// Columns in which one value has at least this share are dropped; in `(0.5, 1]`, infinite for never.
    pub near_constant_share: f64,
    /// Of two columns whose |Pearson r| is at least this, the later is dropped; in `(0, 1]`, infinite for
    /// never.
    pub max_correlation: f64,
    /// How outliers are found.
    pub outliers: Outliers,
    /// The reach of the fence: IQRs beyond the quartiles (1.5), standard deviations (3) or modified
    /// z-score (3.5) unless given.
    pub outlier_factor: Option<f64>,
    /// What becomes of outliers.
    pub outlier_action: OutlierAction,
    /// How skewed columns are straightened.
    pub skew: Skew,
    /// How features are made comparable.
    pub scale: Scale,
    /// A one-hot column keeps at most this many categories, the rarest merged into `(other)`; >= 2.
    pub max_categories: usize,
    /// What becomes of categories that were not there when the steps were fitted.
    pub unseen: Unseen,
}

impl Default for Preparation {
    fn default() -> Self {
        Self {
            missing: Missing::default(),
            constant: 0.0,
            indicator: false,
            max_missing_share: 0.5,
            near_constant_share: 0.999,
            max_correlation: 1.0 - 1e-9,
            outliers: Outliers::default(),
            outlier_factor: None,
            outlier_action: OutlierAction::default(),
            skew: Skew::default(),
            scale: Scale::default(),
            max_categories: 20,
            unseen: Unseen::default(),
        }
    }
}

impl Preparation {
    /// No preparation: numbers as they are, every column kept, a missing cell refused.
    ///
    /// ```
    /// use segctl_preprocessing::{Missing, Preparation};
    /// assert_eq!(Preparation::as_is().missing, Missing::Error);
    /// assert!(Preparation::as_is().validate().is_ok());
    /// ```
    pub fn as_is() -> Self {
        Self {
            missing: Missing::Error,
            near_constant_share: f64::INFINITY,
            max_correlation: f64::INFINITY,
            outliers: Outliers::None,
            skew: Skew::None,
            scale: Scale::None,
            ..Self::default()
        }
    }

    /// Checks every number against its range.
    ///
    /// # Errors
    /// [`PrepareError::Parameter`] with the first parameter outside its range.
    pub fn validate(&self) -> Result<(), PrepareError> {
        let factor = self.outlier_factor.unwrap_or(1.0);
        let checks = [
            ("constant", self.constant, self.constant.is_finite(), "a finite number"),
            ("max-missing-share", self.max_missing_share, (0.0..=1.0).contains(&self.max_missing_share), "in [0, 1]"),
            (
                "near-constant-share",
                self.near_constant_share,
                in_half_open(self.near_constant_share, 0.5),
                "in (0.5, 1], or infinite",
            ),
            (
                "max-correlation",
                self.max_correlation,
                in_half_open(self.max_correlation, 0.0),
                "in (0, 1], or infinite",
            ),
            ("outlier-factor", factor, factor.is_finite() && factor > 0.0, "> 0"),
            ("max-categories", self.max_categories as f64, self.max_categories >= 2, ">= 2"),
        ];
        match checks.into_iter().find(|&(_, _, valid, _)| !valid) {
            None => Ok(()),
            Some((name, value, _, expected)) => Err(PrepareError::Parameter { name, value, expected }),
        }
    }
}

/// In `(low, 1]`, or out of reach.
fn in_half_open(value: f64, low: f64) -> bool {
    value > low && (value <= 1.0 || value == f64::INFINITY)
}

/// What becomes of missing cells.
///
/// Categories cannot be averaged: under `mean`, `median` and `constant` their missing cells become a
/// category of their own, `(missing)`.
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
    /// [`Preparation::constant`].
    Constant,
    /// They are refused.
    Error,
}

/// How outliers are found, column by column.
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
    /// Outliers are not looked for.
    None,
}

/// What becomes of outliers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutlierAction {
    /// Counted, row by row; nothing changes.
    #[default]
    Flag,
    /// Moved to the fence.
    Clip,
    /// Rows with an outlier are left out.
    Drop,
}

/// How skewed columns are straightened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Skew {
    /// Columns with a long tail only, and only where it at least halves the skewness: `log1p` where no value is negative and the
    /// skewness exceeds 1, Yeo-Johnson where values are negative and |skewness| exceeds 1.
    #[default]
    Auto,
    /// No column.
    None,
    /// `ln(1 + x)` for every column of numbers without negative values.
    #[serde(rename = "log1p")]
    Log1p,
    /// The power transform of Yeo and Johnson (2000) for every column of numbers.
    YeoJohnson,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked() {
        let check = |edit: fn(&mut Preparation), message: &str| {
            let mut preparation = Preparation::default();
            edit(&mut preparation);
            assert_eq!(preparation.validate().unwrap_err().to_string(), message);
        };
        check(|p| p.constant = f64::NAN, "constant=NaN should be a finite number");
        check(|p| p.max_missing_share = 1.5, "max-missing-share=1.5 should be in [0, 1]");
        check(|p| p.near_constant_share = 0.5, "near-constant-share=0.5 should be in (0.5, 1], or infinite");
        check(|p| p.max_correlation = 0.0, "max-correlation=0 should be in (0, 1], or infinite");
        check(|p| p.outlier_factor = Some(-1.0), "outlier-factor=-1 should be > 0");
        check(|p| p.max_categories = 1, "max-categories=1 should be >= 2");
        assert!(Preparation::default().validate().is_ok());
    }
}
