//! What must hold for k-prototypes and k-modes whatever the data.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::ops::ControlFlow;

use proptest::prelude::*;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::kmodes::{KModesParams, fit as fit_modes};
use segctl_clustering_core::kprototypes::{
    KPrototypes, KPrototypesParams, PrototypesInit, PrototypesModel, fit, fit_with,
};
use segctl_clustering_core::model::Predict;
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView};

/// Two numbers and three categories around `groups` places, categories in columns 1, 3 and 4.
fn mixed(n: usize, groups: usize) -> Matrix {
    let numbers = common::clumps(n, 5, groups);
    let value = |at: usize| match at % 5 {
        0 | 2 => numbers.as_slice()[at],
        j => ((numbers.as_slice()[at] / (1.0 + j as f64)).round() + 9.0).max(0.0),
    };
    Matrix::new((0..n * 5).map(value).collect(), n, 5).unwrap()
}

const MASK: [bool; 5] = [false, true, false, true, true];

fn params(k: usize) -> KPrototypesParams {
    KPrototypesParams::new(k, MASK.to_vec())
}

fn inits() -> [PrototypesInit; 3] {
    [PrototypesInit::Cao, PrototypesInit::Huang, PrototypesInit::PlusPlus]
}

fn dissimilarity(x: &[f64], c: &[f64], gamma: f64) -> f64 {
    let term = |j: usize| match MASK[j] {
        true => gamma * f64::from(u8::from(x[j] != c[j])),
        false => (x[j] - c[j]) * (x[j] - c[j]),
    };
    (0..5).map(term).sum()
}

/// The cost by the iteration as one would write it on a blackboard, to labels that repeat; none when a cluster
/// is empty.
fn oracle(x: MatrixView<'_>, mut prototypes: Vec<Vec<f64>>, gamma: f64) -> Option<f64> {
    let k = prototypes.len();
    let mut labels = vec![];
    for _ in 0..100 {
        let cost = |row: &[f64], c: usize| dissimilarity(row, &prototypes[c], gamma);
        let nearest = |row: &[f64]| (1..k).fold(0, |best, c| if cost(row, c) < cost(row, best) { c } else { best });
        let found: Vec<usize> = x.rows().map(nearest).collect();
        if found == labels {
            return Some(x.rows().zip(&labels).map(|(row, &c)| cost(row, c)).sum());
        }
        labels = found;
        prototypes = (0..k).map(|c| prototype(x, &common::members(&labels, c))).collect::<Option<_>>()?;
    }
    None
}

fn prototype(x: MatrixView<'_>, rows: &[usize]) -> Option<Vec<f64>> {
    let mean = common::mean_of(x, rows);
    let mode = |j: usize| {
        let count = |code: f64| rows.iter().filter(|&&i| x.row(i)[j] == code).count();
        let codes = (0..30).map(f64::from);
        codes.reduce(|best, code| if count(code) > count(best) { code } else { best }).unwrap()
    };
    (!rows.is_empty()).then(|| (0..5).map(|j| if MASK[j] { mode(j) } else { mean[j] }).collect())
}

