//! Clusters of rows that hold numbers and categories.

use std::cell::Cell;

use segctl_clustering_core::kmedoids::{self, KMedoidsParams};
use segctl_clustering_core::kmodes::{self, KModesParams};
use segctl_clustering_core::kprototypes::{self, KPrototypesParams};
use segctl_numeric::MatrixView;
use segctl_numeric::distance::{Dissimilarity, Gower};

use super::{Cluster, Context, Cut, Fit, Found, each};
use crate::SegmentationError;
use crate::mixed::MixedModel;
use crate::model::Rule;
use crate::recipe::{Algorithm, MetricName};

/// Starts of k-medoids, unless the recipe says otherwise: each costs little beside the distances.
const RESTARTS_OF_MEDOIDS: usize = 5;

/// Prototypes of numbers and categories.
pub(super) struct KPrototypes<'a>(pub(super) Context<'a>);

impl Cluster for KPrototypes<'_> {
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let Context { recipe, seed, observer, columns, .. } = self.0;
        let codes = columns.decode(x);
        let fits = each(Algorithm::KPrototypes, cuts, |k| {
            let usual = KPrototypesParams::new(k, columns.mask());
            let mut params = KPrototypesParams::new(k, columns.mask())
                .with_restarts(recipe.restarts.unwrap_or(usual.restarts))
                .with_max_iter(recipe.max_iter.unwrap_or(usual.max_iter))
                .with_seed(seed);
            params.gamma = recipe.gamma;
            let found = kprototypes::fit_with(codes.view(), &params, observer)?;
            let model = MixedModel::new(columns.clone(), found.model);
            let fit = Fit::iterated(found.labels, found.n_iter, found.converged, Rule::NearestPrototype(model));
            Ok(fit.with_figures([("cost", found.cost), ("gamma", found.gamma)]))
        })?;
        Ok(Found::plain(Algorithm::KPrototypes, fits))
    }
}

/// Prototypes of categories alone.
pub(super) struct KModes<'a>(pub(super) Context<'a>);

impl Cluster for KModes<'_> {
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let Context { recipe, seed, observer, columns, .. } = self.0;
        let categories = columns.categories();
        let codes = categories.decode(x);
        if codes.n_cols() == 0 {
            return Err(SegmentationError::NoCategories { algorithm: Algorithm::KModes });
        }
        let fits = each(Algorithm::KModes, cuts, |k| {
            let usual = KModesParams::new(k);
            let params = KModesParams::new(k)
                .with_restarts(recipe.restarts.unwrap_or(usual.restarts))
                .with_max_iter(recipe.max_iter.unwrap_or(usual.max_iter))
                .with_seed(seed);
            let found = kmodes::fit_with(codes.view(), &params, observer)?;
            let model = MixedModel::new(categories.clone(), found.model);
            let fit = Fit::iterated(found.labels, found.n_iter, found.converged, Rule::NearestPrototype(model));
            Ok(fit.with_figures([("cost", found.cost)]))
        })?;
        Ok(Found::plain(Algorithm::KModes, fits))
    }
}

/// Customers as the centres of others.
pub(super) struct KMedoids<'a>(pub(super) Context<'a>);

impl Cluster for KMedoids<'_> {
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let Context { recipe, seed, observer, columns, memory_limit, .. } = self.0;
        let metric = recipe.metric.unwrap_or(MetricName::Gower).metric();
        let codes = metric.is_none().then(|| columns.decode(x));
        let rows = codes.as_ref().map_or(x, |codes| codes.view());
        let dissimilarity = match metric {
            Some(metric) => Dissimilarity::from(metric),
            None => Gower::fit(rows, &columns.mask())?.into(),
        };
        let n_sampled = Cell::new(None);
        let fits = each(Algorithm::KMedoids, cuts, |k| {
            let usual = KMedoidsParams::new(k);
            let mut params = KMedoidsParams::new(k)
                .with_dissimilarity(dissimilarity.clone())
                .with_restarts(recipe.restarts.unwrap_or(RESTARTS_OF_MEDOIDS))
                .with_max_iter(recipe.max_iter.unwrap_or(usual.max_iter))
                .with_seed(seed);
            params.memory_limit = memory_limit.or(usual.memory_limit);
            let found = kmedoids::fit_with(rows, &params, observer)?;
            n_sampled.set(found.sampled.map(|sampled| sampled.sample_size));
            let model = match metric {
                Some(_) => Rule::NearestMedoid(found.model),
                None => Rule::NearestMixedMedoid(MixedModel::new(columns.clone(), found.model)),
            };
            let fit = Fit::iterated(found.labels, found.n_iter, found.converged, model);
            Ok(fit.with_figures([("loss", found.loss)]))
        })?;
        let notes = n_sampled.get().map(|n: usize| {
            format!("The distances of all customers would not fit: k-medoids looked for medoids in samples of {n}.")
        });
        Ok(Found { notes: notes.into_iter().collect(), ..Found::plain(Algorithm::KMedoids, fits) })
    }
}
