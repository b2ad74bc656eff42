//! From a recipe and a source to the outcome.

use segctl_io::{ColumnInfo, Session, SessionOptions, Source, Table};
use segctl_numeric::Matrix;
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_preprocessing::eda::Alert;
use segctl_preprocessing::{Fitted, Prepared, fit_transform};

use crate::compare::Previous;
use crate::conclude::{conclude, input};
use crate::eda::explored;
use crate::evidence::sweep;
use crate::ledger::Ledger;
use crate::mixed::MixedColumns;
use crate::model::TableSteps;
use crate::outcome::{Derived, Input, Outcome};
use crate::recipe::{Algorithm, ClusterRecipe, Recipe};
use crate::usage::{Use, decide, plans, proposed};
use crate::{SegmentationError, Timings, resolve, stage};

/// What a run may use, apart from what its result depends on.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunOptions {
    /// Bytes the table, the SQL engine, and the distances of an algorithm may take, each; no limit when
    /// absent.
    pub memory_limit: Option<u64>,
}

/// Runs `recipe` on `source`.
///
/// ```no_run
/// use segctl_segmentation::{Recipe, Source, run};
/// let outcome = run(&Source::parse("customers.csv")?, &Recipe::default())?;
/// for segment in &outcome.segments {
///     println!("{}: {} customers", segment.name, segment.size);
/// }
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
///
/// # Errors
/// [`SegmentationError`] for data or a recipe that give no segments; `hint()` says what to do.
pub fn run(source: &Source, recipe: &Recipe) -> Result<Outcome, SegmentationError> {
    run_with(source, recipe, None, &RunOptions::default(), &Silent, &mut Timings::default())
}

