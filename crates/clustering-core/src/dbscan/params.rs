use segctl_numeric::InputError;
use segctl_numeric::distance::Metric;
use serde::{Deserialize, Serialize};

use crate::ClusteringError;
use crate::check::{at_least_one, not_negative, out_of_range};

/// Sums of weights up to this stay exact enough for any number of rows.
const LARGEST_WEIGHT: f64 = 1e30;

/// When rows are neighbours, and how many make a cluster.
///
/// ```
/// use segctl_clustering_core::dbscan::DbscanParams;
/// use segctl_numeric::distance::Metric;
/// let params = DbscanParams::new(0.5, 10).with_metric(Metric::Manhattan);
/// assert!(params.validate().is_ok());
/// assert!(DbscanParams::new(-0.5, 10).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DbscanParams {
    /// Rows are neighbours when their distance is at most this: finite and >= 0. With 0, copies of a row
    /// are its only neighbours.
    pub eps: f64,
    /// Neighbours of a core row, itself included, or their weights summed up: >= 1. With more than there
    /// are rows, all rows are noise.
    pub min_samples: usize,
    /// What the distance of two rows is (Euclidean).
    pub metric: Metric,
}

impl DbscanParams {
    /// Euclidean distances up to `eps`, and `min_samples` rows.
    pub fn new(eps: f64, min_samples: usize) -> Self {
        Self { eps, min_samples, metric: Metric::Euclidean }
    }

    /// Sets what the distance of two rows is.
    pub fn with_metric(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for an `eps` that is negative or not finite, or a `min_samples` of 0.
    pub fn validate(&self) -> Result<(), ClusteringError> {
        not_negative("eps", self.eps)?;
        at_least_one("min_samples", self.min_samples)
    }
}

pub(super) fn check_weights(weights: &[f64], n_rows: usize) -> Result<(), ClusteringError> {
    if weights.len() != n_rows {
        let (what, found) = ("sample_weight", weights.len());
        return Err(InputError::Length { what, found, expected: n_rows }.into());
    }
    match weights.iter().find(|weight| !(0.0..=LARGEST_WEIGHT).contains(*weight)) {
        Some(&weight) => Err(out_of_range("sample_weight", weight, "in [0, 1e30]")),
        None => Ok(()),
    }
}
