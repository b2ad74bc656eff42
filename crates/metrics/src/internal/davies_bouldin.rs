use segctl_numeric::distance::Metric;
use segctl_numeric::par::map_chunks;
use segctl_numeric::{Labels, MatrixView};

use super::centroid_indices::checked;
use super::clusters::Clusters;
use super::score::Score;
use crate::MetricsError;

/// Clusters in a chunk.
const CHUNK: usize = 16;

/// The mean over clusters of `max_j (S_i + S_j) / |c_i - c_j|` for `x` (n x d) under `labels`, S being the mean
/// Euclidean distance of a cluster's rows to their centroid: the smaller the better, after Davies & Bouldin
/// (1979), "A cluster separation measure", with exponents q = 1 and p = 2.
///
/// Two centroids at the same place give infinity, where scikit-learn leaves the pair out. Time O(n d + k^2 d).
///
/// ```
/// use segctl_metrics::internal::davies_bouldin;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[0.0, 2.0, 10.0, 12.0], 4, 1)?;
/// assert_eq!(davies_bouldin(x, &Labels::from_signed(&[0, 0, 1, 1])?)?.value, 0.2);
/// assert_eq!(davies_bouldin(x, &Labels::from_signed(&[0, 1, 1, 0])?)?.value, f64::INFINITY);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`centroid_indices_many`](super::centroid_indices_many).
pub fn davies_bouldin(x: MatrixView<'_>, labels: &Labels) -> Result<Score, MetricsError> {
    let clusters = checked(x, labels)?;
    Ok(clusters.score(value(&clusters)))
}

pub(super) fn value(clusters: &Clusters) -> f64 {
    let k = clusters.members.n_clusters();
    let worst = map_chunks(k, CHUNK, |range| range.map(|i| worst(clusters, i)).collect::<Vec<f64>>());
    worst.iter().flatten().sum::<f64>() / k as f64
}

/// The largest ratio of cluster `i` and another.
fn worst(clusters: &Clusters, i: usize) -> f64 {
    let (centroids, spread) = (clusters.centroids.view(), &clusters.spread);
    let mut distances = vec![0.0; centroids.n_rows()];
    Metric::Euclidean.one_to_many(centroids.row(i), centroids.as_slice(), &mut distances);
    let others = distances.iter().zip(spread).enumerate().filter(|&(j, _)| j != i);
    let ratio = |(_, (&distance, other)): (usize, (&f64, &f64))| {
        // Two clusters of equal rows at one place: 0 / 0, and no separation either.
        if distance == 0.0 { f64::INFINITY } else { (spread[i] + other) / distance }
    };
    others.map(ratio).fold(0.0, f64::max)
}
