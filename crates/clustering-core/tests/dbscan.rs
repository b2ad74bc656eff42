//! What must hold for DBSCAN whatever the data.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::ops::ControlFlow;
use std::sync::Mutex;

use common::clumps;
use proptest::prelude::*;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::dbscan::{Dbscan, DbscanModel, DbscanParams, fit, fit_with};
use segctl_numeric::distance::Metric;
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::par::with_threads;
use segctl_numeric::{Matrix, MatrixView};

/// Those whose distances are the same bits by any path.
const METRICS: [Metric; 4] = [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev];

fn column(values: &[f64]) -> MatrixView<'_> {
    MatrixView::new(values, values.len(), 1).unwrap()
}

/// The algorithm as it was published: clusters grow one after the other from their first core rows.
fn oracle(x: MatrixView<'_>, weights: Option<&[f64]>, params: &DbscanParams) -> (Vec<i32>, Vec<bool>) {
    let n = x.n_rows();
    let is_near = |i: usize, j: usize| params.metric.distance(x.row(i), x.row(j)) <= params.eps;
    let neighbours: Vec<Vec<usize>> = (0..n).map(|i| (0..n).filter(|&j| is_near(i, j)).collect()).collect();
    let weight = |rows: &Vec<usize>| rows.iter().map(|&j| weights.map_or(1.0, |weights| weights[j])).sum::<f64>();
    let core: Vec<bool> = neighbours.iter().map(|rows| weight(rows) >= params.min_samples as f64).collect();
    let (mut labels, mut next) = (vec![-1; n], 0);
    for i in 0..n {
        if labels[i] != -1 || !core[i] {
            continue;
        }
        let mut waiting = vec![i];
        while let Some(row) = waiting.pop() {
            if labels[row] == -1 {
                labels[row] = next;
                if core[row] {
                    waiting.extend(&neighbours[row]);
                }
            }
        }
        next += 1;
    }
    (labels, core)
}

fn check(x: MatrixView<'_>, weights: Option<&[f64]>, params: &DbscanParams) -> Dbscan {
    let found = fit_with(x, weights, params, &Silent).unwrap();
    let (labels, core) = oracle(x, weights, params);
    assert_eq!(found.labels.to_signed(), labels, "{params:?}");
    assert_eq!(found.core, core, "{params:?}");
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn grids_full_of_ties_follow_the_oracle(
        (n, d, side) in (1_usize..900, 1_usize..5, 2_i32..30),
        values in prop::collection::vec(0_i32..1000, 3600),
        (eps, min_samples) in (0_u8..4, 1_usize..20),
        weights in prop::collection::vec(0_u8..4, 900),
        weighted in any::<bool>(),
    ) {
        let x = Matrix::new(values[..n * d].iter().map(|value| f64::from(value % side)).collect(), n, d).unwrap();
        let weights: Vec<f64> = weights[..n].iter().map(|&weight| f64::from(weight)).collect();
        for metric in METRICS {
            let params = DbscanParams::new(f64::from(eps), min_samples).with_metric(metric);
            check(x.view(), weighted.then_some(&weights), &params);
        }
    }

    #[test]
    fn rows_anywhere_follow_the_oracle(
        (n, d) in (1_usize..700, 1_usize..20),
        values in prop::collection::vec(-1.0_f64..1.0, 14_000),
        (share, min_samples) in (0.05_f64..0.9, 1_usize..12),
        metric in prop::sample::select(METRICS.to_vec()),
    ) {
        let x = Matrix::new(values[..n * d].to_vec(), n, d).unwrap();
        // A distance that occurs: some pair of rows is exactly at eps.
        let eps = share * metric.distance(x.row(0), x.row(n / 2));
        let nearest = (1..n).map(|i| metric.distance(x.row(0), x.row(i))).filter(|&distance| distance >= eps);
        let eps = nearest.fold(f64::INFINITY, f64::min);
        let eps = if eps.is_finite() { eps } else { 1.0 };
        check(x.view(), None, &DbscanParams::new(eps, min_samples).with_metric(metric));
    }

    #[test]
    fn directions_follow_the_oracle(
        (n, d) in (1_usize..300, 2_usize..8),
        values in prop::collection::vec(-1.0_f64..1.0, 2400),
        (eps, min_samples) in (0.001_f64..0.5, 1_usize..9),
        scale in prop::sample::select(vec![1e-200, 1.0, 1e100]),
    ) {
        let x = Matrix::new(values[..n * d].to_vec(), n, d).unwrap();
        let params = DbscanParams::new(eps, min_samples).with_metric(Metric::Cosine);
        let found = check(x.view(), None, &params);
        // Rows of any length.
        let lengths = (0..n * d).map(|at| scale * (1.0 + (at / d % 7) as f64));
        let longer = Matrix::new(x.as_slice().iter().zip(lengths).map(|(x, s)| x * s).collect(), n, d).unwrap();
        prop_assert_eq!(fit(longer.view(), &params).unwrap().labels, found.labels);
    }
}

