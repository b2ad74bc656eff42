//! Lines of transactions to one row per customer, by SQL.

use std::fmt::Write as _;

use segctl_io::{FeatureExpr, Kind, RecordBatch, Session, Table, add_features};

use super::RfmRecipe;
use crate::SegmentationError;
use crate::named::{column, quoted};

/// Nanoseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000_000;

/// The names of computed columns: a prefix that no file has.
const TIME: &str = "rfm.time";
const AMOUNT: &str = "rfm.amount";
const CANCELLED: &str = "rfm.cancelled";

/// Why a line is no purchase, and for how many that is so; a line may be counted several times.
pub(super) struct Reason {
    pub(super) what: String,
    condition: String,
    pub(super) n_lines: u64,
}

/// The lines with what is computed of them, and what follows from the recipe.
pub(super) struct Lines {
    table: Table,
    pub(super) reasons: Vec<Reason>,
    /// Lines that are purchases.
    pub(super) n_kept: u64,
}

impl Lines {
    /// Computes amounts, times and conditions, and counts why lines are left out.
    pub(super) fn of(session: &Session, table: &Table, recipe: &RfmRecipe) -> Result<Self, SegmentationError> {
        let (table, _) = add_features(session, table, &computed(table, recipe)?)?;
        let mut reasons = reasons(recipe);
        let sums = reasons.iter().map(|reason| format!("SUM(CASE WHEN {} THEN 1 ELSE 0 END)", reason.condition));
        let kept = format!("SUM(CASE WHEN {} THEN 1 ELSE 0 END)", kept(&reasons));
        let sql = format!("SELECT {}, {kept} FROM data", sums.collect::<Vec<_>>().join(", "));
        let counts = session.query(&[("data", &table.batches)], &sql)?;
        let count = |at: usize| counts.first().map_or(0, |batch| integer(batch, at, 0));
        for (at, reason) in reasons.iter_mut().enumerate() {
            reason.n_lines = count(at) as u64;
        }
        let n_kept = count(reasons.len()) as u64;
        Ok(Self { table, reasons, n_kept })
    }

    /// The last moment of all lines that have one.
    pub(super) fn last(&self, session: &Session) -> Result<Option<i64>, SegmentationError> {
        let sql = format!("SELECT MAX({}) FROM data WHERE {}", quoted(TIME), kept(&self.reasons));
        let found = session.query(&[("data", &self.table.batches)], &sql)?;
        Ok(found.first().filter(|batch| batch.column(0).is_valid(0)).map(|batch| integer(batch, 0, 0)))
    }

    /// One row per customer with a purchase, by customer.
    ///
    /// Columns: the customer; the first and the last moment; purchases; lines; the sum of amounts; the number and the
    /// sum of lines that were returned; those that were cancelled; different products; the columns kept.
    pub(super) fn customers(
        &self,
        session: &Session,
        recipe: &RfmRecipe,
    ) -> Result<Vec<RecordBatch>, SegmentationError> {
        let kept = kept(&self.reasons);
        let (time, amount, customer) = (quoted(TIME), quoted(AMOUNT), quoted(&recipe.customer));
        let of_kept = |what: &str| format!("CASE WHEN {kept} THEN {what} END");
        let day = format!("{time} - {time} % {DAY}");
        let purchase = recipe.purchase.as_deref().map_or(day, quoted);
        let count = |condition: &str| format!("SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)");
        let returned = format!("{amount} < 0");
        let mut sql = format!("SELECT {customer}");
        let mut add = |what: String, name: &str| {
            let _ = write!(sql, ", {what} AS {}", quoted(&made(name)));
        };
        add(format!("MIN({})", of_kept(&time)), "first");
        add(format!("MAX({})", of_kept(&time)), "last");
        add(format!("COUNT(DISTINCT {})", of_kept(&purchase)), "purchases");
        add(count(&kept), "lines");
        add(format!("SUM({})", of_kept(&amount)), "sum");
        add(count(&returned), "returned");
        add(format!("SUM(CASE WHEN {returned} THEN {amount} ELSE 0.0 END)"), "returned_sum");
        if recipe.cancelled.is_some() {
            add(count(&quoted(CANCELLED)), "cancelled");
        }
        if let Some(product) = &recipe.product {
            add(format!("COUNT(DISTINCT {})", of_kept(&quoted(product))), "products");
        }
        for column in &recipe.keep {
            let value = format!("LAST_VALUE({} ORDER BY {time}) FILTER (WHERE {kept})", quoted(column));
            add(value, &format!("keep.{column}"));
        }
        let _ = write!(
            sql,
            " FROM data WHERE {customer} IS NOT NULL GROUP BY {customer} HAVING {} > 0 ORDER BY {customer}",
            count(&kept)
        );
        Ok(session.query(&[("data", &self.table.batches)], &sql)?)
    }

