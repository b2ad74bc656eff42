//! What every principal component analysis must satisfy, whatever the data.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

use proptest::prelude::*;
use segctl_numeric::{InputError, Matrix, MatrixView, par};
use segctl_reduction::{Components, Pca, PcaParams, ReductionError, fit};

fn matrix(n: std::ops::Range<usize>, d: std::ops::Range<usize>) -> impl Strategy<Value = Matrix> {
    (n, d).prop_flat_map(|(n, d)| {
        proptest::collection::vec(-100.0..100.0_f64, n * d).prop_map(move |data| Matrix::new(data, n, d).unwrap())
    })
}

/// Reproducible clumpy numbers without a generator.
fn wavy(n: usize, d: usize) -> Matrix {
    let value = |at: usize| ((at * 2_654_435_761 % 1_000_003) as f64 / 1e5) * (1 + at % d) as f64 + (at % 7) as f64;
    Matrix::new((0..n * d).map(value).collect(), n, d).unwrap()
}

fn all(x: MatrixView<'_>) -> Pca {
    fit(x, &PcaParams::default()).unwrap()
}

fn max_difference(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |top, (a, b)| (a - b).abs().max(top))
}

/// The covariance of columns a and b by definition, in O(n).
fn covariance(x: MatrixView<'_>, a: usize, b: usize) -> f64 {
    let mean = |j: usize| x.column(j).sum::<f64>() / x.n_rows() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum: f64 = x.column(a).zip(x.column(b)).map(|(u, v)| (u - mean_a) * (v - mean_b)).sum();
    sum / (x.n_rows() - 1) as f64
}

