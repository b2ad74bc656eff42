use std::collections::BTreeSet;

use arrow::array::RecordBatch;
use rayon::prelude::*;
use segctl_numeric::Matrix;
use serde::{Deserialize, Serialize};

use crate::raw::{Input, Pieces, Reading, fit_input, read_input};
use crate::steps::{Feature, Features, ORDER, Step, select_columns};
use crate::table::Table;
use crate::{ColumnPlan, Difference, Event, Gaps, Preparation, PrepareError, Treatment, Unseen};

/// Everything learnt from a table: enough to make the same features of other rows.
///
/// Replayed on the rows it was fitted on it gives the same matrix bit for bit, also after a round
/// trip through JSON. It names columns and categories, never a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fitted {
    /// The columns needed, and how their cells become numbers.
    pub inputs: Vec<Input>,
    /// What becomes of categories not among those known.
    pub unseen: Unseen,
    /// The columns chosen and then dropped, with the reasons; they are needed no more.
    pub dropped: Vec<Event>,
    /// The steps in their order.
    pub steps: Vec<Step>,
    /// The last step: scaled features.
    pub features: Features,
}

/// Features, and what was done to get them.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// One row per row kept, one column per feature; every value finite.
    pub matrix: Matrix,
    /// The features' names, one per column.
    pub names: Vec<String>,
    /// The 0-based rows of the table the matrix's rows are; `None` when all are kept.
    pub kept_rows: Option<Vec<usize>>,
    /// Per row of the matrix, in how many columns it was an outlier; 1 where it was one as a whole.
    pub outliers: Vec<u32>,
    /// Which values of the matrix were missing and have been filled.
    pub gaps: Gaps,
    /// What was done, with counts.
    pub events: Vec<Event>,
}

/// Learns how the columns become features. See [`fit_transform`], which gives the features as well.
///
/// # Errors
/// As [`fit_transform`].
pub fn fit(batches: &[RecordBatch], columns: &[ColumnPlan], preparation: &Preparation) -> Result<Fitted, PrepareError> {
    fit_transform(batches, columns, preparation).map(|(fitted, _)| fitted)
}

/// Learns how the columns become features, and makes them.
///
/// Columns mostly missing, nearly constant or perfectly correlated with an earlier one are dropped.
/// Then each step is fitted on what the step before it made: missing values, outliers, skew, scale and
/// encoding. O(n d) but for the correlations, O(n d^2); each value is copied twice.
///
/// ```
/// use std::sync::Arc;
/// use arrow::array::{ArrayRef, Float64Array, RecordBatch};
/// use segctl_preprocessing::{ColumnPlan, Preparation, Treatment, fit_transform};
///
/// let spent: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None, Some(3.0)]));
/// let batch = RecordBatch::try_from_iter([("spent", spent)])?;
/// let plan = [ColumnPlan::new("spent", Treatment::Numeric)];
/// let (fitted, prepared) = fit_transform(&[batch.clone()], &plan, &Preparation::default())?;
/// assert_eq!(prepared.matrix.row(1), [0.0], "filled with the median, then standardised");
/// assert_eq!(fitted.transform(&[batch])?.matrix, prepared.matrix);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Parameters out of range, no rows, no columns, columns that are missing or cannot be treated as
/// planned (all of them at once), or nothing left.
pub fn fit_transform(
    batches: &[RecordBatch],
    columns: &[ColumnPlan],
    preparation: &Preparation,
) -> Result<(Fitted, Prepared), PrepareError> {
    preparation.validate()?;
    check_columns(columns)?;
    let n_rows = count_rows(batches);
    if n_rows == 0 {
        return Err(PrepareError::NoRows);
    }
    let span = tracing::debug_span!("prepare", n_rows, n_columns = columns.len());
    let _entered = span.enter();
    let (mut inputs, mut table) = read_first(batches, columns, preparation, n_rows)?;
    let dropped = select_columns(&mut table, &mut inputs, preparation);
    table.events.extend(dropped.iter().cloned());
    if table.columns.is_empty() {
        return Err(no_features(&dropped));
    }
    let mut steps = Vec::with_capacity(ORDER.len());
    for fit_step in ORDER {
        if let Some(step) = fit_step(&table, preparation) {
            step.transform(&mut table)?;
            steps.push(step);
        }
    }
    let features = Features::fit(&table, preparation.scale);
    let fitted = Fitted { inputs, unseen: preparation.unseen, dropped, steps, features };
    let prepared = fitted.finish(table)?;
    Ok((fitted, prepared))
}

impl Fitted {
    /// Makes the features of other rows. No batches give no rows.
    ///
    /// # Errors
    /// [`PrepareError::Differs`] with every missing column, every column of another type and every
    /// category not known before, at once.
    pub fn transform(&self, batches: &[RecordBatch]) -> Result<Prepared, PrepareError> {
        let mut table = self.read(batches)?;
        for step in &self.steps {
            step.transform(&mut table)?;
        }
        self.finish(table)
    }