/// What every result must be.
fn check(x: MatrixView<'_>, found: &KPrototypes) {
    let again = found.model.predict(x).unwrap();
    assert_eq!(again.labels, found.labels);
    assert!((again.distance.iter().sum::<f64>() - found.cost).abs() <= 1e-12 * (1.0 + found.cost));
    assert_eq!(found.model.distances_to(x, &found.labels).unwrap(), again.distance);
    assert!(found.labels.sizes().iter().all(|&size| size > 0), "{:?}", found.labels.sizes());
    let prototypes = found.model.centers();
    for (row, distance) in x.rows().zip(&again.distance) {
        let all: Vec<f64> = prototypes.view().rows().map(|c| dissimilarity(row, c, found.gamma)).collect();
        let least = all.iter().copied().fold(f64::INFINITY, f64::min);
        assert!((least - distance).abs() <= 1e-9 * (1.0 + least), "{least} {distance}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn from_given_prototypes_the_blackboard_gives_the_same(
        (n, k, groups) in (20_usize..120, 1_usize..6, 1_usize..6),
        gamma in prop::sample::select(vec![0.1, 0.7, 2.0, 50.0]),
        first in 0_usize..7,
    ) {
        let x = mixed(n, groups);
        let rows: Vec<usize> = (0..k).map(|c| (first + c * 3) % n).collect();
        let start = x.view().select_rows(&rows);
        let init = PrototypesInit::Prototypes(start.clone());
        let expected = oracle(x.view(), start.view().rows().map(<[f64]>::to_vec).collect(), gamma);
        let found = fit(x.view(), &params(k).with_gamma(gamma).with_init(init)).unwrap();
        check(x.view(), &found);
        prop_assert!(found.converged && found.n_starts == 1);
        // Labels may differ: a cost that stays while tied modes change ends our iteration, but not the blackboard's.
        if let Some(cost) = expected {
            prop_assert!((found.cost - cost).abs() <= 1e-9 * (1.0 + cost), "{} for {}", found.cost, cost);
        }
    }

    #[test]
    fn every_start_gives_a_clustering_of_its_own_model(
        (n, k, groups) in (12_usize..90, 1_usize..8, 1_usize..6),
        max_iter in prop::sample::select(vec![1_usize, 2, 100]),
    ) {
        let x = mixed(n, groups);
        for init in inits() {
            let found = fit(x.view(), &params(k).with_init(init).with_restarts(3).with_max_iter(max_iter)).unwrap();
            check(x.view(), &found);
        }
    }

    #[test]
    fn modes_are_prototypes_without_numbers(n in 10_usize..60, k in 1_usize..4, salt in 0_usize..50) {
        let value = |at: usize| ((at * 7919 + salt * 31) % 1013 % 4) as f64;
        let x = Matrix::new((0..n * 4).map(value).collect(), n, 4).unwrap();
        let modes = fit_modes(x.view(), &KModesParams::new(k)).unwrap();
        let prototypes = fit(x.view(), &KPrototypesParams::new(k, vec![true; 4]).with_gamma(1.0)).unwrap();
        prop_assert_eq!((&modes.labels, modes.cost), (&prototypes.labels, prototypes.cost));
        prop_assert_eq!(modes.cost.fract(), 0.0);
        // Other codes for the same categories, in the same order.
        let renamed: Vec<f64> = x.as_slice().iter().map(|code| code * 3.0 - 1.0).collect();
        let renamed = fit_modes(MatrixView::new(&renamed, n, 4).unwrap(), &KModesParams::new(k)).unwrap();
        prop_assert_eq!(renamed.labels, modes.labels);
    }
}

#[test]
fn the_order_of_rows_does_not_matter_from_given_prototypes() {
    let x = mixed(300, 4);
    let init = || PrototypesInit::Prototypes(x.view().select_rows(&[1, 50, 99, 280]));
    let order: Vec<usize> = (0..300).map(|i| i * 7 % 300).collect();
    let found = fit(x.view(), &params(4).with_init(init())).unwrap();
    let permuted = fit(x.view().select_rows(&order).view(), &params(4).with_init(init())).unwrap();
    assert_eq!(permuted.labels, found.labels.select(&order));
    assert!((permuted.cost - found.cost).abs() <= 1e-9 * found.cost);
}

#[test]
fn scaling_the_numbers_scales_the_cost() {
    let x = mixed(200, 3);
    let scaled: Vec<f64> =
        x.as_slice().iter().enumerate().map(|(at, v)| if MASK[at % 5] { *v } else { 4.0 * v }).collect();
    let found = fit(x.view(), &params(3).with_gamma(0.5)).unwrap();
    let scaled = fit(MatrixView::new(&scaled, 200, 5).unwrap(), &params(3).with_gamma(8.0)).unwrap();
    assert_eq!((scaled.labels, scaled.cost), (found.labels, 16.0 * found.cost));
}

#[test]
fn more_starts_are_never_dearer_and_a_result_stays_put() {
    let x = mixed(400, 6);
    let one = fit(x.view(), &params(6).with_restarts(1)).unwrap();
    let ten = fit(x.view(), &params(6)).unwrap();
    assert!(ten.cost <= one.cost && ten.n_starts == 10);
    let init = PrototypesInit::Prototypes(ten.model.centers());
    let again = fit(x.view(), &params(6).with_init(init)).unwrap();
    assert!((again.cost - ten.cost).abs() <= 1e-12 * ten.cost);
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let x = mixed(5000, 6);
    let run = |threads, seed| {
        with_threads(threads, || {
            let found = fit(x.view(), &params(6).with_restarts(3).with_seed(Seed(seed))).unwrap();
            let bits = serde_json::to_string(&found.model).unwrap();
            (found, bits)
        })
    };
    let one = run(1, 5);
    assert_eq!(one, run(2, 5));
    assert_eq!(one, run(3, 5));
}

#[test]
fn codes_never_seen_mismatch_everything() {
    let x = mixed(100, 3);
    let found = fit(x.view(), &params(3)).unwrap();
    let mut new = x.row(0).to_vec();
    (new[1], new[3], new[4]) = (77.0, -1.0, 0.5);
    let assigned = found.model.predict(MatrixView::new(&new, 1, 5).unwrap()).unwrap();
    let squared = |c: &[f64]| (new[0] - c[0]).powi(2) + (new[2] - c[2]).powi(2);
    let least = found.model.centers().view().rows().map(squared).fold(f64::INFINITY, f64::min);
    assert!((assigned.distance[0] - (least + 3.0 * found.gamma)).abs() < 1e-9);
}

#[test]
fn all_columns_of_one_kind() {
    let x = mixed(80, 3);
    let numbers = fit(x.view(), &KPrototypesParams::new(3, vec![false; 5])).unwrap();
    let categories = fit(x.view(), &KPrototypesParams::new(3, vec![true; 5])).unwrap();
    assert_eq!(categories.gamma, 1.0);
    for found in [&numbers, &categories] {
        assert_eq!(found.model.predict(x.view()).unwrap().labels, found.labels);
    }
    // Without categories the prototypes are the means of their rows.
    let labels: Vec<usize> = numbers.labels.as_slice().iter().map(|&label| label as usize).collect();
    for c in 0..3 {
        let mean = common::mean_of(x.view(), &common::members(&labels, c));
        let found = numbers.model.centers();
        assert!(mean.iter().zip(found.row(c)).all(|(mean, found)| (mean - found).abs() < 1e-9));
    }
}

#[test]
fn what_cannot_be_clustered_is_refused() {
    let x = mixed(6, 2);
    let message = |x: MatrixView<'_>, params: &KPrototypesParams| fit(x, params).unwrap_err().to_string();
    assert_eq!(message(x.view(), &params(7)), "n_samples=6 should be >= n_clusters=7");
    assert_eq!(message(x.view(), &params(0)), "n_clusters=0 should be >= 1");
    assert_eq!(message(x.view(), &params(2).with_gamma(f64::NAN)), "gamma=NaN should be in [0, 1e120]");
    let short = KPrototypesParams::new(2, vec![true]);
    assert_eq!(message(x.view(), &short), "categorical has 1 entries, expected 5");
    let init = PrototypesInit::Prototypes(Matrix::zeros(3, 5));
    assert_eq!(message(x.view(), &params(2).with_init(init)), "initial prototypes has 3 entries, expected 2");
    let same = Matrix::new([1.0, 2.0, 3.0, 4.0, 5.0].repeat(6), 6, 5).unwrap();
    assert_eq!(message(same.view(), &params(2)), "1 distinct rows should be >= n_clusters=2");
    for (bad, expected) in [(f64::NAN, "is not finite"), (f64::INFINITY, "is not finite"), (1e300, "1e120")] {
        for at in [0, 1] {
            let mut values = x.as_slice().to_vec();
            values[at] = bad;
            let found = message(MatrixView::new(&values, 6, 5).unwrap(), &params(2));
            assert!(found.contains(expected), "{found}");
        }
    }
    let none = MatrixView::new(&[], 0, 5).unwrap();
    assert_eq!(message(none, &params(1)), "X: n_samples=0 should be >= 1");
    let no_columns = MatrixView::new(&[], 3, 0).unwrap();
    assert_eq!(message(no_columns, &KPrototypesParams::new(1, vec![])), "X: n_features=0 should be >= 1");
}

#[test]
fn rows_that_only_differ_where_nothing_counts_are_equal() {
    let x = Matrix::from_rows(&[[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]).unwrap();
    let ignoring = KPrototypesParams::new(2, vec![false, true]).with_gamma(0.0);
    let expected = ClusteringError::TooFewDistinct { n_distinct: 1, n_clusters: 2 };
    assert_eq!(fit(x.view(), &ignoring), Err(expected.clone()));
    let tiny = Matrix::from_rows(&[[1e-200], [2e-200], [3e-200]]).unwrap();
    assert_eq!(fit(tiny.view(), &KPrototypesParams::new(2, vec![false])), Err(expected));
    // Constant numbers: categories still count.
    assert_eq!(fit(x.view(), &KPrototypesParams::new(3, vec![false, true])).unwrap().cost, 0.0);
}

#[test]
fn the_smallest_and_the_largest_have_answers() {
    let one = fit(MatrixView::new(&[7.0, 2.0], 1, 2).unwrap(), &KPrototypesParams::new(1, vec![false, true])).unwrap();
    assert_eq!((one.cost, one.model.centers().as_slice()), (0.0, [7.0, 2.0].as_slice()));
    for scale in [5e-324, 1e-310, 1e100, 1e119] {
        let values: Vec<f64> = (0..60).flat_map(|i| [f64::from(i % 5) * scale, f64::from(i % 3)]).collect();
        let x = MatrixView::new(&values, 60, 2).unwrap();
        for init in inits() {
            let found = fit(x, &KPrototypesParams::new(3, vec![false, true]).with_init(init).with_gamma(1.0)).unwrap();
            assert!(found.cost.is_finite() && found.labels.sizes().iter().all(|&size| size > 0), "{scale:e}");
        }
    }
}

#[test]
fn coinciding_prototypes_are_parted() {
    let x = mixed(60, 4);
    let init = PrototypesInit::Prototypes(x.view().select_rows(&[3, 3, 3, 3]));
    let found = fit(x.view(), &params(4).with_init(init).with_max_iter(1)).unwrap();
    check(x.view(), &found);
}

#[test]
fn a_damaged_model_is_no_model() {
    let x = mixed(40, 2);
    let model = fit(x.view(), &params(2)).unwrap().model;
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<PrototypesModel>(&text).unwrap(), model);
    for (from, to) in [
        ("\"gamma\":", "\"gamma\":-"),
        ("\"categorical\":[false,", "\"categorical\":[true,"),
        ("\"categorical\":[false,", "\"categorical\":["),
        ("\"mean\":[", "\"mean\":[0.0,"),
        ("\"n_rows\":2", "\"n_rows\":1"),
    ] {
        assert!(text.contains(from));
        assert!(serde_json::from_str::<PrototypesModel>(&text.replacen(from, to, 1)).is_err(), "{from} {to}");
    }
    let reordered = model.reordered(&[1, 0]).predict(x.view()).unwrap().labels;
    assert_eq!(reordered, model.predict(x.view()).unwrap().labels.permuted(&[1, 0]));
}

struct Impatient(u64);

impl Observer for Impatient {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        if event.stage == "k-prototypes iteration" && event.step >= self.0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

#[test]
fn observers_can_stop_it() {
    let x = mixed(100, 4);
    assert_eq!(fit_with(x.view(), &params(4), &Impatient(2)), Err(ClusteringError::Cancelled));
    assert!(fit_with(x.view(), &params(4), &Silent).is_ok());
}
