use segctl_numeric::InputError;
use serde::{Deserialize, Serialize};

use crate::MetricsError;

/// How a curve bends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Curve {
    /// Its slope falls.
    Concave,
    /// Its slope rises: inertia over k falls ever more slowly.
    Convex,
}

/// Which way a curve goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Up.
    Increasing,
    /// Down.
    Decreasing,
}

/// What a knee is looked for in.
///
/// ```
/// use segctl_metrics::{Curve, Direction, KneeParams};
/// let gain = KneeParams::new().with_shape(Curve::Concave, Direction::Increasing);
/// assert!(gain.with_sensitivity(2.0).validate().is_ok());
/// assert!(gain.with_sensitivity(f64::NAN).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct KneeParams {
    /// How the curve bends.
    pub curve: Curve,
    /// Which way it goes.
    pub direction: Direction,
    /// S of the paper, at least 0: how many mean steps of x, in the unit square, the curve must fall
    /// behind after a candidate before this counts. 0 finds a knee soonest.
    pub sensitivity: f64,
}

impl Default for KneeParams {
    fn default() -> Self {
        Self::new()
    }
}

impl KneeParams {
    /// A convex falling curve, such as inertia over k, and the paper's sensitivity of 1.
    pub fn new() -> Self {
        Self { curve: Curve::Convex, direction: Direction::Decreasing, sensitivity: 1.0 }
    }

    /// Sets how the curve bends and where it goes.
    pub fn with_shape(self, curve: Curve, direction: Direction) -> Self {
        Self { curve, direction, ..self }
    }

    /// Sets S.
    pub fn with_sensitivity(self, sensitivity: f64) -> Self {
        Self { sensitivity, ..self }
    }

    /// Checks the range; [`crate::knee()`] calls it first.
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for a sensitivity that is negative or not finite.
    pub fn validate(&self) -> Result<(), MetricsError> {
        if self.sensitivity >= 0.0 && self.sensitivity.is_finite() {
            return Ok(());
        }
        let (name, value) = ("sensitivity", self.sensitivity);
        Err(InputError::OutOfRange { name, value, expected: ">= 0 and finite" }.into())
    }
}
