use segctl_segmentation::{Algorithm, Evidence};
use serde::Serialize;

use crate::format::rounded;

/// A curve over the number of segments for each algorithm.
#[derive(Debug, Serialize)]
pub(crate) struct EvidenceData {
    curves: Vec<Curve>,
    /// The number of segments taken.
    chosen: usize,
    /// The algorithm taken.
    taken: &'static str,
}

#[derive(Debug, Serialize)]
struct Curve {
    algorithm: &'static str,
    k: Vec<usize>,
    inertia: Vec<f64>,
    silhouette: Vec<f64>,
    /// The confidence interval, where the silhouette is estimated.
    interval: Vec<Option<(f64, f64)>>,
}

pub(crate) fn evidence(evidence: &Evidence) -> EvidenceData {
    EvidenceData {
        curves: evidence.algorithms().into_iter().map(|algorithm| curve(evidence, algorithm)).collect(),
        chosen: evidence.chosen_k,
        taken: evidence.algorithm.title(),
    }
}

fn curve(evidence: &Evidence, algorithm: Algorithm) -> Curve {
    let tried = || evidence.candidates.iter().filter(move |candidate| candidate.algorithm == algorithm);
    let interval = |(low, high)| (rounded(low), rounded(high));
    Curve {
        algorithm: algorithm.title(),
        k: tried().map(|candidate| candidate.k).collect(),
        inertia: tried().map(|candidate| rounded(candidate.inertia)).collect(),
        silhouette: tried().map(|candidate| rounded(candidate.silhouette)).collect(),
        interval: tried().map(|candidate| candidate.silhouette_interval.map(interval)).collect(),
    }
}
