//! Randomised and incremental analyses beside the exact one.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use proptest::prelude::*;
use rand::RngExt;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView, par};
use segctl_reduction::{
    Components, IncrementalPca, IncrementalPcaParams, Pca, PcaParams, RandomizedPcaParams, ReductionError, fit,
    fit_incremental, fit_randomized,
};

fn matrix(n: std::ops::Range<usize>, d: std::ops::Range<usize>) -> impl Strategy<Value = Matrix> {
    (n, d).prop_flat_map(|(n, d)| {
        proptest::collection::vec(-100.0..100.0_f64, n * d).prop_map(move |data| Matrix::new(data, n, d).unwrap())
    })
}

/// n x d with standard deviations that fall by `factor` from column to column, mixed by a reflection.
fn decaying(n: usize, d: usize, factor: f64) -> Matrix {
    let noise = |at: usize| (at * 2_654_435_761 % 1_000_003) as f64 / 1e6 - 0.5;
    let mut x = Matrix::zeros(n, d);
    for i in 0..n {
        let row = x.row_mut(i);
        (0..d).for_each(|j| row[j] = noise(i * d + j + i / 3) * factor.powi(j as i32));
        let mean = row.iter().sum::<f64>() * 2.0 / d as f64;
        row.iter_mut().for_each(|value| *value -= mean);
    }
    x
}

fn max_difference(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len(), "lengths");
    a.iter().zip(b).fold(0.0, |top, (a, b)| (a - b).abs().max(top))
}

fn exact(x: MatrixView<'_>, k: usize) -> Pca {
    fit(x, &PcaParams::new(Components::Count(k))).unwrap()
}

fn randomized(x: MatrixView<'_>, k: usize) -> Pca {
    fit_randomized(x, &RandomizedPcaParams::new(k)).unwrap()
}

#[track_caller]
fn assert_same(found: &Pca, expected: &Pca, tolerance: f64) {
    assert!(max_difference(found.components.as_slice(), expected.components.as_slice()) < tolerance);
    for (found, expected) in found.singular_values.iter().zip(&expected.singular_values) {
        assert!((found / expected - 1.0).abs() < tolerance, "{found} for {expected}");
    }
    assert!(max_difference(&found.explained_variance_ratio, &expected.explained_variance_ratio) < tolerance);
    assert_eq!((found.n_components(), found.n_samples), (expected.n_components(), expected.n_samples));
}

fn assert_orthonormal_and_signed(pca: &Pca) {
    for i in 0..pca.n_components() {
        for j in 0..=i {
            let dot: f64 = pca.components.row(i).iter().zip(pca.components.row(j)).map(|(a, b)| a * b).sum();
            assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-13, "rows {i} and {j}: {dot}");
        }
        let top = pca.components.row(i).iter().fold(0.0_f64, |top, v| if v.abs() > top.abs() { *v } else { top });
        assert!(top > 0.0);
    }
}

proptest! {
    #[test]
    fn as_many_directions_as_columns_are_exact(x in matrix(2..40, 1..12), share in 0.0..1.0_f64) {
        // With 10 oversamples and at most 11 columns, the random directions span all.
        let k = 1 + (share * x.n_rows().min(x.n_cols()) as f64) as usize;
        let k = k.min(x.n_rows().min(x.n_cols()));
        let (found, expected) = (randomized(x.view(), k), exact(x.view(), k));
        let top = expected.singular_values[0];
        prop_assert!(max_difference(&found.singular_values, &expected.singular_values) < 1e-11 * top);
        prop_assert!(max_difference(&found.explained_variance_ratio, &expected.explained_variance_ratio) < 1e-11);
        assert_orthonormal_and_signed(&found);
    }

    #[test]
    fn all_components_of_batches_are_those_of_all_rows(x in matrix(12..60, 1..6), cut in 6..11_usize, more in 1..5_usize) {
        let d = x.n_cols();
        let mut incremental = IncrementalPca::new(IncrementalPcaParams::new(d)).unwrap();
        let mut start = 0;
        for end in (cut..x.n_rows()).step_by(more).chain([x.n_rows()]) {
            if end > start {
                incremental.partial_fit(x.view().rows_range(start..end)).unwrap();
            }
            start = end;
        }
        let (found, expected) = (incremental.pca().unwrap(), exact(x.view(), d));
        prop_assert!(max_difference(&found.mean, &expected.mean) < 1e-12);
        prop_assert!(max_difference(&found.singular_values, &expected.singular_values) < 1e-10 * expected.singular_values[0]);
        prop_assert!((found.explained_variance_ratio.iter().sum::<f64>() - 1.0).abs() < 1e-11);
        assert_orthonormal_and_signed(found);
    }
}

