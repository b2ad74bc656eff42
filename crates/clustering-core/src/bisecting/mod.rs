//! Bisecting k-means: clusters come from splitting one cluster in two, again and again.
//!
//! M. Steinbach, G. Karypis & V. Kumar, "A comparison of document clustering techniques", KDD
//! workshop on text mining, 2000. Begins with all rows in one cluster; until there are k, the cluster
//! of largest inertia (or weight) is split by k-means with k = 2. The splits are a hierarchy: the
//! clustering into any smaller number of clusters is a prefix of it ([`Bisecting::labels_at`]).
//!
//! Beside k-means it costs O(n d log k) to O(n d k) an iteration, depending on how even the splits
//! are, and needs no luck with k centres at once; its inertia is as a rule somewhat larger (3 to 9 %
//! on mixtures of 12 groups, k = 16), since an early split is never taken back.
//!
//! Rows are assigned by descending the tree of splits, not to the nearest of all k centres: see
//! [`BisectingModel`]. Agrees with scikit-learn's `BisectingKMeans` from the same initial centres of
//! each split, but for the numbers of the clusters.
//!
//! A cluster whose rows are all equal, or so close that the squares of their distances vanish, is
//! never split; the next in order is.

mod grow;
mod model;
mod params;
mod split;

use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::{Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

pub use model::BisectingModel;
pub use params::{BisectingParams, BisectingStrategy, SplitInit};

use crate::ClusteringError;
use crate::kmeans::{KMeansData, Stop, check_rows};
use crate::model::Predict;
use grow::Growing;
use split::Splitter;

/// A fitted hierarchy of splits: plain data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Bisecting {
    /// The means of the clusters (k x d), in the coordinates of X.
    pub centers: Matrix,
    /// The cluster of each row; never noise, no cluster empty.
    pub labels: Labels,
    /// `sum_i w_i |x_i - c_label(i)|^2`
    pub inertia: f64,
    /// What was split, in order (k - 1).
    pub splits: Vec<Split>,
    /// The inertia with 1, 2, ... k clusters.
    pub inertias: Vec<f64>,
    /// What assigns new rows.
    pub model: BisectingModel,
}

/// One cluster became two: split `s` (from 0) leaves `s + 2` clusters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Split {
    /// The cluster that was split; one half keeps its number.
    pub cluster: usize,
    /// The number of the other half: `s + 1`.
    pub new_cluster: usize,
    /// Rows in `cluster` and in `new_cluster` after it.
    pub sizes: [usize; 2],
    /// The inertia of the cluster before.
    pub inertia_before: f64,
    /// The inertia of `cluster` and of `new_cluster` after it.
    pub inertia_after: [f64; 2],
    /// Iterations of the start that was taken.
    pub n_iter: usize,
    /// Why it ended.
    pub stop: Stop,
}

impl Bisecting {
    /// The clustering when there were `n_clusters` clusters: the same as a fit with that k.
    ///
    /// ```
    /// use segctl_clustering_core::bisecting::{BisectingParams, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[0.0, 1.0, 10.0, 11.0, 30.0], 5, 1)?;
    /// let found = fit(x, &BisectingParams::new(3))?;
    /// assert_eq!(found.labels_at(2).renumbered().to_signed(), [0, 0, 0, 0, 1]);
    /// assert_eq!(found.labels_at(3), found.labels);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// When `n_clusters` is 0 or more than k.
    pub fn labels_at(&self, n_clusters: usize) -> Labels {
        let k = self.labels.n_clusters();
        assert!((1..=k).contains(&n_clusters), "n_clusters={n_clusters} should be in 1..={k}");
        let mut name: Vec<u32> = (0..k as u32).collect();
        // What a split made later than wanted belongs to what it was split from.
        for split in &self.splits[n_clusters - 1..] {
            name[split.new_cluster] = name[split.cluster];
        }
        let ids = self.labels.as_slice().iter().map(|&id| name[id as usize]).collect();
        Labels::new(ids, n_clusters).expect("names are below n_clusters")
    }
}

/// Splits the rows of `x` (n x d) into k clusters.
///
/// # Errors
/// As [`fit_with`].
///
/// ```
/// use segctl_clustering_core::bisecting::{BisectingParams, fit};
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[0.0, 1.0, 10.0, 11.0, 30.0], 5, 1)?;
/// let found = fit(x, &BisectingParams::new(3))?;
/// assert_eq!((found.splits.len(), found.inertia), (2, 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit(x: MatrixView<'_>, params: &BisectingParams) -> Result<Bisecting, ClusteringError> {
    fit_with(x, None, params, &Silent)
}

/// Splits weighted rows under observation. A weight of 3 counts as three copies of the row, a
/// weight of 0 gives it a label and no say.
///
/// Events have the stage `bisecting` after each split, with the inertia reached, and in between the
/// stages of [`kmeans::fit_with`](crate::kmeans::fit_with). Time O(n d) per iteration of a split of n
/// rows.
///
/// # Errors
/// [`ClusteringError::Input`] for parameters out of range, values that are not finite, or weights
/// that are no weights; [`ClusteringError::TooFewRows`]; [`ClusteringError::TooLarge`] for magnitudes
/// beyond 1e120; [`ClusteringError::TooFewDistinct`], also when no cluster is left that can be split,
/// rows counting as equal where the squares of their distances vanish; [`ClusteringError::Cancelled`].
///
/// ```
/// use segctl_clustering_core::bisecting::{BisectingParams, fit_with};
/// use segctl_numeric::{MatrixView, observe::Silent};
/// let x = MatrixView::new(&[0.0, 4.0, 9.0], 3, 1)?;
/// let found = fit_with(x, Some(&[3.0, 1.0, 1.0]), &BisectingParams::new(1), &Silent)?;
/// assert_eq!(found.centers.as_slice(), [2.6]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fit_with(
    x: MatrixView<'_>,
    sample_weight: Option<&[f64]>,
    params: &BisectingParams,
    observer: &dyn Observer,
) -> Result<Bisecting, ClusteringError> {
    params.validate()?;
    let data = KMeansData::new(x)?;
    let (n, d, k, seed) = (data.n_rows(), data.n_cols(), params.n_clusters, params.seed.0);
    check_rows(&data, sample_weight, k)?;
    let span = tracing::info_span!("bisecting k-means", n, d, k, seed);
    let _entered = span.enter();
    let splitter = Splitter { x: data.centred(), weights: sample_weight, params, observer };
    let grown = Growing::whole(splitter).grow(k)?;
    let model = grown.model(data.mean());
    Ok(Bisecting {
        centers: model.centers(),
        labels: grown.labels(n),
        inertia: grown.inertias[k - 1],
        splits: grown.splits,
        inertias: grown.inertias,
        model,
    })
}
