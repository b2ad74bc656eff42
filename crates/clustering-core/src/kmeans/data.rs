//! The centred rows that every k and every start of a sweep shares.

use std::sync::OnceLock;

use rayon::prelude::*;
use segctl_numeric::par::{CHUNK_ROWS, fold_chunks};
use segctl_numeric::simd::{Kernel, dispatch};
use segctl_numeric::{Matrix, MatrixView};

use super::coarse::Coarse;
use super::survey::Survey;
use crate::ClusteringError;

/// X (n x d), checked and centred once for any number of fits.
///
/// Distances do not change when the mean is taken off, but their rounding errors shrink where the
/// mean is large beside the spread. Where no column's mean exceeds 2^-32 of its range, as in
/// standardised data, there is nothing to gain: X then serves as it is and its mean counts as 0.
/// Else this holds `8 n d` bytes; and `4 n d` in either case for [`Algorithm::Hamerly`](super::Algorithm).
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
#[derive(Debug, Clone)]
pub struct KMeansData<'a> {
    rows: Rows<'a>,
    mean: Vec<f64>,
    mean_variance: f64,
    largest: f64,
    /// Made when first asked for.
    coarse: OnceLock<Option<Coarse>>,
}

/// Rows whose mean is 0.
#[derive(Debug, Clone)]
enum Rows<'a> {
    /// As they came.
    Given(MatrixView<'a>),
    Copied(Matrix),
}

impl PartialEq for KMeansData<'_> {
    /// Equal rows; whether anything was fitted to them does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.centred() == other.centred() && self.mean == other.mean
    }
}

impl<'a> KMeansData<'a> {
    /// Checks `x` and takes its mean off, on a copy unless the mean is 0 as it is. Time O(n d).
    ///
    /// # Errors
    /// [`ClusteringError::Input`] when `x` has no rows, no columns or a value that is not finite;
    /// [`ClusteringError::TooLarge`] when a magnitude exceeds 1e120.
    pub fn new(x: MatrixView<'a>) -> Result<Self, ClusteringError> {
        let survey = Survey::new(x)?;
        if survey.is_centred() {
            let (mean, mean_variance) = (vec![0.0; x.n_cols()], survey.mean_square());
            let largest = survey.largest(&mean);
            return Ok(Self { rows: Rows::Given(x), mean, mean_variance, largest, coarse: OnceLock::new() });
        }
        let mean = survey.mean();
        let mut centred = Matrix::zeros(x.n_rows(), x.n_cols());
        let squares = center_all(x, &mean, centred.view_mut().as_mut_slice());
        let (mean_variance, largest) = (squares / x.as_slice().len() as f64, survey.largest(&mean));
        Ok(Self { rows: Rows::Copied(centred), mean, mean_variance, largest, coarse: OnceLock::new() })
    }

    /// Number of rows, n.
    pub fn n_rows(&self) -> usize {
        self.centred().n_rows()
    }

    /// Number of features, d.
    pub fn n_cols(&self) -> usize {
        self.centred().n_cols()
    }

    /// The mean of each feature, of length d.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// X less its mean (n x d).
    pub fn centred(&self) -> MatrixView<'_> {
        match &self.rows {
            Rows::Given(x) => *x,
            Rows::Copied(centred) => centred.view(),
        }
    }

    /// The mean over the features of their variances (ddof = 0): what `tol` is relative to.
    pub(crate) fn mean_variance(&self) -> f64 {
        self.mean_variance
    }

    /// How often all weight of a cluster may be rounded before its mean is off by more than 2^-36 of
    /// the spread of the rows: no more than matters beside labels that rounding decides anyway.
    pub(super) fn roundings(&self) -> f64 {
        let spread = (self.mean_variance * self.n_cols() as f64).sqrt();
        spread * libm::exp2(-36.0) / (f64::EPSILON * self.largest)
    }

    /// The rows in single precision, where that can be had.
    pub(super) fn coarse(&self) -> Option<&Coarse> {
        self.coarse.get_or_init(|| Coarse::new(self.centred(), self.largest)).as_ref()
    }
}

/// Writes the rows of `x` less `mean` into `out`; returns the sum of their squares.
fn center_all(x: MatrixView<'_>, mean: &[f64], out: &mut [f64]) -> f64 {
    let d = mean.len();
    let chunk = |(i, out): (usize, &mut [f64])| {
        let first = i * CHUNK_ROWS;
        dispatch(Center { x: x.rows_range(first..first + out.len() / d), mean, out })
    };
    let parts: Vec<f64> = out.par_chunks_mut(d * CHUNK_ROWS).enumerate().map(chunk).collect();
    parts.iter().sum()
}

struct Center<'a> {
    x: MatrixView<'a>,
    mean: &'a [f64],
    out: &'a mut [f64],
}

impl Kernel for Center<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let mut squares = vec![0.0; self.mean.len()];
        for (row, out) in self.x.rows().zip(self.out.chunks_exact_mut(self.mean.len())) {
            for (((out, value), mean), sum) in out.iter_mut().zip(row).zip(self.mean).zip(&mut squares) {
                *out = value - mean;
                *sum += *out * *out;
            }
        }
        squares.iter().sum()
    }
}

/// The largest magnitude of all values.
pub(super) fn largest_magnitude(x: MatrixView<'_>) -> f64 {
    let largest = |range| x.rows_range(range).as_slice().iter().fold(0.0_f64, |top, value| top.max(value.abs()));
    fold_chunks(x.n_rows(), CHUNK_ROWS, largest, 0.0, f64::max)
}
