//! What hierarchical clustering gives: a tree of merges.

use serde::{Deserialize, Serialize};

use crate::ClusteringError;

/// One row of a linkage matrix in SciPy's convention: rows of X are the clusters `0..n`, the cluster
/// made by merge `i` is `n + i`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Merge {
    /// The cluster with the lower number.
    pub left: usize,
    /// The other one.
    pub right: usize,
    /// How far apart the two were, by the linkage.
    pub height: f64,
    /// Rows in the cluster made.
    pub size: usize,
}

/// A binary tree over n rows: the n - 1 merges, lowest first.
///
/// Heights ascend but for centroid and median linkage, whose merges may lie below the ones before.
///
/// ```
/// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[0.0, 1.0, 5.0], 3, 1)?;
/// let tree = fit(x, &AgglomerativeParams::new(Linkage::Average))?;
/// let last = tree.merges()[1];
/// assert_eq!((last.left, last.right, last.height, last.size), (2, 3, 4.5, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Merge>", into = "Vec<Merge>")]
pub struct Dendrogram {
    merges: Vec<Merge>,
}

impl Dendrogram {
    /// The tree of a linkage matrix, for example one that SciPy made.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{Dendrogram, Merge};
    /// let merge = Merge { left: 0, right: 1, height: 2.0, size: 2 };
    /// assert_eq!(Dendrogram::new(vec![merge])?.n_rows(), 2);
    /// assert!(Dendrogram::new(vec![merge, merge]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Merge`] for the first row that uses a cluster that does not exist yet or was
    /// merged before, has a wrong size, or a height that is negative or not finite.
    pub fn new(merges: Vec<Merge>) -> Result<Self, ClusteringError> {
        let tree = Self { merges };
        let n = tree.n_rows();
        let mut used = vec![false; n + tree.merges.len()];
        for (row, merge) in tree.merges.iter().enumerate() {
            let sides = [merge.left, merge.right];
            let exist = merge.left < merge.right && merge.right < n + row && sides.iter().all(|&side| !used[side]);
            let is_sound = exist
                && merge.size == tree.size(merge.left) + tree.size(merge.right)
                && merge.height.is_finite()
                && merge.height >= 0.0;
            if !is_sound {
                return Err(ClusteringError::Merge { row });
            }
            sides.iter().for_each(|&side| used[side] = true);
        }
        Ok(tree)
    }

    /// The tree of merges given by one row of each side, in an order that heights need not follow.
    pub(super) fn from_pairs(n_rows: usize, mut pairs: Vec<Pair>) -> Self {
        debug_assert_eq!(pairs.len() + 1, n_rows);
        // Stable: where heights are equal, a merge made of another one stays behind it.
        pairs.sort_by(|a, b| a.height.total_cmp(&b.height));
        Self::from_ordered_pairs(n_rows, &pairs)
    }

    /// As [`from_pairs`](Self::from_pairs), in the order given.
    pub(super) fn from_ordered_pairs(n_rows: usize, pairs: &[Pair]) -> Self {
        let mut groups = Groups::new(n_rows);
        let merges = pairs.iter().map(|pair| groups.merge(pair)).collect();
        Self { merges }
    }

    /// Number of rows, n.
    pub fn n_rows(&self) -> usize {
        self.merges.len() + 1
    }

    /// The merges, n - 1 of them.
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// Rows in cluster `cluster`, `0..2n - 1`.
    pub(super) fn size(&self, cluster: usize) -> usize {
        match cluster.checked_sub(self.n_rows()) {
            None => 1,
            Some(merge) => self.merges[merge].size,
        }
    }
}

impl TryFrom<Vec<Merge>> for Dendrogram {
    type Error = ClusteringError;

    fn try_from(merges: Vec<Merge>) -> Result<Self, ClusteringError> {
        Self::new(merges)
    }
}

impl From<Dendrogram> for Vec<Merge> {
    fn from(tree: Dendrogram) -> Self {
        tree.merges
    }
}

/// A merge of the clusters that hold rows `a` and `b`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Pair {
    pub(crate) a: usize,
    pub(crate) b: usize,
    pub(crate) height: f64,
}

/// Which cluster each row is in by now (Tarjan's disjoint sets, paths halved).
struct Groups {
    parent: Vec<usize>,
    cluster: Vec<usize>,
    size: Vec<usize>,
    next: usize,
}

impl Groups {
    fn new(n_rows: usize) -> Self {
        Self { parent: (0..n_rows).collect(), cluster: (0..n_rows).collect(), size: vec![1; n_rows], next: n_rows }
    }

    fn merge(&mut self, pair: &Pair) -> Merge {
        let (a, b) = (self.root(pair.a), self.root(pair.b));
        debug_assert_ne!(a, b, "a cluster merges with another one");
        let (left, right) = (self.cluster[a].min(self.cluster[b]), self.cluster[a].max(self.cluster[b]));
        let size = self.size[a] + self.size[b];
        let (small, large) = if self.size[a] < self.size[b] { (a, b) } else { (b, a) };
        self.parent[small] = large;
        (self.cluster[large], self.size[large]) = (self.next, size);
        self.next += 1;
        Merge { left, right, height: pair.height, size }
    }

    fn root(&mut self, mut row: usize) -> usize {
        while self.parent[row] != row {
            self.parent[row] = self.parent[self.parent[row]];
            row = self.parent[row];
        }
        row
    }
}
