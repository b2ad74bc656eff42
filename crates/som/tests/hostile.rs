//! Data and parameters at the edge, damaged files, and being told to stop.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::ops::ControlFlow;
use std::sync::Mutex;

use common::{KINDS, METRICS, clouds};
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::{Matrix, MatrixView};
use segctl_som::grid::{Edges, Grid, Topology, propose_size};
use segctl_som::neighbourhood::Neighbourhood;
use segctl_som::params::{EarlyStop, Falling, Order, Training};
use segctl_som::quality::quality;
use segctl_som::schedule::{Decay, Schedule};
use segctl_som::start::{Axes, Start};
use segctl_som::{SomError, SomModel, SomParams, fit, fit_with};

fn column(values: &[f64]) -> MatrixView<'_> {
    MatrixView::new(values, values.len(), 1).unwrap()
}

fn grid(n_x: usize, n_y: usize) -> Grid {
    Grid::rectangular(n_x, n_y).unwrap()
}

fn message(x: MatrixView<'_>, params: &SomParams) -> String {
    fit(x, params).unwrap_err().to_string()
}

#[test]
fn errors_give_both_numbers() {
    let (three, plain) = (column(&[1.0, 2.0, 3.0]), SomParams::new(grid(2, 2)));
    assert_eq!(message(column(&[]), &plain), "X: n_samples=0 should be >= 1");
    assert_eq!(message(MatrixView::new(&[], 2, 0).unwrap(), &plain), "X: n_features=0 should be >= 1");
    let infinite = column(&[1.0, f64::NEG_INFINITY]);
    assert_eq!(message(infinite, &plain), "X: value -inf at row 1, column 0 is not finite");
    let large = "X: magnitude of 1e300 at row 1, column 0 should be <= 1e120";
    assert_eq!(message(column(&[0.0, 1e300]), &plain), large);
    assert_eq!(message(column(&[1.0, f64::NAN]), &plain), "X: row 1 has no known value");
    let empty_column = MatrixView::new(&[1.0, f64::NAN, 2.0, f64::NAN], 2, 2).unwrap();
    assert_eq!(message(empty_column, &plain), "X: column 1 has no known value");
    assert_eq!(message(three, &plain.clone().with_n_epochs(0)), "n_epochs=0 should be >= 1");
    let radius = |radius| plain.clone().with_radius(radius);
    assert_eq!(message(three, &radius(Schedule::constant(0.0))), "radius=0 should be finite and > 0");
    let falling = Schedule::new(2.0, Decay::Exponential { end: 0.0 });
    assert_eq!(message(three, &radius(falling)), "end of a decay=0 should be finite and > 0");
    let fast = plain.clone().with_learning_rate(Schedule::constant(1.5));
    assert_eq!(message(three, &fast), "learning_rate=1.5 should be <= 1");
    let faster = plain.clone().with_learning_rate(Schedule::new(0.5, Decay::Linear { end: 2.0 }));
    assert_eq!(message(three, &faster), "learning_rate=2 should be <= 1");
    let stop = plain.clone().with_early_stop(Some(EarlyStop { patience: 0, tolerance: 0.1 }));
    assert_eq!(message(three, &stop), "patience=0 should be >= 1");
    let start = |rows, columns| plain.clone().with_start(Start::Given(Matrix::zeros(rows, columns)));
    assert_eq!(message(three, &start(3, 1)), "start has 3 entries, expected 4");
    assert_eq!(message(three, &start(4, 2)), "row of the start has 2 entries, expected 1");
}

#[test]
fn grids_that_cannot_be_are_refused() {
    let error = |n_x, n_y, edges| Grid::new(n_x, n_y, Topology::Hexagonal, edges).unwrap_err().to_string();
    assert_eq!(error(0, 3, Edges::Planar), "a grid of 0 x 3 units should have 1 to 1048576 units");
    assert_eq!(error(4, 3, Edges::Toroidal), "n_y=3 of a hexagonal torus should be even");
    assert!(Grid::rectangular(usize::MAX, 2).is_err());
    let size = |n, variances| propose_size(n, variances, Topology::Hexagonal, Edges::Toroidal);
    assert!(size(0, [1.0, 1.0]).is_err() && size(9, [1.0, 2.0]).is_err() && size(9, [f64::NAN, 0.0]).is_err());
    for variances in [[0.0, 0.0], [1.0, 0.0], [1.0, 1e-300], [1e300, 1.0], [5.0, 5.0]] {
        for n in [1, 2, 100, 1_000_000] {
            let found = size(n, variances).unwrap();
            assert!(found.grid.n_units() as f64 <= 3.0 * found.n_units_wanted, "{found}");
        }
    }
}

