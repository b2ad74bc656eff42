use segctl_numeric::InputError;
use segctl_numeric::seed::Seed;

use crate::MetricsError;

/// How a prediction strength is computed.
///
/// ```
/// use segctl_metrics::PredictionParams;
/// use segctl_numeric::seed::Seed;
/// let params = PredictionParams::new(Seed(0)).with_divisions(20).with_cutoff(0.9);
/// assert!(params.validate().is_ok());
/// assert!(params.with_cutoff(1.5).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PredictionParams {
    /// The root of the random numbers, those of the clusterer included.
    pub seed: Seed,
    /// Divisions of the rows into halves, at least 1.
    pub n_divisions: usize,
    /// The strength that the number of clusters must reach, in [0, 1].
    pub cutoff: f64,
}

impl PredictionParams {
    /// 50 divisions and a cutoff of 0.8, the defaults of `fpc`; the paper advises 0.8 to 0.9.
    pub fn new(seed: Seed) -> Self {
        Self { seed, n_divisions: 50, cutoff: 0.8 }
    }

    /// Sets the number of divisions into halves.
    pub fn with_divisions(self, n_divisions: usize) -> Self {
        Self { n_divisions, ..self }
    }

    /// Sets the strength that the number of clusters must reach.
    pub fn with_cutoff(self, cutoff: f64) -> Self {
        Self { cutoff, ..self }
    }

    /// Checks the ranges; [`crate::prediction_strength()`] calls it first.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for no division or a cutoff outside [0, 1].
    pub fn validate(&self) -> Result<(), MetricsError> {
        if self.n_divisions == 0 {
            return Err(InputError::OutOfRange { name: "n_divisions", value: 0.0, expected: ">= 1" }.into());
        }
        if !(0.0..=1.0).contains(&self.cutoff) {
            return Err(InputError::OutOfRange { name: "cutoff", value: self.cutoff, expected: "in [0, 1]" }.into());
        }
        Ok(())
    }
}
