//! Structure or one blob: blobs of many shapes, planted groups, ties, under transformations, and at the edges.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use std::ops::ControlFlow;

use common::kmeans_with;
use rand::{Rng, RngExt};
use segctl_metrics::{MetricsError, Structure, StructureParams, structure};
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

fn lloyd(x: MatrixView<'_>, k: usize, seed: Seed) -> Result<Labels, MetricsError> {
    Ok(kmeans_with(1, x, k, seed))
}

fn params(seed: u64) -> StructureParams {
    StructureParams::new(Seed(seed)).with_k_max(4).with_halvings(2)
}

fn run(x: MatrixView<'_>, params: &StructureParams) -> Structure {
    structure(x, &lloyd, params, &Silent).unwrap()
}

fn normal(rng: &mut impl Rng) -> f64 {
    let sum: f64 = (0..12).map(|_| rng.random::<f64>()).sum();
    sum - 6.0
}

/// `n` rows, each by `row` from its number and independent normal numbers.
fn table<const D: usize>(n: usize, seed: u64, row: impl Fn(usize, [f64; D]) -> [f64; D]) -> Matrix {
    let mut rng = Seed(seed).stream("test table", 0, 0);
    let rows: Vec<[f64; D]> = (0..n).map(|i| row(i, std::array::from_fn(|_| normal(&mut rng)))).collect();
    Matrix::from_rows(&rows).unwrap()
}

/// Three groups of which two are `apart` deviations from each other and the third farther.
fn groups(n: usize, seed: u64, apart: f64) -> Matrix {
    let centres = [[0.0, 0.0, 0.0], [apart, 0.0, 0.0], [0.0, 1.2 * apart, 0.0]];
    table(n, seed, |i, z: [f64; 3]| std::array::from_fn(|j| z[j] + centres[i % 3][j]))
}

#[track_caller]
fn is_one_blob(what: &str, table: impl Fn(u64) -> Matrix) {
    // At the level of 0.05, two false alarms in six have a probability of 0.03.
    let params = |seed| params(seed).with_null_sets(19).with_level(0.05);
    let false_alarms = (0..6).filter(|&seed| run(table(seed).view(), &params(seed)).found).count();
    assert!(false_alarms <= 1, "{what}: {false_alarms} false alarms");
}

#[test]
fn blobs_of_many_shapes_are_one_blob() {
    is_one_blob("normal", |seed| table(200, seed, |_, z: [f64; 3]| z));
    is_one_blob("correlated", |seed| table(200, seed, |_, [a, b, c]| [3.0 * a, 2.9 * a + 0.3 * b, c - a]));
    is_one_blob("log-normal", |seed| table(200, seed, |_, z: [f64; 3]| z.map(f64::exp)));
    is_one_blob("mixed log-normal", |seed| {
        let mix = |[a, b, c]: [f64; 3]| [a + b, a - 2.0 * b, c + 0.5 * a];
        table(200, seed, |_, z| mix(z.map(f64::exp)))
    });
    is_one_blob("box", |seed| {
        let mut rng = Seed(seed).stream("test box", 0, 0);
        Matrix::new((0..600).map(|_| rng.random()).collect(), 200, 3).unwrap()
    });
}

#[test]
fn ties_are_no_false_alarm() {
    is_one_blob("spikes at zero", |seed| {
        table(200, seed, |_, [a, b, c]| [a, a + b, c].map(|z| if z < 0.0 { 0.0 } else { 2.0 * z.exp() }))
    });
    is_one_blob("counts", |seed| table(200, seed, |_, [a, b, c]| [a, a + b, c].map(|z| (0.7 * z + 0.5).exp().floor())));
    is_one_blob("switches", |seed| table(200, seed, |_, z: [f64; 3]| z.map(|z| f64::from(u32::from(z > 0.4)))));
}

