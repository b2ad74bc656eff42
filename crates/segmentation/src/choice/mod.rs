//! Which algorithm and number of segments to take.

mod words;

use crate::outcome::{Candidate, Recommended, StructureTest, Vote};

/// A split in two wins against a better-resolved one only by more than this share of its silhouette.
///
/// The silhouette favours k = 2 wherever one gradient dominates the data (small against large
/// customers), so a local peak at more segments is preferred when it separates almost as well.
pub(crate) const PEAK_TOLERANCE: f64 = 0.15;

/// The candidate taken, what the evidence recommends, and the reasoning, one sentence each.
#[derive(Debug, PartialEq)]
pub(crate) struct Choice {
    /// Its place among the candidates.
    pub(crate) at: usize,
    /// Nothing where no candidate has two segments.
    pub(crate) recommended: Option<Recommended>,
    pub(crate) explanation: Vec<String>,
}

/// Chooses among candidates of one or more algorithms, at least one, ascending in k for each.
///
/// Candidates whose smallest segment has fewer than `smallest` rows are passed over when others remain. Of the rest
/// the algorithm with the highest silhouette stands for each k, the first among equals. The k with the most votes is
/// recommended, the higher silhouette deciding between equals, or 1 where there is no structure. It is also taken,
/// except that k = 2 yields to the highest local peak of the silhouette within [`PEAK_TOLERANCE`].
pub(crate) fn choose(
    candidates: &[Candidate],
    smallest: f64,
    votes: &[Vote],
    structure: Option<&StructureTest>,
) -> Choice {
    let mut explanation: Vec<String> = structure.map(words::groups).into_iter().collect();
    let (natural, at) = match candidates {
        [only] => {
            explanation.push(match only.algorithm.finds_k() {
                true => format!("{}: as many as {} finds.", words::counted(only.k), only.algorithm.title()),
                false => format!("{} segments: the only number tried.", only.k),
            });
            (0, 0)
        }
        _ => {
            let by_k = best_by_k(&viable(candidates, smallest, &mut explanation), candidates);
            let natural = most_voted(&by_k, candidates, votes);
            (natural, taken(natural, &by_k, candidates, votes, &mut explanation))
        }
    };
    explanation.extend(words::rivals(candidates, at));
    explanation.extend(candidates.iter().filter_map(words::noise));
    explanation.push(words::strength(candidates[at].silhouette).to_owned());
    let is_clustering = candidates[natural].k >= 2 && !candidates[natural].score().is_nan();
    let recommended = is_clustering.then(|| recommended(&candidates[natural], &candidates[at], votes, structure));
    Choice { at, recommended, explanation }
}

/// What follows from the votes: `natural` has the most, `cut` is taken.
fn recommended(natural: &Candidate, cut: &Candidate, votes: &[Vote], structure: Option<&StructureTest>) -> Recommended {
    match structure.filter(|structure| !structure.is_structured) {
        Some(structure) => Recommended {
            algorithm: cut.algorithm,
            k: 1,
            useful_k: cut.k,
            reason: format!(
                "No natural groups: {} Segments would be slices of a continuum; if they are wanted all the same, {} by {} \
                 are the ones to cut.",
                structure.sentence,
                cut.k,
                cut.algorithm.title()
            ),
        },
        None => Recommended {
            algorithm: natural.algorithm,
            k: natural.k,
            useful_k: cut.k,
            reason: format!(
                "{} Of the algorithms {} separates them best, with a mean silhouette of {:.3}.",
                words::preferred(natural, votes),
                natural.algorithm.title(),
                natural.score()
            ),
        },
    }
}

/// The place, among those of the best candidates by k, with the most votes for its k.
fn most_voted(by_k: &[usize], candidates: &[Candidate], votes: &[Vote]) -> usize {
    let is_clustering = |&at: &usize| candidates[at].k >= 2 && !candidates[at].score().is_nan();
    let clusterings: Vec<usize> = by_k.iter().copied().filter(is_clustering).collect();
    let n_votes = |at: usize| votes.iter().filter(|vote| vote.k == candidates[at].k).count();
    let most = clusterings.iter().map(|&at| n_votes(at)).max().unwrap_or(0);
    let voted: Vec<usize> = clusterings.into_iter().filter(|&at| n_votes(at) == most).collect();
    highest(if voted.is_empty() { by_k } else { &voted }, candidates)
}

/// The place to take where the evidence prefers `natural`.
fn taken(
    natural: usize,
    by_k: &[usize],
    candidates: &[Candidate],
    votes: &[Vote],
    explanation: &mut Vec<String>,
) -> usize {
    let all_by_k = best_by_k(&(0..candidates.len()).collect::<Vec<_>>(), candidates);
    let curve: Vec<(usize, f64)> = all_by_k.iter().map(|&at| (candidates[at].k, candidates[at].score())).collect();
    if let [only] = curve[..] {
        explanation.push(format!("{} segments: the only number tried.", only.0));
        return natural;
    }
    explanation.push(words::preferred(&candidates[natural], votes));
    let peaks: Vec<usize> =
        by_k.iter().copied().filter(|&at| candidates[at].k > 2 && is_peak(candidates[at].k, &curve)).collect();
    if candidates[natural].k != 2 || peaks.is_empty() {
        return natural;
    }
    let rival = highest(&peaks, candidates);
    let (two, more) = (candidates[natural].score(), candidates[rival].score());
    if !near(more, two) {
        return natural;
    }
    explanation.push(format!(
        "2 segments (mean silhouette {two:.3}) mostly follow the one strongest contrast; {} segments are a peak of their \
         own at {more:.3}, within {:.0} % of it, and tell more: they are taken.",
        candidates[rival].k,
        PEAK_TOLERANCE * 100.0
    ));
    rival
}

