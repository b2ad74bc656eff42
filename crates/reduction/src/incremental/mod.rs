//! Incremental principal component analysis: components of rows that come in batches.

mod params;

use std::ops::Range;

pub use params::IncrementalPcaParams;

use segctl_numeric::{InputError, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use crate::linalg::center::{chunked_means, mean_of_means, squared_deviations};
use crate::linalg::jacobi::{self, Decomposition};
use crate::linalg::{lanes::axpy, qr};
use crate::magnitude::ensure_fits;
use crate::pca::{centered, check_shape};
use crate::{Components, Pca, ReductionError};

/// Fits k principal components to `x` (n x d) in batches of rows, in their order, so that the working
/// memory depends on the batch and not on n. The batches are those of scikit-learn's
/// `IncrementalPCA.fit`: the last is joined to the one before when it would have fewer than k rows.
///
/// With k < d the result is an approximation: what a batch has beyond the first k components is
/// forgotten. [`crate::fit`] holds no more memory and is exact; this is for rows that do not come at
/// once, see [`IncrementalPca`].
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_reduction::{IncrementalPcaParams, fit_incremental};
/// let x = Matrix::from_rows(&[[0.0, 0.0], [3.0, 4.0], [6.0, 8.0], [9.0, 12.0]])?;
/// let pca = fit_incremental(x.view(), &IncrementalPcaParams::new(1).with_batch_size(2))?;
/// assert!((pca.components.row(0)[1] - 0.8).abs() < 1e-14);
/// # Ok::<(), segctl_reduction::ReductionError>(())
/// ```
///
/// # Errors
/// n < 2, d = 0, k outside `1..=min(n, d)`, a batch size below k or 2, a value that is NaN, infinite
/// or beyond 1e140.
pub fn fit_incremental(x: MatrixView<'_>, params: &IncrementalPcaParams) -> Result<Pca, ReductionError> {
    params.validate()?;
    check_shape("PCA", x)?;
    ensure_fits(x)?;
    let k = Components::Count(params.n_components).limit(x.n_rows(), x.n_cols())?;
    let mut incremental = IncrementalPca::new(*params)?;
    for rows in batches(x.n_rows(), params.batch_size.unwrap_or(5 * x.n_cols()), k) {
        incremental.partial_fit(x.rows_range(rows))?;
    }
    Ok(incremental.pca.expect("there is a batch"))
}

/// Batches of `size` rows, of which the last has at least `at_least` unless it is the only one.
fn batches(n: usize, size: usize, at_least: usize) -> Vec<Range<usize>> {
    let mut batches = Vec::new();
    let mut start = 0;
    while start < n {
        let end = start + size.min(n - start);
        let end = if n - end < at_least { n } else { end };
        batches.push(start..end);
        start = end;
    }
    batches
}

/// A principal component analysis that takes one batch of rows after the other.
///
/// Ross, Lim, Lin & Yang, "Incremental learning for robust visual tracking", International Journal
/// of Computer Vision 77 (2008): the components so far, at their lengths, the batch less its mean, and
/// one row for the distance of the two means are decomposed together, and the first k components kept.
/// Means and variances of columns are exact (Chan, Golub & LeVeque 1979). Numbers and signs are those of
/// scikit-learn's `IncrementalPCA`, which also estimates a noise variance; this does not.
///
/// With k = d, or a rank of the data up to k, the analysis is that of all rows seen.
///
/// ```
/// use segctl_numeric::Matrix;
/// use segctl_reduction::{IncrementalPca, IncrementalPcaParams};
/// let mut incremental = IncrementalPca::new(IncrementalPcaParams::new(1))?;
/// incremental.partial_fit(Matrix::from_rows(&[[0.0, 0.0], [3.0, 4.0]])?.view())?;
/// incremental.partial_fit(Matrix::from_rows(&[[6.0, 8.0]])?.view())?;
/// let pca = incremental.pca().ok_or("no batch")?;
/// assert!((pca.explained_variance[0] - 25.0).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawIncrementalPca")]
pub struct IncrementalPca {
    params: IncrementalPcaParams,
    pca: Option<Pca>,
    /// Of each column, the sum of squared deviations from its mean over all rows so far.
    squared_deviations: Vec<f64>,
}

impl IncrementalPca {
    /// An analysis of no rows yet.
    ///
    /// ```
    /// use segctl_reduction::{IncrementalPca, IncrementalPcaParams};
    /// assert!(IncrementalPca::new(IncrementalPcaParams::new(2))?.pca().is_none());
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    ///
    /// # Errors
    /// As [`IncrementalPcaParams::validate`].
    pub fn new(params: IncrementalPcaParams) -> Result<Self, ReductionError> {
        params.validate()?;
        Ok(Self { params, pca: None, squared_deviations: Vec::new() })
    }

    /// The analysis of the rows so far; `None` before the first batch.
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{IncrementalPca, IncrementalPcaParams};
    /// let mut incremental = IncrementalPca::new(IncrementalPcaParams::new(1))?;
    /// incremental.partial_fit(Matrix::from_rows(&[[0.0, 0.0], [3.0, 4.0]])?.view())?;
    /// assert_eq!(incremental.pca().map(|pca| pca.n_samples), Some(2));
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    pub fn pca(&self) -> Option<&Pca> {
        self.pca.as_ref()
    }

    /// Takes in a batch (m x d) of any size, the first of at least k rows and 2. After an error the
    /// analysis is as before. With r = min(m + k + 1, d), O((m + k) d r + r^2 d) time, the second term
    /// some 6 to 10 times over and on one thread, so wide data want long batches; O((m + k) d + d^2)
    /// memory. The same bits at any number of threads.
    ///
    /// ```
    /// # use segctl_numeric::Matrix;
    /// # use segctl_reduction::{IncrementalPca, IncrementalPcaParams};
    /// let mut incremental = IncrementalPca::new(IncrementalPcaParams::new(1))?;
    /// assert!(incremental.partial_fit(Matrix::zeros(1, 2).view()).is_err());
    /// assert!(incremental.partial_fit(Matrix::zeros(2, 2).view()).is_ok());
    /// # Ok::<(), segctl_reduction::ReductionError>(())
    /// ```
    ///
    /// # Errors
    /// No rows, or in the first batch fewer than k or 2; d = 0, or another d than before; k > d; a
    /// value that is NaN, infinite or beyond 1e140.
    pub fn partial_fit(&mut self, batch: MatrixView<'_>) -> Result<(), ReductionError> {
        self.check(batch)?;
        let mean = chunked_means(batch);
        let squares = squared_deviations(batch, &mean);
        let rows = if batch.n_rows() > batch.n_cols() { qr::triangle(batch, |_| true) } else { centered(batch) };
        let (_, rows) = rows.expect("all values fit");
        match self.pca.take() {
            None => self.replace(mean, batch.n_rows(), squares, rows),
            Some(before) => self.join(&before, &mean, batch.n_rows(), squares, rows.view()),
        }
        Ok(())
    }

    fn check(&self, batch: MatrixView<'_>) -> Result<(), ReductionError> {
        match &self.pca {
            None => {
                check_shape("PCA", batch)?;
                Components::Count(self.params.n_components).limit(batch.n_rows(), batch.n_cols())?;
            }
            Some(pca) if pca.mean.len() != batch.n_cols() => {
                return Err(ReductionError::Width { what: "X", found: batch.n_cols(), expected: pca.mean.len() });
            }
            Some(_) if batch.n_rows() == 0 => {
                return Err(InputError::TooFewRows { what: "batch", n_samples: 0, at_least: 1 }.into());
            }
            Some(_) => {}
        }
        ensure_fits(batch)
    }

    /// Joins a batch, given its mean and rows with the products of its centred rows.
    fn join(&mut self, before: &Pca, mean: &[f64], n_rows: usize, squares: Vec<f64>, rows: MatrixView<'_>) {
        let (n, m) = (before.n_samples as f64, n_rows as f64);
        // Of two groups of rows, this far apart: what is between them is worth one row.
        let weight = (n / (n + m) * m).sqrt();
        let between: Vec<f64> = before.mean.iter().zip(mean).map(|(old, new)| weight * (old - new)).collect();
        let mut squared_deviations = squares;
        axpy(1.0, &self.squared_deviations, &mut squared_deviations);
        squared_deviations.iter_mut().zip(&between).for_each(|(sum, row)| *sum += row * row);
        let means = [(before.n_samples, &before.mean[..]), (n_rows, mean)];
        let rows = stacked(before, rows, &between);
        self.replace(mean_of_means(means.into_iter()), before.n_samples + n_rows, squared_deviations, rows);
    }

    /// Keeps the first k components of `rows`.
    fn replace(&mut self, mean: Vec<f64>, n_samples: usize, squared_deviations: Vec<f64>, rows: Matrix) {
        let k = self.params.n_components;
        let Decomposition { mut singular_values, vectors, sweeps } = jacobi::decompose(rows);
        tracing::debug!(sweeps, n_samples, "batch is joined");
        singular_values.truncate(k);
        let vectors = vectors.view().rows_range(0..k).to_owned();
        let total = squared_deviations.iter().map(|sum| sum / (n_samples - 1) as f64).sum();
        let decomposition = Decomposition { singular_values, vectors, sweeps };
        self.pca = Some(Pca::of_total(mean, decomposition, n_samples, total));
        self.squared_deviations = squared_deviations;
    }
}

/// At most d rows with the products of: the components at their lengths, `rows`, and `between`.
fn stacked(before: &Pca, rows: MatrixView<'_>, between: &[f64]) -> Matrix {
    let d = between.len();
    let mut values = Vec::with_capacity((before.n_components() + rows.n_rows() + 1) * d);
    for (component, length) in before.components.view().rows().zip(&before.singular_values) {
        values.extend(component.iter().map(|value| value * length));
    }
    values.extend_from_slice(rows.as_slice());
    values.extend_from_slice(between);
    let n_rows = values.len() / d;
    let all = Matrix::new(values, n_rows, d).expect("whole rows");
    if n_rows > d { qr::joined(all.view()) } else { all }
}

/// An analysis as it stands in a file, before its shapes are checked.
#[derive(Deserialize)]
struct RawIncrementalPca {
    params: IncrementalPcaParams,
    pca: Option<Pca>,
    squared_deviations: Vec<f64>,
}

impl TryFrom<RawIncrementalPca> for IncrementalPca {
    type Error = InputError;

    fn try_from(raw: RawIncrementalPca) -> Result<Self, InputError> {
        let RawIncrementalPca { params, pca, squared_deviations } = raw;
        let (d, k) = pca.as_ref().map_or((0, params.n_components), |pca| (pca.mean.len(), pca.n_components()));
        let lengths = [("squared_deviations", squared_deviations.len(), d), ("components", k, params.n_components)];
        match lengths.into_iter().find(|(_, found, expected)| found != expected) {
            Some((what, found, expected)) => Err(InputError::Length { what, found, expected }),
            None => Ok(Self { params, pca, squared_deviations }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_last_batch_is_joined() {
        assert_eq!(batches(10, 4, 2), [0..4, 4..8, 8..10]);
        assert_eq!(batches(10, 4, 3), [0..4, 4..10]);
        assert_eq!(batches(8, 4, 2), [0..4, 4..8]);
        assert_eq!(batches(3, 4, 3).first(), Some(&(0..3)));
    }
}
