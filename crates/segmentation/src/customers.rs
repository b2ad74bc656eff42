//! From assignments to one entry per customer.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use segctl_clustering_core::model::Assignment;
use segctl_io::Table;
use segctl_numeric::Labels;

use crate::outcome::{Customers, Ids};
use crate::values;

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
        probability: assignment.probability,
        outlier_score: None,
        membership: None,
    }
}
