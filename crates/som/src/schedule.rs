//! How the radius and the rate fall while a map learns.

use serde::{Deserialize, Serialize};

use crate::SomError;
use crate::check::positive;

/// How a value falls from its start `p` over steps `t = 0, 1, ... T - 1`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Decay {
    /// `p`
    Constant,
    /// `p / (1 + 2 t / T)`, towards a third of it: MiniSom's `asymptotic_decay`.
    Asymptotic,
    /// `p + (end - p) t / T`: MiniSom's `linear_decay_to_zero` with 0, and `linear_decay_to_one` with 1.
    Linear {
        /// What would be reached one step after the last, >= 0.
        end: f64,
    },
    /// `p / (1 + (p / end - 1) t / T)`: MiniSom's `inverse_decay_to_one` with 1.
    Inverse {
        /// What would be reached one step after the last, > 0.
        end: f64,
    },
    /// `p / (1 + 100 t / T)`: MiniSom's `inverse_decay_to_zero`.
    InverseToZero,
    /// `p (end / p)^(t / (T - 1))`
    Exponential {
        /// What is reached at the last step, > 0.
        end: f64,
    },
}

/// A value that falls while a map learns.
///
/// ```
/// use segctl_som::schedule::{Decay, Schedule};
/// let radius = Schedule::new(8.0, Decay::Exponential { end: 0.5 });
/// assert_eq!([0, 2, 4].map(|step| radius.at(step, 5)), [8.0, 2.0, 0.5]);
/// assert_eq!(Schedule::new(3.0, Decay::Asymptotic).at(5, 10), 1.5);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// The value at the first step, > 0.
    pub start: f64,
    /// How it goes on.
    pub decay: Decay,
}

impl Schedule {
    /// `start` first, then as `decay` says.
    pub fn new(start: f64, decay: Decay) -> Self {
        Self { start, decay }
    }

    /// The same value at every step.
    ///
    /// ```
    /// use segctl_som::schedule::Schedule;
    /// assert_eq!(Schedule::constant(2.0).at(7, 10), 2.0);
    /// ```
    pub fn constant(value: f64) -> Self {
        Self::new(value, Decay::Constant)
    }

    /// The value at step `step` (from 0) of `n_steps`.
    pub fn at(&self, step: usize, n_steps: usize) -> f64 {
        let (p, t, n) = (self.start, step as f64, n_steps as f64);
        match self.decay {
            Decay::Constant => p,
            Decay::Asymptotic => p / (1.0 + t / (n / 2.0)),
            Decay::Linear { end } => p + t * (end - p) / n,
            Decay::Inverse { end } => p / (1.0 + t * ((p / end - 1.0) / n)),
            Decay::InverseToZero => p / (1.0 + 100.0 * t / n),
            Decay::Exponential { end } => p * libm::pow(end / p, t / (n - 1.0).max(1.0)),
        }
    }

    /// No step has a larger value.
    pub(crate) fn largest(&self) -> f64 {
        match self.decay {
            Decay::Constant | Decay::Asymptotic | Decay::InverseToZero => self.start,
            Decay::Linear { end } | Decay::Inverse { end } | Decay::Exponential { end } => self.start.max(end),
        }
    }

    pub(crate) fn validate(&self, name: &'static str) -> Result<(), SomError> {
        positive(name, self.start)?;
        match self.decay {
            Decay::Constant | Decay::Asymptotic | Decay::InverseToZero => Ok(()),
            // The end itself is not reached: 0 is fine.
            Decay::Linear { end: 0.0 } => Ok(()),
            Decay::Linear { end } | Decay::Inverse { end } | Decay::Exponential { end } => {
                positive("end of a decay", end)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decay_starts_at_its_start_and_falls() {
        let decays = [
            Decay::Asymptotic,
            Decay::Linear { end: 0.0 },
            Decay::Linear { end: 1.0 },
            Decay::Inverse { end: 1.0 },
            Decay::InverseToZero,
            Decay::Exponential { end: 1.0 },
        ];
        for decay in decays {
            let schedule = Schedule::new(6.0, decay);
            let values: Vec<f64> = (0..9).map(|step| schedule.at(step, 9)).collect();
            assert_eq!(values[0], 6.0);
            assert!(values.windows(2).all(|pair| pair[1] < pair[0] && pair[1] > 0.0), "{decay:?}: {values:?}");
            assert_eq!(schedule.at(0, 1), 6.0, "{decay:?} of a single step");
        }
    }

    #[test]
    fn ends_are_met_where_the_formulas_meet_them() {
        assert_eq!(Schedule::new(6.0, Decay::Linear { end: 1.0 }).at(10, 10), 1.0);
        assert_eq!(Schedule::new(6.0, Decay::Inverse { end: 1.0 }).at(10, 10), 1.0);
        assert_eq!(Schedule::new(6.0, Decay::Asymptotic).at(10, 10), 2.0);
        assert_eq!(Schedule::new(6.0, Decay::Exponential { end: 1.5 }).at(9, 10), 1.5);
    }
}
