//! Clusters as crowded places.

use segctl_clustering_core::dbscan::{self, DbscanParams, EpsParams, EpsProposal};
use segctl_clustering_core::hdbscan::{self, HdbscanParams, Selection};
use segctl_clustering_core::model::Predict;
use segctl_numeric::distance::Metric;
use segctl_numeric::{InputError, Labels, MatrixView};

use super::{Cluster, Context, Cut, Fit, Found, Picture};
use crate::SegmentationError;
use crate::model::Rule;
use crate::recipe::{Algorithm, ClusterRecipe, MetricName, SelectionMethod};

/// Neighbours for the curve of distances at least: scikit-learn's `min_samples`.
const MIN_SAMPLES: usize = 5;

/// The smallest cluster unless the recipe says otherwise: one in so many customers.
const CUSTOMERS_PER_CLUSTER: usize = 100;

/// Its least number of customers: scikit-learn's `min_cluster_size`.
const MIN_CLUSTER_SIZE: usize = 5;

/// Neighbours that are looked for at most, unless the recipe says otherwise.
const NEIGHBOURS: usize = 100;

fn metric(recipe: &ClusterRecipe) -> Metric {
    recipe.metric.and_then(MetricName::metric).unwrap_or_default()
}

/// One radius for all rows.
pub(super) struct Dbscan<'a>(pub(super) Context<'a>);

impl Dbscan<'_> {
    /// Twice the features, as Sander et al. (1998) propose.
    fn min_samples(&self, x: MatrixView<'_>) -> usize {
        self.0.recipe.min_samples.unwrap_or((2 * x.n_cols()).max(MIN_SAMPLES))
    }

    /// The radius, and the curve that it was read from, where it is needed.
    fn radius(&self, x: MatrixView<'_>) -> Result<(f64, Option<EpsProposal>), SegmentationError> {
        let (given, min_samples) = (self.0.recipe.eps, self.min_samples(x));
        // Nobody has more neighbours than there are customers: all will be noise, at any distance.
        if given.is_some() && (!self.0.pictured || min_samples > x.n_rows()) {
            return Ok((given.unwrap_or_default(), None));
        }
        if min_samples > x.n_rows() {
            let (name, expected) = ("min-samples", "<= the number of customers where eps is to be proposed");
            return Err(InputError::OutOfRange { name, value: min_samples as f64, expected }.into());
        }
        let params = EpsParams::new(min_samples).with_metric(metric(self.0.recipe)).with_seed(self.0.seed.0);
        let proposal = dbscan::propose_eps(x, &params)?;
        match given.or(proposal.eps) {
            Some(eps) => Ok((eps, Some(proposal))),
            None => Err(SegmentationError::NoEps { n_rows: x.n_rows(), min_samples }),
        }
    }

    fn notes(&self, eps: f64, x: MatrixView<'_>) -> Vec<String> {
        let near = match self.0.recipe.eps {
            Some(_) => format!("a distance up to {eps} is near"),
            None => format!("a distance up to {eps:.4} is near, where the curve of distances to the neighbours bends"),
        };
        vec![format!("For DBSCAN {near}; a crowd is {} customers that near to one of them.", self.min_samples(x))]
    }
}

impl Cluster for Dbscan<'_> {
    fn fit(&self, x: MatrixView<'_>, _cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let (eps, proposal) = self.radius(x)?;
        let min_samples = self.min_samples(x);
        let params = DbscanParams::new(eps, min_samples).with_metric(metric(self.0.recipe));
        let found = dbscan::fit_with(x, None, &params, self.0.observer)?;
        let figures = [("eps", eps), ("min_samples", min_samples as f64)];
        let (labels, own_share) = match self.0.as_assigned {
            false => (found.labels, None),
            true => assigned(x, &found)?,
        };
        let fit = Fit { own_share, ..Fit::new(labels, Rule::NearestCoreRow(found.model)) }.with_figures(figures);
        Ok(Found {
            notes: self.notes(eps, x),
            picture: proposal.map(|proposal| Picture::Neighbours { proposal, eps }),
            ..Found::plain(Algorithm::Dbscan, vec![fit])
        })
    }
}

/// The labels that the model gives, and the share of rows for which they are the algorithm's own.
fn assigned(x: MatrixView<'_>, found: &dbscan::Dbscan) -> Result<(Labels, Option<f64>), SegmentationError> {
    let labels = found.model.predict(x)?.labels;
    let n_same = (0..labels.len()).filter(|&row| labels.get(row) == found.labels.get(row)).count();
    let share = n_same as f64 / labels.len() as f64;
    Ok((labels, Some(share)))
}

/// Every radius at once.
pub(super) struct Hdbscan<'a>(pub(super) Context<'a>);

impl Hdbscan<'_> {
    fn params(&self, n_rows: usize) -> HdbscanParams {
        let recipe = self.0.recipe;
        let size = recipe.min_cluster_size.unwrap_or((n_rows / CUSTOMERS_PER_CLUSTER).max(MIN_CLUSTER_SIZE));
        let mut params = HdbscanParams::new(size)
            .with_min_samples(recipe.min_samples.unwrap_or(size.min(NEIGHBOURS)))
            .with_metric(metric(recipe))
            .with_selection(match recipe.cluster_selection_method {
                Some(SelectionMethod::Leaf) => Selection::Leaf,
                Some(SelectionMethod::Eom) | None => Selection::ExcessOfMass,
            })
            .with_selection_epsilon(recipe.cluster_selection_epsilon.unwrap_or(0.0))
            .with_allow_single_cluster(recipe.allow_single_cluster.unwrap_or(false));
        params.max_cluster_size = recipe.max_cluster_size;
        params
    }
}

impl Cluster for Hdbscan<'_> {
    fn fit(&self, x: MatrixView<'_>, _cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let params = self.params(x.n_rows());
        let found = hdbscan::fit_with(x, &params, self.0.observer)?;
        let (size, samples) = (params.min_cluster_size, params.min_samples());
        let figures = [("min_cluster_size", size as f64), ("min_samples", samples as f64)];
        let fit = Fit::new(found.labels, Rule::NearestReachable(found.model)).with_figures(figures);
        let fit = Fit { outlier_scores: Some(found.outlier_scores), ..fit };
        let note = format!("For HDBSCAN a segment has {size} customers at least, and a crowd {samples}.");
        Ok(Found {
            notes: vec![note],
            picture: Some(Picture::Condensed(found.condensed)),
            ..Found::plain(Algorithm::Hdbscan, vec![fit])
        })
    }
}
