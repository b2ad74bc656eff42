//! What eps to try: distances to the k-th neighbour, and where they turn upwards.

use rand::RngExt;
use segctl_numeric::distance::Metric;
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, MatrixView};
use serde::{Deserialize, Serialize};

use super::knee::knee;
use crate::ClusteringError;
use crate::check::{at_least_one, check_values};
use crate::spatial::Tree;

/// Points of a curve that is to be drawn.
const N_POINTS: usize = 400;

/// How [`propose_eps`] looks at the data.
///
/// ```
/// use segctl_clustering_core::dbscan::EpsParams;
/// use segctl_numeric::distance::Metric;
/// let params = EpsParams::new(10).with_metric(Metric::Manhattan).with_max_rows(5000).with_seed(1);
/// assert!(params.validate().is_ok());
/// assert!(EpsParams::new(0).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EpsParams {
    /// Which neighbour's distance is looked at, the row itself being the first: `min_samples` of DBSCAN.
    pub k: usize,
    /// What the distance of two rows is (Euclidean).
    pub metric: Metric,
    /// The most rows whose neighbours are looked up (50,000). Of more rows a sample is drawn; its
    /// neighbours are still sought among all rows.
    pub max_rows: usize,
    /// What the sample depends on (0).
    pub seed: u64,
}

impl EpsParams {
    /// Euclidean distances to the `k`-th neighbour, of 50,000 rows at most.
    pub fn new(k: usize) -> Self {
        Self { k, metric: Metric::Euclidean, max_rows: 50_000, seed: 0 }
    }

    /// Sets what the distance of two rows is.
    pub fn with_metric(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// Sets the most rows whose neighbours are looked up.
    pub fn with_max_rows(mut self, max_rows: usize) -> Self {
        self.max_rows = max_rows;
        self
    }

    /// Sets the seed of the sample.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for a `k` or a number of rows of 0.
    pub fn validate(&self) -> Result<(), ClusteringError> {
        at_least_one("k", self.k)?;
        at_least_one("max_rows", self.max_rows)
    }
}

/// A k-distance curve and its knee: plain data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EpsProposal {
    /// The distance at the knee, above 0; `None` when the curve of distances above 0 has no knee: when
    /// all are equal or it nowhere runs below the straight line between its ends.
    pub eps: Option<f64>,
    /// The place of the knee on the curve, from 0.
    pub knee_rank: Option<usize>,
    /// Which neighbour's distance it is, the row itself being the first.
    pub k: usize,
    /// Rows looked up: all, or a sample.
    pub n_rows: usize,
    /// Rows among which neighbours were sought.
    pub n_samples: usize,
    /// Places on the curve of `n_rows` points, from 0, ascending: up to some 400, the ends and the knee
    /// among them.
    pub ranks: Vec<usize>,
    /// The distance at each of `ranks`, ascending.
    pub distances: Vec<f64>,
}

impl EpsProposal {
    /// Whether a sample of the rows was looked up, not all.
    pub fn is_sampled(&self) -> bool {
        self.n_rows < self.n_samples
    }
}

/// The distance of each row of `x` (n x d) to its `k`-th nearest row, itself being the first, ascending: the
/// curve by which eps is chosen (Ester et al. 1996, section 4.2). 0 for rows with `k` copies.
///
/// Distances are those of [`Metric::distance`], to the bit but for cosine. Time O(n d log n) in few
/// dimensions, O(n^2 d) at worst; 16 n d bytes.
///
/// ```
/// use segctl_clustering_core::dbscan::k_distances;
/// use segctl_numeric::{MatrixView, distance::Metric};
/// let x = MatrixView::new(&[0.0, 1.0, 3.0, 8.0], 4, 1)?;
/// assert_eq!(k_distances(x, 2, Metric::Euclidean)?, [1.0, 1.0, 2.0, 5.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ClusteringError::Input`] for a `k` of 0 or beyond n, or a value that is not finite;
/// [`ClusteringError::TooLarge`] for magnitudes beyond 1e120.
pub fn k_distances(x: MatrixView<'_>, k: usize, metric: Metric) -> Result<Vec<f64>, ClusteringError> {
    check(x, k)?;
    let mut distances = crate::spatial::k_distances(x, k, metric);
    distances.sort_unstable_by(f64::total_cmp);
    Ok(distances)
}

