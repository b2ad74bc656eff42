//! The features that profiles speak of, in original units.

use rayon::prelude::*;
use segctl_io::{ColumnInfo, Role, Table};
use segctl_preprocessing::steps::{Feature as MatrixFeature, Power, Step};
use segctl_preprocessing::{Fitted, OutlierAction, Scale};

use crate::outcome::{Level, Usage};
use crate::usage::Use;
use crate::values::{for_each_text, numbers};

/// One profiled feature.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Feature {
    /// Its name; `COLUMN=VALUE` for one value of a category.
    pub(crate) name: String,
    /// The value of a category it stands for.
    pub(crate) level: Option<Level>,
    /// Its values in original units, NaN where missing; 0 and 1 for a value of a category.
    pub(crate) values: Vec<f64>,
    /// Its column of the prepared matrix, if it forms the segments.
    pub(crate) prepared: Option<usize>,
    /// What was done to it before clustering, in words.
    pub(crate) treatment: String,
}

/// The features that form the segments, in the order of the matrix, then the numbers that describe.
pub(crate) fn features(table: &Table, uses: &[Use], fitted: &Fitted) -> Vec<Feature> {
    let matrix = fitted.features().par_iter().enumerate();
    let forming: Vec<Feature> = matrix.filter_map(|(at, made)| forming(table, at, made, fitted)).collect();
    let describing = table.columns.iter().zip(uses).filter(|(column, used)| describes_by_number(column, used));
    let numbers = describing.filter_map(|(column, _)| {
        let values = numbers(table, &column.name)?;
        let name = column.name.clone();
        Some(Feature { name, level: None, values, prepared: None, treatment: String::new() })
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

fn forming(table: &Table, at: usize, made: &MatrixFeature, fitted: &Fitted) -> Option<Feature> {
    let values = match &made.level {
        None => numbers(table, &made.column)?,
        Some(level) => membership(table, &made.column, level),
    };
    Some(Feature {
        name: made.name.clone(),
        level: made.level.clone().map(|value| Level { column: made.column.clone(), value }),
        values,
        prepared: Some(at),
        treatment: treatment(made, fitted),
    })
}

/// 1 where the column holds `level`, 0 elsewhere.
fn membership(table: &Table, column: &str, level: &str) -> Vec<f64> {
    let mut values = Vec::with_capacity(table.n_rows());
    for_each_text(table, column, |_, value| values.push(f64::from(u8::from(value == Some(level)))));
    values
}

/// The steps that change the values that are there, in order: `clip, log1p, standard`.
fn treatment(made: &MatrixFeature, fitted: &Fitted) -> String {
    let mut words: Vec<&str> = fitted.steps.iter().filter_map(|step| changes(step, &made.column)).collect();
    if made.level.is_some() {
        words.push("one-hot");
    }
    words.extend(match fitted.features.method {
        Scale::Standard => Some("standard"),
        Scale::Robust => Some("robust"),
        Scale::MinMax => Some("min-max"),
        Scale::MaxAbs => Some("max-abs"),
        Scale::QuantileUniform => Some("quantile, uniform"),
        Scale::QuantileNormal => Some("quantile, normal"),
        Scale::Rank => Some("rank"),
        Scale::None => None,
    });
    words.join(", ")
}

fn changes(step: &Step, column: &str) -> Option<&'static str> {
    match step {
        Step::Outliers(fences) if fences.action == OutlierAction::Clip => {
            fences.fences.iter().any(|fence| fence.column == column && fence.bounds.is_some()).then_some("clip")
        }
        Step::Winsorize(limits) => limits.limits.iter().any(|limits| limits.column == column).then_some("winsorize"),
        Step::Skew(skew) => {
            skew.columns.iter().find(|straightened| straightened.column == column).map(|found| match found.power {
                Power::Log1p => "log1p",
                Power::BoxCox { .. } => "Box-Cox",
                Power::YeoJohnson { .. } => "Yeo-Johnson",
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
    use segctl_preprocessing::{ColumnPlan, Preparation, Treatment, fit};

    use super::*;

    #[test]
    fn treatments_name_what_changed_the_values() {
        let tail: ArrayRef = Arc::new(Float64Array::from_iter_values((0..60).map(|i| libm::exp(f64::from(i) / 6.0))));
        let even: ArrayRef = Arc::new(Float64Array::from_iter_values((0..60).map(f64::from)));
        let word: ArrayRef = Arc::new(StringArray::from_iter_values((0..60).map(|i| ["a", "b", "c"][i % 3])));
        let batch = RecordBatch::try_from_iter([("tail", tail), ("even", even), ("word", word)]).unwrap();
        let plans = [
            ColumnPlan::new("tail", Treatment::Numeric),
            ColumnPlan::new("even", Treatment::Numeric),
            ColumnPlan::new("word", Treatment::OneHot),
        ];
        let preparation = Preparation { outlier_action: OutlierAction::Clip, ..Preparation::default() };
        let fitted = fit(&[batch], &plans, &preparation).unwrap();
        let found: Vec<String> = fitted.features().iter().map(|made| treatment(made, &fitted)).collect();
        assert_eq!(found[..3], ["clip, log1p, standard", "clip, standard", "one-hot, standard"]);
    }
}
