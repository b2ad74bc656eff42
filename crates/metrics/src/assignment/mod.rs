//! The assignment problem: pairs of a row and a column of greatest total weight, or of least total cost.

mod relax;
mod search;

use segctl_numeric::{InputError, MatrixView};
use serde::{Deserialize, Serialize};

use self::search::Search;
use crate::MetricsError;

/// Path lengths are sums of at most two weights per row: 10^7 rows of this magnitude stay finite.
const LARGEST_WEIGHT: f64 = 1e300;

/// Rows and columns matched one to one: as many pairs as the shorter side has entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Assignment {
    /// The column of each row, `None` for a row left over.
    pub column_of_row: Vec<Option<usize>>,
    /// The row of each column, `None` for a column left over.
    pub row_of_column: Vec<Option<usize>>,
    /// The sum of the weights, or costs, of the pairs, added in the order of the rows.
    pub total: f64,
}

/// The matching of rows with columns whose total weight is greatest, among those with
/// min(n_rows, n_cols) pairs; a pair of negative weight is taken where there is no better.
///
/// Shortest augmenting paths after Jonker & Volgenant (1987), "A shortest augmenting path algorithm for
/// dense and sparse linear assignment problems", in the rectangular form of Crouse (2016), "On implementing
/// 2D rectangular assignment algorithms". Among matchings of equal weight the choice is arbitrary but always
/// the same. Time O(r^2 c) with r <= c the numbers of rows and columns in order of size, memory O(r c).
///
/// ```
/// use segctl_metrics::assignment::maximum_weight;
/// use segctl_numeric::Matrix;
/// let weights = Matrix::from_rows(&[[9.0, 8.0, 0.0], [7.0, 1.0, 2.0]])?;
/// let matching = maximum_weight(weights.view())?;
/// assert_eq!(matching.column_of_row, [Some(1), Some(0)]);
/// assert_eq!(matching.row_of_column, [Some(1), Some(0), None]);
/// assert_eq!(matching.total, 15.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] when a weight is not finite or beyond 1e300 in magnitude.
pub fn maximum_weight(weights: MatrixView<'_>) -> Result<Assignment, MetricsError> {
    check(weights)?;
    Ok(solve(weights, -1.0))
}

/// The matching of rows with columns whose total cost is least, otherwise as [`maximum_weight`].
///
/// ```
/// use segctl_metrics::assignment::minimum_cost;
/// use segctl_numeric::Matrix;
/// let costs = Matrix::from_rows(&[[1.0, 2.0], [3.0, 8.0], [0.0, 9.0]])?;
/// let matching = minimum_cost(costs.view())?;
/// assert_eq!(matching.column_of_row, [Some(1), None, Some(0)]);
/// assert_eq!(matching.total, 2.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`maximum_weight`].
pub fn minimum_cost(costs: MatrixView<'_>) -> Result<Assignment, MetricsError> {
    check(costs)?;
    Ok(solve(costs, 1.0))
}

fn check(weights: MatrixView<'_>) -> Result<(), MetricsError> {
    weights.ensure_finite("weights")?;
    match weights.as_slice().iter().find(|value| value.abs() > LARGEST_WEIGHT) {
        None => Ok(()),
        Some(&value) => Err(InputError::OutOfRange { name: "weight", value, expected: "in [-1e300, 1e300]" }.into()),
    }
}

