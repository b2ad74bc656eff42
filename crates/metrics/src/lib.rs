//! Evidence for clusterings: silhouettes, exact for many labelings in one pass over the
//! distances, or estimated from a sample with a confidence interval; and the sum of squares within clusters.
//!
//! | module | what it says |
//! |---|---|
//! | [`internal`] | how tight and how far apart clusters are: about centroids, by extremes, by density |
//! | [`external`] | how far two labelings agree, and which of their labels belong together |
//! | [`effects`] | how much of each feature a labeling accounts for |
//! | [`assignment`] | rows and columns matched at the greatest total weight |
//!
//! This crate knows no clustering algorithm: it takes a matrix and labels.

pub mod assignment;
pub mod effects;
mod error;
pub mod external;
mod inertia;
pub mod internal;
mod magnitude;
mod members;
mod silhouette;

pub use error::MetricsError;
pub use inertia::{inertia, inertia_many};
pub use silhouette::{
    Interval, SampleParams, SampledSilhouette, Silhouette, silhouette, silhouette_against, silhouette_against_by,
    silhouette_many, silhouette_many_by, silhouette_sampled, silhouette_sampled_by,
};
