//! The choice in words.

use crate::outcome::{Candidate, StructureTest, Vote};

/// What the test of structure says, as the reader meets it first.
pub(super) fn groups(structure: &StructureTest) -> String {
    match structure.is_structured {
        true => structure.sentence.clone(),
        false => format!("No natural groups: {} Segments are slices of a continuum.", structure.sentence),
    }
}

/// Which measures prefer the k of a candidate.
pub(super) fn preferred(candidate: &Candidate, votes: &[Vote]) -> String {
    let names: Vec<&str> = votes.iter().filter(|vote| vote.k == candidate.k).map(|vote| vote.index.as_str()).collect();
    match names[..] {
        [] => format!("{} segments have the highest mean silhouette, {:.3}.", candidate.k, candidate.score()),
        _ => {
            let (n, of, k) = (names.len(), votes.len(), candidate.k);
            format!("{n} of {of} measures prefer {k} segments ({}).", names.join(", "))
        }
    }
}

/// How many customers are in no segment, where some are.
pub(super) fn noise(candidate: &Candidate) -> Option<String> {
    (candidate.n_noise > 0).then(|| {
        format!(
            "{} leaves {:.1} % of the customers out as noise, and finds {} among the others; in the comparison the \
             silhouette of noise is 0.",
            candidate.algorithm.title(),
            candidate.noise_share * 100.0,
            counted(candidate.k)
        )
    })
}

/// `1 segment`, `5 segments`.
pub(super) fn counted(k: usize) -> String {
    if k == 1 { "1 segment".to_owned() } else { format!("{k} segments") }
}

/// What the algorithms compared make of the same number of segments.
pub(super) fn rivals(candidates: &[Candidate], at: usize) -> Option<String> {
    let taken = &candidates[at];
    let others = candidates.iter().filter(|c| c.k == taken.k && c.algorithm != taken.algorithm);
    let told: Vec<String> = others.map(|c| format!("{} {:.3}", c.algorithm.title(), c.score())).collect();
    (!told.is_empty()).then(|| {
        format!(
            "Of the algorithms compared {} separates {} segments best: its mean silhouette is {:.3}, that of {}.",
            taken.algorithm.title(),
            taken.k,
            taken.score(),
            told.join(", of ")
        )
    })
}

/// `k-means 9, 10; Ward 10`, or the numbers alone where there is one algorithm.
pub(super) fn by_algorithm(places: &[usize], candidates: &[Candidate]) -> String {
    let several = candidates.iter().any(|c| c.algorithm != candidates[0].algorithm);
    let groups = places.chunk_by(|&a, &b| candidates[a].algorithm == candidates[b].algorithm);
    let group = |places: &[usize]| {
        let ks: Vec<String> = places.iter().map(|&at| candidates[at].k.to_string()).collect();
        let title = candidates[places[0]].algorithm.title();
        if several { format!("{title} {}", ks.join(", ")) } else { ks.join(", ") }
    };
    groups.map(group).collect::<Vec<_>>().join("; ")
}

/// Kaufman & Rousseeuw (1990), table 4 of chapter 2, in words for the reader.
pub(super) fn strength(silhouette: f64) -> &'static str {
    match silhouette {
        s if s > 0.70 => "Above 0.70 segments are clearly separated.",
        s if s > 0.50 => "Between 0.50 and 0.70 segments are reasonably separated.",
        s if s > 0.25 => "Between 0.25 and 0.50 segments are weakly separated: neighbours shade into each other.",
        _ => {
            "Up to 0.25 the segments are hardly apart: most customers are nearly as close to the next one as to their own."
        }
    }
}