#[test]
fn clumps_of_many_leaves_follow_the_oracle() {
    for (n, d, groups, eps, min_samples) in [
        (3000, 2, 7, 0.08, 5),
        (3000, 3, 5, 0.3, 9),
        (2500, 8, 4, 1.1, 10),
        (2000, 5, 40, 0.5, 4),
        (1500, 30, 3, 3.0, 3),
    ] {
        let x = clumps(n, d, groups);
        let weights: Vec<f64> = (0..n).map(|i| 0.25 * (i % 9) as f64).collect();
        check(x.view(), None, &DbscanParams::new(eps, min_samples));
        check(x.view(), Some(&weights), &DbscanParams::new(eps, min_samples));
        // Nodes that are within eps as a whole, and counts far beyond those of a block.
        check(x.view(), None, &DbscanParams::new(6.0 * eps, n / 3));
    }
}

#[test]
fn threads_change_no_bit() {
    let x = clumps(20_000, 3, 9);
    let weights: Vec<f64> = (0..20_000).map(|i| 0.1 * (i % 20) as f64).collect();
    let params = DbscanParams::new(0.15, 8);
    let run = || {
        let found = fit_with(x.view(), Some(&weights), &params, &Silent).unwrap();
        (serde_json::to_string(&found.model).unwrap(), found)
    };
    let one = with_threads(1, run);
    assert_eq!(one, with_threads(2, run));
    assert_eq!(one, with_threads(3, run));
}

#[test]
fn the_order_and_the_scale_of_rows_change_only_numbers() {
    let x = clumps(1500, 3, 6);
    let params = DbscanParams::new(0.25, 6);
    let found = fit(x.view(), &params).unwrap();
    let order: Vec<usize> = (0..1500).map(|i| i * 7 % 1500).collect();
    let moved = fit(x.view().select_rows(&order).view(), &params).unwrap();
    for (place, &row) in order.iter().enumerate() {
        assert_eq!(moved.core[place], found.core[row]);
        assert_eq!(moved.labels.get(place).is_some(), found.labels.get(row).is_some());
    }
    let core = |found: &Dbscan, rows: Vec<usize>| found.labels.select(&rows).renumbered();
    let rows: Vec<usize> = found.core_rows();
    let places: Vec<usize> = rows.iter().map(|row| order.iter().position(|other| other == row).unwrap()).collect();
    assert_eq!(core(&found, rows), core(&moved, places));
    // Powers of two are exact.
    let scaled = Matrix::new(x.as_slice().iter().map(|value| 1024.0 * value).collect(), 1500, 3).unwrap();
    assert_eq!(fit(scaled.view(), &DbscanParams::new(0.25 * 1024.0, 6)).unwrap().labels, found.labels);
}

#[test]
fn a_weight_of_three_is_three_copies() {
    let x = clumps(400, 2, 4);
    let params = DbscanParams::new(0.2, 9);
    let weights: Vec<f64> = (0..400).map(|i| f64::from(1 + i % 3)).collect();
    let copies: Vec<usize> = (0..400).flat_map(|i| std::iter::repeat_n(i, 1 + i % 3)).collect();
    let weighted = fit_with(x.view(), Some(&weights), &params, &Silent).unwrap();
    let copied = fit(x.view().select_rows(&copies).view(), &params).unwrap();
    assert!(weighted.labels.n_clusters() > 1 && weighted.labels.n_noise() > 0);
    assert_eq!(weighted.labels.select(&copies), copied.labels);
    let none = fit_with(x.view(), Some(&[0.0; 400]), &params, &Silent).unwrap();
    assert_eq!((none.labels.n_noise(), none.model.core_rows().n_rows()), (400, 0));
}

#[test]
fn weights_add_up_without_rounding() {
    // Ten times 0.1 is at least 1, whatever the order; one by one it adds up to less.
    let found = fit_with(column(&[0.0; 10]), Some(&[0.1; 10]), &DbscanParams::new(0.5, 1), &Silent).unwrap();
    assert_eq!(found.labels.n_noise(), 0);
    let weights: Vec<f64> = (0..100).map(|i| if i == 50 { 1e16 } else { 0.5 }).collect();
    let found = fit_with(column(&[0.0; 100]), Some(&weights), &DbscanParams::new(0.5, 10_000_000_000_000_050), &Silent);
    assert_eq!(found.unwrap().labels.n_noise(), 100, "1e16 + 49.5 are fewer");
}

#[test]
fn an_eps_of_zero_finds_copies() {
    let x = column(&[1.0, 2.0, 1.0, 3.0, 2.0, 1.0, -0.0, 0.0]);
    let found = fit(x, &DbscanParams::new(0.0, 2)).unwrap();
    assert_eq!(found.labels.to_signed(), [0, 1, 0, -1, 1, 0, 2, 2]);
    let cosine = DbscanParams::new(0.0, 2).with_metric(Metric::Cosine);
    let x = Matrix::from_rows(&[[1.0, 3.0], [0.0, 0.0], [0.1, 0.3], [3.0, 1.0], [0.0, 0.0], [7.0, 21.0]]).unwrap();
    assert_eq!(fit(x.view(), &cosine).unwrap().labels.to_signed(), [0, 1, 0, -1, 1, 0]);
}