    /// Everything in which the rows differ from what the steps expect; empty when they can be
    /// transformed.
    ///
    /// # Errors
    /// [`PrepareError::Convert`] when Arrow cannot read a column.
    pub fn differences(&self, batches: &[RecordBatch]) -> Result<Vec<Difference>, PrepareError> {
        match self.read(batches) {
            Ok(_) => Ok(vec![]),
            Err(PrepareError::Differs(found)) => Ok(found),
            Err(other) => Err(other),
        }
    }

    /// The features' names, one per column of the matrix.
    pub fn feature_names(&self) -> Vec<String> {
        self.features.features.iter().map(|feature| feature.name.clone()).collect()
    }

    /// The features, one per column of the matrix: which column each is made from, and how.
    pub fn features(&self) -> &[Feature] {
        &self.features.features
    }

    /// The names of the columns a table must have.
    pub fn input_columns(&self) -> Vec<&str> {
        self.inputs.iter().map(|input| input.name.as_str()).collect()
    }

    fn read(&self, batches: &[RecordBatch]) -> Result<Table, PrepareError> {
        let read = |input: &Input| match Pieces::of(batches, &input.name) {
            Some(pieces) => read_input(&pieces, input, self.unseen),
            None => Ok(Err(Difference::MissingColumn { column: input.name.clone() })),
        };
        let readings: Vec<Reading> = self.inputs.par_iter().map(read).collect::<Result<_, _>>()?;
        table_of(readings, count_rows(batches)).map_err(PrepareError::Differs)
    }

    fn finish(&self, mut table: Table) -> Result<Prepared, PrepareError> {
        let matrix = self.features.assemble(&mut table)?;
        let outliers = if table.outliers.is_empty() { vec![0; table.n_rows] } else { table.outliers };
        let Table { kept_rows, filled, events, .. } = table;
        let gaps = Gaps::of(self.features(), &filled);
        Ok(Prepared { matrix, names: self.feature_names(), kept_rows, outliers, gaps, events })
    }
}

fn read_first(
    batches: &[RecordBatch],
    columns: &[ColumnPlan],
    preparation: &Preparation,
    n_rows: usize,
) -> Result<(Vec<Input>, Table), PrepareError> {
    let read = |plan: &ColumnPlan| {
        let Some(pieces) = Pieces::of(batches, &plan.name) else {
            return Ok((None, Err(Difference::MissingColumn { column: plan.name.clone() })));
        };
        fit_input(&pieces, &plan.treatment, preparation)
    };
    let read: Vec<(Option<Input>, Reading)> = columns.par_iter().map(read).collect::<Result<_, PrepareError>>()?;
    let (inputs, readings): (Vec<Option<Input>>, Vec<Reading>) = read.into_iter().unzip();
    let table = table_of(readings, n_rows).map_err(PrepareError::Unfit)?;
    Ok((inputs.into_iter().flatten().collect(), table))
}

fn table_of(readings: Vec<Reading>, n_rows: usize) -> Result<Table, Vec<Difference>> {
    let mut table = Table { n_rows, ..Table::default() };
    let mut differences = vec![];
    for reading in readings {
        match reading {
            Ok((column, events)) => {
                table.columns.push(column);
                table.events.extend(events);
            }
            Err(difference) => differences.push(difference),
        }
    }
    if differences.is_empty() { Ok(table) } else { Err(differences) }
}

fn check_columns(columns: &[ColumnPlan]) -> Result<(), PrepareError> {
    if columns.is_empty() {
        return Err(PrepareError::NoColumns);
    }
    if let Some(twice) = first_twice(columns.iter().map(|plan| plan.name.as_str())) {
        return Err(PrepareError::Twice { column: twice.to_owned() });
    }
    columns.iter().try_for_each(check_order)
}

fn check_order(plan: &ColumnPlan) -> Result<(), PrepareError> {
    let Treatment::Ordinal { order: Some(order) } = &plan.treatment else { return Ok(()) };
    match first_twice(order.iter().map(String::as_str)) {
        Some(level) => Err(PrepareError::TwiceInOrder { column: plan.name.clone(), level: level.to_owned() }),
        None => Ok(()),
    }
}

fn first_twice<'a>(mut names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = BTreeSet::new();
    names.find(|&name| !seen.insert(name))
}

fn count_rows(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

fn no_features(dropped: &[Event]) -> PrepareError {
    let reason = |event: &Event| format!("{}: {}", event.column.as_deref().unwrap_or_default(), event.detail);
    PrepareError::NoFeatures { n_columns: dropped.len(), reasons: dropped.iter().map(reason).collect() }
}
