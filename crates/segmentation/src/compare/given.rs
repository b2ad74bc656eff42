//! The labels as they are given, and the customers of both tables side by side.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef};
use segctl_io::{ReadOptions, Source, Table};
use segctl_numeric::Labels;
use segctl_numeric::observe::Observer;

use super::{CompareOptions, Overlap};
use crate::values::{self, text_at};
use crate::{SegmentationError, labels};

/// Noise among the numbers of labels.
const NOISE: i64 = -1;

/// One table of labels.
pub(super) struct Given {
    /// What was read, for messages.
    place: String,
    /// What was read beside the labels.
    table: Option<Table>,
    ids: Option<ArrayRef>,
    pub(super) labels: Labels,
    /// The segments, in the order of their numbers where they are numbers.
    pub(super) names: Vec<String>,
}

impl Given {
    pub(super) fn read(
        source: &Source,
        options: &CompareOptions,
        observer: &dyn Observer,
    ) -> Result<Self, SegmentationError> {
        let table = segctl_io::read(source, &ReadOptions::default(), observer)?;
        let column = labels::column(&table, options.label_column.as_deref())?;
        let texts: Vec<String> = (0..column.len()).map(|row| text_at(&column, row)).collect();
        let (labels, names) = labels::numbered(&texts)?;
        let (labels, names) = sorted(&labels, &names);
        let id = options.id.as_deref().unwrap_or("id");
        let ids = values::whole(&table, id);
        if ids.is_none() && options.id.is_some() {
            let nearest = crate::nearest(id, table.columns.iter().map(|column| column.name.as_str()));
            return Err(SegmentationError::UnknownColumn { place: "--id", column: id.to_owned(), nearest });
        }
        let place = table.report.files.first().map_or_else(|| "stdin".to_owned(), |file| file.name.clone());
        Ok(Self { place, table: Some(table), ids, labels, names })
    }

    /// Labels that are here already.
    pub(super) fn of(place: &str, ids: ArrayRef, labels: Labels) -> Self {
        let names = (0..labels.n_clusters()).map(|segment| segment.to_string()).collect();
        Self { place: place.to_owned(), table: None, ids: Some(ids), labels, names }
    }

    /// A column of numbers beside the labels.
    fn numbers(&self, name: &str) -> Option<Vec<f64>> {
        self.table.as_ref().and_then(|table| values::numbers(table, name))
    }

    /// For each id the number of its segment; noise has none.
    pub(super) fn segments_by_id(&self) -> Result<BTreeMap<String, Option<usize>>, SegmentationError> {
        let ids = self
            .ids
            .as_ref()
            .ok_or_else(|| SegmentationError::Labels { reason: format!("{} has no column id", self.place) })?;
        Ok(self.rows_by_id(ids)?.into_iter().map(|(id, row)| (id, self.labels.get(row))).collect())
    }

    fn n_rows(&self) -> usize {
        self.labels.len()
    }

    /// The rows by their ids.
    fn rows_by_id(&self, ids: &ArrayRef) -> Result<BTreeMap<String, usize>, SegmentationError> {
        rows_by_id(ids, &self.place)
    }

    /// The number of a row's label; -1 for noise.
    fn label(&self, row: usize) -> i64 {
        self.labels.get(row).map_or(NOISE, |label| label as i64)
    }
}

fn rows_by_id(ids: &ArrayRef, place: &str) -> Result<BTreeMap<String, usize>, SegmentationError> {
    let mut rows = BTreeMap::new();
    for row in 0..ids.len() {
        if rows.insert(text_at(ids, row), row).is_some() {
            let reason = format!("{place}: id {:?} is on two rows", text_at(ids, row));
            return Err(SegmentationError::Labels { reason });
        }
    }
    Ok(rows)
}

/// Labels renumbered so that their names ascend: as numbers where all are numbers.
fn sorted(labels: &Labels, names: &[String]) -> (Labels, Vec<String>) {
    let mut order: Vec<usize> = (0..names.len()).collect();
    let numbers: Option<Vec<i64>> = names.iter().map(|name| name.parse().ok()).collect();
    match numbers {
        Some(numbers) => order.sort_by_key(|&at| numbers[at]),
        None => order.sort_by(|&a, &b| names[a].cmp(&names[b])),
    }
    let mut new_id = vec![0; order.len()];
    order.iter().zip(0..).for_each(|(&at, id)| new_id[at] = id);
    (labels.permuted(&new_id), order.into_iter().map(|at| names[at].clone()).collect())
}

/// The customers of both tables: for each its row in either.
pub(super) struct Both {
    /// The number of its label in either table, where it is there at all.
    labels: Vec<(Option<i64>, Option<i64>)>,
    rows: Vec<(Option<usize>, Option<usize>)>,
    n_segments: (usize, usize),
    is_by_id: bool,
}

impl Both {
    pub(super) fn of(first: &Given, second: &Given) -> Result<Self, SegmentationError> {
        let (rows, is_by_id) = match (&first.ids, &second.ids) {
            (Some(a), Some(b)) => (paired(&first.rows_by_id(a)?, &second.rows_by_id(b)?), true),
            _ if first.n_rows() == second.n_rows() => {
                ((0..first.n_rows()).map(|i| (Some(i), Some(i))).collect(), false)
            }
            _ => {
                let (a, b) = (first.n_rows(), second.n_rows());
                return Err(SegmentationError::Labels {
                    reason: format!("{a} and {b} labels, and no column id in both"),
                });
            }
        };
        let label =
            |&(a, b): &(Option<usize>, Option<usize>)| (a.map(|row| first.label(row)), b.map(|row| second.label(row)));
        let n_segments = (first.names.len(), second.names.len());
        Ok(Self { labels: rows.iter().map(label).collect(), rows, n_segments, is_by_id })
    }

