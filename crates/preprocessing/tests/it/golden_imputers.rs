//! What an imputer fitted on one half of a table makes of the whole, as scikit-learn's does.

use std::collections::BTreeMap;

use segctl_preprocessing::steps::{Imputer, Step};
use segctl_preprocessing::{ColumnPlan, Fitted, Missing, Preparation, Treatment, fit_transform};
use serde::Deserialize;

use crate::common::{assert_close, batch_of, golden};

type Rows = Vec<Vec<Option<f64>>>;

#[derive(Deserialize)]
struct Table {
    names: Vec<String>,
    half: usize,
    rows: Rows,
    logs: Rows,
    rounds: usize,
}

fn plans(table: &Table) -> Vec<ColumnPlan> {
    table.names.iter().map(|name| ColumnPlan::new(name, Treatment::Numeric)).collect()
}

fn as_is(missing: Missing) -> Preparation {
    Preparation { missing, constant: -7.5, ..Preparation::as_is() }
}

fn check_rows(found: &segctl_numeric::Matrix, expected: &[Vec<Option<f64>>], what: &str) {
    assert_eq!(found.n_rows(), expected.len());
    for (row, expected) in expected.iter().enumerate() {
        for (j, (&found, expected)) in found.row(row).iter().zip(expected).enumerate() {
            assert_close(found, expected.expect("a filled cell"), 1e-10, &format!("{what}, row {row}, column {j}"));
        }
    }
}

/// Fits on the first half; both halves, the second by the fitted steps alone, are what is expected.
fn check(table: &Table, rows: &Rows, preparation: &Preparation, expected: &Rows, what: &str) -> Fitted {
    let (first, second) = rows.split_at(table.half);
    let (fitted, prepared) =
        fit_transform(&[batch_of(&table.names, first)], &plans(table), preparation).expect("a table that is filled");
    check_rows(&prepared.matrix, &expected[..table.half], what);
    let text = serde_json::to_string(&fitted).expect("a table that is filled");
    let read: Fitted = serde_json::from_str(&text).expect("a table that is filled");
    assert_eq!(read, fitted);
    let replayed = read.transform(&[batch_of(&table.names, second)]).expect("a table that is filled");
    check_rows(&replayed.matrix, &expected[table.half..], what);
    let refitted =
        fit_transform(&[batch_of(&table.names, second)], &plans(table), preparation).expect("a table that is filled").1;
    if preparation.missing != Missing::Constant {
        assert_ne!(refitted.matrix, replayed.matrix, "{what}: learning from the second half gives other values");
    }
    fitted
}

#[test]
fn imputers_agree_with_scikit_learn_on_rows_they_have_not_seen() {
    let table: Table = golden("imputers", "table");
    let expected: BTreeMap<String, Rows> = golden("imputers", "filled");
    let knn = as_is(Missing::Knn);
    let standardised = Preparation { neighbours: 3, standardise_neighbours: true, ..knn };
    let cases = [
        ("mean", as_is(Missing::Mean)),
        ("median", as_is(Missing::Median)),
        ("most-frequent", as_is(Missing::MostFrequent)),
        ("constant", as_is(Missing::Constant)),
        ("knn", knn.clone()),
        ("knn-1", Preparation { neighbours: 1, ..knn }),
        ("knn-standardised", standardised),
        ("iterative", as_is(Missing::Iterative)),
    ];
    for (name, preparation) in cases {
        check(&table, &table.rows, &preparation, &expected[name], name);
    }
}

#[test]
fn several_rounds_of_regressions_agree_too() {
    let table: Table = golden("imputers", "table");
    let expected: BTreeMap<String, Rows> = golden("imputers", "filled");
    let fitted = check(&table, &table.logs, &as_is(Missing::Iterative), &expected["iterative-logs"], "logs");
    let Step::Missing(step) = &fitted.steps[0] else { panic!("missing cells come first") };
    let Some(Imputer::Iterative(imputer)) = &step.imputer else { panic!("regressions were asked for") };
    assert!(imputer.converged && table.rounds > 1);
    assert_eq!((imputer.rounds.len(), imputer.n_rows), (table.rounds, table.half));
}
