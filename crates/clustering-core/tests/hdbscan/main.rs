//! HDBSCAN beside a slow oracle, and what must not change the result.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../common/mod.rs"]
mod common;
mod hostile;
mod model;
mod oracle;

use proptest::prelude::*;
use segctl_clustering_core::hdbscan::{Hdbscan, HdbscanParams, Selection, fit};
use segctl_numeric::distance::Metric;
use segctl_numeric::par::with_threads;
use segctl_numeric::{Labels, Matrix, MatrixView};

use common::clumps;
use oracle::Oracle;

fn close(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-9 * (1.0 + b.abs())
}

fn check(x: MatrixView<'_>, params: &HdbscanParams) {
    let found = fit(x, params).unwrap();
    let oracle = Oracle::new(x, params);
    let tree = &found.condensed;
    assert_eq!(tree.clusters.len(), oracle.clusters.len());
    let matching = oracle.matching(tree);
    for (own, &there) in oracle.clusters.iter().zip(&matching) {
        let there = &tree.clusters[there];
        assert_eq!(there.parent, own.parent.map(|parent| matching[parent]));
        assert_eq!((there.lambda_birth, there.lambda_death), (1.0 / own.birth, 1.0 / own.death));
        assert_eq!(there.n_rows, own.rows.len());
    }
    for (row, &(cluster, distance)) in oracle.last.iter().enumerate() {
        assert_eq!((tree.row_cluster[row], tree.row_lambda[row]), (matching[cluster], 1.0 / distance));
        assert!(close(found.outlier_scores[row], oracle.outlier_score(row)));
    }
    let stability: Vec<f64> = matching.iter().map(|&there| tree.clusters[there].stability).collect();
    for (cluster, &stability) in stability.iter().enumerate() {
        assert!(close(stability, oracle.stability(cluster)), "{stability} for {}", oracle.stability(cluster));
    }
    let members = oracle.members(&stability, params);
    let ids = members.iter().map(|member| member.map_or(Labels::NOISE, |(cluster, _)| cluster as u32)).collect();
    assert_eq!(found.labels, Labels::new(ids, stability.len()).unwrap().renumbered());
    for (member, &probability) in members.iter().zip(&found.probabilities) {
        assert!(close(probability, member.map_or(0.0, |(_, probability)| probability)));
    }
    for (row, member) in members.iter().enumerate().filter_map(|(row, member)| Some((row, (*member)?.0))) {
        assert_eq!(tree.clusters[matching[member]].label, found.labels.get(row));
    }
}

fn params(min_cluster_size: usize, min_samples: usize) -> HdbscanParams {
    HdbscanParams::new(min_cluster_size).with_min_samples(min_samples)
}

prop_compose! {
    fn settings()(
        min_cluster_size in 2_usize..9,
        min_samples in 1_usize..7,
        metric in prop::sample::select(vec![Metric::Euclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine]),
        selection in prop::sample::select(vec![Selection::ExcessOfMass, Selection::Leaf]),
        allow_single_cluster: bool,
        max_cluster_size in prop::option::of(9_usize..30),
    ) -> HdbscanParams {
        let mut params = params(min_cluster_size, min_samples)
            .with_metric(metric)
            .with_selection(selection)
            .with_allow_single_cluster(allow_single_cluster);
        params.max_cluster_size = max_cluster_size;
        params
    }
}

