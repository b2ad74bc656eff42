//! Fitted, replayable, serialisable steps from Arrow columns to a feature matrix.
//!
//! [`fit_transform`] reads the columns it is told to, drops those that say nothing, fills missing
//! cells, finds outliers, straightens long tails, scales and encodes. What it learnt is a [`Fitted`]:
//! serialise it, and [`Fitted::transform`] makes the same features of tomorrow's rows, or tells
//! everything in which they differ. Whatever is done to a cell, a column or a row is counted in an
//! [`Event`].
//!
//! [`describe`] holds statistics for people, [`eda`] looks a whole table over, [`packs`] holds SQL features and rules for
//! known kinds of data, [`rfm`] scores and named segments of buyers, [`raw`] the way from Arrow to numbers and
//! categories. This crate runs no SQL and reads no files.

mod choices;
pub mod describe;
pub mod eda;
mod error;
mod event;
mod fitted;
mod gaps;
pub mod packs;
mod plan;
mod preparation;
pub mod raw;
pub mod rfm;
pub mod steps;
mod table;

pub use choices::{Missing, OutlierAction, Outliers, Scale, Skew, Unseen};
pub use error::{Difference, PrepareError};
pub use event::Event;
pub use fitted::{Fitted, Prepared, fit, fit_transform};
pub use gaps::Gaps;
pub use plan::{ColumnPlan, Treatment};
pub use preparation::Preparation;
