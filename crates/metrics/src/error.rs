use segctl_numeric::InputError;
use thiserror::Error;

/// Why a metric could not be computed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// The matrix, the labels or a parameter are unusable.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Silhouettes, indices and effects compare clusters with each other, and rows within a cluster.
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
    /// No row belongs to a cluster.
    #[error("n_clusters=0 should be >= 1: no row of n_samples={n_samples} is in a cluster")]
    NoClusters {
        /// Rows given, noise included.
        n_samples: usize,
    },
    /// A cluster that was to be followed has no rows.
    #[error("cluster {cluster} of {n_clusters} has no rows")]
    EmptyCluster {
        /// The first such cluster.
        cluster: usize,
        /// Clusters stated.
        n_clusters: usize,
    },
    /// Noise where every row must be in a cluster.
    #[error("k={k}: n_noise={n_noise} should be 0 of n_samples={n_samples}")]
    Noise {
        /// Clusters asked for.
        k: usize,
        /// Rows labelled as noise.
        n_noise: usize,
        /// Rows labelled.
        n_samples: usize,
    },
    /// The logarithm of a sum of squares within clusters that is 0, or beyond the range of a 64-bit float.
    #[error("k={k}: dispersion={dispersion:e} within clusters should be > 0 and finite")]
    Dispersion {
        /// Clusters asked for.
        k: usize,
        /// The sum found.
        dispersion: f64,
    },
    /// All rows are equal, or differ by less than a 64-bit float can square.
    #[error("X: all rows of n_samples={n_samples} are equal")]
    NoSpread {
        /// Rows given.
        n_samples: usize,
    },
    /// Two numbers in the wrong order.
    #[error("{name}={value} should be {relation} {other}={limit}")]
    Order {
        /// The name of the first.
        name: &'static str,
        /// Its value.
        value: f64,
        /// How they must stand to each other: `<`, `>=`.
        relation: &'static str,
        /// The name of the second.
        other: &'static str,
        /// Its value.
        limit: f64,
    },
    /// More rows than a table of all pairs is made for.
    #[error("{what}: n_samples={n_samples} should be <= {limit}")]
    TooManyRows {
        /// The table.
        what: &'static str,
        /// Rows given.
        n_samples: usize,
        /// The largest number accepted.
        limit: usize,
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
    /// assert_eq!(error.hint().as_deref(), Some("one cluster has none to be compared with: start the sweep at k = 2"));
    /// # Ok::<(), segctl_numeric::InputError>(())
    /// ```
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Input(InputError::NotFinite { value, .. }) if value.is_infinite() => {
                "an infinity is no measurement: treat the value as missing"
            }
            Self::Input(InputError::NotFinite { .. }) => "impute missing values first",
            Self::Input(InputError::OutOfRange { name: "n_clusters", .. }) => "number the clusters from 0 on",
            Self::ClusterCount { n_clusters: 0, .. } => "every row is noise: loosen the density parameters",
            Self::ClusterCount { n_clusters: 1, .. } => {
                "one cluster has none to be compared with: start the sweep at k = 2"
            }
            Self::ClusterCount { .. } => "clusters of one row each say nothing: ask for fewer",
            Self::NoClusters { .. } => "every row is noise: loosen the density parameters",
            Self::EmptyCluster { .. } => "renumber the labels so that every cluster has rows",
            Self::Noise { .. } => "use an algorithm that puts every row into a cluster",
            Self::Dispersion { k: 1, .. } | Self::NoSpread { .. } => {
                "equal rows cannot be clustered: choose other columns"
            }
            Self::Dispersion { .. } => "end the sweep below the number of distinct rows",
            Self::TooManyRows { .. } => "draw a sample of the rows first",
            Self::TooLarge { .. } => "scale the column, or treat the value as missing",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
