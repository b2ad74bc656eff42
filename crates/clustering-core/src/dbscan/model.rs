use segctl_numeric::distance::Metric;
use segctl_numeric::par::map_chunks;
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::DbscanParams;
use super::border::Cores;
use super::search::{Reached, total_to, two_nearest};
use super::uniform::Uniform;
use crate::ClusteringError;
use crate::check::check_magnitudes;
use crate::model::{Assignment, Predict, check_labels, check_permutation, check_rows};
use crate::spatial::Tree;

/// Rows that are looked up by one task.
const TASK_ROWS: usize = 64;

/// The core rows of a fit: a row belongs to the cluster of the nearest of them within eps, else it is
/// noise. Serialisable; checked when read back.
///
/// Core rows that were fitted on come back with the labels of the fit, always, and noise as noise. A border
/// row may come back as of another cluster whose core rows it is nearer to: a fit gives it
/// to the lowest-numbered. scikit-learn has no such rule at all.
///
/// ```
/// use segctl_clustering_core::dbscan::{DbscanParams, fit};
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[0.0, 1.0, 8.0, 9.0], 4, 1)?;
/// let model = fit(x, &DbscanParams::new(1.5, 2))?.model;
/// let found = model.predict(MatrixView::new(&[2.0, 5.0], 2, 1)?)?;
/// assert_eq!(found.labels.to_signed(), [0, -1]);
/// assert_eq!((found.distance[0], found.second_distance[0]), (1.0, 6.0));
/// assert_eq!((found.second[1], found.second_distance[1]), (1, 3.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "RawModel", into = "RawModel")]
pub struct DbscanModel {
    raw: RawModel,
    tree: Tree,
    /// Clusters of slots of the tree, and of leaves and nodes.
    in_slots: Vec<u32>,
    uniform: Uniform,
}

/// What a model is, without what makes it fast.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct RawModel {
    eps: f64,
    min_samples: usize,
    metric: Metric,
    /// m x d
    core_rows: Matrix,
    /// The cluster of each core row.
    clusters: Vec<u32>,
    /// k x d, of all rows in the clusters.
    means: Matrix,
}

impl PartialEq for DbscanModel {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl From<DbscanModel> for RawModel {
    fn from(model: DbscanModel) -> Self {
        model.raw
    }
}

impl TryFrom<RawModel> for DbscanModel {
    type Error = ClusteringError;

    fn try_from(raw: RawModel) -> Result<Self, ClusteringError> {
        raw.params().validate()?;
        check_magnitudes("core rows", raw.core_rows.view())?;
        check_magnitudes("means", raw.means.view())?;
        for (what, found, expected) in [
            ("row of means", raw.means.n_cols(), raw.core_rows.n_cols()),
            ("clusters of core rows", raw.clusters.len(), raw.core_rows.n_rows()),
        ] {
            if found != expected {
                return Err(InputError::Length { what, found, expected }.into());
            }
        }
        let labels = Labels::new(raw.clusters.clone(), raw.means.n_rows())?;
        if let Some(row) = labels.as_slice().iter().position(|&cluster| cluster == Labels::NOISE) {
            return Err(InputError::Label { row, label: -1, n_clusters: labels.n_clusters() }.into());
        }
        if let Some(cluster) = labels.sizes().iter().position(|&size| size == 0) {
            return Err(ClusteringError::EmptyCluster { cluster });
        }
        let tree = Tree::new(raw.core_rows.view(), raw.metric);
        Ok(Self::of(raw, tree))
    }
}

impl RawModel {
    fn params(&self) -> DbscanParams {
        DbscanParams::new(self.eps, self.min_samples).with_metric(self.metric)
    }
}

impl DbscanModel {
    /// Of core rows (m x d), their clusters and their tree, and the means of the clusters (k x d).
    pub(super) fn new(params: &DbscanParams, core_rows: Matrix, clusters: Vec<u32>, means: Matrix, tree: Tree) -> Self {
        let &DbscanParams { eps, min_samples, metric } = params;
        Self::of(RawModel { eps, min_samples, metric, core_rows, clusters, means }, tree)
    }

    fn of(raw: RawModel, tree: Tree) -> Self {
        let mut uniform = Uniform::new(&tree);
        uniform.refresh(&tree, |row| raw.clusters[row as usize]);
        let in_slots = tree.in_slots(&raw.clusters);
        Self { raw, tree, in_slots, uniform }
    }

