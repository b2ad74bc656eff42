//! HDBSCAN as one would write it on a blackboard: from the root down, all distances in a table.

use segctl_clustering_core::hdbscan::{CondensedTree, HdbscanParams, Selection};
use segctl_numeric::MatrixView;

/// Clusters from the root down, in no particular order of siblings.
pub(crate) struct Oracle {
    pub(crate) clusters: Vec<Cluster>,
    /// The last cluster of each row, and the distance at which it leaves it.
    pub(crate) last: Vec<(usize, f64)>,
    min_cluster_size: usize,
    table: Vec<Vec<f64>>,
}

pub(crate) struct Cluster {
    pub(crate) parent: Option<usize>,
    /// Ascending.
    pub(crate) rows: Vec<usize>,
    pub(crate) birth: f64,
    pub(crate) death: f64,
}

impl Oracle {
    pub(crate) fn new(x: MatrixView<'_>, params: &HdbscanParams) -> Self {
        let n = x.n_rows();
        let distance = |i: usize, j: usize| if i == j { 0.0 } else { params.metric.distance(x.row(i), x.row(j)) };
        let core = |i: usize| {
            let mut all: Vec<f64> = (0..n).map(|j| distance(i, j)).collect();
            all.sort_by(f64::total_cmp);
            all[params.min_samples() - 1]
        };
        let cores: Vec<f64> = (0..n).map(core).collect();
        let reach = |i: usize, j: usize| distance(i, j).max(cores[i]).max(cores[j]);
        let table = (0..n).map(|i| (0..n).map(|j| reach(i, j)).collect()).collect();
        let mut oracle = Self {
            clusters: Vec::new(),
            last: vec![(usize::MAX, f64::NAN); n],
            min_cluster_size: params.min_cluster_size,
            table,
        };
        oracle.split(None, (0..n).collect(), f64::INFINITY);
        oracle
    }

    fn split(&mut self, parent: Option<usize>, rows: Vec<usize>, birth: f64) {
        let own = self.clusters.len();
        self.clusters.push(Cluster { parent, rows: rows.clone(), birth, death: f64::NAN });
        let mut rest = rows;
        loop {
            let height = self.longest_edge(&rest);
            let (large, small): (Vec<_>, Vec<_>) =
                self.parts(&rest, height).into_iter().partition(|part| part.len() >= self.min_cluster_size);
            small.concat().into_iter().for_each(|row| self.last[row] = (own, height));
            if let [one] = &large[..] {
                rest.clone_from(one);
                continue;
            }
            self.clusters[own].death = height;
            large.into_iter().for_each(|part| self.split(Some(own), part, height));
            return;
        }
    }

    /// The longest edge of a minimum spanning tree.
    fn longest_edge(&self, rows: &[usize]) -> f64 {
        let mut reach: Vec<f64> = rows.iter().map(|&row| self.table[rows[0]][row]).collect();
        let mut outside: Vec<usize> = (1..rows.len()).collect();
        let mut longest = 0.0;
        while let Some(&next) = outside.iter().min_by(|&&a, &&b| reach[a].total_cmp(&reach[b])) {
            longest = reach[next].max(longest);
            outside.retain(|&other| other != next);
            for &other in &outside {
                reach[other] = reach[other].min(self.table[rows[next]][rows[other]]);
            }
        }
        longest
    }

    /// What is connected by edges shorter than `height`.
    fn parts(&self, rows: &[usize], height: f64) -> Vec<Vec<usize>> {
        let mut left = rows.to_vec();
        let mut parts = Vec::new();
        while let Some(&first) = left.first() {
            let mut part = vec![first];
            left.remove(0);
            let mut at = 0;
            while at < part.len() {
                let near = |&row: &usize| self.table[part[at]][row] < height;
                let (found, rest): (Vec<_>, Vec<_>) = left.iter().partition(|row| near(row));
                part.extend(found);
                left = rest;
                at += 1;
            }
            part.sort_unstable();
            parts.push(part);
        }
        parts
    }

    pub(crate) fn stability(&self, cluster: usize) -> f64 {
        let own = &self.clusters[cluster];
        let end = |row: usize| if self.last[row].0 == cluster { self.last[row].1 } else { own.death };
        own.rows.iter().map(|&row| 1.0 / end(row) - 1.0 / own.birth).sum()
    }

    fn children(&self, cluster: usize) -> Vec<usize> {
        (0..self.clusters.len()).filter(|&other| self.clusters[other].parent == Some(cluster)).collect()
    }

    fn descendants(&self, cluster: usize) -> Vec<usize> {
        let below = self.children(cluster).into_iter().flat_map(|child| self.descendants(child));
        std::iter::once(cluster).chain(below).collect()
    }

    /// The best score of a subtree and the clusters that give it.
    fn best(&self, cluster: usize, stability: &[f64], params: &HdbscanParams) -> (f64, Vec<usize>) {
        let below: Vec<_> =
            self.children(cluster).into_iter().map(|child| self.best(child, stability, params)).collect();
        let sum: f64 = below.iter().map(|(score, _)| score).sum();
        let chosen = below.into_iter().flat_map(|(_, chosen)| chosen).collect();
        if self.may_be(cluster, params) && stability[cluster] >= sum {
            (stability[cluster], vec![cluster])
        } else {
            (sum, chosen)
        }
    }

    fn may_be(&self, cluster: usize, params: &HdbscanParams) -> bool {
        let n = self.clusters[cluster].rows.len();
        (cluster > 0 || params.allow_single_cluster)
            && n >= params.min_cluster_size
            && n <= params.max_cluster_size.unwrap_or(n)
    }

    /// The selected cluster of each row and its probability. Stabilities are given, so that sums in another order
    /// decide no ties.
    pub(crate) fn members(&self, stability: &[f64], params: &HdbscanParams) -> Vec<Option<(usize, f64)>> {
        let chosen = match params.selection {
            Selection::Leaf => {
                (0..self.clusters.len()).filter(|&c| self.children(c).is_empty() && self.may_be(c, params)).collect()
            }
            _ => self.best(0, stability, params).1,
        };
        let mut members = vec![None; self.last.len()];
        for cluster in chosen {
            let death = self.clusters[cluster].death;
            for &row in &self.clusters[cluster].rows {
                let distance = self.last[row].1;
                if cluster > 0 || distance <= death {
                    members[row] = Some((cluster, if distance > death { death / distance } else { 1.0 }));
                }
            }
        }
        members
    }

    pub(crate) fn outlier_score(&self, row: usize) -> f64 {
        let (cluster, distance) = self.last[row];
        let densest = self.descendants(cluster).iter().map(|&c| self.clusters[c].death).fold(f64::INFINITY, f64::min);
        if distance > densest { 1.0 - densest / distance } else { 0.0 }
    }

    /// Which cluster here is which there, by their rows and births.
    pub(crate) fn matching(&self, tree: &CondensedTree) -> Vec<usize> {
        let rows_below = |cluster: usize| {
            let is_in = |&row: &usize| {
                let mut at = Some(tree.row_cluster[row]);
                while let Some(above) = at.filter(|&at| at != cluster) {
                    at = tree.clusters[above].parent;
                }
                at.is_some()
            };
            (0..self.last.len()).filter(is_in).collect::<Vec<usize>>()
        };
        let found: Vec<_> = (0..tree.clusters.len()).map(rows_below).collect();
        let same = |own: &Cluster| found.iter().position(|rows| *rows == own.rows).expect("a cluster of these rows");
        self.clusters.iter().map(same).collect()
    }
}
