//! Data and parameters at the edge, and being told to stop.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::hdbscan::{Hdbscan, HdbscanParams, fit, fit_with};
use segctl_clustering_core::model::Predict;
use segctl_numeric::distance::Metric;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::{Matrix, MatrixView};

use super::{groups, params};

fn column(values: &[f64]) -> MatrixView<'_> {
    MatrixView::new(values, values.len(), 1).unwrap()
}

fn message(x: MatrixView<'_>, params: &HdbscanParams) -> String {
    fit(x, params).unwrap_err().to_string()
}

#[test]
fn errors_give_both_numbers() {
    let three = column(&[1.0, 2.0, 3.0]);
    assert_eq!(message(three, &HdbscanParams::new(1)), "min_cluster_size=1 should be >= 2");
    assert_eq!(message(three, &params(2, 0)), "min_samples=0 should be >= 1");
    let epsilon = params(2, 1).with_selection_epsilon(f64::NAN);
    assert_eq!(message(three, &epsilon), "selection_epsilon=NaN should be finite and >= 0");
    let most = params(5, 1).with_max_cluster_size(4);
    assert_eq!(message(three, &most), "the least rows of a cluster, 5, should be <= the most, 4");
    let error = fit(three, &HdbscanParams::new(5)).unwrap_err();
    assert_eq!(error.to_string(), "n_samples=3 should be >= min_samples=5");
    assert_eq!(error.hint().as_deref(), Some("ask for min_samples of at most 3"));
    assert_eq!(message(column(&[]), &params(2, 1)), "X: n_samples=0 should be >= 1");
    assert_eq!(message(column(&[1.0, f64::NAN]), &params(2, 1)), "X: value NaN at row 1, column 0 is not finite");
    assert_eq!(message(column(&[f64::INFINITY]), &params(2, 1)), "X: value inf at row 0, column 0 is not finite");
    let large = "X: magnitude of 1e300 at row 1, column 0 should be <= 1e120";
    assert_eq!(message(column(&[0.0, 1e300]), &params(2, 1)), large);
    assert!(fit(MatrixView::new(&[], 3, 0).unwrap(), &params(2, 1)).is_err());
}

/// Nothing in a result is no number.
fn assert_sound(found: &Hdbscan) {
    let unit = |values: &[f64]| values.iter().all(|value| (0.0..=1.0).contains(value));
    assert!(unit(&found.probabilities) && unit(&found.outlier_scores));
    assert!(found.condensed.row_lambda.iter().all(|lambda| !lambda.is_nan()));
    for cluster in &found.condensed.clusters {
        assert!(cluster.stability >= 0.0 && cluster.lambda_birth >= 0.0 && cluster.lambda_death >= 0.0);
    }
}

#[test]
fn the_smallest_problems_are_noise() {
    for n in 1..4 {
        for allow in [false, true] {
            let x: Vec<f64> = (0..n).map(f64::from).collect();
            let found = fit(column(&x), &params(4, 1).with_allow_single_cluster(allow)).unwrap();
            assert_eq!((found.labels.n_clusters(), found.labels.n_noise()), (0, n as usize));
            assert_eq!((found.condensed.clusters.len(), found.condensed.clusters[0].n_rows), (1, n as usize));
            assert_sound(&found);
            let new = found.model.predict(column(&[0.5, 9.0])).unwrap();
            assert_eq!((new.labels.to_signed(), new.distance), (vec![-1; 2], vec![f64::INFINITY; 2]));
            assert_eq!((found.model.centers().n_rows(), found.model.centers().n_cols()), (0, 1));
        }
    }
}

#[test]
fn copies_of_one_row_are_one_cluster_where_that_is_allowed() {
    let x = [5.0; 300];
    let noise = fit(column(&x), &params(5, 3)).unwrap();
    assert_eq!((noise.labels.n_noise(), noise.condensed.clusters[0].lambda_death), (300, f64::INFINITY));
    let found = fit(column(&x), &params(5, 3).with_allow_single_cluster(true)).unwrap();
    assert_eq!((found.labels.sizes(), &found.probabilities), (vec![300], &vec![1.0; 300]));
    assert_eq!(found.outlier_scores, [0.0; 300]);
    assert_sound(&found);
    let again = found.model.predict(column(&[5.0, 6.0])).unwrap();
    assert_eq!((again.labels.get(0), again.probability.unwrap()[0]), (Some(0), 1.0));
}

#[test]
fn heaps_of_copies_are_clusters() {
    let x: Vec<f64> = (0..90).map(|i| if i < 80 { f64::from(i % 2) * 9.0 } else { f64::from(i) * 0.1 }).collect();
    let found = fit(column(&x), &params(10, 5)).unwrap();
    // Ten rows stand beside the second heap, in its cluster, but infinitely less dense.
    assert_eq!((found.labels.sizes(), found.probabilities[0], found.probabilities[85]), (vec![40, 50], 1.0, 0.0));
    assert_sound(&found);
    assert_eq!(found.condensed.clusters[1].stability, f64::INFINITY);
}

#[test]
fn magnitudes_that_vanish_or_nearly_overflow_are_sound() {
    for metric in [Metric::Euclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine] {
        for scale in [5e-324, 1e-310, 1e-160, 1e100, 1e119] {
            let rows: Vec<[f64; 2]> =
                (0..80).map(|i| [f64::from(i % 9) * scale, f64::from(i % 5 + 1) * scale]).collect();
            let x = Matrix::from_rows(&rows).unwrap();
            let found = fit(x.view(), &params(4, 3).with_metric(metric).with_allow_single_cluster(true)).unwrap();
            assert_sound(&found);
            let again = found.model.predict(x.view()).unwrap();
            assert_eq!((again.labels, again.probability), (found.labels, Some(found.probabilities)), "{metric:?}");
        }
    }
}

/// Stops at some event.
struct Stopper {
    stop_at: u64,
    seen: AtomicU64,
}

impl Observer for Stopper {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        assert!(event.step <= event.total.unwrap());
        let seen = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        if seen == self.stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn any_event_can_be_the_last() {
    let x = groups(700);
    for metric in [Metric::Euclidean, Metric::Cosine] {
        let params = params(10, 3).with_metric(metric);
        let all = Stopper { stop_at: u64::MAX, seen: AtomicU64::new(0) };
        fit_with(x.view(), &params, &all).unwrap();
        let n_events = all.seen.into_inner();
        assert!(n_events >= 3);
        for stop_at in 1..=n_events {
            let stopped = fit_with(x.view(), &params, &Stopper { stop_at, seen: AtomicU64::new(0) });
            assert!(matches!(stopped, Err(ClusteringError::Cancelled)), "{metric:?}, event {stop_at}");
        }
    }
}
