//! What must hold for k-medoids whatever the data.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::ops::ControlFlow;

use common::clumps;
use proptest::prelude::*;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::agglomerative::Condensed;
use segctl_clustering_core::kmedoids::{
    KMedoids, KMedoidsParams, MedoidsInit, MedoidsModel, fit, fit_distances, fit_with,
};
use segctl_clustering_core::model::Predict;
use segctl_numeric::distance::{Dissimilarity, Gower, Metric};
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView};

fn loss(x: MatrixView<'_>, dissimilarity: &Dissimilarity, medoids: &[usize]) -> f64 {
    let to = |row: &[f64], medoid: usize| dissimilarity.distance(row, x.row(medoid));
    x.rows().map(|row| medoids.iter().map(|&m| to(row, m)).fold(f64::INFINITY, f64::min)).sum()
}

/// What every result must be.
fn check(x: MatrixView<'_>, dissimilarity: &Dissimilarity, found: &KMedoids) {
    let expected = loss(x, dissimilarity, &found.medoids);
    assert!((found.loss - expected).abs() <= 1e-12 * (1.0 + expected));
    assert_eq!(found.model.centers(), x.select_rows(&found.medoids));
    let again = found.model.predict(x).unwrap();
    assert_eq!(again.labels, found.labels);
    assert_eq!(found.model.distances_to(x, &found.labels).unwrap(), again.distance);
    for (row, values) in x.rows().enumerate() {
        let to = |c: usize| dissimilarity.distance(values, x.row(found.medoids[c]));
        let nearest = (1..found.medoids.len()).fold(0, |best, c| if to(c) < to(best) { c } else { best });
        assert_eq!((found.labels.get(row), again.distance[row]), (Some(nearest), to(nearest)));
    }
    for (c, &medoid) in found.medoids.iter().enumerate() {
        assert_eq!(found.labels.get(medoid), Some(c), "a medoid is its own");
    }
}

/// Swaps of one medoid for one row that lower the loss, beyond what 32-bit distances can tell.
fn better_swap(x: MatrixView<'_>, dissimilarity: &Dissimilarity, found: &KMedoids) -> Option<(usize, usize, f64)> {
    let swapped = |c: usize, row: usize| {
        let mut medoids = found.medoids.clone();
        medoids[c] = row;
        (c, row, loss(x, dissimilarity, &medoids))
    };
    let all = (0..found.medoids.len()).flat_map(|c| (0..x.n_rows()).map(move |row| swapped(c, row)));
    all.into_iter().find(|&(.., loss)| loss < found.loss * (1.0 - 1e-6))
}

fn dissimilarities(x: MatrixView<'_>) -> Vec<Dissimilarity> {
    let mask: Vec<bool> = (0..x.n_cols()).map(|j| j % 2 == 1).collect();
    let metrics = [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine];
    let metrics = metrics.into_iter().map(Dissimilarity::from);
    metrics.chain([Gower::fit(x, &mask).unwrap().into()]).collect()
}

/// Every other column rounded, as codes are.
fn mixed(n: usize, d: usize, groups: usize) -> Matrix {
    let x = clumps(n, d, groups);
    let value = |(at, value): (usize, &f64)| if at % d % 2 == 1 { value.round() } else { *value };
    Matrix::new(x.as_slice().iter().enumerate().map(value).collect(), n, d).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn no_swap_is_left_and_nothing_is_worse_than_the_start(
        (n, d, k, groups) in (8_usize..50, 1_usize..5, 1_usize..6, 1_usize..6),
        first in 0_usize..8,
    ) {
        let x = mixed(n, d, groups);
        let start: Vec<usize> = (0..k).map(|c| (first + c) % n).collect();
        for dissimilarity in dissimilarities(x.view()) {
            let params = KMedoidsParams::new(k).with_dissimilarity(dissimilarity.clone());
            let given = params.clone().with_init(MedoidsInit::Medoids(start.clone()));
            for params in [given.clone(), params.clone(), params.with_init(MedoidsInit::Build)] {
                let found = match fit(x.view(), &params) {
                    // Rows in one direction are at no distance: there may be fewer directions than medoids.
                    Err(ClusteringError::TooFewDistinct { .. }) if d == 1 => continue,
                    found => found.unwrap(),
                };
                check(x.view(), &dissimilarity, &found);
                prop_assert!(found.converged && found.sampled.is_none());
                prop_assert_eq!(better_swap(x.view(), &dissimilarity, &found), None);
                if params == given {
                    prop_assert!(found.loss <= loss(x.view(), &dissimilarity, &start) * (1.0 + 1e-6));
                }
            }
        }
    }

    #[test]
    fn distances_alone_give_the_same((n, k) in (6_usize..40, 1_usize..5), seed in 0_u64..9) {
        let x = mixed(n, 3, 4);
        let params = KMedoidsParams::new(k).with_dissimilarity(Metric::Manhattan).with_seed(Seed(seed));
        let params = params.with_restarts(3);
        let by_rows = fit(x.view(), &params).unwrap();
        let by_distances = fit_distances(&Condensed::of(x.view(), Metric::Manhattan), &params, &Silent).unwrap();
        prop_assert_eq!(by_rows.labels, by_distances.labels);
        prop_assert_eq!(by_rows.medoids, by_distances.medoids);
        prop_assert_eq!((by_rows.loss, by_rows.n_swaps), (by_distances.loss, by_distances.n_swaps));
    }
}

