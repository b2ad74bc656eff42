//! scikit-learn's results from given initial centres. `tests/golden/kmeans.py` made the files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use segctl_clustering_core::kmeans::{Algorithm, Init, KMeans, KMeansParams, Stop, fit_with};
use segctl_numeric::Matrix;
use segctl_numeric::observe::Silent;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    init: Vec<Vec<f64>>,
    sample_weight: Option<Vec<f64>>,
    tol: f64,
    max_iter: usize,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    labels: Vec<i32>,
    centers: Vec<Vec<f64>>,
    inertia: f64,
    n_iter: usize,
}

fn files() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/kmeans");
    let mut files: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn check(name: &str, case: &Case, algorithm: Algorithm) {
    let (x, init) = (Matrix::from_rows(&case.x).unwrap(), Matrix::from_rows(&case.init).unwrap());
    let params = KMeansParams::new(init.n_rows())
        .with_init(Init::Centers(init))
        .with_tol(case.tol)
        .with_max_iter(case.max_iter)
        .with_algorithm(algorithm);
    let found = fit_with(x.view(), case.sample_weight.as_deref(), &params, &Silent).unwrap();
    let expected = &case.expected;
    assert_eq!(found.labels.to_signed(), expected.labels, "{name}");
    assert_eq!(found.n_iter, expected.n_iter, "{name}");
    if found.stop == Stop::Converged {
        assert!((found.inertia - expected.inertia).abs() <= 1e-9 * expected.inertia, "{name}: {}", found.inertia);
        check_centers(name, &found, expected);
    } else {
        // scikit-learn keeps the centres of before; the means of the same labels are never worse.
        assert!(["max-iter", "tolerance"].contains(&name), "{name} ended by {:?}", found.stop);
        assert!(found.inertia <= expected.inertia, "{name}");
    }
}

fn check_centers(name: &str, found: &KMeans, expected: &Expected) {
    let expected = Matrix::from_rows(&expected.centers).unwrap();
    for (found, expected) in found.centers.as_slice().iter().zip(expected.as_slice()) {
        assert!((found - expected).abs() <= 1e-9 * (1.0 + expected.abs()), "{name}: {found} for {expected}");
    }
}

#[test]
fn labels_and_inertia_are_scikit_learns() {
    let files = files();
    assert!(files.len() >= 12, "golden files are missing");
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let case: Case = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        check(&name, &case, Algorithm::Lloyd);
        check(&name, &case, Algorithm::Hamerly);
    }
}
