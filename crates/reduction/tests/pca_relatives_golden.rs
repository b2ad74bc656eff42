//! Agreement with scikit-learn's randomised and incremental analyses, on the cases of
//! tests/golden/pca_relatives.py.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::path::Path;

use segctl_numeric::Matrix;
use segctl_reduction::{
    IncrementalPca, IncrementalPcaParams, Pca, RandomizedPcaParams, fit_incremental, fit_randomized,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    n_components: usize,
    batch_size: Option<usize>,
    batches: Option<Vec<usize>>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    mean: Vec<f64>,
    components: Vec<Vec<f64>>,
    explained_variance: Vec<f64>,
    explained_variance_ratio: Vec<f64>,
    singular_values: Vec<f64>,
    scores: Vec<Vec<f64>>,
}

fn read(name: &str) -> Case {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/golden/pca_relatives/{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// `tolerance` is relative to each value for lengths, to the largest for vectors.
#[track_caller]
fn assert_close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= tolerance, "{what}[{i}]: {found} for {expected}");
    }
}

fn check(pca: &Pca, x: &Matrix, expected: &Expected, tolerance: f64) {
    let largest = |values: &[f64]| values.iter().fold(0.0_f64, |top, v| v.abs().max(top));
    assert_close("mean", &pca.mean, &expected.mean, 1e-12 * largest(&expected.mean));
    for (what, found, expected) in [
        ("variance", &pca.explained_variance, &expected.explained_variance),
        ("ratio", &pca.explained_variance_ratio, &expected.explained_variance_ratio),
        ("singular value", &pca.singular_values, &expected.singular_values),
    ] {
        assert_eq!(found.len(), expected.len(), "{what}");
        for i in 0..found.len() {
            assert_close(what, &found[i..=i], &expected[i..=i], tolerance * expected[i]);
        }
    }
    let scores = pca.transform(x.view().rows_range(0..expected.scores.len())).unwrap();
    for (i, component) in expected.components.iter().enumerate() {
        assert_close(&format!("component {i}"), pca.components.row(i), component, tolerance);
    }
    for (i, row) in expected.scores.iter().enumerate() {
        assert_close("scores", scores.row(i), row, tolerance * expected.singular_values[0]);
    }
}

fn randomized(name: &str) {
    let case = read(name);
    let x = Matrix::from_rows(&case.x).unwrap();
    let pca = fit_randomized(x.view(), &RandomizedPcaParams::new(case.n_components)).unwrap();
    check(&pca, &x, &case.expected, 1e-8);
}

fn incremental(name: &str) {
    let case = read(name);
    let x = Matrix::from_rows(&case.x).unwrap();
    let params = IncrementalPcaParams::new(case.n_components);
    if let Some(size) = case.batch_size {
        let pca = fit_incremental(x.view(), &params.with_batch_size(size)).unwrap();
        return check(&pca, &x, &case.expected, 1e-10);
    }
    let mut incremental = IncrementalPca::new(params).unwrap();
    let mut start = 0;
    for size in case.batches.unwrap() {
        incremental.partial_fit(x.view().rows_range(start..start + size)).unwrap();
        start += size;
    }
    assert_eq!(start, x.n_rows());
    check(incremental.pca().unwrap(), &x, &case.expected, 1e-10);
}

macro_rules! golden {
    ($($test:ident: $check:ident $name:literal,)*) => { $(#[test] fn $test() { $check($name); })* };
}

golden! {
    randomized_tall: randomized "randomized-tall",
    randomized_wide: randomized "randomized-wide",
    randomized_at_an_offset: randomized "randomized-offset",
    randomized_of_low_rank: randomized "randomized-low-rank",
    incremental_even: incremental "incremental-even",
    incremental_with_the_last_batch_joined: incremental "incremental-last-batch-joined",
    incremental_uneven: incremental "incremental-uneven",
    incremental_at_an_offset: incremental "incremental-offset",
    incremental_of_all_components: incremental "incremental-all",
    incremental_wide: incremental "incremental-wide",
}
