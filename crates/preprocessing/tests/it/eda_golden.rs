//! The same explorations as pandas and SciPy; `tests/golden/eda.py` made the file.

use std::collections::BTreeMap;
use std::path::Path;

use crate::common::{batch, numbers, texts};
use segctl_preprocessing::eda::{Association, ColumnFacts, EdaRole, Exploration, ExploreParams, explore};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    columns: Columns,
    numbers: BTreeMap<String, Numbers>,
    counts: BTreeMap<String, BTreeMap<String, u64>>,
    pearson: BTreeMap<String, f64>,
    spearman: BTreeMap<String, f64>,
    cramers_v: BTreeMap<String, f64>,
    eta: BTreeMap<String, f64>,
    patterns: BTreeMap<String, u64>,
    missing: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
struct Columns {
    amount: Vec<Option<f64>>,
    holey: Vec<Option<f64>>,
    tied: Vec<Option<f64>>,
    signed: Vec<Option<f64>>,
    region: Vec<Option<String>>,
    plan: Vec<Option<String>>,
    code: Vec<Option<f64>>,
}

#[derive(Deserialize)]
struct Numbers {
    mean: f64,
    std: f64,
    skewness: f64,
    kurtosis: f64,
    min: f64,
    max: f64,
    quantiles: [f64; 7],
    zeros: u64,
    negatives: u64,
    distinct: u64,
}

fn golden() -> Golden {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/eda/eda.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("a golden file")
}

fn explored(columns: &Columns) -> Exploration {
    let words = |cells: &[Option<String>]| texts(cells.iter().map(|cell| cell.as_deref()));
    let floats = |cells: &[Option<f64>]| numbers(cells.iter().copied());
    let table = batch([
        ("amount", floats(&columns.amount)),
        ("holey", floats(&columns.holey)),
        ("tied", floats(&columns.tied)),
        ("signed", floats(&columns.signed)),
        ("region", words(&columns.region)),
        ("plan", words(&columns.plan)),
        ("code", floats(&columns.code)),
    ]);
    let role = |name: &str| match name {
        "region" | "plan" => EdaRole::Categorical,
        "code" => EdaRole::Coded,
        _ => EdaRole::Numeric,
    };
    let facts: Vec<ColumnFacts> =
        table.schema().fields().iter().map(|field| ColumnFacts::new(field.name(), role(field.name()), "")).collect();
    explore(&[table.slice(0, 40), table.slice(40, 110)], &facts, &ExploreParams::new()).expect("a table")
}

fn assert_close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{what}: {found} is not {expected}");
}

#[test]
fn numbers_agree_with_pandas() {
    let golden = golden();
    let found = explored(&golden.columns);
    for (name, expected) in &golden.numbers {
        let column = found.columns.iter().find(|column| column.name == *name).unwrap();
        let numbers = column.numbers.as_ref().unwrap();
        let pairs = [
            (numbers.moments.mean.unwrap(), expected.mean),
            (numbers.moments.std.unwrap(), expected.std),
            (numbers.moments.skewness.unwrap(), expected.skewness),
            (numbers.moments.kurtosis.unwrap(), expected.kurtosis),
            (numbers.min, expected.min),
            (numbers.max, expected.max),
        ];
        pairs.into_iter().for_each(|(found, expected)| assert_close(found, expected, name));
        numbers.quantiles.iter().zip(expected.quantiles).for_each(|(&q, expected)| assert_close(q, expected, name));
        let counts = (numbers.n_zero, numbers.n_negative, column.n_distinct);
        assert_eq!(counts, (expected.zeros, expected.negatives, expected.distinct), "{name}");
    }
}

#[test]
fn counts_of_words_agree_with_pandas() {
    let golden = golden();
    let found = explored(&golden.columns);
    for (name, expected) in &golden.counts {
        let column = found.columns.iter().find(|column| column.name == *name).unwrap();
        let levels = column.levels.as_ref().unwrap();
        let counts: BTreeMap<String, u64> = levels.top.iter().map(|level| (level.value.clone(), level.count)).collect();
        assert_eq!(&counts, expected);
        assert!(levels.top.is_sorted_by(|a, b| a.count >= b.count));
        assert_eq!((levels.n_rest, levels.n_rest_levels), (0, 0));
    }
}

fn check_matrix(found: Option<&Association>, expected: &BTreeMap<String, f64>, what: &str) {
    let found = found.expect("columns that vary");
    let place = |name: &str| found.columns.iter().position(|column| column == name).expect("a column of the matrix");
    for (pair, &expected) in expected {
        let (x, y) = pair.split_once(',').expect("two columns");
        let (i, j) = (place(x), place(y));
        assert_close(found.get(i, j).expect("a value"), expected, &format!("{what} of {pair}"));
        assert_eq!(found.get(i, j), found.get(j, i));
        assert_close(found.get(i, i).expect("a value"), 1.0, &format!("{what} of {x} with itself"));
    }
    assert_eq!(found.columns.len() * (found.columns.len() - 1) / 2, expected.len());
}

#[test]
fn associations_agree_with_pandas_and_scipy() {
    let golden = golden();
    let pairs = explored(&golden.columns).pairs;
    check_matrix(pairs.pearson.as_ref(), &golden.pearson, "r");
    check_matrix(pairs.spearman.as_ref(), &golden.spearman, "rho");
    check_matrix(pairs.cramers_v.as_ref(), &golden.cramers_v, "V");
    assert_eq!(pairs.pearson.as_ref().unwrap().columns, pairs.spearman.as_ref().unwrap().columns);
    assert!(!pairs.by_group.is_empty());
    for grouped in &pairs.by_group {
        let pair = format!("{},{}", grouped.groups, grouped.numbers);
        assert_close(grouped.eta, golden.eta[&pair], &pair);
    }
}

#[test]
fn missing_cells_agree_with_pandas() {
    let golden = golden();
    let missing = explored(&golden.columns).missingness;
    check_matrix(missing.correlation.as_ref(), &golden.missing, "phi");
    let patterns: BTreeMap<String, u64> =
        missing.patterns.iter().map(|pattern| (pattern.columns.join(","), pattern.n_rows)).collect();
    assert_eq!(patterns, golden.patterns);
    assert_eq!(missing.n_complete + golden.patterns.values().sum::<u64>(), golden.columns.amount.len() as u64);
    assert_eq!((missing.n_other_rows, missing.n_patterns), (0, golden.patterns.len()));
}
