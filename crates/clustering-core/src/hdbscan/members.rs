//! Who belongs to the clusters selected, and how firmly.

use segctl_numeric::Labels;

use super::params::HdbscanParams;
use super::tree::{NONE, Tree, ratio};

/// What the selected clusters make of the rows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Members {
    /// Clusters by their first row.
    pub(super) labels: Labels,
    pub(super) probabilities: Vec<f64>,
    /// The selected cluster that each one of the tree lies in; [`NONE`] where there is none.
    pub(super) owner: Vec<u32>,
    /// The label of each cluster of the tree that is selected and has rows, [`Labels::NOISE`] for the others.
    pub(super) node_label: Vec<u32>,
    /// Rows that leave the root at a larger distance do not belong to it, should it be selected.
    pub(super) root_reach: f64,
}

pub(super) fn members(tree: &Tree, selected: &[bool], params: &HdbscanParams) -> Members {
    let owner = owners(tree, selected);
    let root_reach = match params.selection_epsilon {
        0.0 => tree.nodes[0].death,
        epsilon => epsilon,
    };
    let owner_of = |row: usize| {
        let owner = owner[tree.row_node[row] as usize];
        if owner == 0 && tree.row_distance[row] > root_reach { NONE } else { owner }
    };
    let row_owner: Vec<u32> = (0..tree.row_node.len()).map(owner_of).collect();
    let probability = |(&owner, &distance): (&u32, &f64)| match owner {
        NONE => 0.0,
        owner => ratio(tree.nodes[owner as usize].death, distance),
    };
    let probabilities = row_owner.iter().zip(&tree.row_distance).map(probability).collect();
    // No cluster of the tree has the number that marks noise.
    let labels = Labels::new(row_owner.clone(), selected.len()).expect("owners are clusters of the tree").renumbered();
    let mut node_label = vec![Labels::NOISE; selected.len()];
    for (&owner, &label) in row_owner.iter().zip(labels.as_slice()).filter(|&(&owner, _)| owner != NONE) {
        node_label[owner as usize] = label;
    }
    Members { labels, probabilities, owner, node_label, root_reach }
}

fn owners(tree: &Tree, selected: &[bool]) -> Vec<u32> {
    let mut owner = vec![NONE; selected.len()];
    for node in 0..selected.len() {
        owner[node] = match tree.nodes[node].parent {
            _ if selected[node] => node as u32,
            NONE => NONE,
            parent => owner[parent as usize],
        };
    }
    owner
}
