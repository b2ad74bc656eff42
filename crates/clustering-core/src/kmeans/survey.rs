//! What one pass over X tells before anything is copied.

use std::ops::Range;

use segctl_numeric::MatrixView;
use segctl_numeric::par::{CHUNK_ROWS, fold_chunks};
use segctl_numeric::simd::{Kernel, dispatch};

use crate::ClusteringError;
use crate::check::{LARGEST_VALUE, check_values};

/// A mean of no more than this part of a column's range counts as 0: left in, it makes the largest
/// magnitude no greater to speak of, and so neither the rounding errors. Standardising leaves far less.
const NO_MEAN: f64 = 1.0 / (1_u64 << 32) as f64;

/// The sum, the sum of squares, the least and the greatest value of each column.
pub(super) struct Survey {
    sums: Vec<f64>,
    squares: Vec<f64>,
    least: Vec<f64>,
    greatest: Vec<f64>,
    n_rows: usize,
}

impl Survey {
    /// Looks at all of `x`, and for what is wrong with it only when something is.
    ///
    /// # Errors
    /// As [`check_values`].
    pub(super) fn new(x: MatrixView<'_>) -> Result<Self, ClusteringError> {
        let part = |range: Range<usize>| {
            let mut part = Self::empty(x.n_cols());
            dispatch(Look { x: x.rows_range(range), survey: &mut part });
            part
        };
        let survey = fold_chunks(x.n_rows(), CHUNK_ROWS, part, Self::empty(x.n_cols()), Self::add);
        if !survey.is_fine() {
            check_values("X", x)?;
        }
        Ok(survey)
    }

    fn empty(d: usize) -> Self {
        let [sums, squares] = [const { 0.0 }; 2].map(|zero| vec![zero; d]);
        Self { sums, squares, least: vec![f64::INFINITY; d], greatest: vec![f64::NEG_INFINITY; d], n_rows: 0 }
    }

    fn add(mut self, part: Self) -> Self {
        self.sums.iter_mut().zip(part.sums).for_each(|(a, b)| *a += b);
        self.squares.iter_mut().zip(part.squares).for_each(|(a, b)| *a += b);
        self.least.iter_mut().zip(part.least).for_each(|(a, b)| *a = a.min(b));
        self.greatest.iter_mut().zip(part.greatest).for_each(|(a, b)| *a = a.max(b));
        self.n_rows += part.n_rows;
        self
    }

    /// Whether there are rows and columns, and all values are numbers within the limit. What is not
    /// a number escapes a comparison, but not a sum.
    fn is_fine(&self) -> bool {
        let mut columns = self.sums.iter().zip(&self.least).zip(&self.greatest);
        let fine = columns
            .all(|((sum, &least), &greatest)| sum.is_finite() && least >= -LARGEST_VALUE && greatest <= LARGEST_VALUE);
        fine && self.n_rows > 0 && !self.sums.is_empty()
    }

    /// Whether no column has a mean to speak of.
    pub(super) fn is_centred(&self) -> bool {
        let ranges = self.least.iter().zip(&self.greatest).map(|(least, greatest)| greatest - least);
        self.mean().iter().zip(ranges).all(|(mean, range)| mean.abs() <= NO_MEAN * range)
    }

    /// The mean of all squares.
    pub(super) fn mean_square(&self) -> f64 {
        self.squares.iter().sum::<f64>() / (self.squares.len() * self.n_rows) as f64
    }

    /// The mean of each column.
    pub(super) fn mean(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum / self.n_rows as f64).collect()
    }

    /// The largest magnitude of all values less `mean`, to the last bit: rounding keeps the order, so
    /// that it is that of a least or of a greatest value.
    pub(super) fn largest(&self, mean: &[f64]) -> f64 {
        let ends = self.least.iter().zip(&self.greatest).zip(mean);
        ends.fold(0.0, |top, ((least, greatest), mean)| top.max((least - mean).abs()).max((greatest - mean).abs()))
    }
}

struct Look<'a> {
    x: MatrixView<'a>,
    survey: &'a mut Survey,
}

impl Kernel for Look<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Survey { sums, squares, least, greatest, n_rows } = self.survey;
        for row in self.x.rows() {
            let ends = least.iter_mut().zip(greatest.iter_mut());
            let both = sums.iter_mut().zip(squares.iter_mut());
            for (((sum, square), (least, greatest)), &value) in both.zip(ends).zip(row) {
                *sum += value;
                *square += value * value;
                *least = if value < *least { value } else { *least };
                *greatest = if value > *greatest { value } else { *greatest };
            }
        }
        *n_rows += self.x.n_rows();
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;

    use super::super::data::largest_magnitude;
    use super::*;
    use crate::centring::{center, mean};

    #[test]
    fn one_pass_tells_what_several_do() {
        for d in [1, 5, 16, 19] {
            let x = Matrix::new((0..2100 * d).map(|i| (i as f64 * 0.37).sin() * 3.0 + 1e6).collect(), 2100, d).unwrap();
            let survey = Survey::new(x.view()).unwrap();
            let expected = mean(x.view());
            assert_eq!(survey.mean(), expected);
            let mut centred = x.clone();
            center(x.view(), &expected, centred.view_mut().as_mut_slice());
            assert_eq!(survey.largest(&expected), largest_magnitude(centred.view()));
        }
    }

    #[test]
    fn what_is_wrong_is_found_where_it_is() {
        for (value, text) in [
            (f64::NAN, "X: value NaN at row 1500, column 2 is not finite"),
            (f64::NEG_INFINITY, "X: value -inf at row 1500, column 2 is not finite"),
        ] {
            let mut values = vec![1.0; 2100 * 3];
            values[1500 * 3 + 2] = value;
            let x = Matrix::new(values, 2100, 3).unwrap();
            assert_eq!(Survey::new(x.view()).err().unwrap().to_string(), text);
        }
        let mut values = vec![1.0; 2100];
        values[7] = -1e121;
        let x = Matrix::new(values, 2100, 1).unwrap();
        assert!(matches!(Survey::new(x.view()), Err(ClusteringError::TooLarge { row: 7, column: 0, .. })));
        assert!(Survey::new(Matrix::zeros(3, 0).view()).is_err() && Survey::new(Matrix::zeros(0, 3).view()).is_err());
    }
}
