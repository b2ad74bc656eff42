use segctl_numeric::{InputError, Matrix, MatrixView};

use super::coding::Coding;
use super::column::CategoricalColumn;
use super::{cholesky, cross};
use crate::linalg::{center, jacobi};
use crate::{Components, ReductionError};

/// Eigenvalues up to this share of the largest are the rounding of the products they come from.
const RANK_TOLERANCE: f64 = 1e-12;

/// The principal axes of a coded table.
pub(super) struct Axes {
    /// The variance along each of the r axes, descending, all above zero.
    pub(super) eigenvalues: Vec<f64>,
    /// r x d, orthonormal rows, in each the first entry of largest magnitude positive.
    pub(super) vectors: Matrix,
}

impl Axes {
    /// With n > d from the d x d covariances, otherwise from the n x d coded table: the smaller.
    pub(super) fn of(coding: &Coding<'_>, x: MatrixView<'_>, columns: &[CategoricalColumn<'_>]) -> Self {
        let rows = if coding.n_samples > coding.width() {
            cholesky::factor(cross::products(coding, x, columns).view())
        } else {
            coded_rows(coding, x, columns)
        };
        let decomposition = jacobi::decompose(rows);
        tracing::debug!(sweeps = decomposition.sweeps, "rows are orthogonal");
        let mut eigenvalues: Vec<f64> = decomposition.singular_values.iter().map(|s| s * s).collect();
        let largest = eigenvalues.first().copied().unwrap_or(0.0);
        let rank = eigenvalues.partition_point(|&value| value > RANK_TOLERANCE * largest);
        eigenvalues.truncate(rank);
        Self { vectors: decomposition.vectors.view().rows_range(0..rank).to_owned(), eigenvalues }
    }

    /// How many axes to keep, given the inertia of all.
    pub(super) fn count(&self, components: Components, total_inertia: f64) -> Result<usize, ReductionError> {
        let rank = self.eigenvalues.len();
        if rank == 0 {
            return Err(ReductionError::NoVariance);
        }
        match components {
            Components::Count(count) if count > rank => Err(ReductionError::Rank { count, rank }),
            Components::Count(count) => Ok(count),
            _ => Ok(components.count(&ratio(&self.eigenvalues, total_inertia), rank)),
        }
    }

    /// The first `k` axes, k x d.
    pub(super) fn first(&self, k: usize) -> Matrix {
        self.vectors.view().rows_range(0..k).to_owned()
    }
}

/// The share of each eigenvalue.
pub(super) fn ratio(eigenvalues: &[f64], total: f64) -> Vec<f64> {
    eigenvalues.iter().map(|value| value / total).collect()
}

/// The coded table by sqrt(n).
fn coded_rows(coding: &Coding<'_>, x: MatrixView<'_>, columns: &[CategoricalColumn<'_>]) -> Matrix {
    let coded = coding.encode(x, columns);
    let mut rows = center::centered(coded.view(), &center::column_means(coded.view()));
    let root = (coding.n_samples as f64).sqrt();
    rows.view_mut().as_mut_slice().iter_mut().for_each(|value| *value /= root);
    rows
}

/// Checks a table before a fit: two rows, a column, and columns of equal length.
pub(super) fn ensure_table(
    what: &'static str,
    x: MatrixView<'_>,
    columns: &[CategoricalColumn<'_>],
) -> Result<(), ReductionError> {
    if x.n_cols() + columns.len() == 0 {
        return Err(InputError::NoColumns { what }.into());
    }
    if x.n_rows() < 2 {
        return Err(InputError::TooFewRows { what, n_samples: x.n_rows(), at_least: 2 }.into());
    }
    super::column::ensure_length(columns, x.n_rows())
}
