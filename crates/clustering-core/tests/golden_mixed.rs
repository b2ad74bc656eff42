//! Rows of numbers and categories beside the kmodes and kmedoids packages and the formula of R's daisy.
//! `tests/golden/mixed.py` made the files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use segctl_clustering_core::agglomerative::Condensed;
use segctl_clustering_core::kmedoids::{self, KMedoidsParams, MedoidsInit};
use segctl_clustering_core::kmodes::{self, KModesParams};
use segctl_clustering_core::kprototypes::{self, KPrototypesParams, PrototypesModel, cao_rows};
use segctl_clustering_core::model::Predict;
use segctl_numeric::Matrix;
use segctl_numeric::distance::{Dissimilarity, Gower, Metric};
use segctl_numeric::observe::Silent;
use serde::Deserialize;
use serde::de::DeserializeOwned;

type Rows = Vec<Vec<f64>>;

/// How much dearer than the best of sixty runs of the package ten starts of ours may be.
const COST_TOLERANCE: f64 = 1.01;

fn read<T: DeserializeOwned>(name: &str) -> T {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/mixed");
    let text = std::fs::read_to_string(directory.join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn matrix(rows: &Rows) -> Matrix {
    Matrix::from_rows(rows).unwrap()
}

fn is_close(found: f64, expected: f64) -> bool {
    (found - expected).abs() <= 1e-9 * (1.0 + expected.abs())
}

#[derive(Deserialize)]
struct GowerCase {
    x: Rows,
    y: Rows,
    categorical: Vec<bool>,
    weights: Vec<f64>,
    distances: Rows,
}

#[test]
fn gowers_distances_are_those_of_daisy() {
    for name in ["gower", "gower-weights", "gower-constant"] {
        let case: GowerCase = read(name);
        let (x, y) = (matrix(&case.x), matrix(&case.y));
        let gower = Gower::fit(x.view(), &case.categorical).unwrap().with_weights(case.weights).unwrap();
        let mut found = vec![0.0; x.n_rows() * y.n_rows()];
        gower.many_to_many(x.as_slice(), y.as_slice(), &mut found);
        for (found, expected) in found.iter().zip(case.distances.iter().flatten()) {
            assert!((found - expected).abs() <= 1e-14 * (1.0 + expected), "{name}: {found} for {expected}");
        }
    }
}

#[derive(Deserialize)]
struct Modes {
    x: Rows,
    prototypes: Rows,
    expected: ModesExpected,
}

#[derive(Deserialize)]
struct ModesExpected {
    cao: Rows,
    labels: Vec<i32>,
    cost: f64,
    best_cost: f64,
}

#[test]
fn modes_start_and_are_assigned_as_in_the_package_and_end_no_dearer() {
    for name in ["kmodes-4", "kmodes-9"] {
        let case: Modes = read(name);
        let (x, k) = (matrix(&case.x), case.prototypes.len());
        let cao = x.view().select_rows(&cao_rows(x.view(), k).unwrap());
        assert_eq!(cao, matrix(&case.expected.cao), "{name}");
        let model = PrototypesModel::new(matrix(&case.prototypes).view(), vec![true; x.n_cols()], 1.0).unwrap();
        let assigned = model.predict(x.view()).unwrap();
        assert_eq!(assigned.labels.to_signed(), case.expected.labels, "{name}");
        assert_eq!(assigned.distance.iter().sum::<f64>(), case.expected.cost, "{name}");
        let found = kmodes::fit(x.view(), &KModesParams::new(k)).unwrap();
        let best = case.expected.best_cost;
        assert!(found.cost <= COST_TOLERANCE * best, "{name}: {} beside {best}", found.cost);
    }
}

#[derive(Deserialize)]
struct Prototypes {
    x: Rows,
    categorical: Vec<bool>,
    gamma: Option<f64>,
    prototypes: Rows,
    expected: PrototypesExpected,
}

#[derive(Deserialize)]
struct PrototypesExpected {
    gamma: f64,
    labels: Vec<i32>,
    cost: f64,
    best_cost: f64,
}

#[test]
fn prototypes_are_assigned_as_in_the_package_and_end_no_dearer() {
    for name in ["kprototypes-4", "kprototypes-7"] {
        let case: Prototypes = read(name);
        let (x, k, expected) = (matrix(&case.x), case.prototypes.len(), case.expected);
        let model = PrototypesModel::new(matrix(&case.prototypes).view(), case.categorical.clone(), expected.gamma);
        let assigned = model.unwrap().predict(x.view()).unwrap();
        assert_eq!(assigned.labels.to_signed(), expected.labels, "{name}");
        assert!(is_close(assigned.distance.iter().sum(), expected.cost), "{name}");
        let mut params = KPrototypesParams::new(k, case.categorical);
        params.gamma = case.gamma;
        let found = kprototypes::fit(x.view(), &params).unwrap();
        assert!(is_close(found.gamma, expected.gamma), "{name}: {} for {}", found.gamma, expected.gamma);
        let best = expected.best_cost;
        assert!(found.cost <= COST_TOLERANCE * best, "{name}: {} beside {best}", found.cost);
    }
}

#[derive(Deserialize)]
struct Medoids {
    x: Rows,
    categorical: Option<Vec<bool>>,
    metric: String,
    start: Vec<usize>,
    expected: MedoidsExpected,
}

#[derive(Deserialize)]
struct MedoidsExpected {
    medoids: Vec<usize>,
    labels: Vec<i32>,
    loss: f64,
    n_swaps: usize,
    n_iter: usize,
    build: Vec<usize>,
    build_loss: f64,
}

#[test]
fn medoids_are_swapped_as_in_the_package() {
    for name in ["kmedoids-euclidean", "kmedoids-manhattan", "kmedoids-gower", "kmedoids-gower-many", "kmedoids-one"] {
        let case: Medoids = read(name);
        let (x, expected) = (matrix(&case.x), case.expected);
        let dissimilarity: Dissimilarity = match case.categorical {
            Some(mask) => Gower::fit(x.view(), &mask).unwrap().into(),
            None => serde_json::from_str::<Metric>(&format!("\"{}\"", case.metric)).unwrap().into(),
        };
        let params = KMedoidsParams::new(case.start.len()).with_dissimilarity(dissimilarity.clone());
        let from = |medoids: &[usize]| params.clone().with_init(MedoidsInit::Medoids(medoids.to_vec()));
        let found = kmedoids::fit(x.view(), &from(&case.start)).unwrap();
        assert_eq!(found.medoids, expected.medoids, "{name}");
        assert_eq!(found.labels.to_signed(), expected.labels, "{name}");
        assert_eq!((found.n_swaps, found.n_iter), (expected.n_swaps, expected.n_iter), "{name}");
        assert!(is_close(found.loss, expected.loss) && found.converged, "{name}");
        let of = |i: usize| (i + 1..x.n_rows()).map(move |j| (i, j));
        let pairs = (0..x.n_rows()).flat_map(of).map(|(i, j)| dissimilarity.distance(x.row(i), x.row(j)));
        let distances = Condensed::new(pairs.collect(), x.n_rows()).unwrap();
        let by_distances = kmedoids::fit_distances(&distances, &from(&case.start), &Silent).unwrap();
        assert_eq!((by_distances.medoids, by_distances.labels), (found.medoids, found.labels), "{name}");
        assert!(is_close(by_distances.loss, expected.loss), "{name}");
        let built = kmedoids::fit(x.view(), &params.clone().with_init(MedoidsInit::Build)).unwrap();
        let from_theirs = kmedoids::fit(x.view(), &from(&expected.build)).unwrap();
        assert_eq!(built.medoids, from_theirs.medoids, "{name}");
        assert!(built.loss <= expected.build_loss * (1.0 + 1e-9), "{name}");
    }
}
