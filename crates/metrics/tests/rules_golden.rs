//! Agreement with scikit-learn's `DecisionTreeClassifier`, on the cases of tests/golden/rules.py: the same splits and
//! predictions, impurities and importances to 1e-12.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use segctl_metrics::rules::{ClassWeights, DecisionTree, Node, TreeParams};
use segctl_numeric::{Labels, Matrix};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<Option<f64>>>,
    labels: Vec<i64>,
    max_depth: Option<usize>,
    max_leaves: Option<usize>,
    min_leaf: usize,
    balanced: bool,
    queries: Vec<Vec<Option<f64>>>,
    nodes: Vec<Expected>,
    importances: Vec<f64>,
    predictions: Vec<i32>,
}

#[derive(Deserialize)]
struct Expected {
    n_rows: usize,
    weight: f64,
    impurity: f64,
    split: Option<ExpectedSplit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
struct ExpectedSplit {
    feature: usize,
    threshold: Option<f64>,
    missing_left: bool,
}

fn matrix(rows: &[Vec<Option<f64>>]) -> Matrix {
    let rows: Vec<Vec<f64>> = rows.iter().map(|row| row.iter().map(|v| v.unwrap_or(f64::NAN)).collect()).collect();
    Matrix::from_rows(&rows).unwrap()
}

/// From the left, parents before children.
fn in_preorder<'a>(tree: &'a DecisionTree, at: usize, out: &mut Vec<&'a Node>) {
    out.push(&tree.nodes()[at]);
    if let Some(split) = &tree.nodes()[at].split {
        in_preorder(tree, split.left, out);
        in_preorder(tree, split.right, out);
    }
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/golden/rules/{name}.json"));
    let case: Case = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let weights = if case.balanced { ClassWeights::Balanced } else { ClassWeights::Uniform };
    let params = TreeParams::new()
        .with_max_depth(case.max_depth.unwrap_or(usize::MAX))
        .with_max_leaves(case.max_leaves.unwrap_or(usize::MAX))
        .with_min_leaf(case.min_leaf)
        .with_class_weights(weights);
    let tree = DecisionTree::fit(matrix(&case.x).view(), &Labels::from_signed(&case.labels).unwrap(), &params).unwrap();
    let mut nodes = Vec::new();
    in_preorder(&tree, 0, &mut nodes);
    assert_eq!(nodes.len(), case.nodes.len(), "{name}");
    for (at, (found, expected)) in nodes.iter().zip(&case.nodes).enumerate() {
        let split = found.split.map(|split| ExpectedSplit {
            feature: split.feature,
            threshold: split.threshold,
            missing_left: split.missing_left,
        });
        assert_eq!((split, found.n_rows), (expected.split, expected.n_rows), "{name}: node {at}");
        assert!((found.weight - expected.weight).abs() < 1e-12, "{name}: node {at}: weight");
        assert!((found.impurity - expected.impurity).abs() < 1e-12, "{name}: node {at}: impurity");
    }
    let importances = tree.importances();
    assert!(importances.iter().zip(&case.importances).all(|(a, b)| (a - b).abs() < 1e-12), "{name}: {importances:?}");
    assert_eq!(tree.predict(matrix(&case.queries).view()).unwrap().to_signed(), case.predictions, "{name}");
}

macro_rules! golden {
    ($($test:ident: $name:literal,)*) => { $(#[test] fn $test() { check($name); })* };
}

golden! {
    limited_depth: "uniform",
    balanced_weights: "balanced",
    limited_leaves: "best-first",
    balanced_weights_and_limited_leaves: "balanced-best-first",
    missing_values: "missing",
    missing_values_and_balanced_weights: "missing-balanced",
}
