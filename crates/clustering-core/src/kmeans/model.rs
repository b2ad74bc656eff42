use segctl_numeric::distance::{TwoNearest, two_nearest};
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::data::center;
use crate::ClusteringError;
use crate::check::check_magnitudes;

/// What is needed to assign new rows, and nothing else. Serialisable; checked when read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawModel")]
pub struct KMeansModel {
    mean: Vec<f64>,
    /// k x d, in coordinates less the mean.
    centers: Matrix,
}

#[derive(Deserialize)]
struct RawModel {
    mean: Vec<f64>,
    centers: Matrix,
}

impl TryFrom<RawModel> for KMeansModel {
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

/// The two nearest centres of each row.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Assignment {
    /// The nearest centre; the lowest index among equals.
    pub labels: Labels,
    /// The Euclidean distance to it.
    pub distance: Vec<f64>,
    /// The second nearest centre; [`Labels::NOISE`] when there is but one.
    pub second: Vec<u32>,
    /// The Euclidean distance to it; infinite when there is none.
    pub second_distance: Vec<f64>,
}

impl KMeansModel {
    pub(super) fn new(mean: Vec<f64>, centers: Matrix) -> Self {
        Self { mean, centers }
    }

    /// Number of clusters, k.
    pub fn n_clusters(&self) -> usize {
        self.centers.n_rows()
    }

    /// Number of features, d.
    pub fn n_features(&self) -> usize {
        self.centers.n_cols()
    }

    /// The centres (k x d) in the coordinates of X.
    pub fn centers(&self) -> Matrix {
        let mut centers = self.centers.clone();
        for c in 0..centers.n_rows() {
            centers.row_mut(c).iter_mut().zip(&self.mean).for_each(|(value, mean)| *value += mean);
        }
        centers
    }

    /// The same clusters under other numbers: cluster `c` of the result is cluster `order[c]` of
    /// this one.
    ///
    /// ```
    /// use segctl_clustering_core::kmeans::{KMeansParams, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
    /// let model = fit(x, &KMeansParams::new(2))?.model;
    /// assert_eq!(model.reordered(&[1, 0]).centers().row(0), model.centers().row(1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// When `order` is no permutation of `0..k`.
    pub fn reordered(&self, order: &[usize]) -> Self {
        let mut sorted = order.to_vec();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..self.n_clusters()), "{order:?} is no permutation of the clusters");
        Self { mean: self.mean.clone(), centers: self.centers.view().select_rows(order) }
    }

    /// Assigns each row of `x` (n x d) to its nearest centre. Time O(n k d).
    ///
    /// The arithmetic is that of the fit: after [`Stop::Converged`](super::Stop::Converged), the
    /// rows fitted on get the labels of the fit, wherever they stand in `x`.
    ///
    /// ```
    /// use segctl_clustering_core::kmeans::{KMeansParams, fit};
    /// use segctl_numeric::MatrixView;
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
    /// let found = fit(x, &KMeansParams::new(2))?;
    /// let again = found.model.predict(x)?;
    /// assert_eq!(again.labels, found.labels);
    /// assert_eq!(again.distance, [0.5; 4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] when `x` has another number of columns or a value that is not
    /// finite; [`ClusteringError::TooLarge`] as for the fit.
    pub fn predict(&self, x: MatrixView<'_>) -> Result<Assignment, ClusteringError> {
        if x.n_cols() != self.n_features() {
            let (found, expected) = (x.n_cols(), self.n_features());
            return Err(InputError::Length { what: "row of X", found, expected }.into());
        }
        check_magnitudes("X", x)?;
        let nearest = map_chunks(x.n_rows(), CHUNK_ROWS, |range| self.nearest(x.rows_range(range))).concat();
        let labels = Labels::new(nearest.iter().map(|row| row.index).collect(), self.n_clusters())?;
        Ok(Assignment {
            labels,
            distance: nearest.iter().map(|row| row.squared.sqrt()).collect(),
            second: nearest.iter().map(|row| row.second).collect(),
            second_distance: nearest.iter().map(|row| row.second_squared.sqrt()).collect(),
        })
    }

    fn nearest(&self, x: MatrixView<'_>) -> Vec<TwoNearest> {
        let mut centred = Matrix::zeros(x.n_rows(), x.n_cols());
        center(x, &self.mean, centred.view_mut().as_mut_slice());
        let mut nearest = vec![TwoNearest::default(); x.n_rows()];
        two_nearest(centred.view(), self.centers.view(), &mut nearest);
        nearest
    }
}
