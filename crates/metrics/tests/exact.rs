//! Exact silhouettes: against a slow oracle, under transformations, and at the edges.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use proptest::prelude::*;
use segctl_metrics::{MetricsError, Silhouette, silhouette, silhouette_many};
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView, par};

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// s(i) by definition, one row and one cluster at a time.
fn oracle(x: MatrixView<'_>, labels: &Labels, i: usize) -> Option<f64> {
    let own = labels.get(i)?;
    let mean_to = |cluster: usize| {
        let others: Vec<usize> = (0..x.n_rows()).filter(|&j| j != i && labels.get(j) == Some(cluster)).collect();
        let sum: f64 = others.iter().map(|&j| distance(x.row(i), x.row(j))).sum();
        (!others.is_empty()).then(|| sum / others.len() as f64)
    };
    let Some(a) = mean_to(own) else { return Some(0.0) };
    let others = (0..labels.n_clusters()).filter(|&cluster| cluster != own);
    let b = others.filter_map(mean_to).fold(f64::INFINITY, f64::min);
    Some(if a.max(b) > 0.0 { (b - a) / a.max(b) } else { 0.0 })
}

/// Rows with many ties, and labels from -1 to 4 that a silhouette is defined for.
fn labelled() -> impl Strategy<Value = (Matrix, Labels)> {
    (3..40_usize, 1..6_usize)
        .prop_flat_map(|(n, d)| {
            let value = (-20..21_i32).prop_map(|tenths| f64::from(tenths) / 10.0);
            (proptest::collection::vec(value, n * d), proptest::collection::vec(-1..5_i64, n), Just((n, d)))
        })
        .prop_map(|(data, labels, (n, d))| (Matrix::new(data, n, d).unwrap(), Labels::from_signed(&labels).unwrap()))
        .prop_filter("2 <= k < n", |(x, labels)| silhouette(x.view(), labels).is_ok())
}

#[track_caller]
fn assert_close(a: &Silhouette, b: &Silhouette, tolerance: f64) {
    for (row, (a, b)) in a.samples.iter().zip(&b.samples).enumerate() {
        assert_eq!(a.is_some(), b.is_some(), "row {row}");
        let (a, b) = (a.unwrap_or(0.0), b.unwrap_or(0.0));
        assert!((a - b).abs() <= tolerance, "row {row}: {a} and {b}");
    }
}

proptest! {
    #[test]
    fn every_value_is_that_of_the_definition((x, labels) in labelled()) {
        let found = silhouette(x.view(), &labels).unwrap();
        for (i, &value) in found.samples.iter().enumerate() {
            let expected = oracle(x.view(), &labels, i);
            prop_assert_eq!(value.is_some(), expected.is_some());
            let (value, expected) = (value.unwrap_or(0.0), expected.unwrap_or(0.0));
            prop_assert!((value - expected).abs() < 1e-12, "row {}: {} for {}", i, value, expected);
            prop_assert!((-1.0..=1.0).contains(&value));
        }
    }

    #[test]
    fn means_are_those_of_the_samples((x, labels) in labelled()) {
        let found = silhouette(x.view(), &labels).unwrap();
        let used: Vec<f64> = found.samples.iter().flatten().copied().collect();
        prop_assert_eq!((found.n_used, found.n_reference), (used.len(), used.len()));
        prop_assert!((found.share_noise - labels.n_noise() as f64 / labels.len() as f64).abs() < 1e-15);
        prop_assert!((found.mean - used.iter().sum::<f64>() / used.len() as f64).abs() < 1e-14);
        let sizes = labels.sizes();
        let weighted = found.per_cluster_mean.iter().zip(&sizes).map(|(mean, &size)| mean.unwrap_or(0.0) * size as f64);
        prop_assert!((weighted.sum::<f64>() / used.len() as f64 - found.mean).abs() < 1e-14);
        prop_assert!(found.per_cluster_mean.iter().zip(&sizes).all(|(mean, &size)| mean.is_some() == (size > 0)));
    }

    #[test]
    fn names_of_clusters_are_irrelevant((x, labels) in labelled()) {
        let reversed: Vec<u32> = (0..labels.n_clusters() as u32).rev().collect();
        let renamed = silhouette(x.view(), &labels.permuted(&reversed)).unwrap();
        let found = silhouette(x.view(), &labels).unwrap();
        prop_assert_eq!(&found.samples, &renamed.samples);
        prop_assert!(found.per_cluster_mean.iter().eq(renamed.per_cluster_mean.iter().rev()));
    }

    #[test]
    fn the_order_of_the_rows_is_irrelevant((x, labels) in labelled()) {
        let order: Vec<usize> = (0..x.n_rows()).rev().collect();
        let turned_labels = Labels::new(labels.as_slice().iter().rev().copied().collect(), labels.n_clusters()).unwrap();
        let mut turned = silhouette(x.view().select_rows(&order).view(), &turned_labels).unwrap();
        turned.samples.reverse();
        assert_close(&silhouette(x.view(), &labels).unwrap(), &turned, 1e-13);
    }

    #[test]
    fn scale_is_irrelevant((x, labels) in labelled()) {
        let scaled = |factor: f64| {
            let data = x.as_slice().iter().map(|v| v * factor).collect();
            silhouette(Matrix::new(data, x.n_rows(), x.n_cols()).unwrap().view(), &labels).unwrap()
        };
        assert_eq!(scaled(1.0), scaled(1024.0), "a power of two changes no digit");
        assert_close(&scaled(1.0), &scaled(3.7), 1e-12);
    }

    #[test]
    fn noise_rows_might_as_well_be_absent((x, labels) in labelled()) {
        let used: Vec<usize> = (0..x.n_rows()).filter(|&row| labels.get(row).is_some()).collect();
        let ids = used.iter().map(|&row| labels.as_slice()[row]).collect();
        let without = Labels::new(ids, labels.n_clusters()).unwrap();
        let found = silhouette(x.view(), &labels).unwrap();
        let alone = silhouette(x.view().select_rows(&used).view(), &without).unwrap();
        let kept: Vec<_> = used.iter().map(|&row| found.samples[row]).collect();
        prop_assert_eq!(kept, alone.samples);
    }
}