/// Proposes eps at the knee of the k-distance curve of `x` (n x d): most rows have their k-th neighbour
/// within it, and those that do not are far from having.
///
/// The knee is that of V. Satopää, J. Albrecht, D. Irwin & B. Raghavan, "Finding a 'Kneedle' in a
/// haystack: detecting knee points in system behavior", ICDCS workshops 2011, for a rising convex curve
/// known as a whole: both axes are normalised to [0, 1], and of all points the one farthest below
/// the diagonal is taken, the first among equals. Distances of 0 are left out: rows with `k` copies
/// ask for no eps.
///
/// A knee is a place to begin: a few rows very far away flatten the rest of the curve and move the knee up.
///
/// ```
/// use segctl_clustering_core::dbscan::{EpsParams, propose_eps};
/// use segctl_numeric::Matrix;
/// let mut values: Vec<f64> = (0..100).map(|i| 0.01 * f64::from(i * i)).collect();
/// values.extend([500.0, 900.0]);
/// let found = propose_eps(Matrix::new(values, 102, 1)?.view(), &EpsParams::new(3))?;
/// assert_eq!((found.knee_rank, found.is_sampled()), (Some(99), false));
/// assert!(found.eps.is_some_and(|eps| (1.0..4.0).contains(&eps)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`k_distances`], and [`ClusteringError::Input`] for parameters out of range.
pub fn propose_eps(x: MatrixView<'_>, params: &EpsParams) -> Result<EpsProposal, ClusteringError> {
    params.validate()?;
    let &EpsParams { k, metric, max_rows, seed } = params;
    check(x, k)?;
    let curve = if x.n_rows() <= max_rows {
        k_distances(x, k, metric)?
    } else {
        let rows = draw(x.n_rows(), max_rows, Seed(seed));
        let tree = Tree::new(x, metric);
        let queries = tree.comparable(x.select_rows(&rows).view()).into_owned();
        let mut curve = tree.nearest_of(&queries, k, |found| tree.distance_of(found[k - 1].total));
        curve.sort_unstable_by(f64::total_cmp);
        curve
    };
    Ok(proposal(&curve, k, x.n_rows()))
}

fn check(x: MatrixView<'_>, k: usize) -> Result<(), ClusteringError> {
    at_least_one("k", k)?;
    check_values("X", x)?;
    match x.n_rows() {
        n_samples if n_samples < k => Err(InputError::TooFewRows { what: "X", n_samples, at_least: k }.into()),
        _ => Ok(()),
    }
}

fn proposal(curve: &[f64], k: usize, n_samples: usize) -> EpsProposal {
    let n_zeros = curve.partition_point(|&distance| distance <= 0.0);
    let knee_rank = knee(&curve[n_zeros..]).map(|rank| n_zeros + rank);
    let last = curve.len() - 1;
    let step = |i: usize| (i as u128 * last as u128 / (N_POINTS - 1) as u128) as usize;
    let mut ranks: Vec<usize> = (0..N_POINTS).map(step).chain(knee_rank).collect();
    ranks.sort_unstable();
    ranks.dedup();
    EpsProposal {
        eps: knee_rank.map(|rank| curve[rank]),
        knee_rank,
        k,
        n_rows: curve.len(),
        n_samples,
        distances: ranks.iter().map(|&rank| curve[rank]).collect(),
        ranks,
    }
}

/// `size` of `n` rows, ascending, every subset as likely as any other (Knuth, The Art of Computer
/// Programming 2, 3.4.2, algorithm S).
fn draw(n: usize, size: usize, seed: Seed) -> Vec<usize> {
    let mut rng = seed.stream("k-distances", 0, 0);
    let mut drawn = Vec::with_capacity(size);
    for row in 0..n {
        if rng.random::<f64>() * ((n - row) as f64) < (size - drawn.len()) as f64 {
            drawn.push(row);
        }
    }
    drawn
}