/// The least total of `sign` times the weights.
fn solve(weights: MatrixView<'_>, sign: f64) -> Assignment {
    let (n_rows, n_cols) = (weights.n_rows(), weights.n_cols());
    let is_tall = n_rows > n_cols;
    let mut search = if is_tall {
        let columns = (0..n_cols).flat_map(|j| weights.column(j)).map(|weight| sign * weight).collect();
        Search::new(columns, n_cols, n_rows)
    } else {
        Search::new(weights.as_slice().iter().map(|weight| sign * weight).collect(), n_rows, n_cols)
    };
    search.run();
    let (short, long) = search.partners();
    let (column_of_row, row_of_column) = if is_tall { (long, short) } else { (short, long) };
    let pairs = column_of_row.iter().enumerate().filter_map(|(i, j)| Some(weights.row(i)[(*j)?]));
    Assignment { total: pairs.sum(), column_of_row, row_of_column }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::Matrix;

    use super::*;

    /// The best total over all ways to match the rows from `row` on, of which `spare` stay without a column.
    fn best(weights: MatrixView<'_>, row: usize, taken: &mut Vec<bool>, spare: usize) -> f64 {
        if row == weights.n_rows() {
            return 0.0;
        }
        let mut found = f64::NEG_INFINITY;
        if spare > 0 {
            found = best(weights, row + 1, taken, spare - 1);
        }
        for j in 0..taken.len() {
            if !taken[j] {
                taken[j] = true;
                found = found.max(weights.row(row)[j] + best(weights, row + 1, taken, spare));
                taken[j] = false;
            }
        }
        found
    }

    fn check_matching(weights: MatrixView<'_>, found: &Assignment) {
        let n_pairs = weights.n_rows().min(weights.n_cols());
        assert_eq!(found.column_of_row.iter().flatten().count(), n_pairs);
        assert_eq!(found.row_of_column.iter().flatten().count(), n_pairs);
        for (i, j) in found.column_of_row.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?))) {
            assert_eq!(found.row_of_column[j], Some(i));
        }
    }

    proptest! {
        #[test]
        fn no_permutation_is_better(
            (r, c) in (1_usize..7, 1_usize..7),
            values in prop::collection::vec(prop_oneof![-9.0_f64..9.0, (-3_i32..4).prop_map(f64::from)], 36),
        ) {
            let weights = Matrix::new(values[..r * c].to_vec(), r, c).unwrap();
            let expected = best(weights.view(), 0, &mut vec![false; c], r.saturating_sub(c));
            let found = maximum_weight(weights.view()).unwrap();
            check_matching(weights.view(), &found);
            prop_assert!((found.total - expected).abs() < 1e-12, "{} for {expected}", found.total);
            let negated = Matrix::new(weights.as_slice().iter().map(|w| -w).collect(), r, c).unwrap();
            let least = minimum_cost(negated.view()).unwrap();
            prop_assert_eq!(least.column_of_row, found.column_of_row);
            prop_assert_eq!(least.total, -found.total);
        }

        #[test]
        fn a_hidden_matching_of_many_rows_is_found(n in 1_usize..60, step in 1_usize..50, salt in 0_usize..99) {
            let hidden = |i: usize| (i * step + salt) % 61;
            prop_assume!((0..n).all(|i| (0..i).all(|j| hidden(i) != hidden(j))));
            // Costs are sums of a row's and a column's part, which no matching of all rows changes, and of a
            // part that is 0 on the hidden pairs only.
            let cost = |i: usize, j: usize| ((i * 37 + salt) % 101) as f64 + f64::from(j != hidden(i)) * 5.0
                - f64::from(j == hidden(i)) * ((i + j) % 3) as f64;
            let costs = Matrix::new((0..n * 61).map(|at| cost(at / 61, at % 61)).collect(), n, 61).unwrap();
            let found = minimum_cost(costs.view()).unwrap();
            prop_assert!(found.column_of_row.iter().enumerate().all(|(i, j)| *j == Some(hidden(i))));
        }
    }

    #[test]
    fn paths_through_matched_rows_are_taken() {
        let rows: Vec<Vec<f64>> = (0..40).map(|i| (0..40).map(|j| f64::from((i + 1) * (j + 1))).collect()).collect();
        let weights = Matrix::from_rows(&rows).unwrap();
        let squares: f64 = (1..=40).map(|i| f64::from(i * i)).sum();
        assert_eq!(maximum_weight(weights.view()).unwrap().total, squares);
        let reversed: f64 = (1..=40).map(|i| f64::from(i * (41 - i))).sum();
        assert_eq!(minimum_cost(weights.view()).unwrap().total, reversed);
    }

    #[test]
    fn nothing_to_match_is_fine() {
        for (r, c) in [(0, 0), (0, 3), (3, 0)] {
            let found = maximum_weight(Matrix::zeros(r, c).view()).unwrap();
            assert_eq!((found.column_of_row, found.row_of_column), (vec![None; r], vec![None; c]));
            assert_eq!(found.total, 0.0);
        }
    }

    #[test]
    fn hostile_weights_are_refused_or_matched() {
        for (value, text) in [
            (f64::NAN, "weights: value NaN at row 0, column 1 is not finite"),
            (f64::NEG_INFINITY, "weights: value -inf at row 0, column 1 is not finite"),
            (f64::MAX, "should be in [-1e300, 1e300]"),
        ] {
            let weights = Matrix::from_rows(&[[0.0, value]]).unwrap();
            let message = maximum_weight(weights.view()).unwrap_err().to_string();
            assert!(message.ends_with(text), "{message}");
        }
        let weights = Matrix::from_rows(&[[1e300, -1e300], [5e-324, 1e300]]).unwrap();
        assert_eq!(maximum_weight(weights.view()).unwrap().total, 2e300);
        assert_eq!(minimum_cost(weights.view()).unwrap().total, -1e300);
    }
}
