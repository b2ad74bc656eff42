use segctl_numeric::distance::{Dissimilarity, TwoNearest};
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use crate::ClusteringError;
use crate::check::check_values;
use crate::model::{Assignment, Predict, check_labels, check_permutation, check_rows};
use crate::two_nearest::two_nearest;

/// Clusters known by one of their rows: a row belongs to the nearest medoid. Serialisable; checked when read
/// back.
///
/// ```
/// use segctl_clustering_core::kmedoids::MedoidsModel;
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::{Matrix, MatrixView, distance::Metric};
/// let medoids = Matrix::from_rows(&[[0.0, 0.0], [5.0, 5.0]])?;
/// let model = MedoidsModel::new(medoids, Metric::Manhattan)?;
/// let found = model.predict(MatrixView::new(&[1.0, 3.0], 1, 2)?)?;
/// assert_eq!((found.distance[0], found.second_distance[0]), (4.0, 6.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawModel")]
pub struct MedoidsModel {
    dissimilarity: Dissimilarity,
    /// k x d.
    medoids: Matrix,
}

#[derive(Deserialize)]
struct RawModel {
    dissimilarity: Dissimilarity,
    medoids: Matrix,
}

impl TryFrom<RawModel> for MedoidsModel {
    type Error = ClusteringError;

    fn try_from(RawModel { dissimilarity, medoids }: RawModel) -> Result<Self, ClusteringError> {
        Self::new(medoids, dissimilarity)
    }
}

impl MedoidsModel {
    /// The rows of `medoids` (k x d) and the distance to them.
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for no medoids or no columns, another number of columns than the distance is
    /// for, or values that are not finite; [`ClusteringError::TooLarge`] for magnitudes beyond 1e120.
    pub fn new(medoids: Matrix, dissimilarity: impl Into<Dissimilarity>) -> Result<Self, ClusteringError> {
        let dissimilarity = dissimilarity.into();
        check_values("medoids", medoids.view())?;
        check_columns("row of medoids", &dissimilarity, medoids.n_cols())?;
        Ok(Self { dissimilarity, medoids })
    }

    /// The distance of rows.
    pub fn dissimilarity(&self) -> &Dissimilarity {
        &self.dissimilarity
    }

    /// The two nearest medoids of each row, their distances where it says squared.
    pub(super) fn nearest(&self, x: MatrixView<'_>) -> Vec<TwoNearest> {
        let of_chunk = |range: std::ops::Range<usize>| {
            let rows = x.rows_range(range.clone());
            let mut distances = vec![0.0; self.medoids.n_rows() * range.len()];
            self.dissimilarity.many_to_many(self.medoids.as_slice(), rows.as_slice(), x.n_cols(), &mut distances);
            two_nearest(&distances, range.len())
        };
        map_chunks(x.n_rows(), CHUNK_ROWS, of_chunk).concat()
    }
}

/// Gower's distance knows its columns.
pub(super) fn check_columns(
    what: &'static str,
    dissimilarity: &Dissimilarity,
    found: usize,
) -> Result<(), ClusteringError> {
    match dissimilarity.n_features() {
        Some(expected) if expected != found => Err(InputError::Length { what, found, expected }.into()),
        _ => Ok(()),
    }
}

/// Time O(n k d).
impl Predict for MedoidsModel {
    fn rule(&self) -> &'static str {
        "the nearest medoid"
    }

    fn n_clusters(&self) -> usize {
        self.medoids.n_rows()
    }

    fn n_features(&self) -> usize {
        self.medoids.n_cols()
    }

    /// The medoids.
    fn centers(&self) -> Matrix {
        self.medoids.clone()
    }

    fn reordered(&self, order: &[usize]) -> Self {
        check_permutation(order, self.n_clusters());
        Self { dissimilarity: self.dissimilarity.clone(), medoids: self.medoids.view().select_rows(order) }
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        check_rows(x, self.n_features())?;
        let nearest = self.nearest(x);
        Ok(Assignment::by_distance(
            Labels::new(nearest.iter().map(|row| row.index).collect(), self.n_clusters())?,
            nearest.iter().map(|row| row.squared).collect(),
            nearest.iter().map(|row| row.second).collect(),
            nearest.iter().map(|row| row.second_squared).collect(),
        ))
    }

    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        check_rows(x, self.n_features())?;
        check_labels(labels, x.n_rows(), self.n_clusters())?;
        let own = |row: usize| match labels.get(row) {
            None => f64::NAN,
            Some(cluster) => self.dissimilarity.distance(x.row(row), self.medoids.row(cluster)),
        };
        Ok(map_chunks(x.n_rows(), CHUNK_ROWS, |range| range.map(own).collect::<Vec<f64>>()).concat())
    }
}
