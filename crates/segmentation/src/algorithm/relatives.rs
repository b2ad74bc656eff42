//! The relatives of k-means.

use segctl_clustering_core::bisecting::{self, BisectingParams};
use segctl_clustering_core::kmeans::Stop;
use segctl_clustering_core::minibatch::{self, MiniBatchParams, MiniBatchStop};
use segctl_numeric::MatrixView;

use super::{Cluster, Context, Cut, Fit, Found, each};
use crate::SegmentationError;
use crate::model::Rule;
use crate::recipe::Algorithm;

/// Centres moved by one small batch of rows after the other.
pub(super) struct MiniBatch<'a>(pub(super) Context<'a>);

impl Cluster for MiniBatch<'_> {
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let Context { recipe, seed, init_centers, observer, .. } = self.0;
        let fits = each(Algorithm::MiniBatch, cuts, |k| {
            let usual = MiniBatchParams::new(k);
            let params = MiniBatchParams::new(k)
                .with_batch_size(recipe.batch_size.unwrap_or(usual.batch_size))
                .with_max_no_improvement(recipe.max_no_improvement.or(usual.max_no_improvement))
                .with_n_init(recipe.restarts.unwrap_or(usual.n_init))
                .with_max_iter(recipe.max_iter.unwrap_or(usual.max_iter))
                .with_tol(recipe.tol.unwrap_or(usual.tol))
                .with_seed(seed)
                .with_init_centers(init_centers.cloned());
            let found = minibatch::fit_with(x, None, &params, observer)?;
            let converged = found.stop != MiniBatchStop::MaxIter;
            Ok(Fit::iterated(found.labels, found.n_iter, converged, Rule::NearestCentre(found.model)))
        })?;
        Ok(Found::plain(Algorithm::MiniBatch, fits))
    }
}

/// Clusters split in two, one after the other.
pub(super) struct Bisecting<'a>(pub(super) Context<'a>);

impl Cluster for Bisecting<'_> {
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let Context { recipe, seed, observer, .. } = self.0;
        let fits = each(Algorithm::Bisecting, cuts, |k| {
            let usual = BisectingParams::new(k);
            let params = BisectingParams::new(k)
                .with_bisecting_strategy(recipe.bisecting_strategy.unwrap_or_default())
                .with_restarts(recipe.restarts.unwrap_or(usual.restarts))
                .with_max_iter(recipe.max_iter.unwrap_or(usual.max_iter))
                .with_tol(recipe.tol.unwrap_or(usual.tol))
                .with_seed(seed);
            let found = bisecting::fit_with(x, None, &params, observer)?;
            let n_iter = found.splits.iter().map(|split| split.n_iter).sum();
            let converged = found.splits.iter().all(|split| split.stop != Stop::MaxIter);
            Ok(Fit::iterated(found.labels, n_iter, converged, Rule::TreeOfSplits(found.model)))
        })?;
        Ok(Found::plain(Algorithm::Bisecting, fits))
    }
}
