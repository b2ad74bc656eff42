use segctl_numeric::InputError;
use serde::{Deserialize, Serialize};

use crate::ReductionError;

/// How many principal components to keep.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Components {
    /// All `min(n, d)`.
    #[default]
    All,
    /// This many, in `1..=min(n, d)`.
    Count(usize),
    /// The fewest whose cumulative ratio of explained variance exceeds this fraction, strictly
    /// between 0 and 1.
    Fraction(f64),
}

impl Components {
    /// The most that can be kept of n x d data.
    pub(crate) fn limit(self, n_samples: usize, n_features: usize) -> Result<usize, ReductionError> {
        let limit = n_samples.min(n_features);
        match self {
            Self::Count(count) if !(1..=limit).contains(&count) => {
                Err(ReductionError::ComponentCount { count, limit, n_samples, n_features })
            }
            Self::Count(count) => Ok(count),
            Self::All | Self::Fraction(_) => Ok(limit),
        }
    }

    /// How many to keep, given the ratio each explains, largest first.
    pub(crate) fn count(self, ratio: &[f64], at_most: usize) -> usize {
        match self {
            Self::Fraction(fraction) => fewest_beyond(ratio, fraction).min(at_most),
            Self::All | Self::Count(_) => at_most,
        }
    }
}

/// The length of the shortest head of `ratio` whose sum exceeds `fraction`; all, when rounding
/// keeps the sum below it; one, when there is no variance at all.
fn fewest_beyond(ratio: &[f64], fraction: f64) -> usize {
    if ratio[0] == 0.0 {
        return 1;
    }
    let mut sum = 0.0;
    let below = ratio.iter().take_while(|&&share| {
        sum += share;
        sum <= fraction
    });
    (below.count() + 1).min(ratio.len())
}

/// Parameters of a principal component analysis.
///
/// ```
/// use segctl_reduction::{Components, PcaParams};
/// assert!(PcaParams::new(Components::Fraction(0.95)).validate().is_ok());
/// assert!(PcaParams::new(Components::Fraction(95.0)).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PcaParams {
    /// How many components to keep.
    pub components: Components,
}

impl PcaParams {
    /// Keeps `components`.
    pub fn new(components: Components) -> Self {
        Self { components }
    }

    /// Checks what can be checked without data; [`crate::fit`] calls it first.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a fraction outside (0, 1) or a count of 0.
    pub fn validate(&self) -> Result<(), ReductionError> {
        let bad = |name, value, expected| Err(InputError::OutOfRange { name, value, expected }.into());
        match self.components {
            Components::Fraction(f) if !(f > 0.0 && f < 1.0) => bad("components fraction", f, "in (0, 1)"),
            Components::Count(0) => bad("n_components", 0.0, ">= 1"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_must_be_exceeded() {
        let ratio = [0.5, 0.25, 0.25];
        let count = |f| Components::Fraction(f).count(&ratio, 3);
        assert_eq!([count(0.4), count(0.5), count(0.6), count(0.75), count(0.99)], [1, 2, 2, 3, 3]);
    }

    #[test]
    fn no_variance_keeps_one_component() {
        assert_eq!(Components::Fraction(0.9).count(&[0.0, 0.0], 2), 1);
    }

    #[test]
    fn impossible_requests_name_both_numbers() {
        let error = Components::Count(4).limit(10, 3).unwrap_err();
        assert_eq!(
            error.to_string(),
            "n_components=4 should be in 1..=3, the smaller of n_samples=10 and n_features=3"
        );
        let error = PcaParams::new(Components::Fraction(f64::NAN)).validate().unwrap_err();
        assert_eq!(error.to_string(), "components fraction=NaN should be in (0, 1)");
    }
}
