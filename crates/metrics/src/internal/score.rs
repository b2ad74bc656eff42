use serde::{Deserialize, Serialize};

/// A score of a labeling, and how many rows it is about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Score {
    /// The score. Never NaN; infinite where the function says so.
    pub value: f64,
    /// Rows that are no noise.
    pub n_used: usize,
    /// Rows left out as noise.
    pub n_noise: usize,
}
