//! From a minimum spanning tree to the condensed tree: the clusters of at least so many rows, and the distance at
//! which each row leaves the last one it is in.
//!
//! Built from below. Edges of equal length are taken together, as Campello, Moulavi & Sander (2013, algorithm 1)
//! remove them: what comes out is the same for every minimum spanning tree.

use super::tree::{NONE, Node, Tree};
use crate::agglomerative::Pair;

/// The condensed tree of `n_rows` rows joined by `pairs`, a spanning tree. Time O(n log n).
pub(super) fn condense(n_rows: usize, mut pairs: Vec<Pair>, min_cluster_size: usize) -> Tree {
    pairs.sort_unstable_by(|a, b| a.height.total_cmp(&b.height));
    let mut growing = Growing::new(n_rows, min_cluster_size);
    for tied in pairs.chunk_by(|a, b| a.height == b.height) {
        growing.join(tied);
    }
    let last = pairs.last().map_or(0.0, |pair| pair.height);
    growing.finish(last).in_order()
}

/// A set of joined rows.
#[derive(Debug, Clone, Copy)]
struct Part {
    size: usize,
    /// The cluster it is, if it has rows enough.
    cluster: u32,
    /// Its rows as a chain, if not.
    first: u32,
    last: u32,
}

struct Growing {
    min_cluster_size: usize,
    parent: Vec<u32>,
    /// By the root of its rows.
    part: Vec<Part>,
    /// The next row in a chain.
    next: Vec<u32>,
    tree: Tree,
    /// Roots before and after a step.
    moved: Vec<(u32, u32)>,
}

impl Growing {
    fn new(n_rows: usize, min_cluster_size: usize) -> Self {
        let single = |row| Part { size: 1, cluster: NONE, first: row, last: row };
        Self {
            min_cluster_size,
            parent: (0..n_rows as u32).collect(),
            part: (0..n_rows as u32).map(single).collect(),
            next: vec![NONE; n_rows],
            tree: Tree { nodes: Vec::new(), row_node: vec![NONE; n_rows], row_distance: vec![0.0; n_rows] },
            moved: Vec::new(),
        }
    }

    /// Joins along edges of one length.
    fn join(&mut self, tied: &[Pair]) {
        let mut moved = std::mem::take(&mut self.moved);
        moved.clear();
        for pair in tied {
            moved.extend([pair.a, pair.b].map(|row| (0, self.root(row as u32))));
        }
        tied.iter().for_each(|pair| self.unite(pair.a as u32, pair.b as u32));
        moved.iter_mut().for_each(|(to, from)| *to = self.root(*from));
        moved.sort_unstable();
        moved.dedup();
        for parts in moved.chunk_by(|a, b| a.0 == b.0) {
            self.part[parts[0].0 as usize] = self.merge(parts, tied[0].height);
        }
        self.moved = moved;
    }

    /// The part made of several, whose roots come second.
    fn merge(&mut self, parts: &[(u32, u32)], height: f64) -> Part {
        let part = |growing: &Self, at: usize| growing.part[parts[at].1 as usize];
        let size = (0..parts.len()).map(|at| part(self, at).size).sum();
        let n_clusters = (0..parts.len()).filter(|&at| part(self, at).cluster != NONE).count();
        let cluster = match n_clusters {
            0 if size < self.min_cluster_size => return self.chain(parts),
            1 => (0..parts.len()).map(|at| part(self, at).cluster).find(|&cluster| cluster != NONE).unwrap_or(NONE),
            _ => self.tree.push(height),
        };
        for at in 0..parts.len() {
            let Part { cluster: child, size, first, .. } = part(self, at);
            if child == NONE {
                self.leave(first, cluster, height);
            } else if child != cluster {
                let node = &mut self.tree.nodes[child as usize];
                (node.parent, node.birth, node.size) = (cluster, height, size);
            }
        }
        Part { size, cluster, first: NONE, last: NONE }
    }

    fn chain(&mut self, parts: &[(u32, u32)]) -> Part {
        let mut whole = self.part[parts[0].1 as usize];
        for &(_, root) in &parts[1..] {
            let part = self.part[root as usize];
            self.next[whole.last as usize] = part.first;
            (whole.last, whole.size) = (part.last, whole.size + part.size);
        }
        whole
    }

    /// The rows of a chain leave a cluster.
    fn leave(&mut self, mut row: u32, cluster: u32, height: f64) {
        while row != NONE {
            (self.tree.row_node[row as usize], self.tree.row_distance[row as usize]) = (cluster, height);
            row = self.next[row as usize];
        }
    }

    fn unite(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        let (small, large) = if self.part[a as usize].size < self.part[b as usize].size { (a, b) } else { (b, a) };
        self.parent[small as usize] = large;
    }

    fn root(&mut self, mut row: u32) -> u32 {
        while self.parent[row as usize] != row {
            let above = self.parent[self.parent[row as usize] as usize];
            self.parent[row as usize] = above;
            row = above;
        }
        row
    }

    /// All rows are the root, whether they are enough or not.
    fn finish(mut self, last: f64) -> Tree {
        let top = self.root(0);
        let mut whole = self.part[top as usize];
        if whole.cluster == NONE {
            whole.cluster = self.tree.push(last);
            self.leave(whole.first, whole.cluster, last);
        }
        self.tree.nodes[whole.cluster as usize].size = whole.size;
        self.tree
    }
}

impl Tree {
    /// A cluster that falls apart at `death`; not yet known when it begins.
    fn push(&mut self, death: f64) -> u32 {
        self.nodes.push(Node { parent: NONE, birth: f64::INFINITY, death, size: 0, end: 0 });
        self.nodes.len() as u32 - 1
    }

    /// Renumbers clusters from the root down, each before those it splits into, these by their first rows.
    fn in_order(self) -> Self {
        let k = self.nodes.len();
        let mut first_row = vec![NONE; k];
        for (row, &node) in self.row_node.iter().enumerate() {
            first_row[node as usize] = first_row[node as usize].min(row as u32);
        }
        let mut children = vec![Vec::new(); k];
        // Built from below: children stand before their parents.
        for node in 0..k {
            let parent = self.nodes[node].parent;
            if parent != NONE {
                first_row[parent as usize] = first_row[parent as usize].min(first_row[node]);
                children[parent as usize].push(node as u32);
            }
        }
        let mut number = vec![NONE; k];
        let mut nodes: Vec<Node> = Vec::with_capacity(k);
        let mut waiting = vec![k as u32 - 1];
        while let Some(old) = waiting.pop() {
            number[old as usize] = nodes.len() as u32;
            let node = self.nodes[old as usize];
            let parent = if node.parent == NONE { NONE } else { number[node.parent as usize] };
            nodes.push(Node { parent, end: nodes.len() as u32 + 1, ..node });
            children[old as usize].sort_unstable_by_key(|&child| std::cmp::Reverse(first_row[child as usize]));
            waiting.append(&mut children[old as usize]);
        }
        for node in (1..k).rev() {
            let parent = nodes[node].parent as usize;
            nodes[parent].end = nodes[parent].end.max(nodes[node].end);
        }
        let row_node = self.row_node.iter().map(|&node| number[node as usize]).collect();
        Self { nodes, row_node, row_distance: self.row_distance }
    }
}
