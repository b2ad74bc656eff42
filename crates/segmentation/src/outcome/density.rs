use serde::{Deserialize, Serialize};

/// How far away the neighbours are: the customers by the distance to the last of those that make a crowd.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neighbours {
    /// The neighbour, the customer itself being the first.
    pub min_samples: usize,
    /// Points of the curve: the share of customers with a neighbour at most so far away, and the distance;
    /// ascending, at most some hundreds.
    pub curve: Vec<(f64, f64)>,
    /// The distance that was taken for near.
    pub eps: f64,
    /// The distance where the curve bends most, when it does.
    pub proposed: Option<f64>,
    /// Customers whose distances were taken, when they are not all.
    pub sample: Option<u64>,
}

/// The clusters at every density, the whole first: HDBSCAN's condensed tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Condensed {
    /// Parents before children.
    pub clusters: Vec<CondensedCluster>,
}

/// One cluster, from the density at which it splits off to the one at which it splits or dissolves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CondensedCluster {
    /// The cluster that it split off.
    pub parent: Option<usize>,
    /// The segment that it became, if it did.
    pub segment: Option<usize>,
    /// How long it lasts, summed over its customers.
    pub stability: f64,
    /// Density (1 / distance) and customers from there on, ascending in density, at most some tens.
    pub steps: Vec<(f64, u64)>,
}
