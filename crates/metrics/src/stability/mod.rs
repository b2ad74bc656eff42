//! Whether clusters come back when the data are drawn again.
//!
//! Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics & Data Analysis 52
//! (2007): each cluster is compared with the most similar cluster of each resample by the Jaccard
//! similarity, the rows in both over the rows in either. Defaults are those of R's
//! `fpc::clusterboot`. Monti et al., "Consensus clustering", Machine Learning 52 (2003), for the
//! shares of resamples that keep two rows together.

mod consensus;
mod overlap;
mod params;
mod resample;
mod result;
mod run;
mod scheme;
mod tally;

pub use consensus::{Consensus, consensus};
pub use params::{Resampling, StabilityParams, Thresholds};
pub use resample::{Resample, resamples};
pub use result::{ClusterStability, Stability, Verdict};
pub use run::{stability, stability_of, stability_predicted};
