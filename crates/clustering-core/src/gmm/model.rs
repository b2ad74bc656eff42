use segctl_numeric::{Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::covariances::{Covariances, check_length};
use super::em::centred;
use super::estimate::Mixture;
use super::gaussians::Gaussians;
use crate::ClusteringError;
use crate::check::{check_values, out_of_range};

/// How far from 1 weights may add up to.
const WEIGHT_TOLERANCE: f64 = 1e-8;

/// A mixture of k Gaussian densities of d features: a row belongs to the component that it most probably came
/// from. Serialisable; checked when read back.
///
/// Rows that were fitted on get the labels of the fit, bit for bit, wherever they stand in `x`.
///
/// ```
/// use segctl_clustering_core::gmm::{Covariances, GmmModel};
/// use segctl_clustering_core::model::Predict;
/// use segctl_numeric::{Matrix, MatrixView};
/// let means = Matrix::from_rows(&[[0.0], [4.0]])?;
/// let model = GmmModel::new(vec![0.5, 0.5], &means, Covariances::Spherical(vec![1.0, 4.0]))?;
/// let found = model.predict(MatrixView::new(&[0.0, 6.0], 2, 1)?)?;
/// assert_eq!(found.labels.to_signed(), [0, 1]);
/// assert_eq!((found.distance[1], found.second_distance[1]), (1.0, 6.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawModel")]
pub struct GmmModel {
    pub(super) mean: Vec<f64>,
    pub(super) weights: Vec<f64>,
    /// k x d, less the mean.
    pub(super) means: Matrix,
    pub(super) covariances: Covariances,
    #[serde(skip_serializing)]
    pub(super) gaussians: Gaussians,
}

#[derive(Deserialize)]
struct RawModel {
    mean: Vec<f64>,
    weights: Vec<f64>,
    means: Matrix,
    covariances: Covariances,
}

impl TryFrom<RawModel> for GmmModel {
    type Error = ClusteringError;

    fn try_from(RawModel { mean, weights, means, covariances }: RawModel) -> Result<Self, ClusteringError> {
        check_values("means", means.view())?;
        let (k, d) = (means.n_rows(), means.n_cols());
        for (what, found, expected) in [("mean", mean.len(), d), ("weights", weights.len(), k)] {
            check_length(what, found, expected)?;
        }
        check_values("mean", MatrixView::new(&mean, 1, d)?)?;
        check_weights(&weights)?;
        covariances.check(k, d)?;
        let gaussians = Gaussians::new(&weights, means.as_slice(), &covariances, 0.0)?;
        Ok(Self { mean, weights, means, covariances, gaussians })
    }
}

fn check_weights(weights: &[f64]) -> Result<(), ClusteringError> {
    if let Some(&value) = weights.iter().find(|value| !(**value > 0.0 && **value <= 1.0)) {
        return Err(out_of_range("weights", value, "in (0, 1]"));
    }
    match weights.iter().sum::<f64>() {
        sum if (sum - 1.0).abs() <= WEIGHT_TOLERANCE => Ok(()),
        sum => Err(out_of_range("sum of weights", sum, "1")),
    }
}

impl GmmModel {
    /// A mixture of k components by their weights, which add up to 1, means (k x d) and covariances.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::{Covariances, GmmModel};
    /// use segctl_numeric::Matrix;
    /// let diagonal = Covariances::Diag(Matrix::from_rows(&[[1.0, 2.0]])?);
    /// let model = GmmModel::new(vec![1.0], &Matrix::zeros(1, 2), diagonal)?;
    /// assert_eq!(model.covariance(0).as_slice(), [1.0, 0.0, 0.0, 2.0]);
    /// assert!(GmmModel::new(vec![0.9], &Matrix::zeros(1, 1), Covariances::Spherical(vec![1.0])).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] when shapes do not fit, weights are not above 0 or do not add up to 1 (to
    /// 1e-8), a matrix is not symmetric or a value not finite; [`ClusteringError::Covariance`] when one is not
    /// positive definite, or has variances below 1e-40; [`ClusteringError::TooLarge`] for magnitudes beyond 1e120.
    pub fn new(weights: Vec<f64>, means: &Matrix, covariances: Covariances) -> Result<Self, ClusteringError> {
        check_values("means", means.view())?;
        let mean = crate::centring::mean(means.view());
        let means = centred(means.view(), &mean);
        RawModel { mean, weights, means, covariances }.try_into()
    }

    /// Of a mixture in coordinates less `mean`.
    pub(super) fn of_mixture(mean: Vec<f64>, mixture: Mixture) -> Result<Self, ClusteringError> {
        let Mixture { weights, means, covariances, gaussians } = mixture;
        let means = Matrix::new(means, weights.len(), mean.len())?;
        Ok(Self { mean, weights, means, covariances, gaussians })
    }

    /// The same mixture in coordinates less another mean.
    pub(super) fn about(&self, mean: &[f64]) -> Result<Mixture, ClusteringError> {
        let mut means = self.means.clone();
        for c in 0..means.n_rows() {
            let places = self.mean.iter().zip(mean);
            means.row_mut(c).iter_mut().zip(places).for_each(|(value, (own, new))| *value += own - new);
        }
        let (weights, covariances) = (self.weights.clone(), self.covariances.clone());
        let gaussians = Gaussians::new(&weights, means.as_slice(), &covariances, 0.0)?;
        Ok(Mixture { weights, means: means.into_vec(), covariances, gaussians })
    }

    /// The share of each component, of length k; they add up to 1.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::{Covariances, GmmModel};
    /// use segctl_numeric::Matrix;
    /// let means = Matrix::from_rows(&[[0.0, 0.0], [4.0, 1.0]])?;
    /// let model = GmmModel::new(vec![0.25, 0.75], &means, Covariances::Spherical(vec![1.0, 2.0]))?;
    /// assert_eq!(model.weights(), [0.25, 0.75]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The covariances, in the shape of their kind.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::{Covariances, GmmModel};
    /// use segctl_numeric::Matrix;
    /// let means = Matrix::from_rows(&[[0.0, 0.0], [4.0, 1.0]])?;
    /// let model = GmmModel::new(vec![0.25, 0.75], &means, Covariances::Spherical(vec![1.0, 2.0]))?;
    /// assert_eq!(model.covariances(), &Covariances::Spherical(vec![1.0, 2.0]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn covariances(&self) -> &Covariances {
        &self.covariances
    }

    /// The covariance matrix (d x d) of component `c`, regularisation included: its ellipse.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::{Covariances, GmmModel};
    /// use segctl_numeric::Matrix;
    /// let means = Matrix::from_rows(&[[0.0, 0.0], [4.0, 1.0]])?;
    /// let model = GmmModel::new(vec![0.25, 0.75], &means, Covariances::Spherical(vec![1.0, 2.0]))?;
    /// assert_eq!(model.covariance(1).as_slice(), [2.0, 0.0, 0.0, 2.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Panics
    /// When there is no such component.
    pub fn covariance(&self, c: usize) -> Matrix {
        assert!(c < self.weights.len(), "component {c} of {}", self.weights.len());
        self.covariances.of(c, self.mean.len())
    }

    /// The mixture of some of the components, in the order given, their weights scaled to add up to 1.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::{Covariances, GmmModel};
    /// use segctl_clustering_core::model::Predict;
    /// use segctl_numeric::Matrix;
    /// let means = Matrix::from_rows(&[[0.0], [4.0], [8.0]])?;
    /// let model = GmmModel::new(vec![0.25, 0.5, 0.25], &means, Covariances::Spherical(vec![1.0; 3]))?;
    /// let two = model.select(&[2, 0])?;
    /// assert_eq!((two.weights(), two.centers().as_slice()), (&[0.5, 0.5][..], &[8.0, 0.0][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ClusteringError::Input`] for no components, or weights that vanish beside each other.
    ///
    /// # Panics
    /// When there is no such component.
    pub fn select(&self, components: &[usize]) -> Result<Self, ClusteringError> {
        let total: f64 = components.iter().map(|&c| self.weights[c]).sum();
        let weights = components.iter().map(|&c| self.weights[c] / total).collect();
        let (mean, means) = (self.mean.clone(), self.means.view().select_rows(components));
        RawModel { mean, weights, means, covariances: self.covariances.select(components) }.try_into()
    }

    pub(super) fn n_cols(&self) -> usize {
        self.mean.len()
    }
}
