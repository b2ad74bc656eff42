use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Matrix};
use serde::{Deserialize, Serialize};

use crate::ClusteringError;
use crate::check::{at_least_one, not_negative, positive};

/// What to fit, and how long to try.
///
/// ```
/// use segctl_clustering_core::kmeans::KMeansParams;
/// use segctl_numeric::seed::Seed;
/// let params = KMeansParams::new(5).with_restarts(20).with_seed(Seed(7));
/// assert!(params.validate().is_ok());
/// assert!(KMeansParams::new(0).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KMeansParams {
    /// Number of clusters, k >= 1.
    pub n_clusters: usize,
    /// Independent starts, the best of which is returned (10). Given centres are started from once.
    pub restarts: usize,
    /// Iterations of one start at most (300).
    pub max_iter: usize,
    /// A start also ends when the squared shift of all centres is at most `tol` times the mean
    /// variance of the features (1e-4). 0 asks for labels that repeat.
    pub tol: f64,
    /// Root of the random numbers (0).
    pub seed: Seed,
    /// Where a start begins.
    pub init: Init,
    /// How nearest centres are found. Never changes the result.
    pub algorithm: Algorithm,
    /// With `Some(m)` and more than `m` rows, all starts run on a sample of `m` rows and only the
    /// best are refined on all rows. `None` (the default) runs every start on all rows.
    pub restart_sample: Option<usize>,
    /// What is tried to better the best starts ([`Search::None`]).
    pub search: Search,
}

/// Where a start begins.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Init {
    /// Greedy k-means++ (Arthur & Vassilvitskii, 2007): each new centre is the best of
    /// `2 + floor(ln k)` rows drawn with probability proportional to the squared distance to the
    /// centres so far.
    #[default]
    KMeansPlusPlus,
    /// k-means|| (Bahmani et al., 2012): in each of `rounds` passes over the rows about
    /// `oversampling` of them become candidates, among which greedy k-means++ then chooses by
    /// weight. [`Init::kmeans_parallel`] has the usual numbers. For a million rows and more: with
    /// 1,000,000 x 16 it took 0.45 of the processor time of k-means++ at k = 16 and 0.22 at k = 64, since
    /// it goes over the rows six times in all and not twice per centre; inertia after one iteration was
    /// 4 % lower and 0.7 % higher. Rows that fit a cache gain nothing.
    KMeansParallel {
        /// Candidates a round on average, finite and above 0; `None` for 2 k.
        oversampling: Option<f64>,
        /// Rounds, >= 1; fewer are run when every row is a copy of some candidate.
        rounds: usize,
    },
    /// These centres: k x d, in the coordinates of X.
    Centers(Matrix),
}

impl Init {
    /// k-means|| with the paper's 2 k candidates a round, and five rounds.
    ///
    /// ```
    /// use segctl_clustering_core::kmeans::{Init, KMeansParams, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
    /// let found = fit(x, &KMeansParams::new(2).with_init(Init::kmeans_parallel()))?;
    /// assert_eq!(found.inertia, 1.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn kmeans_parallel() -> Self {
        Self::KMeansParallel { oversampling: None, rounds: 5 }
    }
}

/// How nearest centres are found. Labels and centres are the same bits either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Algorithm {
    /// Bounds, unless there is one centre only.
    #[default]
    Auto,
    /// All distances in each iteration (Lloyd, 1982).
    Lloyd,
    /// Only the distances that bounds cannot rule out (Hamerly, 2010), in single precision where that
    /// leaves no doubt. Falls back to [`Lloyd`](Self::Lloyd) where it never could: for magnitudes
    /// (after centring) whose largest is outside 1e-100 to 1e100, and beyond 8,192 features.
    Hamerly,
}

/// What is tried to better the best starts.
///
/// The search goes on from each of the best four starts, so `restarts` beyond four buy better places
/// to begin, at the full price of a start; [`KMeansParams::searching`] asks for four. With
/// [`KMeansParams::restart_sample`] it runs on the sample.
///
/// ```
/// use segctl_clustering_core::kmeans::{KMeansParams, Search, fit};
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[0.0, 1.0, 10.0, 11.0, 50.0, 51.0], 6, 1)?;
/// let params = KMeansParams::new(3).with_restarts(1).with_search(Search::breathing());
/// let found = fit(x, &params)?;
/// assert_eq!(found.inertia, 1.5);
/// assert!(found.searched.is_some_and(|searched| searched.inertia_before >= 1.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Search {
    /// Nothing: the best start is the result.
    #[default]
    None,
    /// Breathing k-means (Fritzke, 2020): centres are added where they help most, then as many are
    /// taken away where they are missed least, for as long as the inertia falls.
    Breathing {
        /// Centres added at once at first, >= 1.
        breadth: usize,
    },
}

impl Search {
    /// Breathing with the paper's breadth, 5.
    pub fn breathing() -> Self {
        Self::Breathing { breadth: 5 }
    }
}

impl KMeansParams {
    /// `n_clusters` clusters, everything else at its default.
    pub fn new(n_clusters: usize) -> Self {
        Self {
            n_clusters,
            restarts: 10,
            max_iter: 300,
            tol: 1e-4,
            seed: Seed(0),
            init: Init::KMeansPlusPlus,
            algorithm: Algorithm::Auto,
            restart_sample: None,
            search: Search::None,
        }
    }

    /// `n_clusters` clusters by a search for a better optimum: breathing from four starts instead of
    /// ten starts on their own. Six more starts cost up to a quarter more time, and find nothing better.
    ///
    /// ```
    /// use segctl_clustering_core::kmeans::{KMeansParams, Search};
    /// let params = KMeansParams::searching(5);
    /// assert_eq!((params.restarts, params.search), (4, Search::breathing()));
    /// ```
    pub fn searching(n_clusters: usize) -> Self {
        Self::new(n_clusters).with_restarts(4).with_search(Search::breathing())
    }

    /// Sets the number of independent starts.
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

    /// Sets where a start begins.
    pub fn with_init(mut self, init: Init) -> Self {
        self.init = init;
        self
    }

    /// Sets how nearest centres are found.
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Sets the rows that starts run on when there are more, `None` for all.
    pub fn with_restart_sample(mut self, rows: Option<usize>) -> Self {
        self.restart_sample = rows;
        self
    }

    /// Sets what is tried to better the best starts.
    pub fn with_search(mut self, search: Search) -> Self {
        self.search = search;
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
        at_least_one("restart_sample", self.restart_sample.unwrap_or(1))?;
        not_negative("tol", self.tol)?;
        if let Search::Breathing { breadth } = self.search {
            at_least_one("breadth", breadth)?;
        }
        match &self.init {
            Init::KMeansPlusPlus => Ok(()),
            &Init::KMeansParallel { oversampling, rounds } => {
                at_least_one("rounds", rounds)?;
                positive("oversampling", oversampling.unwrap_or(1.0))
            }
            Init::Centers(centers) => check_centers(centers, self.n_clusters),
        }
    }
}

fn check_centers(centers: &Matrix, n_clusters: usize) -> Result<(), ClusteringError> {
    if centers.n_rows() != n_clusters {
        let (what, found) = ("initial centres", centers.n_rows());
        return Err(InputError::Length { what, found, expected: n_clusters }.into());
    }
    Ok(centers.view().ensure_finite("initial centres")?)
}
