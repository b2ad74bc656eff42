use segctl_numeric::seed::Seed;
use serde::{Deserialize, Serialize};

use crate::ClusteringError;
use crate::check::at_least_one;
use crate::kmeans::{Init, KMeansParams};

/// How few and how many rows a cluster may have.
///
/// ```
/// use segctl_clustering_core::sizes::SizeBounds;
/// assert_eq!(SizeBounds::at_least(3).with_max(9), SizeBounds::between(3, 9));
/// assert!(SizeBounds::between(9, 3).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SizeBounds {
    /// The fewest; `None` and 0 count as 1: no cluster is empty.
    pub min: Option<usize>,
    /// The most; `None` for any number.
    pub max: Option<usize>,
}

impl SizeBounds {
    /// At least `min` rows.
    pub fn at_least(min: usize) -> Self {
        Self { min: Some(min), max: None }
    }

    /// At most `max` rows.
    pub fn at_most(max: usize) -> Self {
        Self { min: None, max: Some(max) }
    }

    /// At least `min` and at most `max` rows.
    pub fn between(min: usize, max: usize) -> Self {
        Self { min: Some(min), max: Some(max) }
    }

    /// Sets the most rows.
    pub fn with_max(mut self, max: usize) -> Self {
        self.max = Some(max);
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`ClusteringError::SizeOrder`] when the least is more than the most.
    pub fn validate(self) -> Result<(), ClusteringError> {
        let (min, max) = (self.min.unwrap_or(1).max(1), self.max.unwrap_or(usize::MAX));
        if min <= max { Ok(()) } else { Err(ClusteringError::SizeOrder { min, max }) }
    }
}

/// How rows are assigned under bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Solver {
    /// The exact one unless too many rows have to move: see the [module](crate::sizes#exact-or-not).
    #[default]
    Auto,
    /// Exact: a flow of least cost, whatever time it takes.
    Flow,
    /// Prices from a sample, then repairs: near the optimum, in the time of a few passes.
    Prices,
}

/// How many clusters, and how large.
///
/// ```
/// use segctl_clustering_core::sizes::{SizeBounds, SizesParams};
/// let params = SizesParams::new(4, SizeBounds::at_least(50)).with_restarts(3);
/// assert!(params.validate().is_ok());
/// assert!(SizesParams::new(4, SizeBounds::at_most(0)).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SizesParams {
    /// Number of clusters, k >= 1.
    pub n_clusters: usize,
    /// The rows that each may have.
    pub bounds: SizeBounds,
    /// How rows are assigned under bounds.
    pub solver: Solver,
    /// Starts, each a start of k-means without bounds followed by iterations with them, the best of
    /// which is returned (4). Given centres are started from once, at once with bounds.
    pub restarts: usize,
    /// Iterations of one start at most (100).
    pub max_iter: usize,
    /// A start also ends when the squared shift of all centres is at most `tol` times the mean
    /// variance of the features (1e-4).
    pub tol: f64,
    /// Root of the random numbers (0).
    pub seed: Seed,
    /// Where the k-means of a start begins.
    pub init: Init,
}

impl SizesParams {
    /// `n_clusters` clusters within `bounds`, everything else at its default.
    pub fn new(n_clusters: usize, bounds: SizeBounds) -> Self {
        Self {
            n_clusters,
            bounds,
            solver: Solver::Auto,
            restarts: 4,
            max_iter: 100,
            tol: 1e-4,
            seed: Seed(0),
            init: Init::KMeansPlusPlus,
        }
    }

    /// Sets how rows are assigned under bounds.
    pub fn with_solver(mut self, solver: Solver) -> Self {
        self.solver = solver;
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

    /// Sets where the k-means of a start begins.
    pub fn with_init(mut self, init: Init) -> Self {
        self.init = init;
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`ClusteringError::SizeOrder`], [`ClusteringError::Input`] naming the first parameter that is
    /// out of range.
    pub fn validate(&self) -> Result<(), ClusteringError> {
        self.bounds.validate()?;
        at_least_one("restarts", self.restarts)?;
        self.start_params().validate()
    }

    /// What a start runs before bounds come in.
    pub(super) fn start_params(&self) -> KMeansParams {
        KMeansParams::new(self.n_clusters)
            .with_restarts(1)
            .with_max_iter(self.max_iter)
            .with_tol(self.tol)
            .with_init(self.init.clone())
    }
}
