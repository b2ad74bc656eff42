use segctl_numeric::seed::Seed;
use serde::{Deserialize, Serialize};

use crate::ClusteringError;
use crate::check::{at_least_one, not_negative};

/// Which cluster is split next. Serialised as scikit-learn's names with hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BisectingStrategy {
    /// The one with the largest sum of squared distances to its centre.
    #[default]
    BiggestInertia,
    /// The one with the largest weight: without weights the most rows. (scikit-learn counts rows
    /// whatever they weigh; here a weight of 3 is three copies.)
    LargestCluster,
}

/// Where the two centres of a split begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SplitInit {
    /// Greedy k-means++, the best of several starts.
    #[default]
    KMeansPlusPlus,
    /// The row farthest from the mean of the cluster and the row farthest from that one, the first
    /// among equals (T. Gonzalez, 1985): one start, nothing random, and at the mercy of outliers.
    Farthest,
}

/// How many clusters to split into, and how.
///
/// ```
/// use segctl_clustering_core::bisecting::{BisectingParams, BisectingStrategy};
/// let params = BisectingParams::new(5).with_bisecting_strategy(BisectingStrategy::LargestCluster);
/// assert!(params.validate().is_ok());
/// assert!(BisectingParams::new(0).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BisectingParams {
    /// Number of clusters, k >= 1.
    pub n_clusters: usize,
    /// Which cluster is split next.
    pub bisecting_strategy: BisectingStrategy,
    /// Where the two centres of a split begin.
    pub init: SplitInit,
    /// Starts of each split, the best of which counts (5).
    pub restarts: usize,
    /// Iterations of one start at most (300).
    pub max_iter: usize,
    /// A start also ends when the squared shift of both centres is at most `tol` times the mean
    /// variance of the features within the cluster that is split (1e-4).
    pub tol: f64,
    /// Root of the random numbers (0).
    pub seed: Seed,
}

impl BisectingParams {
    /// `n_clusters` clusters, everything else at its default.
    pub fn new(n_clusters: usize) -> Self {
        Self {
            n_clusters,
            bisecting_strategy: BisectingStrategy::default(),
            init: SplitInit::default(),
            restarts: 5,
            max_iter: 300,
            tol: 1e-4,
            seed: Seed(0),
        }
    }

    /// Sets which cluster is split next.
    pub fn with_bisecting_strategy(mut self, strategy: BisectingStrategy) -> Self {
        self.bisecting_strategy = strategy;
        self
    }

    /// Sets where the two centres of a split begin.
    pub fn with_init(mut self, init: SplitInit) -> Self {
        self.init = init;
        self
    }

    /// Sets the number of starts of each split.
    pub fn with_restarts(mut self, restarts: usize) -> Self {
        self.restarts = restarts;
        self
    }

    /// Sets the largest number of iterations of one start.
    pub fn with_max_iter(mut self, max_iter: usize) -> Self {
        self.max_iter = max_iter;
        self
    }

    /// Sets the relative tolerance on the shift of the centres.
    pub fn with_tol(mut self, tol: f64) -> Self {
        self.tol = tol;
        self
    }

    /// Sets the root of the random numbers.
    pub fn with_seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`ClusteringError::Input`] naming the first parameter that is out of range.
    pub fn validate(&self) -> Result<(), ClusteringError> {
        at_least_one("n_clusters", self.n_clusters)?;
        at_least_one("restarts", self.restarts)?;
        at_least_one("max_iter", self.max_iter)?;
        not_negative("tol", self.tol)
    }
}
