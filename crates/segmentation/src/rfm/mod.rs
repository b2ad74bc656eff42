//! From a log of transactions to customers: recency, frequency, monetary value, and what goes with them.

mod query;
mod recipe;

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use segctl_io::{IoError, Role, Session, SessionOptions, Source, Table, duplicates};
use segctl_numeric::observe::{Observer, Silent};
use segctl_preprocessing::rfm::{Better, SEGMENTS, scores, segment_of};
use serde::Serialize;

use self::query::{DAY, Lines, made};
pub use self::recipe::RfmRecipe;
use crate::ledger::Ledger;
use crate::model::TableSteps;
use crate::named::column;
use crate::outcome::Entry;
use crate::recipe::Recipe;
use crate::run::{RunOptions, read};
use crate::tables::table;
use crate::{SegmentationError, Timings, resolve, stage};

/// Customers made of transactions.
#[derive(Debug)]
pub struct Rfm {
    /// One row per customer with a purchase, in the order of the customers: the customer, `recency_days`, `frequency`,
    /// `monetary`, `monetary_mean`, `tenure_days`, `interpurchase_days`, `n_lines`, `n_returned`, `returned`,
    /// `n_cancelled` and `n_products` where they are asked for, the columns kept, `r_score`, `f_score`, `m_score`, `rfm_segment`.
    pub customers: RecordBatch,
    /// What was read and left out.
    pub ledger: Vec<Entry>,
    /// What is worth knowing of the whole.
    pub summary: RfmSummary,
}

/// What is worth knowing of the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RfmSummary {
    /// Customers with a purchase.
    pub n_customers: u64,
    /// Customers with lines, but no purchase.
    pub n_without_purchase: u64,
    /// Lines read.
    pub n_lines: u64,
    /// Lines that are purchases.
    pub n_lines_kept: u64,
    /// Why lines are left out; a line may be among several.
    pub left_out: Vec<LeftOut>,
    /// Lines equal to an earlier one; they are kept, since nothing says that they are one.
    pub n_equal_lines: u64,
    /// The first day after those observed.
    pub until: String,
    /// The sum of all purchases.
    pub monetary: f64,
    /// The customers of each tier of recency, frequency and money, from 1 to 5.
    pub tiers: [[u64; 5]; 3],
    /// The segments by recency, frequency and money.
    pub segments: Vec<RfmSegmentSize>,
}

/// Lines that are no purchases.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LeftOut {
    /// Why.
    pub reason: String,
    /// How many.
    pub n_lines: u64,
}

/// The customers of a segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RfmSegmentSize {
    /// Its name.
    pub name: &'static str,
    /// What to do with them.
    pub meaning: &'static str,
    /// How many.
    pub n_customers: u64,
    /// What they spent.
    pub monetary: f64,
}

/// Makes customers of the transactions in `source`, by `recipe.rfm`.
///
/// # Errors
/// [`SegmentationError::RfmNeeds`] without the section `[rfm]`; otherwise as [`crate::run`] for a table that cannot be
/// read or an expression that has no meaning.
pub fn rfm(source: &Source, recipe: &Recipe) -> Result<Rfm, SegmentationError> {
    rfm_with(source, recipe, &RunOptions::default(), &Silent, &mut Timings::default())
}

