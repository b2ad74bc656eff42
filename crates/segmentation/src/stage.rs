//! The table stage: from the table as read to the table with all features, replayed alike by `run`
//! and `assign`.

use segctl_io::{
    DuplicateReport, FeatureOutcome, ReadOptions, RuleAction, RuleOutcome, Session, Source, Table, add_features,
    apply_rules, deduplicate, keep_rows, select, take_rows,
};
use segctl_numeric::observe::Observer;

use crate::SegmentationError;
use crate::join::joined;
use crate::ledger::Ledger;
use crate::model::TableSteps;
use crate::rfm;

/// Reads the table that `steps` are to be applied to.
pub(crate) fn read(
    source: &Source,
    steps: &TableSteps,
    roles: impl IntoIterator<Item = (String, segctl_io::Role)>,
    memory_limit: Option<u64>,
    observer: &dyn Observer,
) -> Result<Table, SegmentationError> {
    let mut options = ReadOptions {
        delimiter: steps.delimiter.and_then(|c| u8::try_from(c).ok()),
        encoding: steps.encoding,
        sheet: steps.sheet.clone(),
        roles: roles.into_iter().collect(),
        memory_limit,
        ..ReadOptions::default()
    };
    if let Some(missing) = &steps.missing {
        options.missing.clone_from(missing);
    }
    Ok(segctl_io::read(source, &options, observer)?)
}

/// The query, the row filter, customers where lines are transactions, and what other files know of them.
pub(crate) fn narrow(
    session: &Session,
    table: Table,
    steps: &TableSteps,
    observer: &dyn Observer,
    ledger: &mut Ledger,
) -> Result<Table, SegmentationError> {
    let mut table = table;
    if let Some(sql) = &steps.sql {
        let before = table.n_rows() as u64;
        table = select(session, &table, sql)?;
        ledger.rows("query", before, format!("replaced by the {} rows of: {sql}", table.n_rows()));
    }
    if let Some(filter) = &steps.filter {
        let (kept, n_dropped) = keep_rows(session, &table, filter)?;
        ledger.rows("filter", n_dropped, format!("left out, for which this is not true: {filter}"));
        table = kept;
    }
    if let Some(rfm) = &steps.rfm {
        table = rfm::customers(session, &table, rfm, ledger)?;
    }
    joined(session, table, &steps.joins, observer, ledger)
}

/// Duplicates, row rules and features.
pub(crate) fn enrich(
    session: &Session,
    table: Table,
    steps: &TableSteps,
    ledger: &mut Ledger,
) -> Result<Table, SegmentationError> {
    if steps.as_is {
        return Ok(table);
    }
    let (table, duplicates) = deduplicate(&table, steps.id.as_deref(), steps.duplicate_ids)?;
    tell_duplicates(&duplicates, steps, ledger);
    let (table, rules) = apply_rules(session, &table, &steps.rules)?;
    rules.iter().for_each(|rule| tell_rule(rule, ledger));
    let (table, features) = add_features(session, &table, &steps.features)?;
    features.iter().for_each(|feature| tell_feature(feature, ledger));
    Ok(table)
}

/// The rows a preparation kept.
pub(crate) fn kept(table: Table, rows: Option<Vec<usize>>) -> Result<Table, SegmentationError> {
    match rows {
        None => Ok(table),
        Some(rows) => Ok(take_rows(&table, &rows)?),
    }
}

fn tell_rule(rule: &RuleOutcome, ledger: &mut Ledger) {
    let done = match &rule.action {
        RuleAction::Report => "reported only".to_owned(),
        RuleAction::Drop => "left out".to_owned(),
        RuleAction::Set(values) => {
            let set: Vec<String> = values.iter().map(|(column, sql)| format!("{column} set to {sql}")).collect();
            set.join(", ")
        }
        _ => "treated".to_owned(),
    };
    let examples: Vec<String> = rule.examples.iter().map(u64::to_string).collect();
    let rows = if examples.is_empty() { String::new() } else { format!("; rows {}", examples.join(", ")) };
    ledger.rows("rules", rule.n_failed, format!("{}: fail {}: {done}{rows}", rule.name, rule.check));
}

fn tell_feature(feature: &FeatureOutcome, ledger: &mut Ledger) {
    let FeatureOutcome { name, sql, n_null, n_non_finite } = feature;
    ledger.column("features", name, 1, format!("added: {sql}"));
    if *n_null > 0 {
        ledger.cells("features", name, *n_null, "have no value, because the expression has none there");
    }
    if *n_non_finite > 0 {
        ledger.cells("features", name, *n_non_finite, "of these were not finite and made missing");
    }
}

fn tell_duplicates(found: &DuplicateReport, steps: &TableSteps, ledger: &mut Ledger) {
    let id = steps.id.as_deref();
    ledger.rows("duplicates", found.n_exact_rows, "left out, the same as an earlier row in every column");
    let alike = match id {
        Some(_) => "equal to an earlier row but for the id: kept",
        None => "equal to an earlier row: kept, because nothing says that they are the same customer",
    };
    ledger.rows("duplicates", found.n_equal_but_for_id, alike);
    if found.n_duplicate_ids > 0 {
        let examples = found.examples.join(", ");
        let policy = serde_json::to_value(steps.duplicate_ids).unwrap_or_default();
        let done = format!("merged, {} ids were on several rows ({examples}); policy {policy}", found.n_duplicate_ids);
        ledger.rows("duplicates", found.n_rows_merged, done);
    }
}
