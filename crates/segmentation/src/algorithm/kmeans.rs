use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::kmeans::{self, Init, KMeansData, KMeansParams, Stop, fit_data};
use segctl_clustering_core::model::Predict;
use segctl_numeric::{Labels, MatrixView};

use super::{Cluster, Context, Cut, Fit, Found, numbers};
use crate::SegmentationError;
use crate::model::Rule;
use crate::recipe::Algorithm;

/// From so many customers on, restarts run on a sample and the best of them is refined on all.
const RESTART_SAMPLE_FROM: usize = 100_000;

/// Customers in that sample.
const RESTART_SAMPLE: usize = 50_000;

/// Starts, unless the recipe says otherwise.
const RESTARTS: usize = 10;

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
        let params = KMeansParams::new(k)
            .with_restarts(recipe.restarts.unwrap_or(RESTARTS))
            .with_max_iter(recipe.max_iter.unwrap_or(MAX_ITER))
            .with_tol(recipe.tol.unwrap_or(0.0))
            .with_seed(self.context.seed)
            .with_restart_sample(self.sample(n_rows));
        match self.context.init_centers {
            None => params,
            Some(centers) => params.with_init(Init::Centers(centers.clone())),
        }
    }

    fn notes(&self, n_rows: usize) -> Vec<String> {
        let restarts = self.context.recipe.restarts.unwrap_or(RESTARTS);
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
fn replayed(x: MatrixView<'_>, found: &kmeans::KMeans) -> Result<Labels, SegmentationError> {
    let labels = found.model.predict(x)?.labels;
    Ok(if labels.sizes().contains(&0) { found.labels.clone() } else { labels })
}

impl Cluster for KMeans<'_> {
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let data = KMeansData::new(x)?;
        let mut fits = Vec::new();
        for k in numbers(Algorithm::KMeans, cuts)? {
            match fit_data(&data, None, &self.params(k, x.n_rows()), self.context.observer) {
                Ok(found) => {
                    let converged = found.stop == Stop::Converged;
                    let labels = if converged { found.labels } else { replayed(x, &found)? };
                    let n_iter = Some(found.n_iter as u64);
                    fits.push(Fit { labels, n_iter, converged, model: Rule::NearestCentre(found.model) });
                }
                // The smaller numbers of clusters stand.
                Err(ClusteringError::TooFewDistinct { .. }) if !fits.is_empty() => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Found { algorithm: Algorithm::KMeans, fits, tree: None, notes: self.notes(x.n_rows()) })
    }
}
