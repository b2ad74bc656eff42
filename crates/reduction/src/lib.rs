//! Principal component analysis of matrix views, exact, randomised or by batches, and its relatives for categorical columns: factor
//! analysis of mixed data and multiple correspondence analysis.
//!
//! The decomposition is written here rather than taken from a linear-algebra crate, for the sake of
//! its bits: nalgebra multiplies through `matrixmultiply`, which picks fused multiply-add kernels by
//! processor, so the last digits of a result would depend on the machine. A blocked Householder QR
//! and a one-sided Jacobi iteration need only additions, products, quotients and square roots,
//! which IEEE 754 rounds alike everywhere, and Jacobi is the more accurate method besides.
//!
//! This crate knows nothing of files or clusters: matrix in, [`Pca`] out; codes of levels in, [`Mca`] or
//! [`Famd`] out.

mod error;
mod factor;
mod incremental;
mod linalg;
mod magnitude;
mod pca;
mod randomized;

pub use error::ReductionError;
pub use factor::{
    CategoricalColumn, CorrectedInertia, Factor, FactorParams, Famd, InertiaCorrection, Mca, Unseen, fit_famd, fit_mca,
};
pub use incremental::{IncrementalPca, IncrementalPcaParams, fit_incremental};
pub use pca::{Components, Pca, PcaParams, fit};
pub use randomized::{RandomizedPcaParams, fit_randomized};
