use segctl_numeric::InputError;
use thiserror::Error;

use crate::agglomerative::Linkage;

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
    /// A cluster that no row belongs to, where its members are asked for.
    #[error("cluster {cluster} has no rows")]
    EmptyCluster {
        /// The cluster.
        cluster: usize,
    },
    /// A linkage of centres without Euclidean distances.
    #[error("{} linkage needs Euclidean distances of rows", linkage.name())]
    NeedsEuclidean {
        /// The linkage.
        linkage: Linkage,
    },
    /// Edges that leave rows apart.
    #[error("the graph falls into {n_parts} parts, which no merge can join")]
    Disconnected {
        /// Parts.
        n_parts: usize,
    },
    /// A distance that is none.
    #[error("distances: value {value} at {at} should be finite and >= 0")]
    Distance {
        /// 0-based place among the condensed distances.
        at: usize,
        /// The value found.
        value: f64,
    },
    /// All distances would need more memory than there may be.
    #[error("the distances of {n_rows} rows may need {needed} bytes, the limit is {limit}")]
    Memory {
        /// Bytes needed.
        needed: u64,
        /// Bytes allowed.
        limit: u64,
        /// Rows given.
        n_rows: usize,
        /// The most rows whose distances fit.
        n_fitting: usize,
    },
    /// A table of all distances between rows that would need more memory than there may be.
    #[error("a table of the distances of {n_rows} rows needs {needed} bytes, more than there may be")]
    TableMemory {
        /// Bytes needed.
        needed: u64,
        /// Rows of the table: those given, or those of a sample.
        n_rows: usize,
    },
    /// The tables of an optimal leaf order would not fit.
    #[error("the leaf order of {n_rows} rows needs {needed} bytes, the limit is {limit}")]
    OrderMemory {
        /// Bytes needed.
        needed: u64,
        /// Bytes allowed.
        limit: u64,
        /// Leaves of the tree.
        n_rows: usize,
        /// The most leaves whose tables fit.
        n_fitting: usize,
    },
    /// A row of a linkage matrix that makes no sense after those before it.
    #[error("linkage matrix: row {row} is not a merge of two clusters there are")]
    Merge {
        /// 0-based row.
        row: usize,
    },
    /// Clusters that may not have as few rows as they must have.
    #[error("the least rows of a cluster, {min}, should be <= the most, {max}")]
    SizeOrder {
        /// The fewest rows of a cluster.
        min: usize,
        /// The most.
        max: usize,
    },
    /// Bounds on the sizes of clusters that so many rows cannot keep.
    #[error("n_samples={n_samples} do not make n_clusters={n_clusters} of {} rows", range_of(*min, *max))]
    Sizes {
        /// Rows given.
        n_samples: usize,
        /// Clusters asked for.
        n_clusters: usize,
        /// The fewest rows of a cluster.
        min: usize,
        /// The most; `usize::MAX` for any number.
        max: usize,
    },
    /// A step of a tree of splits that splits a cluster there is not yet.
    #[error("tree of splits: step {step} splits no cluster there is")]
    Split {
        /// 0-based step.
        step: usize,
    },
    /// A covariance matrix without an inverse, or with one that is nothing but rounding.
    #[error("the covariance of component {component} is not positive definite with reg_covar={reg_covar:e}")]
    Covariance {
        /// The component; 0 where all share one.
        component: usize,
        /// What was added to its variances; 0 for covariances that were given.
        reg_covar: f64,
    },
    /// Fewer rows than a neighbourhood has.
    #[error("n_samples={n_samples} should be >= min_samples={min_samples}")]
    TooFewNeighbours {
        /// Rows given.
        n_samples: usize,
        /// Rows in a neighbourhood, its own among them.
        min_samples: usize,
    },
    /// A part of a tree of clusters that does not fit the parts before.
    #[error("tree of clusters: {what} {at} makes no sense")]
    ClusterTree {
        /// What kind of part.
        what: &'static str,
        /// 0-based place among the parts of its kind.
        at: usize,
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
            Self::TooFewNeighbours { n_samples, .. } => Some(format!("ask for min_samples of at most {n_samples}")),
            Self::NeedsEuclidean { .. } => Some("use single, complete, average or weighted linkage".into()),
            Self::Disconnected { .. } => Some("add edges between the parts".into()),
            Self::Memory { n_fitting, .. } => Some(format!(
                "{n_fitting} rows would fit; ward, single, centroid and median linkage need no such table"
            )),
            Self::TableMemory { needed, .. } => Some(format!("allow {needed} bytes of memory, or sample fewer rows")),
            Self::OrderMemory { n_fitting, .. } => Some(format!("truncate the tree to at most {n_fitting} leaves")),
            &Self::Sizes { n_samples, n_clusters, min, max } => Some(sizes_hint(n_samples, n_clusters, min, max)),
            Self::Covariance { .. } => {
                Some("raise reg_covar, ask for fewer components, or for diag covariances; scale the features".into())
            }
            Self::Input(_)
            | Self::EmptyCluster { .. }
            | Self::Cancelled
            | Self::ClusterTree { .. }
            | Self::Distance { .. }
            | Self::Merge { .. }
            | Self::SizeOrder { .. }
            | Self::Split { .. } => None,
        }
    }
}

fn range_of(min: usize, max: usize) -> String {
    if max == usize::MAX { format!("at least {min}") } else { format!("{min} to {max}") }
}

fn sizes_hint(n_samples: usize, n_clusters: usize, min: usize, max: usize) -> String {
    if n_samples / n_clusters < min {
        let (rows, clusters) = (n_samples / n_clusters, n_samples / min);
        format!("lower the bound to {rows} rows, or ask for at most {clusters} clusters")
    } else if max == 0 {
        "allow rows in clusters".into()
    } else {
        let (rows, clusters) = (n_samples.div_ceil(n_clusters), n_samples.div_ceil(max));
        format!("raise the bound to {rows} rows, or ask for at least {clusters} clusters")
    }
}
