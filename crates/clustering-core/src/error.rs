use segctl_numeric::InputError;
use thiserror::Error;

/// Why a clustering could not be computed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ClusteringError {
    /// The matrix, the weights or a parameter cannot be used.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A value whose square would overflow.
    #[error("{what}: magnitude of {value:e} at row {row}, column {column} should be <= {limit:e}")]
    TooLarge {
        /// The name of the argument.
        what: &'static str,
        /// 0-based row.
        row: usize,
        /// 0-based column.
        column: usize,
        /// The value found.
        value: f64,
        /// The largest magnitude accepted.
        limit: f64,
    },
    /// Fewer rows than clusters.
    #[error("n_samples={n_samples} should be >= n_clusters={n_clusters}")]
    TooFewRows {
        /// Rows given.
        n_samples: usize,
        /// Clusters asked for.
        n_clusters: usize,
    },
    /// Fewer different rows than clusters: some cluster would have to stay empty.
    #[error("{n_distinct} distinct rows should be >= n_clusters={n_clusters}")]
    TooFewDistinct {
        /// Different rows of positive weight.
        n_distinct: usize,
        /// Clusters asked for.
        n_clusters: usize,
    },
    /// The observer asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl ClusteringError {
    /// What the user can do about it, where something can be done.
    ///
    /// ```
    /// use segctl_clustering_core::ClusteringError;
    /// let error = ClusteringError::TooFewDistinct { n_distinct: 3, n_clusters: 4 };
    /// assert_eq!(error.hint().as_deref(), Some("ask for at most 3 clusters"));
    /// ```
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TooFewDistinct { n_distinct, .. } => Some(format!("ask for at most {n_distinct} clusters")),
            Self::TooLarge { column, .. } => Some(format!("scale column {column} before clustering")),
            Self::Input(InputError::NotFinite { .. }) => Some("fill or drop missing values before clustering".into()),
            Self::TooFewRows { n_samples, .. } => Some(format!("ask for at most {n_samples} clusters")),
            Self::Input(_) | Self::Cancelled => None,
        }
    }
}
