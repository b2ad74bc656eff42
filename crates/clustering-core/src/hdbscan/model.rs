use segctl_numeric::distance::Metric;
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::members::Members;
use super::params::HdbscanParams;
use super::predict::{Found, Neighbours};
use super::tree::{NONE, Tree, ratio};
use crate::ClusteringError;
use crate::centring::mean;
use crate::check::{check_values, out_of_range};
use crate::distinct::RowIndex;
use crate::model::{Assignment, Predict, check_labels, check_permutation, check_rows, means};

/// Clusters known by all training rows: a new row joins the neighbour that is nearest by mutual reachability, at the
/// density at which the two meet. Serialisable; checked when read back.
///
/// The core distance of a new row is that to its `min_samples`-th nearest training row. Of training rows equally near
/// by mutual reachability the one nearest by distance counts, and of those the first. Where they meet at no larger
/// distance than that at which the neighbour leaves its cluster, the new row has the neighbour's label; else that of
/// the smallest cluster around the neighbour that exists at such a distance, which is noise above the cluster selected.
/// The probability is the density at which they meet over the largest density of the cluster, 1 at most. A row equal
/// to a training row has its label and its probability.
///
/// This is `approximate_predict` of the hdbscan package, which however compares with the `2 * min_samples` nearest
/// rows only, and with core distances of training rows that are one neighbour short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawModel")]
pub struct HdbscanModel {
    metric: Metric,
    min_samples: usize,
    /// The training rows, n x d.
    rows: Matrix,
    core_distances: Vec<f64>,
    labels: Labels,
    probabilities: Vec<f64>,
    /// The last cluster of the tree each row is in, and the distance at which it leaves it.
    row_nodes: Vec<u32>,
    row_distances: Vec<f64>,
    /// The condensed tree: from the root down, parents first.
    nodes: Vec<ModelNode>,
}

/// A cluster of the condensed tree.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct ModelNode {
    /// The cluster it splits off from; the root has itself.
    parent: u32,
    /// The distance at which it does; 0 for the root, where it does not count.
    birth: f64,
    /// The label of the selected cluster it lies in; [`Labels::NOISE`] for none.
    label: u32,
    /// The smallest distance within that cluster, 0 for none.
    death: f64,
    /// Rows that join at a larger distance are noise all the same.
    reach: f64,
}

#[derive(Deserialize)]
struct RawModel {
    metric: Metric,
    min_samples: usize,
    rows: Matrix,
    core_distances: Vec<f64>,
    labels: Labels,
    probabilities: Vec<f64>,
    row_nodes: Vec<u32>,
    row_distances: Vec<f64>,
    nodes: Vec<ModelNode>,
}

impl TryFrom<RawModel> for HdbscanModel {
    type Error = ClusteringError;

    fn try_from(raw: RawModel) -> Result<Self, ClusteringError> {
        let RawModel { metric, min_samples, rows, core_distances, .. } = raw;
        let (labels, probabilities) = (raw.labels, raw.probabilities);
        let (row_nodes, row_distances, nodes) = (raw.row_nodes, raw.row_distances, raw.nodes);
        check_values("training rows", rows.view())?;
        let n = rows.n_rows();
        if !(1..=n).contains(&min_samples) {
            return Err(out_of_range("min_samples", min_samples as f64, "between 1 and the training rows"));
        }
        let lengths = [
            ("core distances", core_distances.len()),
            ("labels", labels.len()),
            ("probabilities", probabilities.len()),
            ("clusters of rows", row_nodes.len()),
            ("distances of rows", row_distances.len()),
        ];
        if let Some((what, found)) = lengths.into_iter().find(|&(_, found)| found != n) {
            return Err(InputError::Length { what, found, expected: n }.into());
        }
        let labels = Labels::new(labels.as_slice().to_vec(), labels.n_clusters())?;
        if let Some(cluster) = labels.sizes().iter().position(|&size| size == 0) {
            return Err(ClusteringError::EmptyCluster { cluster });
        }
        check_nodes(&nodes, labels.n_clusters())?;
        let sound = |row: usize| {
            let node = nodes.get(row_nodes[row] as usize);
            is_distance(core_distances[row])
                && is_distance(row_distances[row])
                && (0.0..=1.0).contains(&probabilities[row])
                && node.is_some_and(|node| [node.label, Labels::NOISE].contains(&labels.as_slice()[row]))
        };
        match (0..n).find(|&row| !sound(row)) {
            Some(at) => Err(ClusteringError::ClusterTree { what: "row", at }),
            None => Ok(Self {
                metric,
                min_samples,
                rows,
                core_distances,
                labels,
                probabilities,
                row_nodes,
                row_distances,
                nodes,
            }),
        }
    }
}

fn check_nodes(nodes: &[ModelNode], n_clusters: usize) -> Result<(), ClusteringError> {
    let sound = |at: usize| {
        let ModelNode { parent, birth, label, death, reach } = nodes[at];
        (parent as usize) < at.max(1)
            && [birth, death, reach].into_iter().all(is_distance)
            && (label == Labels::NOISE || (label as usize) < n_clusters)
    };
    match (0..nodes.len()).find(|&at| !sound(at)) {
        Some(at) => Err(ClusteringError::ClusterTree { what: "cluster", at }),
        None => Ok(()),
    }
}

fn is_distance(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}

