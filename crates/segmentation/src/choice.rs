//! Which algorithm and number of segments to take.

use crate::outcome::Candidate;

/// A split in two wins against a better-resolved one only by more than this share of its silhouette.
///
/// The silhouette favours k = 2 wherever one gradient dominates the data (small against large
/// customers), so a local peak at more segments is preferred when it separates almost as well.
pub(crate) const PEAK_TOLERANCE: f64 = 0.15;

/// A segment below this share of all customers is taken for a few outliers, not for a segment.
pub(crate) const SMALLEST_SHARE: f64 = 0.01;

/// The candidate taken and the reasoning, one sentence each.
#[derive(Debug, PartialEq)]
pub(crate) struct Choice {
    /// Its place among the candidates.
    pub(crate) at: usize,
    pub(crate) explanation: Vec<String>,
}

/// Chooses among candidates of one or more algorithms, at least one, ascending in k for each.
///
/// Candidates whose smallest segment is below [`SMALLEST_SHARE`] are passed over when others
/// remain. Of the rest the algorithm with the highest silhouette stands for each k, the first among
/// equals. The k with the highest silhouette wins, except that k = 2 yields to the highest local peak
/// within [`PEAK_TOLERANCE`].
pub(crate) fn choose(candidates: &[Candidate], n_rows: usize) -> Choice {
    let mut explanation = Vec::new();
    let at = match candidates {
        [only] => {
            explanation.push(match only.algorithm.finds_k() {
                true => format!("{}: as many as {} finds.", counted(only.k), only.algorithm.title()),
                false => format!("{} segments: the only number tried.", only.k),
            });
            explanation.extend(noise(only));
            return Choice { at: 0, explanation };
        }
        _ => best(&viable(candidates, n_rows, &mut explanation), candidates, &mut explanation),
    };
    explanation.extend(rivals(candidates, at));
    explanation.extend(candidates.iter().filter_map(noise));
    explanation.push(strength(candidates[at].silhouette).to_owned());
    Choice { at, explanation }
}

/// The place of the best of the candidates at `places`.
fn best(places: &[usize], candidates: &[Candidate], explanation: &mut Vec<String>) -> usize {
    let silhouette = |at: usize| candidates[at].score();
    let by_k = best_by_k(places, candidates);
    let all_by_k = best_by_k(&(0..candidates.len()).collect::<Vec<_>>(), candidates);
    let curve: Vec<(usize, f64)> = all_by_k.iter().map(|&at| (candidates[at].k, silhouette(at))).collect();
    let best = highest(&by_k, candidates);
    if let [only] = curve[..] {
        explanation.push(format!("{} segments: the only number tried.", only.0));
        return best;
    }
    let peaks: Vec<usize> =
        by_k.iter().copied().filter(|&at| candidates[at].k > 2 && is_peak(candidates[at].k, &curve)).collect();
    if candidates[best].k == 2 && !peaks.is_empty() {
        let rival = highest(&peaks, candidates);
        if near(silhouette(rival), silhouette(best)) {
            explanation.push(format!(
                "2 segments separate best (mean silhouette {:.3}), but mostly along the one strongest contrast; {} segments \
                 are a peak of their own at {:.3}, within {:.0} % of it, and tell more.",
                silhouette(best),
                candidates[rival].k,
                silhouette(rival),
                PEAK_TOLERANCE * 100.0
            ));
            return rival;
        }
    }
    explanation.push(format!(
        "{} segments have the highest mean silhouette, {:.3}.",
        candidates[best].k,
        silhouette(best)
    ));
    best
}

fn near(rival: f64, best: f64) -> bool {
    best > 0.0 && rival >= best * (1.0 - PEAK_TOLERANCE)
}