/// Clumpy rows and one labeling for each k, with noise under the odd ones.
fn sweep(n: usize) -> (Matrix, Vec<Labels>) {
    let value = |at: usize| ((at * 2_654_435_761) % 1_000_003) as f64 / 1e5 + (at / 6 % 4 * 5) as f64;
    let x = Matrix::new((0..n * 6).map(value).collect(), n, 6).unwrap();
    let label =
        |i: usize, k: usize| if k % 2 == 1 && i.is_multiple_of(10) { Labels::NOISE } else { (i * i % 97 % k) as u32 };
    let labels = (2..8).map(|k| Labels::new((0..n).map(|i| label(i, k)).collect(), k).unwrap()).collect();
    (x, labels)
}

#[test]
fn bits_do_not_depend_on_threads_or_company() {
    let (x, labels) = sweep(1500);
    let run = || silhouette_many(x.view(), &labels.iter().collect::<Vec<_>>(), &Silent).unwrap();
    let one = par::with_threads(1, run);
    assert_eq!(one, par::with_threads(2, run));
    assert_eq!(one, par::with_threads(3, run));
    for (labels, together) in labels.iter().zip(&one) {
        let alone = || silhouette(x.view(), labels).unwrap();
        assert_eq!(&par::with_threads(1, alone), together);
        assert_eq!(&par::with_threads(2, alone), together);
        assert_eq!(&par::with_threads(3, alone), together);
    }
}

#[test]
fn a_close_pair_far_from_the_origin_keeps_its_digits() {
    // |x|^2 - 2xy + |y|^2 would leave nothing of distances of 1e-5 at 1e6.
    let x = Matrix::from_rows(&[[1e6], [1e6 + 1e-5], [1e6 + 4e-5], [1e6 + 5e-5]]).unwrap();
    let labels = Labels::from_signed(&[0, 0, 1, 1]).unwrap();
    let found = silhouette(x.view(), &labels).unwrap();
    let expected = 1.0 - 1.0 / 4.5;
    assert!((found.samples[0].unwrap() - expected).abs() < 1e-4, "{found:?}");
}

#[test]
fn coincident_rows_have_silhouette_zero() {
    let x = Matrix::new(vec![0.1; 12], 4, 3).unwrap();
    let found = silhouette(x.view(), &Labels::from_signed(&[0, 1, 0, 1]).unwrap()).unwrap();
    assert_eq!(found.samples, [Some(0.0); 4]);
}

#[test]
fn an_empty_cluster_is_no_neighbour() {
    let x = Matrix::from_rows(&[[0.0], [1.0], [10.0], [12.0]]).unwrap();
    let found = silhouette(x.view(), &Labels::new(vec![0, 0, 3, 3], 5).unwrap()).unwrap();
    assert_eq!(found.samples[0], Some(10.0 / 11.0));
    assert_eq!(
        found.per_cluster_mean.iter().map(Option::is_some).collect::<Vec<_>>(),
        [true, false, false, true, false]
    );
}

