//! What is measured: pieces of work, declared as data.

use super::segctl::STARTS;

/// One row, or a few, of the table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Case {
    /// What `--only` takes.
    pub(super) name: &'static str,
    pub(super) input: Input,
    pub(super) task: Task,
    pub(super) rivals: &'static [Rival],
}

/// The rows to work on.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Input {
    /// The seeded mixture of mixture.rs.
    Mixture { n_samples: usize, n_features: usize },
    /// A file below the directory of real data, its columns in `drop` left out.
    Real { file: &'static str, drop: &'static [&'static str], standardise: bool },
    /// A CSV file of customers that `segctl synth` draws: both sides read it themselves.
    Customers { n_samples: usize },
}

/// The work, the same for segctl and its rivals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Task {
    /// K-means from given centres to convergence.
    KMeans { k: usize },
    /// The best inertia of some effort: of `restarts` starts, of breathing k-means, of our search from a few.
    Restarts { k: usize, restarts: usize },
    /// The best inertia in the time that the rival takes for `restarts` starts.
    InTime { k: usize, restarts: usize },
    /// A whole tree, and its cut into k.
    Linkage { method: &'static str, k: usize },
    /// The mean of all silhouettes under k given labels.
    Silhouette { k: usize },
    /// Principal components.
    Pca { n_components: usize },
    /// Density-based clusters of a radius.
    Dbscan { eps: f64, min_samples: usize },
    /// Density-based clusters of every radius.
    Hdbscan { min_cluster_size: usize },
    /// A mixture of normal distributions with full covariances from given labels, to convergence.
    Gmm { k: usize },
    /// K-medoids by FasterPAM from one start of one's own, distances included.
    Medoids { k: usize },
    /// A map of `side` x `side` units from given units: each customer after the other, as they stand.
    OnlineMap { side: usize, epochs: usize },
    /// The same from all customers at once, each with a radius of one's own.
    BatchMap { side: usize, epochs: usize },
    /// A first look at a table: a file read, every column described, a page written.
    Explore,
}

/// Clusters made of the units of a map: they cost nothing beside it.
pub(super) const SEGMENTS: usize = 5;

/// The radius and the rate from which those of online maps fall.
pub(super) const RADIUS: f64 = 3.0;
pub(super) const RATE: f64 = 0.5;

/// The page of a first look should stay below this: browsers and mail take it.
pub(super) const PAGE_BYTES: u64 = 8_000_000;

/// A peer to compare with, and how much faster segctl should be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rival {
    /// The name under which tests/bench/peers.py knows it.
    pub(super) peer: &'static str,
    /// The least ratio of its time to ours; `None` where it is shown for information.
    pub(super) target: Option<f64>,
    /// The largest share of its peak memory that segctl should take.
    pub(super) memory: Option<f64>,
    pub(super) per: Per,
    /// The largest relative difference of two answers.
    pub(super) tolerance: f64,
    /// The largest share of rows that may be labelled otherwise: where a definition leaves them open.
    pub(super) open: f64,
}

/// What times are divided by before they are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Per {
    Run,
    Iteration,
}

impl Task {
    /// Whether each side goes ways of its own, so that answers are as good or not, but never the same.
    pub(super) fn goes_own_ways(self) -> bool {
        matches!(self, Self::Restarts { .. } | Self::InTime { .. } | Self::Medoids { .. } | Self::BatchMap { .. })
    }

    /// The figure that it minimises, where that is no inertia.
    pub(super) fn objective(self) -> Option<&'static str> {
        match self {
            Self::Medoids { .. } => Some("loss"),
            Self::BatchMap { .. } => Some("quantization_error"),
            _ => None,
        }
    }

    /// The name under which tests/bench/peers.py knows it.
    pub(super) fn peer_task(self) -> &'static str {
        match self {
            Self::KMeans { .. } => "kmeans",
            Self::Restarts { .. } | Self::InTime { .. } => "restarts",
            Self::Linkage { .. } => "linkage",
            Self::Silhouette { .. } => "silhouette",
            Self::Pca { .. } => "pca",
            Self::Dbscan { .. } => "dbscan",
            Self::Hdbscan { .. } => "hdbscan",
            Self::Gmm { .. } => "gmm",
            Self::Medoids { .. } => "medoids",
            Self::OnlineMap { .. } => "som-online",
            Self::BatchMap { .. } => "som-batch",
            Self::Explore => "explore",
        }
    }

    /// For the table.
    pub(super) fn title(self) -> String {
        match self {
            Self::KMeans { k } => format!("k-means to convergence, same start, k = {k}"),
            Self::Restarts { k, restarts } => {
                format!("k-means, k = {k}: {restarts} restarts, segctl's search from {STARTS} starts")
            }
            Self::InTime { k, restarts } => format!("best inertia in the time of {restarts} restarts, k = {k}"),
            Self::Linkage { method, .. } => format!("{method} linkage"),
            Self::Silhouette { k } => format!("exact silhouette, k = {k}"),
            Self::Pca { n_components } => format!("PCA, {n_components} components"),
            Self::Dbscan { eps, min_samples } => format!("DBSCAN, eps {eps}, min_samples {min_samples}"),
            Self::Hdbscan { min_cluster_size } => format!("HDBSCAN, min_cluster_size {min_cluster_size}"),
            Self::Gmm { k } => format!("Gaussian mixture, full, same start, k = {k}"),
            Self::Medoids { k } => format!("k-medoids by FasterPAM, distances included, k = {k}"),
            Self::OnlineMap { side, epochs } => {
                format!("SOM online, {side} x {side}, {epochs} epochs, same start and order")
            }
            Self::BatchMap { side, epochs } => format!("SOM batch, {side} x {side}, {epochs} epochs, same start"),
            Self::Explore => "CSV read, columns described, page written".to_owned(),
        }
    }
}

impl Input {
    /// The file of real data below the data directory, if it is that.
    pub(super) fn real_file(&self) -> Option<&'static str> {
        match self {
            Self::Mixture { .. } | Self::Customers { .. } => None,
            Self::Real { file, .. } => Some(file),
        }
    }
}
