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

/// Compares the columns of components whose eigenvalue is not close to another; the sign is one for
/// the scores and the coordinates.
#[track_caller]
fn assert_columns(what: &str, found: &Matrix, expected: &[Vec<f64>], eigenvalues: &[f64], signs: &[f64]) -> usize {
    let apart = |s: usize, t: usize| s == t || (eigenvalues[s] - eigenvalues[t]).abs() > 1e-4;
    let distinct = (0..eigenvalues.len()).filter(|&s| (0..eigenvalues.len()).all(|t| apart(s, t)));
    let columns = distinct.map(|s| {
        let column: Vec<f64> = expected.iter().map(|row| row[s] * signs[s]).collect();
        assert_close(&format!("{what} {s}"), &found.view().column(s).collect::<Vec<_>>(), &column);
    });
    columns.count()
}

/// The sign of each expected column of coordinates beside the found one.
fn signs(found: &Matrix, expected: &[Vec<f64>]) -> Vec<f64> {
    let dot = |s: usize| found.view().column(s).zip(expected).map(|(a, row)| a * row[s]).sum::<f64>();
    (0..found.n_cols()).map(|s| dot(s).signum()).collect()
}

fn check_famd(name: &str, at_least: usize) {
    let (table, expected) = read(name);
    let columns = table.columns();
    let famd = fit_famd(table.x.view(), &columns, &FactorParams::default()).unwrap();
    assert_close("eigenvalues", &famd.eigenvalues, &expected.eigenvalues);
    assert_close("explained_ratio", &famd.explained_ratio, &expected.explained_ratio);
    let eigenvalues = &expected.eigenvalues;
    let (scores, ones) = (famd.transform(table.x.view(), &columns).unwrap(), vec![1.0; eigenvalues.len()]);
    let signs = signs(&scores, &expected.scores);
    let compared = assert_columns("scores", &scores, &expected.scores, eigenvalues, &signs);
    assert!(compared >= at_least, "{compared} components are distinct");
    let coordinates = famd.column_coordinates();
    assert_columns("column coordinates", &coordinates, &expected.column_coordinates, eigenvalues, &signs);
    for (what, found, expected) in [
        ("contributions", famd.contributions(), &expected.contributions),
        ("variable coordinates", famd.variable_coordinates(), &expected.variable_coordinates),
    ] {
        assert_columns(what, &found, expected, eigenvalues, &ones);
    }
}

fn check_mca(name: &str, at_least: usize) {
    let (table, expected) = read(name);
    let columns = table.columns();
    let mca = fit_mca(&columns, &FactorParams::default()).unwrap();
    assert_close("eigenvalues", &mca.eigenvalues, &expected.eigenvalues);
    assert_close("explained_ratio", &mca.explained_ratio, &expected.explained_ratio);
    let eigenvalues = &expected.eigenvalues;
    let (scores, ones) = (mca.transform(&columns).unwrap(), vec![1.0; eigenvalues.len()]);
    let signs = signs(&scores, &expected.scores);
    let compared = assert_columns("scores", &scores, &expected.scores, eigenvalues, &signs);
    assert!(compared >= at_least, "{compared} components are distinct");
    let coordinates = mca.column_coordinates();
    assert_columns("column coordinates", &coordinates, &expected.column_coordinates, eigenvalues, &signs);
    // prince divides by a distance of 0 where a column is constant.
    let varying = |rows: &[Vec<f64>]| rows.iter().all(|row| row.iter().all(|v| v.is_finite()));
    assert!(varying(&expected.contributions));
    for (what, found, expected) in [
        ("contributions", mca.contributions(), &expected.contributions),
        ("row cosines", mca.row_squared_cosines(&columns).unwrap(), &expected.row_squared_cosines),
    ] {
        assert_columns(what, &found, expected, eigenvalues, &ones);
    }
    let cosines = mca.column_squared_cosines();
    let observed: Vec<usize> = (0..cosines.n_rows()).filter(|&l| level_varies(&table, l)).collect();
    let expected_cosines: Vec<_> = observed.iter().map(|&l| expected.column_squared_cosines[l].clone()).collect();
    assert_columns("column cosines", &cosines.view().select_rows(&observed), &expected_cosines, eigenvalues, &ones);
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

/// Whether a level is that of a column with others.
fn level_varies(table: &Table, level: usize) -> bool {
    let of_level = table.levels.iter().flat_map(|levels| levels.iter().map(|_| levels.len()));
    of_level.clone().nth(level).is_some_and(|n_levels| n_levels > 1)
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