#[test]
fn weights_and_orders_are_checked() {
    let (x, plain) = (column(&[1.0, 2.0, 3.0]), SomParams::new(grid(2, 1)));
    let weighted = |weights: &[f64]| fit_with(x, Some(weights), &plain, &Silent).unwrap_err().to_string();
    assert_eq!(weighted(&[1.0]), "sample_weight has 1 entries, expected 3");
    assert_eq!(weighted(&[1.0, -1.0, 1.0]), "sample_weight=-1 should be in [0, 1e30]");
    assert_eq!(weighted(&[1.0, f64::NAN, 1.0]), "sample_weight=NaN should be in [0, 1e30]");
    assert_eq!(weighted(&[0.0; 3]), "sum of sample_weight=0 should be > 0");
    let ordered = |rows: &[usize], n_epochs| {
        let training = Training::Online { order: Order::Given(rows.to_vec()), falling: Falling::EachRow };
        fit(x, &SomParams::online(grid(2, 1)).with_training(training).with_n_epochs(n_epochs))
    };
    assert_eq!(ordered(&[0, 3], 1).unwrap_err().to_string(), "order: row 3 at 1 should be < n_samples=3");
    let wrong = SomError::OrderLength { found: 4, n_epochs: 1, n_samples: 3 };
    assert_eq!(ordered(&[0, 1, 2, 0], 1), Err(wrong));
    assert_eq!(ordered(&[0, 1, 2, 0], 2).unwrap().n_epochs, 2);
    assert!(ordered(&[], 1).is_err());
    let training = Training::Online { order: Order::Given(vec![0, 0, 0]), falling: Falling::EachRow };
    let params = SomParams::online(grid(2, 1)).with_training(training).with_n_epochs(1);
    let nothing = fit_with(x, Some(&[0.0, 1.0, 1.0]), &params, &Silent).unwrap_err().to_string();
    assert_eq!(nothing, "sum of sample_weight in an epoch=0 should be > 0");
}

#[test]
fn axes_are_checked() {
    let x = MatrixView::new(&[1.0, 2.0, 3.0, 4.0], 2, 2).unwrap();
    let error = |mean: &[f64], axes: Matrix, deviations: &[f64]| {
        let axes = Axes { mean: mean.to_vec(), axes, deviations: deviations.to_vec() };
        fit(x, &SomParams::new(grid(2, 2)).with_start(Start::Linear(axes))).unwrap_err().to_string()
    };
    assert_eq!(error(&[0.0; 2], Matrix::zeros(3, 2), &[1.0; 3]), "axes has 3 entries, expected 2");
    assert_eq!(error(&[0.0], Matrix::zeros(2, 2), &[1.0; 2]), "mean of the axes has 1 entries, expected 2");
    assert_eq!(error(&[0.0; 2], Matrix::zeros(2, 2), &[1.0]), "deviations of the axes has 1 entries, expected 2");
    let negative = error(&[0.0; 2], Matrix::zeros(1, 2), &[-1.0]);
    assert_eq!(negative, "deviation of an axis=-1 should be finite and >= 0");
    assert_eq!(error(&[0.0; 3], Matrix::zeros(1, 3), &[1.0]), "row of the start has 3 entries, expected 2");
}

/// Every training, neighbourhood and metric on `x`: a map of numbers, or an error that says so.
fn survives(x: MatrixView<'_>, sides: (usize, usize)) {
    let grid = grid(sides.0, sides.1);
    for base in [SomParams::new(grid), SomParams::online(grid)] {
        for (kind, metric) in KINDS.into_iter().flat_map(|kind| METRICS.map(|metric| (kind, metric))) {
            for start in [Start::Random, Start::Sample] {
                let params = base.clone().with_neighbourhood(kind).with_metric(metric).with_start(start);
                match fit(x, &params.with_n_epochs(3)) {
                    Ok(som) => {
                        assert!(som.model.codebook().as_slice().iter().all(|value| value.is_finite()));
                        assert!(som.errors.iter().all(|error| error.is_finite()), "{:?}", som.errors);
                        let judged = quality(&som.model, x, None).unwrap();
                        assert!(judged.quantization_error.is_finite());
                        assert_eq!(judged.hits.iter().sum::<f64>(), x.n_rows() as f64);
                    }
                    Err(error) => assert!(matches!(error, SomError::Diverged { .. }), "{error}"),
                }
            }
        }
    }
}

#[test]
fn the_smallest_and_the_dullest_rows_give_maps() {
    let one = column(&[7.0]);
    for sides in [(1, 1), (2, 1), (4, 5)] {
        survives(one, sides);
        survives(column(&[3.0; 40]), sides);
        survives(column(&[0.0; 5]), sides);
        survives(MatrixView::new(&[1.0, 2.0, 1.0, 2.0, 9.0, 9.0], 3, 2).unwrap(), sides);
    }
    let found = fit(one, &SomParams::new(grid(3, 3))).unwrap();
    assert!(found.model.codebook().as_slice().iter().all(|value| (value - 7.0).abs() < 1e-14));
    let alone = fit(column(&[1.0, 3.0]), &SomParams::new(grid(1, 1))).unwrap();
    assert_eq!(alone.model.codebook().as_slice(), [2.0]);
    let judged = quality(&alone.model, column(&[1.0, 3.0]), None).unwrap();
    assert_eq!((judged.topographic_error, judged.explained_variance), (None, Some(0.0)));
}

