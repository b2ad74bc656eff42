use segctl_segmentation::{Condensed, CondensedCluster, Neighbours};
use serde::Serialize;

use super::rounded_all;
use crate::format::rounded;

/// How far away the neighbours are.
#[derive(Debug, Serialize)]
pub(crate) struct NeighboursData {
    /// Shares of customers, ascending.
    share: Vec<f64>,
    /// The distance to the neighbour that each share has at most.
    distance: Vec<f64>,
    /// The distance taken for near.
    eps: f64,
    /// That where the curve bends.
    proposed: Option<f64>,
}

pub(crate) fn neighbours(neighbours: &Neighbours) -> NeighboursData {
    let (share, distance): (Vec<f64>, Vec<f64>) = neighbours.curve.iter().copied().unzip();
    NeighboursData {
        share: rounded_all(&share),
        distance: rounded_all(&distance),
        eps: rounded(neighbours.eps),
        proposed: neighbours.proposed.map(rounded),
    }
}

/// A cluster of the condensed tree.
#[derive(Debug, Serialize)]
pub(crate) struct CondensedData {
    parent: Option<usize>,
    segment: Option<usize>,
    /// The distances within which its customers hang together, descending.
    distance: Vec<f64>,
    /// Customers from each of them on.
    size: Vec<u64>,
}

pub(crate) fn condensed(condensed: &Condensed) -> Vec<CondensedData> {
    let cluster = |cluster: &CondensedCluster| CondensedData {
        parent: cluster.parent,
        segment: cluster.segment,
        distance: cluster.steps.iter().map(|(density, _)| rounded(density.recip())).collect(),
        size: cluster.steps.iter().map(|(_, size)| *size).collect(),
    };
    condensed.clusters.iter().map(cluster).collect()
}
