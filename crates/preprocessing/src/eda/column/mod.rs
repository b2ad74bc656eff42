//! One column at a time: what it holds and how it is distributed.

mod dates;
mod few;
mod levels;
mod numbers;
mod runs;
mod sort;
mod top;
mod words;

use serde::Serialize;

pub use dates::{DateProfile, Period};
pub use levels::{Level, Levels};
pub use numbers::{NumberProfile, QUANTILES};

use super::{ColumnFacts, EdaRole, hash};
use crate::PrepareError;
use crate::describe::{Runs, moments};
use crate::raw::{Class, Pieces, erase_unusable, read};

/// What a column holds and how it is distributed.
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{ArrayRef, Int64Array, RecordBatch};
/// use segctl_preprocessing::eda::{ColumnFacts, EdaRole, ExploreParams, explore};
///
/// let cells: ArrayRef = Arc::new(Int64Array::from(vec![Some(0), Some(0), None, Some(7)]));
/// let table = RecordBatch::try_from_iter_with_nullable([("VISITS", cells, true)])?;
/// let facts = [ColumnFacts::new("VISITS", EdaRole::Numeric, "whole numbers")];
/// let found = explore(&[table], &facts, &ExploreParams::new())?;
/// let column = &found.columns[0];
/// assert_eq!((column.n_present(), column.n_distinct, column.missing_share()), (3, 2, 0.25));
/// assert_eq!(column.telling(), 0.25, "of four cells, one holds a value other than the most frequent");
/// assert_eq!(column.numbers.as_ref().unwrap().n_zero, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// What it is good for, as given.
    pub role: EdaRole,
    /// What its cells are, in words, as given.
    pub kind: String,
    /// Rows.
    pub n_rows: u64,
    /// Cells that are NULL or NaN.
    pub n_missing: u64,
    /// How missing cells were written, as given.
    pub missing_by_marker: Vec<(String, u64)>,
    /// Different values, infinite ones aside. Exact for dates, and for numbers as 64-bit floats; words are told apart by hashes of 64 bits, by which ten million
    /// different ones are miscounted with a chance of 3 in a million.
    pub n_distinct: u64,
    /// The shape of numbers; absent where there is no finite one, and for ids, words and dates.
    pub numbers: Option<NumberProfile>,
    /// The most frequent values; absent for dates, where there are none, and for words of which none is repeated, which
    /// may be names.
    pub levels: Option<Levels>,
    /// When dates lie; absent for all else.
    pub dates: Option<DateProfile>,
    /// Cells of a column of text that read as plain numbers.
    pub n_text_numbers: u64,
    /// The first few different cells that do not, cut to [`Level::LONGEST`] characters, where at least half do.
    pub text_examples: Vec<String>,
}

impl ColumnProfile {
    /// Cells that hold a value.
    pub fn n_present(&self) -> u64 {
        self.n_rows - self.n_missing
    }

    /// The share of cells that are missing; 0 without rows.
    pub fn missing_share(&self) -> f64 {
        if self.n_rows == 0 { 0.0 } else { self.n_missing as f64 / self.n_rows as f64 }
    }

    /// How much the column can say: the share of cells with a value, but for its most frequent one. In `[0, 1]`.
    pub fn telling(&self) -> f64 {
        let most = self.levels.as_ref().and_then(|levels| levels.top.first()).map_or(0, |level| level.count);
        (self.n_present().saturating_sub(most)) as f64 / self.n_rows.max(1) as f64
    }

    fn new(facts: &ColumnFacts, n_rows: u64) -> Self {
        Self {
            name: facts.name.clone(),
            role: facts.role,
            kind: facts.kind.clone(),
            n_rows,
            n_missing: n_rows,
            missing_by_marker: facts.missing_by_marker.clone(),
            n_distinct: 0,
            numbers: None,
            levels: None,
            dates: None,
            n_text_numbers: 0,
            text_examples: Vec::new(),
        }
    }
}

/// A column looked at, and what is needed of it until the alerts are written.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) profile: ColumnProfile,
    /// A hash of all cells in order: equal columns have equal ones.
    pub(super) fingerprint: u64,
    /// The finite values of a column of numbers; given to the alerts and dropped.
    pub(super) runs: Runs<f64>,
    /// The year of the latest date.
    pub(super) latest_year: Option<i64>,
}

impl Looked {
    fn new(profile: ColumnProfile, fingerprint: u64) -> Self {
        Self { profile, fingerprint, runs: Runs::of_counts([]), latest_year: None }
    }
}

/// Profiles one column. O(n) where few values differ, and mostly else (see [`sort`]); holds two copies of the column,
/// and three of the hashes of words.
pub(super) fn look(pieces: &Pieces<'_>, facts: &ColumnFacts) -> Result<Looked, PrepareError> {
    let profile = ColumnProfile::new(facts, pieces.n_rows() as u64);
    match Class::of(pieces) {
        Class::Empty => Ok(Looked::new(profile, 0)),
        Class::Number if facts.role != EdaRole::Id => look_at_numbers(pieces, profile),
        Class::Date => match dates::read(pieces)? {
            Some(moments) => Ok(look_at_dates(&moments, profile)),
            None => look_at_words(pieces, profile),
        },
        _ => look_at_words(pieces, profile),
    }
}

fn look_at_numbers(pieces: &Pieces<'_>, mut profile: ColumnProfile) -> Result<Looked, PrepareError> {
    let Some((mut values, _)) = read(pieces)? else { return look_at_words(pieces, profile) };
    profile.n_missing = values.iter().filter(|value| value.is_nan()).count() as u64;
    let n_infinite = erase_unusable(&mut values) as u64;
    let hash_of = |value: f64| if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() };
    let fingerprint = hash::sequence(1, &values, hash_of);
    let moments = moments(&values);
    let runs = runs::of_numbers(values);
    profile.n_distinct = runs.values().len() as u64;
    profile.levels = numbers::levels(&runs);
    profile.numbers = numbers::profile(moments, &runs, n_infinite);
    Ok(Looked { runs, ..Looked::new(profile, fingerprint) })
}

fn look_at_words(pieces: &Pieces<'_>, mut profile: ColumnProfile) -> Result<Looked, PrepareError> {
    let words = words::read(pieces)?;
    profile.n_missing = words.hashes.iter().filter(|&&hash| hash == hash::MISSING).count() as u64;
    let (n_distinct, levels) = words.levels(pieces)?;
    profile.n_distinct = n_distinct;
    profile.levels = levels;
    let fingerprint = hash::sequence(2, &words.hashes, |hash| hash);
    profile.n_text_numbers = words.n_numbers;
    if 2 * words.n_numbers >= profile.n_present() {
        profile.text_examples = words.no_numbers;
    }
    Ok(Looked::new(profile, fingerprint))
}

fn look_at_dates(moments: &dates::Moments, mut profile: ColumnProfile) -> Looked {
    profile.n_missing = profile.n_rows - moments.runs.n();
    profile.n_distinct = moments.runs.values().len() as u64;
    profile.dates = dates::profile(moments);
    Looked { latest_year: dates::latest_year(moments), ..Looked::new(profile, moments.fingerprint) }
}
