use serde::{Deserialize, Serialize};

use crate::recipe::Algorithm;

/// Why this algorithm and this number of segments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The algorithm that was taken.
    pub algorithm: Algorithm,
    /// One per algorithm and k tried, algorithm by algorithm, ascending in k.
    pub candidates: Vec<Candidate>,
    /// The k that was taken.
    pub chosen_k: usize,
    /// Whether the user fixed k.
    pub k_was_given: bool,
    /// Rows the silhouette of each candidate rests on.
    pub silhouette_rows: u64,
    /// Whether that is all rows.
    pub silhouette_is_exact: bool,
    /// The reasoning, one sentence per entry.
    pub explanation: Vec<String>,
}

impl Evidence {
    /// The candidate that was taken.
    pub fn chosen(&self) -> Option<&Candidate> {
        self.candidates.iter().find(|c| c.algorithm == self.algorithm && c.k == self.chosen_k)
    }

    /// The algorithms that were tried, in order.
    pub fn algorithms(&self) -> Vec<Algorithm> {
        let mut algorithms: Vec<Algorithm> = self.candidates.iter().map(|c| c.algorithm).collect();
        algorithms.dedup();
        algorithms
    }
}

impl Candidate {
    /// What candidates are compared by: the mean silhouette over all rows, that of noise being 0.
    ///
    /// Leaving noise out would favour whoever leaves out the most.
    pub fn score(&self) -> f64 {
        self.silhouette * (1.0 - self.noise_share)
    }
}

/// One algorithm with one number of segments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Number of segments.
    pub k: usize,
    /// Sum of squared distances to the centres, in prepared units.
    pub inertia: f64,
    /// Mean silhouette, exact or estimated.
    pub silhouette: f64,
    /// The 95 % confidence interval of the mean silhouette when it is estimated.
    pub silhouette_interval: Option<(f64, f64)>,
    /// Rows in the smallest segment.
    pub smallest: u64,
    /// Rows in no segment.
    pub n_noise: u64,
    /// Their share of all rows.
    pub noise_share: f64,
    /// The Bayesian information criterion, where there is a likelihood: the lower, the better.
    pub bic: Option<f64>,
    /// Iterations of the best start, where there are iterations.
    pub n_iter: Option<u64>,
    /// Whether that start converged.
    pub converged: bool,
}
