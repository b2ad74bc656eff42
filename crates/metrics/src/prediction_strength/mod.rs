//! Prediction strength (Tibshirani & Walther, "Cluster validation by prediction strength", J.
//! Computational and Graphical Statistics 14, 2005), divided and averaged as by R's
//! `fpc::prediction.strength`.

mod centroids;
mod division;
mod params;
mod run;

pub(crate) use centroids::means;
pub use centroids::nearest_centroid;
pub use division::{HalvesStrength, pairs_kept, strength_of_halves};
pub use params::PredictionParams;
pub use run::{PredictionStrength, StrengthAt, prediction_strength, prediction_strength_by};
