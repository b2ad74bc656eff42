use segctl_numeric::distance::Metric;
use serde::{Deserialize, Serialize};

use super::square::Square;
use crate::ClusteringError;

/// What the distance of two clusters is. Serialised in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Linkage {
    /// The growth of the sum of squares within clusters: compact clusters of like size.
    #[default]
    Ward,
    /// The nearest rows: chains of any shape.
    Single,
    /// The farthest rows: clusters of like diameter.
    Complete,
    /// The mean over all pairs of rows.
    Average,
    /// The mean of the distances of the two clusters last merged.
    Weighted,
    /// The means of the rows.
    Centroid,
    /// The points halfway between the clusters last merged.
    Median,
}

impl Linkage {
    /// Its name in lower case.
    ///
    /// ```
    /// assert_eq!(segctl_clustering_core::agglomerative::Linkage::Ward.name(), "ward");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Self::Ward => "ward",
            Self::Single => "single",
            Self::Complete => "complete",
            Self::Average => "average",
            Self::Weighted => "weighted",
            Self::Centroid => "centroid",
            Self::Median => "median",
        }
    }

    /// Whether it speaks of centres, and so of Euclidean distances only.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::Linkage;
    /// assert!(Linkage::Ward.needs_euclidean() && !Linkage::Average.needs_euclidean());
    /// ```
    pub fn needs_euclidean(self) -> bool {
        matches!(self, Self::Ward | Self::Centroid | Self::Median)
    }

    /// Whether all distances are held at once.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::Linkage;
    /// assert!(Linkage::Average.needs_all_distances() && !Linkage::Single.needs_all_distances());
    /// ```
    pub fn needs_all_distances(self) -> bool {
        matches!(self, Self::Complete | Self::Average | Self::Weighted)
    }
}

/// How to cluster.
///
/// ```
/// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage};
/// use segctl_numeric::distance::Metric;
/// let params = AgglomerativeParams::new(Linkage::Complete).with_metric(Metric::Cosine);
/// assert!(params.validate().is_ok());
/// assert!(AgglomerativeParams::new(Linkage::Ward).with_metric(Metric::Cosine).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AgglomerativeParams {
    /// What the distance of two clusters is.
    pub linkage: Linkage,
    /// What the distance of two rows is (Euclidean).
    pub metric: Metric,
    /// Bytes that the distances of all pairs may take, where the linkage needs them: 4 n^2 at least, 10 n^2 for full
    /// speed. Without a limit (the default) there may be as many as needed, and full speed up to 4 GiB.
    pub memory_limit: Option<u64>,
}

impl AgglomerativeParams {
    /// `linkage` of Euclidean distances.
    pub fn new(linkage: Linkage) -> Self {
        Self { linkage, metric: Metric::Euclidean, memory_limit: None }
    }

    /// Sets the distance of two rows.
    pub fn with_metric(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// Sets the bytes that distances may take, `None` for no limit.
    pub fn with_memory_limit(mut self, bytes: Option<u64>) -> Self {
        self.memory_limit = bytes;
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`ClusteringError::NeedsEuclidean`] for a linkage of centres with another metric.
    pub fn validate(&self) -> Result<(), ClusteringError> {
        match self.linkage.needs_euclidean() && self.metric != Metric::Euclidean {
            true => Err(ClusteringError::NeedsEuclidean { linkage: self.linkage }),
            false => Ok(()),
        }
    }

    /// Whether a full table of distances may be made, and not but a triangle.
    pub(super) fn fits_square(&self, n_rows: usize) -> Result<bool, ClusteringError> {
        let (needed, limit) = (bytes_for(n_rows), self.memory_limit.unwrap_or(u64::MAX));
        match needed > limit {
            true => Err(ClusteringError::Memory { needed, limit, n_rows, n_fitting: rows_for(limit) }),
            false => Ok(Square::bytes_for(n_rows) <= self.memory_limit.unwrap_or(SQUARE_BYTES)),
        }
    }
}

/// What a table for full speed may take where nothing is said of a limit.
pub(super) const SQUARE_BYTES: u64 = 4 << 30;

/// Bytes of all distances of `n_rows` rows.
pub(super) fn bytes_for(n_rows: usize) -> u64 {
    let n = n_rows as u64;
    n.saturating_mul(n.saturating_sub(1)) / 2 * 8
}

/// The most rows whose distances take no more than `limit` bytes.
pub(super) fn rows_for(limit: u64) -> usize {
    let mut rows = (limit / 4).isqrt() as usize + 1;
    while bytes_for(rows) > limit {
        rows -= 1;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_rows_as_fit() {
        for limit in [0, 8, 23, 24, 8 * 45, 1 << 30] {
            let rows = rows_for(limit);
            assert!(bytes_for(rows) <= limit && bytes_for(rows + 1) > limit, "{limit}: {rows}");
        }
    }
}
