use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::kernels::zip::zip;
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use serde::{Deserialize, Serialize};

use super::filter::{keep_masked, truth};
use crate::session::RowExpression;
use crate::suggest::nearest;
use crate::typing::{Finite, canonical_type};
use crate::{IoError, Session, Table};

/// A condition every row should meet, and what to do with rows that do not.
///
/// ```
/// use segctl_io::{RowRule, RuleAction};
/// let rule = RowRule::new("frequency", "CASH_ADVANCE_FREQUENCY <= 1", RuleAction::Report);
/// assert_eq!(rule.check, "CASH_ADVANCE_FREQUENCY <= 1");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RowRule {
    /// How the ledger calls it.
    pub name: String,
    /// The condition, in SQL; a row where it is missing passes.
    pub check: String,
    /// What to do with rows that fail.
    #[serde(default)]
    pub action: RuleAction,
}

impl RowRule {
    /// A rule.
    pub fn new(name: &str, check: &str, action: RuleAction) -> Self {
        Self { name: name.into(), check: check.into(), action }
    }
}

/// What to do with rows that fail a rule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RuleAction {
    /// Count them.
    #[default]
    Report,
    /// Leave them out.
    Drop,
    /// Give the columns named new values, each an SQL expression over the row as it was: `NULL`, `LEAST(X, 1)`.
    Set(BTreeMap<String, String>),
}

/// What came of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleOutcome {
    /// The rule's name.
    pub name: String,
    /// Its condition.
    pub check: String,
    /// What was done with the rows that fail.
    pub action: RuleAction,
    /// Rows that fail.
    pub n_failed: u64,
    /// The first five of them, counted from 1 in the table the rule saw.
    pub examples: Vec<u64>,
}

/// Applies the rules one after the other; each sees what the former left.
///
/// # Errors
/// [`IoError::Sql`], [`IoError::NoColumn`] and [`IoError::NotBoolean`], each naming the rule.
pub fn apply_rules(session: &Session, table: &Table, rules: &[RowRule]) -> Result<(Table, Vec<RuleOutcome>), IoError> {
    let mut table = table.clone();
    let mut outcomes = Vec::with_capacity(rules.len());
    for rule in rules {
        let passed = passing(session, &table, rule)?;
        let (n_failed, examples) = failures(&passed);
        outcomes.push(RuleOutcome {
            name: rule.name.clone(),
            check: rule.check.clone(),
            action: rule.action.clone(),
            n_failed,
            examples,
        });
        table = acted(session, table, rule, &passed)?;
    }
    Ok((table, outcomes))
}

/// Whether each row passes, without NULLs.
fn passing(session: &Session, table: &Table, rule: &RowRule) -> Result<Vec<BooleanArray>, IoError> {
    let condition = RowExpression::condition(session, &described(rule), &rule.check, &table.schema)?;
    let pass = |batch| Ok(truth(&condition, batch)?.iter().map(|passes| Some(passes.unwrap_or(true))).collect());
    table.batches.iter().map(pass).collect()
}

fn failures(passed: &[BooleanArray]) -> (u64, Vec<u64>) {
    let rows = passed.iter().flat_map(|mask| mask.values().iter());
    let mut failed = (1_u64..).zip(rows).filter(|(_, passes)| !passes).map(|(row, _)| row);
    let examples: Vec<u64> = failed.by_ref().take(5).collect();
    (examples.len() as u64 + failed.count() as u64, examples)
}

fn acted(session: &Session, table: Table, rule: &RowRule, passed: &[BooleanArray]) -> Result<Table, IoError> {
    match &rule.action {
        RuleAction::Report => Ok(table),
        RuleAction::Drop => keep_masked(&table, passed).map(|(table, _)| table),
        RuleAction::Set(values) => set(session, &table, rule, values, passed),
    }
}

fn set(
    session: &Session,
    table: &Table,
    rule: &RowRule,
    values: &BTreeMap<String, String>,
    passed: &[BooleanArray],
) -> Result<Table, IoError> {
    let mut fields = table.schema.fields().to_vec();
    let mut replacements = Vec::with_capacity(values.len());
    for (column, sql) in values {
        let index = table.schema.index_of(column).map_err(|_| unknown(table, rule, column))?;
        let expression = RowExpression::new(session, &described(rule), sql, &table.schema)?;
        let data_type = widened(table.schema.field(index).data_type(), &expression.data_type()?);
        fields[index] = Arc::new(Field::new(column, data_type, true));
        replacements.push((index, expression));
    }
    let schema = Arc::new(Schema::new(fields));
    let replace = |(batch, passed)| replaced(batch, passed, &replacements, &schema, rule);
    let batches: Vec<RecordBatch> = table.batches.iter().zip(passed).map(replace).collect::<Result<_, _>>()?;
    let changed: Vec<&str> = values.keys().map(String::as_str).collect();
    table.remade(schema, batches, &changed)
}

