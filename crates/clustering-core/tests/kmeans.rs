//! What must hold for k-means whatever the data.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{clumps, mean_of, members, oracle};
use proptest::prelude::*;
use segctl_clustering_core::kmeans::{
    Algorithm, Init, KMeans, KMeansData, KMeansParams, Stop, fit, fit_data, fit_with,
};
use segctl_clustering_core::model::{CentersModel, Predict};
use segctl_numeric::observe::Silent;
use segctl_numeric::par::with_threads;
use segctl_numeric::{Labels, Matrix, MatrixView};

fn from(centers: Matrix) -> KMeansParams {
    KMeansParams::new(centers.n_rows()).with_init(Init::Centers(centers)).with_tol(0.0).with_max_iter(10_000)
}

fn first_rows(x: &Matrix, k: usize) -> Matrix {
    x.view().select_rows(&(0..k).collect::<Vec<_>>())
}

fn ids(labels: &Labels) -> Vec<usize> {
    labels.as_slice().iter().map(|&id| id as usize).collect()
}

fn assert_close(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * a.abs().max(b.abs()), "{a} is not {b}");
}

proptest! {
    #[test]
    fn both_algorithms_follow_the_oracle(
        (n, d, k) in (1_usize..60, 1_usize..10, 1_usize..9),
        values in prop::collection::vec(prop_oneof![-9_i32..9, -1000..1000], 600),
        offset in prop::sample::select(vec![0.0, 1e6]),
    ) {
        let values = values.into_iter().cycle().enumerate().map(|(i, v)| f64::from(v) + (i / 600) as f64 * 0.1 + offset);
        let x = Matrix::new(values.take(n * d).collect(), n, d).unwrap();
        let params = from(first_rows(&x, k.min(n)));
        let Ok(lloyd) = fit(x.view(), &params.clone().with_algorithm(Algorithm::Lloyd)) else {
            return Ok(()); // too few distinct rows
        };
        prop_assert_eq!(&lloyd, &fit(x.view(), &params.with_algorithm(Algorithm::Hamerly)).unwrap());
        let expected = oracle(x.view(), first_rows(&x, k.min(n)).view());
        prop_assert_eq!(lloyd.stop, Stop::Converged);
        prop_assert_eq!(ids(&lloyd.labels), expected.labels);
        prop_assert!((lloyd.inertia - expected.inertia).abs() <= 1e-9 * expected.inertia.max(1e-9));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn bounds_change_no_bit_of_hostile_rows(
        (n, d, k) in (500_usize..1500, 1_usize..6, 2_usize..6),
        values in prop::collection::vec(prop_oneof![8 => -9_i32..9, 4 => -1000..1000, 1 => -9_000_000..9_000_000], 997),
        (offset, scale) in (prop::sample::select(vec![0.0, 1e6]), prop::sample::select(vec![1.0, 1e-90, 1e90])),
    ) {
        // Ties, duplicates, and a few rows far outside.
        let values = values.into_iter().cycle().map(|v| (f64::from(v) + offset) * scale);
        let x = Matrix::new(values.take(n * d).collect(), n, d).unwrap();
        let params = from(first_rows(&x, k));
        let Ok(lloyd) = fit(x.view(), &params.clone().with_algorithm(Algorithm::Lloyd)) else {
            return Ok(()); // too few distinct rows
        };
        prop_assert_eq!(lloyd, fit(x.view(), &params.with_algorithm(Algorithm::Hamerly)).unwrap());
    }
}

#[test]
fn rows_that_are_centred_are_not_copied_and_change_no_label() {
    let x = clumps(3000, 7, 4);
    let mean = mean_of(x.view(), &(0..3000).collect::<Vec<_>>());
    let values: Vec<f64> = x.view().rows().flat_map(|row| row.iter().zip(&mean).map(|(v, m)| v - m)).collect();
    let centred = Matrix::new(values, 3000, 7).unwrap();
    let data = KMeansData::new(centred.view()).unwrap();
    assert_eq!(data.mean(), [0.0; 7]);
    assert!(std::ptr::eq(data.centred().as_slice(), centred.as_slice()));
    assert!(KMeansData::new(x.view()).unwrap().mean().iter().zip(&mean).all(|(a, b)| (a - b).abs() < 1e-12));
    let (a, b) = (fit(x.view(), &KMeansParams::new(4)).unwrap(), fit(centred.view(), &KMeansParams::new(4)).unwrap());
    assert_eq!(a.labels, b.labels);
    assert_close(a.inertia, b.inertia, 1e-12);
}

#[test]
fn bounds_change_no_bit() {
    for (n, d, k) in [(5000, 2, 12), (3000, 9, 7), (2500, 23, 20), (20_000, 3, 30)] {
        let x = clumps(n, d, 5);
        for tol in [0.0, 1e-3] {
            let params = KMeansParams::new(k).with_restarts(3).with_tol(tol);
            let lloyd = fit(x.view(), &params.clone().with_algorithm(Algorithm::Lloyd)).unwrap();
            let hamerly = fit(x.view(), &params.with_algorithm(Algorithm::Hamerly)).unwrap();
            assert_eq!(lloyd, hamerly, "{n} x {d}, k = {k}");
        }
    }
}

#[test]
fn sums_that_follow_the_moves_lead_where_the_oracle_goes() {
    let x = clumps(4000, 6, 7);
    let params = from(first_rows(&x, 9));
    let expected = oracle(x.view(), first_rows(&x, 9).view());
    for algorithm in [Algorithm::Lloyd, Algorithm::Hamerly] {
        let found = fit(x.view(), &params.clone().with_algorithm(algorithm)).unwrap();
        assert_eq!(found.stop, Stop::Converged);
        assert!(found.n_iter > 5, "too easy: {} iterations", found.n_iter);
        assert_eq!(ids(&found.labels), expected.labels);
        assert_close(found.inertia, expected.inertia, 1e-12);
        assert_eq!(found.model.predict(x.view()).unwrap().labels, found.labels);
    }
}

#[test]
fn threads_change_no_bit() {
    let x = clumps(5000, 6, 4);
    for params in [KMeansParams::new(4), KMeansParams::new(5).with_restart_sample(Some(2000))] {
        let run = || fit(x.view(), &params).unwrap();
        let one = with_threads(1, run);
        assert_eq!(one, with_threads(2, run));
        assert_eq!(one, with_threads(3, run));
    }
}

#[test]
fn a_weight_of_three_is_three_copies() {
    let x = clumps(90, 4, 3);
    let weights: Vec<f64> = (0..90).map(|i| f64::from(i % 4)).collect();
    let copies: Vec<usize> = (0..90).flat_map(|i| std::iter::repeat_n(i, i % 4)).collect();
    let params = from(first_rows(&x, 3));
    let weighted = fit_with(x.view(), Some(&weights), &params, &Silent).unwrap();
    let copied = fit(x.view().select_rows(&copies).view(), &params).unwrap();
    assert_close(weighted.inertia, copied.inertia, 1e-12);
    for (copy, &row) in copies.iter().enumerate() {
        assert_eq!(weighted.labels.get(row), copied.labels.get(copy));
    }
}

#[test]
fn equal_weights_are_no_weights() {
    let x = clumps(400, 5, 4);
    let params = KMeansParams::new(4);
    let weighted = fit_with(x.view(), Some(&[1.0; 400]), &params, &Silent).unwrap();
    assert_eq!(weighted, fit(x.view(), &params).unwrap());
}

#[test]
fn the_optimum_stays_put() {
    let x = clumps(500, 3, 4);
    let best = fit(x.view(), &KMeansParams::new(4).with_tol(0.0)).unwrap();
    let again = fit(x.view(), &from(best.centers.clone())).unwrap();
    assert_eq!(again.labels, best.labels);
    assert_eq!(again.n_iter, 2, "one iteration to label, one to see that labels repeat");
    assert_close(again.inertia, best.inertia, 1e-12);
}

#[test]
fn the_order_of_rows_does_not_matter() {
    let x = clumps(2500, 3, 4);
    let order: Vec<usize> = (0..2500).map(|i| i * 7 % 2500).collect();
    let straight = fit(x.view(), &from(first_rows(&x, 4))).unwrap();
    let shuffled = fit(x.view().select_rows(&order).view(), &from(first_rows(&x, 4))).unwrap();
    assert_close(straight.inertia, shuffled.inertia, 1e-12);
    assert!(order.iter().enumerate().all(|(at, &row)| shuffled.labels.get(at) == straight.labels.get(row)));
}

#[test]
fn an_offset_does_not_matter() {
    let x = clumps(300, 3, 4);
    let moved = Matrix::new(x.as_slice().iter().map(|v| v + 1e7).collect(), 300, 3).unwrap();
    let (a, b) =
        (fit(x.view(), &from(first_rows(&x, 4))).unwrap(), fit(moved.view(), &from(first_rows(&moved, 4))).unwrap());
    assert_eq!(a.labels, b.labels);
    assert_close(a.inertia, b.inertia, 1e-7);
}

#[test]
fn centres_are_means_and_labels_are_reproduced() {
    let x = clumps(3000, 11, 4);
    let found = fit(x.view(), &KMeansParams::new(6).with_tol(0.0)).unwrap();
    assert_eq!(found.stop, Stop::Converged);
    check_means(&x, &found);
    let again = found.model.predict(x.view()).unwrap();
    assert_eq!(again.labels, found.labels);
    for row in [0, 7, 1023, 1024, 2999] {
        let alone = found.model.predict(x.view().rows_range(row..row + 1)).unwrap();
        assert_eq!((alone.labels.get(0), alone.distance[0]), (found.labels.get(row), again.distance[row]));
        assert_eq!((alone.second[0], alone.second_distance[0]), (again.second[row], again.second_distance[row]));
        assert!(
            alone.second_distance[0] >= alone.distance[0] && alone.second[0] as usize != found.labels.get(row).unwrap()
        );
    }
    assert_close(again.distance.iter().map(|d| d * d).sum(), found.inertia, 1e-12);
}

fn check_means(x: &Matrix, found: &KMeans) {
    for c in 0..found.centers.n_rows() {
        let mean = mean_of(x.view(), &members(&ids(&found.labels), c));
        assert!(found.centers.row(c).iter().zip(mean).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}

#[test]
fn centres_are_means_however_it_ends() {
    let x = clumps(3000, 5, 4);
    for (params, stop) in [
        (KMeansParams::new(9).with_tol(1e-2), Stop::Tolerance),
        (KMeansParams::new(9).with_max_iter(2).with_tol(0.0), Stop::MaxIter),
    ] {
        let found = fit(x.view(), &params.with_restarts(1)).unwrap();
        assert_eq!(found.stop, stop);
        check_means(&x, &found);
    }
}

#[test]
fn starts_on_a_sample_are_refined_on_all_rows() {
    let x = clumps(6000, 4, 5);
    let full = fit(x.view(), &KMeansParams::new(5)).unwrap();
    let params = KMeansParams::new(5).with_restart_sample(Some(1000));
    let quick = fit(x.view(), &params).unwrap();
    let sampled = quick.sampled.unwrap();
    assert_eq!((sampled.n_starts, sampled.n_rows, quick.n_starts), (10, 1000, 1));
    assert_eq!((full.sampled, full.n_starts), (None, 10));
    assert_close(quick.inertia, full.inertia, 1e-6);
    assert_eq!(quick.labels.len(), 6000);
    let small = fit(x.view().rows_range(0..1000), &params).unwrap();
    assert_eq!(small.sampled, None, "no more rows than the sample");
}

#[test]
fn one_preparation_serves_every_k() {
    let x = clumps(800, 4, 3);
    let data = KMeansData::new(x.view()).unwrap();
    for k in [1, 2, 5] {
        let params = KMeansParams::new(k);
        assert_eq!(fit_data(&data, None, &params, &Silent).unwrap(), fit(x.view(), &params).unwrap());
    }
}

#[test]
fn a_model_survives_its_file_and_a_bad_file_is_refused() {
    let x = clumps(200, 3, 3);
    let model = fit(x.view(), &KMeansParams::new(3)).unwrap().model;
    let text = serde_json::to_string(&model).unwrap();
    let back: CentersModel = serde_json::from_str(&text).unwrap();
    assert_eq!(back.predict(x.view()).unwrap(), model.predict(x.view()).unwrap());
    let bad = r#"{"mean":[0.0],"centers":{"n_rows":1,"n_cols":2,"data":[0.0,1.0]}}"#;
    assert!(serde_json::from_str::<CentersModel>(bad).unwrap_err().to_string().starts_with("mean has 1 entries"));
    let other = MatrixView::new(&[1.0, 2.0], 1, 2).unwrap();
    assert_eq!(back.predict(other).unwrap_err().to_string(), "row of X has 2 entries, expected 3");
}

#[test]
fn results_can_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<KMeans>();
    check::<KMeansData>();
    check::<CentersModel>();
    check::<KMeansParams>();
}

#[test]
fn many_candidates_at_once_start_as_well_as_one_by_one() {
    let x = clumps(6000, 5, 12);
    let one_by_one = fit(x.view(), &KMeansParams::new(12)).unwrap();
    let params = KMeansParams::new(12).with_init(Init::kmeans_parallel());
    let at_once = fit(x.view(), &params).unwrap();
    assert!(at_once.inertia <= 1.02 * one_by_one.inertia, "{} for {}", at_once.inertia, one_by_one.inertia);
    let run = || fit(x.view(), &params.clone().with_restarts(2)).unwrap();
    let one = with_threads(1, run);
    assert_eq!(one, with_threads(2, run));
    assert_eq!(one, with_threads(3, run));
}

#[test]
fn many_candidates_at_once_meet_hostile_data() {
    let init = |oversampling, rounds| Init::KMeansParallel { oversampling, rounds };
    let params = |k| KMeansParams::new(k).with_init(Init::kmeans_parallel());
    for (values, k) in [(vec![7.0], 1), (vec![1.0; 50], 1), ((0..40).map(|i| f64::from(i % 4)).collect(), 4)] {
        let x = MatrixView::new(&values, values.len(), 1).unwrap();
        assert_eq!(fit(x, &params(k)).unwrap().inertia, 0.0);
    }
    for scale in [5e-324, 1e-160, 1e119] {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i % 5) * scale).collect();
        let found = fit(MatrixView::new(&values, 50, 1).unwrap(), &params(3)).unwrap();
        assert!(found.labels.sizes().iter().all(|&size| size > 0), "{scale:e}");
    }
    let weights: Vec<f64> = (0..60).map(|i| f64::from(i % 3)).collect();
    let x = clumps(60, 2, 3);
    assert!(fit_with(x.view(), Some(&weights), &params(3), &Silent).unwrap().inertia > 0.0);
    for (oversampling, rounds, expected) in [
        (Some(0.0), 5, "oversampling=0 should be finite and > 0"),
        (Some(f64::NAN), 5, "oversampling=NaN should be finite and > 0"),
        (None, 0, "rounds=0 should be >= 1"),
    ] {
        let params = KMeansParams::new(2).with_init(init(oversampling, rounds));
        assert_eq!(params.validate().unwrap_err().to_string(), expected);
    }
}
