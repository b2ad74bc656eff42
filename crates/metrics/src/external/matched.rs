use segctl_numeric::{InputError, Matrix};
use serde::{Deserialize, Serialize};

use super::table::ContingencyTable;
use crate::MetricsError;
use crate::assignment::{Assignment, maximum_weight};

/// 200 MB of counts, and some minutes of matching at most.
const MOST_CELLS: usize = 25_000_000;

/// The labels of two labelings matched one to one so that as many rows as possible agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MatchedConfusion {
    /// The pairs of labels, in the order of the first labeling's.
    pub pairs: Vec<MatchedPair>,
    /// The labels of the rows of `counts`: those matched, then those left over.
    pub row_labels: Vec<i64>,
    /// The labels of the columns of `counts`: the partners of the first rows, then those left over.
    pub column_labels: Vec<i64>,
    /// Rows of the data with each pair of labels: those that agree are on the diagonal.
    pub counts: Vec<Vec<u64>>,
    /// Rows of the data whose labels are matched with each other.
    pub n_agreeing: u64,
    /// Their share, in (0, 1]: what is called the accuracy of a clustering.
    pub share_agreeing: f64,
    /// Rows of the data left out as noise.
    pub n_left_out: u64,
}

/// A label of the first labeling and its partner in the second; -1 for noise that is a label of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MatchedPair {
    /// The label in the first labeling.
    pub first: i64,
    /// The label in the second labeling.
    pub second: i64,
    /// Rows of the data that have both, possibly 0.
    pub n_common: u64,
}

/// Matches the labels of two labelings so that the diagonal of their table is greatest: the Hungarian assignment
/// after Kuhn (1955), found by [`maximum_weight`].
///
/// Labels left over where one labeling has more than the other count as disagreement. Time O(r^2 c) for r <= c
/// labels, memory O(r c).
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, matched_confusion};
/// use segctl_numeric::Labels;
/// let first = Labels::from_signed(&[0, 0, 0, 1, 1, 1])?;
/// let second = Labels::from_signed(&[1, 1, 2, 0, 0, 2])?;
/// let table = ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?;
/// let matched = matched_confusion(&table)?;
/// assert_eq!(matched.column_labels, [1, 0, 2]);
/// assert_eq!(matched.counts, [[2, 0, 1], [0, 2, 1]]);
/// assert_eq!(matched.n_agreeing, 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] when the table has more than 25 million cells, empty ones included.
pub fn matched_confusion(table: &ContingencyTable) -> Result<MatchedConfusion, MetricsError> {
    let (n_rows, n_cols) = (table.row_labels().len(), table.column_labels().len());
    if n_rows.saturating_mul(n_cols) > MOST_CELLS {
        let value = n_rows as f64 * n_cols as f64;
        return Err(InputError::OutOfRange { name: "cells of the table", value, expected: "<= 2.5e7" }.into());
    }
    let mut weights = Matrix::zeros(n_rows, n_cols);
    for cell in table.cells() {
        weights.row_mut(cell.row)[cell.column] = cell.count as f64;
    }
    Ok(arranged(table, &maximum_weight(weights.view())?))
}

fn arranged(table: &ContingencyTable, matching: &Assignment) -> MatchedConfusion {
    let dense = table.dense();
    let matched = matching.column_of_row.iter().enumerate().filter_map(|(i, j)| Some((i, (*j)?)));
    let (mut rows, mut columns): (Vec<usize>, Vec<usize>) = matched.unzip();
    let n_pairs = rows.len();
    let left =
        |partners: &[Option<usize>]| (0..partners.len()).filter(|&at| partners[at].is_none()).collect::<Vec<_>>();
    rows.extend(left(&matching.column_of_row));
    columns.extend(left(&matching.row_of_column));
    let pair = |(&i, &j): (&usize, &usize)| MatchedPair {
        first: table.row_labels()[i],
        second: table.column_labels()[j],
        n_common: dense[i][j],
    };
    let pairs: Vec<MatchedPair> = rows.iter().zip(&columns).take(n_pairs).map(pair).collect();
    let n_agreeing = pairs.iter().map(|pair| pair.n_common).sum();
    MatchedConfusion {
        pairs,
        row_labels: rows.iter().map(|&i| table.row_labels()[i]).collect(),
        column_labels: columns.iter().map(|&j| table.column_labels()[j]).collect(),
        counts: rows.iter().map(|&i| columns.iter().map(|&j| dense[i][j]).collect()).collect(),
        n_agreeing,
        share_agreeing: n_agreeing as f64 / table.n_samples() as f64,
        n_left_out: table.n_left_out(),
    }
}