#[test]
fn a_power_of_two_changes_nothing_but_the_loss() {
    let x = clumps(150, 3, 4);
    let found = fit(x.view(), &KMedoidsParams::new(4)).unwrap();
    for scale in [2.0_f64.powi(-900), 0.25, 2.0_f64.powi(300)] {
        let values: Vec<f64> = x.as_slice().iter().map(|value| value * scale).collect();
        let scaled = fit(MatrixView::new(&values, 150, 3).unwrap(), &KMedoidsParams::new(4));
        // Squares of the smallest vanish, and with them Euclidean distances.
        match scale < 1e-200 {
            true => assert!(matches!(scaled, Err(ClusteringError::TooFewDistinct { .. }))),
            false => {
                let scaled = scaled.unwrap();
                assert_eq!((scaled.labels, scaled.loss), (found.labels.clone(), found.loss * scale));
            }
        }
        let manhattan = |x| fit(x, &KMedoidsParams::new(4).with_dissimilarity(Metric::Manhattan)).unwrap();
        let (one, other) = (manhattan(x.view()), manhattan(MatrixView::new(&values, 150, 3).unwrap()));
        assert_eq!((other.labels, other.loss), (one.labels, one.loss * scale));
    }
}

#[test]
fn a_result_stays_put_and_restarts_are_never_worse() {
    let x = clumps(500, 4, 7);
    let params = KMedoidsParams::new(7).with_init(MedoidsInit::Random);
    let one = fit(x.view(), &params).unwrap();
    let ten = fit(x.view(), &params.with_restarts(10)).unwrap();
    assert!(ten.loss <= one.loss && ten.n_starts == 10);
    let again = fit(x.view(), &KMedoidsParams::new(7).with_init(MedoidsInit::Medoids(ten.medoids.clone()))).unwrap();
    assert_eq!((again.n_swaps, again.n_iter, again.medoids), (0, 1, ten.medoids));
    let rounds = fit(x.view(), &KMedoidsParams::new(7).with_init(MedoidsInit::Random).with_max_iter(1)).unwrap();
    assert!(!rounds.converged && rounds.n_iter == 1);
}

#[test]
fn three_copies_of_every_row_have_three_times_the_loss() {
    let x = clumps(120, 3, 5);
    let copies: Vec<usize> = (0..360).map(|i| i / 3).collect();
    let build = KMedoidsParams::new(5).with_init(MedoidsInit::Build);
    let (one, three) = (fit(x.view(), &build).unwrap(), fit(x.view().select_rows(&copies).view(), &build).unwrap());
    assert!((three.loss - 3.0 * one.loss).abs() <= 1e-9 * three.loss);
    assert_eq!(three.labels, one.labels.select(&copies));
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let x = clumps(3000, 4, 9);
    let gower = Gower::fit(x.view(), &[false, false, true, false]).unwrap();
    let runs = [
        KMedoidsParams::new(9),
        KMedoidsParams::new(9).with_dissimilarity(gower).with_init(MedoidsInit::Random),
        KMedoidsParams::new(5).with_init(MedoidsInit::Build),
        KMedoidsParams::new(9).with_memory_limit(Some(1 << 20)),
    ];
    for params in runs {
        let run = |threads| with_threads(threads, || fit(x.view(), &params).unwrap());
        let one = run(1);
        assert_eq!(one, run(2));
        assert_eq!(one, run(3));
    }
}

