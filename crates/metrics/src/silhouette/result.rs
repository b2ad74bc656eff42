use segctl_numeric::Labels;
use serde::{Deserialize, Serialize};

/// The silhouette of every row and what follows from it.
///
/// s(i) = (b - a) / max(a, b), with a the mean distance of row i to the other rows of its cluster
/// and b the smallest mean distance to the rows of another cluster; 0 where a cluster has one row
/// or both distances are 0. Between -1 (in the wrong cluster) and 1 (far from all others).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Silhouette {
    /// s(i) of each row, `None` for noise. Never NaN.
    pub samples: Vec<Option<f64>>,
    /// The mean of the samples.
    pub mean: f64,
    /// The mean of each cluster's samples, `None` for a cluster without rows.
    pub per_cluster_mean: Vec<Option<f64>>,
    /// Rows that are no noise.
    pub n_used: usize,
    /// The share of rows left out as noise, in [0, 1).
    pub share_noise: f64,
    /// Rows that each row was compared with: `n_used` where the values are exact, fewer where they
    /// are estimates.
    pub n_reference: usize,
}

impl Silhouette {
    pub(super) fn new(samples: Vec<Option<f64>>, labels: &Labels, n_reference: usize) -> Self {
        let used = || samples.iter().flatten();
        let n_used = used().count();
        Self {
            mean: used().sum::<f64>() / n_used as f64,
            per_cluster_mean: cluster_means(labels, samples.iter().copied().enumerate()),
            n_used,
            share_noise: share_noise(labels),
            n_reference,
            samples,
        }
    }
}

/// The mean silhouette estimated from a sample of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SampledSilhouette {
    /// The mean of the rows evaluated.
    pub mean: f64,
    /// Its standard error, with the finite-population correction: 0 where all rows were evaluated.
    pub standard_error: f64,
    /// The 95 % confidence interval of the mean over all rows (Student's t).
    pub interval: Interval,
    /// The mean of each cluster's evaluated rows, `None` where none was drawn.
    pub per_cluster_mean: Vec<Option<f64>>,
    /// Rows evaluated.
    pub n_evaluated: usize,
    /// Rows they were compared with.
    pub n_reference: usize,
    /// Rows that are no noise, from which those evaluated were drawn.
    pub n_used: usize,
    /// The share of rows left out as noise, in [0, 1).
    pub share_noise: f64,
}

/// A closed interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The mean of each cluster's samples, given with their rows.
pub(super) fn cluster_means(labels: &Labels, samples: impl Iterator<Item = (usize, Option<f64>)>) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0_usize); labels.n_clusters()];
    for (row, sample) in samples {
        if let (Some(cluster), Some(sample)) = (labels.get(row), sample) {
            sums[cluster].0 += sample;
            sums[cluster].1 += 1;
        }
    }
    sums.into_iter().map(|(sum, count)| (count > 0).then(|| sum / count as f64)).collect()
}

pub(super) fn share_noise(labels: &Labels) -> f64 {
    labels.n_noise() as f64 / labels.len() as f64
}
