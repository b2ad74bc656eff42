//! Randomised principal component analysis: the leading components from a few passes over the data.

mod params;

pub use params::RandomizedPcaParams;

use rand::RngExt;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView};

use crate::linalg::center::{chunked_means, squared_deviations};
use crate::linalg::jacobi::{self, Decomposition, NEGLIGIBLE, point_up};
use crate::linalg::orthonormal::orthonormalize;
use crate::linalg::products::products;
use crate::linalg::project::Projection;
use crate::linalg::qr;
use crate::magnitude::ensure_fits;
use crate::pca::check_shape;
use crate::{Components, Pca, ReductionError};

/// Finds the first k principal components of `x` (n x d) approximately: of all columns' variance, what
/// random directions show of it, sharpened by power iterations.
///
/// Halko, Martinsson & Tropp, "Finding structure with randomness", SIAM Review 53 (2011), algorithms
/// 4.4 and 5.1, on A = X - mean and in the space of the columns: with q iterations the l = k + 10
/// directions are multiplied by A'A q + 1 times, made orthonormal between all products, and the
/// components are those of the data in their span. A' is applied to an orthonormal basis, never to
/// the products themselves: one product by A'A would leave nothing of components with a standard
/// deviation below 1e-8 of the largest.
///
/// With singular values s, the error of the direction of component i falls with
/// (s_(l+1) / s_i)^(2 q + 2) and that of its variance with twice that power: with q = 7, a component
/// 2.4 times as long as number l + 1 has a direction good to 1e-6. Where a flat spectrum leaves less,
/// variances come out too small and only the span means something; [`crate::fit`] is exact.
/// Explained ratios are shares of the variance of all columns, which is computed exactly.
///
/// O(n d l q) time in 2 q + 6 passes over the data, and O(n l + d l) memory. The same bits at any
/// number of threads. With l = min(n, d) it is exact.
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_reduction::{RandomizedPcaParams, fit_randomized};
/// let x = Matrix::from_rows(&[[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])?;
/// let pca = fit_randomized(x.view(), &RandomizedPcaParams::new(1))?;
/// assert!((pca.components.row(0)[1] - 0.8).abs() < 1e-14);
/// assert!((pca.explained_variance_ratio[0] - 1.0).abs() < 1e-14);
/// # Ok::<(), segctl_reduction::ReductionError>(())
/// ```
///
/// # Errors
/// n < 2, d = 0, a value that is NaN, infinite or beyond 1e140, k outside `1..=min(n, d)`.
pub fn fit_randomized(x: MatrixView<'_>, params: &RandomizedPcaParams) -> Result<Pca, ReductionError> {
    params.validate()?;
    check_shape("PCA", x)?;
    ensure_fits(x)?;
    let (n, d) = (x.n_rows(), x.n_cols());
    let k = Components::Count(params.n_components).limit(n, d)?;
    let span = tracing::debug_span!("randomized pca", n, d, k);
    let _entered = span.enter();
    let mean = chunked_means(x);
    let total: f64 = squared_deviations(x, &mean).iter().map(|sum| sum / (n - 1) as f64).sum();
    let limit = n.min(d);
    let mut directions = random_directions(limit.min(k.saturating_add(params.n_oversamples)), d, params.seed);
    orthonormalize(&mut directions);
    for _ in 0..=params.iterations(limit) {
        directions = sharpened(x, &mean, &directions);
    }
    let decomposition = within(x, &mean, &directions, k);
    Ok(Pca::of_total(mean, decomposition, n, total))
}

/// l x d numbers uniform in [-1, 1): like normal ones they miss no direction, and no logarithm is
/// needed that differs between processors.
fn random_directions(l: usize, d: usize, seed: Seed) -> Matrix {
    let mut rng = seed.stream("randomized-pca", 0, 0);
    let values = (0..l * d).map(|_| 2.0 * rng.random::<f64>() - 1.0);
    Matrix::new(values.collect(), l, d).expect("l x d values")
}

/// (X - mean) P' for P l x d: n x l.
fn along(x: MatrixView<'_>, mean: &[f64], directions: &Matrix) -> Matrix {
    let origin = vec![0.0; directions.n_rows()];
    Projection::new(mean, |i, j| directions.row(j)[i], &origin).apply(x)
}

/// The singular values and right singular vectors of Y, which is as good as centred.
fn of_scores(y: &Matrix) -> Decomposition {
    let (_, triangle) = qr::triangle(y.view(), |_| true).expect("any value fits");
    jacobi::decompose(triangle)
}

/// One power iteration: an orthonormal basis of A'A P', A = X - mean.
fn sharpened(x: MatrixView<'_>, mean: &[f64], directions: &Matrix) -> Matrix {
    let l = directions.n_rows();
    let y = along(x, mean, directions);
    let Decomposition { singular_values, vectors, .. } = of_scores(&y);
    // Y W / sigma is an orthonormal basis of the span of Y, where sigma is more than rounding.
    let negligible = (l as f64 * f64::EPSILON * singular_values[0]).max(NEGLIGIBLE.sqrt());
    let weight = |i: usize, j: usize| {
        if singular_values[j] > negligible { vectors.row(j)[i] / singular_values[j] } else { 0.0 }
    };
    let origin = vec![0.0; l];
    let basis = Projection::new(&origin, weight, &origin);
    let mut sharper = products(x, mean, l, |rows| basis.apply(y.view().rows_range(rows)));
    orthonormalize(&mut sharper);
    sharper
}

/// The first k principal components of the data within the span of orthonormal `directions`.
fn within(x: MatrixView<'_>, mean: &[f64], directions: &Matrix, k: usize) -> Decomposition {
    let Decomposition { mut singular_values, vectors, sweeps } = of_scores(&along(x, mean, directions));
    singular_values.truncate(k);
    let origin = vec![0.0; directions.n_rows()];
    let zeros = vec![0.0; directions.n_cols()];
    let rotation = Projection::new(&origin, |i, j| directions.row(i)[j], &zeros);
    let mut components = rotation.apply(vectors.view().rows_range(0..k));
    (0..k).for_each(|i| point_up(components.row_mut(i)));
    Decomposition { singular_values, vectors: components, sweeps }
}
