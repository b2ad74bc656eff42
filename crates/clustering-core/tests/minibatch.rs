//! What must hold for mini-batch k-means whatever the data.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::ops::ControlFlow;

use common::{clumps, mean_of, members};
use proptest::prelude::*;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::kmeans::{Init, KMeansParams, fit as fit_kmeans};
use segctl_clustering_core::minibatch::{MiniBatch, MiniBatchParams, MiniBatchStop, OnlineCenters, fit, fit_with};
use segctl_clustering_core::model::{CentersModel, Predict};
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView};

fn column(values: &[f64]) -> MatrixView<'_> {
    MatrixView::new(values, values.len(), 1).unwrap()
}

fn first_rows(x: &Matrix, k: usize) -> Matrix {
    x.view().select_rows(&(0..k).collect::<Vec<_>>())
}

fn assert_close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * a.abs().max(b.abs()), "{a} is not {b}");
}

fn check(x: MatrixView<'_>, found: &MiniBatch) {
    let again = found.model.predict(x).unwrap();
    assert_eq!(again.labels, found.labels);
    assert_close(again.distance.iter().map(|d| d * d).sum(), found.inertia, 1e-9);
    assert!(found.labels.sizes().iter().all(|&size| size > 0));
}

proptest! {
    #[test]
    fn whatever_the_data_the_model_gives_the_labels_again(
        (n, d, k) in (1_usize..60, 1_usize..4, 1_usize..9),
        values in prop::collection::vec(-3_i32..3, 240),
        batch_size in 1_usize..80,
        ratio in prop::sample::select(vec![0.0, 0.01, 1.0]),
        scale in prop::sample::select(vec![1.0, 1e-3, 1e100]),
    ) {
        let x = Matrix::new(values[..n * d].iter().map(|&v| f64::from(v) * scale).collect(), n, d).unwrap();
        let params = MiniBatchParams::new(k).with_batch_size(batch_size).with_reassignment_ratio(ratio);
        match fit(x.view(), &params) {
            Ok(found) => check(x.view(), &found),
            Err(error) => {
                let few = matches!(error, ClusteringError::TooFewDistinct { .. } | ClusteringError::TooFewRows { .. });
                prop_assert!(few, "{}", error);
            }
        }
    }

    /// Each centre is the weighted mean of the rows it was given, whatever batches they came in.
    #[test]
    fn centres_are_means_of_all_they_were_given(
        sizes in prop::collection::vec(0_usize..12, 1..6),
        values in prop::collection::vec(-1e3_f64..1e3, 150),
        weights in prop::collection::vec(0_u8..4, 60),
    ) {
        let mut online = OnlineCenters::new(Matrix::new(values[..6].to_vec(), 3, 2).unwrap()).unwrap();
        let (mut sums, mut counts, mut at) = (vec![[0.0; 2]; 3], [0.0; 3], 0);
        for size in sizes {
            let (rows, weights): (&[f64], Vec<f64>) =
                (&values[6 + 2 * at..][..2 * size], weights[at..at + size].iter().map(|&w| f64::from(w)).collect());
            let before = online.centers().clone();
            let mut inertia = 0.0;
            for (row, &weight) in rows.chunks(2).zip(&weights) {
                let to = |c: usize| squared_euclidean(row, before.row(c));
                let nearest = (1..3).fold(0, |best, c| if to(c) < to(best) { c } else { best });
                inertia += weight * to(nearest);
                counts[nearest] += weight;
                (0..2).for_each(|j| sums[nearest][j] += weight * row[j]);
            }
            let found = online.update(MatrixView::new(rows, size, 2).unwrap(), Some(&weights)).unwrap();
            prop_assert!((found - inertia).abs() <= 1e-9 * (1.0 + inertia));
            prop_assert_eq!(online.counts(), &counts);
            for c in (0..3).filter(|&c| counts[c] > 0.0) {
                (0..2).for_each(|j| assert!((online.centers().row(c)[j] - sums[c][j] / counts[c]).abs() < 1e-9));
            }
            at += size;
        }
    }
}

#[test]
fn inertia_is_near_that_of_all_rows() {
    for (n, d, k) in [(8000, 2, 6), (6000, 8, 5), (5000, 16, 12)] {
        let x = clumps(n, d, k);
        let full = fit_kmeans(x.view(), &KMeansParams::new(k)).unwrap().inertia;
        for seed in 0..4 {
            let found = fit(x.view(), &MiniBatchParams::new(k).with_batch_size(256).with_seed(Seed(seed))).unwrap();
            check(x.view(), &found);
            assert!(found.inertia <= 1.25 * full, "{n} x {d}, seed {seed}: {} for {full}", found.inertia);
            assert!(found.inertia >= full * (1.0 - 1e-9));
        }
    }
}

