//! Silhouettes by distances that are not Euclidean: beside scikit-learn's of a precomputed matrix of Gower's
//! distances, the case of tests/golden/mixed.py, and beside the definition.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use proptest::prelude::*;
use segctl_metrics::{
    SampleParams, Silhouette, silhouette_against_by, silhouette_many, silhouette_many_by, silhouette_sampled_by,
};
use segctl_numeric::distance::{Dissimilarity, Gower, Metric};
use segctl_numeric::observe::Silent;
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    categorical: Vec<bool>,
    labelings: Vec<Labeling>,
}

#[derive(Deserialize)]
struct Labeling {
    labels: Vec<i64>,
    samples: Vec<Option<f64>>,
}

fn assert_close(found: &[Option<f64>], expected: &[Option<f64>], slack: f64) {
    assert_eq!(found.len(), expected.len());
    for (row, pair) in found.iter().zip(expected).enumerate() {
        match pair {
            (Some(found), Some(expected)) => assert!((found - expected).abs() <= slack, "{row}: {found} {expected}"),
            (found, expected) => assert_eq!(found, expected, "{row}"),
        }
    }
}

#[test]
fn gowers_silhouettes_are_scikit_learns_of_the_matrix() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/mixed/silhouette.json");
    let case: Case = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let x = Matrix::from_rows(&case.x).unwrap();
    let gower = Gower::fit(x.view(), &case.categorical).unwrap().into();
    let labels: Vec<Labels> = case.labelings.iter().map(|l| Labels::from_signed(&l.labels).unwrap()).collect();
    let together = silhouette_many_by(x.view(), &gower, &labels.iter().collect::<Vec<_>>(), &Silent).unwrap();
    for ((labels, expected), found) in labels.iter().zip(&case.labelings).zip(&together) {
        assert_close(&found.samples, &expected.samples, 1e-12);
        assert_eq!(silhouette_many_by(x.view(), &gower, &[labels], &Silent).unwrap()[0], *found, "alone and together");
        let whole = silhouette_against_by(x.view(), &gower, labels, usize::MAX, Seed(0), &Silent).unwrap();
        assert_eq!(whole, *found);
        let all = SampleParams::new(Seed(0)).with_rows(1000);
        let census = &silhouette_sampled_by(x.view(), &gower, &[labels], &all, &Silent).unwrap()[0];
        assert!((census.mean - found.mean).abs() < 1e-12);
    }
}

fn by_definition(x: MatrixView<'_>, dissimilarity: &Dissimilarity, labels: &Labels) -> Vec<Option<f64>> {
    let n = x.n_rows();
    let mean = |row: usize, cluster: usize| {
        let members: Vec<usize> = (0..n).filter(|&o| o != row && labels.get(o) == Some(cluster)).collect();
        let sum: f64 = members.iter().map(|&o| dissimilarity.distance(x.row(row), x.row(o))).sum();
        (!members.is_empty()).then(|| sum / members.len() as f64)
    };
    let value = |row: usize| {
        let own = labels.get(row)?;
        let Some(a) = mean(row, own) else { return Some(0.0) };
        let others = (0..labels.n_clusters()).filter(|&c| c != own).filter_map(|c| mean(row, c));
        let b = others.fold(f64::INFINITY, f64::min);
        Some(if a.max(b) > 0.0 { (b - a) / a.max(b) } else { 0.0 })
    };
    (0..n).map(value).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_distance_has_the_silhouettes_of_the_definition(
        (n, d, k) in (6_usize..150, 1_usize..6, 2_usize..5),
        noise in 0_usize..2,
        salt in 0_usize..1000,
    ) {
        let value = |at: usize| ((at + salt) * 2_654_435_761 % 1009 % 40) as f64;
        let x = Matrix::new((0..n * d).map(value).collect(), n, d).unwrap();
        let label = |i: usize| if i >= 6 && noise * i % 5 == 1 { Labels::NOISE } else { (i % k) as u32 };
        let labels = Labels::new((0..n).map(label).collect(), k).unwrap();
        let mask: Vec<bool> = (0..d).map(|j| j % 2 == 0).collect();
        let metrics = [Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine];
        let gower = Gower::fit(x.view(), &mask).unwrap().into();
        for dissimilarity in metrics.map(Dissimilarity::from).into_iter().chain([gower]) {
            let found = silhouette_many_by(x.view(), &dissimilarity, &[&labels, &labels], &Silent).unwrap();
            // Cosine distances of rows in one direction are rounding, and so is what their ratio says.
            let is_rounding = dissimilarity == Metric::Cosine.into() && d == 1;
            if !is_rounding {
                assert_close(&found[0].samples, &by_definition(x.view(), &dissimilarity, &labels), 1e-9);
            }
            prop_assert_eq!(&found[0], &found[1]);
        }
        let euclidean = silhouette_many_by(x.view(), &Metric::Euclidean.into(), &[&labels], &Silent).unwrap();
        prop_assert_eq!(euclidean, silhouette_many(x.view(), &[&labels], &Silent).unwrap());
    }
}

