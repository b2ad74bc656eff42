//! Gaussian mixtures: the fast passes beside EM as on a blackboard, and what must not change a result.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;
#[path = "common/em.rs"]
mod em;

use common::clumps;
use proptest::prelude::*;
use segctl_clustering_core::gmm::{Covariance, Gmm, GmmInit, GmmModel, GmmParams, fit, fit_with};
use segctl_clustering_core::model::Predict;
use segctl_numeric::observe::Silent;
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

/// Row i in cluster i modulo k, as the groups of `clumps` are, but for every seventh.
fn rough_labels(n: usize, k: usize) -> Labels {
    Labels::new((0..n).map(|i| ((i + usize::from(i % 7 == 0)) % k) as u32).collect(), k).unwrap()
}

fn from_labels(labels: &Labels, covariance: Covariance, n_iter: usize) -> GmmParams {
    GmmParams::new(labels.n_clusters())
        .with_covariance(covariance)
        .with_tol(0.0)
        .with_max_iter(n_iter)
        .with_init(GmmInit::Labels(labels.clone()))
}

fn assert_near(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{found} for {expected}");
    }
}

fn matrices(model: &GmmModel) -> Vec<f64> {
    (0..model.n_clusters()).flat_map(|c| model.covariance(c).into_vec()).collect()
}

fn assert_same_mixture(a: &GmmModel, b: &GmmModel, tolerance: f64) {
    assert_near(a.weights(), b.weights(), tolerance);
    assert_near(a.centers().as_slice(), b.centers().as_slice(), tolerance);
    assert_near(&matrices(a), &matrices(b), tolerance);
}

