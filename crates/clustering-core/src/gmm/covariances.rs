use segctl_numeric::{InputError, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use crate::ClusteringError;
use crate::check::out_of_range;

/// What the covariance matrices of the components may look like. Serialised as scikit-learn's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Covariance {
    /// One matrix per component: ellipsoids of any shape and direction. k d (d + 1) / 2 parameters.
    #[default]
    Full,
    /// One matrix for all components: d (d + 1) / 2 parameters.
    Tied,
    /// A diagonal matrix per component: ellipsoids along the axes. k d parameters.
    Diag,
    /// One variance per component: balls. k parameters.
    Spherical,
}

impl Covariance {
    /// All kinds, the freest first.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::Covariance;
    /// assert_eq!(Covariance::ALL[0], Covariance::Full);
    /// ```
    pub const ALL: [Self; 4] = [Self::Full, Self::Tied, Self::Diag, Self::Spherical];

    /// Free parameters of the covariances of k components of d features, as scikit-learn counts them.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::Covariance;
    /// assert_eq!(Covariance::Full.n_parameters(3, 2), 9);
    /// assert_eq!(Covariance::Tied.n_parameters(3, 2), 3);
    /// ```
    pub fn n_parameters(self, n_components: usize, n_features: usize) -> usize {
        let symmetric = n_features * (n_features + 1) / 2;
        match self {
            Self::Full => n_components * symmetric,
            Self::Tied => symmetric,
            Self::Diag => n_components * n_features,
            Self::Spherical => n_components,
        }
    }
}

/// The covariances of k components of d features, in the shape of their kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Covariances {
    /// k symmetric matrices, d x d.
    Full(Vec<Matrix>),
    /// One symmetric matrix, d x d.
    Tied(Matrix),
    /// The variances of the features, k x d.
    Diag(Matrix),
    /// One variance per component, k.
    Spherical(Vec<f64>),
}

impl Covariances {
    /// What they look like.
    ///
    /// ```
    /// use segctl_clustering_core::gmm::{Covariance, Covariances};
    /// assert_eq!(Covariances::Spherical(vec![1.0, 2.0]).kind(), Covariance::Spherical);
    /// ```
    pub fn kind(&self) -> Covariance {
        match self {
            Self::Full(_) => Covariance::Full,
            Self::Tied(_) => Covariance::Tied,
            Self::Diag(_) => Covariance::Diag,
            Self::Spherical(_) => Covariance::Spherical,
        }
    }

    /// Those of some components, in the order given, which must be there.
    pub(super) fn select(&self, components: &[usize]) -> Self {
        match self {
            Self::Full(all) => Self::Full(components.iter().map(|&c| all[c].clone()).collect()),
            Self::Tied(one) => Self::Tied(one.clone()),
            Self::Diag(all) => Self::Diag(all.view().select_rows(components)),
            Self::Spherical(all) => Self::Spherical(components.iter().map(|&c| all[c]).collect()),
        }
    }

    /// The matrix (d x d) of component `c`, which must be there.
    pub(super) fn of(&self, c: usize, n_features: usize) -> Matrix {
        let diagonal = |variance: &dyn Fn(usize) -> f64| {
            let mut out = Matrix::zeros(n_features, n_features);
            (0..n_features).for_each(|j| out.row_mut(j)[j] = variance(j));
            out
        };
        match self {
            Self::Full(all) => all[c].clone(),
            Self::Tied(one) => one.clone(),
            Self::Diag(all) => diagonal(&|j| all.row(c)[j]),
            Self::Spherical(all) => diagonal(&|_| all[c]),
        }
    }

    /// Checks shapes, and that matrices are symmetric up to rounding; not yet that they are positive definite.
    pub(super) fn check(&self, n_components: usize, n_features: usize) -> Result<(), ClusteringError> {
        let length = |found, expected| check_length("covariances", found, expected);
        match self {
            Self::Full(all) => {
                length(all.len(), n_components)?;
                all.iter().try_for_each(|one| check_symmetric(one, n_features))
            }
            Self::Tied(one) => check_symmetric(one, n_features),
            Self::Diag(all) => {
                length(all.n_rows(), n_components)?;
                check_shape(all.view(), all.n_rows(), n_features)
            }
            Self::Spherical(all) => {
                length(all.len(), n_components)?;
                check_shape(MatrixView::new(all, 1, all.len())?, 1, n_components)
            }
        }
    }
}

/// Checks that two arguments agree.
pub(super) fn check_length(what: &'static str, found: usize, expected: usize) -> Result<(), ClusteringError> {
    if found == expected { Ok(()) } else { Err(InputError::Length { what, found, expected }.into()) }
}

fn check_shape(x: MatrixView<'_>, n_rows: usize, n_cols: usize) -> Result<(), ClusteringError> {
    if (x.n_rows(), x.n_cols()) != (n_rows, n_cols) {
        let (what, expected) = ("covariance", n_rows * n_cols);
        return Err(InputError::Length { what, found: x.as_slice().len(), expected }.into());
    }
    Ok(x.ensure_finite("covariance")?)
}

fn check_symmetric(x: &Matrix, d: usize) -> Result<(), ClusteringError> {
    check_shape(x.view(), d, d)?;
    for i in 0..d {
        for j in 0..i {
            let (a, b) = (x.row(i)[j], x.row(j)[i]);
            let scale = x.row(i)[i].abs().sqrt() * x.row(j)[j].abs().sqrt();
            if (a - b).abs() > 1e-8 * scale {
                return Err(out_of_range("covariance", a - b, "symmetric"));
            }
        }
    }
    Ok(())
}
