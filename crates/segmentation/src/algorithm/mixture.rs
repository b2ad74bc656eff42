//! Mixtures of normal distributions.

use segctl_clustering_core::gmm::{self, GmmInit, GmmParams};
use segctl_numeric::MatrixView;

use super::{Cluster, Context, Cut, Fit, Found, each};
use crate::SegmentationError;
use crate::model::Rule;
use crate::recipe::Algorithm;

/// Starts, unless the recipe says otherwise: each begins at the centres of a k-means.
const RESTARTS: usize = 3;

pub(super) struct Mixture<'a>(pub(super) Context<'a>);

impl Cluster for Mixture<'_> {
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let Context { recipe, seed, init_centers, observer, .. } = self.0;
        let fits = each(Algorithm::Gmm, cuts, |k| {
            let usual = GmmParams::new(k);
            let params = GmmParams::new(k)
                .with_covariance(recipe.covariance.unwrap_or_default())
                .with_reg_covar(recipe.reg_covar.unwrap_or(usual.reg_covar))
                .with_restarts(if init_centers.is_some() { 1 } else { recipe.restarts.unwrap_or(RESTARTS) })
                .with_max_iter(recipe.max_iter.unwrap_or(usual.max_iter))
                .with_tol(recipe.tol.unwrap_or(usual.tol))
                .with_seed(seed);
            let params = match init_centers {
                Some(centers) => params.with_init(GmmInit::Means(centers.clone())),
                None => params,
            };
            let found = gmm::fit_with(x, None, &params, observer)?.without_empty(x, None)?;
            let figures = [("log_likelihood", found.log_likelihood), ("bic", found.bic), ("aic", found.aic)];
            let fit = Fit::iterated(found.labels, found.n_iter, found.converged, Rule::MostProbable(found.model));
            Ok(fit.with_figures(figures))
        })?;
        Ok(Found { notes: notes(&fits), ..Found::plain(Algorithm::Gmm, fits) })
    }
}

/// What the likelihood says of the number of segments.
fn notes(fits: &[Fit]) -> Vec<String> {
    let by_bic = |fit: &&Fit| fit.figure("bic").unwrap_or(f64::INFINITY);
    let best = fits.iter().min_by(|a, b| by_bic(a).total_cmp(&by_bic(b)));
    let told = best.filter(|_| fits.len() > 1).map(|fit| {
        format!(
            "By the Bayesian information criterion a Gaussian mixture of {} is the best of those tried.",
            fit.labels.n_clusters()
        )
    });
    told.into_iter().collect()
}
