use serde::Serialize;

use super::levels::Levels;
use super::top::most_frequent;
use crate::describe::{BoxStats, Histogram, Moments, boxplot_of_sorted, histogram_of_sorted, quantile};

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

/// Profiles ascending finite values, of which the moments are known; `None` without any.
pub(super) fn profile(moments: Moments, sorted: &[f64], n_infinite: u64) -> Option<NumberProfile> {
    let (&min, &max) = (sorted.first()?, sorted.last()?);
    let below_zero = sorted.partition_point(|&value| value < 0.0);
    let up_to_zero = sorted.partition_point(|&value| value <= 0.0);
    Some(NumberProfile {
        n_infinite,
        moments: finite(moments),
        min,
        max,
        quantiles: QUANTILES.map(|q| quantile(sorted, q)),
        n_zero: (up_to_zero - below_zero) as u64,
        n_negative: below_zero as u64,
        whole: sorted.iter().all(|value| value.trunc() == *value),
        histogram: histogram_of_sorted(sorted)?,
        boxplot: boxplot_of_sorted(sorted)?,
    })
}

/// The fourth power of a spread below 1e-80 is no number any more.
fn finite(moments: Moments) -> Moments {
    let kept = |value: Option<f64>| value.filter(|value| value.is_finite());
    Moments { skewness: kept(moments.skewness), kurtosis: kept(moments.kurtosis), ..moments }
}

/// How many values differ.
pub(super) fn n_distinct(sorted: &[f64]) -> u64 {
    sorted.chunk_by(|a, b| a == b).count() as u64
}

/// The most frequent values; of equally frequent ones the least first.
pub(super) fn levels(sorted: &[f64], n_distinct: u64) -> Levels {
    let runs = sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64));
    let top = most_frequent(runs, Levels::SHOWN);
    let top = top.into_iter().map(|(value, count)| (value.to_string(), count)).collect();
    Levels::new(top, sorted.len() as u64, n_distinct)
}
