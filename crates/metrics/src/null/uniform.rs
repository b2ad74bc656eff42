//! Uniform data in a box around a table.

use std::ops::Range;

use rand::RngExt;
use segctl_numeric::par::{CHUNK_ROWS, fold_chunks};
use segctl_numeric::seed::Seed;
use segctl_numeric::{InputError, Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::Axes;
use crate::MetricsError;
use crate::magnitude::ensure_magnitudes;
use crate::silhouette::MAX_MAGNITUDE;

/// How the box around a table lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ReferenceSpace {
    /// Along the principal axes of the centred table: `scaledPCA` of R's `cluster::clusGap`, version
    /// (b) of the paper.
    #[default]
    PrincipalAxes,
    /// Along the columns: `original` of `clusGap`, version (a) of the paper.
    Original,
}

/// The smallest box with sides along given axes that holds all rows of a table: where reference sets
/// are drawn from (Tibshirani, Walther & Hastie 2001, section 3).
///
/// ```
/// use segctl_metrics::{ReferenceBox, ReferenceSpace};
/// use segctl_numeric::{Matrix, seed::Seed};
/// let x = Matrix::from_rows(&[[0.0, 10.0], [1.0, 30.0], [0.5, 20.0]])?;
/// let around = ReferenceBox::fit(x.view(), ReferenceSpace::Original)?;
/// let drawn = around.draw(100, Seed(1));
/// assert!(drawn.view().rows().all(|row| row[0] <= 1.0 && (10.0..=30.0).contains(&row[1])));
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceBox {
    /// `None` where the sides are along the columns.
    axes: Option<Axes>,
    low: Vec<f64>,
    high: Vec<f64>,
}

impl ReferenceBox {
    /// The box around the rows of `x` (n x d). O(n d) along the columns, O(n d^2 + d^3) along the
    /// principal axes.
    ///
    /// ```
    /// use segctl_metrics::{ReferenceBox, ReferenceSpace};
    /// use segctl_numeric::Matrix;
    /// let x = Matrix::from_rows(&[[0.0], [f64::NAN]])?;
    /// assert!(ReferenceBox::fit(x.view(), ReferenceSpace::Original).is_err());
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    ///
    /// # Errors
    /// Fewer than 2 rows, no columns, values that are not finite or of a magnitude above 1e150.
    pub fn fit(x: MatrixView<'_>, space: ReferenceSpace) -> Result<Self, MetricsError> {
        check_table(x)?;
        Ok(Self::around(x, space))
    }

    /// [`ReferenceBox::fit`] for a table that was checked.
    pub(crate) fn around(x: MatrixView<'_>, space: ReferenceSpace) -> Self {
        let axes = match space {
            ReferenceSpace::PrincipalAxes => Some(Axes::fit(x)),
            ReferenceSpace::Original => None,
        };
        let d = x.n_cols();
        let none = (vec![f64::INFINITY; d], vec![f64::NEG_INFINITY; d]);
        let ranges = |range: Range<usize>| {
            let (mut ranges, mut along) = (none.clone(), vec![0.0; d]);
            for i in range {
                match &axes {
                    Some(axes) => axes.project(x.row(i), &mut along),
                    None => along.copy_from_slice(x.row(i)),
                }
                widen(&mut ranges, &along, &along);
            }
            ranges
        };
        let (low, high) = fold_chunks(x.n_rows(), CHUNK_ROWS, ranges, none.clone(), |mut all, (low, high)| {
            widen(&mut all, &low, &high);
            all
        });
        Self { axes, low, high }
    }

    /// Puts the rows of the unit cube `unit` (m x d, values in [0, 1]) into the box: 0 is the low end
    /// of a side, 1 the high end.
    ///
    /// ```
    /// use segctl_metrics::{ReferenceBox, ReferenceSpace};
    /// use segctl_numeric::Matrix;
    /// let x = Matrix::from_rows(&[[0.0, 10.0], [1.0, 30.0]])?;
    /// let around = ReferenceBox::fit(x.view(), ReferenceSpace::Original)?;
    /// let middle = Matrix::from_rows(&[[0.5, 0.5]])?;
    /// assert_eq!(around.place(middle.view()).row(0), [0.5, 20.0]);
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    ///
    /// # Panics
    /// When `unit` has another number of columns than the box.
    pub fn place(&self, unit: MatrixView<'_>) -> Matrix {
        assert_eq!(unit.n_cols(), self.low.len(), "one coordinate per side of the box");
        self.placed(unit.as_slice().to_vec(), unit.n_rows())
    }

