use segctl_numeric::Labels;

use super::tree::{NONE, Tree, lambda};

/// The clusters there are at any density: what the usual picture of icicles shows.
///
/// ```
/// use segctl_clustering_core::hdbscan::{HdbscanParams, fit};
/// use segctl_numeric::MatrixView;
/// let x = [1.0, 1.1, 1.3, 20.0, 8.0, 8.1, 8.4];
/// let tree = fit(MatrixView::new(&x, 7, 1)?, &HdbscanParams::new(3).with_min_samples(2))?.condensed;
/// let root = &tree.clusters[0];
/// assert_eq!((root.n_rows, root.children.as_slice(), root.label), (7, [1, 2].as_slice(), None));
/// assert_eq!((tree.clusters[2].n_rows, tree.clusters[2].label), (3, Some(1)));
/// assert_eq!(tree.row_cluster, [1, 1, 1, 0, 2, 2, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CondensedTree {
    /// From the root, which is all rows, down: each cluster stands right before those below it.
    pub clusters: Vec<CondensedCluster>,
    /// The last cluster that each row is in (n).
    pub row_cluster: Vec<usize>,
    /// The density, one over a distance, at which the row leaves it (n); infinite at distance 0.
    pub row_lambda: Vec<f64>,
}

/// One cluster of a condensed tree, from the density at which it splits off to that at which it splits.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CondensedCluster {
    /// The cluster it splits off from; `None` for the root.
    pub parent: Option<usize>,
    /// The clusters it splits into: two or more, or none; by their first rows.
    pub children: Vec<usize>,
    /// The density at which it splits off; 0 for the root.
    pub lambda_birth: f64,
    /// The density at which it splits, or its last rows part; infinite where they are copies of one row.
    pub lambda_death: f64,
    /// Rows at its birth.
    pub n_rows: usize,
    /// The sum over its rows of how much denser it gets before they leave it, or it splits.
    pub stability: f64,
    /// The cluster it is in the labels, if it was selected.
    pub label: Option<usize>,
}

/// A point of a step curve: up to some density so many rows have left a cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowsLeft {
    /// The density at which the last of them leaves.
    pub lambda: f64,
    /// Rows that left at this density or a smaller one; those that go on in other clusters are not counted.
    pub n_left: usize,
}

impl CondensedTree {
    pub(super) fn new(tree: &Tree, stabilities: &[f64], node_label: &[u32]) -> Self {
        let mut clusters: Vec<CondensedCluster> = Vec::with_capacity(tree.nodes.len());
        for (at, node) in tree.nodes.iter().enumerate() {
            let parent = Some(node.parent).filter(|&parent| parent != NONE).map(|parent| parent as usize);
            if let Some(parent) = parent {
                clusters[parent].children.push(at);
            }
            clusters.push(CondensedCluster {
                parent,
                children: Vec::new(),
                lambda_birth: lambda(node.birth),
                lambda_death: lambda(node.death),
                n_rows: node.size,
                stability: stabilities[at],
                label: Some(node_label[at]).filter(|&label| label != Labels::NOISE).map(|label| label as usize),
            });
        }
        Self {
            clusters,
            row_cluster: tree.row_node.iter().map(|&node| node as usize).collect(),
            row_lambda: tree.row_distance.iter().map(|&distance| lambda(distance)).collect(),
        }
    }

    /// For each cluster how many rows have left it by which density, ascending: the outline of its icicle. Of longer
    /// curves `max_points` points are kept, the first and the last among them, the others evenly spread. A cluster
    /// that no row leaves before it splits has none. Time O(n log n).
    ///
    /// ```
    /// use segctl_clustering_core::hdbscan::{HdbscanParams, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = [1.0, 1.1, 1.3, 20.0, 8.0, 8.1, 8.4];
    /// let tree = fit(MatrixView::new(&x, 7, 1)?, &HdbscanParams::new(3).with_min_samples(2))?.condensed;
    /// let left = tree.rows_left(100);
    /// assert_eq!((left[0].len(), left[0][0].n_left), (1, 1));
    /// assert_eq!(left[1].last().map(|point| point.n_left), Some(3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// When `max_points` is below 2.
    pub fn rows_left(&self, max_points: usize) -> Vec<Vec<RowsLeft>> {
        assert!(max_points >= 2, "max_points={max_points} should be >= 2");
        let mut lambdas = vec![Vec::new(); self.clusters.len()];
        for (&cluster, &lambda) in self.row_cluster.iter().zip(&self.row_lambda) {
            lambdas[cluster].push(lambda);
        }
        lambdas.into_iter().map(|lambdas| thinned(&steps(lambdas), max_points)).collect()
    }
}

fn steps(mut lambdas: Vec<f64>) -> Vec<RowsLeft> {
    lambdas.sort_unstable_by(f64::total_cmp);
    let mut n_left = 0;
    let step = |equal: &[f64]| {
        n_left += equal.len();
        RowsLeft { lambda: equal[0], n_left }
    };
    lambdas.chunk_by(|a, b| a == b).map(step).collect()
}

fn thinned(steps: &[RowsLeft], max_points: usize) -> Vec<RowsLeft> {
    if steps.len() <= max_points {
        return steps.to_vec();
    }
    (0..max_points).map(|at| steps[at * (steps.len() - 1) / (max_points - 1)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_thinned_between_their_ends() {
        let steps = steps((0..1000).rev().map(|i| f64::from(i / 2)).collect());
        assert_eq!((steps.len(), steps[1]), (500, RowsLeft { lambda: 1.0, n_left: 4 }));
        assert_eq!(thinned(&steps, 500), steps);
        let thin = thinned(&steps, 7);
        assert_eq!((thin.len(), thin[0], thin[6]), (7, steps[0], steps[499]));
        assert!(thin.is_sorted_by(|a, b| a.lambda < b.lambda && a.n_left < b.n_left));
    }
}
