use serde::{Deserialize, Serialize};

/// The Hopkins statistic of a table and what it is compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hopkins {
    /// The mean over the draws, in [0, 1]: about 0.5 for uniform data in a box along the columns, near 1
    /// for tight clusters, below 0.5 for points that keep their distance.
    pub statistic: f64,
    /// The statistic of each draw.
    pub draws: Vec<f64>,
    /// The points m of each kind in a draw.
    pub n_points: usize,
    /// The power that distances are raised to: unless chosen, the number of columns that are not constant.
    pub exponent: usize,
    /// Rows used: all, or those of the sample.
    pub n_rows: usize,
    /// The probability of a value as large under Beta(m, m), which one draw has where points are thrown
    /// uniformly and independently into the box: columns are independent and without tails. Real columns
    /// are neither, so a small value says little; that a mean is less variable than one draw makes it too
    /// large rather than too small. `None` for a power other than the number of columns.
    pub beta_p_value: Option<f64>,
    /// Against uniform data in the box along the principal axes; `None` without simulations.
    pub uniform: Option<SimulatedNull>,
    /// Against normal data of the same mean and covariance; `None` without simulations. Only where this
    /// too is rejected is there more than correlation and a dense middle; skewed columns and heavy tails
    /// also reject it, and many groups that fill a region evenly do not.
    pub gaussian: Option<SimulatedNull>,
}

/// The statistic under a null hypothesis, by simulation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SimulatedNull {
    /// (1 + the simulated values that are at least the one observed) / (S + 1).
    pub p_value: f64,
    /// The mean of the simulated values.
    pub mean: f64,
    /// The S simulated values.
    pub values: Vec<f64>,
}

impl SimulatedNull {
    /// `values` must not be empty.
    pub(super) fn new(observed: f64, values: Vec<f64>) -> Self {
        let s = values.len() as f64;
        let n_as_large = values.iter().filter(|value| **value >= observed).count();
        Self { p_value: (1 + n_as_large) as f64 / (s + 1.0), mean: values.iter().sum::<f64>() / s, values }
    }
}