#[test]
fn threads_change_no_bit() {
    let x = clumps(7000, 6, 9);
    let run = || fit(x.view(), &MiniBatchParams::new(9)).unwrap();
    let one = with_threads(1, run);
    assert_eq!(one, with_threads(2, run));
    assert_eq!(one, with_threads(3, run));
}

#[test]
fn a_batch_of_all_rows_is_an_iteration_of_lloyds() {
    let x = clumps(900, 3, 4);
    let start = first_rows(&x, 4);
    let params = MiniBatchParams::new(4).with_init_centers(Some(start.clone())).with_batch_size(5000).with_max_iter(1);
    let found = fit(x.view(), &params).unwrap();
    assert_eq!((found.n_steps, found.n_iter, found.stop), (1, 1, MiniBatchStop::MaxIter));
    let before = CentersModel::of_labels(x.view(), &nearest(&x, &start)).unwrap().centers();
    found.centers.as_slice().iter().zip(before.as_slice()).for_each(|(a, b)| assert!((a - b).abs() < 1e-12));
    // Nothing is drawn: the seed has no say.
    assert_eq!(found, fit(x.view(), &params.clone().with_seed(Seed(9))).unwrap());
    let long = fit(x.view(), &params.with_max_iter(200).with_max_no_improvement(Some(50))).unwrap();
    let lloyd = fit_kmeans(x.view(), &KMeansParams::new(4).with_init(Init::Centers(start))).unwrap();
    assert!(long.inertia <= 1.02 * lloyd.inertia, "{} for {}", long.inertia, lloyd.inertia);
}

fn nearest(x: &Matrix, centers: &Matrix) -> segctl_numeric::Labels {
    let to = |i: usize, c: usize| squared_euclidean(x.row(i), centers.row(c));
    let best = |i: usize| (1..centers.n_rows()).fold(0, |best, c| if to(i, c) < to(i, best) { c } else { best });
    segctl_numeric::Labels::new((0..x.n_rows()).map(|i| best(i) as u32).collect(), centers.n_rows()).unwrap()
}

#[test]
fn weights_count() {
    let x = clumps(3000, 3, 4);
    let params = MiniBatchParams::new(4);
    let plain = fit(x.view(), &params).unwrap();
    assert_eq!(fit_with(x.view(), Some(&[1.0; 3000]), &params, &Silent).unwrap(), plain);
    // Rows of weight 0 are labelled, and move nothing: not even where they lie far away.
    let far: Vec<f64> = x.as_slice().iter().copied().chain([1e3; 30]).collect();
    let far = Matrix::new(far, 3010, 3).unwrap();
    let weights: Vec<f64> = (0..3010).map(|i| f64::from(u8::from(i < 3000))).collect();
    let found = fit_with(far.view(), Some(&weights), &params, &Silent).unwrap();
    assert!(found.centers.as_slice().iter().all(|v| v.abs() < 10.0));
    assert_close(found.inertia, plain.inertia, 0.05);
    // All rows in a batch: a weight of 3 is three copies.
    let weights: Vec<f64> = (0..90).map(|i| f64::from(i % 4)).collect();
    let copies: Vec<usize> = (0..90).flat_map(|i| std::iter::repeat_n(i, i % 4)).collect();
    let x = clumps(90, 4, 3);
    let params = MiniBatchParams::new(3).with_init_centers(Some(first_rows(&x, 3))).with_max_iter(5);
    let weighted = fit_with(x.view(), Some(&weights), &params, &Silent).unwrap();
    let copied = fit(x.view().select_rows(&copies).view(), &params).unwrap();
    assert_close(weighted.inertia, copied.inertia, 1e-9);
}

#[test]
fn starving_centres_are_moved() {
    let x = clumps(4000, 3, 5);
    let mut start = first_rows(&x, 5);
    start.row_mut(3).fill(1e6);
    start.row_mut(4).fill(-1e6);
    let params = MiniBatchParams::new(5).with_init_centers(Some(start));
    let moved = fit(x.view(), &params).unwrap();
    assert!(moved.n_reassigned >= 2);
    check(x.view(), &moved);
    let left = fit(x.view(), &params.with_reassignment_ratio(0.0)).unwrap();
    assert_eq!(left.n_reassigned, 0);
    assert!(left.n_repairs >= 2, "they are found at the end");
    check(x.view(), &left);
    assert!(moved.inertia < left.inertia);
}

