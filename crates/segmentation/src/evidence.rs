//! The sweep: one clustering and one silhouette for each algorithm and number of segments.

use segctl_clustering_core::ClusteringError;
use segctl_metrics::Silhouette;
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix};

use crate::algorithm::{self, Context, Cut, Fit, Found, Picture};
use crate::choice::choose;
use crate::outcome::{Candidate, CandidateIndices, Evidence};
use crate::recipe::{Algorithm, ClusterRecipe, Recipe};
use crate::run::{Ready, RunOptions};
use crate::weigh::{Weighed, weigh};
use crate::yardstick::{Judged, Mean, Yardstick};
use crate::{SegmentationError, Timings, initial};

/// What was learnt from trying every algorithm with every k.
pub(crate) struct Sweep {
    pub(crate) evidence: Evidence,
    /// The clustering that was chosen, and by what it was found.
    pub(crate) chosen: Fit,
    pub(crate) algorithm: Algorithm,
    /// The silhouettes of all rows under the chosen clustering, when they are exact.
    pub(crate) silhouettes: Option<Vec<f64>>,
    /// How algorithms came to their clusters, the chosen one's first.
    pub(crate) pictures: Vec<Picture>,
}

/// Clusters the rows by every algorithm for every k of the recipe that they allow, judges each, and
/// chooses.
pub(crate) fn sweep(
    ready: &Ready,
    recipe: &Recipe,
    options: &RunOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Sweep, SegmentationError> {
    let x = ready.prepared.matrix.view();
    let cluster = &ready.cluster;
    let init = initial::of_recipe(cluster, &ready.prepared.names, observer)?;
    let open = ready.open(cluster.algorithm.as_slice());
    let context = Context {
        recipe: cluster,
        seed: Seed(recipe.seed),
        columns: &ready.mixed,
        memory_limit: options.memory_limit,
        open: open.as_ref().map(Matrix::view),
        init_centers: init.as_ref(),
        may_sample: true,
        as_assigned: true,
        pictured: true,
        observer,
    };
    let fit_one = |&name: &Algorithm| algorithm::fit(name, x, &cuts(name, cluster, x.n_rows())?, context);
    let fit_all = || possible(cluster.algorithm.as_slice().iter().map(|name| (*name, fit_one(name))).collect());
    let found = timings.time("fit", fit_all)?;
    let fits: Vec<(Algorithm, &Fit)> =
        found.iter().flat_map(|found| found.fits.iter().map(|fit| (found.algorithm, fit))).collect();
    let labels: Vec<&Labels> = fits.iter().map(|(_, fit)| &fit.labels).collect();
    let yardstick = Yardstick::of(ready)?;
    let judged = timings.time("evaluate", || yardstick.judge(&labels, Seed(recipe.seed), observer))?;
    let judgements = fits.iter().zip(&judged.means).zip(&judged.inertias);
    let mut candidates: Vec<Candidate> =
        judgements.map(|((&(name, fit), mean), &inertia)| candidate(name, fit, mean, inertia)).collect();
    let weighed = timings.time("evaluate", || weigh(ready, &labels, &mut candidates, Seed(recipe.seed), observer))?;
    let mut sweep = concluded(found, candidates, judged, ready, weighed)?;
    sweep.evidence.explanation.extend(yardstick.note());
    let notes = cluster.algorithm.as_slice().iter().flat_map(|&algorithm| ready.notes(algorithm));
    sweep.evidence.explanation.extend(notes);
    let proposal = ready.proposal.clone();
    sweep.evidence.explanation.splice(0..0, proposal);
    Ok(sweep)
}

/// What the algorithms found. One that has too few different rows or units for the fewest segments is passed over
/// where another has enough.
fn possible(found: Vec<(Algorithm, Result<Found, SegmentationError>)>) -> Result<Vec<Found>, SegmentationError> {
    let may_pass = found.iter().any(|(_, found)| found.is_ok());
    let passed = |(algorithm, found): (Algorithm, Result<Found, SegmentationError>)| match found {
        Err(SegmentationError::Clustering(error @ ClusteringError::TooFewDistinct { .. })) if may_pass => {
            let note = format!("{} gave no segments: {error}.", algorithm.title());
            Ok(Found { algorithm, fits: Vec::new(), picture: None, notes: vec![note] })
        }
        found => found,
    };
    found.into_iter().map(passed).collect()
}

/// Every k of the recipe, unless the algorithm finds it.
fn cuts(algorithm: Algorithm, recipe: &ClusterRecipe, n_rows: usize) -> Result<Vec<Cut>, SegmentationError> {
    match recipe.finds_k(algorithm) {
        true => Ok(vec![Cut::Found]),
        false => Ok(feasible(recipe, n_rows)?.into_iter().map(Cut::K).collect()),
    }
}

fn concluded(
    mut found: Vec<Found>,
    candidates: Vec<Candidate>,
    mut judged: Judged,
    ready: &Ready,
    weighed: Weighed,
) -> Result<Sweep, SegmentationError> {
    let n_rows = ready.prepared.matrix.n_rows();
    let choice = choose(&candidates, ready.smallest(), &weighed.votes, weighed.structure.as_ref());
    let taken = &candidates[choice.at];
    if taken.k == 0 {
        return Err(SegmentationError::AllNoise { algorithm: taken.algorithm, n_rows });
    }
    let algorithm = taken.algorithm;
    let mut explanation = choice.explanation;
    explanation.extend(found.iter().flat_map(|found| found.notes.iter().cloned()));
    let silhouettes = judged.exact.as_mut().map(|exact| exact.swap_remove(choice.at));
    let silhouettes = silhouettes.map(|exact| exact.map_or_else(|| vec![f64::NAN; n_rows], samples));
    let pictures = pictures(&mut found, algorithm);
    let chosen = found.into_iter().flat_map(|found| found.fits).nth(choice.at).expect("the choice is a candidate");
    explanation.extend(chosen.own_share.and_then(|share| own_labels(algorithm, share)));
    let evidence = Evidence {
        algorithm,
        chosen_k: taken.k,
        k_was_given: ready.cluster.k.single().is_some(),
        silhouette_rows: judged.n_rows as u64,
        silhouette_is_exact: judged.exact.is_some(),
        explanation,
        candidates,
        n_customers: n_rows as u64,
        structure: weighed.structure,
        votes: weighed.votes,
        tendency: weighed.tendency,
        recommended: choice.recommended,
        notes: weighed.notes,
    };
    Ok(Sweep { evidence, chosen, algorithm, silhouettes, pictures })
}

/// What can be drawn, that of the chosen algorithm first.
fn pictures(found: &mut [Found], chosen: Algorithm) -> Vec<Picture> {
    let (of_chosen, others): (Vec<_>, Vec<_>) = found.iter_mut().partition(|found| found.algorithm == chosen);
    of_chosen.into_iter().chain(others).filter_map(|found| found.picture.take()).collect()
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
fn feasible(recipe: &ClusterRecipe, n_rows: usize) -> Result<Vec<usize>, SegmentationError> {
    let wanted = recipe.k;
    let ks: Vec<usize> = wanted.iter().filter(|&k| k < n_rows).collect();
    if ks.is_empty() {
        let k = *wanted.iter().start();
        return Err(SegmentationError::TooFewCustomers { n_rows, k, needed: k + 1 });
    }
    Ok(ks)
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
        n_noise: fit.labels.n_noise() as u64,
        noise_share: fit.labels.n_noise() as f64 / fit.labels.len() as f64,
        bic: fit.figure("bic"),
        n_iter: fit.n_iter,
        converged: fit.converged,
        indices: CandidateIndices::default(),
    }
}
