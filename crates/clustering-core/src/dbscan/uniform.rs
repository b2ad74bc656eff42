//! Where in a tree all rows are of one set.

use segctl_numeric::par::map_chunks;

use crate::spatial::{FAN, NONE, Node, Tree};

/// Leaves looked at by one task.
const TASK_LEAVES: usize = 64;

/// What all rows in a leaf, or in a node, have in common; `NONE` where they differ.
#[derive(Debug, Clone)]
pub(super) struct Uniform {
    /// By the node's number.
    pub(super) nodes: Vec<u32>,
    pub(super) leaves: Vec<u32>,
}

impl Uniform {
    /// Nothing is known.
    pub(super) fn new(tree: &Tree) -> Self {
        Self { nodes: vec![NONE; (2 * tree.n_blocks()).saturating_sub(1)], leaves: vec![NONE; tree.n_leaves()] }
    }

    /// Looks again where nothing was in common before; `value` tells what each row has.
    pub(super) fn refresh(&mut self, tree: &Tree, value: impl Fn(u32) -> u32 + Sync) {
        let known = &self.leaves;
        let of_leaf = |leaf: usize| match known[leaf] {
            NONE => common(tree.leaf_rows(leaf), &value),
            known => known,
        };
        let leaves = map_chunks(known.len(), TASK_LEAVES, |range| range.map(of_leaf).collect::<Vec<u32>>());
        self.leaves = leaves.concat();
        if let Some(root) = tree.root() {
            self.refresh_node(root, &value);
        }
    }

    fn refresh_node(&mut self, node: Node, value: &impl Fn(u32) -> u32) -> u32 {
        if self.nodes[node.id] != NONE {
            return self.nodes[node.id];
        }
        self.nodes[node.id] = match node.children() {
            Some(children) => common(&children.map(|child| self.refresh_node(child, value)), value),
            None => {
                let end = ((node.first_block + 1) * FAN).min(self.leaves.len());
                common(&self.leaves[node.first_block * FAN..end], value)
            }
        };
        self.nodes[node.id]
    }
}

/// The value that all members have; `NONE` when they differ or one is `NONE`.
pub(super) fn common(members: &[u32], value: impl Fn(u32) -> u32) -> u32 {
    let of = |member: u32| if member == NONE { NONE } else { value(member) };
    let first = members.first().map_or(NONE, |&member| of(member));
    let differs = first == NONE || members.iter().any(|&member| of(member) != first);
    if differs { NONE } else { first }
}
