//! Internal evidence: how tight and how far apart the clusters of one labeling are, by the data alone.
//!
//! - about centroids, Euclidean, in O(n d): [`sums_of_squares`], [`calinski_harabasz`], [`davies_bouldin`],
//!   [`xie_beni`], all of them at once by [`centroid_indices`] and for many labelings by
//!   [`centroid_indices_many`]; in O(n k d) [`simplified_silhouette`];
//! - about pairs of rows, by any distance: [`dunn`], and for clusters of any shape [`dbcv`].
//!
//! Noise is left out, and every result says how many rows that were. None of these scores compares labelings
//! made by different notions of a cluster fairly: those about centroids favour round clusters.

mod calinski_harabasz;
mod centroid_indices;
mod clusters;
mod davies_bouldin;
mod dbcv;
mod dunn;
mod score;
mod simplified;
mod squares;
mod xie_beni;

pub use calinski_harabasz::calinski_harabasz;
pub use centroid_indices::{CentroidIndices, centroid_indices, centroid_indices_many};
pub use davies_bouldin::davies_bouldin;
pub use dbcv::{Dbcv, Ties, dbcv, dbcv_with};
pub use dunn::{Dunn, dunn};
pub use score::Score;
pub use simplified::{SimplifiedSilhouette, simplified_silhouette};
pub use squares::{SumsOfSquares, sums_of_squares};
pub use xie_beni::xie_beni;
