//! Internal evidence for clusterings: silhouettes, exact for many labelings in one pass over the
//! distances, or estimated from a sample with a confidence interval; and the sum of squares within clusters.
//! What defines a cluster, as [`rules`] read off a decision tree.
//!
//! This crate knows no clustering algorithm: it takes a matrix and labels.

mod error;
mod inertia;
pub mod rules;
mod silhouette;

pub use error::MetricsError;
pub use inertia::{inertia, inertia_many};
pub use silhouette::{
    Interval, SampleParams, SampledSilhouette, Silhouette, silhouette, silhouette_against, silhouette_against_by,
    silhouette_many, silhouette_many_by, silhouette_sampled, silhouette_sampled_by,
};
