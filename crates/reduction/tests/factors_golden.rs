//! Agreement with the Python package prince, up to sign, on the cases of tests/golden/factors.py.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use std::path::Path;

use common::Table;
use segctl_numeric::Matrix;
use segctl_reduction::{FactorParams, InertiaCorrection, fit_famd, fit_mca};
use serde::Deserialize;

const TOLERANCE: f64 = 1e-10;

#[derive(Deserialize)]
struct Case {
    x: Option<Vec<Vec<f64>>>,
    codes: Vec<Vec<u32>>,
    n_levels: Vec<usize>,
    expected: Expected,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Expected {
    eigenvalues: Vec<f64>,
    explained_ratio: Vec<f64>,
    /// The components whose vectors are compared, as their eigenvalues are apart.
    distinct: Vec<usize>,
    scores: Vec<Vec<f64>>,
    row_squared_cosines: Vec<Vec<f64>>,
    column_coordinates: Vec<Vec<f64>>,
    contributions: Vec<Vec<f64>>,
    column_squared_cosines: Vec<Vec<f64>>,
    variable_coordinates: Vec<Vec<f64>>,
    benzecri: Vec<f64>,
    benzecri_ratio: Vec<f64>,
    greenacre: Vec<f64>,
    greenacre_ratio: Vec<f64>,
}

fn read(name: &str) -> (Table, Expected) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/golden/factors/{name}.json"));
    let case: Case = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let n = case.codes[0].len();
    let x = case.x.map_or_else(|| Matrix::zeros(n, 0), |x| Matrix::from_rows(&x).unwrap());
    (Table::new(x, &case.n_levels, case.codes), case.expected)
}

#[track_caller]
fn assert_close(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= TOLERANCE * expected.abs().max(1.0), "{what}[{i}]: {found} for {expected}");
    }
}

/// Compares the columns of the distinct components; one sign each for the scores and the coordinates.
#[track_caller]
fn assert_columns(what: &str, found: &Matrix, expected: &[Vec<f64>], distinct: &[usize], signs: &[f64]) {
    assert_eq!((signs.len(), found.n_rows()), (distinct.len(), expected.len()), "{what}");
    for (at, &s) in distinct.iter().enumerate() {
        let column: Vec<f64> = expected.iter().map(|row| row[at] * signs[at]).collect();
        assert_close(&format!("{what} {s}"), &found.view().column(s).collect::<Vec<_>>(), &column);
    }
}

/// The sign of each distinct component beside the expected one.
fn signs(found: &Matrix, expected: &[Vec<f64>], distinct: &[usize]) -> Vec<f64> {
    let dot = |(at, s)| found.view().column(s).zip(expected).map(|(a, row)| a * row[at]).sum::<f64>();
    distinct.iter().copied().enumerate().map(|component| dot(component).signum()).collect()
}

fn check_famd(name: &str, at_least: usize) {
    let (table, expected) = read(name);
    let columns = table.columns();
    let famd = fit_famd(table.x.view(), &columns, &FactorParams::default()).unwrap();
    assert_close("eigenvalues", &famd.eigenvalues, &expected.eigenvalues);
    assert_close("explained_ratio", &famd.explained_ratio, &expected.explained_ratio);
    let distinct = &expected.distinct;
    assert!(distinct.len() >= at_least, "{distinct:?} are distinct");
    let (scores, ones) = (famd.transform(table.x.view(), &columns).unwrap(), vec![1.0; distinct.len()]);
    let signs = signs(&scores, &expected.scores, distinct);
    assert_columns("scores", &scores, &expected.scores, distinct, &signs);
    let coordinates = famd.column_coordinates();
    assert_columns("column coordinates", &coordinates, &expected.column_coordinates, distinct, &signs);
    for (what, found, expected) in [
        ("contributions", famd.contributions(), &expected.contributions),
        ("variable coordinates", famd.variable_coordinates(), &expected.variable_coordinates),
    ] {
        assert_columns(what, &found, expected, distinct, &ones);
    }
}

fn check_mca(name: &str, at_least: usize) {
    let (table, expected) = read(name);
    let columns = table.columns();
    let mca = fit_mca(&columns, &FactorParams::default()).unwrap();
    assert_close("eigenvalues", &mca.eigenvalues, &expected.eigenvalues);
    assert_close("explained_ratio", &mca.explained_ratio, &expected.explained_ratio);
    let distinct = &expected.distinct;
    assert!(distinct.len() >= at_least, "{distinct:?} are distinct");
    let (scores, ones) = (mca.transform(&columns).unwrap(), vec![1.0; distinct.len()]);
    let signs = signs(&scores, &expected.scores, distinct);
    assert_columns("scores", &scores, &expected.scores, distinct, &signs);
    let coordinates = mca.column_coordinates();
    assert_columns("column coordinates", &coordinates, &expected.column_coordinates, distinct, &signs);
    for (what, found, expected) in [
        ("contributions", mca.contributions(), &expected.contributions),
        ("column cosines", mca.column_squared_cosines(), &expected.column_squared_cosines),
        ("row cosines", mca.row_squared_cosines(&columns).unwrap(), &expected.row_squared_cosines),
    ] {
        assert_columns(what, &found, expected, distinct, &ones);
    }
    for (correction, values, ratios) in [
        (InertiaCorrection::Benzecri, expected.benzecri, expected.benzecri_ratio),
        (InertiaCorrection::Greenacre, expected.greenacre, expected.greenacre_ratio),
    ] {
        let Ok(found) = mca.corrected(correction) else {
            assert_eq!((columns.len(), values.len()), (1, 0), "one column has no correction");
            continue;
        };
        assert_close("corrected", &found.eigenvalues, &values);
        assert_close("corrected ratio", &found.explained_ratio, &ratios);
    }
}

macro_rules! golden {
    ($($test:ident: $check:ident $name:literal $at_least:literal,)*) => {
        $(#[test] fn $test() { $check($name, $at_least); })*
    };
}

golden! {
    famd_of_a_mixed_table: check_famd "famd-mixed" 11,
    famd_with_a_level_of_one_row: check_famd "famd-rare" 11,
    famd_of_one_column_of_each_kind: check_famd "famd-one-of-each" 2,
    famd_at_an_offset_of_a_million: check_famd "famd-offset" 11,
    famd_of_few_rows: check_famd "famd-few-rows" 6,
    mca_of_five_columns: check_mca "mca-five" 11,
    mca_with_a_level_of_one_row: check_mca "mca-rare" 7,
    mca_of_one_column: check_mca "mca-one" 0,
    mca_with_a_constant_column: check_mca "mca-constant" 6,
}
