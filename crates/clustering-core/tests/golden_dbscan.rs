//! DBSCAN beside scikit-learn. `tests/golden/dbscan.py` made the files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use segctl_clustering_core::dbscan::{DbscanParams, fit_with};
use segctl_numeric::Matrix;
use segctl_numeric::distance::Metric;
use segctl_numeric::observe::Silent;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    eps: f64,
    min_samples: usize,
    metric: Metric,
    sample_weight: Option<Vec<f64>>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    labels: Vec<i32>,
    core: Vec<usize>,
}

#[test]
fn labels_and_core_rows_are_scikit_learns() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/dbscan");
    let files: Vec<_> = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 23);
    for file in files {
        let case: Case = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let x = Matrix::from_rows(&case.x).unwrap();
        let params = DbscanParams::new(case.eps, case.min_samples).with_metric(case.metric);
        let found = fit_with(x.view(), case.sample_weight.as_deref(), &params, &Silent).unwrap();
        assert_eq!(found.labels.to_signed(), case.expected.labels, "{}", file.display());
        assert_eq!(found.core_rows(), case.expected.core, "{}", file.display());
    }
}
