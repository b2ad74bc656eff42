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
    /// Customers.
    pub n_customers: u64,
    /// Whether there is any structure to find.
    pub structure: Option<StructureTest>,
    /// How far customers crowd together.
    pub tendency: Option<Tendency>,
    /// Which number of segments each measure prefers.
    pub votes: Vec<Vote>,
    /// What follows from the votes.
    pub recommended: Option<Recommended>,
    /// What was sampled, and why, in sentences.
    pub notes: Vec<String>,
}

/// Whether customers are more than one crowd of any shape.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StructureTest {
    /// Whether they are.
    pub is_structured: bool,
    /// The chance to find as much separation in one crowd of the same shape.
    pub p_value: f64,
    /// What was found, in a sentence.
    pub sentence: String,
}

/// Whether customers crowd together more than scattered ones would, which skewness and far customers alone also bring
/// about: it says less than a [`StructureTest`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tendency {
    /// The Hopkins statistic with distances as they are (not raised to a power): about 0.5 for customers scattered
    /// evenly in a box, towards 1 for crowds.
    pub hopkins: f64,
    /// The chance of as large a value for customers scattered evenly in a box along the principal axes.
    pub uniform_p_value: Option<f64>,
    /// The chance of as large a value for one normal crowd with the same covariance.
    pub gaussian_p_value: Option<f64>,
    /// The customers it rests on.
    pub n_customers: u64,
}

/// The number of segments that one measure prefers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    /// The measure: `silhouette`, `gap`, ….
    pub index: String,
    /// The number; 1 where it says that there are no groups.
    pub k: usize,
    /// What it looks for.
    pub meaning: String,
}

/// What follows from the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommended {
    /// The algorithm that separates them best; where there are no groups, that of the segments to cut all the same.
    pub algorithm: Algorithm,
    /// The number of natural groups: 1 where there are none.
    pub k: usize,
    /// The number of segments to cut for use.
    pub useful_k: usize,
    /// Why, in words.
    pub reason: String,
}

/// What a candidate is worth by other measures than the silhouette; absent where one is not defined or was not taken.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CandidateIndices {
    /// Variance between segments over that within; larger is better.
    pub calinski_harabasz: Option<f64>,
    /// Spread of neighbouring segments over their distance; smaller is better.
    pub davies_bouldin: Option<f64>,
    /// How much tighter segments are than those of data without groups, in logarithms.
    pub gap: Option<f64>,
    /// Its standard error.
    pub gap_standard_error: Option<f64>,
    /// The share of pairs that one half of the customers predicts for the other, in the worst segment.
    pub prediction_strength: Option<f64>,
    /// The mean similarity with which the least stable segment comes back in resamples.
    pub stability: Option<f64>,
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
    /// Other measures.
    #[serde(flatten)]
    pub indices: CandidateIndices,
}
