use std::ops::Range;

use segctl_numeric::distance::squared_to_each;
use segctl_numeric::par::map_chunks;
use segctl_numeric::{Labels, MatrixView};
use serde::{Deserialize, Serialize};

use super::centroid_indices::checked;
use super::clusters::Clusters;
use crate::MetricsError;

/// Rows in a chunk: their distances to a hundred centroids are 100 KiB, which fits the second-level cache.
const CHUNK: usize = 128;

/// The simplified silhouette of every row and its means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SimplifiedSilhouette {
    /// s(i) of each row, in [-1, 1]; `None` for noise. Never NaN.
    pub samples: Vec<Option<f64>>,
    /// The mean of the samples.
    pub mean: f64,
    /// The mean of each cluster's samples, `None` for a cluster without rows.
    pub per_cluster_mean: Vec<Option<f64>>,
    /// Rows that are no noise.
    pub n_used: usize,
    /// Rows left out as noise.
    pub n_noise: usize,
}

/// `(b - a) / max(a, b)` for each row of `x` (n x d), with a the Euclidean distance to the centroid of its cluster
/// and b that to the nearest other centroid, after Hruschka, de Castro & Campello (2004), "Evolutionary algorithms
/// for clustering gene-expression data".
///
/// 0 in a cluster of one row, as in the silhouette proper, and where both distances are 0. Time O(n k d), where
/// the [`silhouette`](crate::silhouette()) takes O(n^2 d).
///
/// ```
/// use segctl_metrics::internal::simplified_silhouette;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[0.0, 2.0, 10.0, 12.0, 5.0], 5, 1)?;
/// let found = simplified_silhouette(x, &Labels::from_signed(&[0, 0, 1, 1, -1])?)?;
/// assert_eq!(found.samples[0], Some(10.0 / 11.0));
/// assert_eq!(found.samples[4], None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`centroid_indices_many`](super::centroid_indices_many).
pub fn simplified_silhouette(x: MatrixView<'_>, labels: &Labels) -> Result<SimplifiedSilhouette, MetricsError> {
    let clusters = checked(x, labels)?;
    let own = own_clusters(&clusters, x.n_rows());
    let samples = map_chunks(x.n_rows(), CHUNK, |range| chunk(x, &clusters, &own, range));
    Ok(result(samples.into_iter().flatten().collect(), &clusters))
}

/// The cluster of each row, by the numbers without empty ones; `None` for noise.
fn own_clusters(clusters: &Clusters, n_rows: usize) -> Vec<Option<usize>> {
    let mut own = vec![None; n_rows];
    for (cluster, rows) in clusters.members.iter().enumerate() {
        rows.iter().for_each(|&row| own[row] = Some(cluster));
    }
    own
}

fn chunk(x: MatrixView<'_>, clusters: &Clusters, own: &[Option<usize>], rows: Range<usize>) -> Vec<Option<f64>> {
    let (n, k) = (rows.len(), clusters.members.n_clusters());
    let mut squares = vec![0.0; n * k];
    squared_to_each(x.rows_range(rows.clone()), clusters.centroids.view(), &mut squares);
    let of_row = |(at, own): (usize, &Option<usize>)| {
        let own = (*own)?;
        if clusters.members.size(own) == 1 {
            return Some(0.0);
        }
        let others = (0..k).filter(|&cluster| cluster != own).map(|cluster| squares[cluster * n + at]);
        Some(value(squares[own * n + at].sqrt(), others.fold(f64::INFINITY, f64::min).sqrt()))
    };
    own[rows].iter().enumerate().map(of_row).collect()
}

fn value(a: f64, b: f64) -> f64 {
    let larger = a.max(b);
    if larger > 0.0 { (b - a) / larger } else { 0.0 }
}

fn result(samples: Vec<Option<f64>>, clusters: &Clusters) -> SimplifiedSilhouette {
    let members = &clusters.members;
    let means = members.iter().map(|rows| {
        let sum: f64 = rows.iter().filter_map(|&row| samples[row]).sum();
        Some(sum / rows.len() as f64)
    });
    SimplifiedSilhouette {
        mean: samples.iter().flatten().sum::<f64>() / members.n_used() as f64,
        per_cluster_mean: members.by_label(means, None),
        n_used: members.n_used(),
        n_noise: members.n_noise,
        samples,
    }
}
