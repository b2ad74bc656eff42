use arrow::array::{Array, BooleanArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use serde::{Deserialize, Serialize};

use super::aggregate::aggregated;
use super::equal_rows::first_equal;
use super::filter::keep_masked;
use crate::suggest::nearest;
use crate::{IoError, Table};

/// What to do with rows that carry the same id and differ otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DuplicateIds {
    /// Stop, naming some.
    #[default]
    Error,
    /// Keep the first row of each id.
    First,
    /// Keep the last row of each id, in the place of the last.
    Last,
    /// Keep one row per id, in the place of the first: the mean of numbers, the most frequent of other
    /// values (the earliest among equals), missing ones aside. Means rather than sums, because limits, rates
    /// and balances do not add up; for sums, group by SQL.
    Aggregate,
}

/// What was found and done about repeated rows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct DuplicateReport {
    /// Rows left out because an earlier one is the same in every column, the id included.
    pub n_exact_rows_dropped: u64,
    /// Rows that are the same as an earlier one in every column but the id; they are kept.
    pub n_equal_but_for_id: u64,
    /// Ids that are on several different rows.
    pub n_duplicate_ids: u64,
    /// Rows that went because of the policy.
    pub n_rows_merged: u64,
    /// Up to five of these ids.
    pub examples: Vec<String>,
}

/// Drops rows that repeat an earlier one, counts those equal but for the id, and applies the policy
/// to ids on several rows. Missing ids are no repetition of each other.
///
/// O(n log n). Without `id`, rows that repeat an earlier one are kept: two customers may well be alike
/// when nothing names them; they are counted as equal but for the id.
///
/// ```
/// # use segctl_io::{DuplicateIds, ReadOptions, Source, deduplicate, read};
/// # use segctl_numeric::observe::Silent;
/// # let file = std::env::temp_dir().join("segctl-doc-duplicates.csv");
/// # std::fs::write(&file, "ID,X\na,1\na,1\nb,1\n").unwrap();
/// # let table = read(&Source::Files(vec![file]), &ReadOptions::default(), &Silent)?;
/// let (unique, report) = deduplicate(&table, Some("ID"), DuplicateIds::Error)?;
/// assert_eq!(unique.n_rows(), 2);
/// assert_eq!((report.n_exact_rows_dropped, report.n_equal_but_for_id), (1, 1));
/// # Ok::<(), segctl_io::IoError>(())
/// ```
///
/// # Errors
/// [`IoError::DuplicateIds`] under [`DuplicateIds::Error`], and [`IoError::NoColumn`].
pub fn deduplicate(table: &Table, id: Option<&str>, policy: DuplicateIds) -> Result<(Table, DuplicateReport), IoError> {
    let all: Vec<usize> = (0..table.columns.len()).collect();
    let repeats = first_equal(&table.batches, &all);
    let n_repeats = count_repeats(&repeats);
    let Some(id) = id else {
        return Ok((table.clone(), DuplicateReport { n_equal_but_for_id: n_repeats, ..DuplicateReport::default() }));
    };
    let id_column = table.schema.index_of(id).map_err(|_| unknown(table, id))?;
    let masks = masks(table, |row| repeats[row] == row);
    let (unique, n_exact_rows_dropped) = keep_masked(table, &masks)?;
    let others: Vec<usize> = all.into_iter().filter(|&column| column != id_column).collect();
    let n_equal_but_for_id = if others.is_empty() { 0 } else { count_repeats(&first_equal(&unique.batches, &others)) };
    let report = DuplicateReport { n_exact_rows_dropped, n_equal_but_for_id, ..DuplicateReport::default() };
    merge(unique, id, id_column, policy, report)
}

fn merge(
    table: Table,
    id: &str,
    id_column: usize,
    policy: DuplicateIds,
    mut report: DuplicateReport,
) -> Result<(Table, DuplicateReport), IoError> {
    let ids = Ids::of(&table, id_column)?;
    let (n_ids, n_rows) = ids.repeated();
    if n_ids == 0 {
        return Ok((table, report));
    }
    report.examples = ids.examples();
    report.n_duplicate_ids = n_ids;
    report.n_rows_merged = n_rows - n_ids;
    let merged = match policy {
        DuplicateIds::Error => {
            return Err(IoError::DuplicateIds { column: id.to_owned(), n_ids, n_rows, examples: report.examples });
        }
        DuplicateIds::First => keep_masked(&table, &masks(&table, |row| ids.first[row] == row))?.0,
        DuplicateIds::Last => {
            let last = ids.last();
            keep_masked(&table, &masks(&table, |row| last[row]))?.0
        }
        DuplicateIds::Aggregate => aggregated(&table, &ids.first)?,
    };
    Ok((merged, report))
}

/// The ids of a table's rows.
struct Ids {
    /// The first row with the same id; rows without an id are their own.
    first: Vec<usize>,
    values: Vec<StringArray>,
}

