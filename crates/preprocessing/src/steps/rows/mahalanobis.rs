use segctl_numeric::MatrixView;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};

use crate::describe::centred;
use crate::steps::triangle::{Svd, svd, triangle};

/// How far a row lies from the mean of all, in the metric of their covariance (Mahalanobis 1936).
///
/// The squared distance is `(x - m)' C^-1 (x - m)`, m and C the mean and the covariance (ddof = 0) of the
/// rows this was fitted on; of normal rows it follows a chi-squared distribution, one degree of freedom
/// per column. Where columns are linear functions of others the pseudo-inverse takes the place of the
/// inverse and the rank that of the number of columns. Mean and covariance are not robust: many outliers
/// on one side can hide each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mahalanobis {
    /// The means, one per column.
    pub centre: Vec<f64>,
    /// The population standard deviations, 1 where a column does not vary.
    pub unit: Vec<f64>,
    /// Directions among the standardised columns, one per rank; the lengths of a row along them have
    /// variance 1 and no correlation.
    pub axes: Vec<Vec<f64>>,
    /// The largest squared distance that is no outlier's.
    pub limit: f64,
}

impl Mahalanobis {
    /// From columns of equal length without missing values; O(n d^2).
    pub(super) fn fit(columns: &[&[f64]], quantile: f64) -> Self {
        let (d, n) = (columns.len(), columns.first().map_or(0, |column| column.len()));
        let moments = columns.iter().map(|column| {
            centred(column).map_or((0.0, 0.0), |found| match found.is_constant() {
                true => (found.mean, 0.0),
                false => (found.mean, found.variance().sqrt()),
            })
        });
        let (centre, spread): (Vec<f64>, Vec<f64>) = moments.unzip();
        let unit: Vec<f64> = spread.iter().map(|&spread| if spread > 0.0 { spread } else { 1.0 }).collect();
        let r = triangle(n, d, |rows, out| {
            for (j, out) in out.chunks_exact_mut(rows.len().max(1)).enumerate().filter(|&(j, _)| spread[j] > 0.0) {
                let values = &columns[j][rows.clone()];
                out.iter_mut().zip(values).for_each(|(out, value)| *out = (value - centre[j]) / unit[j]);
            }
        });
        let axes = axes(&svd(r, d), d, n);
        let limit = chi_squared_quantile(axes.len(), quantile);
        Self { centre, unit, axes, limit }
    }

    /// The squared distance of a row, one value per column; NaN where it leaves the range of numbers.
    ///
    /// ```
    /// use segctl_preprocessing::steps::Mahalanobis;
    /// let round = Mahalanobis {
    ///     centre: vec![1.0, 1.0],
    ///     unit: vec![1.0, 2.0],
    ///     axes: vec![vec![1.0, 0.0], vec![0.0, 1.0]],
    ///     limit: 7.4,
    /// };
    /// assert_eq!(round.squared_distance(&[4.0, 3.0]), 10.0);
    /// ```
    ///
    /// # Panics
    /// Where the row has fewer values than there are columns.
    pub fn squared_distance(&self, row: &[f64]) -> f64 {
        let along = |axis: &Vec<f64>| {
            let terms = axis.iter().enumerate().map(|(j, weight)| weight * ((row[j] - self.centre[j]) / self.unit[j]));
            let length: f64 = terms.sum();
            length * length
        };
        self.axes.iter().map(along).sum()
    }

    /// Whether a row is an outlier; one beyond the range of numbers is.
    pub(super) fn is_outlier(&self, row: &[f64]) -> bool {
        let distance = self.squared_distance(row);
        distance.is_nan() || distance > self.limit
    }

    pub(super) fn judge(&self, rows: MatrixView<'_>) -> Vec<bool> {
        rows.rows().map(|row| self.is_outlier(row)).collect()
    }

    pub(super) fn is_sound(&self, d: usize) -> bool {
        self.centre.len() == d && self.unit.len() == d && self.axes.iter().all(|axis| axis.len() == d)
    }
}

/// Directions with a spread, divided by it. One whose variance is below `d * epsilon` of the largest is
/// rounding, as for SciPy's `pinvh`.
fn axes(found: &Svd, d: usize, n: usize) -> Vec<Vec<f64>> {
    let largest = found.values.iter().fold(0.0, |top: f64, &value| top.max(value));
    let least = largest * (d as f64 * f64::EPSILON).sqrt();
    let spread = found.values.iter().zip(found.right.chunks_exact(d.max(1))).filter(|&(&value, _)| value > least);
    let root = (n as f64).sqrt();
    spread.map(|(value, right)| right.iter().map(|weight| weight * root / value).collect()).collect()
}

/// 0 without degrees of freedom, where no row is at any distance.
fn chi_squared_quantile(freedom: usize, quantile: f64) -> f64 {
    ChiSquared::new(freedom as f64).map_or(0.0, |distribution| distribution.inverse_cdf(quantile))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_repeats_others_changes_nothing() {
        let a: Vec<f64> = (0..60).map(|i| libm::sin(f64::from(i) * 1.7)).collect();
        let b: Vec<f64> = (0..60).map(|i| 1e6 * libm::cos(f64::from(i * i))).collect();
        let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 1e6 * a - 2.0 * b).collect();
        let constant = [3.0; 60];
        let plain = Mahalanobis::fit(&[&a, &b], 0.975);
        let singular = Mahalanobis::fit(&[&a, &b, &sum, &constant], 0.975);
        assert_eq!((plain.axes.len(), singular.axes.len()), (2, 2));
        assert_eq!(plain.limit, singular.limit);
        for i in 0..60 {
            let expected = plain.squared_distance(&[a[i], b[i]]);
            let found = singular.squared_distance(&[a[i], b[i], sum[i], 3.0]);
            assert!((found - expected).abs() < 1e-9 * expected.max(1.0), "{found} {expected}");
        }
    }

    #[test]
    fn without_spread_nothing_is_far() {
        for column in [&[5.0; 4][..], &[1.0]] {
            let found = Mahalanobis::fit(&[column], 0.975);
            assert!(found.axes.is_empty() && !found.is_outlier(&[1e75]));
        }
        let far = Mahalanobis::fit(&[&[1e75, -1e75, 0.0]], 0.975);
        assert!((far.squared_distance(&[1e75]) - 1.5).abs() < 1e-12);
        let tiny = Mahalanobis::fit(&[&[0.0, 1e-150, 2e-150]], 0.975);
        assert!(tiny.is_outlier(&[1e75]) && !tiny.is_outlier(&[1e-150]));
    }
}
