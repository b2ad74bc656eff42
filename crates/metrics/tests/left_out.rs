//! Labels of held-out rows that know nothing of a feature, and the p-values that follow.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use rand::RngExt;
use segctl_metrics::effects::{held_out_p_values, labels_without, numeric_effects};
use segctl_metrics::{MetricsError, nearest_centroid};
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

/// Whole numbers, of which sums have no rounding.
fn tables() -> impl Strategy<Value = (Matrix, Labels, Matrix)> {
    (1_usize..5, 4_usize..20, 1_usize..20).prop_flat_map(|(d, n, m)| {
        let table = |rows| prop::collection::vec((-8_i32..9).prop_map(|v| f64::from(v * 60)), rows * d);
        let labels = prop::collection::vec(-1_i64..3, n).prop_map(|mut labels| {
            labels[..2].copy_from_slice(&[0, 1]);
            Labels::from_signed(&labels).unwrap()
        });
        (table(n), labels, table(m))
            .prop_map(move |(x, l, y)| (Matrix::new(x, n, d).unwrap(), l, Matrix::new(y, m, d).unwrap()))
    })
}

fn without(x: MatrixView<'_>, start: usize, end: usize) -> Matrix {
    let keep: Vec<usize> = (0..x.n_cols()).filter(|j| !(start..end).contains(j)).collect();
    let flat = x.rows().flat_map(|row| keep.iter().map(|&j| row[j]).collect::<Vec<_>>()).collect();
    Matrix::new(flat, x.n_rows(), keep.len()).unwrap()
}

fn squares(row: &[f64], center: &[f64]) -> f64 {
    row.iter().zip(center).map(|(a, b)| (a - b) * (a - b)).sum()
}

proptest! {
    #[test]
    fn labels_are_those_of_the_table_without_the_columns((x, labels, y) in tables(), start in 0_usize..5, len in 0_usize..3) {
        let start = start.min(x.n_cols());
        let end = (start + len).min(x.n_cols());
        let found = labels_without(x.view(), &labels, y.view(), &[start..end, 0..0]).unwrap().remove(0);
        if end - start == x.n_cols() {
            prop_assert!((0..found.len()).all(|i| found.get(i) == Some(0)));
            return Ok(());
        }
        let (train, rows) = (without(x.view(), start, end), without(y.view(), start, end));
        let expected = nearest_centroid(train.view(), &labels, rows.view()).unwrap();
        // Means may round, and then near ties fall either way.
        for i in (0..found.len()).filter(|&i| found.get(i) != expected.get(i)) {
            let center = |cluster: usize| -> Vec<f64> {
                let own: Vec<usize> = (0..labels.len()).filter(|&r| labels.get(r) == Some(cluster)).collect();
                (0..train.n_cols()).map(|j| own.iter().map(|&r| train.row(r)[j]).sum::<f64>() / own.len() as f64).collect()
            };
            let of = |labels: &Labels| squares(rows.row(i), &center(labels.get(i).unwrap()));
            prop_assert!((of(&found) - of(&expected)).abs() <= 1e-9 * (1.0 + of(&expected)));
        }
    }
}

/// Two groups along the first feature of rows that have none.
fn noise(seed: u64) -> (Matrix, Labels) {
    let mut rng = Seed(7).stream("noise", seed, 0);
    let x = Matrix::new((0..300 * 4).map(|_| rng.random::<f64>()).collect(), 300, 4).unwrap();
    let labels = Labels::new((0..300).map(|i| u32::from(x.row(i).iter().sum::<f64>() > 2.0)).collect(), 2).unwrap();
    (x, labels)
}

/// The p-values of all features of noise, labelled with or without a look at each.
fn p_values(with_a_look: bool) -> Vec<f64> {
    let of_draw = |seed| {
        let (x, labels) = noise(seed);
        let (forming, testing): (Vec<usize>, Vec<usize>) = (0..300).partition(|i| i % 2 == 0);
        let (train, rest) = (x.view().select_rows(&forming), x.view().select_rows(&testing));
        let ranges: Vec<_> = (0..4).map(|j| if with_a_look { 0..0 } else { j..j + 1 }).collect();
        let found = labels_without(train.view(), &labels.select(&forming), rest.view(), &ranges).unwrap();
        let p =
            |j: usize| held_out_p_values(&numeric_effects(rest.view(), &found[j]).unwrap()[j]).kruskal_wallis.unwrap();
        (0..4).map(p).collect::<Vec<_>>()
    };
    (0..100).flat_map(of_draw).collect()
}

/// The distance of Kolmogorov and Smirnov from the uniform distribution.
fn distance_from_uniform(mut p: Vec<f64>) -> f64 {
    p.sort_unstable_by(f64::total_cmp);
    let n = p.len() as f64;
    let apart = |(i, p): (usize, &f64)| (p - i as f64 / n).abs().max(((i + 1) as f64 / n - p).abs());
    p.iter().enumerate().map(apart).fold(0.0, f64::max)
}

#[test]
fn p_values_of_noise_are_uniform_only_without_a_look_at_the_feature() {
    // The 0.1 % point of the distance for 400 values is 1.95 / 20.
    assert!(distance_from_uniform(p_values(false)) < 0.0975);
    let with_a_look = p_values(true);
    let n_small = with_a_look.iter().filter(|p| **p < 0.01).count();
    assert!(n_small > 350, "holding rows out is not enough: {n_small} of 400 below 0.01");
}

#[test]
fn the_same_at_any_number_of_threads() {
    let (x, labels) = noise(0);
    let run =
        |threads| with_threads(threads, || labels_without(x.view(), &labels, x.view(), &[0..1, 1..3, 0..0]).unwrap());
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(3));
}

#[test]
fn hostile_input_is_refused() {
    let x = Matrix::new(vec![0.0, 1.0, 2.0, 3.0], 2, 2).unwrap();
    let labels = Labels::from_signed(&[0, 1]).unwrap();
    let message = |train: &Matrix, labels: &Labels, rows: &Matrix, end| {
        labels_without(train.view(), labels, rows.view(), &[0..end, 0..0]).unwrap_err().to_string()
    };
    assert_eq!(message(&x, &labels, &x, 3), "row has 2 entries, expected 3");
    assert_eq!(message(&x, &Labels::from_signed(&[0]).unwrap(), &x, 1), "labels has 1 entries, expected 2");
    assert_eq!(message(&x, &labels, &Matrix::zeros(2, 3), 1), "row has 3 entries, expected 2");
    let wild = Matrix::new(vec![0.0, f64::NAN, 2.0, 3.0], 2, 2).unwrap();
    assert_eq!(message(&wild, &labels, &x, 1), "X: value NaN at row 0, column 1 is not finite");
    let large = Matrix::new(vec![0.0, 1e200, 2.0, 3.0], 2, 2).unwrap();
    assert!(matches!(
        labels_without(x.view(), &labels, large.view(), &[]),
        Err(MetricsError::TooLarge { row: 0, column: 1, .. })
    ));
    let noise = Labels::from_signed(&[-1, -1]).unwrap();
    assert!(matches!(labels_without(x.view(), &noise, x.view(), &[]), Err(MetricsError::NoClusters { .. })));
    assert!(labels_without(x.view(), &labels, x.view(), &[]).unwrap().is_empty());
}