    pub(super) fn n_common(&self) -> usize {
        self.labels.iter().filter(|(a, b)| a.is_some() && b.is_some()).count()
    }

    pub(super) fn n_gone(&self) -> usize {
        self.labels.iter().filter(|(_, b)| b.is_none()).count()
    }

    pub(super) fn n_new(&self) -> usize {
        self.labels.iter().filter(|(a, _)| a.is_none()).count()
    }

    /// Each customer's labels.
    pub(super) fn labels(&self) -> &[(Option<i64>, Option<i64>)] {
        &self.labels
    }

    /// The labels of the customers in both tables.
    pub(super) fn common(&self) -> (Vec<i64>, Vec<i64>) {
        self.labels.iter().filter_map(|&(a, b)| a.zip(b)).unzip()
    }

    /// How many customers the segments share.
    pub(super) fn overlap(&self) -> Result<Overlap, SegmentationError> {
        let mut overlap = Overlap::new(self.n_segments.0, self.n_segments.1);
        let segment = |label: Option<i64>| label.and_then(|label| usize::try_from(label).ok());
        self.labels.iter().for_each(|&(a, b)| overlap.add(segment(a), segment(b)));
        Ok(overlap)
    }

    pub(super) fn notes(&self, first: &Given, second: &Given) -> Vec<String> {
        let by_order = (!self.is_by_id).then(|| {
            format!("Customers were matched in the order of the rows of {} and {}.", first.place, second.place)
        });
        by_order.into_iter().collect()
    }

    /// The value of each customer, from the table that has the column.
    pub(super) fn values(
        &self,
        first: &Given,
        second: &Given,
        options: &CompareOptions,
        observer: &dyn Observer,
    ) -> Result<Option<Values>, SegmentationError> {
        let Some(name) = &options.value else { return Ok(None) };
        let unknown = |table: Option<&Table>| SegmentationError::UnknownColumn {
            place: "--value",
            column: name.clone(),
            nearest: table
                .and_then(|table| crate::nearest(name, table.columns.iter().map(|column| column.name.as_str()))),
        };
        let of_rows: Vec<f64> = if let Some(source) = &options.data {
            let table = segctl_io::read(source, &ReadOptions::default(), observer)?;
            let numbers = values::numbers(&table, name).ok_or_else(|| unknown(Some(&table)))?;
            self.by_id(first, second, options, &table, &numbers)?
        } else if let Some(numbers) = second.numbers(name) {
            self.rows.iter().map(|(_, row)| row.map_or(f64::NAN, |row| numbers[row])).collect()
        } else {
            let numbers = first.numbers(name).ok_or_else(|| unknown(first.table.as_ref()))?;
            self.rows.iter().map(|(row, _)| row.map_or(f64::NAN, |row| numbers[row])).collect()
        };
        Ok(Some(Values { column: name.clone(), of: of_rows }))
    }

    /// The numbers of another table, looked up by the customers' ids.
    fn by_id(
        &self,
        first: &Given,
        second: &Given,
        options: &CompareOptions,
        table: &Table,
        numbers: &[f64],
    ) -> Result<Vec<f64>, SegmentationError> {
        let (Some(a), Some(b)) = (&first.ids, &second.ids) else {
            return Err(SegmentationError::Labels { reason: "no column id by which values could be found".into() });
        };
        let named = options.id.as_deref().and_then(|name| values::whole(table, name));
        let recognised = || table.columns.iter().find(|column| column.role == segctl_io::Role::Id);
        let keys = named.or_else(|| values::whole(table, "id"));
        let keys = keys.or_else(|| recognised().and_then(|column| values::whole(table, &column.name)));
        let keys = keys.ok_or_else(|| SegmentationError::Labels { reason: "the table of values has no ids".into() })?;
        let row_of = rows_by_id(&keys, "the table of values")?;
        let id = |&(row_a, row_b): &(Option<usize>, Option<usize>)| match (row_a, row_b) {
            (_, Some(row)) => text_at(b, row),
            (Some(row), None) => text_at(a, row),
            (None, None) => String::new(),
        };
        Ok(self.rows.iter().map(|rows| row_of.get(&id(rows)).map_or(f64::NAN, |&row| numbers[row])).collect())
    }
}

/// The rows of both tables that belong to the same ids, in the order of the ids.
fn paired(first: &BTreeMap<String, usize>, second: &BTreeMap<String, usize>) -> Vec<(Option<usize>, Option<usize>)> {
    let ids: std::collections::BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    ids.into_iter().map(|id| (first.get(id).copied(), second.get(id).copied())).collect()
}

/// A number for each customer; NaN where there is none.
pub(super) struct Values {
    pub(super) column: String,
    pub(super) of: Vec<f64>,
}

impl Values {
    pub(super) fn note(&self) -> Option<String> {
        let n_missing = self.of.iter().filter(|value| value.is_nan()).count();
        (n_missing > 0).then(|| format!("{n_missing} customers have no {}; they count as 0.", self.column))
    }
}