#[test]
fn a_decaying_spectrum_is_found_to_many_digits() {
    for (n, d, factor) in [(3000, 60, 0.8), (50, 200, 0.9), (9000, 33, 0.7)] {
        let x = decaying(n, d, factor);
        assert_same(&randomized(x.view(), 5), &exact(x.view(), 5), 1e-10);
    }
}

#[test]
fn small_components_are_found_beside_large_ones() {
    // Standard deviations down to 1e-10 of the largest, of which one product by A'A would leave nothing.
    let x = decaying(2000, 40, 0.1);
    let params = RandomizedPcaParams::new(11).with_n_iterations(0);
    assert_same(&fit_randomized(x.view(), &params).unwrap(), &exact(x.view(), 11), 1e-3);
    assert_same(&randomized(x.view(), 9), &exact(x.view(), 9), 1e-5);
}

#[test]
fn a_flat_spectrum_is_found_in_its_variances() {
    let mut rng = Seed(3).stream("flat", 0, 0);
    let x = Matrix::new((0..2000 * 100).map(|_| rng.random::<f64>()).collect(), 2000, 100).unwrap();
    let (found, expected) = (randomized(x.view(), 5), exact(x.view(), 5));
    for (found, expected) in found.singular_values.iter().zip(&expected.singular_values) {
        assert!(found / expected > 0.97 && found / expected < 1.0 + 1e-12, "{found} for {expected}");
    }
    let x = x.view();
    let sharper = fit_randomized(x, &RandomizedPcaParams::new(5).with_n_iterations(30)).unwrap();
    let blunter = fit_randomized(x, &RandomizedPcaParams::new(5).with_n_iterations(0).with_n_oversamples(0)).unwrap();
    let explained = |pca: &Pca| pca.explained_variance_ratio.iter().sum::<f64>();
    let explained = [explained(&blunter), explained(&found), explained(&sharper), explained(&expected)];
    assert!(explained.is_sorted_by(|a, b| a + 1e-6 < *b), "{explained:?}");
}

#[test]
fn the_seed_moves_only_rounding_where_the_spectrum_decays() {
    let x = decaying(1000, 60, 0.7);
    let with = |seed| fit_randomized(x.view(), &RandomizedPcaParams::new(3).with_seed(Seed(seed))).unwrap();
    assert_ne!(with(1), with(2));
    assert_same(&with(1), &with(2), 1e-12);
}

#[test]
fn offsets_cost_few_digits() {
    let x = decaying(2500, 40, 0.8);
    let moved = Matrix::new(x.as_slice().iter().map(|v| v + 1e6).collect(), 2500, 40).unwrap();
    let back = Matrix::new(moved.as_slice().iter().map(|v| v - 1e6).collect(), 2500, 40).unwrap();
    assert_same(&randomized(moved.view(), 4), &randomized(back.view(), 4), 1e-11);
}

#[test]
fn a_power_of_two_scales_exactly() {
    let x = decaying(2500, 40, 0.8);
    let scaled = Matrix::new(x.as_slice().iter().map(|v| v * 1024.0).collect(), 2500, 40).unwrap();
    let (a, b) = (randomized(x.view(), 4), randomized(scaled.view(), 4));
    assert_eq!(a.components, b.components);
    assert!(a.singular_values.iter().zip(&b.singular_values).all(|(a, b)| a * 1024.0 == *b));
}

