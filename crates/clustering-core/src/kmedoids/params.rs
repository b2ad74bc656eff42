use segctl_numeric::distance::Dissimilarity;
use segctl_numeric::seed::Seed;

use super::table::Table;
use crate::ClusteringError;
use crate::check::at_least_one;

/// Where a start begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum MedoidsInit {
    /// LAB (Schubert & Rousseeuw, 2021): each medoid is the row that lowers the loss most among `10 + sqrt(n)`
    /// rows drawn at random, and judged by them. About as good as BUILD in time O(n k).
    #[default]
    Lab,
    /// BUILD (Kaufman & Rousseeuw, 1990): each medoid is the row that lowers the loss most. Nothing is random:
    /// one start, however many are asked for. Time O(n^2 k).
    Build,
    /// Rows drawn at random: what the `kmedoids` package of Python begins with by default.
    Random,
    /// These k different rows. One start, however many are asked for.
    Medoids(Vec<usize>),
}

/// How many medoids to find, and how.
///
/// ```
/// use segctl_clustering_core::kmedoids::{KMedoidsParams, MedoidsInit};
/// use segctl_numeric::distance::Metric;
/// let params = KMedoidsParams::new(3).with_dissimilarity(Metric::Manhattan).with_init(MedoidsInit::Build);
/// assert!(params.validate().is_ok());
/// assert!(params.with_restarts(0).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct KMedoidsParams {
    /// Number of clusters, k >= 1.
    pub n_clusters: usize,
    /// What the distance of two rows is (Euclidean).
    pub dissimilarity: Dissimilarity,
    /// Where a start begins.
    pub init: MedoidsInit,
    /// Starts, the best of which counts (1). A start costs a fraction of the table of distances.
    pub restarts: usize,
    /// Rounds over all rows of one start at most (100).
    pub max_iter: usize,
    /// Bytes that the table of distances, 4 n^2, may take; `None` for as many as there are. Where they do not
    /// suffice, medoids are found in samples (2 GiB: 23,170 rows).
    pub memory_limit: Option<u64>,
    /// Samples drawn, where all rows do not fit (5).
    pub n_samples: usize,
    /// Rows of a sample. `None`, the default, is 80 + 4k or 2,000, whichever is more, as far as they fit.
    pub sample_size: Option<usize>,
    /// Root of the random numbers (0).
    pub seed: Seed,
}

/// Samples as small as in the literature (80 + 4k) save nothing here: the table of 2,000 rows takes 16 MB.
const USUAL_SAMPLE: usize = 2_000;

impl KMedoidsParams {
    /// `n_clusters` clusters, everything else at its default.
    pub fn new(n_clusters: usize) -> Self {
        Self {
            n_clusters,
            dissimilarity: Dissimilarity::default(),
            init: MedoidsInit::default(),
            restarts: 1,
            max_iter: 100,
            memory_limit: Some(2 << 30),
            n_samples: 5,
            sample_size: None,
            seed: Seed(0),
        }
    }

    /// Sets the distance of two rows: a [`Metric`](segctl_numeric::distance::Metric) or
    /// [`Gower`](segctl_numeric::distance::Gower)'s.
    pub fn with_dissimilarity(mut self, dissimilarity: impl Into<Dissimilarity>) -> Self {
        self.dissimilarity = dissimilarity.into();
        self
    }

    /// Sets where a start begins.
    pub fn with_init(mut self, init: MedoidsInit) -> Self {
        self.init = init;
        self
    }

    /// Sets the number of starts.
    pub fn with_restarts(mut self, restarts: usize) -> Self {
        self.restarts = restarts;
        self
    }

    /// Sets the largest number of rounds of one start.
    pub fn with_max_iter(mut self, max_iter: usize) -> Self {
        self.max_iter = max_iter;
        self
    }

    /// Sets the bytes that the table of distances may take, `None` for no limit.
    pub fn with_memory_limit(mut self, bytes: Option<u64>) -> Self {
        self.memory_limit = bytes;
        self
    }

    /// Sets the number of samples.
    pub fn with_n_samples(mut self, n_samples: usize) -> Self {
        self.n_samples = n_samples;
        self
    }

    /// Sets the rows of a sample, `None` for the default.
    pub fn with_sample_size(mut self, sample_size: Option<usize>) -> Self {
        self.sample_size = sample_size;
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
    /// [`ClusteringError::Input`] naming the first parameter that is out of range;
    /// [`ClusteringError::TooFewRows`] for a sample of fewer rows than clusters.
    pub fn validate(&self) -> Result<(), ClusteringError> {
        at_least_one("n_clusters", self.n_clusters)?;
        at_least_one("restarts", self.restarts)?;
        at_least_one("max_iter", self.max_iter)?;
        at_least_one("n_samples", self.n_samples)?;
        match self.sample_size {
            Some(n_samples) if n_samples < self.n_clusters => {
                Err(ClusteringError::TooFewRows { n_samples, n_clusters: self.n_clusters })
            }
            _ => Ok(()),
        }
    }

    /// Whether the table of `n_rows` rows may be made.
    pub(super) fn allows(&self, n_rows: usize) -> bool {
        self.memory_limit.is_none_or(|limit| Table::bytes(n_rows) <= limit)
    }

    /// Rows of a sample of `n_rows`.
    ///
    /// # Errors
    /// [`ClusteringError::TableMemory`] when the table of the sample asked for, or of the smallest by default, is
    /// too large.
    pub(super) fn rows_of_sample(&self, n_rows: usize) -> Result<usize, ClusteringError> {
        let fitting = self.memory_limit.map_or(usize::MAX, Table::rows_within);
        let least = self.n_clusters.saturating_mul(4).saturating_add(80);
        let wanted = self.sample_size.unwrap_or_else(|| least.max(USUAL_SAMPLE.min(fitting))).min(n_rows);
        match wanted <= fitting {
            true => Ok(wanted),
            false => Err(ClusteringError::TableMemory { needed: Table::bytes(wanted), n_rows: wanted }),
        }
    }
}
