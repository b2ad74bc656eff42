//! Exploratory data analysis: a table of any size, looked over, as plain data.
//!
//! [`explore`] profiles every column, judges how pairs of columns go together, where cells are missing together, and
//! writes [`Alert`]s: what looks wrong, what to do, and the lines of configuration that do it. Nothing is changed.
//!
//! What comes out is bounded whatever goes in: 100 bins, 20 values per column, 60 columns per matrix, 1,000 points per
//! plot. While at work, each thread holds one column at a time, and the pairs are judged from a sample.

mod alerts;
mod column;
mod explore;
mod facts;
mod hash;
mod missing;
mod pairs;
mod params;
mod rows;

pub use alerts::{Alert, AlertKind, Fix, FixAction, Severity, config_lines};
pub use column::{ColumnProfile, DateProfile, Level, Levels, NumberProfile, Period, QUANTILES};
pub use explore::{Exploration, explore};
pub use facts::{ColumnFacts, EdaRole};
pub use missing::{MissingPattern, Missingness};
pub use pairs::{Association, Density, GroupBox, GroupedNumbers, PairPlot, Pairs, ScatterPair};
pub use params::ExploreParams;
