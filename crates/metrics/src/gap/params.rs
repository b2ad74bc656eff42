use segctl_numeric::InputError;
use segctl_numeric::seed::Seed;

use super::GapRule;
use crate::{MetricsError, ReferenceSpace};

/// How a gap statistic is computed.
///
/// ```
/// use segctl_metrics::{GapParams, GapRule};
/// use segctl_numeric::seed::Seed;
/// let params = GapParams::new(Seed(0)).with_rule(GapRule::FirstSeMax);
/// assert!(params.validate().is_ok());
/// assert!(params.with_references(1).validate().is_err(), "one set has no standard deviation");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct GapParams {
    /// The root of the random numbers, those of the clusterer included.
    pub seed: Seed,
    /// Reference sets B, at least 2.
    pub n_references: usize,
    /// The box that they are drawn from.
    pub space: ReferenceSpace,
    /// How the number of clusters follows from the gaps.
    pub rule: GapRule,
    /// Standard errors that a rule allows, at least 0; 1 in the paper.
    pub se_factor: f64,
}

impl GapParams {
    /// 100 reference sets from the box along the principal axes, and the rule of the paper.
    pub fn new(seed: Seed) -> Self {
        Self { seed, n_references: 100, space: ReferenceSpace::default(), rule: GapRule::default(), se_factor: 1.0 }
    }

    /// Sets the number of reference sets.
    pub fn with_references(self, n_references: usize) -> Self {
        Self { n_references, ..self }
    }

    /// Sets the box that reference sets are drawn from.
    pub fn with_space(self, space: ReferenceSpace) -> Self {
        Self { space, ..self }
    }

    /// Sets the rule.
    pub fn with_rule(self, rule: GapRule) -> Self {
        Self { rule, ..self }
    }

    /// Sets the standard errors that a rule allows (`SE.factor` of R's `cluster::maxSE`).
    pub fn with_se_factor(self, se_factor: f64) -> Self {
        Self { se_factor, ..self }
    }

    /// Checks the ranges; [`crate::gap_statistic`] calls it first.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for fewer than 2 reference sets or a negative or infinite factor.
    pub fn validate(&self) -> Result<(), MetricsError> {
        if self.n_references < 2 {
            let (name, value) = ("n_references", self.n_references as f64);
            return Err(InputError::OutOfRange { name, value, expected: ">= 2" }.into());
        }
        if !(self.se_factor >= 0.0 && self.se_factor.is_finite()) {
            let (name, value) = ("se_factor", self.se_factor);
            return Err(InputError::OutOfRange { name, value, expected: ">= 0 and finite" }.into());
        }
        Ok(())
    }
}
