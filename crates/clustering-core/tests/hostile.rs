//! Data and parameters at the edge, and being told to stop.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::ops::ControlFlow;
use std::sync::Mutex;

use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::kmeans::{Algorithm, Init, KMeansParams, Stop, fit, fit_with};
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::{Matrix, MatrixView};

fn column(values: &[f64]) -> MatrixView<'_> {
    MatrixView::new(values, values.len(), 1).unwrap()
}

fn message(x: MatrixView<'_>, params: &KMeansParams) -> String {
    fit(x, params).unwrap_err().to_string()
}

#[test]
fn errors_give_both_numbers() {
    let three = column(&[1.0, 2.0, 3.0]);
    let four = KMeansParams::new(4);
    assert_eq!(message(three, &four), "n_samples=3 should be >= n_clusters=4");
    assert_eq!(message(column(&[5.0; 9]), &four), "1 distinct rows should be >= n_clusters=4");
    assert_eq!(message(column(&[1.0, f64::NAN]), &four), "X: value NaN at row 1, column 0 is not finite");
    assert_eq!(message(three, &KMeansParams::new(0)), "n_clusters=0 should be >= 1");
    assert_eq!(message(three, &KMeansParams::new(1).with_tol(-1.0)), "tol=-1 should be finite and >= 0");
    assert_eq!(message(column(&[]), &four), "X: n_samples=0 should be >= 1");
    let large = "X: magnitude of 1e300 at row 1, column 0 should be <= 1e120";
    assert_eq!(message(column(&[0.0, 1e300]), &KMeansParams::new(2)), large);
}

#[test]
fn initial_centres_and_weights_are_checked() {
    let x = column(&[1.0, 2.0, 3.0]);
    let from = |k, d| KMeansParams::new(2).with_init(Init::Centers(Matrix::zeros(k, d)));
    assert_eq!(message(x, &from(3, 1)), "initial centres has 3 entries, expected 2");
    assert_eq!(message(x, &from(2, 2)), "row of initial centres has 2 entries, expected 1");
    let weighted =
        |weights: &[f64]| fit_with(x, Some(weights), &KMeansParams::new(2), &Silent).unwrap_err().to_string();
    assert_eq!(weighted(&[1.0]), "sample_weight has 1 entries, expected 3");
    assert_eq!(weighted(&[1.0, -1.0, 1.0]), "sample_weight=-1 should be in [0, 1e30]");
    assert_eq!(weighted(&[1.0, f64::NAN, 1.0]), "sample_weight=NaN should be in [0, 1e30]");
    assert_eq!(weighted(&[0.0, 1.0, 0.0]), "1 distinct rows should be >= n_clusters=2");
}

#[test]
fn the_smallest_problems_have_answers() {
    let one = fit(column(&[7.0]), &KMeansParams::new(1)).unwrap();
    assert_eq!((one.centers.as_slice(), one.inertia, one.stop), ([7.0].as_slice(), 0.0, Stop::Converged));
    let all = fit(column(&[3.0, 1.0, 2.0]), &KMeansParams::new(3)).unwrap();
    assert_eq!((all.labels.sizes(), all.inertia), (vec![1; 3], 0.0));
}

#[test]
fn as_many_clusters_as_distinct_rows_leave_nothing() {
    let values: Vec<f64> = (0..60).map(|i| f64::from(i % 4)).collect();
    for algorithm in [Algorithm::Lloyd, Algorithm::Hamerly] {
        let found = fit(column(&values), &KMeansParams::new(4).with_algorithm(algorithm)).unwrap();
        assert_eq!((found.inertia, found.labels.sizes()), (0.0, vec![15; 4]));
    }
}

#[test]
fn constant_columns_change_nothing() {
    let rows: Vec<[f64; 3]> = (0..40).map(|i| [f64::from(i % 2) * 9.0 + f64::from(i) * 0.01, 0.1, 1e9]).collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let found = fit(x.view(), &KMeansParams::new(2)).unwrap();
    assert_eq!(found.labels.renumbered().to_signed(), (0..40).map(|i| i % 2).collect::<Vec<_>>());
}

#[test]
fn squares_that_vanish_or_nearly_overflow_give_full_clusters() {
    for scale in [5e-324, 1e-310, 1e-160, 1e100, 1e119] {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i % 5) * scale).collect();
        for algorithm in [Algorithm::Lloyd, Algorithm::Hamerly] {
            let params = KMeansParams::new(3).with_algorithm(algorithm).with_max_iter(20);
            let found = fit(column(&values), &params).unwrap();
            assert!(found.inertia.is_finite() && found.centers.view().ensure_finite("centres").is_ok());
            assert!(found.labels.sizes().iter().all(|&size| size > 0), "{scale:e}");
        }
    }
}

#[test]
fn coinciding_initial_centres_are_repaired() {
    let values: Vec<f64> = (0..30).map(f64::from).collect();
    let init = Matrix::new(vec![1.0, 1.0, 1.0], 3, 1).unwrap();
    let found = fit(column(&values), &KMeansParams::new(3).with_init(Init::Centers(init))).unwrap();
    assert!(found.n_repairs >= 2 && found.labels.sizes().iter().all(|&size| size > 0));
}

#[derive(Default)]
struct Recorder {
    steps: Mutex<Vec<(String, u64, Option<u64>)>>,
    stop_at: Option<usize>,
}

impl Observer for Recorder {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        let mut steps = self.steps.lock().unwrap();
        steps.push((event.stage.to_owned(), event.step, event.total));
        if Some(steps.len()) == self.stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn every_start_is_told_of_and_any_can_be_the_last() {
    let values: Vec<f64> = (0..30).map(f64::from).collect();
    let params = KMeansParams::new(3).with_restarts(4);
    let recorder = Recorder::default();
    fit_with(column(&values), None, &params, &recorder).unwrap();
    let steps = recorder.steps.into_inner().unwrap();
    let mut starts: Vec<_> =
        steps.iter().filter(|(stage, ..)| stage == "k-means").map(|&(_, at, of)| (at, of)).collect();
    starts.sort_unstable();
    assert_eq!(starts, [1, 2, 3, 4].map(|at| (at, Some(4))));
    for stop_at in [1, 2, steps.len()] {
        let impatient = Recorder { stop_at: Some(stop_at), ..Recorder::default() };
        let cancelled = fit_with(column(&values), None, &params, &impatient);
        assert_eq!(cancelled, Err(ClusteringError::Cancelled), "event {stop_at}");
    }
}
