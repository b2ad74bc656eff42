//! Rows that are equal.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use segctl_numeric::MatrixView;

/// The rows in groups of equal ones, groups in the order of their first rows, rows ascending.
/// Time O(d n log n).
pub(crate) fn groups_of_equal_rows(x: MatrixView<'_>) -> Vec<Vec<usize>> {
    let order = RowIndex::new(x).order;
    let groups = order.chunk_by(|&a, &b| Row(x.row(a)) == Row(x.row(b)));
    let mut groups: Vec<Vec<usize>> = groups.map(<[usize]>::to_vec).collect();
    groups.sort_unstable_by_key(|group| group[0]);
    groups
}

/// How many rows of positive weight differ, counting no further than `enough`.
pub(crate) fn count_distinct(x: MatrixView<'_>, weight: impl Fn(usize) -> f64, enough: usize) -> usize {
    let mut seen = BTreeSet::new();
    for (_, row) in x.rows().enumerate().filter(|&(i, _)| weight(i) > 0.0) {
        seen.insert(Row(row));
        if seen.len() >= enough {
            break;
        }
    }
    seen.len()
}

/// Where to find rows by their values.
pub(crate) struct RowIndex<'a> {
    x: MatrixView<'a>,
    /// Ordered by values, then by number.
    order: Vec<usize>,
}

impl<'a> RowIndex<'a> {
    /// Time O(d n log n).
    pub(crate) fn new(x: MatrixView<'a>) -> Self {
        let mut order: Vec<usize> = (0..x.n_rows()).collect();
        order.sort_unstable_by(|&a, &b| Row(x.row(a)).cmp(&Row(x.row(b))).then(a.cmp(&b)));
        Self { x, order }
    }

    /// The first row equal to `row`, whose values are finite. Time O(d log n).
    pub(crate) fn first_equal(&self, row: &[f64]) -> Option<usize> {
        let at = self.order.partition_point(|&other| Row(self.x.row(other)) < Row(row));
        self.order.get(at).copied().filter(|&found| Row(self.x.row(found)) == Row(row))
    }
}

/// A row of finite numbers, ordered by its values; 0 and -0 are equal.
#[derive(PartialEq)]
struct Row<'a>(&'a [f64]);

impl Eq for Row<'_> {}

impl PartialOrd for Row<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Row<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.partial_cmp(other.0).expect("values were checked to be finite")
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;

    use super::*;

    #[test]
    fn equal_rows_stand_together() {
        let x = Matrix::from_rows(&[[2.0, 0.0], [1.0, 5.0], [2.0, -0.0], [1.0, 4.0], [2.0, 0.0]]).unwrap();
        assert_eq!(groups_of_equal_rows(x.view()), [vec![0, 2, 4], vec![1], vec![3]]);
        assert_eq!(count_distinct(x.view(), |_| 1.0, 9), 3);
        let index = RowIndex::new(x.view());
        assert_eq!(index.first_equal(&[2.0, 0.0]), Some(0));
        assert_eq!((index.first_equal(&[1.0, 4.5]), index.first_equal(&[3.0, 0.0])), (None, None));
        assert_eq!(groups_of_equal_rows(Matrix::zeros(3, 0).view()), [vec![0, 1, 2]]);
    }
}
