use segctl_numeric::distance::{TwoNearest, two_nearest};
use segctl_numeric::par::{CHUNK_ROWS, fold_chunks, map_chunks};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::{Assignment, Predict, check_labels, check_permutation, check_rows};
use crate::ClusteringError;
use crate::centring::{center, mean};
use crate::check::{check_magnitudes, check_values};

/// Clusters known by their centres: a row belongs to the nearest one. Serialisable; checked when
/// read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawModel")]
pub struct CentersModel {
    mean: Vec<f64>,
    /// k x d, in coordinates less the mean.
    centers: Matrix,
}

#[derive(Deserialize)]
struct RawModel {
    mean: Vec<f64>,
    centers: Matrix,
}

impl TryFrom<RawModel> for CentersModel {
    type Error = ClusteringError;

    fn try_from(RawModel { mean, centers }: RawModel) -> Result<Self, ClusteringError> {
        if centers.n_rows() == 0 {
            return Err(InputError::TooFewRows { what: "centres", n_samples: 0, at_least: 1 }.into());
        }
        if mean.len() != centers.n_cols() {
            let expected = centers.n_cols();
            return Err(InputError::Length { what: "mean", found: mean.len(), expected }.into());
        }
        check_magnitudes("centres", centers.view())?;
        check_magnitudes("mean", MatrixView::new(&mean, 1, mean.len())?)?;
        Ok(Self { mean, centers })
    }
}

impl CentersModel {
    pub(crate) fn new(mean: Vec<f64>, centers: Matrix) -> Self {
        Self { mean, centers }
    }

    /// The means of the members of each cluster of `labels`; noise has no say.
    ///
    /// ```
    /// use segctl_clustering_core::model::{CentersModel, Predict};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 3.0, 8.0], 3, 1)?;
    /// let model = CentersModel::of_labels(x, &Labels::new(vec![0, 0, 1], 2)?)?;
    /// assert_eq!(model.centers().as_slice(), [2.0, 8.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] when the numbers of rows and labels differ, when there is no cluster,
    /// or a value is not finite; [`ClusteringError::EmptyCluster`] for a cluster without members.
    pub fn of_labels(x: MatrixView<'_>, labels: &Labels) -> Result<Self, ClusteringError> {
        check_values("X", x)?;
        if labels.len() != x.n_rows() {
            return Err(InputError::Length { what: "labels", found: labels.len(), expected: x.n_rows() }.into());
        }
        if labels.n_clusters() == 0 {
            return Err(InputError::TooFewRows { what: "clusters", n_samples: 0, at_least: 1 }.into());
        }
        if let Some(cluster) = labels.sizes().iter().position(|&size| size == 0) {
            return Err(ClusteringError::EmptyCluster { cluster });
        }
        let mean = mean(x);
        let centers = means(x, &mean, labels);
        Ok(Self { mean, centers })
    }

    fn nearest(&self, x: MatrixView<'_>) -> Vec<TwoNearest> {
        let mut centred = Matrix::zeros(x.n_rows(), x.n_cols());
        center(x, &self.mean, centred.view_mut().as_mut_slice());
        let mut nearest = vec![TwoNearest::default(); x.n_rows()];
        two_nearest(centred.view(), self.centers.view(), &mut nearest);
        nearest
    }
}

/// The arithmetic is that of a k-means fit: after [`Stop::Converged`](crate::kmeans::Stop::Converged),
/// the rows fitted on get the labels of the fit, wherever they stand in `x`. Time O(n k d).
///
/// ```
/// use segctl_clustering_core::kmeans::{KMeansParams, fit};
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::MatrixView;
/// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
/// let found = fit(x, &KMeansParams::new(2))?;
/// let again = found.model.predict(x)?;
/// assert_eq!(again.labels, found.labels);
/// assert_eq!(again.distance, [0.5; 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl Predict for CentersModel {
    fn reordered(&self, order: &[usize]) -> Self {
        check_permutation(order, self.n_clusters());
        Self { mean: self.mean.clone(), centers: self.centers.view().select_rows(order) }
    }

    fn distances_to(&self, x: MatrixView<'_>, labels: &Labels) -> Result<Vec<f64>, ClusteringError> {
        check_rows(x, self.n_features())?;
        check_labels(labels, x.n_rows(), self.n_clusters())?;
        let own = |row: usize| match labels.get(row) {
            None => f64::NAN,
            Some(cluster) => {
                let of = |(value, (mean, center)): (&f64, (&f64, &f64))| {
                    let difference = (value - mean) - center;
                    difference * difference
                };
                let pairs = x.row(row).iter().zip(self.mean.iter().zip(self.centers.row(cluster)));
                pairs.map(of).fold(0.0, |sum, square| sum + square).sqrt()
            }
        };
        Ok(map_chunks(x.n_rows(), CHUNK_ROWS, |range| range.map(own).collect::<Vec<f64>>()).concat())
    }

    fn rule(&self) -> &'static str {
        "the nearest centre"
    }

    fn n_clusters(&self) -> usize {
        self.centers.n_rows()
    }

    fn n_features(&self) -> usize {
        self.centers.n_cols()
    }

    fn centers(&self) -> Matrix {
        let mut centers = self.centers.clone();
        for c in 0..centers.n_rows() {
            centers.row_mut(c).iter_mut().zip(&self.mean).for_each(|(value, mean)| *value += mean);
        }
        centers
    }

    fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        check_rows(x, self.n_features())?;
        let nearest = map_chunks(x.n_rows(), CHUNK_ROWS, |range| self.nearest(x.rows_range(range))).concat();
        let labels = Labels::new(nearest.iter().map(|row| row.index).collect(), self.n_clusters())?;
        Ok(Assignment::by_distance(
            labels,
            nearest.iter().map(|row| row.squared.sqrt()).collect(),
            nearest.iter().map(|row| row.second).collect(),
            nearest.iter().map(|row| row.second_squared.sqrt()).collect(),
        ))
    }
}

/// The mean of each cluster less `mean`; every cluster has members.
pub(crate) fn means(x: MatrixView<'_>, mean: &[f64], labels: &Labels) -> Matrix {
    let (k, d) = (labels.n_clusters(), x.n_cols());
    let add = |mut sums: Vec<f64>, part: Vec<f64>| {
        sums.iter_mut().zip(part).for_each(|(sum, value)| *sum += value);
        sums
    };
    let of_chunk = |range: std::ops::Range<usize>| {
        let mut sums = vec![0.0; k * d];
        for (row, &label) in x.rows_range(range.clone()).rows().zip(&labels.as_slice()[range]) {
            if label != Labels::NOISE {
                let sums = &mut sums[label as usize * d..][..d];
                sums.iter_mut().zip(row).zip(mean).for_each(|((sum, value), mean)| *sum += value - mean);
            }
        }
        sums
    };
    let mut sums = fold_chunks(x.n_rows(), CHUNK_ROWS, of_chunk, vec![0.0; k * d], add);
    for (sums, size) in sums.chunks_exact_mut(d).zip(labels.sizes()) {
        sums.iter_mut().for_each(|sum| *sum /= size as f64);
    }
    Matrix::new(sums, k, d).expect("k x d sums")
}
