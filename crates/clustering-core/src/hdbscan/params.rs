use segctl_numeric::distance::Metric;
use serde::{Deserialize, Serialize};

use crate::ClusteringError;
use crate::check::{at_least_one, not_negative, out_of_range};

/// Which clusters of the condensed tree become clusters of the result. Serialised in kebab case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Selection {
    /// Those that persist: the ones whose stability is no less than that of all the best below them together.
    #[default]
    ExcessOfMass,
    /// Those that do not split any more: many small ones.
    Leaf,
}

/// How dense places are found, and which of them count.
///
/// ```
/// use segctl_clustering_core::hdbscan::{HdbscanParams, Selection};
/// let params = HdbscanParams::new(15).with_min_samples(5).with_selection(Selection::Leaf);
/// assert_eq!(params.min_samples(), 5);
/// assert_eq!(HdbscanParams::new(15).min_samples(), 15);
/// assert!(params.validate().is_ok());
/// assert!(HdbscanParams::new(1).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HdbscanParams {
    /// Rows a cluster has at least, >= 2.
    pub min_cluster_size: usize,
    /// Rows in the neighbourhood that says how dense a place is, the row itself among them, >= 1; as many as
    /// `min_cluster_size` where there is none (the default). The larger, the more rows are noise.
    pub min_samples: Option<usize>,
    /// The distance of rows (Euclidean).
    pub metric: Metric,
    /// Which clusters of the tree count.
    pub selection: Selection,
    /// Clusters that split at a smaller distance than this are not split (0).
    pub selection_epsilon: f64,
    /// Clusters of more rows are not selected; `None`, the default, for any number. `selection_epsilon` may lead to
    /// larger ones all the same.
    pub max_cluster_size: Option<usize>,
    /// Whether all rows may be one cluster (no).
    pub allow_single_cluster: bool,
}

impl HdbscanParams {
    /// Clusters of at least `min_cluster_size` rows, everything else at its default.
    pub fn new(min_cluster_size: usize) -> Self {
        Self {
            min_cluster_size,
            min_samples: None,
            metric: Metric::default(),
            selection: Selection::default(),
            selection_epsilon: 0.0,
            max_cluster_size: None,
            allow_single_cluster: false,
        }
    }

    /// Sets the rows in a neighbourhood, the row itself among them. (As in scikit-learn; the hdbscan package leaves the
    /// row itself out, so its `min_samples` is one less.)
    pub fn with_min_samples(mut self, min_samples: usize) -> Self {
        self.min_samples = Some(min_samples);
        self
    }

    /// Sets the distance of rows.
    pub fn with_metric(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// Sets which clusters of the tree count.
    pub fn with_selection(mut self, selection: Selection) -> Self {
        self.selection = selection;
        self
    }

    /// Sets the distance below which clusters are not split (Malzer & Baum 2020).
    pub fn with_selection_epsilon(mut self, selection_epsilon: f64) -> Self {
        self.selection_epsilon = selection_epsilon;
        self
    }

    /// Sets the most rows of a cluster.
    pub fn with_max_cluster_size(mut self, max_cluster_size: usize) -> Self {
        self.max_cluster_size = Some(max_cluster_size);
        self
    }

    /// Sets whether all rows may be one cluster.
    pub fn with_allow_single_cluster(mut self, allow_single_cluster: bool) -> Self {
        self.allow_single_cluster = allow_single_cluster;
        self
    }

    /// The rows in a neighbourhood, given or not.
    pub fn min_samples(&self) -> usize {
        self.min_samples.unwrap_or(self.min_cluster_size)
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`ClusteringError::Input`] naming the first parameter that is out of range;
    /// [`ClusteringError::SizeOrder`] when clusters may not have as many rows as they must have.
    pub fn validate(&self) -> Result<(), ClusteringError> {
        if self.min_cluster_size < 2 {
            return Err(out_of_range("min_cluster_size", self.min_cluster_size as f64, ">= 2"));
        }
        at_least_one("min_samples", self.min_samples())?;
        not_negative("selection_epsilon", self.selection_epsilon)?;
        match self.max_cluster_size {
            Some(max) if max < self.min_cluster_size => {
                Err(ClusteringError::SizeOrder { min: self.min_cluster_size, max })
            }
            _ => Ok(()),
        }
    }
}
