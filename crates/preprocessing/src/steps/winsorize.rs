use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::short;
use crate::describe::{present, select_quantiles};
use crate::table::{Column, Kind, Table};
use crate::{Event, PrepareError};

/// Moves values beyond two quantiles of a column to them (Dixon 1960). Flags, ranks and categories pass by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Winsorize {
    /// The share of values below the lower limit, and below the upper one.
    pub quantiles: [f64; 2],
    /// One per column of numbers.
    pub limits: Vec<Limits>,
}

/// What the values of a column are moved to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// The column.
    pub column: String,
    /// What smaller values become.
    pub low: f64,
    /// What greater values become.
    pub high: f64,
}

impl Winsorize {
    pub(super) fn fit(table: &Table, quantiles: [f64; 2]) -> Self {
        let numbers: Vec<&Column> = table.columns.iter().filter(|column| column.kind == Kind::Number).collect();
        let limits: Vec<Option<Limits>> = numbers.par_iter().map(|column| Limits::of(column, quantiles)).collect();
        Self { quantiles, limits: limits.into_iter().flatten().collect() }
    }

    pub(super) fn transform(&self, table: &mut Table) -> Result<(), PrepareError> {
        for limits in &self.limits {
            let at = table.position(&limits.column)?;
            let event = limits.apply(&mut table.columns[at].values);
            table.events.extend(event);
        }
        Ok(())
    }
}

impl Limits {
    fn of(column: &Column, quantiles: [f64; 2]) -> Option<Self> {
        let mut values = present(&column.values);
        if values.is_empty() {
            return None;
        }
        let [low, high] = select_quantiles(&mut values, quantiles);
        Some(Self { column: column.name.clone(), low, high })
    }

    fn apply(&self, values: &mut [f64]) -> Option<Event> {
        let (mut n_low, mut n_high) = (0, 0);
        for value in values {
            n_low += usize::from(*value < self.low);
            n_high += usize::from(*value > self.high);
            *value = value.max(self.low).min(self.high);
        }
        let detail = || {
            let (low, high) = (short(self.low), short(self.high));
            format!("winsorized: {n_low} raised to {low}, {n_high} lowered to {high}")
        };
        (n_low + n_high > 0).then(|| Event::new("winsorize", n_low + n_high, detail()).of(&self.column))
    }
}
