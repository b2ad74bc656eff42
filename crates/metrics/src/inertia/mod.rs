//! The sum of squares within clusters.

mod kernel;

use std::ops::Range;

use segctl_numeric::par::{CHUNK_ROWS, fold_chunks};
use segctl_numeric::simd::dispatch;
use segctl_numeric::{InputError, Labels, MatrixView};

use self::kernel::{AddRows, SquaresWithin};
use crate::MetricsError;

/// `sum_i |x_i - c_label(i)|^2` over the rows of `x` (n x d), each `c` being the mean of its members;
/// noise is left out.
///
/// ```
/// use segctl_metrics::inertia;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[1.0, 3.0, 9.0, 50.0], 4, 1)?;
/// assert_eq!(inertia(x, &Labels::from_signed(&[0, 0, 1, -1])?)?, 2.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] when the numbers of rows and labels differ or a value is not finite.
pub fn inertia(x: MatrixView<'_>, labels: &Labels) -> Result<f64, MetricsError> {
    Ok(inertia_many(x, &[labels])?[0])
}

/// [`inertia`] for each of many labelings, in two passes over `x`. Time O(n d m) for m labelings.
///
/// ```
/// use segctl_metrics::inertia_many;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[1.0, 3.0, 9.0], 3, 1)?;
/// let (two, three) = (Labels::from_signed(&[0, 0, 1])?, Labels::from_signed(&[0, 1, 2])?);
/// assert_eq!(inertia_many(x, &[&two, &three])?, [2.0, 0.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`inertia`], for the first labeling at fault.
pub fn inertia_many(x: MatrixView<'_>, labelings: &[&Labels]) -> Result<Vec<f64>, MetricsError> {
    x.ensure_finite("X")?;
    if let Some(labels) = labelings.iter().find(|labels| labels.len() != x.n_rows()) {
        return Err(InputError::Length { what: "labels", found: labels.len(), expected: x.n_rows() }.into());
    }
    if x.n_cols() == 0 {
        return Ok(vec![0.0; labelings.len()]);
    }
    let means = means(x, labelings);
    let squares = |range: Range<usize>| {
        let of = |(labels, means): (&&Labels, &Vec<f64>)| squares_within(x, labels, means, range.clone());
        labelings.iter().zip(&means).map(of).collect::<Vec<f64>>()
    };
    Ok(fold_chunks(x.n_rows(), CHUNK_ROWS, squares, vec![0.0; labelings.len()], |a, b| added(a, &b)))
}

/// Of each labeling, k x d.
fn means(x: MatrixView<'_>, labelings: &[&Labels]) -> Vec<Vec<f64>> {
    let d = x.n_cols();
    let zeros: Vec<Vec<f64>> = labelings.iter().map(|labels| vec![0.0; labels.n_clusters() * d]).collect();
    let sums = |range: Range<usize>| {
        let mut sums = zeros.clone();
        for (labels, sums) in labelings.iter().zip(&mut sums) {
            let (rows, ids) = (x.rows_range(range.clone()).as_slice(), &labels.as_slice()[range.clone()]);
            dispatch(AddRows { rows, ids, n_features: d, sums });
        }
        sums
    };
    let join = |a: Vec<Vec<f64>>, b: Vec<Vec<f64>>| a.into_iter().zip(&b).map(|(a, b)| added(a, b)).collect();
    let mut means = fold_chunks(x.n_rows(), CHUNK_ROWS, sums, zeros.clone(), join);
    for (labels, means) in labelings.iter().zip(&mut means) {
        for (mean, size) in means.chunks_exact_mut(d).zip(labels.sizes()) {
            mean.iter_mut().for_each(|value| *value /= size as f64);
        }
    }
    means
}

fn squares_within(x: MatrixView<'_>, labels: &Labels, means: &[f64], range: Range<usize>) -> f64 {
    let (rows, ids) = (x.rows_range(range.clone()).as_slice(), &labels.as_slice()[range]);
    dispatch(SquaresWithin { rows, ids, n_features: x.n_cols(), means })
}

fn added(mut a: Vec<f64>, b: &[f64]) -> Vec<f64> {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
    a
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::Matrix;
    use segctl_numeric::par::with_threads;

    use super::*;

    fn naive(x: MatrixView<'_>, labels: &[i64]) -> f64 {
        let mut total = 0.0;
        for cluster in 0..=labels.iter().copied().max().unwrap_or(-1) {
            let rows: Vec<&[f64]> = x.rows().zip(labels).filter(|(_, l)| **l == cluster).map(|(row, _)| row).collect();
            for j in 0..x.n_cols() {
                let mean = rows.iter().map(|row| row[j]).sum::<f64>() / rows.len() as f64;
                total += rows.iter().map(|row| (row[j] - mean) * (row[j] - mean)).sum::<f64>();
            }
        }
        total
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(
            values in prop::collection::vec(-100.0_f64..100.0, 60),
            a in prop::collection::vec(-1_i64..3, 20),
            b in prop::collection::vec(0_i64..5, 20),
        ) {
            let x = Matrix::new(values, 20, 3).unwrap();
            let labels = [&a, &b].map(|labels| Labels::from_signed(labels).unwrap());
            let found = inertia_many(x.view(), &[&labels[0], &labels[1]]).unwrap();
            for (found, labels) in found.into_iter().zip([&a, &b]) {
                prop_assert!((found - naive(x.view(), labels)).abs() <= 1e-9 * (1.0 + found));
            }
        }
    }

    #[test]
    fn threads_change_no_bit() {
        let n = 3 * CHUNK_ROWS + 7;
        let x = Matrix::new((0..2 * n).map(|i| (i as f64 * 0.37).sin()).collect(), n, 2).unwrap();
        let labels = Labels::new((0..n as u32).map(|i| i % 5).collect(), 5).unwrap();
        let found = [1, 2, 3].map(|threads| with_threads(threads, || inertia(x.view(), &labels).unwrap()));
        assert!(found.iter().all(|value| value.to_bits() == found[0].to_bits()));
    }

    #[test]
    fn unusable_input_is_refused() {
        let x = Matrix::from_rows(&[[1.0], [f64::NAN]]).unwrap();
        assert!(inertia(x.view(), &Labels::new(vec![0, 0], 1).unwrap()).is_err());
        let x = Matrix::from_rows(&[[1.0], [2.0]]).unwrap();
        assert!(inertia(x.view(), &Labels::new(vec![0], 1).unwrap()).is_err());
        assert_eq!(inertia(x.view(), &Labels::from_signed(&[-1, -1]).unwrap()).unwrap(), 0.0);
    }
}
