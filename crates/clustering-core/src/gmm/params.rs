use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix};

use super::{Covariance, GmmModel};
use crate::ClusteringError;
use crate::check::{at_least_one, not_negative};

/// Where EM begins.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum GmmInit {
    /// The clusters of one start of [`kmeans`](crate::kmeans) per restart.
    #[default]
    KMeans,
    /// These clusters, one per component, none empty; noise has no say in the beginning.
    Labels(Labels),
    /// The posterior probabilities (n x k, each in [0, 1]): begins with an M-step.
    Responsibilities(Matrix),
    /// The rows nearest to each of these means (k x d, in the coordinates of X).
    Means(Matrix),
    /// This mixture, of any kind of covariances: begins with an E-step.
    Model(Box<GmmModel>),
}

/// What mixture to fit, and how long to try.
///
/// ```
/// use segctl_clustering_core::gmm::{Covariance, GmmParams};
/// let params = GmmParams::new(3).with_covariance(Covariance::Tied).with_restarts(5);
/// assert!(params.validate().is_ok());
/// assert!(GmmParams::new(0).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GmmParams {
    /// Number of components, k >= 1.
    pub n_components: usize,
    /// What their covariances may look like ([`Covariance::Full`]).
    pub covariance: Covariance,
    /// Added to each variance, in squares of the units of X, so that covariances stay positive definite (1e-6).
    pub reg_covar: f64,
    /// A start ends when the mean log-likelihood of a row changes by less than this (1e-3). 0 asks for
    /// `max_iter` iterations.
    pub tol: f64,
    /// Iterations of one start at most (100).
    pub max_iter: usize,
    /// Independent starts, the best of which is returned (1). Only [`GmmInit::KMeans`] can start twice.
    pub restarts: usize,
    /// Root of the random numbers (0).
    pub seed: Seed,
    /// Where a start begins.
    pub init: GmmInit,
}

impl GmmParams {
    /// `n_components` components, everything else at its default.
    pub fn new(n_components: usize) -> Self {
        Self {
            n_components,
            covariance: Covariance::default(),
            reg_covar: 1e-6,
            tol: 1e-3,
            max_iter: 100,
            restarts: 1,
            seed: Seed(0),
            init: GmmInit::default(),
        }
    }

    /// Sets what covariances may look like.
    pub fn with_covariance(mut self, covariance: Covariance) -> Self {
        self.covariance = covariance;
        self
    }

    /// Sets what is added to each variance.
    pub fn with_reg_covar(mut self, reg_covar: f64) -> Self {
        self.reg_covar = reg_covar;
        self
    }

    /// Sets the change of the mean log-likelihood that ends a start.
    pub fn with_tol(mut self, tol: f64) -> Self {
        self.tol = tol;
        self
    }

    /// Sets the largest number of iterations of one start.
    pub fn with_max_iter(mut self, max_iter: usize) -> Self {
        self.max_iter = max_iter;
        self
    }

    /// Sets the number of starts.
    pub fn with_restarts(mut self, restarts: usize) -> Self {
        self.restarts = restarts;
        self
    }

    /// Sets the root of the random numbers.
    pub fn with_seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Sets where a start begins.
    pub fn with_init(mut self, init: GmmInit) -> Self {
        self.init = init;
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`ClusteringError::Input`] naming the first parameter that is out of range.
    pub fn validate(&self) -> Result<(), ClusteringError> {
        at_least_one("n_components", self.n_components)?;
        at_least_one("restarts", self.restarts)?;
        at_least_one("max_iter", self.max_iter)?;
        not_negative("tol", self.tol)?;
        not_negative("reg_covar", self.reg_covar)
    }
}