impl HdbscanModel {
    pub(super) fn new(
        x: MatrixView<'_>,
        params: &HdbscanParams,
        core_distances: Vec<f64>,
        tree: &Tree,
        members: &Members,
    ) -> Self {
        let node = |at: usize| {
            let (owner, node) = (members.owner[at], tree.nodes[at]);
            let (label, death) = match owner {
                NONE => (Labels::NOISE, 0.0),
                owner => (members.node_label[owner as usize], tree.nodes[owner as usize].death),
            };
            let reach = if owner == 0 { members.root_reach } else { f64::MAX };
            match node.parent {
                NONE => ModelNode { parent: 0, birth: 0.0, label, death, reach },
                parent => ModelNode { parent, birth: node.birth, label, death, reach },
            }
        };
        Self {
            metric: params.metric,
            min_samples: params.min_samples(),
            rows: x.to_owned(),
            core_distances,
            labels: members.labels.clone(),
            probabilities: members.probabilities.clone(),
            row_nodes: tree.row_node.clone(),
            row_distances: tree.row_distance.clone(),
            nodes: (0..tree.nodes.len()).map(node).collect(),
        }
    }

    /// The distance of rows.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Training rows kept: all of them.
    pub fn n_rows(&self) -> usize {
        self.rows.n_rows()
    }

    /// The core distance of each training row (n).
    ///
    /// ```
    /// use segctl_clustering_core::hdbscan::{HdbscanParams, fit};
    /// use segctl_numeric::{MatrixView, distance::Metric};
    /// let x = MatrixView::new(&[1.0, 1.5, 3.0], 3, 1)?;
    /// let model = fit(x, &HdbscanParams::new(3).with_min_samples(2))?.model;
    /// assert_eq!(model.core_distances(), [0.5, 0.5, 1.5]);
    /// assert_eq!((model.n_rows(), model.metric()), (3, Metric::Euclidean));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn core_distances(&self) -> &[f64] {
        &self.core_distances
    }

    pub(super) fn neighbours(&self) -> Neighbours<'_> {
        Neighbours {
            rows: self.rows.view(),
            metric: self.metric,
            min_samples: self.min_samples,
            core_distances: &self.core_distances,
            labels: &self.labels,
        }
    }

    /// The label of a row that meets `neighbour` at mutual reachability `distance`, and its probability.
    fn join(&self, neighbour: usize, distance: f64) -> (u32, f64) {
        let mut at = self.row_nodes[neighbour] as usize;
        let mut label = self.labels.as_slice()[neighbour];
        if distance > self.row_distances[neighbour] {
            while at > 0 && distance >= self.nodes[at].birth {
                at = self.nodes[at].parent as usize;
            }
            let node = self.nodes[at];
            label = if distance > node.reach { Labels::NOISE } else { node.label };
        }
        match label {
            Labels::NOISE => (label, 0.0),
            label => (label, ratio(self.nodes[at].death, distance)),
        }
    }
}

/// A tree of the m training rows is built each time: better many rows at once than one by one. Time O((n + m) d log m)
/// in few features, O(n m d) at worst.
///
/// ```
/// use segctl_clustering_core::hdbscan::{HdbscanParams, fit};
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::MatrixView;
/// let x = [1.0, 1.1, 1.3, 20.0, 8.0, 8.1, 8.4];
/// let model = fit(MatrixView::new(&x, 7, 1)?, &HdbscanParams::new(3).with_min_samples(2))?.model;
/// let found = model.predict(MatrixView::new(&[1.2, 16.0, 8.0], 3, 1)?)?;
/// assert_eq!(found.labels.to_signed(), [0, -1, 1]);
/// assert_eq!(found.probability.map(|p| p[1]), Some(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Predict for HdbscanModel {
    fn rule(&self) -> &'static str {
        "the neighbour nearest by mutual reachability"
    }

    fn n_clusters(&self) -> usize {
        self.labels.n_clusters()
    }

    fn n_features(&self) -> usize {
        self.rows.n_cols()
    }

    fn centers(&self) -> Matrix {
        let mean = mean(self.rows.view());
        let mut centers = means(self.rows.view(), &mean, &self.labels);
        for c in 0..centers.n_rows() {
            centers.row_mut(c).iter_mut().zip(&mean).for_each(|(value, mean)| *value += mean);
        }
        centers
    }

    fn reordered(&self, order: &[usize]) -> Self {
        check_permutation(order, self.n_clusters());
        let mut new_id = vec![0; order.len()];
        (0..).zip(order).for_each(|(new, &old)| new_id[old] = new);
        let mut model = self.clone();
        model.labels = self.labels.permuted(&new_id);
        for node in model.nodes.iter_mut().filter(|node| node.label != Labels::NOISE) {
            node.label = new_id[node.label as usize];
        }
        model
    }

    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        check_rows(x, self.n_features())?;
        check_labels(labels, x.n_rows(), self.n_clusters())?;
        Ok(self.neighbours().distances_to(x, labels))
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        check_rows(x, self.n_features())?;
        let known = RowIndex::new(self.rows.view());
        let join = |row: usize, neighbour: usize, distance: f64| match known.first_equal(x.row(row)) {
            Some(same) => (self.labels.as_slice()[same], self.probabilities[same]),
            None => self.join(neighbour, distance),
        };
        let found: Vec<Found> = self.neighbours().find(x, &join);
        let column = |of: fn(&Found) -> f64| found.iter().map(of).collect();
        Ok(Assignment {
            labels: Labels::new(found.iter().map(|found| found.label).collect(), self.n_clusters())?,
            distance: column(|found| found.distance),
            second: found.iter().map(|found| found.second).collect(),
            second_distance: column(|found| found.second_distance),
            probability: Some(column(|found| found.probability)),
            second_probability: None,
        })
    }
}