    /// Customers who have lines, but no purchase among them.
    pub(super) fn n_without(&self, session: &Session, recipe: &RfmRecipe) -> Result<u64, SegmentationError> {
        let customer = quoted(&recipe.customer);
        let kept = kept(&self.reasons);
        let sql = format!(
            "SELECT COUNT(DISTINCT {customer}) - COUNT(DISTINCT CASE WHEN {kept} THEN {customer} END) FROM data"
        );
        let found = session.query(&[("data", &self.table.batches)], &sql)?;
        Ok(found.first().map_or(0, |batch| integer(batch, 0, 0) as u64))
    }
}

/// What is computed of each line.
fn computed(table: &Table, recipe: &RfmRecipe) -> Result<Vec<FeatureExpr>, SegmentationError> {
    let feature = |name: &str, sql: String| FeatureExpr { name: name.to_owned(), sql };
    let mut features =
        vec![feature(TIME, time(table, recipe)?), feature(AMOUNT, format!("CAST({} AS DOUBLE)", recipe.amount))];
    features.extend(recipe.cancelled.as_ref().map(|sql| feature(CANCELLED, condition(sql))));
    let outs = recipe.leave_out.0.iter();
    features.extend(outs.map(|rule| feature(&left_out(&rule.name), condition(&rule.sql))));
    Ok(features)
}

/// A condition that is unknown does not hold.
fn condition(sql: &str) -> String {
    format!("COALESCE(({sql}), FALSE)")
}

/// The name of a computed column of [`Lines::customers`]: that of the customers may be any other.
pub(super) fn made(name: &str) -> String {
    format!("rfm.{name}")
}

fn left_out(name: &str) -> String {
    format!("rfm.out.{name}")
}

/// The moment of a line, in nanoseconds since 1970.
fn time(table: &Table, recipe: &RfmRecipe) -> Result<String, SegmentationError> {
    let column = column(&table.columns, "[rfm]", &recipe.date)?;
    let name = quoted(&recipe.date);
    match column.kind {
        Kind::Date | Kind::Timestamp => Ok(format!("CAST(CAST({name} AS TIMESTAMP) AS BIGINT)")),
        // Day 25,569 of a spreadsheet is 1970-01-01.
        Kind::Integer | Kind::Float => Ok(format!("CAST(ROUND(({name} - 25569) * {DAY}.0) AS BIGINT)")),
        kind => Err(SegmentationError::RfmDate { column: column.name.clone(), kind, reason: column.reason.clone() }),
    }
}

fn reasons(recipe: &RfmRecipe) -> Vec<Reason> {
    let reason = |what: String, condition: String| Reason { what, condition, n_lines: 0 };
    let missing = |what: &str, name: &str| reason(format!("have no {what}"), format!("{} IS NULL", quoted(name)));
    let mut reasons = vec![missing("customer", &recipe.customer), missing("date", TIME), missing("amount", AMOUNT)];
    if let Some(sql) = &recipe.cancelled {
        reasons.push(reason(format!("are cancelled: {sql}"), quoted(CANCELLED)));
    }
    for rule in &recipe.leave_out.0 {
        reasons.push(reason(format!("{}: {}", rule.name, rule.sql), quoted(&left_out(&rule.name))));
    }
    reasons.push(reason("are worth less than 0: returned".to_owned(), format!("{} < 0", quoted(AMOUNT))));
    reasons.push(reason("are worth 0".to_owned(), format!("{} = 0", quoted(AMOUNT))));
    reasons
}

/// The condition of a purchase: none of the reasons holds.
fn kept(reasons: &[Reason]) -> String {
    let none: Vec<String> = reasons.iter().map(|reason| format!("NOT COALESCE({}, FALSE)", reason.condition)).collect();
    format!("({})", none.join(" AND "))
}

/// A whole number of a result.
pub(super) fn integer(batch: &RecordBatch, column: usize, row: usize) -> i64 {
    use arrow::array::AsArray;
    use arrow::datatypes::{DataType, Int64Type};
    let array = arrow::compute::cast(batch.column(column), &DataType::Int64);
    array.map_or(0, |array| array.as_primitive::<Int64Type>().value(row))
}
