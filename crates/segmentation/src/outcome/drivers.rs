use serde::{Deserialize, Serialize};

/// How much of each column goes with the segments.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Drivers {
    /// One entry per column that forms or describes the segments, the largest effect first; empty where there is one
    /// segment.
    pub columns: Vec<Driver>,
    /// Customers the effects rest on.
    pub n_customers: u64,
    /// Customers the p-values rest on: they had no part in forming segments.
    pub n_held_out: u64,
}

/// How much of a column goes with the segments.
///
/// Effects are of all segments of the outcome. P-values are not of those segments: segments are formed anew on half of
/// the customers, the other half are put into them without a look at the column, and its differences between them are
/// tested: by Kruskal and Wallis for numbers, by chi-squared for categories. On the customers who formed the segments,
/// or by labels that look at the column, such tests reject on pure noise. A column from which others are derived is
/// tested with those in place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Driver {
    /// The column.
    pub column: String,
    /// Whether it forms the segments.
    pub forms: bool,
    /// The share of its variance that lies between segments (eta squared), on the scale the clustering saw; for numbers.
    pub eta_squared: Option<f64>,
    /// The same of its ranks (epsilon squared of Kruskal and Wallis), whatever the scale; for numbers.
    pub epsilon_squared: Option<f64>,
    /// Cramer's V, its bias corrected (Bergsma 2013); for categories.
    pub cramers_v: Option<f64>,
    /// The segment that differs most from the rest, for numbers.
    pub segment: Option<usize>,
    /// Its mean minus that of the rest, in pooled standard deviations.
    pub difference: Option<f64>,
    /// The chance of such differences were there none, from held-out customers.
    pub p_value: Option<f64>,
    /// The same, adjusted for the number of columns (Benjamini and Hochberg 1995).
    pub q_value: Option<f64>,
}

impl Driver {
    /// What columns are ordered by: a share of variance, or the square of Cramer's V.
    pub fn effect(&self) -> f64 {
        self.eta_squared.or(self.cramers_v.map(|v| v * v)).unwrap_or(0.0)
    }
}