#[test]
fn it_ends_for_the_reason_it_states() {
    let x = clumps(5000, 4, 4);
    let params = MiniBatchParams::new(4).with_batch_size(200);
    let stop = |params: &MiniBatchParams| fit(x.view(), params).unwrap().stop;
    assert_eq!(stop(&params), MiniBatchStop::NoImprovement);
    let patient = params.with_max_no_improvement(None);
    assert_eq!(stop(&patient.clone().with_tol(1e-2)), MiniBatchStop::Tolerance);
    let all = fit(x.view(), &patient.with_max_iter(3)).unwrap();
    assert_eq!((all.stop, all.n_steps, all.n_iter), (MiniBatchStop::MaxIter, 75, 3));
}

#[test]
fn hostile_data_have_an_error_or_an_answer() {
    let message = |x: MatrixView<'_>, params: &MiniBatchParams| fit(x, params).unwrap_err().to_string();
    let two = MiniBatchParams::new(2);
    assert_eq!(message(column(&[1.0]), &two), "n_samples=1 should be >= n_clusters=2");
    assert_eq!(message(column(&[5.0; 9]), &two), "1 distinct rows should be >= n_clusters=2");
    assert_eq!(message(column(&[1.0, f64::NAN]), &two), "X: value NaN at row 1, column 0 is not finite");
    assert_eq!(message(column(&[0.0, 1e300]), &two), "X: magnitude of 1e300 at row 1, column 0 should be <= 1e120");
    let ratio = two.clone().with_reassignment_ratio(1.5);
    assert_eq!(message(column(&[1.0, 2.0]), &ratio), "reassignment_ratio=1.5 should be in [0, 1]");
    let narrow = two.clone().with_init_centers(Some(Matrix::zeros(2, 3)));
    assert_eq!(message(column(&[1.0, 2.0]), &narrow), "row of initial centres has 3 entries, expected 1");
    let one = fit(column(&[7.0]), &MiniBatchParams::new(1)).unwrap();
    assert_eq!((one.centers.as_slice(), one.inertia), ([7.0].as_slice(), 0.0));
    let values: Vec<f64> = (0..4000).map(|i| f64::from(i % 4)).collect();
    let found = fit(column(&values), &MiniBatchParams::new(4)).unwrap();
    assert_eq!((found.labels.sizes(), found.inertia < 1e-20), (vec![1000; 4], true));
    for scale in [5e-324, 1e-310, 1e-160, 1e100, 1e119] {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i % 5) * scale).collect();
        let found = fit(column(&values), &MiniBatchParams::new(3)).unwrap();
        assert!(found.inertia.is_finite() && found.centers.view().ensure_finite("centres").is_ok());
        assert_eq!(found.model.predict(column(&values)).unwrap().labels, found.labels);
    }
    let rows: Vec<[f64; 3]> = (0..40).map(|i| [f64::from(i % 2) * 9.0 + f64::from(i) * 0.01, 0.1, 1e9]).collect();
    let constant = fit(Matrix::from_rows(&rows).unwrap().view(), &two).unwrap();
    assert_eq!(constant.labels.renumbered().to_signed(), (0..40).map(|i| i % 2).collect::<Vec<_>>());
}

#[test]
fn batches_are_checked() {
    let mut online = OnlineCenters::new(Matrix::zeros(2, 2)).unwrap();
    let mut message = |x: MatrixView<'_>, w: Option<&[f64]>| online.update(x, w).unwrap_err().to_string();
    assert_eq!(message(column(&[1.0]), None), "row of X has 1 entries, expected 2");
    let row = MatrixView::new(&[1.0, f64::INFINITY], 1, 2).unwrap();
    assert_eq!(message(row, None), "X: value inf at row 0, column 1 is not finite");
    let row = MatrixView::new(&[1.0, 1.0], 1, 2).unwrap();
    assert_eq!(message(row, Some(&[-1.0])), "sample_weight=-1 should be in [0, 1e30]");
    assert!(OnlineCenters::new(Matrix::zeros(0, 2)).is_err());
}

struct StopAt(u64);

impl Observer for StopAt {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        if event.step == self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn any_batch_can_be_the_last() {
    let x = clumps(3000, 2, 4);
    for step in 1..4 {
        let cancelled = fit_with(x.view(), None, &MiniBatchParams::new(4), &StopAt(step));
        assert_eq!(cancelled, Err(ClusteringError::Cancelled));
    }
}

#[test]
fn centres_follow_their_members() {
    let x = clumps(4000, 3, 4);
    let found = fit(x.view(), &MiniBatchParams::new(4)).unwrap();
    let ids: Vec<usize> = found.labels.as_slice().iter().map(|&id| id as usize).collect();
    for c in 0..4 {
        let mean = mean_of(x.view(), &members(&ids, c));
        assert!(squared_euclidean(found.centers.row(c), &mean) < 0.05);
    }
}

#[test]
fn results_can_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<MiniBatch>();
    check::<MiniBatchParams>();
    check::<OnlineCenters>();
}
