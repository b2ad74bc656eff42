use segctl_numeric::distance::one_to_many;
use segctl_numeric::par::map_chunks;
use segctl_numeric::{Labels, MatrixView};

use super::centroid_indices::checked;
use super::clusters::Clusters;
use super::score::Score;
use crate::MetricsError;

/// Clusters in a chunk.
const CHUNK: usize = 16;

/// `W / (n min_{i != j} |c_i - c_j|^2)` of `x` (n x d) under `labels`, with W the sum of squares within clusters:
/// the smaller the better, after Xie & Beni (1991), "A validity measure for fuzzy clustering", for memberships
/// of 0 and 1.
///
/// Two centroids at the same place give infinity. Time O(n d + k^2 d).
///
/// ```
/// use segctl_metrics::internal::xie_beni;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[0.0, 2.0, 10.0, 12.0], 4, 1)?;
/// assert_eq!(xie_beni(x, &Labels::from_signed(&[0, 0, 1, 1])?)?.value, 0.01);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`centroid_indices_many`](super::centroid_indices_many).
pub fn xie_beni(x: MatrixView<'_>, labels: &Labels) -> Result<Score, MetricsError> {
    let clusters = checked(x, labels)?;
    Ok(clusters.score(value(&clusters)))
}

pub(super) fn value(clusters: &Clusters) -> f64 {
    let nearest = nearest_centroids(clusters.centroids.view());
    if nearest == 0.0 {
        return f64::INFINITY;
    }
    clusters.total_within() / clusters.members.n_used() as f64 / nearest
}

/// The least squared distance of two centroids.
fn nearest_centroids(centroids: MatrixView<'_>) -> f64 {
    let k = centroids.n_rows();
    let of = |i: usize| {
        let after = centroids.rows_range(i + 1..k);
        let mut squares = vec![0.0; after.n_rows()];
        one_to_many(centroids.row(i), after.as_slice(), &mut squares);
        squares.into_iter().fold(f64::INFINITY, f64::min)
    };
    let least = map_chunks(k, CHUNK, |range| range.map(of).fold(f64::INFINITY, f64::min));
    least.into_iter().fold(f64::INFINITY, f64::min)
}