/// [`rfm`] with limits, progress, cancellation and stage times.
///
/// # Errors
/// As [`rfm`], and cancellation when the observer breaks.
pub fn rfm_with(
    source: &Source,
    recipe: &Recipe,
    options: &RunOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Rfm, SegmentationError> {
    recipe.validate()?;
    let rfm = recipe.rfm.as_ref().ok_or(SegmentationError::RfmNeeds { name: "customer" })?;
    let session = Session::new(&SessionOptions { memory_limit: options.memory_limit })?;
    let read = timings.time("read", || read(source, recipe, options, observer))?;
    timings.time("prepare", || {
        let mut ledger = Ledger::default();
        ledger.read(&read);
        let steps = TableSteps { rfm: None, joins: Vec::new(), ..resolve::stated(recipe) };
        let lines = stage::narrow(&session, read, &steps, observer, &mut ledger)?;
        let (customers, summary) = derived(&session, &lines, rfm)?;
        tell(&summary, &mut ledger);
        Ok(Rfm { customers, ledger: ledger.into_entries(), summary })
    })
}

/// The customers of a table of transactions, as a table; what was left out is told.
pub(crate) fn customers(
    session: &Session,
    lines: &Table,
    recipe: &RfmRecipe,
    ledger: &mut Ledger,
) -> Result<Table, SegmentationError> {
    let (batch, summary) = derived(session, lines, recipe)?;
    tell(&summary, ledger);
    let mut roles = vec![(recipe.customer.clone(), Role::Id)];
    // Scores are the features once more: they describe.
    roles.extend(["r_score", "f_score", "m_score"].map(|name| (name.to_owned(), Role::Coded)));
    Ok(Table::new(batch.schema(), vec![batch], roles.into_iter().collect(), lines.report.clone())?)
}

fn derived(
    session: &Session,
    table: &Table,
    recipe: &RfmRecipe,
) -> Result<(RecordBatch, RfmSummary), SegmentationError> {
    for name in std::iter::once(&recipe.customer).chain(&recipe.purchase).chain(&recipe.product).chain(&recipe.keep) {
        column(&table.columns, "[rfm]", name)?;
    }
    let lines = Lines::of(session, table, recipe)?;
    let last = lines.last(session)?.ok_or(SegmentationError::NoPurchases { n_lines: table.n_rows() })?;
    let end = recipe.end()?.unwrap_or_else(|| (last.div_euclid(DAY) + 1) * DAY);
    if end < last {
        let reason = format!("is before the last purchase, of {}", day(last));
        return Err(SegmentationError::RfmUntil { value: day(end), reason });
    }
    let found = lines.customers(session, recipe)?;
    let found = arrow::compute::concat_batches(&found[0].schema(), &found)
        .map_err(|source| SegmentationError::from(IoError::Arrow { name: "customers".into(), source }))?;
    let equal = duplicates(table, None)?;
    let customers = Customers::of(&found, end);
    let summary = RfmSummary {
        n_customers: customers.n() as u64,
        n_without_purchase: lines.n_without(session, recipe)?,
        n_lines: table.n_rows() as u64,
        n_lines_kept: lines.n_kept,
        left_out: lines.reasons.iter().map(|r| LeftOut { reason: r.what.clone(), n_lines: r.n_lines }).collect(),
        n_equal_lines: equal.n_equal_but_for_id,
        until: day(end),
        monetary: customers.monetary.iter().sum(),
        tiers: customers.scores.each_ref().map(|scores| tiers(scores)),
        segments: customers.segments(),
    };
    Ok((customers.table(&found, recipe)?, summary))
}

fn tiers(scores: &[u8]) -> [u64; 5] {
    let mut tiers = [0; 5];
    scores.iter().for_each(|&score| tiers[usize::from(score) - 1] += 1);
    tiers
}

/// A moment as its day.
fn day(at: i64) -> String {
    let days = i32::try_from(at.div_euclid(DAY)).unwrap_or(i32::MAX);
    arrow::temporal_conversions::date32_to_datetime(days).map_or_else(String::new, |day| day.date().to_string())
}

/// What is derived of each customer.
struct Customers {
    recency: Vec<i64>,
    frequency: Vec<i64>,
    monetary: Vec<f64>,
    tenure: Vec<i64>,
    /// Days between purchases; NaN for a single one.
    gap: Vec<f64>,
    /// Of recency, frequency and money.
    scores: [Vec<u8>; 3],
}

impl Customers {
    fn of(found: &RecordBatch, end: i64) -> Self {
        let (first, last, frequency) =
            (integers(found, "first"), integers(found, "last"), integers(found, "purchases"));
        let monetary = floats(found, "sum");
        let span: Vec<i64> = first.iter().zip(&last).map(|(first, last)| last - first).collect();
        let gap = span.iter().zip(&frequency).map(|(&span, &n)| span as f64 / DAY as f64 / (n - 1) as f64);
        let gap = gap.map(|gap| if gap.is_finite() { gap } else { f64::NAN }).collect();
        let recency: Vec<i64> = last.iter().map(|last| (end - last).div_euclid(DAY)).collect();
        let numbers = |values: &[i64]| values.iter().map(|&value| value as f64).collect::<Vec<_>>();
        let scores = [
            scores(&numbers(&recency), Better::Low),
            scores(&numbers(&frequency), Better::High),
            scores(&monetary, Better::High),
        ];
        Self { recency, frequency, tenure: span.iter().map(|span| span / DAY).collect(), monetary, gap, scores }
    }

    fn n(&self) -> usize {
        self.recency.len()
    }

    fn segment(&self, i: usize) -> &'static str {
        segment_of(self.scores[0][i], self.scores[1][i], self.scores[2][i]).name
    }

    fn segments(&self) -> Vec<RfmSegmentSize> {
        let names: Vec<&str> = (0..self.n()).map(|i| self.segment(i)).collect();
        let size = |segment: &segctl_preprocessing::rfm::RfmSegment| {
            let own = || (0..self.n()).filter(|&i| names[i] == segment.name);
            RfmSegmentSize {
                name: segment.name,
                meaning: segment.meaning,
                n_customers: own().count() as u64,
                monetary: own().map(|i| self.monetary[i]).sum::<f64>() + 0.0,
            }
        };
        SEGMENTS.iter().map(size).collect()
    }

    fn table(&self, found: &RecordBatch, recipe: &RfmRecipe) -> Result<RecordBatch, SegmentationError> {
        let whole = |values: &[i64]| -> ArrayRef { Arc::new(Int64Array::from(values.to_vec())) };
        let real = |values: &mut dyn Iterator<Item = f64>| -> ArrayRef {
            Arc::new(values.map(|value| Some(value).filter(|value| value.is_finite())).collect::<Float64Array>())
        };
        let mean = |i: usize| self.monetary[i] / self.frequency[i] as f64;
        let mut columns: Vec<(String, ArrayRef)> = vec![
            (recipe.customer.clone(), Arc::clone(found.column(0))),
            ("recency_days".into(), whole(&self.recency)),
            ("frequency".into(), whole(&self.frequency)),
            ("monetary".into(), real(&mut self.monetary.iter().copied())),
            ("monetary_mean".into(), real(&mut (0..self.n()).map(mean))),
            ("tenure_days".into(), whole(&self.tenure)),
            ("interpurchase_days".into(), real(&mut self.gap.iter().copied())),
            ("n_lines".into(), whole(&integers(found, "lines"))),
            ("n_returned".into(), whole(&integers(found, "returned"))),
            ("returned".into(), real(&mut floats(found, "returned_sum").into_iter())),
        ];
        for (name, from) in [("n_cancelled", "cancelled"), ("n_products", "products")] {
            if found.schema().index_of(&made(from)).is_ok() {
                columns.push((name.into(), whole(&integers(found, from))));
            }
        }
        let n_kept = recipe.keep.len();
        let kept = recipe.keep.iter().zip(found.num_columns() - n_kept..);
        columns.extend(kept.map(|(name, at)| (name.clone(), Arc::clone(found.column(at)))));
        for (name, scores) in ["r_score", "f_score", "m_score"].into_iter().zip(&self.scores) {
            columns.push((name.into(), whole(&scores.iter().map(|&score| i64::from(score)).collect::<Vec<_>>())));
        }
        let segments = (0..self.n()).map(|i| Some(self.segment(i))).collect::<StringArray>();
        columns.push(("rfm_segment".into(), Arc::new(segments)));
        let mut names: Vec<&String> = columns.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(IoError::NameTaken { what: format!("[rfm] {}", pair[0]) }.into()),
            None => Ok(table(columns)),
        }
    }
}

