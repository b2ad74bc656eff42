//! DBSCAN.

mod eps;
mod knee;

pub use eps::{EpsParams, EpsProposal, k_distances, propose_eps};
