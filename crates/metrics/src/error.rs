use segctl_numeric::InputError;
use thiserror::Error;

/// Why a metric could not be computed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// The matrix, the labels or a parameter are unusable.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A silhouette compares clusters with each other, and rows within a cluster.
    #[error("labeling {labeling}: n_clusters={n_clusters} should be >= 2 and < n_samples={n_samples}, noise left out")]
    ClusterCount {
        /// 0-based position among the labelings given.
        labeling: usize,
        /// Clusters that have rows.
        n_clusters: usize,
        /// Rows that are no noise.
        n_samples: usize,
    },
    /// A value whose square is beyond the range of a 64-bit float.
    #[error("X: magnitude of value {value:e} at row {row}, column {column} should be <= {limit:e}")]
    TooLarge {
        /// 0-based row.
        row: usize,
        /// 0-based column.
        column: usize,
        /// The value found.
        value: f64,
        /// The largest magnitude accepted.
        limit: f64,
    },
    /// A decision tree read from a file that is none.
    #[error("tree: node {node}: {problem}")]
    Tree {
        /// 0-based node.
        node: usize,
        /// What is wrong with it, in words.
        problem: &'static str,
    },
    /// The observer asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl MetricsError {
    /// What the user can do about it, where there is something.
    ///
    /// ```
    /// use segctl_metrics::silhouette;
    /// use segctl_numeric::{Labels, Matrix};
    /// let x = Matrix::from_rows(&[[0.0], [1.0], [5.0]])?;
    /// let error = silhouette(x.view(), &Labels::from_signed(&[0, 0, 0])?).unwrap_err();
    /// assert_eq!(error.hint().as_deref(), Some("one cluster has no silhouette: start the sweep at k = 2"));
    /// # Ok::<(), segctl_numeric::InputError>(())
    /// ```
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Input(InputError::NotFinite { value, .. }) if value.is_infinite() => {
                "an infinity is no measurement: treat the value as missing"
            }
            Self::Input(InputError::NotFinite { .. }) => "impute missing values first",
            Self::ClusterCount { n_clusters: 0, .. } => "every row is noise: loosen the density parameters",
            Self::ClusterCount { n_clusters: 1, .. } => "one cluster has no silhouette: start the sweep at k = 2",
            Self::ClusterCount { .. } => "clusters of one row each have no silhouette: ask for fewer",
            Self::TooLarge { .. } => "scale the column, or treat the value as missing",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
