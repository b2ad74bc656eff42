//! Features of each customer from another file: `[[join]]`.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{cast, concat_batches, take};
use arrow::datatypes::{DataType, Field, Schema};
use segctl_io::{IoError, Session, Source, Table, select};
use segctl_numeric::observe::Observer;
use serde::{Deserialize, Serialize};

use crate::SegmentationError;
use crate::ledger::Ledger;
use crate::named::{column, quoted};
use crate::recipe::Expressions;

/// Features of each customer from the lines of another file.
///
/// ```
/// use segctl_segmentation::Recipe;
/// let recipe = Recipe::from_toml(r#"
///     [[join]]
///     file = "payments.csv"
///     on = "CUST_ID"
///     [join.features]
///     N_PAYMENTS = "COUNT(*)"
///     PAID = "SUM(amount)"
/// "#)?;
/// assert_eq!(recipe.joins[0].features.0.len(), 2);
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct JoinRecipe {
    /// The other file.
    pub file: String,
    /// The column that names the customer in both.
    pub on: String,
    /// Features by name, each an SQL aggregate over the lines of a customer: `COUNT(*)`, `SUM(amount)`.
    pub features: Expressions,
    /// An SQL condition of the lines that count.
    #[serde(rename = "where", default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

/// The table with the features of all joins. A customer without a line has no value.
pub(crate) fn joined(
    session: &Session,
    mut table: Table,
    joins: &[JoinRecipe],
    observer: &dyn Observer,
    ledger: &mut Ledger,
) -> Result<Table, SegmentationError> {
    for join in joins {
        let other = segctl_io::read(
            &Source::parse(&join.file)?,
            &segctl_io::ReadOptions {
                memory_limit: session.options().memory_limit,
                ..segctl_io::ReadOptions::default()
            },
            observer,
        )?;
        for (place, table) in [("[[join]] on", &table), ("[[join]] on, in its file", &other)] {
            column(&table.columns, place, &join.on)?;
        }
        let made = aggregated(session, &other, join)?;
        table = with_columns(&table, &made, join, other.n_rows(), ledger)?;
    }
    Ok(table)
}

/// One row per customer of the other file: the customer, then the features.
fn aggregated(session: &Session, other: &Table, join: &JoinRecipe) -> Result<RecordBatch, SegmentationError> {
    let on = quoted(&join.on);
    let features: Vec<String> =
        join.features.0.iter().map(|feature| format!(", {} AS {}", feature.sql, quoted(&feature.name))).collect();
    let filter = join.filter.as_ref().map_or_else(String::new, |filter| format!(" AND ({filter})"));
    // The customer is named anew, so that a feature may have the name of the column.
    let sql = format!(
        "SELECT {on} AS \"join.on\"{} FROM data WHERE {on} IS NOT NULL{filter} GROUP BY {on} ORDER BY {on}",
        features.concat()
    );
    let made = select(session, other, &sql)?;
    concat_batches(&made.schema, &made.batches).map_err(|source| arrow_error(join, source))
}

fn with_columns(
    table: &Table,
    made: &RecordBatch,
    join: &JoinRecipe,
    n_lines: usize,
    ledger: &mut Ledger,
) -> Result<Table, SegmentationError> {
    let failed = |source| arrow_error(join, source);
    let keys = texts(made.column(0)).map_err(failed)?;
    let places: BTreeMap<&str, u32> = keys.iter().zip(0..).filter_map(|(key, at)| Some((key?, at))).collect();
    let mut schema: Vec<Arc<Field>> = table.schema.fields().to_vec();
    schema.extend(made.schema().fields().iter().skip(1).cloned());
    if let Some(field) = made.schema().fields().iter().skip(1).find(|f| table.schema.index_of(f.name()).is_ok()) {
        return Err(IoError::NameTaken { what: format!("[[join]] {}: feature {}", join.file, field.name()) }.into());
    }
    let schema = Arc::new(Schema::new(schema));
    let on = table.schema.index_of(&join.on).map_err(failed)?;
    let mut n_without = 0;
    let extend = |batch: &RecordBatch| {
        let own = texts(batch.column(on))?;
        let at: UInt32Array = own.iter().map(|key| places.get(key?).copied()).collect();
        n_without += at.null_count() as u64;
        let taken = made.columns().iter().skip(1).map(|column| take(column, &at, None));
        let columns = batch.columns().iter().cloned().map(Ok).chain(taken).collect::<Result<Vec<_>, _>>()?;
        RecordBatch::try_new(Arc::clone(&schema), columns)
    };
    let batches = table.batches.iter().map(extend).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    for feature in &join.features.0 {
        ledger.column(
            "join",
            &feature.name,
            1,
            format!("added from {n_lines} lines of {}: {}", join.file, feature.sql),
        );
    }
    if n_without > 0 {
        ledger.rows("join", n_without, format!("have no line in {}: their features are missing", join.file));
    }
    Ok(table.extended(schema, batches)?)
}

/// Keys as text, so that numbers and texts of the same customer are the same.
fn texts(array: &ArrayRef) -> Result<StringArray, arrow::error::ArrowError> {
    Ok(cast(array, &DataType::Utf8)?.as_string::<i32>().clone())
}

fn arrow_error(join: &JoinRecipe, source: arrow::error::ArrowError) -> SegmentationError {
    IoError::Arrow { name: format!("[[join]] {}", join.file), source }.into()
}
