//! Clustering algorithms over matrix views.
//!
//! | module | clusters |
//! |---|---|
//! | [`kmeans`] | k centres, the best of several starts |
//! | [`minibatch`] | k centres from small random batches: many rows, or a stream of them |
//! | [`bisecting`] | one cluster split in two, again and again: a hierarchy from above |
//! | [`sizes`] | k centres, each with no fewer and no more rows than allowed |
//! | [`dbscan`] | where rows are dense, of any shape; the rest is noise |
//! | [`agglomerative`] | two clusters joined, again and again: a hierarchy from below |
//! | [`hdbscan`] | dense places of any shape and any density, and noise |
//!
//! Algorithms take a [`MatrixView`](segctl_numeric::MatrixView) and parameters and return plain
//! data. They know nothing of files, tables or reports; the relatives of k-means know k-means, and
//! HDBSCAN knows the spanning tree of single linkage. The same input,
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
pub mod bisecting;
mod centring;
mod check;
pub mod dbscan;
mod distinct;
mod error;
pub mod hdbscan;
pub mod kmeans;
pub mod minibatch;
mod minimum;
pub mod model;
pub mod sizes;
mod spatial;

pub use error::ClusteringError;
