//! Which number of segments each measure prefers, and what follows from all of them.

use std::collections::BTreeMap;

use segctl_metrics::{KneeParams, knee};

use super::resampled::{Resampled, least};
use crate::choice::SMALLEST_SHARE;
use crate::outcome::{Candidate, Recommended, StructureTest, Vote};

/// Segments that come back in resamples with at least this similarity are stable (Hennig 2007).
const STABLE: f64 = 0.75;

/// One vote per measure that is defined.
pub(super) fn votes(candidates: &[Candidate], resampled: Option<&Resampled>) -> Vec<Vote> {
    let mut votes = vec![
        best("silhouette", candidates, |candidate| Some(candidate.score()), "the highest mean silhouette"),
        best(
            "calinski-harabasz",
            candidates,
            |candidate| candidate.indices.calinski_harabasz,
            "the most variance between segments for that within",
        ),
        best(
            "davies-bouldin",
            candidates,
            |candidate| candidate.indices.davies_bouldin.map(|value| -value),
            "segments least like their nearest neighbour",
        ),
        best("bic", candidates, |candidate| candidate.bic.map(|bic| -bic), "the lowest BIC"),
    ];
    votes.extend(resampled.map(|found| bend(candidates, found)));
    votes.extend(resampled.into_iter().flat_map(drawn));
    votes.into_iter().flatten().collect()
}

/// The k of the candidate for which `value` is largest, the first among equals.
fn best(
    index: &'static str,
    candidates: &[Candidate],
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

/// What follows: no groups where the test of structure finds none, else the number with the most votes, the
/// higher silhouette deciding between equals.
pub(super) fn recommended(
    candidates: &[Candidate],
    structure: Option<&StructureTest>,
    all_votes: &[Vote],
    n_rows: usize,
) -> Option<Recommended> {
    let smallest = SMALLEST_SHARE * n_rows as f64;
    let viable = |c: &&Candidate| c.k >= 2 && c.smallest as f64 >= smallest && !c.score().is_nan();
    let mut best: BTreeMap<usize, &Candidate> = BTreeMap::new();
    for candidate in candidates.iter().filter(viable) {
        let stands = best.entry(candidate.k).or_insert(candidate);
        if candidate.score() > stands.score() {
            *stands = candidate;
        }
    }
    let votes = |k: usize| all_votes.iter().filter(|vote| vote.k == k).count();
    let taken = best.into_values().reduce(|a, b| {
        let (for_a, for_b) = (votes(a.k), votes(b.k));
        if for_b > for_a || (for_b == for_a && b.score() > a.score()) { b } else { a }
    })?;
    let n_votes = votes(taken.k);
    let against = structure.filter(|structure| !structure.is_structured);
    let reason = match against {
        Some(structure) => format!(
            "No natural groups: {} Segments would be slices of a continuum; if they are wanted all the same, {} by {} \
             separate best.",
            structure.sentence,
            taken.k,
            taken.algorithm.title()
        ),
        None => format!(
            "{} of {} measures prefer {} segments ({}); of the algorithms {} separates them best, with a mean \
             silhouette of {:.3}.",
            n_votes,
            all_votes.len(),
            taken.k,
            all_votes.iter().filter(|v| v.k == taken.k).map(|v| v.index.as_str()).collect::<Vec<_>>().join(", "),
            taken.algorithm.title(),
            taken.score()
        ),
    };
    let k = if against.is_some() { 1 } else { taken.k };
    Some(Recommended { algorithm: taken.algorithm, k, useful_k: taken.k, reason })
}
