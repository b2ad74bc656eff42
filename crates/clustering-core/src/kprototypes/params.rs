use segctl_numeric::Matrix;
use segctl_numeric::seed::Seed;

use crate::ClusteringError;
use crate::check::{at_least_one, out_of_range};

/// Where a start begins.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum PrototypesInit {
    /// The first start takes the rows that F. Cao, J. Liang & L. Bai choose by density and distance
    /// ("A new initialization method for categorical data clustering", Expert Systems with Applications 36,
    /// 2009), with their numbers. It looks at categories only and draws nothing at random; where it finds fewer
    /// different rows than clusters, the rest are drawn as by `PlusPlus`. Further starts begin as
    /// `PlusPlus` does.
    #[default]
    Cao,
    /// The start of Z. Huang (Data Mining and Knowledge Discovery 2, 1998): the categories of each prototype
    /// are drawn by their frequencies, column by column; the row with the fewest mismatches takes its place.
    Huang,
    /// Rows drawn one by one, with probability proportional to the dissimilarity to the nearest so far, as in
    /// k-means++ (D. Arthur & S. Vassilvitskii, SODA 2007).
    PlusPlus,
    /// These prototypes: k x d, with codes in the columns of categories. One start, however many are asked for.
    Prototypes(Matrix),
}

/// How many clusters to find among rows of numbers and categories, and how.
///
/// ```
/// use segctl_clustering_core::kprototypes::{KPrototypesParams, PrototypesInit};
/// let params = KPrototypesParams::new(3, vec![false, true]).with_gamma(0.5).with_init(PrototypesInit::Huang);
/// assert!(params.validate().is_ok());
/// assert!(params.with_gamma(-1.0).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KPrototypesParams {
    /// Number of clusters, k >= 1.
    pub n_clusters: usize,
    /// Which columns are categories (d). None and all are fine.
    pub categorical: Vec<bool>,
    /// What a mismatch of categories counts beside squared differences of numbers, in [0, 1e120]. `None`,
    /// the default, is half the mean of the (population) standard deviations of the numbers, as in the `kmodes`
    /// package, and 1 where no number varies. With standardised numbers that is 0.5.
    pub gamma: Option<f64>,
    /// Where a start begins.
    pub init: PrototypesInit,
    /// Starts, the best of which counts (10).
    pub restarts: usize,
    /// Iterations of one start at most (100); more are made only to fill clusters left without rows.
    pub max_iter: usize,
    /// Root of the random numbers (0).
    pub seed: Seed,
}

/// Beyond it, sums of dissimilarities might overflow.
const LARGEST_GAMMA: f64 = 1e120;

impl KPrototypesParams {
    /// `n_clusters` clusters of rows whose columns are categories where `categorical` says so, everything else
    /// at its default.
    pub fn new(n_clusters: usize, categorical: Vec<bool>) -> Self {
        Self {
            n_clusters,
            categorical,
            gamma: None,
            init: PrototypesInit::default(),
            restarts: 10,
            max_iter: 100,
            seed: Seed(0),
        }
    }

    /// Sets what a mismatch counts.
    pub fn with_gamma(mut self, gamma: f64) -> Self {
        self.gamma = Some(gamma);
        self
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
        at_least_one("n_clusters", self.n_clusters)?;
        at_least_one("restarts", self.restarts)?;
        at_least_one("max_iter", self.max_iter)?;
        self.gamma.map_or(Ok(()), check_gamma)
    }
}

pub(super) fn check_gamma(gamma: f64) -> Result<(), ClusteringError> {
    match (0.0..=LARGEST_GAMMA).contains(&gamma) {
        true => Ok(()),
        false => Err(out_of_range("gamma", gamma, "in [0, 1e120]")),
    }
}