#[test]
fn samples_do_nearly_as_well() {
    let x = clumps(4000, 3, 6);
    let whole = fit(x.view(), &KMedoidsParams::new(6)).unwrap();
    let limited = KMedoidsParams::new(6).with_memory_limit(Some(4 * 300 * 300));
    let found = fit(x.view(), &limited).unwrap();
    check(x.view(), &Metric::Euclidean.into(), &found);
    let sampled = found.sampled.unwrap();
    assert_eq!((sampled.n_samples, sampled.sample_size), (5, 300));
    assert!(found.loss < 1.05 * whole.loss, "{} beside {}", found.loss, whole.loss);
    // More samples include the first ones.
    let more = fit(x.view(), &limited.clone().with_n_samples(9)).unwrap();
    assert!(more.loss <= found.loss);
    // Given medoids are never made worse.
    let given = limited.clone().with_init(MedoidsInit::Medoids(whole.medoids.clone()));
    assert!(fit(x.view(), &given).unwrap().loss <= whole.loss * (1.0 + 1e-2));
    let small = limited.with_sample_size(Some(104));
    assert_eq!(fit(x.view(), &small).unwrap().sampled.unwrap().sample_size, 104);
}

#[test]
fn what_cannot_be_clustered_is_refused() {
    let x = clumps(6, 2, 2);
    let message = |params: &KMedoidsParams| fit(x.view(), params).unwrap_err().to_string();
    assert_eq!(message(&KMedoidsParams::new(7)), "n_samples=6 should be >= n_clusters=7");
    assert_eq!(message(&KMedoidsParams::new(0)), "n_clusters=0 should be >= 1");
    assert_eq!(message(&KMedoidsParams::new(2).with_n_samples(0)), "n_samples=0 should be >= 1");
    let given = |rows: &[usize]| KMedoidsParams::new(2).with_init(MedoidsInit::Medoids(rows.to_vec()));
    assert_eq!(message(&given(&[1])), "initial medoids has 1 entries, expected 2");
    assert_eq!(message(&given(&[1, 6])), "initial medoid=6 should be a row of X, and given once");
    assert_eq!(message(&given(&[1, 1])), "initial medoid=1 should be a row of X, and given once");
    let other = Gower::new(vec![true; 3], vec![0.0; 3]).unwrap();
    assert_eq!(message(&KMedoidsParams::new(2).with_dissimilarity(other)), "row of X has 2 entries, expected 3");
    let tight = KMedoidsParams::new(2).with_memory_limit(Some(100));
    let expected = "a table of the distances of 6 rows needs 144 bytes, more than there may be";
    assert_eq!(message(&tight), expected);
    let distances = Condensed::of(x.view(), Metric::Euclidean);
    assert_eq!(fit_distances(&distances, &tight, &Silent).unwrap_err().to_string(), expected);
    assert_eq!(message(&tight.with_sample_size(Some(1))), "n_samples=1 should be >= n_clusters=2");
    for (bad, expected) in [(f64::NAN, "is not finite"), (f64::NEG_INFINITY, "is not finite"), (1e300, "1e120")] {
        let mut values = x.as_slice().to_vec();
        values[3] = bad;
        let found = fit(MatrixView::new(&values, 6, 2).unwrap(), &KMedoidsParams::new(2)).unwrap_err().to_string();
        assert!(found.contains(expected), "{found}");
    }
    for (values, n, d) in [([].as_slice(), 0, 2), ([].as_slice(), 3, 0)] {
        assert!(fit(MatrixView::new(values, n, d).unwrap(), &KMedoidsParams::new(1)).is_err());
    }
}

#[test]
fn duplicates_and_vanishing_distances_are_too_few() {
    let same = Matrix::new(vec![4.0; 40], 20, 2).unwrap();
    let too_few = |x: MatrixView<'_>, params: &KMedoidsParams| {
        matches!(fit(x, params), Err(ClusteringError::TooFewDistinct { n_distinct: 1, n_clusters: 2 }))
    };
    assert!(too_few(same.view(), &KMedoidsParams::new(2)));
    assert_eq!(fit(same.view(), &KMedoidsParams::new(1)).unwrap().loss, 0.0);
    let one_direction = Matrix::new(vec![1.0, 2.0, 3.0, 4.0], 4, 1).unwrap();
    assert!(too_few(one_direction.view(), &KMedoidsParams::new(2).with_dissimilarity(Metric::Cosine)));
    let distances = Condensed::new(vec![0.0; 6], 4).unwrap();
    assert!(fit_distances(&distances, &KMedoidsParams::new(2), &Silent).is_err());
    // As many medoids as different rows, most of them duplicates.
    let values: Vec<f64> = (0..60).map(|i| f64::from(i % 4)).collect();
    for init in [MedoidsInit::Lab, MedoidsInit::Build, MedoidsInit::Random, MedoidsInit::Medoids(vec![0, 4, 8, 12])] {
        let found = fit(MatrixView::new(&values, 60, 1).unwrap(), &KMedoidsParams::new(4).with_init(init)).unwrap();
        assert_eq!((found.loss, found.labels.sizes()), (0.0, vec![15; 4]));
    }
}

