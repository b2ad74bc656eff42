//! Gaussian mixtures beside scikit-learn's, from the same start. `tests/golden/gmm.py` made the files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use segctl_clustering_core::gmm::{Covariance, Covariances, GmmInit, GmmModel, GmmParams, fit};
use segctl_clustering_core::model::Predict;
use segctl_numeric::Matrix;
use serde::Deserialize;

type Rows = Vec<Vec<f64>>;

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawCovariances {
    Full(Vec<Rows>),
    Tied(Rows),
    Diag(Rows),
    Spherical(Vec<f64>),
}

#[derive(Deserialize)]
struct Case {
    x: Rows,
    new_rows: Rows,
    n_components: usize,
    covariance: Covariance,
    reg_covar: f64,
    tol: f64,
    max_iter: usize,
    start: Start,
    expected: Expected,
}

#[derive(Deserialize)]
struct Start {
    weights: Vec<f64>,
    means: Rows,
    covariances: RawCovariances,
}

#[derive(Deserialize)]
struct Expected {
    labels: Vec<i32>,
    weights: Vec<f64>,
    means: Rows,
    covariances: RawCovariances,
    n_iter: usize,
    converged: bool,
    lower_bounds: Vec<f64>,
    score: f64,
    bic: f64,
    aic: f64,
    score_samples: Vec<f64>,
    predict_proba: Rows,
}

fn matrix(rows: &Rows) -> Matrix {
    Matrix::from_rows(rows).unwrap()
}

fn covariances(raw: &RawCovariances) -> Covariances {
    match raw {
        RawCovariances::Full(all) => Covariances::Full(all.iter().map(matrix).collect()),
        RawCovariances::Tied(one) => Covariances::Tied(matrix(one)),
        RawCovariances::Diag(all) => Covariances::Diag(matrix(all)),
        RawCovariances::Spherical(all) => Covariances::Spherical(all.clone()),
    }
}

fn values(covariances: &Covariances) -> Vec<f64> {
    match covariances {
        Covariances::Full(all) => all.iter().flat_map(|one| one.as_slice().to_vec()).collect(),
        Covariances::Tied(one) | Covariances::Diag(one) => one.as_slice().to_vec(),
        Covariances::Spherical(all) => all.clone(),
        _ => unreachable!(),
    }
}

fn assert_close(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        let bound = tolerance * (1e-3 + expected.abs());
        assert!((found - expected).abs() <= bound, "{name}: {found} for {expected}");
    }
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/golden/gmm/{name}.json"));
    let case: Case = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let start = &case.start;
    let model = GmmModel::new(start.weights.clone(), &matrix(&start.means), covariances(&start.covariances)).unwrap();
    let params = GmmParams::new(case.n_components)
        .with_covariance(case.covariance)
        .with_reg_covar(case.reg_covar)
        .with_tol(case.tol)
        .with_max_iter(case.max_iter)
        .with_init(GmmInit::Model(Box::new(model)));
    let found = fit(matrix(&case.x).view(), &params).unwrap();
    let expected = &case.expected;
    assert_eq!((found.n_iter, found.converged), (expected.n_iter, expected.converged), "{name}");
    assert_close(name, &found.lower_bounds, &expected.lower_bounds, 1e-9);
    assert_close(name, found.model.weights(), &expected.weights, 1e-8);
    assert_close(name, found.model.centers().as_slice(), matrix(&expected.means).as_slice(), 1e-8);
    let covariances = covariances(&expected.covariances);
    assert_close(name, &values(found.model.covariances()), &values(&covariances), 1e-8);
    assert_eq!(found.labels.to_signed(), expected.labels, "{name}");
    let (criteria, theirs) =
        ([found.log_likelihood, found.bic, found.aic], [expected.score, expected.bic, expected.aic]);
    assert_close(name, &criteria[..1], &theirs[..1], 1e-9);
    assert_close(name, &criteria[1..], &theirs[1..], 1e-9);
    let new_rows = matrix(&case.new_rows);
    assert_close(name, &found.model.log_likelihood(new_rows.view()).unwrap(), &expected.score_samples, 1e-8);
    let posterior = found.model.posterior(new_rows.view()).unwrap();
    assert_close(name, posterior.as_slice(), matrix(&expected.predict_proba).as_slice(), 1e-8);
}

#[test]
fn full_covariances_are_scikit_learns() {
    for name in ["full-plain", "full-wide", "full-single", "full-offset", "full-one", "full-scaled"] {
        check(name);
    }
}

#[test]
fn tied_covariances_are_scikit_learns() {
    for name in ["tied-plain", "tied-wide", "tied-single", "tied-offset", "tied-scaled"] {
        check(name);
    }
}

#[test]
fn diagonal_covariances_are_scikit_learns() {
    for name in ["diag-plain", "diag-wide", "diag-single", "diag-offset"] {
        check(name);
    }
}

#[test]
fn spherical_covariances_are_scikit_learns() {
    for name in ["spherical-plain", "spherical-wide", "spherical-single", "spherical-offset"] {
        check(name);
    }
}
