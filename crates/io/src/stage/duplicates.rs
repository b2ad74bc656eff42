use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use serde::{Deserialize, Serialize};

use super::aggregate::aggregated;
use super::equal_rows::{first_equal, first_of_both};
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
    /// Rows that are the same as an earlier one in every column, the id included; only the first is kept.
    pub n_exact_rows: u64,
    /// Rows that are the same as an earlier one in every column but the id; they are kept.
    pub n_equal_but_for_id: u64,
    /// Ids that are on several different rows.
    pub n_duplicate_ids: u64,
    /// Rows that carry one of these ids.
    pub n_rows_with_duplicate_ids: u64,
    /// Rows that went because of the policy.
    pub n_rows_merged: u64,
    /// Up to five of these ids.
    pub examples: Vec<String>,
}

/// Counts repeated rows and ids, and changes nothing: what [`deduplicate`] would find, with no policy.
///
/// O(n).
///
/// ```
/// # use segctl_io::{ReadOptions, Source, duplicates, read};
/// # use segctl_numeric::observe::Silent;
/// # let file = std::env::temp_dir().join("segctl-doc-count-duplicates.csv");
/// # std::fs::write(&file, "CUST_ID,Spent\na,1\na,1\nb,1\nb,2\n").unwrap();
/// # let table = read(&Source::Files(vec![file]), &ReadOptions::default(), &Silent)?;
/// let found = duplicates(&table, Some("CUST_ID"))?;
/// assert_eq!((found.n_exact_rows, found.n_equal_but_for_id, found.n_duplicate_ids), (1, 1, 1));
/// # Ok::<(), segctl_io::IoError>(())
/// ```
///
/// # Errors
/// [`IoError::NoColumn`].
///
/// # Panics
/// Beyond 2^32 rows, whose columns take 32 GiB each.
pub fn duplicates(table: &Table, id: Option<&str>) -> Result<DuplicateReport, IoError> {
    let id = id.map(|id| table.schema.index_of(id).map_err(|_| unknown(table, id))).transpose()?;
    Ok(Repeats::of(table, id).report)
}

/// Drops rows that repeat an earlier one, counts those equal but for the id, and applies the policy
/// to ids on several rows. Missing ids are no repetition of each other.
///
/// O(n). Without `id`, rows that repeat an earlier one are kept: two customers may well be alike
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
/// assert_eq!((report.n_exact_rows, report.n_equal_but_for_id), (1, 1));
/// # Ok::<(), segctl_io::IoError>(())
/// ```
///
/// # Errors
/// [`IoError::DuplicateIds`] under [`DuplicateIds::Error`], and [`IoError::NoColumn`].
///
/// # Panics
/// Beyond 2^32 rows, whose columns take 32 GiB each.
pub fn deduplicate(table: &Table, id: Option<&str>, policy: DuplicateIds) -> Result<(Table, DuplicateReport), IoError> {
    let column = id.map(|id| table.schema.index_of(id).map_err(|_| unknown(table, id))).transpose()?;
    let repeats = Repeats::of(table, column);
    let (Some(id), Some(Firsts { of_row, of_id })) = (id, repeats.firsts) else {
        return Ok((table.clone(), repeats.report));
    };
    let mut report = repeats.report;
    if report.n_duplicate_ids > 0 && policy == DuplicateIds::Error {
        let (n_ids, n_rows) = (report.n_duplicate_ids, report.n_rows_with_duplicate_ids);
        return Err(IoError::DuplicateIds { column: id.to_owned(), n_ids, n_rows, examples: report.examples });
    }
    report.n_rows_merged = report.n_rows_with_duplicate_ids - report.n_duplicate_ids;
    let is_unique = |row: usize| is_first(&of_row, row);
    let keep = |keep: &dyn Fn(usize) -> bool| keep_masked(table, &masks(table, keep));
    let kept = match policy {
        _ if report.n_duplicate_ids == 0 => keep(&is_unique)?.0,
        DuplicateIds::Error | DuplicateIds::First => keep(&|row| is_unique(row) && is_first(&of_id, row))?.0,
        DuplicateIds::Last => {
            let last = last_of(&of_id, is_unique);
            keep(&|row| last[of_id[row] as usize] == row)?.0
        }
        DuplicateIds::Aggregate => {
            let unique: Vec<usize> = (0..of_row.len()).filter(|&row| is_unique(row)).collect();
            aggregated(&keep(&is_unique)?.0, &renumbered(&of_id, &unique))?
        }
    };
    Ok((kept, report))
}