fn beside_the_oracle(x: MatrixView<'_>, weights: Option<Vec<f64>>, labels: &Labels, params: &GmmParams, far: f64) {
    let found = fit_with(x, weights.as_deref(), params, &Silent).unwrap();
    let (weights, covariance) = (weights.unwrap_or(vec![1.0; x.n_rows()]), params.covariance);
    let task = em::Task { x, weights, covariance, reg_covar: params.reg_covar };
    let expected = task.run(labels, params.max_iter);
    assert_near(&found.lower_bounds, &expected.lower_bounds, far);
    assert_near(found.model.weights(), &expected.weights, far);
    assert_near(found.model.centers().as_slice(), &expected.means.concat(), far);
    assert_near(&matrices(&found.model), &expected.covariances.concat(), far);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_mixture_is_that_of_the_blackboard(
        n in 20_usize..90,
        d in 1_usize..10,
        k in 1_usize..5,
        kind in 0_usize..4,
        n_iter in 1_usize..4,
        weighted in any::<bool>(),
    ) {
        let (x, labels) = (clumps(n, d, k), rough_labels(n, k));
        let weights = weighted.then(|| (0..n).map(|i| 0.25 + (i % 5) as f64).collect());
        let params = from_labels(&labels, Covariance::ALL[kind], n_iter).with_reg_covar(1e-2);
        beside_the_oracle(x.view(), weights, &labels, &params, 1e-9);
    }

    #[test]
    fn the_lower_bound_never_falls(n in 30_usize..200, d in 1_usize..5, k in 1_usize..5, kind in 0_usize..4) {
        let (x, labels) = (clumps(n, d, k), rough_labels(n, k));
        let params = from_labels(&labels, Covariance::ALL[kind], 25).with_reg_covar(1e-9);
        if let Ok(found) = fit(x.view(), &params) {
            for pair in found.lower_bounds.windows(2) {
                prop_assert!(pair[1] >= pair[0] - 1e-6 * (1.0 + pair[0].abs()), "{} after {}", pair[1], pair[0]);
            }
            prop_assert!((found.model.weights().iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn probabilities_add_up_and_the_largest_gives_the_label(
        n in 10_usize..60, d in 1_usize..6, k in 2_usize..5, kind in 0_usize..4, stretch in 0.1_f64..20.0,
    ) {
        let (x, labels) = (clumps(n, d, k), rough_labels(n, k));
        let model = fit(x.view(), &from_labels(&labels, Covariance::ALL[kind], 2).with_reg_covar(0.1)).unwrap().model;
        let rows = Matrix::new(x.as_slice().iter().map(|value| value * stretch).collect(), n, d).unwrap();
        let (posterior, found) = (model.posterior(rows.view()).unwrap(), model.predict(rows.view()).unwrap());
        let (first, second) = (found.probability.unwrap(), found.second_probability.unwrap());
        for i in 0..n {
            let row = posterior.row(i);
            prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            prop_assert_eq!(first[i], row.iter().copied().fold(0.0, f64::max));
            prop_assert_eq!(first[i], row[found.labels.get(i).unwrap()]);
            prop_assert_eq!(second[i], row[found.second[i] as usize]);
            prop_assert!(found.second[i] != found.labels.as_slice()[i] && second[i] <= first[i]);
            prop_assert!(row.iter().filter(|&&share| share > second[i]).count() <= 1);
        }
        let again = model.distances_to(rows.view(), &found.labels).unwrap();
        prop_assert_eq!(again, found.distance);
        let runner_up = Labels::new(found.second.clone(), k).unwrap();
        prop_assert_eq!(model.distances_to(rows.view(), &runner_up).unwrap(), found.second_distance);
    }

    #[test]
    fn the_order_of_rows_changes_rounding_alone(
        n in 30_usize..150, d in 1_usize..5, kind in 0_usize..4, by in 1_usize..29,
    ) {
        let (x, labels) = (clumps(n, d, 3), rough_labels(n, 3));
        let order: Vec<usize> = (0..n).map(|i| (i + by) % n).rev().collect();
        let run = |x: MatrixView<'_>, labels: &Labels| {
            fit(x, &from_labels(labels, Covariance::ALL[kind], 3).with_reg_covar(1e-2)).unwrap()
        };
        let (found, moved) = (run(x.view(), &labels), run(x.view().select_rows(&order).view(), &labels.select(&order)));
        assert_same_mixture(&found.model, &moved.model, 1e-9);
        let (labels, rows) = (found.labels, x.view().select_rows(&order));
        prop_assert_eq!(&found.model.predict(rows.view()).unwrap().labels, &labels.select(&order));
    }

    #[test]
    fn a_weight_of_three_is_three_copies(n in 20_usize..60, d in 1_usize..4, kind in 0_usize..4) {
        let (x, labels) = (clumps(n, d, 2), rough_labels(n, 2));
        let weights: Vec<f64> = (0..n).map(|i| (i % 4) as f64).collect();
        let copies: Vec<usize> = (0..n).flat_map(|i| std::iter::repeat_n(i, i % 4)).collect();
        let params = |labels: &Labels| from_labels(labels, Covariance::ALL[kind], 3).with_reg_covar(1e-2);
        let weighted = fit_with(x.view(), Some(&weights), &params(&labels), &Silent).unwrap();
        let copied = fit(x.view().select_rows(&copies).view(), &params(&labels.select(&copies))).unwrap();
        assert_same_mixture(&weighted.model, &copied.model, 1e-9);
        let criteria = |found: &Gmm| [found.log_likelihood, found.bic, found.aic];
        assert_near(&criteria(&weighted), &criteria(&copied), 1e-9);
        prop_assert_eq!(weighted.labels.select(&copies), copied.labels);
    }
}

#[test]
fn noise_has_no_say_in_the_beginning() {
    let x = clumps(90, 3, 2);
    let noise = |i: usize| if i.is_multiple_of(3) { Labels::NOISE } else { (i % 2) as u32 };
    let labels = Labels::new((0..90).map(noise).collect(), 2).unwrap();
    for kind in Covariance::ALL {
        beside_the_oracle(x.view(), None, &labels, &from_labels(&labels, kind, 2), 1e-9);
    }
}

#[test]
fn the_unit_of_weights_counts_for_criteria_alone() {
    let (x, labels) = (clumps(90, 2, 2), rough_labels(90, 2));
    let weights = |unit: f64| (0..90).map(|i| (1 + i % 3) as f64 * unit).collect::<Vec<f64>>();
    for kind in Covariance::ALL {
        let run = |unit| fit_with(x.view(), Some(&weights(unit)), &from_labels(&labels, kind, 4), &Silent).unwrap();
        let one = run(1.0);
        for unit in [5e-324, 1e-300, 1e-20, 1e29] {
            let other = run(unit);
            assert_same_mixture(&other.model, &one.model, 1e-9);
            assert_near(&[other.log_likelihood], &[one.log_likelihood], 1e-12);
            assert!(other.bic.is_finite() && other.aic.is_finite());
        }
    }
}

/// Groups a hundred thousand times their spread apart, wherever the sums are first taken about.
#[test]
fn far_groups_keep_their_covariances() {
    let (n, d) = (120, 3);
    let far = |at: usize, value: &f64| value + (at / d % 2) as f64 * 1e5 + 1e6;
    let x = clumps(n, d, 2);
    let x = Matrix::new(x.as_slice().iter().enumerate().map(|(at, v)| far(at, v)).collect(), n, d).unwrap();
    let labels = Labels::new((0..n).map(|i| (i % 2) as u32).collect(), 2).unwrap();
    for kind in Covariance::ALL {
        beside_the_oracle(x.view(), None, &labels, &from_labels(&labels, kind, 3), 3e-9);
    }
    let start = Matrix::from_rows(&[[0.9e6; 3], [1.2e6; 3]]).unwrap();
    for kind in Covariance::ALL {
        let params = GmmParams::new(2).with_covariance(kind);
        let of_labels = fit(x.view(), &params.clone().with_init(GmmInit::Labels(labels.clone()))).unwrap();
        let of_means = fit(x.view(), &params.with_init(GmmInit::Means(start.clone()))).unwrap();
        assert_eq!(of_labels.model, of_means.model, "{kind:?}");
    }
}

#[test]
fn far_means_of_a_given_mixture_are_no_loss() {
    let x = clumps(150, 2, 2);
    let (near, far) = (x.view().select_rows(&[0, 1]), Matrix::from_rows(&[[-1e7, 3e6], [1e7, -3e6]]).unwrap());
    for kind in Covariance::ALL {
        let one = fit(x.view(), &GmmParams::new(2).with_covariance(kind).with_max_iter(1)).unwrap().model;
        let begin = |means: &Matrix| {
            let start = GmmModel::new(vec![0.5; 2], means, one.covariances().clone()).unwrap();
            let params = GmmParams::new(2).with_covariance(kind).with_init(GmmInit::Model(Box::new(start)));
            fit(x.view(), &params.with_tol(1e-9).with_max_iter(2000)).unwrap()
        };
        let (near, far) = (begin(&near), begin(&far));
        assert!(far.log_likelihood.is_finite() && far.log_likelihood <= near.log_likelihood + 0.1, "{kind:?}");
        // Whatever optimum was reached, the next iterations stay there.
        let params = GmmParams::new(2).with_covariance(kind).with_init(GmmInit::Model(Box::new(far.model)));
        let again = fit(x.view(), &params).unwrap();
        assert_near(&[again.log_likelihood], &[far.log_likelihood], 1e-5);
    }
}

#[test]
fn an_offset_of_a_million_costs_no_more_than_its_own_rounding() {
    let (n, d) = (300, 4);
    let x = clumps(n, d, 3);
    let moved = Matrix::new(x.as_slice().iter().map(|value| value + 1e6).collect(), n, d).unwrap();
    for kind in Covariance::ALL {
        let params = GmmParams::new(3).with_covariance(kind);
        let (found, away) = (fit(x.view(), &params).unwrap(), fit(moved.view(), &params).unwrap());
        assert_eq!((found.n_iter, &found.labels), (away.n_iter, &away.labels));
        assert_near(&matrices(&away.model), &matrices(&found.model), 1e-7);
        assert_near(&[away.log_likelihood], &[found.log_likelihood], 1e-7);
    }
}

#[test]
fn units_do_not_matter() {
    let (n, d) = (200, 3);
    let x = clumps(n, d, 3);
    let scaled = Matrix::new(x.as_slice().iter().map(|value| value * 1024.0).collect(), n, d).unwrap();
    for kind in Covariance::ALL {
        let params = GmmParams::new(3).with_covariance(kind);
        let found = fit(x.view(), &params).unwrap();
        let other = fit(scaled.view(), &params.with_reg_covar(1e-6 * 1024.0 * 1024.0)).unwrap();
        assert_eq!(found.labels, other.labels);
        let back: Vec<f64> = matrices(&other.model).iter().map(|value| value / (1024.0 * 1024.0)).collect();
        assert_near(&back, &matrices(&found.model), 1e-9);
        assert_near(&[other.log_likelihood + d as f64 * 1024_f64.ln()], &[found.log_likelihood], 1e-10);
    }
}

#[test]
fn threads_change_no_bit() {
    let x = clumps(4500, 5, 4);
    let weights: Vec<f64> = (0..4500).map(|i| (i % 3) as f64 + 0.5).collect();
    for kind in Covariance::ALL {
        let params = GmmParams::new(4).with_covariance(kind).with_max_iter(6).with_restarts(2).with_seed(Seed(3));
        let run = |threads| with_threads(threads, || fit_with(x.view(), Some(&weights), &params, &Silent).unwrap());
        let one = run(1);
        let again = with_threads(3, || one.model.predict(x.view()).unwrap());
        assert_eq!((&one, &one), (&run(2), &run(3)));
        assert_eq!(one.labels, again.labels, "rows fitted on get the labels of the fit");
        let single: Vec<u32> =
            (0..50).map(|i| one.model.predict(x.view().rows_range(i..i + 1)).unwrap().labels.as_slice()[0]).collect();
        assert_eq!(single, one.labels.as_slice()[..50], "alone as among others");
    }
}

#[test]
fn the_best_start_wins_with_its_counts() {
    let x = clumps(300, 2, 6);
    let params = GmmParams::new(6).with_seed(Seed(5));
    let best = fit(x.view(), &params.clone().with_restarts(6)).unwrap();
    let one = fit(x.view(), &params).unwrap();
    assert_eq!((one.restart, one.n_starts, best.n_starts, best.n_failed), (0, 1, 6, 0));
    assert!(best.lower_bounds.last() >= one.lower_bounds.last());
    assert_eq!(best.restart == 0, best.model == one.model);
    assert_eq!(best.lower_bounds.len(), best.n_iter);
}

#[test]
fn criteria_count_parameters() {
    let x = clumps(100, 3, 2);
    for (kind, n_parameters) in Covariance::ALL.into_iter().zip([19, 13, 13, 9]) {
        let found = fit(x.view(), &GmmParams::new(2).with_covariance(kind)).unwrap();
        assert_eq!(found.n_parameters, n_parameters);
        let deviance = -2.0 * 100.0 * found.log_likelihood;
        assert_near(&[found.aic], &[deviance + 2.0 * n_parameters as f64], 1e-12);
        assert_near(&[found.bic], &[deviance + n_parameters as f64 * 100_f64.ln()], 1e-12);
        let rows = found.model.log_likelihood(x.view()).unwrap();
        assert_near(&[rows.iter().sum::<f64>() / 100.0], &[found.log_likelihood], 1e-12);
    }
}

#[test]
fn a_start_from_the_end_stays_there() {
    let x = clumps(200, 3, 3);
    let found = fit(x.view(), &GmmParams::new(3).with_tol(1e-12).with_max_iter(1000)).unwrap();
    let params = GmmParams::new(3).with_init(GmmInit::Model(Box::new(found.model.clone())));
    let again = fit(x.view(), &params).unwrap();
    assert_eq!((again.n_iter, again.converged, &again.labels), (2, true, &found.labels));
    assert_near(&[again.log_likelihood], &[found.log_likelihood], 1e-10);
}
