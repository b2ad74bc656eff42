//! Who went from which segment to which.

use serde::Serialize;

use super::given::{Both, Given, Values};
use super::{Fate, SegmentFate};

/// What those are called who are in no segment, in a table that has them.
const NOISE: &str = "-1";

/// Customers by their segments in both tables: a row for each segment of the first, a column for each of the second.
///
/// Who is in one table alone stands beside the matrix: the customers of a row and those of its entry in `gone` are
/// those of the segment; likewise for columns and `new`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Migration {
    /// The segments of the first table, `-1` for noise.
    pub from: Vec<String>,
    /// The segments of the second table, `-1` for noise.
    pub to: Vec<String>,
    /// Customers.
    pub counts: Vec<Vec<u64>>,
    /// Their share of the customers of the row who are in both tables.
    pub shares: Vec<Vec<f64>>,
    /// Customers of each row who are not in the second table.
    pub gone: Vec<u64>,
    /// Customers of each column who are not in the first table.
    pub new: Vec<u64>,
    /// The value that moved, where one was asked for.
    pub value: Option<MovedValue>,
}

/// A number summed over the customers who moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MovedValue {
    /// The column.
    pub column: String,
    /// Its sum over the customers of each cell.
    pub sums: Vec<Vec<f64>>,
    /// Its sum over those who are not in the second table.
    pub gone: Vec<f64>,
    /// Its sum over those who are not in the first table.
    pub new: Vec<f64>,
}

impl Migration {
    /// Customers who are where their segment went: kept, merged or split.
    ///
    /// ```
    /// use segctl_segmentation::{Fate, Migration, SegmentFate};
    /// let fate = |segment: &str, into: &str| SegmentFate {
    ///     segment: segment.to_owned(), fate: Fate::Kept, into: vec![into.to_owned()], share: 0.9,
    /// };
    /// let migration = Migration {
    ///     from: vec!["a".into()], to: vec!["b".into(), "c".into()], counts: vec![vec![9, 1]],
    ///     shares: vec![vec![0.9, 0.1]], gone: vec![0], new: vec![0, 0], value: None,
    /// };
    /// assert_eq!(migration.n_kept(&[fate("a", "b")]), 9);
    /// ```
    pub fn n_kept(&self, fates: &[SegmentFate]) -> u64 {
        let of = |fate: &SegmentFate| {
            let row = self.from.iter().position(|label| *label == fate.segment)?;
            let went = self.to.iter().zip(&self.counts[row]).filter(|(label, _)| fate.into.contains(label));
            Some(went.map(|(_, count)| count).sum::<u64>())
        };
        fates.iter().filter(|fate| fate.fate != Fate::Dissolved).filter_map(of).sum()
    }
}

pub(super) fn migration(both: &Both, first: &Given, second: &Given, values: Option<&Values>) -> Migration {
    let sides = both.labels();
    let from = Side::of(&first.names, sides.iter().map(|side| side.0));
    let to = Side::of(&second.names, sides.iter().map(|side| side.1));
    let counts = tally(sides, &from, &to, |_| 1.0);
    let whole = |sums: &[f64]| sums.iter().map(|&sum| sum as u64).collect::<Vec<u64>>();
    Migration {
        counts: counts.cells.iter().map(|row| whole(row)).collect(),
        shares: counts.cells.iter().map(|row| shares(row)).collect(),
        gone: whole(&counts.gone),
        new: whole(&counts.new),
        value: values.map(|values| {
            let known = |at: usize| Some(values.of[at]).filter(|value| !value.is_nan()).unwrap_or(0.0);
            let Tally { cells, gone, new } = tally(sides, &from, &to, known);
            MovedValue { column: values.column.clone(), sums: cells, gone, new }
        }),
        from: from.labels,
        to: to.labels,
    }
}

fn shares(row: &[f64]) -> Vec<f64> {
    let sum: f64 = row.iter().sum();
    row.iter().map(|count| if sum > 0.0 { count / sum } else { 0.0 }).collect()
}

/// The labels along one side of the matrix.
struct Side {
    labels: Vec<String>,
}

impl Side {
    /// Noise comes last, where there is some.
    fn of(names: &[String], mut numbers: impl Iterator<Item = Option<i64>>) -> Self {
        let mut labels = names.to_vec();
        if numbers.any(|number| number.is_some_and(|number| number < 0)) {
            labels.push(NOISE.to_owned());
        }
        Self { labels }
    }

    fn place(&self, number: i64) -> usize {
        usize::try_from(number).unwrap_or(self.labels.len() - 1)
    }
}

struct Tally {
    cells: Vec<Vec<f64>>,
    gone: Vec<f64>,
    new: Vec<f64>,
}

fn tally(sides: &[(Option<i64>, Option<i64>)], from: &Side, to: &Side, value: impl Fn(usize) -> f64) -> Tally {
    let mut tally = Tally {
        cells: vec![vec![0.0; to.labels.len()]; from.labels.len()],
        gone: vec![0.0; from.labels.len()],
        new: vec![0.0; to.labels.len()],
    };
    for (at, &side) in sides.iter().enumerate() {
        match side {
            (Some(a), Some(b)) => tally.cells[from.place(a)][to.place(b)] += value(at),
            (Some(a), None) => tally.gone[from.place(a)] += value(at),
            (None, Some(b)) => tally.new[to.place(b)] += value(at),
            (None, None) => {}
        }
    }
    tally
}
