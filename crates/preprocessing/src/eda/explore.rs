use arrow::array::RecordBatch;
use rayon::prelude::*;
use serde::Serialize;

use super::alerts::{self, Alert, Found};
use super::column::{ColumnProfile, Looked, look};
use super::missing::{Missingness, missingness};
use super::pairs::{Pairs, pairs};
use super::{ColumnFacts, EdaRole, ExploreParams};
use crate::PrepareError;
use crate::raw::{Class, Pieces};

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
/// O(n d) for the columns (O(n log n) for one whose many values differ in their last bits only), and O(r d^2) for the
/// pairs of at most [`ExploreParams::matrix_columns`] columns of each kind, r being [`ExploreParams::pair_rows`] at most;
/// in parallel, bit-identical at any thread count. Besides the table, needs 24 bytes per row and thread, and the memory
/// of r rows.
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
    let (pairs, missingness) =
        rayon::join(|| pairs(&pieces, &profiles, n_rows, params), || missingness(&pieces, &profiles, n_rows, params));
    let pairs = pairs?;
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

/// Profiles every column and finds what looks wrong with it alone. Years of birth go last: ages are counted from the
/// latest date.
fn profiles(
    pieces: &[Pieces<'_>],
    columns: &[ColumnFacts],
    params: &ExploreParams,
) -> Result<(Vec<ColumnProfile>, Found), PrepareError> {
    let (births, mut order): (Vec<usize>, Vec<usize>) =
        (0..columns.len()).partition(|&at| alerts::depends_on_year(&columns[at]));
    // The longest work first, so that no thread is left alone with it at the end.
    order.sort_by_key(|&at| Class::of(&pieces[at]) == Class::Number);
    let judged = |at: usize, year| Ok::<_, PrepareError>(Judged::new(look(&pieces[at], &columns[at])?, year));
    let mut all = in_turn(order, |at| judged(at, params.year.map(i64::from)));
    let dates = all.iter().flat_map(|(_, column)| column).filter(|column| column.profile.role == EdaRole::Date);
    let latest = dates.filter_map(|column| column.latest_year).filter(|year| PLAUSIBLE.contains(year)).max();
    let year = params.year.map(i64::from).or(latest);
    all.extend(in_turn(births, |at| judged(at, year)));
    all.sort_unstable_by_key(|&(at, _)| at);
    let (mut profiles, mut fingerprints, mut found) = (Vec::new(), Vec::new(), Found::default());
    for (_, column) in all {
        let column = column?;
        found.add(column.found);
        fingerprints.push(column.fingerprint);
        profiles.push(column.profile);
    }
    found.add(alerts::duplicated(&profiles, &fingerprints));
    Ok((profiles, found))
}

/// What is kept of a column; its values are not.
struct Judged {
    profile: ColumnProfile,
    found: Found,
    fingerprint: u64,
    latest_year: Option<i64>,
}

impl Judged {
    fn new(looked: Looked, year: Option<i64>) -> Self {
        let found = alerts::of_column(&looked, year);
        Self { profile: looked.profile, found, fingerprint: looked.fingerprint, latest_year: looked.latest_year }
    }
}

/// What is made of each item, in parallel, with the item, in any order. Items are begun in their order, one at a time
/// per thread: a thread must not hold two columns.
fn in_turn<T: Send>(order: Vec<usize>, one: impl Fn(usize) -> T + Sync) -> Vec<(usize, T)> {
    order.into_iter().par_bridge().map(|at| (at, one(at))).collect()
}