fn near(rival: f64, best: f64) -> bool {
    best > 0.0 && rival >= best * (1.0 - PEAK_TOLERANCE)
}

/// The places of the candidates that have no segment of fewer than `smallest` rows; of all where none has.
pub(crate) fn viable_places(candidates: &[Candidate], smallest: f64) -> Vec<usize> {
    let kept: Vec<usize> = (0..candidates.len()).filter(|&at| candidates[at].smallest as f64 >= smallest).collect();
    if kept.is_empty() { (0..candidates.len()).collect() } else { kept }
}

/// [`viable_places`], saying what was passed over.
fn viable(candidates: &[Candidate], smallest: f64, explanation: &mut Vec<String>) -> Vec<usize> {
    let kept = viable_places(candidates, smallest);
    if kept.iter().any(|&at| (candidates[at].smallest as f64) < smallest) {
        explanation.push(format!("Every number tried leaves a segment below {:.0} customers.", smallest.ceil()));
        return kept;
    }
    let passed: Vec<usize> = (0..candidates.len()).filter(|at| !kept.contains(at)).collect();
    if !passed.is_empty() {
        explanation.push(format!(
            "Passed over because a segment would have fewer than {:.0} customers: {}.",
            smallest.ceil(),
            words::by_algorithm(&passed, candidates)
        ));
    }
    kept
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

    /// By a share of 1 %, and the votes of the silhouette alone.
    fn choice(candidates: &[Candidate], n_rows: usize) -> Choice {
        choose(candidates, 0.01 * n_rows as f64, &[], None)
    }

    fn chosen(candidates: &[Candidate], n_rows: usize) -> (Algorithm, usize) {
        let taken = &candidates[choice(candidates, n_rows).at];
        (taken.algorithm, taken.k)
    }

    fn votes(ks: &[usize]) -> Vec<Vote> {
        ks.iter().map(|&k| Vote { index: format!("index {k}"), k, meaning: String::new() }).collect()
    }

    #[test]
    fn the_highest_silhouette_wins() {
        let candidates = tried(&[0.3, 0.6, 0.4], &[100; 3]);
        let choice = choice(&candidates, 300);
        assert_eq!(candidates[choice.at].k, 3);
        assert!(choice.explanation[0].contains("0.600"));
        assert_eq!(choice.recommended.map(|found| (found.k, found.useful_k)), Some((3, 3)));
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
        let choice = choice(&candidates, 1000);
        assert_eq!(candidates[choice.at].k, 3);
        assert!(choice.explanation[0].ends_with("10 customers: 2."), "{:?}", choice.explanation);
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
        let choice = choice(&candidates, 300);
        assert_eq!(chosen(&candidates, 300), (Algorithm::KMeans, 3));
        assert!(choice.explanation[0].ends_with("customers: Ward 4."), "{:?}", choice.explanation);
        assert!(choice.explanation[2].contains("Ward 0.450"), "{:?}", choice.explanation);
        let mut candidates = tried(&[0.3], &[100]);
        candidates.extend(of(Algorithm::Ward, &[0.4], &[100]));
        assert_eq!(chosen(&candidates, 300), (Algorithm::Ward, 2), "one k, two algorithms");
    }

    #[test]
    fn most_votes_win_and_the_silhouette_decides_between_equals() {
        let candidates = tried(&[0.3, 0.6, 0.4, 0.35], &[100; 4]);
        let k = |ks: &[usize]| candidates[choose(&candidates, 1.0, &votes(ks), None).at].k;
        assert_eq!(k(&[3, 4, 4, 1]), 4);
        assert_eq!(k(&[3, 3, 4, 4]), 3);
        assert_eq!(k(&[1, 1, 7, 7, 7, 5]), 5, "votes for what cannot be taken are none");
        assert_eq!(k(&[1, 1]), 3);
        let reason = choose(&candidates, 1.0, &votes(&[3, 4, 4]), None).recommended.unwrap().reason;
        assert!(reason.starts_with("2 of 3 measures prefer 4 segments (index 4, index 4). Of the"), "{reason}");
    }

    #[test]
    fn what_is_recommended_and_what_is_taken_may_differ() {
        let candidates = tried(&[0.26, 0.22, 0.23, 0.21], &[100; 4]);
        let found = choose(&candidates, 1.0, &votes(&[2, 2, 4]), None);
        assert_eq!(found.recommended.map(|found| (found.k, found.useful_k)), Some((2, 4)));
        let structure = StructureTest { is_structured: false, p_value: 0.4, sentence: "One crowd.".to_owned() };
        let found = choose(&candidates, 1.0, &votes(&[2, 2, 4]), Some(&structure));
        assert_eq!(found.recommended.map(|found| (found.k, found.useful_k)), Some((1, 4)));
        assert_eq!(found.explanation[0], "No natural groups: One crowd. Segments are slices of a continuum.");
    }
}