#[test]
fn the_largest_accepted_values_stay_finite() {
    let x = Matrix::from_rows(&[[1e150, -1e150], [-1e150, 1e150], [1e150, 0.0], [0.0, 0.0]]).unwrap();
    let found = silhouette(x.view(), &Labels::from_signed(&[0, 0, 1, 1]).unwrap()).unwrap();
    assert!(found.samples.iter().flatten().all(|s| (-1.0..=1.0).contains(s)), "{found:?}");
}

#[track_caller]
fn assert_error(x: &[f64], labels: &[i64], message: &str) {
    let x = MatrixView::new(x, x.len(), 1).unwrap();
    let error = silhouette(x, &Labels::from_signed(labels).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn what_has_no_silhouette_is_refused_with_the_numbers() {
    let count = |k, n| format!("labeling 0: n_clusters={k} should be >= 2 and < n_samples={n}, noise left out");
    assert_error(&[1.0, 2.0, 3.0], &[0, 0, 0], &count(1, 3));
    assert_error(&[1.0, 2.0, 3.0], &[0, 1, 2], &count(3, 3));
    assert_error(&[1.0, 2.0, 3.0], &[0, 1, -1], &count(2, 2));
    assert_error(&[1.0, 2.0], &[-1, -1], &count(0, 0));
    assert_error(&[], &[], &count(0, 0));
    assert_error(&[1.0, 2.0, 3.0], &[0, 1], "labels has 2 entries, expected 3");
    assert_error(&[1.0, f64::NAN, 3.0], &[0, 0, 1], "X: value NaN at row 1, column 0 is not finite");
    let too_large = "X: magnitude of value -1e200 at row 2, column 0 should be <= 1e150";
    assert_error(&[1.0, 2.0, -1e200], &[0, 0, 1], too_large);
}

#[test]
fn no_columns_and_no_labelings() {
    let labels = Labels::from_signed(&[0, 0, 1]).unwrap();
    let error = silhouette(Matrix::zeros(3, 0).view(), &labels).unwrap_err();
    assert_eq!(error, MetricsError::Input(InputError::NoColumns { what: "X" }));
    assert_eq!(silhouette_many(Matrix::zeros(3, 1).view(), &[], &Silent), Ok(vec![]));
}

#[test]
fn the_second_labeling_is_named_when_it_is_at_fault() {
    let (good, bad) = (Labels::from_signed(&[0, 0, 1]).unwrap(), Labels::from_signed(&[0, 0, 0]).unwrap());
    let error = silhouette_many(Matrix::zeros(3, 1).view(), &[&good, &bad], &Silent).unwrap_err();
    assert_eq!(error, MetricsError::ClusterCount { labeling: 1, n_clusters: 1, n_samples: 3 });
    assert!(error.hint().is_some());
}

#[test]
fn columns_far_from_the_origin_give_what_centred_ones_give() {
    let (x, labels) = sweep(1500);
    let moved = Matrix::new(x.as_slice().iter().map(|v| v + 4096.0).collect(), 1500, 6).unwrap();
    assert_close(&silhouette(x.view(), &labels[2]).unwrap(), &silhouette(moved.view(), &labels[2]).unwrap(), 1e-9);
}

/// Counts the rows reported, and breaks after the first event if told to.
struct Watcher {
    rows: AtomicU64,
    stop: bool,
}

impl Observer for Watcher {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        assert_eq!((event.stage, event.total), ("silhouette", Some(6500)));
        assert!(self.rows.swap(event.step, Ordering::Relaxed) < event.step, "progress only grows");
        if self.stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn progress_is_told_and_cancelling_is_obeyed() {
    let (x, labels) = sweep(6500);
    let run = |stop| {
        let watcher = Watcher { rows: AtomicU64::new(0), stop };
        let found = silhouette_many(x.view(), &[&labels[0]], &watcher);
        (found.map(|found| found.len()), watcher.rows.into_inner())
    };
    assert_eq!(run(false), (Ok(1), 6500));
    let (stopped, rows) = run(true);
    assert_eq!(stopped, Err(MetricsError::Cancelled));
    assert!(rows < 6500, "{rows}");
}

#[test]
fn results_cross_threads_and_files() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(Silhouette, MetricsError)>();
    let (x, labels) = sweep(50);
    let found = silhouette(x.view(), &labels[1]).unwrap();
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Silhouette>(&text).unwrap(), found);
}
