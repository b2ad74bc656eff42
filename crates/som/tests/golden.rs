//! Maps beside MiniSom's. `tests/golden/som.py` made the files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::Path;

use segctl_numeric::distance::Metric;
use segctl_numeric::{Matrix, MatrixView};
use segctl_som::grid::{Edges, Grid, Topology};
use segctl_som::map::{hits, u_matrix_minisom};
use segctl_som::neighbourhood::Neighbourhood;
use segctl_som::params::{Falling, Order, Training};
use segctl_som::quality::{distortion, quality};
use segctl_som::schedule::{Decay, Schedule};
use segctl_som::start::{Axes, Start};
use segctl_som::{SomModel, SomParams, fit};
use serde::Deserialize;

type Rows = Vec<Vec<f64>>;

#[derive(Deserialize)]
struct Golden {
    x: Rows,
    cases: BTreeMap<String, Case>,
    wrong: Wrong,
    plane: Plane,
}

#[derive(Deserialize)]
struct Case {
    grid: Topology,
    n_x: usize,
    n_y: usize,
    start: Rows,
    n: usize,
    how: String,
    options: Options,
    weights: Rows,
    quantization_error: f64,
    topographic_error: f64,
    u_matrix_sum: Vec<f64>,
    hits: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(default)]
struct Options {
    sigma: f64,
    learning_rate: f64,
    neighborhood_function: String,
    decay_function: String,
    sigma_decay_function: String,
    metric: Metric,
}

/// MiniSom's own defaults.
impl Default for Options {
    fn default() -> Self {
        Self {
            sigma: 1.0,
            learning_rate: 0.5,
            neighborhood_function: "gaussian".into(),
            decay_function: "asymptotic_decay".into(),
            sigma_decay_function: "asymptotic_decay".into(),
            metric: Metric::Euclidean,
        }
    }
}

#[derive(Deserialize)]
struct Wrong {
    chebyshev_winner_of_0: u32,
    hexagonal_bubble: Vec<f64>,
    hexagonal_even_weights: Rows,
    hexagonal_even_u_matrix: Vec<f64>,
    distortion: f64,
}

#[derive(Deserialize)]
struct Plane {
    mean: Vec<f64>,
    axes: Rows,
    start: Rows,
}

fn golden() -> Golden {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/som/minisom.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn matrix(rows: &Rows) -> Matrix {
    Matrix::from_rows(rows).unwrap()
}

fn assert_close(name: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{name}");
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= 1e-10 * (1.0 + expected.abs()), "{name} at {at}: {found} for {expected}");
    }
}

fn decay(name: &str) -> Decay {
    match name {
        "asymptotic_decay" => Decay::Asymptotic,
        "linear_decay_to_zero" => Decay::Linear { end: 0.0 },
        "linear_decay_to_one" => Decay::Linear { end: 1.0 },
        "inverse_decay_to_one" => Decay::Inverse { end: 1.0 },
        "inverse_decay_to_zero" => Decay::InverseToZero,
        other => panic!("no decay {other}"),
    }
}

fn neighbourhood(name: &str) -> Neighbourhood {
    match name {
        "gaussian" => Neighbourhood::Gaussian,
        "mexican_hat" => Neighbourhood::MexicanHat,
        "bubble" => Neighbourhood::Bubble,
        "triangle" => Neighbourhood::Triangle,
        other => panic!("no neighbourhood {other}"),
    }
}

fn params(case: &Case, n_samples: usize) -> SomParams {
    let grid = Grid::new(case.n_x, case.n_y, case.grid, Edges::Planar).unwrap();
    let options = &case.options;
    let base = match case.how.as_str() {
        // MiniSom counts rows here, and begins again where they end.
        "rows" => {
            let rows = (0..case.n).map(|update| update % n_samples).collect();
            let training = Training::Online { order: Order::Given(rows), falling: Falling::EachRow };
            SomParams::online(grid).with_training(training).with_n_epochs(case.n.div_ceil(n_samples))
        }
        "epochs" => {
            let training = Training::Online { order: Order::Sequential, falling: Falling::EachEpoch };
            SomParams::online(grid).with_training(training).with_n_epochs(case.n)
        }
        _ => SomParams::new(grid).with_n_epochs(case.n),
    };
    base.with_start(Start::Given(matrix(&case.start)))
        .with_metric(options.metric)
        .with_neighbourhood(neighbourhood(&options.neighborhood_function))
        .with_radius(Schedule::new(options.sigma, decay(&options.sigma_decay_function)))
        .with_learning_rate(Schedule::new(options.learning_rate, decay(&options.decay_function)))
}

fn check(name: &str, case: &Case, x: MatrixView<'_>) {
    let model = fit(x, &params(case, x.n_rows())).unwrap().model;
    assert_close(name, model.codebook().as_slice(), matrix(&case.weights).as_slice());
    let judged = quality(&model, x, None).unwrap();
    assert_close(name, &[judged.quantization_error], &[case.quantization_error]);
    assert_close(name, &[judged.topographic_error.unwrap()], &[case.topographic_error]);
    assert_eq!(hits(&model, x, None).unwrap().as_slice(), case.hits, "{name}");
    if case.grid == Topology::Rectangular || !case.n_y.is_multiple_of(2) {
        assert_close(name, u_matrix_minisom(&model).as_slice(), &case.u_matrix_sum);
    }
}

#[test]
fn training_and_errors_are_minisoms() {
    let golden = golden();
    let x = matrix(&golden.x);
    assert!(golden.cases.len() >= 39, "{}", golden.cases.len());
    for (name, case) in &golden.cases {
        check(name, case, x.view());
    }
}

