use segctl_segmentation::{Candidate, Evidence};

use crate::format::{count, number, percent, score};

/// Why this algorithm and this number of segments.
#[derive(Debug)]
pub(crate) struct EvidenceView {
    /// The algorithm that was taken.
    pub(crate) algorithm: &'static str,
    /// Whether there were others.
    pub(crate) has_rivals: bool,
    pub(crate) explanation: Vec<String>,
    /// On how many rows the silhouettes rest.
    pub(crate) basis: String,
    pub(crate) candidates: Vec<CandidateView>,
    /// Whether some leave customers out.
    pub(crate) has_noise: bool,
    /// Whether some have a likelihood.
    pub(crate) has_bic: bool,
    /// Whether there is a curve to draw.
    pub(crate) has_curve: bool,
}

/// An algorithm with a number of segments that was tried.
#[derive(Debug)]
pub(crate) struct CandidateView {
    pub(crate) algorithm: &'static str,
    pub(crate) k: usize,
    pub(crate) inertia: String,
    pub(crate) silhouette: String,
    pub(crate) smallest: String,
    pub(crate) noise: String,
    pub(crate) bic: String,
    pub(crate) n_iter: String,
    pub(crate) converged: bool,
    pub(crate) is_chosen: bool,
}

impl EvidenceView {
    pub(crate) fn new(evidence: &Evidence) -> Self {
        Self {
            algorithm: evidence.algorithm.title(),
            has_rivals: evidence.algorithms().len() > 1,
            explanation: evidence.explanation.clone(),
            basis: basis(evidence),
            candidates: evidence.candidates.iter().map(|c| candidate(c, evidence)).collect(),
            has_noise: has_noise(evidence),
            has_bic: evidence.candidates.iter().any(|c| c.bic.is_some()),
            has_curve: evidence.candidates.iter().any(|c| c.k != evidence.chosen_k),
        }
    }
}

fn has_noise(evidence: &Evidence) -> bool {
    evidence.candidates.iter().any(|candidate| candidate.n_noise > 0)
}

fn basis(evidence: &Evidence) -> String {
    let rows = count(evidence.silhouette_rows);
    match (evidence.silhouette_rows, evidence.silhouette_is_exact) {
        (0, _) => String::new(),
        (_, true) if has_noise(evidence) => {
            "Silhouettes are exact, over all customers in segments; those in none have none.".to_owned()
        }
        (_, true) => format!("Silhouettes are exact, over all {rows} customers."),
        (_, false) => {
            format!("Silhouettes are estimated from {rows} customers; bars and brackets are 95% confidence intervals.")
        }
    }
}

fn candidate(candidate: &Candidate, evidence: &Evidence) -> CandidateView {
    CandidateView {
        algorithm: candidate.algorithm.title(),
        k: candidate.k,
        inertia: number(candidate.inertia),
        silhouette: silhouette(candidate),
        smallest: count(candidate.smallest),
        noise: percent(candidate.noise_share),
        bic: candidate.bic.map_or_else(|| "–".into(), number),
        n_iter: candidate.n_iter.map_or_else(|| "–".into(), count),
        converged: candidate.converged,
        is_chosen: candidate.k == evidence.chosen_k && candidate.algorithm == evidence.algorithm,
    }
}

/// Three digits: neighbouring k often differ in the third only.
fn silhouette(candidate: &Candidate) -> String {
    let fine = |value: f64| match value.is_nan() {
        true => score(value),
        false => format!("{value:.3}").replace('-', "−"),
    };
    match candidate.silhouette_interval {
        None => fine(candidate.silhouette),
        Some((low, high)) => format!("{} ({} to {})", fine(candidate.silhouette), fine(low), fine(high)),
    }
}
