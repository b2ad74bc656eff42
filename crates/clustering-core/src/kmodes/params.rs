use segctl_numeric::seed::Seed;

use crate::ClusteringError;
use crate::kprototypes::{KPrototypesParams, PrototypesInit};

/// How many clusters to find among rows of categories, and how.
///
/// ```
/// use segctl_clustering_core::kmodes::KModesParams;
/// assert!(KModesParams::new(3).with_restarts(20).validate().is_ok());
/// assert!(KModesParams::new(0).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KModesParams {
    /// Number of clusters, k >= 1.
    pub n_clusters: usize,
    /// Where a start begins.
    pub init: PrototypesInit,
    /// Starts, the best of which counts (10).
    pub restarts: usize,
    /// Iterations of one start at most (100); more are made only to fill clusters left without rows.
    pub max_iter: usize,
    /// Root of the random numbers (0).
    pub seed: Seed,
}

impl KModesParams {
    /// `n_clusters` clusters, everything else at its default.
    pub fn new(n_clusters: usize) -> Self {
        Self { n_clusters, init: PrototypesInit::default(), restarts: 10, max_iter: 100, seed: Seed(0) }
    }

    /// Sets where a start begins.
    pub fn with_init(mut self, init: PrototypesInit) -> Self {
        self.init = init;
        self
    }

    /// Sets the number of starts.
    pub fn with_restarts(mut self, restarts: usize) -> Self {
        self.restarts = restarts;
        self
    }

    /// Sets the largest number of iterations of one start.
    pub fn with_max_iter(mut self, max_iter: usize) -> Self {
        self.max_iter = max_iter;
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
        self.as_prototypes(1).validate()
    }

    /// The same of k-prototypes without numbers, where a mismatch counts 1.
    pub(super) fn as_prototypes(&self, n_features: usize) -> KPrototypesParams {
        KPrototypesParams::new(self.n_clusters, vec![true; n_features])
            .with_gamma(1.0)
            .with_init(self.init.clone())
            .with_restarts(self.restarts)
            .with_max_iter(self.max_iter)
            .with_seed(self.seed)
    }
}
