//! The leaves of a tree in a row: of two sides either may stand left, which is 2^(n - 1) orders.

use std::ops::Range;

use rayon::prelude::*;
use segctl_numeric::InputError;
use segctl_numeric::simd::{Kernel, dispatch};

use super::condensed::Condensed;
use super::tree::Dendrogram;
use crate::ClusteringError;

/// Bytes per pair of rows: two square tables, and a quarter of one for the widest merge.
const BYTES_PER_PAIR: u64 = 18;

impl Dendrogram {
    /// The rows from left to right, the left side of each merge first (SciPy's `leaves_list`). O(n).
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_numeric::MatrixView;
    /// let tree = fit(MatrixView::new(&[5.0, 1.0, 6.0], 3, 1)?, &AgglomerativeParams::new(Linkage::Ward))?;
    /// assert_eq!(tree.leaves(), [1, 0, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn leaves(&self) -> Vec<usize> {
        let n = self.n_rows();
        let mut leaves = Vec::with_capacity(n);
        let mut open = vec![2 * n - 2];
        while let Some(node) = open.pop() {
            match node.checked_sub(n) {
                None => leaves.push(node),
                Some(merge) => open.extend([self.merges()[merge].right, self.merges()[merge].left]),
            }
        }
        leaves
    }

    /// Of all orders of the rows that the tree allows, one with the least sum of the distances of
    /// neighbours (Bar-Joseph, Gifford & Jaakkola 2001, "Fast optimal leaf ordering for hierarchical
    /// clustering"; in cubic time as in Bar-Joseph et al. 2001, "Optimal arrangement of leaves in the tree
    /// representing hierarchical clustering of gene expression data"). SciPy's `optimal_leaf_ordering` means
    /// the same; where its sum is larger, it is SciPy's that is not the least (its issue 11227).
    ///
    /// Time O(n^3), memory 18 n^2 bytes: [truncate](Self::truncated) large trees first. `memory_limit` is
    /// in bytes, `None` for no limit.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Condensed, Linkage, fit};
    /// use segctl_numeric::{MatrixView, distance::Metric};
    /// let x = MatrixView::new(&[1.0, 6.0, 0.0, 7.5], 4, 1)?;
    /// let tree = fit(x, &AgglomerativeParams::new(Linkage::Average))?;
    /// assert_eq!(tree.leaves(), [0, 2, 1, 3]);
    /// let distances = Condensed::of(x, Metric::Euclidean);
    /// assert_eq!(tree.optimal_leaf_order(&distances, None)?, [2, 0, 1, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for distances of another number of rows; [`ClusteringError::OrderMemory`] when
    /// the tables would not fit.
    pub fn optimal_leaf_order(
        &self,
        distances: &Condensed,
        memory_limit: Option<u64>,
    ) -> Result<Vec<usize>, ClusteringError> {
        let (found, n_rows) = (distances.n_rows(), self.n_rows());
        if found != n_rows {
            return Err(InputError::Length { what: "distances (rows)", found, expected: n_rows }.into());
        }
        let bytes = |n: usize| BYTES_PER_PAIR.saturating_mul((n as u64).saturating_mul(n as u64));
        let needed = bytes(n_rows);
        match memory_limit {
            Some(limit) if needed > limit => {
                let n_fitting = (limit / BYTES_PER_PAIR).isqrt() as usize;
                Err(ClusteringError::OrderMemory { needed, limit, n_rows, n_fitting })
            }
            _ => Ok(Orders::new(self, distances).best()),
        }
    }
}

/// A subtree: the rows at the places `start..end` of [`Dendrogram::leaves`]. Its left side ends at `middle`;
/// a single row has none.
#[derive(Debug, Clone, Copy)]
struct Node {
    start: usize,
    middle: usize,
    end: usize,
    left: usize,
    right: usize,
}

impl Node {
    /// Places where the other end may be, when one end is at `place`.
    fn opposite(&self, place: usize) -> Range<usize> {
        match self.end - self.start {
            1 => self.start..self.end,
            _ if place < self.middle => self.middle..self.end,
            _ => self.start..self.middle,
        }
    }
}

struct Orders {
    n: usize,
    leaves: Vec<usize>,
    nodes: Vec<Node>,
    /// By places: rows of a subtree are neighbours in memory.
    distances: Vec<f64>,
    /// The least sum of the subtree in which two places meet, with these at its ends.
    least: Vec<f64>,
}

impl Orders {
    fn new(tree: &Dendrogram, distances: &Condensed) -> Self {
        let (n, leaves) = (tree.n_rows(), tree.leaves());
        let mut square = vec![0.0; n * n];
        square.par_chunks_mut(n).zip(&leaves).for_each(|(row, &i)| {
            row.iter_mut().zip(&leaves).for_each(|(to, &j)| *to = distances.get(i, j));
        });
        Self { n, nodes: nodes(tree, &leaves), leaves, distances: square, least: vec![0.0; n * n] }
    }