    /// What was fitted: eps, `min_samples` and the metric.
    ///
    /// ```
    /// use segctl_clustering_core::dbscan::{DbscanParams, fit};
    /// use segctl_numeric::MatrixView;
    /// let params = DbscanParams::new(1.5, 2);
    /// assert_eq!(fit(MatrixView::new(&[0.0, 1.0], 2, 1)?, &params)?.model.params(), params);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn params(&self) -> DbscanParams {
        self.raw.params()
    }

    /// The core rows (m x d), in the order of the rows fitted on.
    ///
    /// ```
    /// use segctl_clustering_core::dbscan::{DbscanParams, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[5.0, 0.0, 1.0], 3, 1)?;
    /// assert_eq!(fit(x, &DbscanParams::new(1.5, 2))?.model.core_rows().as_slice(), [0.0, 1.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn core_rows(&self) -> MatrixView<'_> {
        self.raw.core_rows.view()
    }

    fn cores(&self) -> Cores<'_> {
        Cores { tree: &self.tree, clusters: &self.in_slots, uniform: &self.uniform }
    }

    /// Maps rows, as they are compared, in parallel.
    fn map<T: Send>(&self, x: MatrixView<'_>, of_row: impl Fn(usize, &[f64]) -> T + Sync) -> Vec<T> {
        let (rows, d) = (self.tree.comparable(x), self.tree.n_features());
        let of_chunk =
            |range: std::ops::Range<usize>| range.map(|i| of_row(i, &rows[i * d..][..d])).collect::<Vec<T>>();
        map_chunks(x.n_rows(), TASK_ROWS, of_chunk).into_iter().flatten().collect()
    }
}

/// Time O(d log m) a row for m core rows in few dimensions, O(m d) at worst.
impl Predict for DbscanModel {
    fn rule(&self) -> &'static str {
        "the nearest core row within eps, else noise"
    }

    fn n_clusters(&self) -> usize {
        self.raw.means.n_rows()
    }

    fn n_features(&self) -> usize {
        self.raw.core_rows.n_cols()
    }

    fn centers(&self) -> Matrix {
        self.raw.means.clone()
    }

    fn reordered(&self, order: &[usize]) -> Self {
        check_permutation(order, self.n_clusters());
        let mut new = vec![0; order.len()];
        order.iter().enumerate().for_each(|(c, &old)| new[old] = c as u32);
        let clusters = self.raw.clusters.iter().map(|&old| new[old as usize]).collect();
        let means = self.raw.means.view().select_rows(order);
        Self::of(RawModel { clusters, means, ..self.raw.clone() }, self.tree.clone())
    }

    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        check_rows(x, self.n_features())?;
        check_labels(labels, x.n_rows(), self.n_clusters())?;
        Ok(self.map(x, |i, row| match labels.get(i) {
            None => f64::NAN,
            Some(cluster) => self.tree.distance_of(total_to(self.cores(), row, cluster as u32)),
        }))
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        check_rows(x, self.n_features())?;
        let limit = self.tree.total_of(self.raw.eps);
        let nearest = self.map(x, |_, row| two_nearest(self.cores(), row));
        let is_noise = |first: f64| first > limit;
        let label = |[first, _]: &[Reached; 2]| if is_noise(first.total) { Labels::NOISE } else { first.cluster };
        // The nearest cluster of noise is its second.
        let second = |[first, second]: &[Reached; 2]| if is_noise(first.total) { *first } else { *second };
        Ok(Assignment::by_distance(
            Labels::new(nearest.iter().map(label).collect(), self.n_clusters())?,
            nearest.iter().map(|[first, _]| self.tree.distance_of(first.total)).collect(),
            nearest.iter().map(|found| second(found).cluster).collect(),
            nearest.iter().map(|found| self.tree.distance_of(second(found).total)).collect(),
        ))
    }
}

/// The means of the rows of `x` in each cluster (k x d), none of which is empty.
pub(super) fn means(x: MatrixView<'_>, labels: &Labels) -> Matrix {
    let d = x.n_cols();
    let mut means = Matrix::zeros(labels.n_clusters(), d);
    let mut counts = vec![0.0; labels.n_clusters()];
    for (row, values) in x.rows().enumerate() {
        if let Some(cluster) = labels.get(row) {
            counts[cluster] += 1.0;
            // A running mean: nothing large is added up and taken away again (Welford 1962).
            let mean = means.row_mut(cluster).iter_mut().zip(values);
            mean.for_each(|(mean, value)| *mean += (value - *mean) / counts[cluster]);
        }
    }
    means
}
