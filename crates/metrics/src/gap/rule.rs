use serde::{Deserialize, Serialize};

/// How a number of clusters follows from gaps and their standard errors, for k = 1, 2, ... K; as R's
/// `cluster::maxSE`, whose names are given. SE is the standard error times the factor chosen.
///
/// ```
/// use segctl_metrics::GapRule;
/// let (gaps, errors) = ([0.1, 0.5, 0.45, 0.7], [0.05; 4]);
/// assert_eq!(GapRule::Tibshirani.choose(&gaps, &errors, 1.0), 2);
/// assert_eq!(GapRule::GlobalMax.choose(&gaps, &errors, 1.0), 4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum GapRule {
    /// The smallest k with gap(k) >= gap(k+1) - SE(k+1), else K: the paper's rule (`Tibs2001SEmax`). Where
    /// many groups lie at like distances, the gap may hardly grow from k = 1 to 2 and much after that; the
    /// answer is then 1. If [`GapRule::GlobalSeMax`] gives another, look at the gaps.
    #[default]
    Tibshirani,
    /// The smallest k whose gap is within one SE of the first local maximum (`firstSEmax`).
    FirstSeMax,
    /// The smallest k whose gap is within one SE of the largest (`globalSEmax`; Dudoit & Fridlyand 2002
    /// for other criteria).
    GlobalSeMax,
    /// The first local maximum (`firstmax`).
    FirstMax,
    /// The largest gap, the first of equal ones (`globalmax`).
    GlobalMax,
}

impl GapRule {
    /// The number of clusters: entry i of `gap` and of `standard_error` is that of k = i + 1.
    ///
    /// # Panics
    /// When there is no entry, or not as many of both.
    pub fn choose(self, gap: &[f64], standard_error: &[f64], se_factor: f64) -> usize {
        assert!(!gap.is_empty() && gap.len() == standard_error.len(), "a gap and its error for each k");
        let last = gap.len() - 1;
        let lower = |at: usize| gap[at] - se_factor * standard_error[at];
        let first_max = || (0..last).find(|&at| gap[at + 1] <= gap[at]).unwrap_or(last);
        let global_max = || (1..=last).fold(0, |best, at| if gap[at] > gap[best] { at } else { best });
        let within = |top: usize| (0..top).find(|&at| gap[at] >= lower(top)).unwrap_or(top);
        1 + match self {
            Self::Tibshirani => (0..last).find(|&at| gap[at] >= lower(at + 1)).unwrap_or(last),
            Self::FirstSeMax => within(first_max()),
            Self::GlobalSeMax => within(global_max()),
            Self::FirstMax => first_max(),
            Self::GlobalMax => global_max(),
        }
    }
}
