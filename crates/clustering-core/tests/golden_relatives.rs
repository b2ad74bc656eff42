//! The relatives of k-means beside scikit-learn and SciPy. `tests/golden/kmeans_relatives.py` made the
//! files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use segctl_clustering_core::bisecting::{self, BisectingParams, BisectingStrategy, SplitInit};
use segctl_clustering_core::kmeans::Init;
use segctl_clustering_core::minibatch::OnlineCenters;
use segctl_clustering_core::model::Predict;
use segctl_clustering_core::sizes::{self, SizeBounds, SizesParams, Solver, assign};
use segctl_numeric::{Labels, Matrix};
use serde::Deserialize;
use serde::de::DeserializeOwned;

type Rows = Vec<Vec<f64>>;

fn read<T: DeserializeOwned>(name: &str) -> T {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/kmeans_relatives");
    let text = std::fs::read_to_string(directory.join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn matrix(rows: &Rows) -> Matrix {
    Matrix::from_rows(rows).unwrap()
}

fn labels(signed: &[i64]) -> Labels {
    Labels::from_signed(signed).unwrap()
}

fn assert_close(name: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= 1e-9 * (1.0 + expected.abs()), "{name}: {found} for {expected}");
    }
}

#[derive(Deserialize)]
struct Bisecting {
    x: Rows,
    new_rows: Rows,
    n_clusters: usize,
    bisecting_strategy: BisectingStrategy,
    expected: BisectingExpected,
}

#[derive(Deserialize)]
struct BisectingExpected {
    labels: Vec<i64>,
    centers: Rows,
    inertia: f64,
    new_labels: Vec<i64>,
}

#[test]
fn bisecting_is_scikit_learns_but_for_the_numbers_of_clusters() {
    for name in ["bisecting-inertia", "bisecting-largest", "bisecting-wholesale", "bisecting-skewed"] {
        let case: Bisecting = read(name);
        let params = BisectingParams::new(case.n_clusters)
            .with_bisecting_strategy(case.bisecting_strategy)
            .with_init(SplitInit::Farthest)
            .with_tol(0.0);
        let found = bisecting::fit(matrix(&case.x).view(), &params).unwrap();
        let expected = labels(&case.expected.labels);
        assert!(found.labels.same_partition(&expected), "{name}");
        assert_close(name, &[found.inertia], &[case.expected.inertia]);
        let centers = matrix(&case.expected.centers);
        let theirs = |row: usize| expected.get(row).unwrap();
        for (row, &ours) in found.labels.as_slice().iter().enumerate() {
            assert_close(name, found.centers.row(ours as usize), centers.row(theirs(row)));
        }
        // Rows never seen descend the same tree.
        let name_of: Vec<u32> = (0..case.n_clusters)
            .map(|c| (0..expected.len()).find(|&row| theirs(row) == c).map(|row| found.labels.as_slice()[row]).unwrap())
            .collect();
        let new = found.model.predict(matrix(&case.new_rows).view()).unwrap();
        let expected: Vec<u32> = case.expected.new_labels.iter().map(|&label| name_of[label as usize]).collect();
        assert_eq!(new.labels.as_slice(), expected, "{name}");
    }
}

#[derive(Deserialize)]
struct Online {
    x: Rows,
    init: Rows,
    sizes: Vec<usize>,
    sample_weight: Option<Vec<f64>>,
    expected: OnlineExpected,
}

#[derive(Deserialize)]
struct OnlineExpected {
    centers: Rows,
    counts: Vec<f64>,
    inertias: Vec<f64>,
}

#[test]
fn online_centres_are_scikit_learns() {
    for name in ["online", "online-weighted", "online-wholesale"] {
        let case: Online = read(name);
        let x = matrix(&case.x);
        let mut online = OnlineCenters::new(matrix(&case.init)).unwrap();
        let (mut at, mut inertias) = (0, vec![]);
        for size in case.sizes {
            let weights = case.sample_weight.as_ref().map(|weights| &weights[at..at + size]);
            inertias.push(online.update(x.view().rows_range(at..at + size), weights).unwrap());
            at += size;
        }
        assert_close(name, &inertias, &case.expected.inertias);
        assert_close(name, online.centers().as_slice(), matrix(&case.expected.centers).as_slice());
        assert_close(name, online.counts(), &case.expected.counts);
    }
}

#[derive(Deserialize)]
struct Sized {
    x: Rows,
    init: Rows,
    min: usize,
    max: usize,
    expected: SizedExpected,
}

#[derive(Deserialize)]
struct SizedExpected {
    first_cost: f64,
    labels: Vec<i32>,
    centers: Rows,
    inertia: f64,
}

#[test]
fn assignments_within_bounds_are_those_of_linear_programming() {
    for name in ["sizes-equal", "sizes-least", "sizes-most", "sizes-skewed"] {
        let case: Sized = read(name);
        let (x, init, bounds) = (matrix(&case.x), matrix(&case.init), SizeBounds::between(case.min, case.max));
        let first = assign(x.view(), &init, bounds, Solver::Auto).unwrap();
        assert_close(name, &[first.cost], &[case.expected.first_cost]);
        let params = SizesParams::new(init.n_rows(), bounds).with_init(Init::Centers(init)).with_tol(0.0);
        let found = sizes::fit(x.view(), &params).unwrap();
        assert_eq!(found.labels.to_signed(), case.expected.labels, "{name}");
        assert_close(name, &[found.inertia], &[case.expected.inertia]);
        assert_close(name, found.centers.as_slice(), matrix(&case.expected.centers).as_slice());
        assert!(found.exact);
    }
}
