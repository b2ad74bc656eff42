use arrow::array::RecordBatch;
use rayon::prelude::*;
use serde::Serialize;

use super::alerts::{self, Alert, Found};
use super::column::{ColumnProfile, Looked, look};
use super::missing::{Missingness, missingness};
use super::pairs::{Pairs, pairs};
use super::{ColumnFacts, EdaRole, ExploreParams};
use crate::PrepareError;
use crate::raw::Pieces;

/// A table, looked over.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Exploration {
    /// Rows.
    pub n_rows: u64,
    /// Every column, in the order given.
    pub columns: Vec<ColumnProfile>,
    /// How columns go together.
    pub pairs: Pairs,
    /// Where cells are missing, and where together.
    pub missingness: Missingness,
    /// What looks wrong, the most serious first.
    pub alerts: Vec<Alert>,
}

/// Looks a table over: every column, pairs of columns, missing cells, and what looks wrong.
///
/// O(n d) for the columns (dates are sorted by comparison, O(n log n)), and O(r d^2) for the pairs of at most
/// [`ExploreParams::matrix_columns`] columns of each kind, r being [`ExploreParams::pair_rows`] at most; in parallel,
/// bit-identical at any thread count. Besides the table, needs the memory of two columns per thread and of r rows.
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{ArrayRef, Float64Array, RecordBatch};
/// use segctl_preprocessing::eda::{AlertKind, ColumnFacts, EdaRole, ExploreParams, explore};
///
/// let share: ArrayRef = Arc::new((0..200).map(|i| Some(f64::from(i % 100) / 100.0)).collect::<Float64Array>());
/// let fee: ArrayRef = Arc::new(Float64Array::from(vec![3.0; 200]));
/// let table = RecordBatch::try_from_iter([("SHARE", share), ("FEE", fee)])?;
/// let facts = [
///     ColumnFacts::new("SHARE", EdaRole::Numeric, "numbers"),
///     ColumnFacts::new("FEE", EdaRole::Constant, "numbers"),
/// ];
/// let found = explore(&[table], &facts, &ExploreParams::new())?;
/// assert_eq!(found.columns[0].numbers.as_ref().unwrap().quantiles[3], 0.495);
/// assert_eq!(found.alerts[0].kind, AlertKind::Constant);
/// assert_eq!(found.alerts[0].config.as_deref(), Some("[data]\nexclude = [\"FEE\"]\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`PrepareError::Parameter`] for a parameter outside its range, [`PrepareError::NoColumns`] without columns,
/// [`PrepareError::Twice`] for a column given twice, [`PrepareError::Differs`] for one that is not in the batches, and
/// [`PrepareError::Convert`] for one that can be read neither as numbers nor as text nor as dates.
pub fn explore(
    batches: &[RecordBatch],
    columns: &[ColumnFacts],
    params: &ExploreParams,
) -> Result<Exploration, PrepareError> {
    params.validate()?;
    check_names(columns)?;
    let pieces = columns.iter().map(|facts| Pieces::required(batches, &facts.name)).collect::<Result<Vec<_>, _>>()?;
    let n_rows = batches.iter().map(RecordBatch::num_rows).sum();
    let (profiles, mut found) = profiles(&pieces, columns, params)?;
    let pairs = pairs(&pieces, &profiles, n_rows, params)?;
    let missingness = missingness(&pieces, &profiles, n_rows, params);
    found.add(alerts::of_pairs(&profiles, &pairs));
    Ok(Exploration { n_rows: n_rows as u64, alerts: found.alerts(&profiles), columns: profiles, pairs, missingness })
}

/// A latest date outside of these years stands for something else.
const PLAUSIBLE: std::ops::RangeInclusive<i64> = 1900..=2100;

fn check_names(columns: &[ColumnFacts]) -> Result<(), PrepareError> {
    if columns.is_empty() {
        return Err(PrepareError::NoColumns);
    }
    let mut names: Vec<&str> = columns.iter().map(|facts| facts.name.as_str()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => Err(PrepareError::Twice { column: pair[0].to_owned() }),
    }
}

/// Profiles every column and finds what looks wrong with it alone. Dates go first: ages are counted from the latest.
fn profiles(
    pieces: &[Pieces<'_>],
    columns: &[ColumnFacts],
    params: &ExploreParams,
) -> Result<(Vec<ColumnProfile>, Found), PrepareError> {
    let dates: Vec<Option<Looked>> = of_columns(pieces, columns, |facts| facts.role == EdaRole::Date, |looked| looked)?;
    let latest =
        dates.iter().flatten().filter_map(|looked| looked.latest_year).filter(|year| PLAUSIBLE.contains(year)).max();
    let year = params.year.map(i64::from).or(latest);
    let judge = |looked: Looked| (alerts::of_column(&looked, year), looked.fingerprint, looked.profile);
    let others = of_columns(pieces, columns, |facts| facts.role != EdaRole::Date, judge)?;
    let dates = dates.into_iter().map(|looked| looked.map(judge));
    let (mut profiles, mut fingerprints, mut found) = (Vec::new(), Vec::new(), Found::default());
    for (of_column, fingerprint, profile) in dates.zip(others).filter_map(|(date, other)| date.or(other)) {
        found.add(of_column);
        fingerprints.push(fingerprint);
        profiles.push(profile);
    }
    found.add(alerts::duplicated(&profiles, &fingerprints));
    Ok((profiles, found))
}

/// What `keep` keeps of the columns that are `wanted`, in parallel, in order; the values are dropped on the way.
fn of_columns<T: Send>(
    pieces: &[Pieces<'_>],
    columns: &[ColumnFacts],
    wanted: impl Fn(&ColumnFacts) -> bool + Sync,
    keep: impl Fn(Looked) -> T + Sync,
) -> Result<Vec<Option<T>>, PrepareError> {
    let one =
        |(pieces, facts)| if wanted(facts) { look(pieces, facts).map(|looked| Some(keep(looked))) } else { Ok(None) };
    // One column per task: they differ in length of work, and a thread must not hold two.
    let found: Vec<Result<Option<T>, PrepareError>> = pieces.par_iter().zip(columns).with_max_len(1).map(one).collect();
    found.into_iter().collect()
}
