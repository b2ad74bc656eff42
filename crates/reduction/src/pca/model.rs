use segctl_numeric::{InputError, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use crate::ReductionError;
use crate::linalg::jacobi::Decomposition;
use crate::linalg::project::Projection;

/// A fitted principal component analysis of n x d data: k orthonormal directions of greatest
/// variance.
///
/// With the singular value decomposition X - 1 m' = U S V', m the column means: `components` are
/// the first k rows of V', `explained_variance` is S^2 / (n - 1). In each component the loading of
/// largest magnitude (the first of equals) is positive. Numbers and signs are those of
/// scikit-learn's `PCA(svd_solver="full")`.
///
/// Columns of zero variance get zero loadings. Data of rank r < min(n, d) leave `min(n, d) - r`
/// components of variance 0 (up to rounding), whose directions complete the basis and mean nothing.
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_reduction::{Components, PcaParams, fit};
/// let x = Matrix::from_rows(&[[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])?;
/// let pca = fit(x.view(), &PcaParams::new(Components::Count(1)))?;
/// assert!((pca.components.row(0)[1] - 0.8).abs() < 1e-15);
/// assert!((pca.explained_variance[0] - 25.0).abs() < 1e-12);
/// # Ok::<(), segctl_reduction::ReductionError>(())
/// ```
///
/// Jolliffe, "Principal Component Analysis", 2nd ed. (2002).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawPca")]
#[non_exhaustive]
pub struct Pca {
    /// The mean of each column, length d.
    pub mean: Vec<f64>,
    /// k x d, orthonormal rows, by descending variance.
    pub components: Matrix,
    /// Variance along each component (n - 1 in the denominator), length k.
    pub explained_variance: Vec<f64>,
    /// Its share of the total variance of all columns, length k; 0 where there is no variance.
    pub explained_variance_ratio: Vec<f64>,
    /// Length of the projection of the centred data on each component, length k.
    pub singular_values: Vec<f64>,
    /// n, the rows fitted on.
    pub n_samples: usize,
}

impl Pca {
    pub(super) fn new(
        mean: Vec<f64>,
        decomposition: Decomposition,
        n_samples: usize,
        n_components: impl FnOnce(&[f64]) -> usize,
    ) -> Self {
        let degrees_of_freedom = (n_samples - 1) as f64;
        let total = decomposition.singular_values.iter().map(|s| s * s / degrees_of_freedom).sum();
        let mut pca = Self::of_total(mean, decomposition, n_samples, total);
        let k = n_components(&pca.explained_variance_ratio);
        for values in [&mut pca.singular_values, &mut pca.explained_variance, &mut pca.explained_variance_ratio] {
            values.truncate(k);
        }
        pca.components = pca.components.view().rows_range(0..k).to_owned();
        pca
    }

    /// An analysis of components that may be some of many: `total` is the variance of all columns.
    pub(crate) fn of_total(mean: Vec<f64>, decomposition: Decomposition, n_samples: usize, total: f64) -> Self {
        let Decomposition { singular_values, vectors: components, .. } = decomposition;
        let explained_variance: Vec<f64> = singular_values.iter().map(|s| s * s / (n_samples - 1) as f64).collect();
        let share = |variance: &f64| if total > 0.0 { variance / total } else { 0.0 };
        let explained_variance_ratio = explained_variance.iter().map(share).collect();
        Self { mean, components, explained_variance, explained_variance_ratio, singular_values, n_samples }
    }

    /// k, the components kept.
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{PcaParams, fit};
    /// let x = Matrix::from_rows(&[[0.0, 1.0, 5.0], [3.0, 4.0, 4.0]])?;
    /// assert_eq!(fit(x.view(), &PcaParams::default())?.n_components(), 2);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn n_components(&self) -> usize {
        self.components.n_rows()
    }

    /// The scores of `x` (n x d): (X - mean) V, an n x k matrix. O(n d k).
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{Components, PcaParams, fit};
    /// let x = Matrix::from_rows(&[[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])?;
    /// let pca = fit(x.view(), &PcaParams::new(Components::Count(1)))?;
    /// assert!((pca.transform(x.view())?.row(2)[0] - 5.0).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    ///
    /// # Errors
    /// [`ReductionError::Width`] when `x` has not d columns, [`InputError::NotFinite`] for NaN and
    /// infinities.
    pub fn transform(&self, x: MatrixView<'_>) -> Result<Matrix, ReductionError> {
        self.check("X", x, self.components.n_cols())?;
        let origin = vec![0.0; self.n_components()];
        Ok(Projection::new(&self.mean, |i, j| self.components.row(j)[i], &origin).apply(x))
    }

    /// The rows that `scores` (n x k) stand for: scores V' + mean, an n x d matrix. With all
    /// components kept this undoes [`Pca::transform`]; with fewer it is the nearest row in their
    /// span. O(n d k).
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{Components, PcaParams, fit};
    /// let x = Matrix::from_rows(&[[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])?;
    /// let pca = fit(x.view(), &PcaParams::new(Components::Count(1)))?;
    /// let back = pca.inverse_transform(pca.transform(x.view())?.view())?;
    /// assert!((back.row(2)[1] - 8.0).abs() < 1e-14);
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    ///
    /// # Errors
    /// [`ReductionError::Width`] when `scores` has not k columns, [`InputError::NotFinite`] for NaN
    /// and infinities.
    pub fn inverse_transform(&self, scores: MatrixView<'_>) -> Result<Matrix, ReductionError> {
        self.check("scores", scores, self.n_components())?;
        let origin = vec![0.0; self.n_components()];
        Ok(Projection::new(&origin, |i, j| self.components.row(i)[j], &self.mean).apply(scores))
    }

    fn check(&self, what: &'static str, x: MatrixView<'_>, expected: usize) -> Result<(), ReductionError> {
        if x.n_cols() != expected {
            return Err(ReductionError::Width { what, found: x.n_cols(), expected });
        }
        Ok(x.ensure_finite(what)?)
    }
}

/// An analysis as it stands in a file, before its shapes are checked.
#[derive(Deserialize)]
struct RawPca {
    mean: Vec<f64>,
    components: Matrix,
    explained_variance: Vec<f64>,
    explained_variance_ratio: Vec<f64>,
    singular_values: Vec<f64>,
    n_samples: usize,
}

impl TryFrom<RawPca> for Pca {
    type Error = InputError;

    fn try_from(raw: RawPca) -> Result<Self, InputError> {
        let (k, d) = (raw.components.n_rows(), raw.components.n_cols());
        let lengths = [
            ("mean", raw.mean.len(), d),
            ("explained_variance", raw.explained_variance.len(), k),
            ("explained_variance_ratio", raw.explained_variance_ratio.len(), k),
            ("singular_values", raw.singular_values.len(), k),
        ];
        if let Some((what, found, expected)) = lengths.into_iter().find(|(_, found, expected)| found != expected) {
            return Err(InputError::Length { what, found, expected });
        }
        let RawPca { mean, components, explained_variance, explained_variance_ratio, singular_values, n_samples } = raw;
        Ok(Self { mean, components, explained_variance, explained_variance_ratio, singular_values, n_samples })
    }
}