fn is_first(first: &[u32], row: usize) -> bool {
    first[row] as usize == row
}

/// The last of the rows that are `unique` with each id, by the first row with the id.
fn last_of(of_id: &[u32], is_unique: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut last: Vec<usize> = vec![usize::MAX; of_id.len()];
    (0..of_id.len()).filter(|&row| is_unique(row)).for_each(|row| last[of_id[row] as usize] = row);
    last
}

/// The first rows with each id among rows that were kept, as places among these. The first row with an id is always kept.
fn renumbered(of_id: &[u32], kept: &[usize]) -> Vec<usize> {
    let mut place = vec![0; of_id.len()];
    kept.iter().enumerate().for_each(|(at, &row)| place[row] = at);
    kept.iter().map(|&row| place[of_id[row] as usize]).collect()
}

/// Which rows repeat earlier ones.
struct Repeats {
    report: DuplicateReport,
    /// With an id only.
    firsts: Option<Firsts>,
}

struct Firsts {
    /// For each row the first that equals it in every column.
    of_row: Vec<u32>,
    /// For each row the first with the same id; rows without an id are their own.
    of_id: Vec<u32>,
}

impl Repeats {
    fn of(table: &Table, id: Option<usize>) -> Self {
        let others: Vec<usize> = (0..table.columns.len()).filter(|&column| Some(column) != id).collect();
        let Some(id) = id else {
            let n_equal_but_for_id = count_repeats(&first_equal(&table.batches, &others));
            return Self { report: DuplicateReport { n_equal_but_for_id, ..DuplicateReport::default() }, firsts: None };
        };
        let (mut of_id, of_others) =
            rayon::join(|| first_equal(&table.batches, &[id]), || first_equal(&table.batches, &others));
        let (n_repeated_ids, n_equal_others) = (count_repeats(&of_id), count_repeats(&of_others));
        let of_row = match n_repeated_ids.min(n_equal_others) {
            0 => (0..).take(of_id.len()).collect(),
            _ => first_of_both(&of_id, &of_others),
        };
        let n_exact_rows = count_repeats(&of_row);
        // With no other column, all rows would be equal.
        let n_equal_but_for_id = if others.is_empty() { 0 } else { n_equal_others - n_exact_rows };
        part_missing(&mut of_id, table, id);
        let report = DuplicateReport { n_exact_rows, n_equal_but_for_id, ..DuplicateReport::default() };
        Self { report: with_ids(report, table, id, &of_row, &of_id), firsts: Some(Firsts { of_row, of_id }) }
    }
}

/// Missing ids are not each other.
fn part_missing(of_id: &mut [u32], table: &Table, id: usize) {
    let arrays = table.batches.iter().map(|batch| batch.column(id));
    let missing = arrays.flat_map(|array| (0..array.len()).map(|row| array.is_null(row)));
    (0..).zip(of_id).zip(missing).filter(|(_, missing)| *missing).for_each(|((row, first), _)| *first = row);
}

/// Counts the ids that are on several rows, rows that repeat another one aside.
fn with_ids(mut report: DuplicateReport, table: &Table, id: usize, of_row: &[u32], of_id: &[u32]) -> DuplicateReport {
    let is_later = |row: &usize| is_first(of_row, *row) && !is_first(of_id, *row);
    let mut leaders: Vec<u32> = (0..of_id.len()).filter(is_later).map(|row| of_id[row]).collect();
    let n_later = leaders.len() as u64;
    leaders.sort_unstable();
    leaders.dedup();
    report.n_duplicate_ids = leaders.len() as u64;
    report.n_rows_with_duplicate_ids = leaders.len() as u64 + n_later;
    report.examples = leaders.iter().take(5).filter_map(|&row| text_of(table, id, row as usize)).collect();
    report
}

fn text_of(table: &Table, column: usize, mut row: usize) -> Option<String> {
    for batch in &table.batches {
        if row < batch.num_rows() {
            let text = cast(&batch.column(column).slice(row, 1), &DataType::Utf8).ok()?;
            return Some(text.as_string::<i32>().value(0).to_owned());
        }
        row -= batch.num_rows();
    }
    None
}

fn count_repeats(first: &[u32]) -> u64 {
    (0..first.len()).filter(|&row| !is_first(first, row)).count() as u64
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
        assert_eq!(report.n_exact_rows, 1);
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
