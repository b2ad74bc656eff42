use segctl_segmentation::Correlation;

use crate::check::row;
use crate::format::{count, score};

/// Pairs that are listed under the heatmap.
const PAIRS: usize = 12;

/// How features move together.
#[derive(Debug)]
pub(crate) struct Relations {
    /// The fewest rows any pair rests on.
    pub(crate) n_min: String,
    /// Customers whose ranks were compared, when not all.
    pub(crate) n_ranked: Option<String>,
    /// The strongest pairs by Spearman's rho, strongest first.
    pub(crate) pairs: Vec<PairView>,
    /// Pixels the heatmap needs either way.
    pub(crate) side: usize,
}

/// Two features.
#[derive(Debug)]
pub(crate) struct PairView {
    pub(crate) first: String,
    pub(crate) second: String,
    pub(crate) pearson: String,
    pub(crate) spearman: String,
}

impl Relations {
    pub(crate) fn new(correlation: &Correlation) -> Self {
        Self {
            n_min: count(correlation.n_min),
            n_ranked: correlation.spearman_sample.map(count),
            pairs: strongest(correlation).into_iter().map(|pair| pair_view(correlation, pair)).collect(),
            side: 190 + 22 * correlation.features.len(),
        }
    }
}

fn strongest(correlation: &Correlation) -> Vec<(usize, usize)> {
    let d = correlation.features.len();
    let rho = |&(i, j): &(usize, usize)| row(&correlation.spearman, i)[j].abs();
    let mut pairs: Vec<_> = (0..d).flat_map(|i| (i + 1..d).map(move |j| (i, j))).collect();
    pairs.retain(|pair| rho(pair).is_finite());
    pairs.sort_by(|a, b| rho(b).total_cmp(&rho(a)));
    pairs.truncate(PAIRS);
    pairs
}

fn pair_view(correlation: &Correlation, (i, j): (usize, usize)) -> PairView {
    PairView {
        first: correlation.features[i].clone(),
        second: correlation.features[j].clone(),
        pearson: score(row(&correlation.pearson, i)[j]),
        spearman: score(row(&correlation.spearman, i)[j]),
    }
}
