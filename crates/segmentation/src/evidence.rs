//! The sweep over k: one clustering and one silhouette for each number of segments.

use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::kmeans::{KMeans, KMeansData, KMeansParams, Stop, fit_data};
use segctl_metrics::{SampleParams, Silhouette, silhouette_many, silhouette_sampled};
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, MatrixView};

use crate::choice::choose;
use crate::outcome::{Candidate, Evidence};
use crate::recipe::Recipe;
use crate::{SegmentationError, Timings};

/// Up to so many customers silhouettes are exact; beyond, each mean is estimated on a sample.
/// All distances among 50,000 customers take seconds, those among a million would take half an hour.
const EXACT_ROWS: usize = 50_000;

/// From so many customers on, restarts run on a sample and the best of them is refined on all.
const RESTART_SAMPLE_FROM: usize = 100_000;

/// Customers in that sample.
const RESTART_SAMPLE: usize = 50_000;

/// What was learnt from trying every k.
pub(crate) struct Sweep {
    pub(crate) evidence: Evidence,
    /// The clustering of the chosen k.
    pub(crate) chosen: KMeans,
    /// The silhouettes of all rows under the chosen clustering, when they are exact.
    pub(crate) silhouettes: Option<Vec<f64>>,
}

/// Clusters `x` for every k of the recipe that the rows allow, judges each, and chooses.
pub(crate) fn sweep(
    x: MatrixView<'_>,
    recipe: &Recipe,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Sweep, SegmentationError> {
    let ks = feasible(recipe, x.n_rows())?;
    let mut fits = timings.time("fit", || fit_all(x, &ks, recipe, observer))?;
    let labels: Vec<&Labels> = fits.iter().map(|fit| &fit.labels).collect();
    let mut judged = timings.time("evaluate", || judge(x, &labels, recipe, observer))?;
    let candidates: Vec<Candidate> = fits.iter().zip(&judged.means).map(|(fit, mean)| candidate(fit, mean)).collect();
    let choice = choose(&candidates, x.n_rows());
    let at = candidates.iter().position(|c| c.k == choice.k).expect("the choice is a candidate");
    let mut explanation = choice.explanation;
    if x.n_rows() > RESTART_SAMPLE_FROM && recipe.cluster.restarts > 1 {
        explanation.push(format!(
            "The {} starts ran on a sample of {RESTART_SAMPLE} customers; the best was refined on all.",
            recipe.cluster.restarts
        ));
    }
    let evidence = Evidence {
        algorithm: "k-means".into(),
        chosen_k: choice.k,
        k_was_given: recipe.cluster.k.single().is_some(),
        silhouette_rows: judged.n_rows as u64,
        silhouette_is_exact: judged.exact.is_some(),
        explanation,
        candidates,
    };
    let silhouettes = judged
        .exact
        .as_mut()
        .map(|exact| exact.swap_remove(at).samples.into_iter().map(|s| s.unwrap_or(f64::NAN)).collect());
    Ok(Sweep { evidence, chosen: fits.swap_remove(at), silhouettes })
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

/// One clustering per k. When the rows have too few distinct values for a larger k of several,
/// the smaller ones stand.
fn fit_all(
    x: MatrixView<'_>,
    ks: &[usize],
    recipe: &Recipe,
    observer: &dyn Observer,
) -> Result<Vec<KMeans>, SegmentationError> {
    let data = KMeansData::new(x)?;
    let mut fits = Vec::with_capacity(ks.len());
    for &k in ks {
        match fit_data(&data, None, &params(k, x.n_rows(), recipe), observer) {
            Ok(fit) => fits.push(fit),
            Err(ClusteringError::TooFewDistinct { .. }) if !fits.is_empty() => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(fits)
}

fn params(k: usize, n_rows: usize, recipe: &Recipe) -> KMeansParams {
    let cluster = &recipe.cluster;
    KMeansParams::new(k)
        .with_restarts(cluster.restarts)
        .with_max_iter(cluster.max_iter)
        .with_tol(cluster.tol)
        .with_seed(Seed(recipe.seed))
        .with_restart_sample((n_rows > RESTART_SAMPLE_FROM).then_some(RESTART_SAMPLE))
}

/// The mean silhouette of one clustering, with its interval when it is an estimate.
type Mean = (f64, Option<(f64, f64)>);

struct Judged {
    means: Vec<Mean>,
    exact: Option<Vec<Silhouette>>,
    n_rows: usize,
}

fn judge(
    x: MatrixView<'_>,
    labels: &[&Labels],
    recipe: &Recipe,
    observer: &dyn Observer,
) -> Result<Judged, SegmentationError> {
    if x.n_rows() <= EXACT_ROWS {
        let exact = silhouette_many(x, labels, observer)?;
        let means = exact.iter().map(|silhouette| (silhouette.mean, None)).collect();
        return Ok(Judged { means, exact: Some(exact), n_rows: x.n_rows() });
    }
    let sample = SampleParams::new(Seed(recipe.seed));
    let estimates = silhouette_sampled(x, labels, &sample, observer)?;
    let means = estimates.iter().map(|e| (e.mean, Some((e.interval.low, e.interval.high)))).collect();
    Ok(Judged { means, exact: None, n_rows: estimates.first().map_or(0, |e| e.n_evaluated) })
}

fn candidate(fit: &KMeans, &(silhouette, silhouette_interval): &Mean) -> Candidate {
    Candidate {
        k: fit.labels.n_clusters(),
        inertia: fit.inertia,
        silhouette,
        silhouette_interval,
        smallest: fit.labels.sizes().into_iter().min().unwrap_or(0) as u64,
        n_iter: fit.n_iter as u64,
        converged: fit.stop == Stop::Converged,
    }
}
