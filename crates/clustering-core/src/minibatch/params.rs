use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Matrix};

use crate::ClusteringError;
use crate::check::{at_least_one, check_magnitudes, not_negative, out_of_range};

/// How many clusters, and how batches move their centres.
///
/// ```
/// use segctl_clustering_core::minibatch::MiniBatchParams;
/// let params = MiniBatchParams::new(5).with_batch_size(4096).with_max_no_improvement(None);
/// assert!(params.validate().is_ok());
/// assert!(MiniBatchParams::new(5).with_batch_size(0).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MiniBatchParams {
    /// Number of clusters, k >= 1.
    pub n_clusters: usize,
    /// Rows of a batch (1024), drawn uniformly with replacement. Where there are no more rows than
    /// that, every batch is all rows, each once, in their order.
    pub batch_size: usize,
    /// Passes over as many rows as there are, at most (100): `max_iter * n / batch_size` batches.
    pub max_iter: usize,
    /// Ends when one batch moves all centres by a sum of squares of at most `tol` times the mean
    /// variance of the features (0: never).
    pub tol: f64,
    /// Ends when the smoothed inertia of so many batches in a row is not below the least so far
    /// (10); `None` never ends for that. A batch counts `2 b / (n + 1)`, as in scikit-learn: where
    /// batches are a small part of the rows, the first ones weigh for long, and a fit may end after a
    /// dozen. Larger batches, or more patience, then lower the inertia.
    pub max_no_improvement: Option<usize>,
    /// Starts that are tried on a sample (3): the one with the least inertia on another sample is
    /// trained. Given centres are started from once.
    pub n_init: usize,
    /// Rows of each of these samples; `None` for three batches, and at least 3 k rows.
    pub init_size: Option<usize>,
    /// Centres whose rows so far weigh less than this share of the heaviest one's are now and then
    /// moved to a row of the batch (0.01, in \[0, 1\]; 0: never).
    pub reassignment_ratio: f64,
    /// Root of the random numbers (0).
    pub seed: Seed,
    /// Centres to begin with (k x d, in the coordinates of X); `None` for greedy k-means++.
    pub init_centers: Option<Matrix>,
}

impl MiniBatchParams {
    /// `n_clusters` clusters, everything else at its default: scikit-learn's numbers.
    pub fn new(n_clusters: usize) -> Self {
        Self {
            n_clusters,
            batch_size: 1024,
            max_iter: 100,
            tol: 0.0,
            max_no_improvement: Some(10),
            n_init: 3,
            init_size: None,
            reassignment_ratio: 0.01,
            seed: Seed(0),
            init_centers: None,
        }
    }

    /// Sets the rows of a batch.
    pub fn with_batch_size(mut self, batch_size: usize) -> Self {
        self.batch_size = batch_size;
        self
    }

    /// Sets the largest number of passes.
    pub fn with_max_iter(mut self, max_iter: usize) -> Self {
        self.max_iter = max_iter;
        self
    }

    /// Sets the relative tolerance on the shift of the centres.
    pub fn with_tol(mut self, tol: f64) -> Self {
        self.tol = tol;
        self
    }

    /// Sets the number of batches without improvement that end the fit, `None` for any number.
    pub fn with_max_no_improvement(mut self, batches: Option<usize>) -> Self {
        self.max_no_improvement = batches;
        self
    }

    /// Sets the number of starts that are tried.
    pub fn with_n_init(mut self, n_init: usize) -> Self {
        self.n_init = n_init;
        self
    }

    /// Sets the rows of the samples that starts are tried on.
    pub fn with_init_size(mut self, rows: Option<usize>) -> Self {
        self.init_size = rows;
        self
    }

    /// Sets the share of the heaviest centre's weight below which a centre is moved.
    pub fn with_reassignment_ratio(mut self, ratio: f64) -> Self {
        self.reassignment_ratio = ratio;
        self
    }

    /// Sets the root of the random numbers.
    pub fn with_seed(mut self, seed: Seed) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the centres to begin with.
    pub fn with_init_centers(mut self, centers: Option<Matrix>) -> Self {
        self.init_centers = centers;
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`ClusteringError::Input`] naming the first parameter that is out of range.
    pub fn validate(&self) -> Result<(), ClusteringError> {
        at_least_one("n_clusters", self.n_clusters)?;
        at_least_one("batch_size", self.batch_size)?;
        at_least_one("max_iter", self.max_iter)?;
        not_negative("tol", self.tol)?;
        at_least_one("max_no_improvement", self.max_no_improvement.unwrap_or(1))?;
        at_least_one("n_init", self.n_init)?;
        at_least_one("init_size", self.init_size.unwrap_or(1))?;
        if !(0.0..=1.0).contains(&self.reassignment_ratio) {
            return Err(out_of_range("reassignment_ratio", self.reassignment_ratio, "in [0, 1]"));
        }
        match &self.init_centers {
            None => Ok(()),
            Some(centers) if centers.n_rows() != self.n_clusters => {
                let (what, found) = ("initial centres", centers.n_rows());
                Err(InputError::Length { what, found, expected: self.n_clusters }.into())
            }
            Some(centers) => check_magnitudes("initial centres", centers.view()),
        }
    }
}