#[test]
fn magnitudes_at_the_edge_give_maps() {
    for scale in [5e-324, 1e-310, 1e-160, 1e100, 1e119] {
        let x: Vec<f64> = clouds(300, 2).as_slice().iter().map(|value| (value * scale).min(1e120)).collect();
        survives(MatrixView::new(&x, 300, 2).unwrap(), (4, 4));
    }
    let mut outlier = clouds(300, 2).into_vec();
    outlier[11] = 1e119;
    survives(MatrixView::new(&outlier, 300, 2).unwrap(), (4, 4));
}

#[test]
fn constant_features_stay_what_they_are() {
    let rows: Vec<[f64; 3]> = (0..50).map(|i| [f64::from(i % 2) * 9.0 + f64::from(i) * 0.01, 0.1, 1e9]).collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let found = fit(x.view(), &SomParams::new(grid(4, 3))).unwrap();
    let close = |value: f64, to: f64| (value - to).abs() <= 1e-13 * to;
    assert!(found.model.codebook().view().rows().all(|unit| close(unit[1], 0.1) && close(unit[2], 1e9)));
}

#[test]
fn units_that_leave_all_bounds_are_an_error() {
    let x = clouds(200, 2);
    let params = SomParams::online(grid(6, 6))
        .with_neighbourhood(Neighbourhood::Triangle)
        .with_radius(Schedule::constant(5.0))
        .with_n_epochs(50);
    let error = fit(x.view(), &params).unwrap_err();
    assert!(matches!(error, SomError::Diverged { epoch: 1 }), "{error}");
    assert!(error.hint().unwrap().contains("smaller rate"));
}

#[test]
fn models_are_checked_when_read_back() {
    let som = fit(clouds(60, 2).view(), &SomParams::new(Grid::hexagonal(3, 2).unwrap())).unwrap();
    let text = serde_json::to_string(&som.model).unwrap();
    assert_eq!(serde_json::from_str::<SomModel>(&text).unwrap(), som.model);
    let damaged = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        serde_json::from_str::<SomModel>(&text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert!(damaged("\"n_x\":3", "\"n_x\":4").contains("codebook has 6 entries, expected 8"));
    assert!(damaged("\"n_x\":3", "\"n_x\":0").contains("a grid of 0 x 2 units"));
    assert!(damaged("\"n_y\":2", "\"n_y\":18446744073709551615").contains("a grid of"));
    assert!(damaged("\"n_rows\":6", "\"n_rows\":5").contains("does not hold"));
    assert!(damaged("\"data\":[", "\"data\":[1e999,").contains("out of range"));
    assert!(!damaged("\"metric\":\"euclidean\"", "\"metric\":\"feet\"").is_empty());
    let first = som.model.codebook().as_slice()[0];
    assert!(damaged(&format!("\"data\":[{first}"), "\"data\":[1e200").contains("magnitude of 1e200"));
}

#[test]
fn rows_of_another_width_are_refused() {
    let som = fit(clouds(60, 2).view(), &SomParams::new(grid(3, 2))).unwrap();
    let found = som.model.winners(column(&[1.0])).unwrap_err().to_string();
    assert_eq!(found, "row of X has 1 entries, expected 2");
    assert!(som.model.winners(MatrixView::new(&[], 0, 2).unwrap()).unwrap().unit.is_empty());
}

/// Step, total and objective of an event.
type Told = (u64, Option<u64>, Option<f64>);

#[derive(Default)]
struct Recorder {
    steps: Mutex<Vec<Told>>,
    stop_at: Option<u64>,
}

impl Observer for Recorder {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        assert_eq!(event.stage, "som");
        self.steps.lock().unwrap().push((event.step, event.total, event.objective));
        if Some(event.step) == self.stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn every_epoch_is_told_of_and_any_can_be_the_last() {
    let x = clouds(50, 2);
    for params in [SomParams::new(grid(3, 3)), SomParams::online(grid(3, 3))] {
        let (params, recorder) = (params.with_n_epochs(4), Recorder::default());
        let found = fit_with(x.view(), None, &params, &recorder).unwrap();
        let expected: Vec<_> = (1..).zip(&found.errors).map(|(step, &error)| (step, Some(4), Some(error))).collect();
        assert_eq!(recorder.steps.into_inner().unwrap(), expected);
        let impatient = Recorder { stop_at: Some(2), ..Recorder::default() };
        assert_eq!(fit_with(x.view(), None, &params, &impatient), Err(SomError::Cancelled));
        assert_eq!(impatient.steps.into_inner().unwrap().len(), 2);
    }
}