    fn best(mut self) -> Vec<usize> {
        for at in self.n..self.nodes.len() {
            self.solve(at);
        }
        let places = self.trace();
        places.into_iter().map(|place| self.leaves[place]).collect()
    }

    /// The least sums of one subtree, from those of its two sides. With `a` and `b` at the ends, `i` and
    /// `j` side by side in the middle: the minimum over `i` first, then over `j`.
    fn solve(&mut self, at: usize) {
        let node = self.nodes[at];
        let (left, right) = (self.nodes[node.left], self.nodes[node.right]);
        let width = node.end - node.middle;
        let mut found = vec![0.0; (node.middle - node.start) * width];
        found.par_chunks_mut(width).enumerate().for_each(|(a, found)| {
            let a = node.start + a;
            let mut joined = vec![f64::INFINITY; width];
            for i in left.opposite(a) {
                let to_right = &self.distances[i * self.n..][node.middle..node.end];
                dispatch(LeastSum { least: &mut joined, row: to_right, plus: self.least[a * self.n + i] });
            }
            found.fill(f64::INFINITY);
            for j in node.middle..node.end {
                let ends = right.opposite(j);
                let least = &mut found[ends.start - node.middle..ends.end - node.middle];
                let row = &self.least[j * self.n..][ends];
                dispatch(LeastSum { least, row, plus: joined[j - node.middle] });
            }
        });
        for (a, found) in found.chunks_exact(width).enumerate() {
            let a = node.start + a;
            self.least[a * self.n..][node.middle..node.end].copy_from_slice(found);
            for (b, &sum) in found.iter().enumerate() {
                self.least[(node.middle + b) * self.n + a] = sum;
            }
        }
    }

    /// Places from left to right. Each subtree waits with its two ends; those of the whole are the best.
    fn trace(&self) -> Vec<usize> {
        let root = self.nodes.len() - 1;
        let mut places = Vec::with_capacity(self.n);
        let (first, last) = self.best_ends(&self.nodes[root]);
        let mut open = vec![(root, first, last)];
        while let Some((at, first, last)) = open.pop() {
            let node = self.nodes[at];
            if node.end - node.start == 1 {
                places.push(first);
                continue;
            }
            let (near, far) = if first < node.middle { (node.left, node.right) } else { (node.right, node.left) };
            let (i, j) = self.best_middle((near, first), (far, last));
            open.extend([(far, j, last), (near, first, i)]);
        }
        places
    }

    fn best_ends(&self, root: &Node) -> (usize, usize) {
        let ends = (root.start..root.middle.max(root.start + 1)).flat_map(|a| root.opposite(a).map(move |b| (a, b)));
        ends.min_by(|x, y| self.least[x.0 * self.n + x.1].total_cmp(&self.least[y.0 * self.n + y.1]))
            .expect("a tree has a row")
    }

    /// The places side by side, where a subtree that starts at `first` meets one that ends at `last`.
    fn best_middle(&self, (near, first): (usize, usize), (far, last): (usize, usize)) -> (usize, usize) {
        let (near, far) = (self.nodes[near].opposite(first), self.nodes[far].opposite(last));
        let sum = |&(i, j): &(usize, usize)| {
            self.least[first * self.n + i] + self.distances[i * self.n + j] + self.least[last * self.n + j]
        };
        let middles = near.flat_map(|i| far.clone().map(move |j| (i, j)));
        middles.min_by(|x, y| sum(x).total_cmp(&sum(y))).expect("both sides have a row")
    }
}

/// Subtrees as ranges of places, in the numbering of the tree.
fn nodes(tree: &Dendrogram, leaves: &[usize]) -> Vec<Node> {
    let n = tree.n_rows();
    let mut nodes = vec![Node { start: 0, middle: 0, end: 0, left: 0, right: 0 }; n];
    for (place, &row) in leaves.iter().enumerate() {
        nodes[row] = Node { start: place, middle: place, end: place + 1, left: row, right: row };
    }
    for merge in tree.merges() {
        let (left, right) = (nodes[merge.left], nodes[merge.right]);
        let (start, middle, end) = (left.start, right.start, right.end);
        nodes.push(Node { start, middle, end, left: merge.left, right: merge.right });
    }
    nodes
}

/// `least[l] = min(least[l], row[l] + plus)`
struct LeastSum<'a> {
    least: &'a mut [f64],
    row: &'a [f64],
    plus: f64,
}

impl Kernel for LeastSum<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (least, value) in self.least.iter_mut().zip(self.row) {
            let sum = value + self.plus;
            *least = if sum < *least { sum } else { *least };
        }
    }
}
