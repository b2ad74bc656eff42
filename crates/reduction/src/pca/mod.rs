//! Principal component analysis: centre, triangularise, diagonalise.

mod model;
mod params;

pub use model::Pca;
pub use params::{Components, PcaParams};

use segctl_numeric::{InputError, Matrix, MatrixView};

use crate::ReductionError;
use crate::linalg::{center, jacobi, qr};
use crate::magnitude::{fits, misfit};

/// Fits the principal components of `x` (n x d).
///
/// With n > d, the centred rows are reduced, in one pass, to a d x d triangle R with the same Gram
/// matrix, by Householder reflections, and R is diagonalised by Jacobi rotations; with n <= d the
/// centred rows are diagonalised as they stand. R'R = X'X is never formed: it would square the condition number,
/// and components with a standard deviation below 1e-8 of the largest would be noise.
///
/// O(n d^2 + r^2 d) time with r = min(n, d), the second term some 6 to 10 times over, and O(d^2)
/// memory for every 2,048 rows (16 d, if that is more). The same bits at any number of threads.
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_reduction::{Components, PcaParams, fit};
/// let x = Matrix::from_rows(&[[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])?;
/// let pca = fit(x.view(), &PcaParams::new(Components::Fraction(0.9)))?;
/// assert_eq!(pca.n_components(), 1);
/// assert!((pca.explained_variance_ratio[0] - 1.0).abs() < 1e-15);
/// # Ok::<(), segctl_reduction::ReductionError>(())
/// ```
///
/// # Errors
/// n < 2, d = 0, a value that is NaN, infinite or beyond 1e140, a number of components outside
/// `1..=min(n, d)`, a fraction outside (0, 1).
pub fn fit(x: MatrixView<'_>, params: &PcaParams) -> Result<Pca, ReductionError> {
    params.validate()?;
    check_shape("PCA", x)?;
    let (n, d) = (x.n_rows(), x.n_cols());
    let span = tracing::debug_span!("pca", n, d);
    let _entered = span.enter();
    let keep_at_most = params.components.limit(n, d)?;
    let (mean, rows) = if n > d { qr::triangle(x, fits) } else { centered(x) }.ok_or_else(|| misfit(x))?;
    let decomposition = jacobi::decompose(rows);
    tracing::debug!(sweeps = decomposition.sweeps, "rows are orthogonal");
    Ok(Pca::new(mean, decomposition, n, |ratio| params.components.count(ratio, keep_at_most)))
}

pub(crate) fn check_shape(what: &'static str, x: MatrixView<'_>) -> Result<(), ReductionError> {
    if x.n_cols() == 0 {
        return Err(InputError::NoColumns { what: "X" }.into());
    }
    if x.n_rows() < 2 {
        return Err(InputError::TooFewRows { what, n_samples: x.n_rows(), at_least: 2 }.into());
    }
    Ok(())
}

/// The mean of the rows, and the rows less it. `None` when a value does not fit.
pub(crate) fn centered(x: MatrixView<'_>) -> Option<(Vec<f64>, Matrix)> {
    if !x.as_slice().iter().all(|&value| fits(value)) {
        return None;
    }
    let mean = center::column_means(x);
    let rows = center::centered(x, &mean);
    Some((mean, rows))
}