impl Ids {
    fn of(table: &Table, column: usize) -> Result<Self, IoError> {
        let text = |batch: &RecordBatch| {
            cast(batch.column(column), &DataType::Utf8).map(|text| StringArray::from(text.to_data()))
        };
        let values: Result<Vec<StringArray>, _> = table.batches.iter().map(text).collect();
        let values = values.map_err(|source| IoError::Arrow { name: "the ids".into(), source })?;
        let mut first = first_equal(&table.batches, &[column]);
        for (row, is_null) in values.iter().flat_map(|chunk| (0..chunk.len()).map(|i| chunk.is_null(i))).enumerate() {
            if is_null {
                first[row] = row;
            }
        }
        Ok(Self { first, values })
    }

    /// How many ids are repeated, and how many rows carry one of them.
    fn repeated(&self) -> (u64, u64) {
        let leaders = self.leaders();
        (leaders.len() as u64, leaders.len() as u64 + count_repeats(&self.first))
    }

    /// First rows of ids that are repeated, ascending.
    fn leaders(&self) -> Vec<usize> {
        let mut leaders: Vec<usize> = repeats(&self.first).collect();
        leaders.sort_unstable();
        leaders.dedup();
        leaders
    }

    fn examples(&self) -> Vec<String> {
        let values: Vec<Option<&str>> = self.values.iter().flat_map(|chunk| chunk.iter()).collect();
        self.leaders().into_iter().take(5).filter_map(|row| values[row].map(str::to_owned)).collect()
    }

    /// Whether each row is the last with its id.
    fn last(&self) -> Vec<bool> {
        let mut last: Vec<usize> = (0..self.first.len()).collect();
        for (row, &first) in self.first.iter().enumerate() {
            last[first] = row;
        }
        self.first.iter().enumerate().map(|(row, &first)| last[first] == row).collect()
    }
}

/// The first rows of those that repeat one.
fn repeats(first: &[usize]) -> impl Iterator<Item = usize> {
    first.iter().enumerate().filter(|&(row, &first)| first != row).map(|(_, &first)| first)
}

fn count_repeats(first: &[usize]) -> u64 {
    repeats(first).count() as u64
}

/// One mask per batch.
fn masks(table: &Table, keep: impl Fn(usize) -> bool) -> Vec<BooleanArray> {
    let mut start = 0;
    let mut mask = |batch: &RecordBatch| {
        let rows = start..start + batch.num_rows();
        start = rows.end;
        rows.map(|row| Some(keep(row))).collect()
    };
    table.batches.iter().map(&mut mask).collect()
}

fn unknown(table: &Table, id: &str) -> IoError {
    let nearest = nearest(id, table.columns.iter().map(|column| column.name.as_str()));
    IoError::NoColumn { what: "the id".into(), column: id.into(), nearest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::samples::{floats, integers, table, texts};

    fn data() -> Table {
        table(vec![
            ("ID", texts(&["a", "b", "a", "a", "c", "b"])),
            ("X", integers(&[Some(1), Some(5), Some(1), Some(2), Some(5), None])),
            ("T", texts(&["u", "v", "u", "w", "v", "v"])),
        ])
    }

    fn run(policy: DuplicateIds) -> (Table, DuplicateReport) {
        deduplicate(&data(), Some("ID"), policy).unwrap()
    }

    #[test]
    fn exact_repetitions_go_and_others_are_counted() {
        let (_, report) = run(DuplicateIds::First);
        assert_eq!(report.n_exact_rows_dropped, 1);
        assert_eq!(report.n_equal_but_for_id, 1, "b and c");
        assert_eq!((report.n_duplicate_ids, report.n_rows_merged), (2, 2));
        assert_eq!(report.examples, ["a", "b"]);
    }

    #[test]
    fn ids_on_several_rows_are_an_error_unless_told() {
        let error = deduplicate(&data(), Some("ID"), DuplicateIds::Error).unwrap_err();
        assert_eq!(error.to_string(), "column ID has ids on several rows: 2, on 4 rows in all, for example a, b");
        assert!(deduplicate(&data(), Some("IDD"), DuplicateIds::Error).unwrap_err().hint().unwrap().contains("ID"));
    }

    #[test]
    fn first_last_and_aggregate() {
        let column = |policy, name: &str| run(policy).0.arrays(name).unwrap().remove(0);
        assert_eq!(&column(DuplicateIds::First, "X"), &integers(&[Some(1), Some(5), Some(5)]));
        assert_eq!(&column(DuplicateIds::Last, "X"), &integers(&[Some(2), Some(5), None]));
        assert_eq!(&column(DuplicateIds::Last, "ID"), &texts(&["a", "c", "b"]));
        assert_eq!(&column(DuplicateIds::Aggregate, "X"), &floats(&[1.5, 5.0, 5.0]));
        assert_eq!(&column(DuplicateIds::Aggregate, "T"), &texts(&["u", "v", "v"]));
    }

    #[test]
    fn without_an_id_nothing_goes() {
        let (same, report) = deduplicate(&data(), None, DuplicateIds::Error).unwrap();
        assert_eq!((same.n_rows(), report.n_equal_but_for_id), (6, 1));
    }

    #[test]
    fn missing_ids_are_not_each_other() {
        let data = table(vec![("ID", integers(&[None, None, Some(1)])), ("X", floats(&[1.0, 2.0, 3.0]))]);
        assert_eq!(deduplicate(&data, Some("ID"), DuplicateIds::Error).unwrap().0.n_rows(), 3);
    }
}