proptest! {
    #[test]
    fn agrees_with_the_definition(
        params in settings(),
        (n, d) in (7_usize..60, 1_usize..4),
        values in prop::collection::vec(-1.0_f64..1.0, 240),
    ) {
        // Cubes: places of different density.
        let values = values[..n * d].iter().map(|value| 10.0 * value.powi(3)).collect();
        check(Matrix::new(values, n, d).unwrap().view(), &params);
    }

    #[test]
    fn agrees_with_the_definition_where_distances_are_tied(
        params in settings(),
        (n, d) in (7_usize..60, 1_usize..3),
        values in prop::collection::vec(-4_i32..5, 180),
    ) {
        let mut params = params;
        if params.metric == Metric::Cosine {
            // Directions that are equal differ by roundings.
            params.metric = Metric::SquaredEuclidean;
        }
        let values = values[..n * d].iter().map(|&value| f64::from(value * value.abs())).collect();
        check(Matrix::new(values, n, d).unwrap().view(), &params);
    }

    #[test]
    fn the_order_of_rows_changes_nothing(
        params in settings(),
        values in prop::collection::vec(-3_i32..4, 120),
        order in Just((0..60).collect::<Vec<usize>>()).prop_shuffle(),
    ) {
        let x = Matrix::new(values.into_iter().map(f64::from).collect(), 60, 2).unwrap();
        let found = fit(x.view(), &params).unwrap();
        let shuffled = fit(x.view().select_rows(&order).view(), &params).unwrap();
        prop_assert_eq!(found.labels.select(&order).renumbered(), shuffled.labels);
        for (to, &from) in order.iter().enumerate() {
            prop_assert_eq!(found.condensed.row_lambda[from], shuffled.condensed.row_lambda[to]);
            prop_assert_eq!(found.probabilities[from], shuffled.probabilities[to]);
            prop_assert_eq!(found.outlier_scores[from], shuffled.outlier_scores[to]);
        }
    }

    #[test]
    fn a_larger_unit_halves_all_densities(params in settings(), values in prop::collection::vec(-9.0_f64..9.0, 120)) {
        prop_assume!(params.metric != Metric::Cosine);
        let x = Matrix::new(values, 60, 2).unwrap();
        let doubled = Matrix::new(x.as_slice().iter().map(|value| 2.0 * value).collect(), 60, 2).unwrap();
        let (found, doubled) = (fit(x.view(), &params).unwrap(), fit(doubled.view(), &params).unwrap());
        prop_assert_eq!(&found.labels, &doubled.labels);
        let halves: Vec<f64> = found.condensed.row_lambda.iter().map(|lambda| lambda / 2.0).collect();
        prop_assert_eq!(halves, doubled.condensed.row_lambda);
        prop_assert_eq!(found.probabilities, doubled.probabilities);
    }
}

/// Row i is of group i % 5.
fn groups(n: usize) -> Matrix {
    let mut x = clumps(n, 3, 1);
    (0..n).for_each(|row| x.row_mut(row)[0] += 6.0 * (row % 5) as f64);
    x
}

#[test]
fn groups_are_found_and_clusters_are_numbered_by_their_first_rows() {
    let x = groups(1500);
    let found = fit(x.view(), &HdbscanParams::new(30)).unwrap();
    assert_eq!(found.labels.n_clusters(), 5);
    assert_eq!(found.labels, found.labels.renumbered());
    let groups = Labels::new((0..1500).map(|i| i % 5).collect(), 5).unwrap();
    let members: Vec<usize> = (0..1500).filter(|&row| found.labels.get(row).is_some()).collect();
    assert!(members.len() > 1000);
    assert_eq!(found.labels.select(&members).renumbered(), groups.select(&members).renumbered());
}

#[test]
fn threads_change_nothing() {
    let x = groups(4000);
    let run = || fit(x.view(), &params(40, 12)).unwrap();
    let one: Hdbscan = with_threads(1, run);
    assert!(one == with_threads(2, run) && one == with_threads(3, run));
}

#[test]
fn a_constant_column_changes_nothing() {
    let x = groups(600);
    let rows: Vec<Vec<f64>> = x.view().rows().map(|row| [row, &[7e5]].concat()).collect();
    let found = fit(x.view(), &params(20, 5)).unwrap();
    let again = fit(Matrix::from_rows(&rows).unwrap().view(), &params(20, 5)).unwrap();
    assert_eq!((found.labels, found.probabilities), (again.labels, again.probabilities));
}

#[test]
fn epsilon_joins_what_splits_below_it() {
    // Two pairs of groups, 0.5 apart within a pair and 10 between.
    let at = |i: usize| (i % 40) as f64 * 0.01 + [0.0, 0.9, 10.0, 10.9][i / 40];
    let x = Matrix::new((0..160).map(at).collect(), 160, 1).unwrap();
    let n_clusters = |epsilon, allow| {
        let params = params(10, 3).with_selection_epsilon(epsilon).with_allow_single_cluster(allow);
        fit(x.view(), &params).unwrap().labels.n_clusters()
    };
    assert_eq!((n_clusters(0.0, false), n_clusters(0.4, false)), (4, 4));
    assert_eq!((n_clusters(0.6, false), n_clusters(50.0, false)), (2, 2));
    assert_eq!((n_clusters(0.6, true), n_clusters(50.0, true)), (2, 1));
}

#[test]
fn curves_of_rows_left_add_up() {
    let x = groups(900);
    let tree = fit(x.view(), &params(15, 4)).unwrap().condensed;
    let left = tree.rows_left(20);
    for (cluster, (own, curve)) in tree.clusters.iter().zip(&left).enumerate() {
        assert!(curve.len() <= 20 && curve.is_sorted_by(|a, b| a.lambda < b.lambda && a.n_left < b.n_left));
        let below: usize = own.children.iter().map(|&child| tree.clusters[child].n_rows).sum();
        assert_eq!(own.n_rows - below, curve.last().map_or(0, |point| point.n_left), "cluster {cluster}");
        assert!(curve.iter().all(|point| own.lambda_birth < point.lambda && point.lambda <= own.lambda_death));
    }
}
