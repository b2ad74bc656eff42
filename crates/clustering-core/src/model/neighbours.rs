use segctl_numeric::distance::Metric;
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::stratified::stratified_rows;
use super::{Assignment, CentersModel, Predict, check_labels, check_permutation, check_rows};
use crate::ClusteringError;
use crate::check::check_values;
use crate::minimum::minimum;

/// Rows compared with all reference rows at a time: their distances to 2,000 stay in a second-level cache.
const BLOCK_ROWS: usize = 32;

/// Which training rows a [`NeighboursModel`] keeps.
///
/// ```
/// use segctl_clustering_core::model::NeighboursParams;
/// use segctl_numeric::distance::Metric;
/// let params = NeighboursParams::new(Metric::Manhattan).with_n_rows(500).with_seed(1);
/// assert!(params.validate().is_ok());
/// assert!(params.with_n_rows(0).validate().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct NeighboursParams {
    /// What the distance of two rows is.
    pub metric: Metric,
    /// The most rows kept (2,000); every cluster keeps one in any case.
    pub n_rows: usize,
    /// What the sample depends on (0).
    pub seed: u64,
}

impl NeighboursParams {
    /// Up to 2,000 rows, compared by `metric`.
    pub fn new(metric: Metric) -> Self {
        Self { metric, n_rows: 2000, seed: 0 }
    }

    /// Sets the most rows kept.
    pub fn with_n_rows(mut self, n_rows: usize) -> Self {
        self.n_rows = n_rows;
        self
    }

    /// Sets the seed of the sample.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Checks what can be checked without data.
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for no rows.
    pub fn validate(&self) -> Result<(), ClusteringError> {
        match self.n_rows {
            0 => Err(InputError::OutOfRange { name: "n_rows", value: 0.0, expected: ">= 1" }.into()),
            _ => Ok(()),
        }
    }
}

/// Clusters known by some of their rows: a new row belongs to the cluster of the nearest of them, by any
/// metric (Cover & Hart 1967). For clusters of any shape. Serialisable; checked when read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawModel")]
pub struct NeighboursModel {
    metric: Metric,
    /// m x d, cluster by cluster.
    rows: Matrix,
    /// Where the rows of each cluster end.
    ends: Vec<usize>,
    /// k x d
    means: Matrix,
}

#[derive(Deserialize)]
struct RawModel {
    metric: Metric,
    rows: Matrix,
    ends: Vec<usize>,
    means: Matrix,
}

impl TryFrom<RawModel> for NeighboursModel {
    type Error = ClusteringError;

    fn try_from(RawModel { metric, rows, ends, means }: RawModel) -> Result<Self, ClusteringError> {
        check_values("reference rows", rows.view())?;
        check_values("means", means.view())?;
        let length = |what, found, expected| Err(InputError::Length { what, found, expected }.into());
        if means.n_cols() != rows.n_cols() {
            return length("row of means", means.n_cols(), rows.n_cols());
        }
        if ends.len() != means.n_rows() {
            return length("ends", ends.len(), means.n_rows());
        }
        let starts = std::iter::once(&0).chain(&ends);
        if let Some(cluster) = starts.zip(&ends).position(|(start, end)| start >= end) {
            return Err(ClusteringError::EmptyCluster { cluster });
        }
        match ends.last() {
            Some(&end) if end != rows.n_rows() => length("labels", end, rows.n_rows()),
            _ => Ok(Self { metric, rows, ends, means }),
        }
    }
}

impl NeighboursModel {
    /// Keeps all rows of `x` (n x d) that are in a cluster of `labels`.
    ///
    /// ```
    /// use segctl_clustering_core::model::{NeighboursModel, Predict};
    /// use segctl_numeric::{Labels, MatrixView, distance::Metric};
    /// let x = MatrixView::new(&[1.0, 9.0, 3.0], 3, 1)?;
    /// let model = NeighboursModel::new(x, &Labels::new(vec![0, 1, 0], 2)?, Metric::Euclidean)?;
    /// let found = model.predict(MatrixView::new(&[5.0], 1, 1)?)?;
    /// assert_eq!((found.labels.get(0), found.distance[0]), (Some(0), 2.0));
    /// assert_eq!((found.second[0], found.second_distance[0]), (1, 4.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] when the numbers of rows and labels differ, when there is no cluster,
    /// or a value is not finite; [`ClusteringError::TooLarge`] for magnitudes beyond 1e120;
    /// [`ClusteringError::EmptyCluster`] for a cluster without members.
    pub fn new(x: MatrixView<'_>, labels: &Labels, metric: Metric) -> Result<Self, ClusteringError> {
        let means = CentersModel::of_labels(x, labels)?.centers();
        Ok(Self::of_rows(x, &members(labels), metric, means))
    }

