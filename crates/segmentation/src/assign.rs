//! Yesterday's model on today's customers.

use segctl_io::{ColumnInfo, Kind, Role, Session, SessionOptions, Source, Table};
use segctl_numeric::observe::{Observer, Silent};
use segctl_preprocessing::PrepareError;

use crate::ledger::Ledger;
use crate::model::{Model, ModelColumn};
use crate::outcome::{Customers, Entry};
use crate::run::{RunOptions, checkpoint};
use crate::{SegmentationError, customers, nearest, stage};

/// Customers put into the segments of a model.
#[derive(Debug, Clone)]
pub struct Assigned {
    /// One entry per customer; without silhouettes.
    pub customers: Customers,
    /// What was dropped and changed on the way.
    pub ledger: Vec<Entry>,
}

/// Assigns the customers of `source`; the training file gets its labels back.
///
/// ```no_run
/// use segctl_segmentation::{Model, Source, assign};
/// let model = Model::from_json(&std::fs::read_to_string("out/model.json")?)?;
/// let assigned = assign(&Source::parse("today.parquet")?, &model)?;
/// println!("{} customers", assigned.customers.labels.len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SegmentationError::Differs`] naming everything in which the data differs from the model's.
pub fn assign(source: &Source, model: &Model) -> Result<Assigned, SegmentationError> {
    assign_with(source, model, &RunOptions::default(), &Silent)
}

/// [`assign`] with limits, progress and cancellation.
///
/// # Errors
/// As [`assign`], and [`SegmentationError::Interrupted`] when the observer breaks.
pub fn assign_with(
    source: &Source,
    model: &Model,
    options: &RunOptions,
    observer: &dyn Observer,
) -> Result<Assigned, SegmentationError> {
    let session = Session::new(&SessionOptions { memory_limit: options.memory_limit })?;
    let mut ledger = Ledger::default();
    let raw = stage::read(source, &model.table, std::iter::empty(), options.memory_limit, observer)?;
    ledger.read(&raw);
    let raw = stage::narrow(&session, raw, &model.table, observer, &mut ledger)?;
    compare(&raw, &model.columns)?;
    let table = stage::enrich(&session, raw, &model.table, &mut ledger)?;
    checkpoint(observer, "assign", 1)?;
    let mut prepared = model.prepare.transform(&table.batches).map_err(differs)?;
    prepared.events.iter().for_each(|event| ledger.event(event));
    let table = stage::kept(table, prepared.kept_rows.take())?;
    let assignment = model.clusterer.predict(model.clusterer.rows(&prepared).view())?;
    checkpoint(observer, "assign", 2)?;
    let ids = customers::ids(&table, model.table.id.as_deref());
    let customers = customers::customers(ids, assignment, Vec::new());
    Ok(Assigned { customers, ledger: ledger.into_entries() })
}

/// Names every difference at once; further columns do no harm.
fn compare(table: &Table, expected: &[ModelColumn]) -> Result<(), SegmentationError> {
    let differences: Vec<String> = expected.iter().filter_map(|column| difference(table, column)).collect();
    if !differences.is_empty() {
        let hint = "give the columns the names and types they had, or make a new model with segctl run".into();
        return Err(SegmentationError::Differs { differences, hint });
    }
    Ok(())
}

fn difference(table: &Table, expected: &ModelColumn) -> Option<String> {
    let name = &expected.name;
    let Some(found) = table.column(name) else {
        let names = table.columns.iter().map(|column| column.name.as_str());
        let like = nearest(name, names).map(|near| format!(" (is it {near:?} now?)")).unwrap_or_default();
        return Some(format!("column {name:?} is missing{like}"));
    };
    (!compatible(expected, found)).then(|| {
        let kind = found.kind;
        format!("column {name:?} holds {kind} where the model has {}: {}", expected.kind, found.reason)
    })
}

/// Numbers stay numbers; a column without any value fits anywhere, as its cells are all missing.
/// An id is only carried along.
fn compatible(expected: &ModelColumn, found: &ColumnInfo) -> bool {
    let is_number = |kind| matches!(kind, Kind::Integer | Kind::Float);
    let same = expected.kind == found.kind || (is_number(expected.kind) && is_number(found.kind));
    same || found.role == Role::Empty || expected.role == Role::Id || expected.kind == Kind::Text
}

/// The same answer whether the table or a fitted step noticed the difference.
fn differs(error: PrepareError) -> SegmentationError {
    let hint = error.hint().unwrap_or_default();
    match error {
        PrepareError::Differs(found) => {
            SegmentationError::Differs { differences: found.iter().map(ToString::to_string).collect(), hint }
        }
        other => other.into(),
    }
}
