use segctl_numeric::InputError;
use segctl_numeric::seed::Seed;
use serde::{Deserialize, Serialize};

use crate::MetricsError;

/// How a resample differs from the table.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Resampling {
    /// n rows drawn with replacement, each kept once, as copies would make clusters of their own: on
    /// average 63 % of the rows (`boot` of `clusterboot`, whose default also keeps each row once).
    #[default]
    Bootstrap,
    /// floor(share n) rows, each at most once (`subset`; 0.5 there).
    Subset {
        /// The share of rows drawn, in (0, 1).
        share: f64,
    },
    /// Each row is replaced by noise with probability `share`: uniform along the principal axes, up to
    /// `factor` standard deviations to both sides of the mean (`noise`; 0.05 and 4 there). Rows
    /// replaced are clustered with the others, but not compared.
    Noise {
        /// The probability that a row is replaced, in (0, 1).
        share: f64,
        /// Standard deviations to both sides, above 0.
        factor: f64,
    },
    /// Every row is moved by normal noise along each principal axis, whose standard deviation is this
    /// quantile of the distances above 0 between neighbouring coordinates on that axis (`jitter`;
    /// 0.05 there).
    Jitter {
        /// In [0, 1].
        quantile: f64,
    },
}

/// When a cluster counts as found again in a resample, and when as gone.
///
/// ```
/// use segctl_metrics::Thresholds;
/// let thresholds = Thresholds::default();
/// assert_eq!((thresholds.dissolved, thresholds.recovered), (0.5, 0.75));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Thresholds {
    /// Dissolved at a Jaccard similarity of at most this, in [0, 1].
    pub dissolved: f64,
    /// Recovered above this, in [0, 1].
    pub recovered: f64,
}

impl Default for Thresholds {
    /// Hennig's: 0.5, as every other cluster of a partition can be matched at that; and 0.75.
    fn default() -> Self {
        Self { dissolved: 0.5, recovered: 0.75 }
    }
}

impl Thresholds {
    /// Sets both.
    ///
    /// ```
    /// use segctl_metrics::Thresholds;
    /// assert!(Thresholds::new(0.4, 0.9).validate().is_ok());
    /// assert!(Thresholds::new(0.9, 0.4).validate().is_err());
    /// ```
    pub fn new(dissolved: f64, recovered: f64) -> Self {
        Self { dissolved, recovered }
    }

    /// Checks the ranges and the order.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] outside [0, 1]; [`MetricsError::Order`] where `recovered < dissolved`.
    pub fn validate(&self) -> Result<(), MetricsError> {
        check("dissolved", self.dissolved, (0.0..=1.0).contains(&self.dissolved), "in [0, 1]")?;
        check("recovered", self.recovered, (0.0..=1.0).contains(&self.recovered), "in [0, 1]")?;
        if self.recovered >= self.dissolved {
            return Ok(());
        }
        let (value, limit) = (self.recovered, self.dissolved);
        Err(MetricsError::Order { name: "recovered", value, relation: ">=", other: "dissolved", limit })
    }
}

/// How stability is measured.
///
/// ```
/// use segctl_metrics::{Resampling, StabilityParams};
/// use segctl_numeric::seed::Seed;
/// let params = StabilityParams::new(Seed(0)).with_resampling(Resampling::Subset { share: 0.5 });
/// assert!(params.validate().is_ok());
/// assert!(params.with_resamples(0).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct StabilityParams {
    /// The root of the random numbers, those of the clusterer included.
    pub seed: Seed,
    /// How a resample is made.
    pub resampling: Resampling,
    /// How many, in 1..=65,535.
    pub n_resamples: usize,
    /// What counts as dissolved and recovered.
    pub thresholds: Thresholds,
}

impl StabilityParams {
    /// 100 bootstraps and Hennig's thresholds.
    pub fn new(seed: Seed) -> Self {
        let (resampling, thresholds) = (Resampling::Bootstrap, Thresholds::default());
        Self { seed, resampling, n_resamples: 100, thresholds }
    }

    /// Sets how a resample is made.
    pub fn with_resampling(self, resampling: Resampling) -> Self {
        Self { resampling, ..self }
    }

    /// Sets how many resamples are made. The standard error of a mean similarity falls with the square
    /// root of their number.
    pub fn with_resamples(self, n_resamples: usize) -> Self {
        Self { n_resamples, ..self }
    }

    /// Sets what counts as dissolved and recovered.
    pub fn with_thresholds(self, thresholds: Thresholds) -> Self {
        Self { thresholds, ..self }
    }

    /// Checks the ranges; [`crate::stability()`] calls it first.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] with the first parameter outside its range, or as [`Thresholds::validate`].
    pub fn validate(&self) -> Result<(), MetricsError> {
        let n_fits = (1..=usize::from(u16::MAX)).contains(&self.n_resamples);
        check("n_resamples", self.n_resamples as f64, n_fits, "in 1..=65535")?;
        self.thresholds.validate()?;
        let open = |share: f64| share > 0.0 && share < 1.0;
        match self.resampling {
            Resampling::Bootstrap => Ok(()),
            Resampling::Subset { share } => check("share", share, open(share), "in (0, 1)"),
            Resampling::Noise { share, factor } => {
                check("share", share, open(share), "in (0, 1)")?;
                check("factor", factor, factor > 0.0 && factor <= 1e6, "in (0, 1e6]")
            }
            Resampling::Jitter { quantile } => {
                check("quantile", quantile, (0.0..=1.0).contains(&quantile), "in [0, 1]")
            }
        }
    }
}

fn check(name: &'static str, value: f64, fits: bool, expected: &'static str) -> Result<(), MetricsError> {
    if fits { Ok(()) } else { Err(InputError::OutOfRange { name, value, expected }.into()) }
}