#[test]
fn the_smallest_and_the_largest_have_answers() {
    let one = fit(MatrixView::new(&[7.0], 1, 1).unwrap(), &KMedoidsParams::new(1)).unwrap();
    assert_eq!((one.loss, one.medoids, one.labels.sizes()), (0.0, vec![0], vec![1]));
    let all = fit(MatrixView::new(&[7.0, 8.0, 1.0], 3, 1).unwrap(), &KMedoidsParams::new(3)).unwrap();
    assert_eq!((all.loss, all.labels.sizes()), (0.0, vec![1; 3]));
    for scale in [5e-324, 1e-310, 1e100, 1e119] {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i % 5) * scale).collect();
        let params = KMedoidsParams::new(3).with_dissimilarity(Metric::Manhattan);
        let found = fit(MatrixView::new(&values, 50, 1).unwrap(), &params).unwrap();
        assert!((found.loss / scale - 20.0).abs() < 1e-12, "{scale:e}: {:e}", found.loss);
    }
    // Rows of zeros are at 1 from everything by cosine, themselves included.
    let zeros = Matrix::from_rows(&[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 0.1]]).unwrap();
    let found = fit(zeros.view(), &KMedoidsParams::new(2).with_dissimilarity(Metric::Cosine)).unwrap();
    assert!(found.loss < 2.01 && found.labels.sizes().iter().all(|&size| size > 0));
}

#[test]
fn categories_never_seen_mismatch_everything() {
    let x = mixed(80, 4, 3);
    let gower = Gower::fit(x.view(), &[false, true, false, true]).unwrap();
    let found = fit(x.view(), &KMedoidsParams::new(3).with_dissimilarity(gower)).unwrap();
    let mut new = x.row(found.medoids[1]).to_vec();
    (new[1], new[3]) = (500.0, -7.0);
    let assigned = found.model.predict(MatrixView::new(&new, 1, 4).unwrap()).unwrap();
    assert_eq!((assigned.labels.get(0), assigned.distance[0]), (Some(1), 0.5));
}

#[test]
fn a_damaged_model_is_no_model() {
    let x = mixed(40, 2, 2);
    let gower = Gower::fit(x.view(), &[false, true]).unwrap();
    for params in [KMedoidsParams::new(2), KMedoidsParams::new(2).with_dissimilarity(gower)] {
        let model = fit(x.view(), &params).unwrap().model;
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<MedoidsModel>(&text).unwrap(), model);
        for (from, to) in [("\"n_rows\":2", "\"n_rows\":0"), ("\"n_cols\":2", "\"n_cols\":1"), ("[", "[1e300,")] {
            assert!(serde_json::from_str::<MedoidsModel>(&text.replacen(from, to, 1)).is_err(), "{from} {to}");
        }
        let reordered = model.reordered(&[1, 0]).predict(x.view()).unwrap().labels;
        assert_eq!(reordered, model.predict(x.view()).unwrap().labels.permuted(&[1, 0]));
    }
    let one = r#"{"dissimilarity":{"gower":{"categorical":[true],"ranges":[0.0],"weights":[1.0]}},"#;
    let fits = |rest: &str| serde_json::from_str::<MedoidsModel>(&format!("{one}{rest}")).is_ok();
    assert!(fits(r#""medoids":{"n_rows":1,"n_cols":1,"data":[3.0]}}"#));
    assert!(!fits(r#""medoids":{"n_rows":1,"n_cols":2,"data":[3.0,1.0]}}"#));
}

struct Impatient(&'static str);

impl Observer for Impatient {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        if event.stage == self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn observers_can_stop_it() {
    let x = clumps(100, 2, 4);
    let params = KMedoidsParams::new(4).with_init(MedoidsInit::Random);
    for stage in ["k-medoids swap", "k-medoids"] {
        assert_eq!(fit_with(x.view(), &params, &Impatient(stage)), Err(ClusteringError::Cancelled));
    }
    assert!(fit_with(x.view(), &params, &Silent).is_ok());
}