/// How many customers are in no segment, where some are.
fn noise(candidate: &Candidate) -> Option<String> {
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
fn counted(k: usize) -> String {
    if k == 1 { "1 segment".to_owned() } else { format!("{k} segments") }
}

/// What the algorithms compared make of the same number of segments.
fn rivals(candidates: &[Candidate], at: usize) -> Option<String> {
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

fn viable(candidates: &[Candidate], n_rows: usize, explanation: &mut Vec<String>) -> Vec<usize> {
    let smallest = SMALLEST_SHARE * n_rows as f64;
    let is_viable = |&at: &usize| candidates[at].smallest as f64 >= smallest;
    let (kept, passed): (Vec<usize>, Vec<usize>) = (0..candidates.len()).partition(is_viable);
    if kept.is_empty() {
        explanation.push(format!(
            "Every number tried leaves a segment below {:.0} % of the customers.",
            SMALLEST_SHARE * 100.0
        ));
        return passed;
    }
    if !passed.is_empty() {
        explanation.push(format!(
            "Passed over because a segment would fall below {:.0} % of the customers: {}.",
            SMALLEST_SHARE * 100.0,
            by_algorithm(&passed, candidates)
        ));
    }
    kept
}

/// `k-means 9, 10; Ward 10`, or the numbers alone where there is one algorithm.
fn by_algorithm(places: &[usize], candidates: &[Candidate]) -> String {
    let several = candidates.iter().any(|c| c.algorithm != candidates[0].algorithm);
    let groups = places.chunk_by(|&a, &b| candidates[a].algorithm == candidates[b].algorithm);
    let group = |places: &[usize]| {
        let ks: Vec<String> = places.iter().map(|&at| candidates[at].k.to_string()).collect();
        let title = candidates[places[0]].algorithm.title();
        if several { format!("{title} {}", ks.join(", ")) } else { ks.join(", ") }
    };
    groups.map(group).collect::<Vec<_>>().join("; ")
}

/// For each k, ascending, the place of the candidate with the highest silhouette.
fn best_by_k(places: &[usize], candidates: &[Candidate]) -> Vec<usize> {
    let mut ks: Vec<usize> = places.iter().map(|&at| candidates[at].k).collect();
    ks.sort_unstable();
    ks.dedup();
    let of = |k: usize| places.iter().copied().filter(|&at| candidates[at].k == k).collect::<Vec<_>>();
    ks.into_iter().map(|k| highest(&of(k), candidates)).collect()
}

/// The highest silhouette, the first among equals; any number exceeds one that is undefined.
fn highest(places: &[usize], candidates: &[Candidate]) -> usize {
    let better = |best: usize, at: usize| {
        let (old, new) = (candidates[best].score(), candidates[at].score());
        if new > old || (old.is_nan() && !new.is_nan()) { at } else { best }
    };
    places.iter().copied().reduce(better).expect("at least one candidate")
}

/// Whether the silhouette at `k` exceeds both neighbours'; the ends of the curve are no peaks,
/// because what lies beyond was not tried.
fn is_peak(k: usize, curve: &[(usize, f64)]) -> bool {
    curve.windows(3).any(|window| match window {
        [before, at, after] => at.0 == k && at.1 > before.1 && at.1 > after.1,
        _ => false,
    })
}

/// Kaufman & Rousseeuw (1990), table 4 of chapter 2, in words for the reader.
fn strength(silhouette: f64) -> &'static str {
    match silhouette {
        s if s > 0.70 => "Above 0.70 the structure is strong.",
        s if s > 0.50 => "Between 0.50 and 0.70 the structure is reasonable.",
        s if s > 0.25 => "Between 0.25 and 0.50 the structure is weak: neighbouring segments shade into each other.",
        _ => {
            "Up to 0.25 the segments are hardly apart: most customers are nearly as close to the next one as to their own."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Algorithm;

    fn tried(silhouettes: &[f64], smallest: &[u64]) -> Vec<Candidate> {
        of(Algorithm::KMeans, silhouettes, smallest)
    }

    fn of(algorithm: Algorithm, silhouettes: &[f64], smallest: &[u64]) -> Vec<Candidate> {
        let one = |(i, (&silhouette, &smallest)): (usize, (&f64, &u64))| Candidate {
            algorithm,
            k: i + 2,
            inertia: 0.0,
            silhouette,
            silhouette_interval: None,
            smallest,
            n_noise: 0,
            noise_share: 0.0,
            bic: None,
            n_iter: Some(1),
            converged: true,
            indices: crate::outcome::CandidateIndices::default(),
        };
        silhouettes.iter().zip(smallest).enumerate().map(one).collect()
    }

    fn chosen(candidates: &[Candidate], n_rows: usize) -> (Algorithm, usize) {
        let taken = &candidates[choose(candidates, n_rows).at];
        (taken.algorithm, taken.k)
    }

    #[test]
    fn the_highest_silhouette_wins() {
        let candidates = tried(&[0.3, 0.6, 0.4], &[100; 3]);
        let choice = choose(&candidates, 300);
        assert_eq!(candidates[choice.at].k, 3);
        assert!(choice.explanation[0].contains("0.600"));
    }

    #[test]
    fn two_segments_yield_to_a_peak_nearby_only() {
        let k = |silhouettes: &[f64]| chosen(&tried(silhouettes, &[100; 4]), 300).1;
        assert_eq!(k(&[0.26, 0.22, 0.23, 0.21]), 4);
        assert_eq!(k(&[0.60, 0.22, 0.23, 0.21]), 2);
        assert_eq!(k(&[0.26, 0.25, 0.24, 0.255]), 2, "the end of the range is no peak");
    }

    #[test]
    fn handfuls_of_outliers_are_no_segments() {
        let candidates = tried(&[0.9, 0.4, 0.3], &[2, 100, 90]);
        let choice = choose(&candidates, 1000);
        assert_eq!(candidates[choice.at].k, 3);
        assert!(choice.explanation[0].ends_with("customers: 2."), "{:?}", choice.explanation);
        assert_eq!(chosen(&tried(&[0.9, 0.4], &[2, 2]), 1000).1, 2, "unless nothing else is left");
    }

    #[test]
    fn one_candidate_needs_no_comparison() {
        assert_eq!(chosen(&tried(&[0.1], &[1]), 10).1, 2);
    }

    #[test]
    fn the_better_algorithm_stands_for_each_k() {
        let mut candidates = tried(&[0.3, 0.5, 0.4], &[100; 3]);
        candidates.extend(of(Algorithm::Ward, &[0.3, 0.45, 0.55], &[100, 100, 2]));
        let choice = choose(&candidates, 300);
        assert_eq!(chosen(&candidates, 300), (Algorithm::KMeans, 3));
        assert!(choice.explanation[0].ends_with("customers: Ward 4."), "{:?}", choice.explanation);
        assert!(choice.explanation[2].contains("Ward 0.450"), "{:?}", choice.explanation);
        let mut candidates = tried(&[0.3], &[100]);
        candidates.extend(of(Algorithm::Ward, &[0.4], &[100]));
        assert_eq!(chosen(&candidates, 300), (Algorithm::Ward, 2), "one k, two algorithms");
    }
}
