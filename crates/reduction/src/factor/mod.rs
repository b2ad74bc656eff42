//! Factor analysis of mixed data and multiple correspondence analysis: principal components of a
//! table whose categorical columns are coded by level, never written out.

mod axes;
mod cholesky;
mod coding;
mod column;
mod coordinates;
mod cross;
mod famd;
mod inertia;
mod mca;
mod params;
mod scores;

pub use column::{CategoricalColumn, Factor};
pub use famd::{Famd, fit_famd};
pub use inertia::{CorrectedInertia, InertiaCorrection};
pub use mca::{Mca, fit_mca};
pub use params::{FactorParams, Unseen};
