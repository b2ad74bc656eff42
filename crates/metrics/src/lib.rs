//! Evidence for clusterings: silhouettes, exact for many labelings in one pass over the
//! distances, or estimated from a sample with a confidence interval; and the sum of squares within clusters.
//! What defines a cluster, as [`rules`] read off a decision tree.
//!
//! | module | what it says |
//! |---|---|
//! | [`internal`] | how tight and how far apart clusters are: about centroids, by extremes, by density |
//! | [`external`] | how far two labelings agree, and which of their labels belong together |
//! | [`effects`] | how much of each feature a labeling accounts for |
//! | [`assignment`] | rows and columns matched at the greatest total weight |
//!
//! How many clusters, and whether they are real: [`structure()`] and [`hopkins`] (is there anything to find),
//! [`dip_test`] (has one feature several modes), [`gap_statistic`]
//! and [`prediction_strength()`] (how many), [`knee()`] (where a curve bends), [`stability()`] (which clusters come
//! back, and which rows are contested) and [`consensus`] (which pairs stay together). Algorithms come in as
//! closures: `Fn(MatrixView, k, Seed) -> Result<Labels, E>`, with any error that a [`MetricsError`] can become.
//!
//! This crate knows no clustering algorithm: it takes a matrix and labels.

pub mod assignment;
mod dip;
mod each;
pub mod effects;
mod error;
pub mod external;
mod gap;
mod inertia;
pub mod internal;
mod knee;
mod magnitude;
mod members;
mod null;
mod prediction_strength;
pub mod rules;
mod silhouette;
mod stability;
mod structure;
mod tendency;

pub use dip::{Dip, dip_test};
pub use error::MetricsError;
pub use gap::{Gap, GapParams, GapRule, gap_statistic};
pub use inertia::{inertia, inertia_many};
pub use knee::{Curve, Direction, Knee, KneeParams, knee, knees};
pub use null::{ReferenceBox, ReferenceSpace};
pub use prediction_strength::{
    HalvesStrength, PredictionParams, PredictionStrength, StrengthAt, nearest_centroid, pairs_kept,
    prediction_strength, prediction_strength_by, strength_of_halves,
};
pub use silhouette::{
    Interval, SampleParams, SampledSilhouette, Silhouette, silhouette, silhouette_against, silhouette_against_by,
    silhouette_many, silhouette_many_by, silhouette_sampled, silhouette_sampled_by,
};
pub use stability::{
    ClusterStability, Consensus, Resample, Resampling, Stability, StabilityParams, Thresholds, Verdict, consensus,
    resamples, stability, stability_of, stability_predicted,
};
pub use structure::{Contrast, Structure, StructureAt, StructureParams, structure};
pub use tendency::{Hopkins, HopkinsParams, SimulatedNull, hopkins};
