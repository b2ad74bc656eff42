//! The centred copy of X that every k and every start of a sweep shares.

use segctl_numeric::par::{CHUNK_ROWS, fill_chunks, fold_chunks};
use segctl_numeric::{Matrix, MatrixView};

use crate::ClusteringError;
use crate::centring::{center, mean};
use crate::check::check_values;

/// X (n x d), checked and centred once for any number of fits.
///
/// Distances do not change when the mean is taken off, but their rounding errors shrink where the
/// mean is large beside the spread. Holds `8 n d` bytes.
///
/// ```
/// use segctl_clustering_core::kmeans::{KMeansData, KMeansParams, fit_data};
/// use segctl_numeric::MatrixView;
/// use segctl_numeric::observe::Silent;
/// let data = KMeansData::new(MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?)?;
/// for k in 1..=3 {
///     assert_eq!(fit_data(&data, None, &KMeansParams::new(k), &Silent)?.centers.n_rows(), k);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct KMeansData {
    centred: Matrix,
    mean: Vec<f64>,
    mean_variance: f64,
}

impl KMeansData {
    /// Copies and centres `x`. Time O(n d).
    ///
    /// # Errors
    /// [`ClusteringError::Input`] when `x` has no rows, no columns or a value that is not finite;
    /// [`ClusteringError::TooLarge`] when a magnitude exceeds 1e120.
    pub fn new(x: MatrixView<'_>) -> Result<Self, ClusteringError> {
        check_values("X", x)?;
        let mean = mean(x);
        let mut centred = Matrix::zeros(x.n_rows(), x.n_cols());
        let mut rows = centred.view_mut();
        fill_chunks(rows.as_mut_slice(), x.n_cols(), CHUNK_ROWS, |range, out| {
            center(x.rows_range(range), &mean, out);
        });
        let mean_variance = mean_square(centred.view());
        Ok(Self { centred, mean, mean_variance })
    }

    /// Number of rows, n.
    pub fn n_rows(&self) -> usize {
        self.centred.n_rows()
    }

    /// Number of features, d.
    pub fn n_cols(&self) -> usize {
        self.centred.n_cols()
    }

    /// The mean of each feature, of length d.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// X less its mean (n x d).
    pub fn centred(&self) -> MatrixView<'_> {
        self.centred.view()
    }

    /// The mean over the features of their variances (ddof = 0): what `tol` is relative to.
    pub(crate) fn mean_variance(&self) -> f64 {
        self.mean_variance
    }
}

fn mean_square(x: MatrixView<'_>) -> f64 {
    let squares = |range| x.rows_range(range).as_slice().iter().map(|v| v * v).sum::<f64>();
    fold_chunks(x.n_rows(), CHUNK_ROWS, squares, 0.0, |a, b| a + b) / x.as_slice().len() as f64
}
