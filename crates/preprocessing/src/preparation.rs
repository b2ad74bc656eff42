use serde::{Deserialize, Serialize};

use crate::{Missing, OutlierAction, Outliers, PrepareError, Scale, Skew, Unseen};

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
///
/// let thorough: Preparation = toml::from_str(
///     r#"
///     missing = "knn"
///     neighbours = 7
///     standardise-neighbours = true
///     outliers = "mahalanobis"
///     outlier-factor = 0.99
///     winsorize = [0.01, 0.99]
///     skew = "box-cox"
///     scale = "quantile-normal"
///     min-category-share = 0.01
///     "#,
/// )?;
/// assert_eq!(thorough.winsorize, Some([0.01, 0.99]));
/// thorough.validate().unwrap();
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Preparation {
    /// What becomes of missing cells.
    pub missing: Missing,
    /// What missing numbers become when `missing = "constant"`.
    pub constant: f64,
    /// How many rows are averaged when `missing = "knn"`; >= 1.
    pub neighbours: usize,
    /// Whether these rows are nearest in standard deviations of each column, rather than in the columns' own
    /// units, in which amounts in the thousands outweigh ages.
    pub standardise_neighbours: bool,
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
    /// What is still no outlier: IQRs beyond the quartiles (1.5), standard deviations (3), modified z-score
    /// (3.5), quantile of the squared Mahalanobis distance (0.975) or isolation score (0.5) unless given; the
    /// last two in (0, 1).
    pub outlier_factor: Option<f64>,
    /// What becomes of outliers.
    pub outlier_action: OutlierAction,
    /// The seed of the isolation forest.
    pub seed: u64,
    /// Two quantiles of each column of numbers; values beyond are moved to them. `[0.01, 0.99]` tames the
    /// extreme hundredth on either side; ascending, in `[0, 1]`.
    pub winsorize: Option<[f64; 2]>,
    /// How skewed columns are straightened.
    pub skew: Skew,
    /// How features are made comparable.
    pub scale: Scale,
    /// A one-hot column keeps at most this many categories, the rarest merged into `(other)`; >= 2.
    pub max_categories: usize,
    /// Categories of a one-hot column with a smaller share of the rows are merged into `(other)` too; in
    /// `[0, 1)`.
    pub min_category_share: f64,
    /// What becomes of categories that were not there when the steps were fitted.
    pub unseen: Unseen,
}

impl Default for Preparation {
    fn default() -> Self {
        Self {
            missing: Missing::default(),
            constant: 0.0,
            neighbours: 5,
            standardise_neighbours: false,
            indicator: false,
            max_missing_share: 0.5,
            near_constant_share: 0.999,
            max_correlation: 1.0 - 1e-9,
            outliers: Outliers::default(),
            outlier_factor: None,
            outlier_action: OutlierAction::default(),
            seed: 0,
            winsorize: None,
            skew: Skew::default(),
            scale: Scale::default(),
            max_categories: 20,
            min_category_share: 0.0,
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

    /// Checks every number against its range, and that choices go together.
    ///
    /// # Errors
    /// [`PrepareError::Parameter`] with the first parameter outside its range,
    /// [`PrepareError::ClipsRows`] when outliers are whole rows and should be clipped.
    pub fn validate(&self) -> Result<(), PrepareError> {
        if self.outliers.is_of_rows() && self.outlier_action == OutlierAction::Clip {
            return Err(PrepareError::ClipsRows { outliers: self.outliers.word() });
        }
        match self.ranges().into_iter().find(|&(_, _, valid, _)| !valid) {
            None => Ok(()),
            Some((name, value, _, expected)) => Err(PrepareError::Parameter { name, value, expected }),
        }
    }

    /// The key of every number, its value, whether that is within its range, and the range.
    fn ranges(&self) -> Vec<(&'static str, f64, bool, &'static str)> {
        let factor = self.outlier_factor.unwrap_or(0.5);
        let (factor_fits, factor_range) = match self.outliers.is_of_rows() {
            true => (factor > 0.0 && factor < 1.0, "in (0, 1)"),
            false => (factor > 0.0 && factor.is_finite(), "> 0"),
        };
        let [low, high] = self.winsorize.unwrap_or([0.0, 1.0]);
        vec![
            ("constant", self.constant, self.constant.is_finite(), "a finite number"),
            ("neighbours", self.neighbours as f64, self.neighbours >= 1, ">= 1"),
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
            ("outlier-factor", factor, factor_fits, factor_range),
            ("winsorize", low, (0.0..1.0).contains(&low), "in [0, 1)"),
            ("winsorize", high, high > low && high <= 1.0, "in (0, 1], above the lower quantile"),
            ("max-categories", self.max_categories as f64, self.max_categories >= 2, ">= 2"),
            ("min-category-share", self.min_category_share, (0.0..1.0).contains(&self.min_category_share), "in [0, 1)"),
        ]
    }
}

/// In `(low, 1]`, or out of reach.
fn in_half_open(value: f64, low: f64) -> bool {
    value > low && (value <= 1.0 || value == f64::INFINITY)
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
        check(|p| p.neighbours = 0, "neighbours=0 should be >= 1");
        check(|p| p.max_missing_share = 1.5, "max-missing-share=1.5 should be in [0, 1]");
        check(|p| p.near_constant_share = 0.5, "near-constant-share=0.5 should be in (0.5, 1], or infinite");
        check(|p| p.max_correlation = 0.0, "max-correlation=0 should be in (0, 1], or infinite");
        check(|p| p.outlier_factor = Some(-1.0), "outlier-factor=-1 should be > 0");
        check(
            |p| (p.outliers, p.outlier_factor) = (Outliers::Mahalanobis, Some(1.0)),
            "outlier-factor=1 should be in (0, 1)",
        );
        check(
            |p| (p.outliers, p.outlier_action) = (Outliers::IsolationForest, OutlierAction::Clip),
            "outlier-action=clip cannot go with outliers=isolation-forest, which finds rows and not values",
        );
        check(|p| p.winsorize = Some([-0.1, 0.9]), "winsorize=-0.1 should be in [0, 1)");
        let told = "winsorize=0.1 should be in (0, 1], above the lower quantile";
        check(|p| p.winsorize = Some([0.2, 0.1]), told);
        check(|p| p.max_categories = 1, "max-categories=1 should be >= 2");
        check(|p| p.min_category_share = 1.0, "min-category-share=1 should be in [0, 1)");
        assert!(Preparation::default().validate().is_ok());
    }
}
