//! The gap statistic (Tibshirani, Walther & Hastie, "Estimating the number of clusters in a data set via
//! the gap statistic", J. Royal Statistical Society B 63, 2001).

mod params;
mod result;
mod rule;
mod run;

pub use params::GapParams;
pub use result::Gap;
pub use rule::GapRule;
pub use run::gap_statistic;
