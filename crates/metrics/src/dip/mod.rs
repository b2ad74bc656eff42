//! The dip test of unimodality (Hartigan & Hartigan, "The dip test of unimodality", Annals of Statistics 13, 1985;
//! P. M. Hartigan, "Algorithm AS 217", Applied Statistics 34, 1985).

mod fit;
mod table;
mod test;

pub(crate) use fit::{Fit, chain, fit, majorant_links, minorant_links};
pub(crate) use table::p_value;
pub use test::{Dip, dip_test};
