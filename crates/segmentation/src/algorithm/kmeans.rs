use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::kmeans::{self, KMeansData, KMeansParams, Search, Stop, fit_data};
use segctl_clustering_core::model::Predict;
use segctl_clustering_core::sizes::{self, SizeBounds, SizesParams};
use segctl_numeric::{Labels, MatrixView};

use super::{Cluster, Context, Cut, Fit, Found, each};
use crate::SegmentationError;
use crate::model::Rule;
use crate::recipe::{Algorithm, Init, KMeansSearch};

/// From so many customers on, restarts run on a sample and the best of them is refined on all.
const RESTART_SAMPLE_FROM: usize = 100_000;

/// Customers in that sample.
const RESTART_SAMPLE: usize = 50_000;

/// Starts, unless the recipe says otherwise.
const RESTARTS: usize = 10;

/// As [`RESTARTS`], where a search follows that needs fewer.
const RESTARTS_OF_SEARCH: usize = 4;

/// Iterations at most, unless the recipe says otherwise.
const MAX_ITER: usize = 1000;

pub(super) struct KMeans<'a> {
    context: Context<'a>,
}

impl<'a> KMeans<'a> {
    pub(super) fn new(context: Context<'a>) -> Self {
        Self { context }
    }

    /// Rows that starts see, when they need not see all.
    fn sample(&self, n_rows: usize) -> Option<usize> {
        (self.context.may_sample && n_rows > RESTART_SAMPLE_FROM).then_some(RESTART_SAMPLE)
    }

    fn params(&self, k: usize, n_rows: usize) -> KMeansParams {
        let recipe = self.context.recipe;
        KMeansParams::new(k)
            .with_restarts(self.restarts())
            .with_max_iter(recipe.max_iter.unwrap_or(MAX_ITER))
            .with_tol(recipe.tol.unwrap_or(0.0))
            .with_seed(self.context.seed)
            .with_restart_sample(self.sample(n_rows))
            .with_init(self.init())
            .with_search(match recipe.search {
                Some(KMeansSearch::Breathing) => Search::breathing(),
                Some(KMeansSearch::None) | None => Search::None,
            })
    }

    fn restarts(&self) -> usize {
        let usual = match self.context.recipe.search {
            Some(KMeansSearch::Breathing) => RESTARTS_OF_SEARCH,
            Some(KMeansSearch::None) | None => RESTARTS,
        };
        self.context.recipe.restarts.unwrap_or(usual)
    }

    fn init(&self) -> kmeans::Init {
        match (self.context.init_centers, self.context.recipe.init_of(Algorithm::KMeans)) {
            (Some(centers), _) => kmeans::Init::Centers(centers.clone()),
            (None, Some(Init::KMeansParallel)) => kmeans::Init::kmeans_parallel(),
            (None, _) => kmeans::Init::KMeansPlusPlus,
        }
    }

    fn notes(&self, n_rows: usize) -> Vec<String> {
        let restarts = self.restarts();
        let told = self.sample(n_rows).filter(|_| restarts > 1);
        let note = |rows| {
            format!(
                "The {restarts} starts of k-means ran on a sample of {rows} customers; the best was refined on all."
            )
        };
        told.map(note).into_iter().collect()
    }
}

/// What the model says of the rows, so that it says the same tomorrow; the labels found where it would
/// leave a segment empty.
fn replayed(x: MatrixView<'_>, found: &kmeans::KMeans) -> Result<Labels, ClusteringError> {
    let labels = found.model.predict(x)?.labels;
    Ok(if labels.sizes().contains(&0) { found.labels.clone() } else { labels })
}

impl KMeans<'_> {
    fn unbounded(&self, x: MatrixView<'_>, data: &KMeansData<'_>, k: usize) -> Result<Fit, ClusteringError> {
        let found = fit_data(data, None, &self.params(k, x.n_rows()), self.context.observer)?;
        let converged = found.stop == Stop::Converged;
        let labels = if converged { found.labels } else { replayed(x, &found)? };
        Ok(Fit::iterated(labels, found.n_iter, converged, Rule::NearestCentre(found.model)))
    }

    /// Within bounds on the sizes of the segments, which the model does not keep: its labels are never
    /// taken in place of these.
    fn bounded(&self, x: MatrixView<'_>, bounds: SizeBounds, k: usize) -> Result<Fit, ClusteringError> {
        let (recipe, usual) = (self.context.recipe, SizesParams::new(k, bounds));
        let params = SizesParams::new(k, bounds)
            .with_restarts(recipe.restarts.unwrap_or(usual.restarts))
            .with_max_iter(recipe.max_iter.unwrap_or(usual.max_iter))
            .with_tol(recipe.tol.unwrap_or(usual.tol))
            .with_seed(self.context.seed)
            .with_init(self.init());
        let found = sizes::fit_with(x, &params, self.context.observer)?;
        let converged = found.stop != Stop::MaxIter;
        Ok(Fit::iterated(found.labels, found.n_iter, converged, Rule::NearestCentre(found.model)))
    }
}

impl Cluster for KMeans<'_> {
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let recipe = self.context.recipe;
        let bounds = SizeBounds { min: recipe.min_size, max: recipe.max_size };
        if bounds != SizeBounds::default() {
            let fits = each(Algorithm::KMeans, cuts, |k| self.bounded(x, bounds, k))?;
            return Ok(Found::plain(Algorithm::KMeans, fits));
        }
        let data = KMeansData::new(x)?;
        let fits = each(Algorithm::KMeans, cuts, |k| self.unbounded(x, &data, k))?;
        Ok(Found { notes: self.notes(x.n_rows()), ..Found::plain(Algorithm::KMeans, fits) })
    }
}
