//! Splitting until there are k.

use std::ops::ControlFlow;

use segctl_numeric::observe::Event;
use segctl_numeric::{Labels, Matrix};

use super::split::{Cluster, Halves, Splitter};
use super::{BisectingModel, BisectingStrategy, Split};
use crate::ClusteringError;

/// The clusters so far, and how they came about.
pub(super) struct Growing<'a> {
    splitter: Splitter<'a>,
    clusters: Vec<Cluster>,
    /// The pairs of centres of all splits, one below the other.
    centers: Vec<f64>,
    pub(super) splits: Vec<Split>,
    pub(super) inertias: Vec<f64>,
}

impl<'a> Growing<'a> {
    /// All rows in one cluster.
    pub(super) fn whole(splitter: Splitter<'a>) -> Self {
        let all = splitter.cluster((0..splitter.x.n_rows()).collect());
        let inertias = vec![all.inertia];
        Self { splitter, clusters: vec![all], centers: vec![], splits: vec![], inertias }
    }

    /// Splits until there are `n_clusters`.
    pub(super) fn grow(mut self, n_clusters: usize) -> Result<Self, ClusteringError> {
        while self.clusters.len() < n_clusters {
            let Some(next) = self.next() else {
                return Err(ClusteringError::TooFewDistinct { n_distinct: self.clusters.len(), n_clusters });
            };
            match self.splitter.split(&self.clusters[next].rows, self.splits.len())? {
                None => self.clusters[next].is_final = true,
                Some(halves) => {
                    self.replace(next, halves);
                    self.tell(n_clusters - 1)?;
                }
            }
        }
        Ok(self)
    }

    /// The cluster to split, the first among equals; `None` when none can be.
    fn next(&self) -> Option<usize> {
        let score = |c: usize| match self.splitter.params.bisecting_strategy {
            BisectingStrategy::BiggestInertia => self.clusters[c].inertia,
            BisectingStrategy::LargestCluster => self.clusters[c].weight,
        };
        let open = (0..self.clusters.len()).filter(|&c| !self.clusters[c].is_final);
        open.reduce(|a, b| if score(b) > score(a) { b } else { a })
    }

    fn replace(&mut self, cluster: usize, halves: Halves) {
        let [kept, new] = halves.clusters;
        self.splits.push(Split {
            cluster,
            new_cluster: self.clusters.len(),
            sizes: [kept.rows.len(), new.rows.len()],
            inertia_before: self.clusters[cluster].inertia,
            inertia_after: [kept.inertia, new.inertia],
            n_iter: halves.n_iter,
            stop: halves.stop,
        });
        self.centers.extend_from_slice(halves.centers.as_slice());
        self.clusters[cluster] = kept;
        self.clusters.push(new);
        self.inertias.push(self.clusters.iter().map(|cluster| cluster.inertia).sum());
    }

    fn tell(&self, total: usize) -> Result<(), ClusteringError> {
        let step = self.splits.len() as u64;
        let event = Event::new("bisecting", step).with_total(total as u64).with_objective(self.inertias[step as usize]);
        match self.splitter.observer.event(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ClusteringError::Cancelled),
        }
    }

    pub(super) fn labels(&self, n_rows: usize) -> Labels {
        let mut ids = vec![0; n_rows];
        for (c, cluster) in self.clusters.iter().enumerate() {
            cluster.rows.iter().for_each(|&row| ids[row] = c as u32);
        }
        Labels::new(ids, self.clusters.len()).expect("labels are places in the list of clusters")
    }

    pub(super) fn model(&self, mean: &[f64]) -> BisectingModel {
        let (k, d) = (self.clusters.len(), mean.len());
        let leaves = self.clusters.iter().flat_map(|cluster| cluster.center.iter().copied()).collect();
        let leaves = Matrix::new(leaves, k, d).expect("k x d means");
        let pairs = Matrix::new(self.centers.clone(), 2 * self.splits.len(), d).expect("two centres a split");
        BisectingModel::new(mean.to_vec(), self.splits.iter().map(|split| split.cluster).collect(), pairs, leaves)
    }
}
