use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why columns could not be made into features.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// A parameter outside its range.
    #[error("{name}={value} should be {expected}")]
    Parameter {
        /// The key in the configuration.
        name: &'static str,
        /// The value given.
        value: f64,
        /// The range, in words.
        expected: &'static str,
    },
    /// Outliers that are whole rows cannot be moved to a limit.
    #[error("outlier-action=clip cannot go with outliers={outliers}, which finds rows and not values")]
    ClipsRows {
        /// How outliers should be found.
        outliers: &'static str,
    },
    /// No column was chosen.
    #[error("no column was chosen as a feature")]
    NoColumns,
    /// A column was chosen twice.
    #[error("column {column} is chosen twice")]
    Twice {
        /// Its name.
        column: String,
    },
    /// An order that names a category at two places.
    #[error("column {column}: the order names {level:?} twice")]
    TwiceInOrder {
        /// The column.
        column: String,
        /// The category.
        level: String,
    },
    /// Nothing to fit on.
    #[error("there are no rows to learn from")]
    NoRows,
    /// A step that leaves rows out left none.
    #[error("{step}: all {n_rows} rows were left out")]
    NoRowsLeft {
        /// The step.
        step: &'static str,
        /// Rows before it.
        n_rows: usize,
    },
    /// A missing cell where none may be.
    #[error("column {column}: missing cells ({n_missing}), the first in row {}", row + 1)]
    Missing {
        /// The column.
        column: String,
        /// 0-based row of the first.
        row: usize,
        /// How many.
        n_missing: usize,
    },
    /// Every column was dropped; the reasons, one per column.
    #[error("no feature is left of {n_columns} columns: {}", join(.reasons))]
    NoFeatures {
        /// Columns chosen.
        n_columns: usize,
        /// `NAME: reason` for each.
        reasons: Vec<String>,
    },
    /// The data is not what the steps expect: everything that differs, at once.
    #[error("the data differs from what the steps were fitted on: {}", join(.0))]
    Differs(Vec<Difference>),
    /// Columns that are missing or cannot be treated as planned: all of them, at once.
    #[error("columns cannot be used as planned: {}", join(.0))]
    Unfit(Vec<Difference>),
    /// A value that leaves the range of numbers once transformed.
    #[error("feature {feature}: row {row} becomes {value}")]
    NotFinite {
        /// The feature.
        feature: String,
        /// 0-based row among those kept.
        row: usize,
        /// NaN or an infinity.
        value: f64,
    },
    /// Fitted steps, read from a file, that do not fit together.
    #[error("the fitted steps refer to column {column}, which no step provides")]
    Inconsistent {
        /// The name that is missing.
        column: String,
    },
    /// Arrow could not convert a column.
    #[error("column {column} cannot be read as numbers or text")]
    Convert {
        /// Its name.
        column: String,
        /// What Arrow says.
        source: arrow::error::ArrowError,
    },
    /// A feature pack that is not what it should be.
    #[error("feature pack is malformed")]
    Pack(#[from] toml::de::Error),
}

impl PrepareError {
    /// What the user can do about it, where something can be done.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::ClipsRows { .. } => Some(
                "use outlier-action = \"flag\" or \"drop\", or look column by column: outliers = \"iqr\"".to_owned(),
            ),
            Self::Missing { .. } => Some("fill them before, or leave the preparation to segctl".to_owned()),
            Self::NoColumns => Some("choose columns with numbers or categories".to_owned()),
            Self::NoRowsLeft { step: "missing", .. } => {
                Some("fill missing cells instead: missing = \"median\"".to_owned())
            }
            Self::NoRowsLeft { .. } => Some("flag outliers instead: outlier-action = \"flag\"".to_owned()),
            Self::Differs(found) if found.iter().all(|d| matches!(d, Difference::Unseen { .. })) => {
                Some("accept new categories with unseen = \"ignore\", or fit again".to_owned())
            }
            Self::Differs(_) => Some("give the columns the names and types they had, or fit again".to_owned()),
            _ => None,
        }
    }
}

/// One way in which data differs from what the steps expect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Difference {
    /// A column is not there.
    MissingColumn {
        /// Its name.
        column: String,
    },
    /// A column holds something else.
    Type {
        /// Its name.
        column: String,
        /// What the steps need, in words.
        expected: String,
        /// What is there, in words.
        found: String,
    },
    /// A column holds categories that were not there before.
    Unseen {
        /// Its name.
        column: String,
        /// The most frequent of them, [`Difference::SHOWN`] at most, with their rows.
        values: Vec<(String, u64)>,
        /// How many different ones there are.
        n_values: u64,
        /// How many rows hold one.
        n_rows: u64,
    },
}

impl Difference {
    /// How many unseen categories are named.
    pub const SHOWN: usize = 5;

    /// The column that differs.
    pub fn column(&self) -> &str {
        match self {
            Self::MissingColumn { column } | Self::Type { column, .. } | Self::Unseen { column, .. } => column,
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingColumn { column } => write!(out, "column {column} is missing"),
            Self::Type { column, expected, found } => {
                write!(out, "column {column} holds {found} where {expected} should be")
            }
            Self::Unseen { column, values, n_values, n_rows } => {
                let named: Vec<String> = values.iter().map(|(value, rows)| format!("{value:?} ({rows})")).collect();
                let more = if *n_values > values.len() as u64 { ", …" } else { "" };
                write!(out, "column {column} holds unknown categories in {n_rows} rows: {}{more}", named.join(", "))
            }
        }
    }
}

fn join<T: fmt::Display>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join("; ")
}