#[test]
fn hostile_data_have_an_error_or_an_answer() {
    let params = DbscanParams::new(0.5, 2);
    let message = |x: MatrixView<'_>, params: &DbscanParams| fit(x, params).unwrap_err().to_string();
    let two = column(&[1.0, 2.0]);
    assert_eq!(message(column(&[]), &params), "X: n_samples=0 should be >= 1");
    assert_eq!(message(MatrixView::new(&[], 3, 0).unwrap(), &params), "X: n_features=0 should be >= 1");
    assert_eq!(message(column(&[1.0, f64::NAN]), &params), "X: value NaN at row 1, column 0 is not finite");
    assert_eq!(message(column(&[f64::INFINITY]), &params), "X: value inf at row 0, column 0 is not finite");
    assert_eq!(message(column(&[0.0, 1e300]), &params), "X: magnitude of 1e300 at row 1, column 0 should be <= 1e120");
    assert_eq!(message(two, &DbscanParams::new(f64::NAN, 2)), "eps=NaN should be finite and >= 0");
    assert_eq!(message(two, &DbscanParams::new(f64::INFINITY, 2)), "eps=inf should be finite and >= 0");
    assert_eq!(message(two, &DbscanParams::new(-1.0, 2)), "eps=-1 should be finite and >= 0");
    assert_eq!(message(two, &DbscanParams::new(1.0, 0)), "min_samples=0 should be >= 1");
    let weighted = |weights: &[f64]| fit_with(two, Some(weights), &params, &Silent).unwrap_err().to_string();
    assert_eq!(weighted(&[1.0]), "sample_weight has 1 entries, expected 2");
    assert_eq!(weighted(&[1.0, -1.0]), "sample_weight=-1 should be in [0, 1e30]");
    assert_eq!(weighted(&[f64::NAN, 1.0]), "sample_weight=NaN should be in [0, 1e30]");
    let labels = |x, params: &DbscanParams| fit(x, params).unwrap().labels.to_signed();
    assert_eq!(labels(column(&[7.0]), &params), [-1]);
    assert_eq!(labels(column(&[7.0]), &DbscanParams::new(0.5, 1)), [0]);
    assert_eq!(labels(two, &DbscanParams::new(9.0, usize::MAX)), [-1, -1], "more than there are rows");
    assert_eq!(labels(column(&[5.0; 999]), &DbscanParams::new(0.0, 999)), [0; 999]);
    for metric in METRICS.into_iter().chain([Metric::Cosine]) {
        let largest = DbscanParams::new(f64::MAX, 2).with_metric(metric);
        assert_eq!(labels(column(&[1e120, -1e120, 0.0]), &largest), [0, 0, 0], "{metric:?}");
    }
}

#[test]
fn magnitudes_at_the_edge_follow_the_oracle() {
    for scale in [5e-324, 1e-310, 1e-160, 1e-150, 1e100, 1e118] {
        let values: Vec<f64> = (0..60).map(|i| f64::from(i * i % 40) * scale).collect();
        for metric in METRICS {
            for eps in [0.0, scale, scale * scale, 3.0 * scale] {
                check(column(&values), None, &DbscanParams::new(eps, 3).with_metric(metric));
            }
        }
    }
    let constant: Vec<[f64; 3]> = (0..300).map(|i| [f64::from(i % 50), 0.1, 1e9]).collect();
    check(Matrix::from_rows(&constant).unwrap().view(), None, &DbscanParams::new(1.0, 18));
}

#[derive(Default)]
struct Recorder {
    events: Mutex<Vec<(String, u64, Option<u64>)>>,
    stop_at: Option<usize>,
}

impl Observer for Recorder {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        let mut events = self.events.lock().unwrap();
        events.push((event.stage.to_owned(), event.step, event.total));
        if Some(events.len()) == self.stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn every_stage_is_told_of_and_can_be_the_last() {
    let x = clumps(40_000, 2, 5);
    let params = DbscanParams::new(0.05, 8);
    let recorder = Recorder::default();
    fit_with(x.view(), None, &params, &recorder).unwrap();
    let events = recorder.events.into_inner().unwrap();
    for stage in ["dbscan core rows", "dbscan links", "dbscan border"] {
        let steps: Vec<_> = events.iter().filter(|event| event.0 == stage).collect();
        assert!(steps.len() > 1 && steps.is_sorted_by(|a, b| a.1 < b.1), "{stage}");
        assert_eq!(steps.last().map(|event| Some(event.1)), steps.last().map(|event| event.2), "{stage}");
    }
    for stop_at in [1, events.len() / 2, events.len()] {
        let impatient = Recorder { stop_at: Some(stop_at), ..Recorder::default() };
        let cancelled = fit_with(x.view(), None, &params, &impatient);
        assert_eq!(cancelled, Err(ClusteringError::Cancelled), "event {stop_at}");
    }
}

#[test]
fn results_can_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Dbscan>();
    check::<DbscanModel>();
    check::<DbscanParams>();
}