/// Whole numbers that get fractions become floats; any other column keeps its type.
fn widened(column: &DataType, values: &DataType) -> DataType {
    match canonical_type(values) {
        Some(DataType::Float64) if *column == DataType::Int64 => DataType::Float64,
        _ => column.clone(),
    }
}

fn replaced(
    batch: &RecordBatch,
    passed: &BooleanArray,
    replacements: &[(usize, RowExpression<'_>)],
    schema: &SchemaRef,
    rule: &RowRule,
) -> Result<RecordBatch, IoError> {
    let failed = |source| IoError::Arrow { name: described(rule), source };
    // A value that the column cannot hold is an error, not one more missing value.
    let strictly = CastOptions { safe: false, ..CastOptions::default() };
    let mut columns = batch.columns().to_vec();
    for (index, expression) in replacements {
        let data_type = schema.field(*index).data_type();
        let values = cast_with_options(&expression.evaluate(batch)?, data_type, &strictly).map_err(failed)?;
        let before = cast(batch.column(*index), data_type).map_err(failed)?;
        columns[*index] = zip(passed, &before, &Finite::of(values).array).map_err(failed)?;
    }
    RecordBatch::try_new(Arc::clone(schema), columns).map_err(failed)
}

fn described(rule: &RowRule) -> String {
    format!("rule {}", rule.name)
}

fn unknown(table: &Table, rule: &RowRule, column: &str) -> IoError {
    let nearest = nearest(column, table.columns.iter().map(|column| column.name.as_str()));
    IoError::NoColumn { what: described(rule), column: column.into(), nearest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::samples::{floats, integers, session, table};

    fn data() -> Table {
        table(vec![("F", integers(&[Some(0), Some(3), None, Some(2)])), ("G", integers(&[Some(9); 4]))])
    }

    fn run(action: RuleAction) -> (Table, RuleOutcome) {
        let rules = [RowRule::new("at most one", "F <= 1", action)];
        let (table, mut outcomes) = apply_rules(&session(), &data(), &rules).unwrap();
        (table, outcomes.remove(0))
    }

    #[test]
    fn failing_rows_are_counted_and_missing_passes() {
        let (table, outcome) = run(RuleAction::Report);
        assert_eq!((table.n_rows(), outcome.n_failed, outcome.examples), (4, 2, vec![2, 4]));
    }

    #[test]
    fn failing_rows_are_dropped() {
        assert_eq!(&run(RuleAction::Drop).0.arrays("F").unwrap()[0], &integers(&[Some(0), None]));
    }

    #[test]
    fn failing_rows_get_values_from_the_row_as_it_was() {
        let set = BTreeMap::from([("F".to_owned(), "LEAST(F, 1)".to_owned()), ("G".to_owned(), "F".to_owned())]);
        let (table, _) = run(RuleAction::Set(set));
        assert_eq!(&table.arrays("F").unwrap()[0], &integers(&[Some(0), Some(1), None, Some(1)]));
        assert_eq!(&table.arrays("G").unwrap()[0], &integers(&[Some(9), Some(3), Some(9), Some(2)]));
        let (table, _) = run(RuleAction::Set(BTreeMap::from([("F".to_owned(), "NULL".to_owned())])));
        assert_eq!(table.column("F").unwrap().n_missing, 3);
        let (table, _) = run(RuleAction::Set(BTreeMap::from([("G".to_owned(), "G / 2".to_owned())])));
        assert_eq!(&table.arrays("G").unwrap()[0], &floats(&[9.0, 4.5, 9.0, 4.5]));
    }

    #[test]
    fn errors_name_the_rule() {
        let set = RuleAction::Set(BTreeMap::from([("FF".to_owned(), "1".to_owned())]));
        for rule in [
            RowRule::new("r", "X > 1", RuleAction::Drop),
            RowRule::new("r", "F > 9", set),
            RowRule::new("r", "F + 1", RuleAction::Report),
        ] {
            let error = apply_rules(&session(), &data(), &[rule]).unwrap_err();
            assert!(error.to_string().starts_with("rule r: "), "{error}");
        }
    }

    #[test]
    fn rules_are_plain_data() {
        let rule = RowRule::new("r", "F > 1", RuleAction::Set(BTreeMap::from([("F".to_owned(), "NULL".to_owned())])));
        let text = serde_json::to_string(&rule).unwrap();
        assert_eq!(text, r#"{"name":"r","check":"F > 1","action":{"set":{"F":"NULL"}}}"#);
        assert_eq!(serde_json::from_str::<RowRule>(&text).unwrap(), rule);
    }
}
