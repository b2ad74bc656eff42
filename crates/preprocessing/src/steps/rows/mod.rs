//! Outliers that are whole rows: unusual in the combination of their values.

mod isolation_forest;
mod mahalanobis;
mod tree;

use segctl_numeric::MatrixView;
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::seed::Seed;
use serde::{Deserialize, Serialize};

pub use isolation_forest::{IsolationForest, average_path_length};
pub use mahalanobis::Mahalanobis;
pub use tree::{IsolationTree, Node};

use super::fences::{leave_out_outliers, words};
use super::short;
use crate::table::{Column, Kind, Table};
use crate::{Event, OutlierAction, Outliers, Preparation, PrepareError};

/// Flags or leaves out rows that are outliers in all their numbers together. Flags, ranks and categories
/// have no part in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowOutliers {
    /// What becomes of outliers: flagged or left out.
    pub action: OutlierAction,
    /// The columns looked at.
    pub columns: Vec<String>,
    /// What tells outliers from other rows.
    pub judge: RowJudge,
}

/// What tells outliers from other rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RowJudge {
    /// The distance from the mean.
    Mahalanobis(Mahalanobis),
    /// How soon random splits set the row apart.
    IsolationForest(IsolationForest),
}

impl RowOutliers {
    /// `None` for a method that looks at one column at a time, and without columns of numbers.
    pub(super) fn fit(table: &Table, preparation: &Preparation) -> Option<Self> {
        if !preparation.outliers.is_of_rows() {
            return None;
        }
        let numbers = || table.columns.iter().filter(|column| column.kind == Kind::Number);
        let columns: Vec<String> = numbers().map(|column| column.name.clone()).collect();
        if columns.is_empty() {
            return None;
        }
        let values: Vec<&[f64]> = numbers().map(|column| column.values.as_slice()).collect();
        let judge = match preparation.outliers {
            Outliers::IsolationForest => {
                let limit = preparation.outlier_factor.unwrap_or(0.5);
                RowJudge::IsolationForest(IsolationForest::fit(&values, limit, Seed(preparation.seed)))
            }
            _ => RowJudge::Mahalanobis(Mahalanobis::fit(&values, preparation.outlier_factor.unwrap_or(0.975))),
        };
        Some(Self { action: preparation.outlier_action, columns, judge })
    }

    pub(super) fn transform(&self, table: &mut Table) -> Result<(), PrepareError> {
        let places: Vec<usize> = self.columns.iter().map(|name| table.position(name)).collect::<Result<_, _>>()?;
        if !self.judge.is_sound(places.len()) {
            return Err(PrepareError::Inconsistent { column: self.columns.first().cloned().unwrap_or_default() });
        }
        let columns: Vec<&Column> = places.iter().map(|&at| &table.columns[at]).collect();
        let flags: Vec<Vec<bool>> = map_chunks(table.n_rows, CHUNK_ROWS, |rows| {
            let n = rows.len();
            let cells: Vec<f64> = rows.flat_map(|row| columns.iter().map(move |column| column.values[row])).collect();
            self.judge.judge(MatrixView::new(&cells, n, columns.len()).expect("as many cells as rows by columns"))
        });
        table.outliers = flags.into_iter().flatten().map(u32::from).collect();
        table.events.extend(self.event(table));
        leave_out_outliers(self.action, table)
    }

    fn event(&self, table: &Table) -> Option<Event> {
        let n_outlying = table.outliers.iter().filter(|&&count| count > 0).count();
        let detail = || format!("{}: {}", self.judge.words(self.columns.len()), words(self.action));
        (n_outlying > 0).then(|| Event::new("outliers", n_outlying, detail()))
    }
}

impl RowJudge {
    fn judge(&self, rows: MatrixView<'_>) -> Vec<bool> {
        match self {
            Self::Mahalanobis(judge) => judge.judge(rows),
            Self::IsolationForest(judge) => judge.judge(rows),
        }
    }

    fn is_sound(&self, d: usize) -> bool {
        match self {
            Self::Mahalanobis(judge) => judge.is_sound(d),
            Self::IsolationForest(judge) => judge.is_sound(d),
        }
    }

    fn words(&self, d: usize) -> String {
        match self {
            Self::Mahalanobis(judge) => {
                let (limit, rank) = (short(judge.limit.sqrt()), judge.axes.len());
                format!("rows farther than {limit} from the mean of {d} columns (Mahalanobis distance, rank {rank})")
            }
            Self::IsolationForest(judge) => {
                let limit = short(judge.limit);
                format!("rows with an isolation score above {limit} over {d} columns")
            }
        }
    }
}