fn integers(found: &RecordBatch, name: &str) -> Vec<i64> {
    let array = found.column_by_name(&made(name)).and_then(|array| cast(array, &DataType::Int64).ok());
    array.map_or_else(Vec::new, |array| array.as_primitive::<Int64Type>().values().to_vec())
}

fn floats(found: &RecordBatch, name: &str) -> Vec<f64> {
    let array = found.column_by_name(&made(name)).and_then(|array| cast(array, &DataType::Float64).ok());
    array.map_or_else(Vec::new, |array| array.as_primitive::<Float64Type>().values().to_vec())
}

/// Counts what was left out: an entry for each reason, so that one line may be counted several times.
fn tell(summary: &RfmSummary, ledger: &mut Ledger) {
    for LeftOut { reason, n_lines } in summary.left_out.iter().filter(|left_out| left_out.n_lines > 0) {
        ledger.rows("no purchase", *n_lines, reason.clone());
    }
    if summary.n_equal_lines > 0 {
        let kept = "equal to an earlier line: kept, because nothing says that they are the same";
        ledger.rows("duplicates", summary.n_equal_lines, kept);
    }
    ledger.rows("purchases", summary.n_lines_kept, format!("are purchases, observed until {}", summary.until));
    let without = summary.n_without_purchase;
    ledger.rows("customers", summary.n_customers, format!("made of purchases; {without} customers have none"));
}
