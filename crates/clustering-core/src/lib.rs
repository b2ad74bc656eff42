//! Clustering algorithms over matrix views: k-means and agglomerative clustering.
//!
//! Algorithms take a [`MatrixView`](segctl_numeric::MatrixView) and parameters and return plain
//! data. They know nothing of files, tables or reports, and not of each other. The same input,
//! parameters and seed give the same bits at any number of threads and on any processor.
//!
//! ```
//! use segctl_clustering_core::kmeans::{KMeansParams, fit};
//! use segctl_numeric::MatrixView;
//!
//! let x = MatrixView::new(&[1.0, 1.2, 8.0, 8.2], 4, 1)?;
//! let found = fit(x, &KMeansParams::new(2))?;
//! assert_eq!(found.labels.renumbered().to_signed(), [0, 0, 1, 1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod agglomerative;
mod centring;
mod check;
mod distinct;
mod error;
pub mod kmeans;
mod minimum;
pub mod model;

pub use error::ClusteringError;
