//! Every algorithm as the composition sees it: rows and numbers of segments in, labels and a model
//! out. What is peculiar to one of them is in its own file here, and nowhere else above.

mod kmeans;
mod relatives;
mod tree;

use segctl_clustering_core::ClusteringError;
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

use crate::SegmentationError;
use crate::model::Rule;
use crate::recipe::{Algorithm, ClusterRecipe};

pub(crate) use tree::Tree;

/// What a clustering may depend on besides the rows.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) recipe: &'a ClusterRecipe,
    pub(crate) seed: Seed,
    /// Bytes that all distances may take.
    pub(crate) memory_limit: Option<u64>,
    /// Centres to start from, where an algorithm starts from centres.
    pub(crate) init_centers: Option<&'a Matrix>,
    /// Whether many rows may be clustered by way of a sample of them.
    pub(crate) may_sample: bool,
    /// Whether rows are to be where the model would put them, rather than where the algorithm did.
    pub(crate) as_assigned: bool,
    pub(crate) observer: &'a dyn Observer,
}

/// Where a clustering is cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cut {
    /// Into so many clusters.
    K(usize),
    /// Into the clusters within which no merge is higher.
    Height(f64),
    /// Into the clusters within which no merge is more inconsistent than the threshold, compared with
    /// those so many levels down.
    Inconsistency { threshold: f64, depth: usize },
}

/// One clustering.
pub(crate) struct Fit {
    /// No cluster is empty.
    pub(crate) labels: Labels,
    /// Iterations of the best start, where there are iterations.
    pub(crate) n_iter: Option<u64>,
    /// Whether nothing was left to improve by the algorithm's own measure.
    pub(crate) converged: bool,
    pub(crate) model: Rule,
    /// Where the labels are the model's and not the algorithm's own: the share of rows for which both are
    /// the same.
    pub(crate) own_share: Option<f64>,
}

impl Fit {
    /// What an algorithm that iterates found, with its own labels.
    fn iterated(labels: Labels, n_iter: usize, converged: bool, model: Rule) -> Self {
        Self { labels, n_iter: Some(n_iter as u64), converged, model, own_share: None }
    }
}

/// What one algorithm found.
pub(crate) struct Found {
    pub(crate) algorithm: Algorithm,
    /// One per cut, in their order; fewer when the rows have too few distinct values for the last ones.
    pub(crate) fits: Vec<Fit>,
    /// The tree that was cut, where there is one.
    pub(crate) tree: Option<Tree>,
    /// What a reader must know of how it was done, in sentences.
    pub(crate) notes: Vec<String>,
}

/// An algorithm with its parameters.
trait Cluster {
    /// Clusters the rows of `x` once for each cut, at least one; the k of the cuts ascend.
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError>;
}

/// Clusters the rows of `x` by `algorithm`, once for each cut.
pub(crate) fn fit(
    algorithm: Algorithm,
    x: MatrixView<'_>,
    cuts: &[Cut],
    context: Context<'_>,
) -> Result<Found, SegmentationError> {
    let algorithm: Box<dyn Cluster> = match algorithm {
        Algorithm::KMeans => Box::new(kmeans::KMeans::new(context)),
        Algorithm::MiniBatch => Box::new(relatives::MiniBatch(context)),
        Algorithm::Bisecting => Box::new(relatives::Bisecting(context)),
        Algorithm::Ward => Box::new(tree::Agglomerative::ward(context)),
        Algorithm::Agglomerative => Box::new(tree::Agglomerative::new(context)),
    };
    algorithm.fit(x, cuts)
}

/// One fit per cut, for an algorithm that starts anew for each number of clusters and knows no heights.
/// Where the rows have too few distinct values for a larger number, the smaller ones stand.
fn each(
    algorithm: Algorithm,
    cuts: &[Cut],
    fit: impl Fn(usize) -> Result<Fit, ClusteringError>,
) -> Result<Vec<Fit>, SegmentationError> {
    let mut fits = Vec::with_capacity(cuts.len());
    for cut in cuts {
        let Cut::K(k) = *cut else { return Err(SegmentationError::NoHeights { algorithm }) };
        match fit(k) {
            Ok(found) => fits.push(found),
            Err(ClusteringError::TooFewDistinct { .. }) if !fits.is_empty() => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(fits)
}
