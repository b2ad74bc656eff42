//! Which number of segments to take.

use crate::outcome::Candidate;

/// A split in two wins against a better-resolved one only by more than this share of its silhouette.
///
/// The silhouette favours k = 2 wherever one gradient dominates the data (small against large
/// customers), so a local peak at more segments is preferred when it separates almost as well.
pub(crate) const PEAK_TOLERANCE: f64 = 0.15;

/// A segment below this share of all customers is taken for a few outliers, not for a segment.
pub(crate) const SMALLEST_SHARE: f64 = 0.01;

/// The k taken and the reasoning, one sentence each.
#[derive(Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) k: usize,
    pub(crate) explanation: Vec<String>,
}

/// Chooses among candidates in ascending order of k, at least one.
///
/// Candidates whose smallest segment is below [`SMALLEST_SHARE`] are passed over when others
/// remain. Of the rest the highest silhouette wins, except that k = 2 yields to the highest local
/// peak within [`PEAK_TOLERANCE`].
pub(crate) fn choose(candidates: &[Candidate], n_rows: usize) -> Choice {
    if let [only] = candidates {
        return Choice { k: only.k, explanation: vec![format!("{} segments: the only number tried.", only.k)] };
    }
    let mut explanation = Vec::new();
    let viable = viable(candidates, n_rows, &mut explanation);
    let best = highest(viable.iter().copied());
    let rival = highest(viable.iter().copied().filter(|c| c.k > 2 && is_peak(c, candidates)));
    let taken = match (best, rival) {
        (Some(best), Some(rival)) if best.k == 2 && near(rival, best) => {
            explanation.push(format!(
                "2 segments separate best (mean silhouette {:.3}), but mostly along the one strongest contrast; {} segments \
                 are a peak of their own at {:.3}, within {:.0} % of it, and tell more.",
                best.silhouette, rival.k, rival.silhouette, PEAK_TOLERANCE * 100.0
            ));
            rival
        }
        (Some(best), _) => {
            explanation.push(format!("{} segments have the highest mean silhouette, {:.3}.", best.k, best.silhouette));
            best
        }
        (None, _) => &candidates[0],
    };
    explanation.push(strength(taken.silhouette).to_owned());
    Choice { k: taken.k, explanation }
}

fn near(rival: &Candidate, best: &Candidate) -> bool {
    best.silhouette > 0.0 && rival.silhouette >= best.silhouette * (1.0 - PEAK_TOLERANCE)
}

fn viable<'a>(candidates: &'a [Candidate], n_rows: usize, explanation: &mut Vec<String>) -> Vec<&'a Candidate> {
    let smallest = SMALLEST_SHARE * n_rows as f64;
    let (kept, passed): (Vec<_>, Vec<_>) = candidates.iter().partition(|c| c.smallest as f64 >= smallest);
    if kept.is_empty() {
        explanation.push(format!(
            "Every number tried leaves a segment below {:.0} % of the customers.",
            SMALLEST_SHARE * 100.0
        ));
        return passed;
    }
    if !passed.is_empty() {
        let ks: Vec<String> = passed.iter().map(|c| c.k.to_string()).collect();
        explanation.push(format!(
            "Passed over because a segment would fall below {:.0} % of the customers: {}.",
            SMALLEST_SHARE * 100.0,
            ks.join(", ")
        ));
    }
    kept
}

/// The highest silhouette; the fewest segments among equals.
fn highest<'a>(candidates: impl Iterator<Item = &'a Candidate>) -> Option<&'a Candidate> {
    candidates.fold(None, |best: Option<&Candidate>, c| match best {
        Some(b) if b.silhouette >= c.silhouette => Some(b),
        _ => Some(c),
    })
}

/// Whether the silhouette at `c` exceeds both neighbours'; the last candidate is no peak, because
/// what follows was not tried.
fn is_peak(c: &Candidate, candidates: &[Candidate]) -> bool {
    let at = candidates.iter().position(|other| other.k == c.k).expect("c is one of the candidates");
    let before = at.checked_sub(1).map(|i| candidates[i].silhouette);
    let after = candidates.get(at + 1).map(|next| next.silhouette);
    matches!((before, after), (Some(b), Some(a)) if c.silhouette > b && c.silhouette > a)
}

/// Kaufman & Rousseeuw (1990), table 4 of chapter 2, in words for the reader.
fn strength(silhouette: f64) -> &'static str {
    match silhouette {
        s if s > 0.70 => "Above 0.70 the structure is strong.",
        s if s > 0.50 => "Between 0.50 and 0.70 the structure is reasonable.",
        s if s > 0.25 => "Between 0.25 and 0.50 the structure is weak: neighbouring segments shade into each other.",
        _ => {
            "Up to 0.25 there is no substantial structure: the segments cut a continuum into useful parts rather than find natural groups."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(silhouettes: &[f64], smallest: &[u64]) -> Vec<Candidate> {
        let one = |(i, (&silhouette, &smallest)): (usize, (&f64, &u64))| Candidate {
            k: i + 2,
            inertia: 0.0,
            silhouette,
            silhouette_interval: None,
            smallest,
            n_iter: 1,
            converged: true,
        };
        silhouettes.iter().zip(smallest).enumerate().map(one).collect()
    }

    #[test]
    fn the_highest_silhouette_wins() {
        let choice = choose(&tried(&[0.3, 0.6, 0.4], &[100; 3]), 300);
        assert_eq!(choice.k, 3);
        assert!(choice.explanation[0].contains("0.600"));
    }

    #[test]
    fn two_segments_yield_to_a_peak_nearby_only() {
        assert_eq!(choose(&tried(&[0.26, 0.22, 0.23, 0.21], &[100; 4]), 300).k, 4);
        assert_eq!(choose(&tried(&[0.60, 0.22, 0.23, 0.21], &[100; 4]), 300).k, 2);
        assert_eq!(choose(&tried(&[0.26, 0.25, 0.24, 0.255], &[100; 4]), 300).k, 2, "the end of the range is no peak");
    }

    #[test]
    fn handfuls_of_outliers_are_no_segments() {
        let choice = choose(&tried(&[0.9, 0.4, 0.3], &[2, 100, 90]), 1000);
        assert_eq!(choice.k, 3);
        assert!(choice.explanation[0].ends_with("customers: 2."), "{:?}", choice.explanation);
        assert_eq!(choose(&tried(&[0.9, 0.4], &[2, 2]), 1000).k, 2, "unless nothing else is left");
    }

    #[test]
    fn one_candidate_needs_no_comparison() {
        assert_eq!(choose(&tried(&[0.1], &[1])[..1], 10).k, 2);
    }
}