proptest! {
    #[test]
    fn components_are_orthonormal_and_signed(x in matrix(2..40, 1..8)) {
        let pca = all(x.view());
        for i in 0..pca.n_components() {
            for j in 0..=i {
                let dot: f64 = pca.components.row(i).iter().zip(pca.components.row(j)).map(|(a, b)| a * b).sum();
                prop_assert!((dot - f64::from(u8::from(i == j))).abs() < 1e-13, "rows {i} and {j}: {dot}");
            }
            let row = pca.components.row(i);
            let top = row.iter().fold(0.0_f64, |top, v| if v.abs() > top.abs() { *v } else { top });
            prop_assert!(top > 0.0);
        }
        prop_assert!(pca.singular_values.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn the_covariance_matrix_is_rebuilt(x in matrix(2..40, 1..8)) {
        let pca = all(x.view());
        let d = x.n_cols();
        for (a, b) in (0..d).flat_map(|a| (0..=a).map(move |b| (a, b))) {
            let term = |i: usize| pca.explained_variance[i] * pca.components.row(i)[a] * pca.components.row(i)[b];
            let rebuilt: f64 = (0..pca.n_components()).map(term).sum();
            prop_assert!((rebuilt - covariance(x.view(), a, b)).abs() < 1e-9, "columns {a} and {b}");
        }
        prop_assert!((pca.explained_variance_ratio.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_inverse_undoes_the_transform(x in matrix(2..40, 1..20)) {
        let pca = all(x.view());
        let back = pca.inverse_transform(pca.transform(x.view()).unwrap().view()).unwrap();
        prop_assert!(max_difference(back.as_slice(), x.as_slice()) < 1e-11);
    }

    #[test]
    fn a_shift_moves_only_the_mean(x in matrix(9..40, 1..6), shift in -50.0..50.0_f64) {
        let moved = Matrix::new(x.as_slice().iter().map(|v| v + shift).collect(), x.n_rows(), x.n_cols()).unwrap();
        let (a, b) = (all(x.view()), all(moved.view()));
        prop_assert!(max_difference(&a.singular_values, &b.singular_values) < 1e-10);
    }

    #[test]
    fn the_order_of_the_rows_is_irrelevant(x in matrix(2..40, 1..6)) {
        let reversed: Vec<usize> = (0..x.n_rows()).rev().collect();
        let (a, b) = (all(x.view()), all(x.view().select_rows(&reversed).view()));
        prop_assert!(max_difference(&a.singular_values, &b.singular_values) < 1e-10);
    }
}

#[test]
fn a_power_of_two_scales_exactly() {
    let x = wavy(1000, 6);
    let scaled = Matrix::new(x.as_slice().iter().map(|v| v * 1024.0).collect(), 1000, 6).unwrap();
    let (a, b) = (all(x.view()), all(scaled.view()));
    assert_eq!(a.components, b.components);
    assert!(a.singular_values.iter().zip(&b.singular_values).all(|(a, b)| a * 1024.0 == *b));
}

#[test]
fn small_components_survive_a_large_offset() {
    // Standard deviations 1, 1e-3 and 1e-6 of the first: X'X would leave nothing of the third.
    let direction = [[0.6, 0.8, 0.0], [-0.8, 0.6, 0.0], [0.0, 0.0, 1.0]];
    let spread = [1e3, 1.0, 1e-3];
    let score = |i: usize, c: usize| if i >> c & 1 == 0 { spread[c] } else { -spread[c] };
    let value = |i: usize, j: usize| (0..3).map(|c| score(i, c) * direction[c][j]).sum::<f64>();
    let x = Matrix::new((0..8000 * 3).map(|at| value(at / 3, at % 3)).collect(), 8000, 3).unwrap();
    let pca = all(x.view());
    for (found, expected) in pca.singular_values.iter().zip(spread) {
        let expected = expected * 8000_f64.sqrt();
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} for {expected}");
    }
}

#[test]
fn rows_that_drift_have_the_covariance_of_all() {
    // The mean moves by its own size over the file: most of the variance is between chunks of rows.
    let drift = |at: usize| 1e3 + (at / 5) as f64 / 10.0 * (1 + at % 5) as f64;
    let noise = |at: usize| (at * 2_654_435_761 % 1009) as f64 / 100.0;
    let x = Matrix::new((0..10_000 * 5).map(|at| drift(at) + noise(at)).collect(), 10_000, 5).unwrap();
    let pca = all(x.view());
    for (a, b) in (0..5).flat_map(|a| (0..=a).map(move |b| (a, b))) {
        let term = |i: usize| pca.explained_variance[i] * pca.components.row(i)[a] * pca.components.row(i)[b];
        let (rebuilt, expected) = ((0..5).map(term).sum::<f64>(), covariance(x.view(), a, b));
        assert!((rebuilt / expected - 1.0).abs() < 1e-11, "columns {a} and {b}: {rebuilt} for {expected}");
    }
    let turned = x.view().select_rows(&(0..10_000).rev().collect::<Vec<_>>());
    for (a, b) in pca.singular_values.iter().zip(&all(turned.view()).singular_values) {
        assert!((a / b - 1.0).abs() < 1e-11, "{a} and {b}");
    }
}

#[test]
fn bits_do_not_depend_on_threads() {
    let x = wavy(20_000, 9);
    let run = || {
        let pca = all(x.view());
        let scores = pca.transform(x.view()).unwrap();
        (pca, scores)
    };
    let one = par::with_threads(1, run);
    assert_eq!(one, par::with_threads(2, run));
    assert_eq!(one, par::with_threads(3, run));
}

#[test]
fn a_row_has_the_same_score_wherever_it_stands() {
    let x = wavy(3000, 5);
    let pca = all(x.view());
    let all = pca.transform(x.view()).unwrap();
    let some = pca.transform(x.view().rows_range(1021..1030)).unwrap();
    assert_eq!(all.view().rows_range(1021..1030), some.view());
}

#[test]
fn constant_data_have_no_variance_and_a_basis() {
    let x = Matrix::new(vec![0.1; 30], 10, 3).unwrap();
    let pca = all(x.view());
    assert_eq!(pca.explained_variance, [0.0; 3]);
    assert_eq!(pca.explained_variance_ratio, [0.0; 3]);
    assert_eq!(pca.transform(x.view()).unwrap(), Matrix::zeros(10, 3));
    assert_eq!(fit(x.view(), &PcaParams::new(Components::Fraction(0.9))).unwrap().n_components(), 1);
}

#[test]
fn one_constant_column_has_no_loading() {
    let x =
        Matrix::new((0..5000).flat_map(|i| [0.1, f64::from(i % 17), f64::from(i % 11)]).collect(), 5000, 3).unwrap();
    let pca = all(x.view());
    assert_eq!(pca.explained_variance[2], 0.0);
    assert_eq!([pca.components.row(0)[0], pca.components.row(1)[0]], [0.0, 0.0]);
}

#[track_caller]
fn assert_error(x: &Matrix, components: Components, message: &str) -> ReductionError {
    let error = fit(x.view(), &PcaParams::new(components)).unwrap_err();
    assert_eq!(error.to_string(), message);
    error
}

#[test]
fn bad_data_are_refused_with_their_place() {
    let with = |value| Matrix::new(vec![0.0, 1.0, 2.0, value], 2, 2).unwrap();
    let nan = assert_error(&with(f64::NAN), Components::All, "X: value NaN at row 1, column 1 is not finite");
    assert!(nan.hint().is_some());
    let error = fit(with(1e300).view(), &PcaParams::default()).unwrap_err();
    assert!(matches!(error, ReductionError::TooLarge { row: 1, column: 1, value: 1e300, .. }));
    assert_error(&Matrix::zeros(1, 2), Components::All, "PCA: n_samples=1 should be >= 2");
    assert_error(&Matrix::zeros(5, 0), Components::All, "X: n_features=0 should be >= 1");
    let count = "n_components=3 should be in 1..=2, the smaller of n_samples=4 and n_features=2";
    assert_error(&Matrix::zeros(4, 2), Components::Count(3), count);
    assert_error(&Matrix::zeros(4, 2), Components::Count(0), "n_components=0 should be >= 1");
}

#[test]
fn the_largest_accepted_values_stay_finite() {
    let x = Matrix::from_rows(&[[1e140, -1e140], [-1e140, 1e140], [1e140, 1e139]]).unwrap();
    let pca = all(x.view());
    assert!(pca.explained_variance.iter().chain(pca.components.as_slice()).all(|v| v.is_finite()));
}

#[test]
fn denormal_values_count_as_constant() {
    let x = Matrix::from_rows(&[[0.0, 5e-324], [5e-324, 0.0], [1e-310, 0.0]]).unwrap();
    assert_eq!(all(x.view()).singular_values, [0.0, 0.0]);
}

#[test]
fn the_width_must_be_that_of_the_fit() {
    let pca = all(wavy(10, 3).view());
    let error = pca.transform(Matrix::zeros(1, 4).view()).unwrap_err();
    assert_eq!(error.to_string(), "X: n_columns=4 should be 3, as fitted");
    assert!(pca.inverse_transform(Matrix::zeros(1, 2).view()).is_err());
    let nan = Matrix::new(vec![f64::NAN; 3], 1, 3).unwrap();
    assert!(matches!(pca.transform(nan.view()), Err(ReductionError::Input(InputError::NotFinite { .. }))));
    assert_eq!(pca.transform(Matrix::zeros(0, 3).view()).unwrap(), Matrix::zeros(0, 3));
}

#[test]
fn a_file_gives_the_same_analysis_or_an_error() {
    let pca = all(wavy(50, 3).view());
    let text = serde_json::to_string(&pca).unwrap();
    assert_eq!(serde_json::from_str::<Pca>(&text).unwrap(), pca);
    let broken = text.replacen("\"mean\":[", "\"mean\":[0.0,", 1);
    let error = serde_json::from_str::<Pca>(&broken).unwrap_err();
    assert!(error.to_string().contains("mean has 4 entries, expected 3"), "{error}");
}

#[test]
fn results_cross_threads() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(Pca, PcaParams, ReductionError)>();
}
