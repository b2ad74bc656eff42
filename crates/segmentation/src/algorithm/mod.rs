//! Every algorithm as the composition sees it: rows and numbers of segments in, labels and a model
//! out. What is peculiar to one of them is in its own file here, and nowhere else above.

mod density;
mod grouping;
mod kmeans;
mod mixed;
mod mixture;
mod relatives;
mod som;
mod tree;

use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::dbscan::EpsProposal;
use segctl_clustering_core::hdbscan::CondensedTree;
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

use crate::SegmentationError;
use crate::mixed::MixedColumns;
use crate::model::Rule;
use crate::recipe::{Algorithm, ClusterRecipe};

pub(crate) use grouping::nearest as nearest_unit;
pub(crate) use som::TrainedMap;
pub(crate) use tree::Tree;

/// What a clustering may depend on besides the rows.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) recipe: &'a ClusterRecipe,
    pub(crate) seed: Seed,
    /// Which features stand for categories.
    pub(crate) columns: &'a MixedColumns,
    /// Bytes that all distances may take.
    pub(crate) memory_limit: Option<u64>,
    /// The rows with gaps where values were missing, for an algorithm that rather does without them; absent where
    /// none were.
    pub(crate) open: Option<MatrixView<'a>>,
    /// Centres to start from, where an algorithm starts from centres.
    pub(crate) init_centers: Option<&'a Matrix>,
    /// Whether many rows may be clustered by way of a sample of them.
    pub(crate) may_sample: bool,
    /// Whether rows are to be where the model would put them, rather than where the algorithm did.
    pub(crate) as_assigned: bool,
    /// Whether it will be drawn how the clusters came about.
    pub(crate) pictured: bool,
    pub(crate) observer: &'a dyn Observer,
}

/// Where a clustering is cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cut {
    /// Into so many clusters.
    K(usize),
    /// Into the clusters within which no merge is higher.
    Height(f64),
    /// Into as many as the algorithm finds.
    Found,
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
    /// What the algorithm itself measured or settled, by name.
    pub(crate) figures: Vec<(&'static str, f64)>,
    /// How much of an outlier each row is, in [0, 1], where the algorithm says.
    pub(crate) outlier_scores: Option<Vec<f64>>,
}

impl Fit {
    /// Labels that the model gives back.
    fn new(labels: Labels, model: Rule) -> Self {
        let (figures, outlier_scores) = (Vec::new(), None);
        Self { labels, n_iter: None, converged: true, model, own_share: None, figures, outlier_scores }
    }

    /// What an algorithm that iterates found, with its own labels.
    fn iterated(labels: Labels, n_iter: usize, converged: bool, model: Rule) -> Self {
        Self { n_iter: Some(n_iter as u64), converged, ..Self::new(labels, model) }
    }

    fn with_figures(mut self, figures: impl IntoIterator<Item = (&'static str, f64)>) -> Self {
        self.figures.extend(figures);
        self
    }

    /// One of the figures.
    pub(crate) fn figure(&self, name: &str) -> Option<f64> {
        self.figures.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// What one algorithm found.
pub(crate) struct Found {
    pub(crate) algorithm: Algorithm,
    /// One per cut, in their order; fewer when the rows have too few distinct values for the last ones,
    /// and one where the algorithm finds the number of clusters.
    pub(crate) fits: Vec<Fit>,
    /// How it came to them, where that can be drawn.
    pub(crate) picture: Option<Picture>,
    /// What a reader must know of how it was done, in sentences.
    pub(crate) notes: Vec<String>,
}

impl Found {
    /// Without more to say.
    fn plain(algorithm: Algorithm, fits: Vec<Fit>) -> Self {
        Self { algorithm, fits, picture: None, notes: Vec::new() }
    }
}

/// How an algorithm came to its clusters.
#[derive(Debug, Clone)]
pub(crate) enum Picture {
    /// The tree that was cut.
    Tree(Tree),
    /// The distances to the neighbours, and the one taken for near.
    Neighbours { proposal: EpsProposal, eps: f64 },
    /// The clusters at every density.
    Condensed(CondensedTree),
    /// The map whose units were grouped.
    Map(Box<TrainedMap>),
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
    if !algorithm.makes_tree() && cuts.iter().any(|cut| !matches!(cut, Cut::K(_) | Cut::Found)) {
        return Err(SegmentationError::NoHeights { algorithm });
    }
    let algorithm: Box<dyn Cluster> = match algorithm {
        Algorithm::KMeans => Box::new(kmeans::KMeans::new(context)),
        Algorithm::MiniBatch => Box::new(relatives::MiniBatch(context)),
        Algorithm::Bisecting => Box::new(relatives::Bisecting(context)),
        Algorithm::Ward => Box::new(tree::Agglomerative::ward(context)),
        Algorithm::Agglomerative => Box::new(tree::Agglomerative::new(context)),
        Algorithm::Dbscan => Box::new(density::Dbscan(context)),
        Algorithm::Hdbscan => Box::new(density::Hdbscan(context)),
        Algorithm::Gmm => Box::new(mixture::Mixture(context)),
        Algorithm::KPrototypes => Box::new(mixed::KPrototypes(context)),
        Algorithm::KModes => Box::new(mixed::KModes(context)),
        Algorithm::KMedoids => Box::new(mixed::KMedoids(context)),
        Algorithm::Som => Box::new(som::Som(context)),
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
