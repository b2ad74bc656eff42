//! Whether a table has groups, or is one blob that a clusterer would cut up all the same.
//!
//! What a clusterer finds is compared with what it finds in tables drawn from one blob: the features of the
//! table with one mode each ([`marginal`]), joined by a normal copula with its rank correlations ([`copula`]).

mod copula;
mod halves;
mod marginal;
mod params;
mod ranks;
mod result;
mod run;
mod scores;
mod split;

pub use params::StructureParams;
pub use result::{Contrast, Structure, StructureAt};
pub use run::structure;