#[test]
fn the_linear_start_is_minisoms_with_deviations_of_one() {
    let Golden { x, plane, .. } = golden();
    let axes = Axes { mean: plane.mean, axes: matrix(&plane.axes), deviations: vec![1.0; 2] };
    // At a rate of next to nothing, a map stays where it began.
    let params = SomParams::new(Grid::rectangular(5, 4).unwrap())
        .with_start(Start::Linear(axes))
        .with_n_epochs(1)
        .with_learning_rate(Schedule::constant(1e-300));
    let found = fit(matrix(&x).view(), &params).unwrap();
    assert_close("plane", found.model.codebook().as_slice(), matrix(&plane.start).as_slice());
}

/// MiniSom's Chebyshev distance is the largest difference with its sign: a unit above the row in every
/// feature is nearer the farther it is.
#[test]
fn the_chebyshev_distance_has_no_sign() {
    let wrong = golden().wrong;
    let codebook = Matrix::from_rows(&[[1.0], [5.0]]).unwrap();
    let model = SomModel::new(Grid::rectangular(2, 1).unwrap(), Metric::Chebyshev, codebook).unwrap();
    let found = model.winners(MatrixView::new(&[0.0], 1, 1).unwrap()).unwrap();
    assert_eq!((found.unit[0], wrong.chebyshev_winner_of_0), (0, 1));
}

/// MiniSom counts bubbles along the sides of a hexagonal grid too: of the units within a move it takes in
/// two that are two moves away.
#[test]
fn a_bubble_of_hexagons_is_a_hexagon() {
    let (wrong, grid) = (golden().wrong, Grid::hexagonal(5, 5).unwrap());
    let middle = grid.unit(2, 2);
    let ours: Vec<f64> = (0..25).map(|unit| Neighbourhood::Bubble.between(grid, middle, unit, 2.0)).collect();
    let expected = |unit: usize| unit == middle || grid.distance(middle, unit) == 1.0;
    assert!((0..25).all(|unit| ours[unit] == f64::from(u8::from(expected(unit)))));
    let more: Vec<usize> = (0..25).filter(|&unit| wrong.hexagonal_bubble[unit] > ours[unit]).collect();
    assert_eq!((more.len(), wrong.hexagonal_bubble.iter().sum::<f64>()), (2, 9.0));
    assert!(more.iter().all(|&unit| grid.steps(middle, unit) == 2));
}

/// With an even second side MiniSom looks for the neighbours of every line where those of the lines beside
/// are.
#[test]
fn distances_between_hexagons_are_those_of_neighbours() {
    let Wrong { hexagonal_even_weights, hexagonal_even_u_matrix, .. } = golden().wrong;
    let grid = Grid::hexagonal(4, 4).unwrap();
    let model = SomModel::new(grid, Metric::Euclidean, matrix(&hexagonal_even_weights)).unwrap();
    let sums = |neighbours: &dyn Fn(usize) -> Vec<usize>| {
        let distance =
            |a: usize, b: usize| Metric::Euclidean.distance(model.codebook().row(a), model.codebook().row(b));
        let sums: Vec<f64> = (0..16).map(|a| neighbours(a).into_iter().map(|b| distance(a, b)).sum()).collect();
        let largest = sums.iter().copied().fold(0.0, f64::max);
        sums.into_iter().map(|sum| sum / largest).collect::<Vec<f64>>()
    };
    // The neighbours that MiniSom takes: of even lines those to the left, whatever stands there.
    let theirs = |unit: usize| {
        let (x, y) = grid.place(unit);
        let left = usize::from(y % 2 == 0);
        let side =
            |y: usize| (0..4).filter(move |&other| other + left == x || other + left == x + 1).map(move |x| (x, y));
        let beside = (0..4).filter(|&line| line + 1 == y || line == y + 1).flat_map(side);
        let own = (0..4).filter(|&other| other + 1 == x || other == x + 1).map(|x| (x, y));
        beside.chain(own).map(|(x, y)| grid.unit(x, y)).collect()
    };
    assert_close("MiniSom's neighbours", &sums(&theirs), &hexagonal_even_u_matrix);
    let ours = sums(&|unit| grid.neighbours(unit));
    assert_close("neighbours", u_matrix_minisom(&model).as_slice(), &ours);
    assert!(ours.iter().zip(&hexagonal_even_u_matrix).any(|(a, b)| (a - b).abs() > 0.01));
    assert!((0..16).any(|unit| theirs(unit).iter().any(|&other| grid.distance(unit, other) > 1.5)));
}

/// MiniSom's distortion adds distances where its formula says squares.
#[test]
fn the_distortion_is_of_squares() {
    let Golden { x, wrong, .. } = golden();
    let (x, grid) = (matrix(&x), Grid::hexagonal(4, 4).unwrap());
    let model = SomModel::new(grid, Metric::Euclidean, matrix(&wrong.hexagonal_even_weights)).unwrap();
    let winners = model.winners(x.view()).unwrap().unit;
    let sum = |of: &dyn Fn(f64) -> f64| -> f64 {
        let one = |i: usize, unit: usize| {
            let distance = Metric::Euclidean.distance(x.row(i), model.codebook().row(unit));
            Neighbourhood::Gaussian.between(grid, winners[i] as usize, unit, 1.0) * of(distance)
        };
        (0..x.n_rows()).flat_map(|i| (0..16).map(move |unit| (i, unit))).map(|(i, unit)| one(i, unit)).sum()
    };
    assert_close("MiniSom's", &[sum(&|distance| distance)], &[wrong.distortion]);
    let ours = distortion(&model, x.view(), None, Neighbourhood::Gaussian, 1.0).unwrap();
    assert_close("of squares", &[ours], &[sum(&|distance| distance * distance)]);
}