#[test]
fn groups_are_found() {
    for (apart, seed) in [(5.0, 1), (7.0, 3)] {
        let found = run(groups(200, seed, apart).view(), &params(seed));
        assert!(found.found && found.p_value == 0.01, "{found:?}");
        assert_eq!(found.silhouette_p_value, 0.01);
        let excess = |k: usize| found.by_k[k - 2].dip.excess.unwrap();
        assert!(found.by_k[1].k == 3 && excess(3) > 5.0, "{found:?}");
    }
    let found = run(groups(300, 4, 9.0).view(), &params(4));
    assert!(found.split_p_value < 0.01, "{found:?}");
}

#[test]
fn two_groups_along_one_feature_of_many_are_found() {
    let x = table(300, 1, |i, mut z: [f64; 8]| {
        z[3] += if i % 3 == 0 { 5.5 } else { 0.0 };
        z
    });
    let found = run(x.view(), &params(1));
    assert!(found.found && found.features.excess.unwrap() > 4.0, "{found:?}");
}

#[test]
fn rows_in_another_order_and_other_units_find_the_same() {
    let x = groups(200, 5, 6.0);
    let own = run(x.view(), &params(5));
    for power in [-400, -3, 90, 400] {
        let scaled: Vec<f64> = x.as_slice().iter().map(|v| v * 2.0_f64.powi(power)).collect();
        assert_eq!(run(Matrix::new(scaled, 200, 3).unwrap().view(), &params(5)), own, "2^{power}");
    }
    let turned = x.view().select_rows(&(0..200).rev().collect::<Vec<_>>());
    assert!(run(turned.view(), &params(5)).found && own.found);
}

#[test]
fn names_of_clusters_do_not_matter() {
    let x = groups(120, 6, 4.0);
    let renamed = |x: MatrixView<'_>, k: usize, seed: Seed| {
        lloyd(x, k, seed).map(|labels| labels.permuted(&(0..k as u32).rev().collect::<Vec<_>>()))
    };
    let (own, other) =
        (run(x.view(), &params(6)), structure::<MetricsError, _>(x.view(), &renamed, &params(6), &Silent).unwrap());
    assert_eq!((own.found, own.p_value), (other.found, other.p_value));
    assert!((own.split_p_value - other.split_p_value).abs() < 1e-9);
}

#[test]
fn threads_change_no_bit_and_the_seed_does() {
    let x = groups(150, 7, 3.0);
    let found = [1, 2, 3].map(|threads| with_threads(threads, || run(x.view(), &params(7))));
    assert!(found.iter().all(|one| *one == found[0]));
    assert_ne!(run(x.view(), &params(8)).by_k, found[0].by_k);
}

#[test]
fn a_smaller_number_of_null_sets_is_the_beginning_of_a_larger() {
    let x = groups(120, 8, 0.0);
    let few = run(x.view(), &params(8).with_null_sets(3).with_level(0.25));
    let many = run(x.view(), &params(8));
    assert_eq!(few.by_k[0].dip.observed, many.by_k[0].dip.observed);
    assert!((few.n_null_sets, few.level, few.n_halvings) == (3, 0.25, 2) && !many.found);
}

#[test]
fn large_tables_are_sampled_and_halved_less() {
    let x = groups(1_000, 9, 6.0);
    let few = StructureParams::new(Seed(9)).with_k_max(3).with_max_rows(300);
    let found = run(x.view(), &few);
    assert_eq!((found.n_rows, found.n_halvings, found.by_k.len(), found.found), (300, 3, 2, true));
}

#[test]
fn noise_has_values_or_none() {
    let x = groups(100, 10, 6.0);
    let noise = |x: MatrixView<'_>, _: usize, _: Seed| Ok(Labels::from_signed(&vec![-1; x.n_rows()])?);
    let found = structure::<MetricsError, _>(x.view(), &noise, &params(1), &Silent).unwrap();
    assert!(found.by_k.iter().all(|at| at.silhouette.observed == 0.0 && at.dip.excess.is_none()));
    assert_eq!(found.silhouette_p_value, 1.0);
}

