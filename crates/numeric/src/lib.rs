//! The shared vocabulary of the segctl crates: dense row-major matrices, cluster labels, distance
//! kernels, ordered parallel loops, seeds and progress.
//!
//! This crate is a leaf. It knows nothing of files, tables, algorithms or reports; a module enters
//! it only if two crates need it and it concerns dense numbers or how loops over them run.

pub mod distance;
mod error;
mod labels;
mod matrix;
#[cfg(feature = "nalgebra")]
mod nalgebra_bridge;
pub mod observe;
pub mod par;
pub mod seed;
pub mod simd;

pub use error::InputError;
pub use labels::Labels;
pub use matrix::{Matrix, MatrixView, MatrixViewMut};
#[cfg(feature = "nalgebra")]
pub use nalgebra_bridge::{rows_from_columns, transposed_view};
