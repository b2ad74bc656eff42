//! How the clusters of two labelings of the same rows overlap.

use segctl_numeric::Labels;

/// The rows in each cluster of one labeling and each of another.
pub(super) struct Overlap {
    n_other: usize,
    /// Row-major, one row per cluster of the first.
    counts: Vec<u64>,
    sizes: Vec<u64>,
    other_sizes: Vec<u64>,
}

/// The cluster most similar to one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Match {
    pub(super) jaccard: f64,
    /// `None` where no cluster shares a row with it.
    pub(super) cluster: Option<usize>,
}

impl Overlap {
    /// Of the clusters of row `rows[i]` in `labels` with those of row i in `other`.
    pub(super) fn new(labels: &Labels, rows: &[usize], other: &Labels) -> Self {
        let (k, n_other) = (labels.n_clusters(), other.n_clusters());
        let mut overlap =
            Self { n_other, counts: vec![0; k * n_other], sizes: vec![0; k], other_sizes: vec![0; n_other] };
        for (i, &row) in rows.iter().enumerate() {
            let (a, b) = (labels.get(row), other.get(i));
            if let Some(a) = a {
                overlap.sizes[a] += 1;
            }
            if let Some(b) = b {
                overlap.other_sizes[b] += 1;
            }
            if let (Some(a), Some(b)) = (a, b) {
                overlap.counts[a * n_other + b] += 1;
            }
        }
        overlap
    }

    /// Rows of each cluster of the first labeling.
    pub(super) fn sizes(&self) -> &[u64] {
        &self.sizes
    }

    /// Of the rows of cluster `a`, those in each cluster of the other.
    pub(super) fn counts(&self, a: usize) -> &[u64] {
        &self.counts[a * self.n_other..][..self.n_other]
    }

    /// The most similar cluster of the other labeling for each of the first; the lowest number wins
    /// among equals.
    pub(super) fn matches(&self) -> Vec<Match> {
        (0..self.sizes.len()).map(|a| self.best(a)).collect()
    }

    fn best(&self, a: usize) -> Match {
        let mut best = Match { jaccard: 0.0, cluster: None };
        for (b, (&both, &size)) in self.counts(a).iter().zip(&self.other_sizes).enumerate() {
            // Clusters without a common row may both be empty: their similarity is 0, as in fpc.
            let jaccard = if both == 0 { 0.0 } else { both as f64 / (self.sizes[a] + size - both) as f64 };
            if jaccard > best.jaccard {
                best = Match { jaccard, cluster: Some(b) };
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn similarities_are_those_of_the_sets(
            a in prop::collection::vec(-1_i64..4, 30),
            b in prop::collection::vec(-1_i64..4, 20),
        ) {
            let (labels, other) = (Labels::from_signed(&a).unwrap(), Labels::from_signed(&b).unwrap());
            let rows: Vec<usize> = (0..20).map(|i| i * 3 / 2).collect();
            let matches = Overlap::new(&labels, &rows, &other).matches();
            for (c, found) in matches.iter().enumerate() {
                let own: BTreeSet<usize> = (0..20).filter(|&i| labels.get(rows[i]) == Some(c)).collect();
                let jaccard = |d: usize| {
                    let theirs: BTreeSet<usize> = (0..20).filter(|&i| other.get(i) == Some(d)).collect();
                    own.intersection(&theirs).count() as f64 / own.union(&theirs).count().max(1) as f64
                };
                let best = (0..other.n_clusters()).map(jaccard).fold(0.0, f64::max);
                prop_assert_eq!(found.jaccard, best);
                prop_assert!(found.cluster.map_or(best == 0.0, |d| jaccard(d) == best));
            }
        }
    }
}