/// [`run`] with limits, progress, cancellation and stage times. Segments that go on from those of a `previous` run
/// keep their numbers and names.
///
/// # Errors
/// As [`run`]; [`SegmentationError::Labels`] for a previous run whose customers have no ids; and
/// [`SegmentationError::Interrupted`] or a crate's own cancellation when the observer breaks.
pub fn run_with(
    source: &Source,
    recipe: &Recipe,
    previous: Option<&Previous>,
    options: &RunOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Outcome, SegmentationError> {
    recipe.validate()?;
    let session = Session::new(&SessionOptions { memory_limit: options.memory_limit })?;
    let read = timings.time("read", || read(source, recipe, options, observer))?;
    let alerts = timings.time("prepare", || alerts(&read, recipe))?;
    let ready = timings.time("prepare", || prepare(&session, read, recipe, observer))?;
    let sweep = sweep(&ready, recipe, options, observer, timings)?;
    timings
        .time("evaluate", || conclude(ready, sweep, recipe, previous, observer))
        .map(|outcome| Outcome { alerts, ..outcome })
}

/// What looks wrong in the customers as read; lines of transactions are another matter.
fn alerts(read: &Table, recipe: &Recipe) -> Result<Vec<Alert>, SegmentationError> {
    if recipe.data.as_is || recipe.rfm.is_some() {
        return Ok(Vec::new());
    }
    let id = recipe.data.id.as_deref().or(read.id.as_deref());
    Ok(explored(read, id, recipe.seed)?.alerts)
}

pub(crate) fn read(
    source: &Source,
    recipe: &Recipe,
    options: &RunOptions,
    observer: &dyn Observer,
) -> Result<Table, SegmentationError> {
    let steps = resolve::stated(recipe);
    stage::read(source, &steps, resolve::roles(recipe), options.memory_limit, observer)
}

/// The table with its features, and the matrix made of it.
pub(crate) struct Ready {
    pub(crate) input: Input,
    /// The columns before features were added.
    pub(crate) raw_columns: Vec<ColumnInfo>,
    pub(crate) table: Table,
    pub(crate) steps: TableSteps,
    pub(crate) derived: Vec<Derived>,
    pub(crate) uses: Vec<Use>,
    pub(crate) fitted: Fitted,
    pub(crate) prepared: Prepared,
    /// Which features of the matrix stand for categories.
    pub(crate) mixed: MixedColumns,
    /// The algorithms that suit the table, and their parameters.
    pub(crate) cluster: ClusterRecipe,
    /// Why the algorithms are others than usual.
    pub(crate) proposal: Option<String>,
    pub(crate) ledger: Ledger,
}

impl Ready {
    /// Segments of fewer customers are taken for a few outliers.
    pub(crate) fn smallest(&self) -> f64 {
        self.cluster.smallest_share() * self.prepared.matrix.n_rows() as f64
    }

    /// The rows with gaps where values were missing, when one of the algorithms does without them.
    pub(crate) fn open(&self, algorithms: &[Algorithm]) -> Option<Matrix> {
        let is_wanted = algorithms.iter().any(|algorithm| algorithm.takes_gaps());
        is_wanted.then(|| self.prepared.gaps.opened(&self.prepared.matrix)).flatten()
    }

    /// What became of missing values, where the algorithm does without them.
    pub(crate) fn notes(&self, algorithm: Algorithm) -> Vec<String> {
        let n_gaps = self.prepared.gaps.n_cells();
        if !algorithm.takes_gaps() || n_gaps == 0 {
            return Vec::new();
        }
        let n_unknown = self.prepared.gaps.n_unknown_rows(self.prepared.matrix.n_cols());
        let but = match n_unknown {
            0 => String::new(),
            1 => " For 1 customer nothing is known, and the filled values stand.".to_owned(),
            n => format!(" For {n} customers nothing is known, and the filled values stand."),
        };
        let title = algorithm.title();
        vec![format!("{title} leaves {n_gaps} missing values open and goes by those that are known.{but}")]
    }
}

pub(crate) fn prepare(
    session: &Session,
    raw: Table,
    recipe: &Recipe,
    observer: &dyn Observer,
) -> Result<Ready, SegmentationError> {
    let mut ledger = Ledger::default();
    let input = input(&raw);
    ledger.read(&raw);
    let raw = stage::narrow(session, raw, &resolve::stated(recipe), observer, &mut ledger)?;
    checkpoint(observer, "prepare", 1)?;
    let (steps, derived) = resolve::resolved(recipe, resolve::stated(recipe), &raw)?;
    let raw_columns = raw.columns.clone();
    let table = stage::enrich(session, raw, &steps, &mut ledger)?;
    checkpoint(observer, "prepare", 2)?;
    let (cluster, proposal) = suited(&table, steps.id.as_deref(), &derived, recipe);
    let uses = decide(&table.columns, steps.id.as_deref(), &recipe.data, &cluster)?;
    let (fitted, mut prepared) = fit_transform(&table.batches, &plans(&table.columns, &uses), &recipe.preparation())?;
    prepared.events.iter().for_each(|event| ledger.event(event));
    let table = stage::kept(table, prepared.kept_rows.take())?;
    checkpoint(observer, "prepare", 3)?;
    let mixed = MixedColumns::of(&fitted, prepared.matrix.view());
    Ok(Ready { input, raw_columns, table, steps, derived, uses, fitted, prepared, mixed, cluster, proposal, ledger })
}

/// The algorithms of the recipe, or those that suit the table better where nobody named any.
///
/// What packs derive of columns is no more reason to take them for numbers or categories.
pub(crate) fn suited(
    table: &Table,
    id: Option<&str>,
    derived: &[Derived],
    recipe: &Recipe,
) -> (ClusterRecipe, Option<String>) {
    let is_packed = |name: &str| derived.iter().any(|derived| derived.pack.is_some() && derived.name == name);
    let counts = |column: &&ColumnInfo| Some(column.name.as_str()) != id && !is_packed(&column.name);
    let columns: Vec<ColumnInfo> = table.columns.iter().filter(counts).cloned().collect();
    match proposed(&columns, &recipe.data, &recipe.cluster) {
        Some((algorithm, reason)) => (ClusterRecipe { algorithm, ..recipe.cluster.clone() }, Some(reason)),
        None => (recipe.cluster.clone(), None),
    }
}

/// Between two steps: says how far the work is, and stops if asked.
pub(crate) fn checkpoint(observer: &dyn Observer, stage: &str, step: u64) -> Result<(), SegmentationError> {
    match observer.event(Event::new(stage, step)).is_break() {
        true => Err(SegmentationError::Interrupted),
        false => Ok(()),
    }
}
