//! A table, looked over before anything is done to it.

mod near;

use segctl_io::{ColumnInfo, Role, Session, SessionOptions, Source, Table, duplicates};
use segctl_numeric::observe::{Observer, Silent};
use segctl_preprocessing::eda::{ColumnFacts, EdaRole, Exploration, ExploreParams, explore};
use serde::Serialize;

use crate::conclude::input;
use crate::ledger::Ledger;
use crate::outcome::{Entry, Input};
use crate::recipe::Recipe;
use crate::run::{RunOptions, checkpoint, read};
use crate::{SegmentationError, Timings, resolve, stage};

/// A table, looked over.
#[derive(Debug, Clone, Serialize)]
pub struct Eda {
    /// What was read.
    pub input: Input,
    /// What the query, the filter and the making of customers did.
    pub ledger: Vec<Entry>,
    /// Rows that are the same as others.
    pub duplicates: Duplicates,
    /// Why each column was given its role, in the order of the columns.
    pub reasons: Vec<String>,
    /// Columns, pairs, missing cells, and what looks wrong.
    #[serde(flatten)]
    pub exploration: Exploration,
}

/// Rows that are the same as others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// Rows equal to an earlier one in every column, the id included.
    pub n_equal_rows: u64,
    /// Rows equal to an earlier one but for the id; where there is no id, all equal rows.
    pub n_equal_but_for_id: u64,
    /// Rows equal to an earlier one but for the id, the case and the blanks of texts, and all but three digits of numbers,
    /// equal rows aside; not looked for in tables of more than 200,000 rows.
    pub n_nearly_equal: Option<u64>,
    /// Ids on more than one row.
    pub n_repeated_ids: u64,
    /// Some of them.
    pub repeated_ids: Vec<String>,
}

/// Looks over the table that `recipe` would begin with: after its query, its filter and the making of customers of
/// transactions, before duplicates, rules, features and preparation.
///
/// ```no_run
/// use segctl_segmentation::{Recipe, Source, eda};
/// let found = eda(&Source::parse("customers.csv")?, &Recipe::default())?;
/// for alert in &found.exploration.alerts {
///     println!("{} {}", alert.message, alert.advice);
/// }
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
///
/// # Errors
/// As [`crate::run`] for a table that cannot be read or holds no columns.
pub fn eda(source: &Source, recipe: &Recipe) -> Result<Eda, SegmentationError> {
    eda_with(source, recipe, &RunOptions::default(), &Silent, &mut Timings::default())
}

/// [`eda`] with limits, progress, cancellation and stage times.
///
/// # Errors
/// As [`eda`], and cancellation when the observer breaks.
pub fn eda_with(
    source: &Source,
    recipe: &Recipe,
    options: &RunOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Eda, SegmentationError> {
    recipe.validate()?;
    let session = Session::new(&SessionOptions { memory_limit: options.memory_limit })?;
    let table = timings.time("read", || read(source, recipe, options, observer))?;
    timings.time("evaluate", || {
        let mut ledger = Ledger::default();
        let input = input(&table);
        let table = stage::narrow(&session, table, &resolve::stated(recipe), observer, &mut ledger)?;
        checkpoint(observer, "eda", 1)?;
        let id = recipe.data.id.clone().or_else(|| table.id.clone());
        let found = duplicates(&table, id.as_deref())?;
        let n_alike = near::n_alike(&table, id.as_deref())?;
        checkpoint(observer, "eda", 2)?;
        Ok(Eda {
            input,
            ledger: ledger.into_entries(),
            duplicates: Duplicates {
                n_equal_rows: found.n_exact_rows,
                n_equal_but_for_id: found.n_equal_but_for_id,
                n_nearly_equal: n_alike.map(|n| n.saturating_sub(found.n_equal_but_for_id)),
                n_repeated_ids: found.n_duplicate_ids,
                repeated_ids: found.examples,
            },
            reasons: table.columns.iter().map(|column| column.reason.clone()).collect(),
            exploration: explored(&table, id.as_deref(), recipe.seed)?,
        })
    })
}

/// Columns, pairs, missing cells and alerts of a table.
pub(crate) fn explored(table: &Table, id: Option<&str>, seed: u64) -> Result<Exploration, SegmentationError> {
    let facts: Vec<ColumnFacts> = table.columns.iter().map(|column| facts(column, id)).collect();
    Ok(explore(&table.batches, &facts, &ExploreParams::new().with_seed(seed))?)
}

fn facts(column: &ColumnInfo, id: Option<&str>) -> ColumnFacts {
    let role = match column.role {
        _ if Some(column.name.as_str()) == id => EdaRole::Id,
        Role::Id => EdaRole::Id,
        Role::Numeric => EdaRole::Numeric,
        Role::Categorical => EdaRole::Categorical,
        Role::Coded => EdaRole::Coded,
        Role::Boolean => EdaRole::Boolean,
        Role::Date => EdaRole::Date,
        Role::Constant => EdaRole::Constant,
        Role::Empty => EdaRole::Empty,
        _ => EdaRole::Text,
    };
    ColumnFacts::new(&column.name, role, &column.kind.to_string()).with_markers(column.missing_by_marker.clone())
}
