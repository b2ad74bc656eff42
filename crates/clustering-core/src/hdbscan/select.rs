//! Which clusters of the condensed tree count.

use super::params::{HdbscanParams, Selection};
use super::tree::Tree;

/// For each cluster of the tree whether it is selected; none lies below another one.
pub(super) fn select(tree: &Tree, stabilities: &[f64], params: &HdbscanParams) -> Vec<bool> {
    let wanted = match params.selection {
        Selection::ExcessOfMass => excess_of_mass(tree, stabilities, params),
        Selection::Leaf => leaves(tree, params),
    };
    let chosen = topmost(tree, &wanted);
    if params.selection_epsilon == 0.0 {
        return chosen;
    }
    let mut merged = vec![false; chosen.len()];
    for node in (0..chosen.len()).filter(|&node| chosen[node]) {
        merged[widen(tree, node, params)] = true;
    }
    topmost(tree, &merged)
}

/// Of the clusters wanted, those that lie below no other.
fn topmost(tree: &Tree, wanted: &[bool]) -> Vec<bool> {
    let mut chosen = vec![false; wanted.len()];
    let mut node = 0;
    while node < wanted.len() {
        chosen[node] = wanted[node];
        node = if wanted[node] { tree.nodes[node].end as usize } else { node + 1 };
    }
    chosen
}

/// Whether a cluster has a size that is allowed; all rows are a cluster only if that is allowed.
fn may_be(tree: &Tree, node: usize, params: &HdbscanParams) -> bool {
    let size = tree.nodes[node].size;
    size >= params.min_cluster_size
        && params.max_cluster_size.is_none_or(|max| size <= max)
        && (node > 0 || params.allow_single_cluster)
}

/// Those no less stable than the best below them; from below.
fn excess_of_mass(tree: &Tree, stabilities: &[f64], params: &HdbscanParams) -> Vec<bool> {
    let k = tree.nodes.len();
    let (mut below, mut wanted) = (vec![0.0; k], vec![false; k]);
    for node in (0..k).rev() {
        wanted[node] = may_be(tree, node, params) && below[node] <= stabilities[node];
        if node > 0 {
            below[tree.nodes[node].parent as usize] += if wanted[node] { stabilities[node] } else { below[node] };
        }
    }
    wanted
}

fn leaves(tree: &Tree, params: &HdbscanParams) -> Vec<bool> {
    (0..tree.nodes.len()).map(|node| tree.is_leaf(node) && may_be(tree, node, params)).collect()
}

/// The cluster itself or the first above it that was born at a larger distance than epsilon.
fn widen(tree: &Tree, mut node: usize, params: &HdbscanParams) -> usize {
    // Born at epsilon: left alone, as in scikit-learn.
    let reaches = |node: usize| tree.nodes[node].birth >= params.selection_epsilon;
    if reaches(node) {
        return node;
    }
    loop {
        let parent = tree.nodes[node].parent as usize;
        if parent == 0 && !params.allow_single_cluster {
            return node;
        }
        node = parent;
        if tree.nodes[node].birth > params.selection_epsilon {
            return node;
        }
    }
}