    /// Keeps a seeded sample of the rows of `x` (n x d), stratified by the clusters of `labels`: one of
    /// each, and the others in proportion to its size. When there are no more than `n_rows` rows, all are
    /// kept. The [centres](Predict::centers) are the means of all rows.
    ///
    /// ```
    /// use segctl_clustering_core::model::{NeighboursModel, NeighboursParams};
    /// use segctl_numeric::{Labels, Matrix, distance::Metric};
    /// let x = Matrix::new((0..100).map(f64::from).collect(), 100, 1)?;
    /// let labels = Labels::new((0..100).map(|i| (i / 90) as u32).collect(), 2)?;
    /// let params = NeighboursParams::new(Metric::Euclidean).with_n_rows(20);
    /// assert_eq!(NeighboursModel::sample(x.view(), &labels, &params)?.sizes(), [17, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`ClusteringError::Input`] for parameters out of range.
    pub fn sample(x: MatrixView<'_>, labels: &Labels, params: &NeighboursParams) -> Result<Self, ClusteringError> {
        params.validate()?;
        let means = CentersModel::of_labels(x, labels)?.centers();
        let kept = stratified_rows(&members(labels), params.n_rows, Seed(params.seed));
        Ok(Self::of_rows(x, &kept, params.metric, means))
    }

    /// The distance of rows.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Rows kept of each cluster.
    pub fn sizes(&self) -> Vec<usize> {
        (0..self.ends.len()).map(|cluster| self.range(cluster).len()).collect()
    }

    fn of_rows(x: MatrixView<'_>, members: &[Vec<usize>], metric: Metric, means: Matrix) -> Self {
        let ends = members.iter().scan(0, |end, members| {
            *end += members.len();
            Some(*end)
        });
        Self { metric, rows: x.select_rows(&members.concat()), ends: ends.collect(), means }
    }

    /// The places of one cluster's rows.
    fn range(&self, cluster: usize) -> std::ops::Range<usize> {
        cluster.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[cluster]
    }

    fn nearest(&self, x: MatrixView<'_>) -> Vec<Nearest> {
        let m = self.rows.n_rows();
        let mut distances = vec![0.0; m * BLOCK_ROWS.min(x.n_rows())];
        let mut nearest = Vec::with_capacity(x.n_rows());
        for block in x.as_slice().chunks(BLOCK_ROWS * x.n_cols()) {
            let distances = &mut distances[..block.len() / x.n_cols() * m];
            self.metric.many_to_many(block, self.rows.as_slice(), x.n_cols(), distances);
            nearest.extend(distances.chunks_exact(m).map(|row| self.nearest_clusters(row)));
        }
        nearest
    }

    /// Of the distances to all rows kept. Clusters come in their order: among equals the first wins.
    fn nearest_clusters(&self, distances: &[f64]) -> Nearest {
        let none = (Labels::NOISE, f64::INFINITY);
        let mut nearest = Nearest { first: none, second: none };
        for cluster in 0..self.ends.len() {
            let found = (cluster as u32, minimum(&distances[self.range(cluster)]));
            if cluster == 0 || found.1 < nearest.first.1 {
                nearest = Nearest { first: found, second: nearest.first };
            } else if cluster == 1 || found.1 < nearest.second.1 {
                nearest.second = found;
            }
        }
        nearest
    }
}

/// Two clusters and how far away they are.
#[derive(Debug, Clone, Copy)]
struct Nearest {
    first: (u32, f64),
    second: (u32, f64),
}

/// Time O(n m d) for m rows kept.
impl Predict for NeighboursModel {
    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        check_rows(x, self.n_features())?;
        check_labels(labels, x.n_rows(), self.n_clusters())?;
        let own = |row: usize| match labels.get(row) {
            None => f64::NAN,
            Some(cluster) => {
                let rows = self.rows.view().rows_range(self.range(cluster));
                let mut distances = vec![0.0; rows.n_rows()];
                self.metric.one_to_many(x.row(row), rows.as_slice(), &mut distances);
                minimum(&distances)
            }
        };
        Ok(map_chunks(x.n_rows(), CHUNK_ROWS, |range| range.map(own).collect::<Vec<f64>>()).concat())
    }

    fn rule(&self) -> &'static str {
        "the nearest row of a training sample"
    }

    fn n_clusters(&self) -> usize {
        self.ends.len()
    }

    fn n_features(&self) -> usize {
        self.rows.n_cols()
    }

    fn centers(&self) -> Matrix {
        self.means.clone()
    }

    fn reordered(&self, order: &[usize]) -> Self {
        check_permutation(order, self.n_clusters());
        let members: Vec<Vec<usize>> = order.iter().map(|&cluster| self.range(cluster).collect()).collect();
        Self::of_rows(self.rows.view(), &members, self.metric, self.means.view().select_rows(order))
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        check_rows(x, self.n_features())?;
        let nearest = map_chunks(x.n_rows(), CHUNK_ROWS, |range| self.nearest(x.rows_range(range))).concat();
        Ok(Assignment::by_distance(
            Labels::new(nearest.iter().map(|row| row.first.0).collect(), self.n_clusters())?,
            nearest.iter().map(|row| row.first.1).collect(),
            nearest.iter().map(|row| row.second.0).collect(),
            nearest.iter().map(|row| row.second.1).collect(),
        ))
    }
}

/// The rows of each cluster, ascending.
fn members(labels: &Labels) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); labels.n_clusters()];
    for row in 0..labels.len() {
        if let Some(cluster) = labels.get(row) {
            members[cluster].push(row);
        }
    }
    members
}