fn groups(n: usize) -> (Matrix, Labels) {
    let value = |at: usize| ((at / 3 % 3) * 9 + at * 7919 % 11) as f64;
    let x = Matrix::new((0..n * 3).map(value).collect(), n, 3).unwrap();
    (x, Labels::new((0..n).map(|i| (i % 3) as u32).collect(), 3).unwrap())
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let (x, labels) = groups(1500);
    let gower: Dissimilarity = Gower::fit(x.view(), &[true, false, false]).unwrap().into();
    let run = |threads| -> Vec<Silhouette> {
        with_threads(threads, || silhouette_many_by(x.view(), &gower, &[&labels], &Silent).unwrap())
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(3));
}

#[test]
fn samples_are_near_the_whole() {
    let (x, labels) = groups(3000);
    let gower: Dissimilarity = Gower::fit(x.view(), &[true, false, false]).unwrap().into();
    let exact = silhouette_many_by(x.view(), &gower, &[&labels], &Silent).unwrap()[0].mean;
    let against = silhouette_against_by(x.view(), &gower, &labels, 400, Seed(1), &Silent).unwrap().mean;
    assert!((against - exact).abs() < 0.02, "{against} for {exact}");
    let params = SampleParams::new(Seed(1)).with_rows(600).with_reference(usize::MAX);
    let sampled = &silhouette_sampled_by(x.view(), &gower, &[&labels], &params, &Silent).unwrap()[0];
    assert!((sampled.mean - exact).abs() < 4.0 * sampled.standard_error, "{} for {exact}", sampled.mean);
}

#[test]
fn distances_of_other_rows_are_refused() {
    let (x, labels) = groups(30);
    let message =
        |by: &Dissimilarity, x: MatrixView<'_>| silhouette_many_by(x, by, &[&labels], &Silent).unwrap_err().to_string();
    let two = Gower::new(vec![true; 2], vec![0.0; 2]).unwrap().into();
    assert_eq!(message(&two, x.view()), "row of X has 3 entries, expected 2");
    let narrow = Gower::new(vec![false; 3], vec![1e-300, 0.0, 1.0]).unwrap().into();
    assert!(message(&narrow, x.view()).ends_with("should be <= 1e280"));
    let mut large = x.as_slice().to_vec();
    large[4] = 1e145;
    let large = MatrixView::new(&large, 30, 3).unwrap();
    assert!(message(&Metric::SquaredEuclidean.into(), large).contains("should be <= 1e140"));
    assert!(silhouette_many_by(large, &Metric::Manhattan.into(), &[&labels], &Silent).is_ok());
    let mut bad = x.as_slice().to_vec();
    bad[4] = f64::NAN;
    let found = message(&Metric::Manhattan.into(), MatrixView::new(&bad, 30, 3).unwrap());
    assert_eq!(found, "X: value NaN at row 1, column 1 is not finite");
}