#[test]
fn errors_of_the_clusterer_and_the_observer_are_passed_through() {
    let x = groups(100, 11, 6.0);
    let wrong = |_: MatrixView<'_>, k: usize, _: Seed| Err(MetricsError::EmptyCluster { cluster: k, n_clusters: k });
    let error = structure(x.view(), &wrong, &params(1), &Silent).unwrap_err();
    assert_eq!(error, MetricsError::EmptyCluster { cluster: 2, n_clusters: 2 });
    let short = |_: MatrixView<'_>, _: usize, _: Seed| Ok(Labels::from_signed(&[0, 1])?);
    let error = structure::<MetricsError, _>(x.view(), &short, &params(1), &Silent).unwrap_err();
    assert_eq!(error.to_string(), "labels of the clusterer has 2 entries, expected 50");
    struct Stop;
    impl Observer for Stop {
        fn event(&self, event: Event<'_>) -> ControlFlow<()> {
            assert_eq!((event.stage, event.total), ("structure", Some(100)));
            ControlFlow::Break(())
        }
    }
    assert_eq!(structure(x.view(), &lloyd, &params(1), &Stop).unwrap_err(), MetricsError::Cancelled);
}

#[test]
fn parameters_are_checked() {
    let message = |params: StructureParams| params.validate().unwrap_err().to_string();
    assert_eq!(message(params(1).with_k_max(1)), "k_max=1 should be >= 2");
    assert_eq!(message(params(1).with_null_sets(98)), "n_null_sets=98 should be >= 1 / level - 1");
    assert_eq!(message(params(1).with_level(f64::NAN)), "level=NaN should be > 0 and < 1");
    assert_eq!(message(params(1).with_max_rows(9)), "max_rows=9 should be >= 2 k_max + 2");
    assert_eq!(message(params(1).with_halvings(0)), "n_halvings=0 should be >= 1");
    assert!(message(params(1).with_k_max(usize::MAX)).starts_with("max_rows=800"));
}

#[test]
fn hostile_tables_are_refused_or_have_a_value() {
    let message = |x: Matrix| structure(x.view(), &lloyd, &params(0), &Silent).unwrap_err().to_string();
    let column = |values: Vec<f64>| Matrix::new(values.clone(), values.len(), 1).unwrap();
    assert_eq!(message(column(vec![1.0; 9])), "structure: n_samples=9 should be >= 10");
    assert_eq!(message(column(vec![4.0; 30])), "X: all rows of n_samples=30 are equal");
    assert_eq!(
        message(column([vec![4.0; 20], vec![f64::NAN]].concat())),
        "X: value NaN at row 20, column 0 is not finite"
    );
    assert!(message(column([vec![4.0; 20], vec![1e300]].concat())).contains("should be <= 1e150"));
    assert!(structure(Matrix::zeros(50, 0).view(), &lloyd, &params(0), &Silent).is_err());
    for values in [
        (0..10).map(f64::from).collect(),
        [vec![0.0; 39], vec![5e-324]].concat(),
        [vec![-1e150; 20], vec![1e150; 20]].concat(),
        [1.0, 1.0 + f64::EPSILON, 1e-300, 7.0].repeat(10),
        (0..40).map(|i| f64::from(i) * 1e148).collect(),
    ] {
        let found = run(column(values.clone()).view(), &params(0));
        let contrasts = || found.by_k.iter().flat_map(|at| [at.dip, at.silhouette]).chain([found.features]);
        let numbers = contrasts().flat_map(|c| [c.observed, c.null_mean, c.null_sd, c.excess.unwrap_or(0.0)]);
        assert!(numbers.into_iter().all(f64::is_finite), "{values:?}: {found:?}");
        for p in [found.p_value, found.split_p_value, found.silhouette_p_value] {
            assert!(p > 0.0 && p <= 1.0, "{values:?}: {found:?}");
        }
    }
    let x = table(60, 3, |_, [a, _, _]: [f64; 3]| [7.0, a, a]);
    assert!(!run(x.view(), &params(0)).found, "a constant and a copy are no groups");
}