    /// `n` rows drawn uniformly from the box, the same for the same `seed`. O(n d), or O(n d^2) along
    /// principal axes, serial.
    ///
    /// ```
    /// use segctl_metrics::{ReferenceBox, ReferenceSpace};
    /// use segctl_numeric::{Matrix, seed::Seed};
    /// let x = Matrix::from_rows(&[[0.0, 1.0], [1.0, 3.0], [4.0, 2.0]])?;
    /// let around = ReferenceBox::fit(x.view(), ReferenceSpace::PrincipalAxes)?;
    /// assert_eq!(around.draw(5, Seed(1)), around.draw(5, Seed(1)));
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn draw(&self, n: usize, seed: Seed) -> Matrix {
        let mut rng = seed.stream("reference set", 0, 0);
        self.placed((0..n * self.low.len()).map(|_| rng.random()).collect(), n)
    }

    /// The `n` rows of the unit cube, in the box.
    fn placed(&self, mut values: Vec<f64>, n: usize) -> Matrix {
        let d = self.low.len();
        for row in values.chunks_exact_mut(d) {
            for ((value, low), high) in row.iter_mut().zip(&self.low).zip(&self.high) {
                *value = (low + *value * (high - low)).min(*high);
            }
        }
        let rows = match &self.axes {
            Some(axes) => axes.unprojected(&values),
            None => values,
        };
        Matrix::new(rows, n, d).expect("n rows of d values were made")
    }

    /// The sides, lowest and highest coordinate.
    pub(crate) fn sides(&self) -> impl Iterator<Item = (f64, f64)> {
        self.low.iter().copied().zip(self.high.iter().copied())
    }
}

fn widen(ranges: &mut (Vec<f64>, Vec<f64>), low: &[f64], high: &[f64]) {
    ranges.0.iter_mut().zip(low).for_each(|(all, low)| *all = all.min(*low));
    ranges.1.iter_mut().zip(high).for_each(|(all, high)| *all = all.max(*high));
}

/// A table with at least two rows and one column, finite, with squares that are finite.
pub(crate) fn check_table(x: MatrixView<'_>) -> Result<(), MetricsError> {
    if x.n_cols() == 0 {
        return Err(InputError::NoColumns { what: "X" }.into());
    }
    if x.n_rows() < 2 {
        return Err(InputError::TooFewRows { what: "X", n_samples: x.n_rows(), at_least: 2 }.into());
    }
    ensure_magnitudes(x, MAX_MAGNITUDE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagonal_cloud_has_a_narrow_box_along_its_axes() {
        let rows: Vec<[f64; 2]> = (0..50).map(|i| [f64::from(i), f64::from(i) + f64::from(i % 2)]).collect();
        let x = Matrix::from_rows(&rows).unwrap();
        let distance = |row: &[f64]| (row[1] - row[0] - 0.5).abs();
        let far = |space| {
            let drawn = ReferenceBox::fit(x.view(), space).unwrap().draw(500, Seed(1));
            drawn.view().rows().map(distance).fold(0.0, f64::max)
        };
        assert!(far(ReferenceSpace::PrincipalAxes) < 1.1, "{}", far(ReferenceSpace::PrincipalAxes));
        assert!(far(ReferenceSpace::Original) > 20.0);
    }

    #[test]
    fn corners_of_the_cube_are_corners_of_the_box() {
        let x = Matrix::from_rows(&[[0.0, 5.0], [2.0, 5.0], [1.0, 9.0]]).unwrap();
        let around = ReferenceBox::fit(x.view(), ReferenceSpace::Original).unwrap();
        let corners = around.place(Matrix::from_rows(&[[0.0, 0.0], [1.0, 1.0]]).unwrap().view());
        assert_eq!(corners.as_slice(), [0.0, 5.0, 2.0, 9.0]);
        assert_eq!(around.sides().collect::<Vec<_>>(), [(0.0, 2.0), (5.0, 9.0)]);
    }

    #[test]
    fn unusable_tables_are_refused() {
        let fit = |rows: &[[f64; 1]]| {
            ReferenceBox::fit(Matrix::from_rows(rows).unwrap().view(), ReferenceSpace::PrincipalAxes)
        };
        assert_eq!(fit(&[[1.0]]).unwrap_err().to_string(), "X: n_samples=1 should be >= 2");
        assert!(fit(&[[1.0], [1e300]]).is_err());
        assert!(ReferenceBox::fit(Matrix::zeros(3, 0).view(), ReferenceSpace::Original).is_err());
        let constant = fit(&[[1.5], [1.5]]).unwrap().draw(3, Seed(0));
        assert_eq!(constant.as_slice(), [1.5; 3]);
    }
}
