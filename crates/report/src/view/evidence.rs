use segctl_segmentation::{Candidate, Evidence};

use crate::format::{count, number, score};

/// Why this number of segments.
#[derive(Debug)]
pub(crate) struct EvidenceView {
    pub(crate) algorithm: String,
    pub(crate) explanation: Vec<String>,
    /// On how many rows the silhouettes rest.
    pub(crate) basis: String,
    pub(crate) candidates: Vec<CandidateView>,
    /// Whether there is a curve to draw.
    pub(crate) has_curve: bool,
}

/// A number of segments that was tried.
#[derive(Debug)]
pub(crate) struct CandidateView {
    pub(crate) k: usize,
    pub(crate) inertia: String,
    pub(crate) silhouette: String,
    pub(crate) smallest: String,
    pub(crate) n_iter: String,
    pub(crate) converged: bool,
    pub(crate) is_chosen: bool,
}

impl EvidenceView {
    pub(crate) fn new(evidence: &Evidence) -> Self {
        Self {
            algorithm: evidence.algorithm.clone(),
            explanation: evidence.explanation.clone(),
            basis: basis(evidence),
            candidates: evidence.candidates.iter().map(|c| candidate(c, evidence.chosen_k)).collect(),
            has_curve: evidence.candidates.len() > 1,
        }
    }
}

fn basis(evidence: &Evidence) -> String {
    let rows = count(evidence.silhouette_rows);
    match (evidence.silhouette_rows, evidence.silhouette_is_exact) {
        (0, _) => String::new(),
        (_, true) => format!("Silhouettes are exact, over all {rows} customers."),
        (_, false) => {
            format!("Silhouettes are estimated from {rows} customers; bars and brackets are 95% confidence intervals.")
        }
    }
}

fn candidate(candidate: &Candidate, chosen: usize) -> CandidateView {
    CandidateView {
        k: candidate.k,
        inertia: number(candidate.inertia),
        silhouette: silhouette(candidate),
        smallest: count(candidate.smallest),
        n_iter: count(candidate.n_iter),
        converged: candidate.converged,
        is_chosen: candidate.k == chosen,
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
