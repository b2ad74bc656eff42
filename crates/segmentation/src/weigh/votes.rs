//! Which number of segments each measure prefers.

use segctl_metrics::{KneeParams, knee};

use super::resampled::{Resampled, least};
use crate::choice::viable_places;
use crate::outcome::{Candidate, Vote};

/// Segments that come back in resamples with at least this similarity are stable (Hennig 2007).
const STABLE: f64 = 0.75;

/// One vote per measure that is defined; where a measure compares candidates, among those without a segment of fewer
/// than `smallest` rows.
pub(super) fn votes(candidates: &[Candidate], smallest: f64, resampled: Option<&Resampled>) -> Vec<Vote> {
    let viable: Vec<&Candidate> = viable_places(candidates, smallest).into_iter().map(|at| &candidates[at]).collect();
    let mut votes = vec![
        best("silhouette", &viable, |candidate| Some(candidate.score()), "the highest mean silhouette"),
        best(
            "calinski-harabasz",
            &viable,
            |candidate| candidate.indices.calinski_harabasz,
            "the most variance between segments for that within",
        ),
        best(
            "davies-bouldin",
            &viable,
            |candidate| candidate.indices.davies_bouldin.map(|value| -value),
            "segments least like their nearest neighbour",
        ),
        best("bic", &viable, |candidate| candidate.bic.map(|bic| -bic), "the lowest BIC"),
    ];
    votes.extend(resampled.map(|found| bend(candidates, found)));
    votes.extend(resampled.into_iter().flat_map(drawn));
    votes.into_iter().flatten().collect()
}

/// The k of the candidate for which `value` is largest, the first among equals.
fn best(
    index: &'static str,
    candidates: &[&Candidate],
    value: impl Fn(&Candidate) -> Option<f64>,
    meaning: &'static str,
) -> Option<Vote> {
    let valued = candidates.iter().filter_map(|c| Some((value(c).filter(|value| !value.is_nan())?, c.k)));
    let top = valued.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
    Some(Vote { index: index.to_owned(), k: top.1, meaning: meaning.to_owned() })
}

/// Where the curve of inertia bends.
fn bend(candidates: &[Candidate], found: &Resampled) -> Option<Vote> {
    let curve: Vec<(f64, f64)> =
        candidates.iter().filter(|c| c.algorithm == found.algorithm).map(|c| (c.k as f64, c.inertia)).collect();
    let (ks, inertias): (Vec<f64>, Vec<f64>) = curve.into_iter().unzip();
    let at = knee(&ks, &inertias, &KneeParams::new()).ok().flatten()?;
    Some(Vote { index: "knee".to_owned(), k: at.x as usize, meaning: "the bend of the inertia (Kneedle)".to_owned() })
}

/// The votes of measures that draw customers.
fn drawn(found: &Resampled) -> Vec<Option<Vote>> {
    let vote = |index: &str, k: usize, meaning: &str| Vote { index: index.to_owned(), k, meaning: meaning.to_owned() };
    // At the largest number tried the rule has found none: it says nothing.
    let gap = found.gap.as_ref().filter(|gap| gap.best_k < gap.gap.len()).map(|gap| {
        vote(
            "gap",
            gap.best_k,
            "the smallest number whose gap to data without groups the next does not exceed by an error",
        )
    });
    let strength = found.strength.as_ref().map(|strength| {
        vote(
            "prediction-strength",
            strength.best_k,
            "the largest number that one half of the customers predicts for the other",
        )
    });
    let steady = found.stability.iter().filter(|(_, stability)| least(stability) >= STABLE).map(|(&k, _)| k).max();
    let stability = (!found.stability.is_empty()).then(|| {
        vote("stability", steady.unwrap_or(1), "the largest number all of whose segments come back in resamples")
    });
    vec![gap, strength, stability]
}
