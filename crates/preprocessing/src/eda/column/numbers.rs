use serde::Serialize;

use super::levels::Levels;
use super::top::most_frequent;
use crate::describe::{BoxStats, Histogram, Moments, Runs, boxplot_of_runs, histogram_of_runs, quantile_of_runs};

/// The quantiles of [`NumberProfile::quantiles`].
pub const QUANTILES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// The shape of a column of numbers; missing and infinite cells are left out of all but their own counts.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NumberProfile {
    /// Cells that are infinite, or beyond [`LARGEST`](crate::raw::LARGEST) in magnitude.
    pub n_infinite: u64,
    /// Count, mean, standard deviation, skewness and excess kurtosis, as pandas.
    pub moments: Moments,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
    /// The quantiles at [`QUANTILES`], linear between neighbours.
    pub quantiles: [f64; 7],
    /// Cells equal to 0.
    pub n_zero: u64,
    /// Cells below 0.
    pub n_negative: u64,
    /// Whether every value is a whole number.
    pub whole: bool,
    /// Freedman and Diaconis' bins, 100 at most.
    pub histogram: Histogram,
    /// Tukey's boxplot.
    pub boxplot: BoxStats,
}

/// Profiles finite values, of which the moments are known; `None` without any.
pub(super) fn profile(moments: Moments, runs: &Runs<f64>, n_infinite: u64) -> Option<NumberProfile> {
    let (&min, &max) = (runs.values().first()?, runs.values().last()?);
    let n_negative = runs.n_least(|value| value < 0.0);
    Some(NumberProfile {
        n_infinite,
        moments: finite(moments),
        min,
        max,
        quantiles: QUANTILES.map(|q| quantile_of_runs(runs, q)),
        n_zero: runs.n_least(|value| value <= 0.0) - n_negative,
        n_negative,
        whole: runs.values().iter().all(|value| value.trunc() == *value),
        histogram: histogram_of_runs(runs)?,
        boxplot: boxplot_of_runs(runs)?,
    })
}

/// The fourth power of a spread below 1e-80 is no number any more.
fn finite(moments: Moments) -> Moments {
    let kept = |value: Option<f64>| value.filter(|value| value.is_finite());
    Moments { skewness: kept(moments.skewness), kurtosis: kept(moments.kurtosis), ..moments }
}

/// The most frequent values; of equally frequent ones the least first. `None` without any.
pub(super) fn levels(runs: &Runs<f64>) -> Option<Levels> {
    let top = most_frequent(runs.iter(), Levels::SHOWN);
    let top: Vec<(String, u64)> = top.into_iter().map(|(value, count)| (value.to_string(), count)).collect();
    (!top.is_empty()).then(|| Levels::new(top, runs.n(), runs.values().len() as u64))
}
