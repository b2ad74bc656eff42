//! The sweep: one clustering and one silhouette for each algorithm and number of segments.

use segctl_metrics::{SampleParams, Silhouette, silhouette_many, silhouette_sampled};
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, MatrixView};

use crate::algorithm::{self, Context, Cut, Fit, Found, Tree};
use crate::choice::choose;
use crate::outcome::{Candidate, Evidence};
use crate::recipe::{Algorithm, Recipe};
use crate::run::RunOptions;
use crate::{SegmentationError, Timings};

/// Up to so many customers silhouettes are exact; beyond, each mean is estimated on a sample.
/// All distances among 50,000 customers take seconds, those among a million would take half an hour.
const EXACT_ROWS: usize = 50_000;

/// What was learnt from trying every algorithm with every k.
pub(crate) struct Sweep {
    pub(crate) evidence: Evidence,
    /// The clustering that was chosen, and by what it was found.
    pub(crate) chosen: Fit,
    pub(crate) algorithm: Algorithm,
    /// The silhouettes of all rows under the chosen clustering, when they are exact.
    pub(crate) silhouettes: Option<Vec<f64>>,
    /// A tree of merges: that of the chosen algorithm, else the first there is.
    pub(crate) tree: Option<Tree>,
}

/// Clusters `x` by every algorithm for every k of the recipe that the rows allow, judges each, and
/// chooses.
pub(crate) fn sweep(
    x: MatrixView<'_>,
    recipe: &Recipe,
    options: &RunOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Sweep, SegmentationError> {
    let cuts: Vec<Cut> = feasible(recipe, x.n_rows())?.into_iter().map(Cut::K).collect();
    let context = Context {
        recipe: &recipe.cluster,
        seed: Seed(recipe.seed),
        memory_limit: options.memory_limit,
        init_centers: None,
        may_sample: true,
        as_assigned: true,
        observer,
    };
    let names = recipe.cluster.algorithm.as_slice();
    let fit_all = || names.iter().map(|&name| algorithm::fit(name, x, &cuts, context)).collect::<Result<Vec<_>, _>>();
    let found = timings.time("fit", fit_all)?;
    let fits: Vec<(Algorithm, &Fit)> =
        found.iter().flat_map(|found| found.fits.iter().map(|fit| (found.algorithm, fit))).collect();
    let labels: Vec<&Labels> = fits.iter().map(|(_, fit)| &fit.labels).collect();
    let judged = timings.time("evaluate", || judge(x, &labels, Seed(recipe.seed), observer))?;
    let judgements = fits.iter().zip(&judged.means).zip(&judged.inertias);
    let candidates = judgements.map(|((&(name, fit), mean), &inertia)| candidate(name, fit, mean, inertia)).collect();
    Ok(concluded(found, candidates, judged, recipe, x.n_rows()))
}

fn concluded(
    found: Vec<Found>,
    candidates: Vec<Candidate>,
    mut judged: Judged,
    recipe: &Recipe,
    n_rows: usize,
) -> Sweep {
    let choice = choose(&candidates, n_rows);
    let mut explanation = choice.explanation;
    explanation.extend(found.iter().flat_map(|found| found.notes.iter().cloned()));
    let chosen = found.iter().flat_map(|found| &found.fits).nth(choice.at).expect("the choice is a candidate");
    explanation.extend(chosen.own_share.and_then(|share| own_labels(candidates[choice.at].algorithm, share)));
    let silhouettes = judged.exact.as_mut().map(|exact| samples(exact.swap_remove(choice.at)));
    let chosen_by = candidates[choice.at].algorithm;
    let tree = found.iter().find(|found| found.algorithm == chosen_by && found.tree.is_some());
    let tree = tree.or(found.iter().find(|found| found.tree.is_some())).and_then(|found| found.tree.clone());
    let evidence = Evidence {
        algorithm: chosen_by,
        chosen_k: candidates[choice.at].k,
        k_was_given: recipe.cluster.k.single().is_some(),
        silhouette_rows: judged.n_rows as u64,
        silhouette_is_exact: judged.exact.is_some(),
        explanation,
        candidates,
    };
    let chosen = found.into_iter().flat_map(|found| found.fits).nth(choice.at).expect("the choice is a candidate");
    Sweep { evidence, chosen, algorithm: chosen_by, silhouettes, tree }
}

/// What became of the algorithm's own segments, when the model's are others.
fn own_labels(algorithm: Algorithm, share: f64) -> Option<String> {
    (share < 1.0).then(|| {
        format!(
            "Customers are where segctl assign will put them again: for {:.1} % of them that is where {} itself did.",
            (share * 1000.0).floor() / 10.0,
            algorithm.title()
        )
    })
}

/// The k that leave a silhouette defined: 2..=n-1.
fn feasible(recipe: &Recipe, n_rows: usize) -> Result<Vec<usize>, SegmentationError> {
    let wanted = recipe.cluster.k;
    let ks: Vec<usize> = wanted.iter().filter(|&k| k < n_rows).collect();
    if ks.is_empty() {
        let k = *wanted.iter().start();
        return Err(SegmentationError::TooFewCustomers { n_rows, k, needed: k + 1 });
    }
    Ok(ks)
}

/// The mean silhouette of one clustering, with its interval when it is an estimate.
type Mean = (f64, Option<(f64, f64)>);

/// What labelings are worth.
pub(crate) struct Judged {
    /// One per labeling.
    pub(crate) means: Vec<Mean>,
    /// The sum of squared distances to the means of the clusters, one per labeling.
    pub(crate) inertias: Vec<f64>,
    /// The silhouettes of all rows, when they are exact.
    pub(crate) exact: Option<Vec<Silhouette>>,
    /// Rows that the means rest on.
    pub(crate) n_rows: usize,
}

/// Judges labelings of the rows of `x`, one pass over the distances for all of them.
pub(crate) fn judge(
    x: MatrixView<'_>,
    labels: &[&Labels],
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Judged, SegmentationError> {
    let inertias = segctl_metrics::inertia_many(x, labels)?;
    if x.n_rows() <= EXACT_ROWS {
        let exact = silhouette_many(x, labels, observer)?;
        let means = exact.iter().map(|silhouette| (silhouette.mean, None)).collect();
        return Ok(Judged { means, inertias, exact: Some(exact), n_rows: x.n_rows() });
    }
    let estimates = silhouette_sampled(x, labels, &SampleParams::new(seed), observer)?;
    let means = estimates.iter().map(|e| (e.mean, Some((e.interval.low, e.interval.high)))).collect();
    Ok(Judged { means, inertias, exact: None, n_rows: estimates.first().map_or(0, |e| e.n_evaluated) })
}

fn samples(silhouette: Silhouette) -> Vec<f64> {
    silhouette.samples.into_iter().map(|sample| sample.unwrap_or(f64::NAN)).collect()
}

fn candidate(algorithm: Algorithm, fit: &Fit, &(silhouette, silhouette_interval): &Mean, inertia: f64) -> Candidate {
    Candidate {
        algorithm,
        k: fit.labels.n_clusters(),
        inertia,
        silhouette,
        silhouette_interval,
        smallest: fit.labels.sizes().into_iter().min().unwrap_or(0) as u64,
        n_iter: fit.n_iter,
        converged: fit.converged,
    }
}
