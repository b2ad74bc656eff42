//! Data without clusters: what a table is compared with.

mod axes;
mod gaussian;
mod jacobi;
mod normals;
mod uniform;

pub(crate) use axes::Axes;
pub(crate) use gaussian::Gaussian;
pub(crate) use jacobi::eigen;
pub(crate) use normals::Normals;
pub(crate) use uniform::check_table;
pub use uniform::{ReferenceBox, ReferenceSpace};
