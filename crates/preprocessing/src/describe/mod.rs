//! Statistics for people: what a column looks like, and how columns go together.
//!
//! Values are slices of 64-bit floats; NaN and infinities are missing and left out.

mod boxplot;
mod correlation;
mod histogram;
mod moments;
mod quantile;
mod ranks;
mod runs;
mod spearman;

pub use boxplot::{BoxStats, boxplot};
pub use correlation::{Correlation, pearson};
pub use histogram::{Histogram, MAX_BINS, histogram};
pub use moments::{Moments, moments};
pub use quantile::{quantile, quartiles};
pub use ranks::average_ranks;
pub use spearman::spearman;

pub(crate) use boxplot::boxplot_of_runs;
pub(crate) use histogram::histogram_of_runs;
pub(crate) use moments::{centred, mean, skewness};
pub(crate) use quantile::{median, quantile_of_runs, select_quantiles};
pub(crate) use runs::Runs;

/// The values that are there.
pub(crate) fn present(values: &[f64]) -> Vec<f64> {
    let mut there = Vec::with_capacity(values.len());
    there.extend(values.iter().copied().filter(|value| value.is_finite()));
    there
}
