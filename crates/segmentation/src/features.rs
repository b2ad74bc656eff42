//! The features that profiles speak of, in original units.

use rayon::prelude::*;
use segctl_io::{ColumnInfo, Role, Table};
use segctl_preprocessing::Event;
use segctl_preprocessing::steps::Feature as MatrixFeature;

use crate::outcome::Usage;
use crate::usage::Use;
use crate::values::{for_each_text, numbers};

/// One profiled feature.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Feature {
    /// Its name; `COLUMN=VALUE` for one value of a category.
    pub(crate) name: String,
    /// Its values in original units, NaN where missing; 0 and 1 for a value of a category.
    pub(crate) values: Vec<f64>,
    /// Its column of the prepared matrix, if it forms the segments.
    pub(crate) prepared: Option<usize>,
    /// What was done to it before clustering, in words.
    pub(crate) treatment: String,
}

/// The features that form the segments, in the order of the matrix, then the numbers that describe.
pub(crate) fn features(table: &Table, uses: &[Use], matrix: &[MatrixFeature], events: &[Event]) -> Vec<Feature> {
    let forming: Vec<Feature> =
        matrix.par_iter().enumerate().filter_map(|(at, made)| forming(table, at, made, events)).collect();
    let describing = table.columns.iter().zip(uses).filter(|(column, used)| describes_by_number(column, used));
    let numbers = describing.filter_map(|(column, _)| {
        let values = numbers(table, &column.name)?;
        Some(Feature { name: column.name.clone(), values, prepared: None, treatment: String::new() })
    });
    let mut features = forming;
    features.extend(numbers.collect::<Vec<_>>());
    features
}

/// Columns shown as shares of their values rather than as numbers.
pub(crate) fn describes_by_value(column: &ColumnInfo, used: &Use) -> bool {
    let category = matches!(column.role, Role::Categorical | Role::Coded | Role::Boolean);
    category && matches!(used.usage, Usage::Describes | Usage::Clusters)
}

fn describes_by_number(column: &ColumnInfo, used: &Use) -> bool {
    column.role == Role::Numeric && used.usage == Usage::Describes
}

fn forming(table: &Table, at: usize, made: &MatrixFeature, events: &[Event]) -> Option<Feature> {
    let values = match &made.level {
        None => numbers(table, &made.column)?,
        Some(level) => membership(table, &made.column, level),
    };
    Some(Feature { name: made.name.clone(), values, prepared: Some(at), treatment: treatment(&made.column, events) })
}

/// 1 where the column holds `level`, 0 elsewhere.
fn membership(table: &Table, column: &str, level: &str) -> Vec<f64> {
    let mut values = Vec::with_capacity(table.n_rows());
    for_each_text(table, column, |_, value| values.push(f64::from(u8::from(value == Some(level)))));
    values
}

/// What straightened or clipped the column, in the words of the ledger.
fn treatment(column: &str, events: &[Event]) -> String {
    let about = events.iter().filter(|event| event.column.as_deref() == Some(column));
    let told = about.filter(|event| ["skew", "missing"].contains(&event.step.as_str()));
    told.map(|event| event.detail.as_str()).collect::<Vec<_>>().join("; ")
}
