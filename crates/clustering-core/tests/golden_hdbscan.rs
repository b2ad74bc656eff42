//! HDBSCAN beside scikit-learn and the hdbscan package. `tests/golden/hdbscan_tree.py` made the files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use segctl_clustering_core::hdbscan::{Hdbscan, HdbscanParams, Selection, fit};
use segctl_clustering_core::model::Predict;
use segctl_numeric::distance::Metric;
use segctl_numeric::{Labels, Matrix};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    min_cluster_size: usize,
    min_samples: usize,
    metric: Metric,
    selection: Selection,
    selection_epsilon: f64,
    max_cluster_size: Option<usize>,
    allow_single_cluster: bool,
    expected: Expected,
    new_rows: Option<Vec<Vec<f64>>>,
    package: Option<Package>,
}

#[derive(Deserialize)]
struct Expected {
    labels: Vec<i64>,
    probabilities: Vec<f64>,
    /// Rows whose cluster is arbitrary, by tied distances.
    tied: Vec<usize>,
}

#[derive(Deserialize)]
struct Package {
    outlier_scores: Vec<f64>,
    fit_labels: Vec<i64>,
    tied: Vec<usize>,
    new_labels: Vec<i64>,
    new_probabilities: Vec<f64>,
}

const CASES: [&str; 18] = [
    "moons",
    "moons-large",
    "plane",
    "plane-epsilon",
    "plane-leaf",
    "plane-leaf-epsilon",
    "plane-most",
    "plane-single-linkage",
    "single",
    "single-allowed",
    "single-epsilon",
    "single-leaf-epsilon",
    "space",
    "space-chebyshev",
    "space-cosine",
    "space-manhattan",
    "wholesale",
    "wholesale-leaf",
];

fn read(name: &str) -> Case {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/hdbscan");
    serde_json::from_str(&std::fs::read_to_string(directory.join(format!("{name}.json"))).unwrap()).unwrap()
}

fn fitted(case: &Case) -> Hdbscan {
    let mut params = HdbscanParams::new(case.min_cluster_size)
        .with_min_samples(case.min_samples)
        .with_metric(case.metric)
        .with_selection(case.selection)
        .with_selection_epsilon(case.selection_epsilon)
        .with_allow_single_cluster(case.allow_single_cluster);
    params.max_cluster_size = case.max_cluster_size;
    fit(Matrix::from_rows(&case.x).unwrap().view(), &params).unwrap()
}

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9
}

#[test]
fn labels_and_probabilities_are_scikit_learns() {
    for name in CASES {
        let case = read(name);
        let (found, expected) = (fitted(&case), &case.expected);
        let untied: Vec<usize> = (0..case.x.len()).filter(|row| !expected.tied.contains(row)).collect();
        let theirs = Labels::from_signed(&expected.labels).unwrap();
        assert_eq!(found.labels.n_clusters(), theirs.n_clusters(), "{name}");
        let (ours, theirs) = (found.labels.select(&untied), theirs.select(&untied));
        assert_eq!(ours.renumbered(), theirs.renumbered(), "{name}");
        for row in untied {
            let (found, expected) = (found.probabilities[row], expected.probabilities[row]);
            assert!(close(found, expected), "{name}, row {row}: {found} for {expected}");
        }
    }
}

#[test]
fn outlier_scores_are_the_packages() {
    let mut compared = 0;
    for name in CASES {
        let case = read(name);
        let Some(package) = &case.package else { continue };
        let found = fitted(&case).outlier_scores;
        let tied = [&case.expected.tied[..], &package.tied].concat();
        for row in (0..found.len()).filter(|row| !tied.contains(row)) {
            let (found, expected) = (found[row], package.outlier_scores[row]);
            assert!(close(found, expected), "{name}, row {row}: {found} for {expected}");
            compared += 1;
        }
    }
    assert!(compared > 1000);
}

#[test]
fn new_rows_join_as_in_the_package() {
    let (mut noise, mut members) = (0, 0);
    for name in CASES {
        let case = read(name);
        let (Some(package), Some(new_rows)) = (&case.package, &case.new_rows) else { continue };
        let found = fitted(&case);
        let assigned = found.model.predict(Matrix::from_rows(new_rows).unwrap().view()).unwrap();
        // The package's numbers of our clusters, by any row that is not tied.
        let theirs = |label: u32| {
            let is_sure = |row: &usize| found.labels.as_slice()[*row] == label && !package.tied.contains(row);
            package.fit_labels[(0..case.x.len()).find(is_sure).unwrap()]
        };
        for (row, &label) in assigned.labels.as_slice().iter().enumerate() {
            let label = if label == Labels::NOISE { -1 } else { theirs(label) };
            assert_eq!(label, package.new_labels[row], "{name}, row {row}");
            let (found, expected) = (assigned.probability.as_ref().unwrap()[row], package.new_probabilities[row]);
            assert!(close(found, expected), "{name}, row {row}: {found} for {expected}");
            *if label < 0 { &mut noise } else { &mut members } += 1;
        }
    }
    assert!(noise > 100 && members > 300);
}
