//! Clusters from a tree.

use segctl_numeric::{InputError, Labels};

use super::tree::Dendrogram;
use crate::ClusteringError;

/// How far a merge lies above the merges just below it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Inconsistency {
    /// The mean height of the merges looked at, itself included.
    pub mean: f64,
    /// Their standard deviation (n - 1); 0 for a single one.
    pub std: f64,
    /// How many they are.
    pub n_merges: usize,
    /// `(height - mean) / std`; 0 where `std` is.
    pub coefficient: f64,
}

impl Dendrogram {
    /// `k` clusters: all merges but the last k - 1. Numbered by first appearance. O(n).
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_numeric::MatrixView;
    /// let tree = fit(MatrixView::new(&[5.0, 1.0, 6.0], 3, 1)?, &AgglomerativeParams::new(Linkage::Ward))?;
    /// assert_eq!(tree.cut_k(2)?.to_signed(), [0, 1, 0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for 0, [`ClusteringError::TooFewRows`] for more clusters than rows.
    pub fn cut_k(&self, k: usize) -> Result<Labels, ClusteringError> {
        let n_samples = self.n_rows();
        match k {
            0 => Err(InputError::OutOfRange { name: "n_clusters", value: 0.0, expected: ">= 1" }.into()),
            _ if k > n_samples => Err(ClusteringError::TooFewRows { n_samples, n_clusters: k }),
            _ => Ok(self.labels(|merge| merge < n_samples - k)),
        }
    }

    /// The clusters within which every merge is at most `height` high (SciPy's `fcluster` by
    /// distance). O(n).
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_numeric::MatrixView;
    /// let tree = fit(MatrixView::new(&[5.0, 1.0, 6.0], 3, 1)?, &AgglomerativeParams::new(Linkage::Single))?;
    /// assert_eq!(tree.cut_height(1.0).to_signed(), [0, 1, 0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cut_height(&self, height: f64) -> Labels {
        let highest = self.highest_within(|merge| self.merges()[merge].height);
        self.labels(|merge| highest[merge] <= height)
    }

    /// The clusters within which no merge is more than `threshold` inconsistent with the merges of
    /// `depth` levels from it down (SciPy's `fcluster` by inconsistency). Time O(n 2^depth), O(n^2) at most.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[0.0, 1.0, 9.0, 10.0], 4, 1)?;
    /// let tree = fit(x, &AgglomerativeParams::new(Linkage::Single))?;
    /// assert_eq!(tree.cut_inconsistent(1.0, 2).to_signed(), [0, 0, 1, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cut_inconsistent(&self, threshold: f64, depth: usize) -> Labels {
        let found = self.inconsistency(depth);
        let highest = self.highest_within(|merge| found[merge].coefficient);
        self.labels(|merge| highest[merge] <= threshold)
    }

    /// Each merge beside the merges of `depth` levels from it down (SciPy's `inconsistent`); a depth of 0
    /// counts as 1. One entry per merge, in their order.
    ///
    /// ```
    /// use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
    /// use segctl_numeric::MatrixView;
    /// let tree = fit(MatrixView::new(&[0.0, 1.0, 4.0], 3, 1)?, &AgglomerativeParams::new(Linkage::Single))?;
    /// let last = tree.inconsistency(2)[1];
    /// assert_eq!((last.mean, last.n_merges), (2.0, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn inconsistency(&self, depth: usize) -> Vec<Inconsistency> {
        let of = |merge: usize| inconsistency(self.merges()[merge].height, &self.heights_below(merge, depth));
        (0..self.merges().len()).map(of).collect()
    }

    /// The heights of `merge` and the merges less than `depth` levels below it. Level by level and not
    /// by recursion: a chain of 100,000 merges is a tree as deep.
    fn heights_below(&self, merge: usize, depth: usize) -> Vec<f64> {
        let mut found = vec![merge];
        let mut level = 0..1;
        for _ in 1..depth {
            for at in level.clone() {
                found.extend(self.merges_below(found[at]));
            }
            level = level.end..found.len();
            if level.is_empty() {
                break;
            }
        }
        found.into_iter().map(|merge| self.merges()[merge].height).collect()
    }

    /// The merges that made the two sides of `merge`.
    fn merges_below(&self, merge: usize) -> impl Iterator<Item = usize> {
        let n = self.n_rows();
        let merge = self.merges()[merge];
        [merge.left, merge.right].into_iter().filter_map(move |side| side.checked_sub(n))
    }

    /// For each merge the largest value among it and all merges below it.
    fn highest_within(&self, value: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut highest = Vec::with_capacity(self.merges().len());
        for merge in 0..self.merges().len() {
            let below = self.merges_below(merge).map(|below: usize| highest[below]);
            let most = below.fold(value(merge), f64::max);
            highest.push(most);
        }
        highest
    }

    /// One cluster per largest subtree whose merge is `whole`.
    fn labels(&self, whole: impl Fn(usize) -> bool) -> Labels {
        let n = self.n_rows();
        let mut cluster = vec![u32::MAX; n + self.merges().len()];
        let mut n_clusters = 0;
        for node in (0..cluster.len()).rev() {
            let is_whole = node.checked_sub(n).is_none_or(&whole);
            if is_whole && cluster[node] == u32::MAX {
                cluster[node] = n_clusters;
                n_clusters += 1;
            }
            if let Some(merge) = node.checked_sub(n) {
                let merge = self.merges()[merge];
                (cluster[merge.left], cluster[merge.right]) = (cluster[node], cluster[node]);
            }
        }
        cluster.truncate(n);
        let labels = Labels::new(cluster, n_clusters as usize).expect("every row is in a cluster");
        labels.renumbered()
    }
}

fn inconsistency(height: f64, heights: &[f64]) -> Inconsistency {
    let n = heights.len() as f64;
    let mean = heights.iter().sum::<f64>() / n;
    let squares = heights.iter().map(|h| (h - mean) * (h - mean)).sum::<f64>();
    let std = if heights.len() < 2 { 0.0 } else { (squares / (n - 1.0)).sqrt() };
    let coefficient = if std > 0.0 { (height - mean) / std } else { 0.0 };
    Inconsistency { mean, std, n_merges: heights.len(), coefficient }
}
