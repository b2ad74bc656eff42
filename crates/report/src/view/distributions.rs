use segctl_segmentation::Distribution;

use crate::format::{count, number, percent};

/// A feature's distribution in words and numbers.
#[derive(Debug)]
pub(crate) struct DistributionView {
    pub(crate) feature: String,
    pub(crate) n: String,
    /// `313 missing (3.5%)`; empty when none is.
    pub(crate) missing: String,
    pub(crate) mean: String,
    pub(crate) std: String,
    pub(crate) min: String,
    pub(crate) q1: String,
    pub(crate) median: String,
    pub(crate) q3: String,
    pub(crate) max: String,
    pub(crate) skewness: String,
    pub(crate) n_outliers: String,
    pub(crate) treatment: String,
    /// Whether there are bars to draw.
    pub(crate) has_bars: bool,
}

impl DistributionView {
    pub(crate) fn new(distribution: &Distribution) -> Self {
        Self {
            feature: distribution.feature.clone(),
            n: count(distribution.n),
            missing: missing(distribution),
            mean: number(distribution.mean),
            std: number(distribution.std),
            min: number(distribution.min),
            q1: number(distribution.q1),
            median: number(distribution.median),
            q3: number(distribution.q3),
            max: number(distribution.max),
            skewness: number(distribution.skewness),
            n_outliers: count(distribution.n_outliers),
            treatment: distribution.treatment.clone(),
            has_bars: !distribution.counts.is_empty(),
        }
    }
}

fn missing(distribution: &Distribution) -> String {
    if distribution.n_missing == 0 {
        return String::new();
    }
    let share = distribution.n_missing as f64 / (distribution.n + distribution.n_missing) as f64;
    format!("{} missing ({})", count(distribution.n_missing), percent(share))
}
