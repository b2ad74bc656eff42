//! From assignments to one entry per customer.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use segctl_clustering_core::model::Assignment;
use segctl_io::Table;
use segctl_numeric::observe::Observer;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, MatrixView};

use crate::outcome::{Customers, Ids};
use crate::{SegmentationError, values};

/// Customers against whom silhouettes are estimated when there are too many to compare all.
const REFERENCE: usize = 2000;

/// The ids of the table's customers: the id column, or the number of the row in the input.
pub(crate) fn ids(table: &Table, id: Option<&str>) -> Ids {
    let column = id.and_then(|name| Some((name, values::whole(table, name)?)));
    match column {
        Some((name, values)) => Ids { name: name.to_owned(), values },
        None => Ids { name: "row".into(), values: row_numbers(table) },
    }
}

fn row_numbers(table: &Table) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(table.row_numbers().map(|row| row as i64)))
}

/// One entry per customer; silhouettes are the caller's to give.
pub(crate) fn customers(ids: Ids, assignment: Assignment, silhouette: Vec<f64>) -> Customers {
    Customers {
        ids,
        silhouette,
        margin: assignment.margins(),
        second: assignment
            .second
            .iter()
            .map(|&second| if second == Labels::NOISE { -1 } else { second as i32 })
            .collect(),
        labels: assignment.labels,
        distance: assignment.distance,
    }
}

/// The silhouettes of all rows, estimated against a sample drawn by segment.
pub(crate) fn estimated_silhouettes(
    x: MatrixView<'_>,
    labels: &Labels,
    seed: Seed,
    observer: &dyn Observer,
) -> Result<Vec<f64>, SegmentationError> {
    let found = segctl_metrics::silhouette_against(x, labels, REFERENCE, seed, observer)?;
    Ok(found.samples.into_iter().map(|sample| sample.unwrap_or(f64::NAN)).collect())
}
