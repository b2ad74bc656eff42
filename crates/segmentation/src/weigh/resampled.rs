//! Evidence by drawing customers again, and by drawing customers without any structure.

use std::collections::BTreeMap;

use segctl_clustering_core::ClusteringError;
use segctl_metrics::{
    Gap, GapParams, HopkinsParams, PredictionParams, PredictionStrength, Resampling, Stability, StabilityParams,
    Structure, StructureParams, gap_statistic, hopkins, nearest_centroid, prediction_strength, stability,
    stability_predicted, structure,
};
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

use super::clusterer::Clusterer;
use crate::outcome::{Candidate, StructureTest, Tendency};
use crate::recipe::Algorithm;
use crate::run::Ready;
use crate::{SegmentationError, sample};

/// Customers on whom hundreds of clusterings are made.
const SAMPLE: usize = 1000;

/// Customers whose membership is followed from resample to resample.
const FOLLOWED: usize = 20_000;

/// Sets without structure that the gap compares with.
const REFERENCES: usize = 100;

/// Groups that are looked for at most where it is asked whether there are any, and the fewest customers to ask of.
const MOST_GROUPS: usize = 10;
const FEWEST: usize = 50;

/// Points thrown at a time for the Hopkins statistic, and how often.
const POINTS: usize = 50;
const DRAWS: usize = 2;

/// Divisions into halves for the prediction strength.
const DIVISIONS: usize = 20;

/// Resamples of every k, and of the clustering that was chosen.
const RESAMPLES: usize = 30;
const RESAMPLES_OF_CHOSEN: usize = 50;

/// What was learnt by drawing.
pub(super) struct Resampled {
    pub(super) algorithm: Algorithm,
    pub(super) structure: Option<StructureTest>,
    pub(super) tendency: Option<Tendency>,
    pub(super) gap: Option<Gap>,
    pub(super) strength: Option<PredictionStrength>,
    pub(super) stability: BTreeMap<usize, Stability>,
    pub(super) notes: Vec<String>,
}

impl Resampled {
    /// Writes down what is known of each candidate.
    pub(super) fn told_to(&self, candidates: &mut [Candidate]) {
        for candidate in candidates.iter_mut().filter(|candidate| candidate.algorithm == self.algorithm) {
            let (k, indices) = (candidate.k, &mut candidate.indices);
            let at = |values: &[f64]| k.checked_sub(1).and_then(|at| values.get(at)).copied();
            indices.gap = self.gap.as_ref().and_then(|gap| at(&gap.gap));
            indices.gap_standard_error = self.gap.as_ref().and_then(|gap| at(&gap.standard_error));
            let strength = self.strength.as_ref().and_then(|found| found.at.iter().find(|at| at.k == k));
            indices.prediction_strength = strength.map(|at| at.mean);
            indices.stability = self.stability.get(&k).map(least);
        }
    }
}

/// The lowest mean similarity of the segments.
pub(super) fn least(stability: &Stability) -> f64 {
    stability.clusters.iter().map(|cluster| cluster.mean_jaccard).fold(f64::INFINITY, f64::min)
}

