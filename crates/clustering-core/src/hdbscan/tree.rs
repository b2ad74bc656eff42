//! The condensed tree as the algorithm sees it: in distances, which are finite where densities are not.

/// No node.
pub(super) const NONE: u32 = u32::MAX;

/// A cluster of the condensed tree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Node {
    /// The cluster it splits off from; [`NONE`] for the root.
    pub(super) parent: u32,
    /// The distance at which it does; infinite for the root.
    pub(super) birth: f64,
    /// The distance at which it splits, or its last rows part.
    pub(super) death: f64,
    /// Rows at its birth.
    pub(super) size: usize,
    /// Clusters below it are those after it and before this one.
    pub(super) end: u32,
}

/// Clusters from the root down, each right before those below it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    /// The last cluster that each row is in.
    pub(super) row_node: Vec<u32>,
    /// The distance at which the row leaves it.
    pub(super) row_distance: Vec<f64>,
}

impl Tree {
    /// Whether a cluster does not split into clusters.
    pub(super) fn is_leaf(&self, node: usize) -> bool {
        self.nodes[node].end as usize == node + 1
    }

    /// The sum over what leaves a cluster, rows and clusters, of rows times the growth of the density since its birth.
    pub(super) fn stabilities(&self) -> Vec<f64> {
        let mut stability = vec![0.0; self.nodes.len()];
        for (&node, &distance) in self.row_node.iter().zip(&self.row_distance) {
            stability[node as usize] += growth(self.nodes[node as usize].birth, distance);
        }
        for node in &self.nodes[1..] {
            stability[node.parent as usize] +=
                growth(self.nodes[node.parent as usize].birth, node.birth) * node.size as f64;
        }
        stability
    }

    /// For each row 1 less the ratio of the largest density in what its last cluster splits into and that at which it
    /// leaves: GLOSH (Campello et al. 2015).
    pub(super) fn outlier_scores(&self) -> Vec<f64> {
        let mut densest: Vec<f64> = self.nodes.iter().map(|node| node.death).collect();
        for node in (1..self.nodes.len()).rev() {
            let parent = self.nodes[node].parent as usize;
            densest[parent] = densest[parent].min(densest[node]);
        }
        let score = |(&node, &distance): (&u32, &f64)| 1.0 - ratio(densest[node as usize], distance);
        self.row_node.iter().zip(&self.row_distance).map(score).collect()
    }
}

/// The density at a distance.
pub(super) fn lambda(distance: f64) -> f64 {
    1.0 / distance
}

/// How much denser; 0 where densities beyond all numbers meet.
fn growth(from: f64, to: f64) -> f64 {
    let (from, to) = (lambda(from), lambda(to));
    if from == to { 0.0 } else { to - from }
}

/// `small / large` of two distances, the density at the larger as a share of that at the smaller; at most 1, and 1 for
/// two zeros.
pub(super) fn ratio(small: f64, large: f64) -> f64 {
    if large > small { small / large } else { 1.0 }
}