#[test]
fn more_components_than_the_rank_complete_the_basis() {
    let two = decaying(300, 2, 0.5);
    let rows: Vec<Vec<f64>> = two
        .view()
        .rows()
        .map(|row| (0..30).map(|j| row[0] * f64::from(j) + row[1] * f64::from(j * j % 7)).collect())
        .collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let pca = randomized(x.view(), 5);
    assert_orthonormal_and_signed(&pca);
    assert!(pca.singular_values[2..].iter().all(|&s| s < 1e-12 * pca.singular_values[0]), "{:?}", pca.singular_values);
    assert!((pca.explained_variance_ratio.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    let mut incremental = IncrementalPca::new(IncrementalPcaParams::new(5)).unwrap();
    (0..6).for_each(|i| incremental.partial_fit(x.view().rows_range(i * 50..(i + 1) * 50)).unwrap());
    let incremental = incremental.pca().unwrap();
    assert_orthonormal_and_signed(incremental);
    // Of rank 2, nothing is forgotten.
    assert!(max_difference(&incremental.singular_values, &pca.singular_values) < 1e-11 * pca.singular_values[0]);
}

#[test]
fn bits_do_not_depend_on_threads() {
    let x = decaying(13_000, 21, 0.9);
    let run = || {
        let params = IncrementalPcaParams::new(4).with_batch_size(5000);
        (randomized(x.view(), 4), fit_incremental(x.view(), &params).unwrap())
    };
    let one = par::with_threads(1, run);
    assert_eq!(one, par::with_threads(2, run));
    assert_eq!(one, par::with_threads(3, run));
}

#[test]
fn constant_data_have_no_variance_and_a_basis() {
    let x = Matrix::new(vec![0.1; 300], 20, 15).unwrap();
    for pca in [randomized(x.view(), 3), fit_incremental(x.view(), &IncrementalPcaParams::new(3)).unwrap()] {
        assert_eq!((&pca.explained_variance[..], &pca.explained_variance_ratio[..]), (&[0.0; 3][..], &[0.0; 3][..]));
        assert_orthonormal_and_signed(&pca);
    }
}

#[test]
fn one_column_and_two_rows() {
    let column = Matrix::new(vec![1.0, 2.0, 6.0], 3, 1).unwrap();
    assert_same(&randomized(column.view(), 1), &exact(column.view(), 1), 1e-14);
    let rows = decaying(2, 9, 0.8);
    assert_same(&randomized(rows.view(), 1), &exact(rows.view(), 1), 1e-12);
    let mut incremental = IncrementalPca::new(IncrementalPcaParams::new(1)).unwrap();
    incremental.partial_fit(column.view().rows_range(0..2)).unwrap();
    incremental.partial_fit(column.view().rows_range(2..3)).unwrap();
    assert_same(incremental.pca().unwrap(), &exact(column.view(), 1), 1e-14);
}

#[test]
fn extreme_values_stay_finite() {
    let x = Matrix::from_rows(&[[1e140, -1e140], [-1e140, 1e140], [1e140, 1e139]]).unwrap();
    let denormal = Matrix::from_rows(&[[0.0, 5e-324], [5e-324, 0.0], [1e-310, 0.0]]).unwrap();
    let both = IncrementalPcaParams::new(2).with_batch_size(2);
    for pca in [randomized(x.view(), 2), fit_incremental(x.view(), &both).unwrap()] {
        assert!(pca.explained_variance.iter().chain(pca.components.as_slice()).all(|v| v.is_finite()));
        assert_same(&pca, &exact(x.view(), 2), 1e-12);
    }
    assert_eq!(randomized(denormal.view(), 2).singular_values, [0.0, 0.0]);
    assert_eq!(fit_incremental(denormal.view(), &both).unwrap().singular_values, [0.0, 0.0]);
}

#[test]
fn bad_data_are_refused_with_their_place() {
    let with = |value| Matrix::new(vec![0.0, 1.0, 2.0, value], 2, 2).unwrap();
    for value in [f64::NAN, f64::INFINITY, 1e300] {
        let x = with(value);
        let randomized = fit_randomized(x.view(), &RandomizedPcaParams::new(1)).unwrap_err();
        let incremental = fit_incremental(x.view(), &IncrementalPcaParams::new(1)).unwrap_err();
        assert!(randomized.to_string().contains("at row 1, column 1"), "{randomized}");
        assert_eq!(randomized.to_string(), incremental.to_string());
    }
    let three = fit_randomized(Matrix::zeros(4, 2).view(), &RandomizedPcaParams::new(3)).unwrap_err();
    let expected = "n_components=3 should be in 1..=2, the smaller of n_samples=4 and n_features=2";
    assert_eq!(three.to_string(), expected);
    assert!(fit_randomized(Matrix::zeros(1, 2).view(), &RandomizedPcaParams::new(1)).is_err());
    assert!(fit_randomized(Matrix::zeros(5, 0).view(), &RandomizedPcaParams::new(1)).is_err());
    let none = fit_randomized(Matrix::zeros(4, 2).view(), &RandomizedPcaParams::new(0)).unwrap_err();
    assert_eq!(none.to_string(), "n_components=0 should be >= 1");
    let small = fit_incremental(Matrix::zeros(9, 5).view(), &IncrementalPcaParams::new(3).with_batch_size(2));
    assert_eq!(small.unwrap_err().to_string(), "batch_size=2 should be >= n_components");
}

#[test]
fn a_bad_batch_changes_nothing() {
    let x = decaying(40, 3, 0.5);
    let mut incremental = IncrementalPca::new(IncrementalPcaParams::new(2)).unwrap();
    let early = incremental.partial_fit(x.view().rows_range(0..1)).unwrap_err();
    assert_eq!(early.to_string(), "PCA: n_samples=1 should be >= 2");
    incremental.partial_fit(x.view().rows_range(0..30)).unwrap();
    let before = incremental.clone();
    let nan = Matrix::new(vec![f64::NAN; 3], 1, 3).unwrap();
    assert!(incremental.partial_fit(nan.view()).is_err());
    let width = incremental.partial_fit(Matrix::zeros(1, 4).view()).unwrap_err();
    assert_eq!(width.to_string(), "X: n_columns=4 should be 3, as fitted");
    let empty = incremental.partial_fit(Matrix::zeros(0, 3).view()).unwrap_err();
    assert_eq!(empty.to_string(), "batch: n_samples=0 should be >= 1");
    assert_eq!(incremental, before);
}

#[test]
fn a_file_goes_on_where_it_stopped_or_is_an_error() {
    let x = decaying(40, 3, 0.5);
    let mut incremental = IncrementalPca::new(IncrementalPcaParams::new(2)).unwrap();
    incremental.partial_fit(x.view().rows_range(0..30)).unwrap();
    let text = serde_json::to_string(&incremental).unwrap();
    let mut again: IncrementalPca = serde_json::from_str(&text).unwrap();
    incremental.partial_fit(x.view().rows_range(30..40)).unwrap();
    again.partial_fit(x.view().rows_range(30..40)).unwrap();
    assert_eq!(incremental, again);
    let broken = text.replacen("\"squared_deviations\":[", "\"squared_deviations\":[0.0,", 1);
    let error = serde_json::from_str::<IncrementalPca>(&broken).unwrap_err();
    assert!(error.to_string().contains("squared_deviations has 4 entries, expected 3"), "{error}");
}

#[test]
fn results_cross_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(IncrementalPca, RandomizedPcaParams, ReductionError)>();
}