/// Evidence for every k of the recipe, by the first algorithm that takes a number of segments; nothing where none
/// does, or customers are too few.
pub(super) fn resampled(
    ready: &Ready,
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Option<Resampled>, SegmentationError> {
    let mut algorithms = ready.cluster.algorithm.as_slice().iter().copied();
    let Some(algorithm) = algorithms.find(|&algorithm| !ready.cluster.finds_k(algorithm)) else { return Ok(None) };
    let all = ready.prepared.matrix.view();
    let drawn = sample::uniform(all.n_rows(), SAMPLE, &mut seed.stream("rows of evidence", 0, 0));
    let picked: Option<Matrix> = drawn.as_deref().map(|rows| all.select_rows(rows));
    let x = picked.as_ref().map_or(all, Matrix::view);
    let clusterer = Clusterer::new(ready, algorithm);
    let cluster = |x: MatrixView<'_>, k: usize, seed: Seed| clusterer.labels(x, k, seed);
    // A half must hold a few rows for each segment.
    let ks: Vec<usize> = ready.cluster.k.iter().filter(|&k| 4 * k <= x.n_rows()).collect();
    let Some(&k_max) = ks.last() else { return Ok(None) };
    let references = GapParams::new(seed).with_references(REFERENCES);
    // Where the number is given there is nothing to choose.
    let is_open = ready.cluster.k.single().is_none();
    let gap = is_open.then(|| gap_statistic(x, k_max, &cluster, &references, observer)).map(defined).transpose()?;
    let divisions = PredictionParams::new(seed).with_divisions(DIVISIONS);
    let strength = is_open
        .then(|| prediction_strength(x, ks[0]..=k_max, &cluster, &divisions, observer))
        .map(defined)
        .transpose()?;
    let resamples =
        StabilityParams::new(seed).with_resamples(RESAMPLES).with_resampling(scheme(&clusterer, x.n_rows()));
    let mut by_k = BTreeMap::new();
    for &k in &ks {
        let found = cluster(x, k, seed).and_then(|labels| stability(x, &labels, &cluster, &resamples, observer));
        by_k.extend(defined(found)?.map(|found| (k, found)));
    }
    let notes = drawn.map(|rows| {
        format!(
            "Structure, tendency, gap, prediction strength and the stability of each number of segments rest on {} customers \
             drawn at random: they take hundreds of clusterings.",
            rows.len()
        )
    });
    let structure = tested(x, k_max.min(MOST_GROUPS), &cluster, seed, observer)?;
    Ok(Some(Resampled {
        algorithm,
        structure,
        tendency: tendency(x, seed, observer)?,
        gap: gap.flatten(),
        strength: strength.flatten(),
        stability: by_k,
        notes: notes.into_iter().collect(),
    }))
}

/// How far customers crowd together; nothing where all are alike.
fn tendency(x: MatrixView<'_>, seed: Seed, observer: &dyn Observer) -> Result<Option<Tendency>, SegmentationError> {
    // Distances as they are: raised to the number of features, a few customers who lie apart decide.
    let params = HopkinsParams::new(seed).with_exponent(1).with_max_points(POINTS).with_draws(DRAWS);
    let found = defined(hopkins(x, &params, observer).map_err(SegmentationError::from))?;
    Ok(found.map(|found| Tendency {
        hopkins: found.statistic,
        uniform_p_value: found.uniform.map(|null| null.p_value),
        gaussian_p_value: found.gaussian.map(|null| null.p_value),
        n_customers: found.n_rows as u64,
    }))
}

/// Whether there are groups; nothing where customers are too few to say.
fn tested<F>(
    x: MatrixView<'_>,
    k_max: usize,
    cluster: &F,
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Option<StructureTest>, SegmentationError>
where
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, SegmentationError> + Sync,
{
    let params = StructureParams::new(seed).with_k_max(k_max);
    if x.n_rows() < FEWEST || x.n_rows() < 2 * k_max + 2 {
        return Ok(None);
    }
    let found = defined(structure(x, cluster, &params, observer))?;
    Ok(found.map(|found| StructureTest {
        is_structured: found.found,
        p_value: found.p_value,
        sentence: sentence(&found),
    }))
}

fn sentence(found: &Structure) -> String {
    let p = found.p_value;
    match found.found {
        true => format!(
            "There are gaps between some groups of customers that one crowd of the same shape would not show (p = {p:.2})."
        ),
        false => {
            format!("Gaps between groups of customers are no larger than in one crowd of the same shape (p = {p:.2}).")
        }
    }
}

/// How customers are drawn again: as many with replacement, or half of them where a clustering takes long.
fn scheme(clusterer: &Clusterer<'_>, n_rows: usize) -> Resampling {
    match clusterer.is_fast() {
        true => Resampling::Bootstrap,
        false => Resampling::Subset { share: (SAMPLE as f64 / n_rows as f64).min(0.5) },
    }
}

/// Nothing where rows have too few distinct values for a measure.
fn defined<T>(found: Result<T, SegmentationError>) -> Result<Option<T>, SegmentationError> {
    use segctl_metrics::MetricsError;
    match found {
        Ok(found) => Ok(Some(found)),
        Err(
            SegmentationError::Clustering(
                ClusteringError::TooFewDistinct { .. }
                | ClusteringError::TooFewRows { .. }
                | ClusteringError::EmptyCluster { .. },
            )
            | SegmentationError::Metrics(
                MetricsError::Dispersion { .. }
                | MetricsError::NoSpread { .. }
                | MetricsError::EmptyCluster { .. }
                | MetricsError::NoClusters { .. }
                | MetricsError::Noise { .. },
            )
            | SegmentationError::NoEps { .. },
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Clusters other rows once more; nothing where they have too few distinct values.
pub(crate) fn cluster_again(
    ready: &Ready,
    algorithm: Algorithm,
    x: MatrixView<'_>,
    k: usize,
    seed: Seed,
) -> Result<Option<Labels>, SegmentationError> {
    defined(Clusterer::new(ready, algorithm).labels(x, k, seed))
}

/// How steady a clustering is, and the customers who were followed, when they are not all.
pub(crate) struct Steadiness {
    pub(crate) found: Stability,
    pub(crate) rows: Option<Vec<usize>>,
}

/// How steady the clustering that was chosen is.
pub(crate) fn steadiness(
    ready: &Ready,
    algorithm: Algorithm,
    labels: &Labels,
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Option<Steadiness>, SegmentationError> {
    let all = ready.prepared.matrix.view();
    let rows = sample::uniform(all.n_rows(), FOLLOWED, &mut seed.stream("rows of steadiness", 0, 0));
    let picked: Option<Matrix> = rows.as_deref().map(|rows| all.select_rows(rows));
    let x = picked.as_ref().map_or(all, Matrix::view);
    let own = rows.as_deref().map_or_else(|| labels.clone(), |rows| labels.select(rows));
    if own.sizes().contains(&0) || own.n_clusters() < 2 || own.len() < 4 * own.n_clusters() {
        return Ok(None);
    }
    let clusterer = Clusterer::new(ready, algorithm);
    let cluster = |x: MatrixView<'_>, k: usize, seed: Seed| clusterer.labels(x, k, seed);
    let params =
        StabilityParams::new(seed).with_resamples(RESAMPLES_OF_CHOSEN).with_resampling(scheme(&clusterer, x.n_rows()));
    let found = match ready.cluster.finds_k(algorithm) {
        true => stability(x, &own, &cluster, &params, observer),
        false => {
            let predict = |train: MatrixView<'_>, labels: &Labels, all: MatrixView<'_>| {
                nearest_centroid(train, labels, all).map_err(SegmentationError::from)
            };
            stability_predicted(x, &own, &cluster, &predict, &params, observer)
        }
    };
    Ok(defined(found)?.map(|found| Steadiness { found, rows }))
}
