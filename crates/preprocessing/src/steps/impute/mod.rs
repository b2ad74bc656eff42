//! Missing numbers told from the other numbers of their rows.

mod bayesian_ridge;
mod block;
mod iterative;
mod knn;

use serde::{Deserialize, Serialize};

pub use iterative::{IterativeImputer, Regression};
pub use knn::{DonorColumn, KnnImputer};

use self::block::{Gappy, Sample};
use crate::describe::mean;
use crate::table::Table;
use crate::{Missing, Preparation, PrepareError};

/// What was learnt to tell missing numbers from the other numbers of their rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Imputer {
    /// From the nearest rows.
    Knn(KnnImputer),
    /// By chained regressions.
    Iterative(IterativeImputer),
}

impl Imputer {
    /// `None` for a strategy that looks at one column at a time.
    pub(super) fn fit(table: &Table, preparation: &Preparation) -> Option<Self> {
        if !matches!(preparation.missing, Missing::Knn | Missing::Iterative) {
            return None;
        }
        let sample = Sample::of(table);
        let known = table.columns.iter().filter(|column| sample.names.contains(&column.name));
        let means: Vec<f64> = known.map(|column| mean(&column.values).unwrap_or(0.0)).collect();
        Some(match preparation.missing {
            Missing::Iterative => Self::Iterative(IterativeImputer::fit(&sample, &means)),
            _ => Self::Knn(KnnImputer::fit(sample, &means, preparation.neighbours, preparation.standardise_neighbours)),
        })
    }

    /// Fills the missing numbers of a table; returns how many rows took the mean of a column
    /// for want of a neighbour.
    pub(super) fn complete(&self, table: &mut Table) -> Result<usize, PrepareError> {
        let names: Vec<&str> = self.columns().collect();
        let sound = match self {
            Self::Knn(imputer) => imputer.is_sound(),
            Self::Iterative(imputer) => imputer.is_sound(),
        };
        if !sound {
            return Err(PrepareError::Inconsistent {
                column: names.first().map_or_else(String::new, |&name| name.into()),
            });
        }
        let places: Vec<usize> = names.iter().map(|name| table.position(name)).collect::<Result<_, _>>()?;
        let mut gappy = Gappy::of(table, &places);
        let n_lonely = match self {
            Self::Knn(imputer) => imputer.complete(&mut gappy.values),
            Self::Iterative(imputer) => {
                imputer.complete(&mut gappy.values);
                0
            }
        };
        gappy.write(table, &places);
        Ok(n_lonely)
    }

    /// The columns it fills.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        let (donors, names) = match self {
            Self::Knn(imputer) => (imputer.columns.as_slice(), [].as_slice()),
            Self::Iterative(imputer) => ([].as_slice(), imputer.columns.as_slice()),
        };
        donors.iter().map(|column| column.column.as_str()).chain(names.iter().map(String::as_str))
    }

    /// What missing cells became, in words.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Knn(imputer) => {
                let n = imputer.n_donors();
                format!("filled with the mean of the {} nearest of {n} rows that have it", imputer.neighbours)
            }
            Self::Iterative(imputer) => {
                let (rounds, n) = (imputer.rounds.len(), imputer.n_rows);
                let end = if imputer.converged { "" } else { ", after which values still moved" };
                format!("filled by regression on the other numbers, learnt in {rounds} rounds from {n} rows{end}")
            }
        }
    }
}
