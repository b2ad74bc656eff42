//! Prediction strength: against R's `fpc::prediction.strength` on the files of
//! tests/golden/prediction_strength.R, against pairs counted one by one, and at the edges.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use common::{assert_close, cut_at, golden, groups, kmeans};
use proptest::prelude::*;
use segctl_metrics::{
    MetricsError, PredictionParams, PredictionStrength, nearest_centroid, pairs_kept, prediction_strength,
    prediction_strength_by, strength_of_halves,
};
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::observe::Silent;
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    divisions: Vec<Division>,
    mean: Vec<f64>,
    best_k: usize,
}

#[derive(Deserialize)]
struct Division {
    k: usize,
    halves: [Half; 2],
    strength: f64,
}

#[derive(Deserialize)]
struct Half {
    rows: Vec<usize>,
    labels: Vec<i64>,
}

/// The strength of R's division from R's labels alone.
fn strength(x: &Matrix, division: &Division) -> f64 {
    let table = [0, 1].map(|half: usize| x.view().select_rows(&division.halves[half].rows));
    let own = [0, 1].map(|half: usize| Labels::from_signed(&division.halves[half].labels).unwrap());
    let predicted = |half: usize| nearest_centroid(table[1 - half].view(), &own[1 - half], table[half].view()).unwrap();
    strength_of_halves([&own[0], &own[1]], [&predicted(0), &predicted(1)]).unwrap().strength
}

fn check(name: &str) {
    let case: Case = golden(&format!("prediction_strength/{name}.json"));
    let x = Matrix::from_rows(&case.x).unwrap();
    let strengths: Vec<f64> = case.divisions.iter().map(|division| strength(&x, division)).collect();
    let expected: Vec<f64> = case.divisions.iter().map(|division| division.strength).collect();
    assert_close(&strengths, &expected, 1e-13);
    for (at, k) in (case.divisions[0].k..).take(case.mean.len()).enumerate() {
        let of_k: Vec<f64> = case.divisions.iter().zip(&strengths).filter(|(d, _)| d.k == k).map(|(_, s)| *s).collect();
        assert_close(&[of_k.iter().sum::<f64>() / of_k.len() as f64], &[case.mean[at]], 1e-13);
    }
    // Other divisions, the same answer.
    let params = PredictionParams::new(Seed(3)).with_divisions(20);
    let found = prediction_strength(x.view(), 1..=5, &kmeans, &params, &Silent).unwrap();
    assert_eq!(found.best_k, case.best_k);
}

#[test]
fn three_groups_as_fpc() {
    check("three");
}

#[test]
fn overlapping_groups_as_fpc() {
    check("overlapping");
}

/// Of the pairs of each cluster, those that are together.
fn pairs_oracle(own: &[i64], predicted: &[i64], cluster: i64) -> f64 {
    let (mut all, mut kept) = (0, 0);
    for i in 0..own.len() {
        for j in 0..i {
            if own[i] == cluster && own[j] == cluster {
                all += 1;
                kept += usize::from(predicted[i] >= 0 && predicted[i] == predicted[j]);
            }
        }
    }
    if all == 0 { 1.0 } else { kept as f64 / f64::from(all) }
}

proptest! {
    #[test]
    fn shares_are_those_of_counting_pairs(
        own in prop::collection::vec(-1_i64..4, 20),
        predicted in prop::collection::vec(-1_i64..4, 20),
    ) {
        let (a, b) = (Labels::from_signed(&own).unwrap(), Labels::from_signed(&predicted).unwrap());
        for (cluster, share) in pairs_kept(&a, &b).unwrap().into_iter().enumerate() {
            prop_assert!((share - pairs_oracle(&own, &predicted, cluster as i64)).abs() < 1e-15);
        }
    }

    #[test]
    fn the_nearest_mean_is_nearest(
        values in prop::collection::vec(-9_i32..9, 40),
        labels in prop::collection::vec(-1_i64..4, 12),
    ) {
        let values: Vec<f64> = values.into_iter().map(f64::from).collect();
        let (train, rows) = (Matrix::new(values[..24].to_vec(), 12, 2).unwrap(), Matrix::new(values[24..].to_vec(), 8, 2).unwrap());
        let labels = Labels::from_signed(&labels).unwrap();
        prop_assume!(labels.n_noise() < 12);
        let mean = |cluster: usize| {
            let own: Vec<usize> = (0..12).filter(|&i| labels.get(i) == Some(cluster)).collect();
            let of = |j: usize| own.iter().map(|&i| train.row(i)[j]).sum::<f64>() / own.len() as f64;
            (!own.is_empty()).then(|| [of(0), of(1)])
        };
        let found = nearest_centroid(train.view(), &labels, rows.view()).unwrap();
        for (i, row) in rows.view().rows().enumerate() {
            let to = |cluster| mean(cluster).map(|mean| squared_euclidean(row, &mean));
            let chosen = to(found.get(i).unwrap()).unwrap();
            prop_assert!((0..4).filter_map(to).all(|other| chosen <= other + 1e-9));
        }
    }
}

fn run(x: &Matrix, last: usize, seed: u64) -> PredictionStrength {
    let params = PredictionParams::new(Seed(seed)).with_divisions(20);
    prediction_strength(x.view(), 1..=last, &kmeans, &params, &Silent).unwrap()
}

#[test]
fn groups_are_counted_and_none_is_one() {
    let found = run(&groups(120, 3, 3, 15.0), 5, 1);
    assert_eq!((found.best_k, found.at[2].mean), (3, 1.0));
    assert_eq!(found.at[0].divisions, [1.0; 20]);
    assert!(found.at[4].mean < 0.8 && found.at[4].standard_error.unwrap() > 0.0);
    assert_eq!(run(&groups(120, 3, 1, 0.0), 5, 1).best_k, 1);
}

#[test]
fn threads_change_nothing() {
    let x = groups(90, 3, 3, 3.0);
    let found = [1, 2, 3].map(|threads| with_threads(threads, || run(&x, 4, 8)));
    assert!(found.iter().all(|one| *one == found[0]));
    assert_ne!(run(&x, 4, 9), found[0]);
}

#[test]
fn moving_and_scaling_by_powers_of_two_change_nothing() {
    let x = groups(80, 2, 3, 3.0);
    let own = run(&x, 4, 8);
    for factor in [2.0_f64.powi(-200), 2.0_f64.powi(200)] {
        let scaled = Matrix::new(x.as_slice().iter().map(|v| v * factor).collect(), 80, 2).unwrap();
        assert_eq!(run(&scaled, 4, 8), own);
    }
}

#[test]
fn results_cross_threads_and_files() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(PredictionStrength, PredictionParams)>();
    let found = run(&groups(40, 2, 2, 9.0), 3, 1);
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<PredictionStrength>(&text).unwrap(), found);
}

#[test]
fn another_rule_of_assignment_is_used() {
    let x = groups(60, 2, 2, 9.0);
    let params = PredictionParams::new(Seed(0)).with_divisions(4);
    let strength =
        |classify: &(dyn Fn(MatrixView<'_>, &Labels, MatrixView<'_>) -> Result<Labels, MetricsError> + Sync)| {
            prediction_strength_by(x.view(), 2..=2, &kmeans, &classify, &params, &Silent).map(|found| found.at[0].mean)
        };
    assert_eq!(strength(&|_, _, rows| Ok(Labels::new(vec![0; rows.n_rows()], 1)?)), Ok(1.0), "all pairs are kept");
    let apart = |_: MatrixView<'_>, _: &Labels, rows: MatrixView<'_>| {
        Ok(Labels::new((0..rows.n_rows() as u32).collect(), rows.n_rows())?)
    };
    assert_eq!(strength(&apart), Ok(0.0), "no pair is");
    let short = |_: MatrixView<'_>, _: &Labels, _: MatrixView<'_>| Ok(Labels::new(vec![0], 1)?);
    assert!(strength(&short).is_err());
}

#[test]
fn hostile_input_is_refused_with_the_numbers() {
    let x = Matrix::new((0..6).map(f64::from).collect(), 6, 1).unwrap();
    let params = PredictionParams::new(Seed(0)).with_divisions(2);
    let message = |x: &Matrix, ks: std::ops::RangeInclusive<usize>| {
        prediction_strength(x.view(), ks, &cut_at(2.5), &params, &Silent).unwrap_err().to_string()
    };
    assert_eq!(message(&x, 2..=4), "prediction strength: n_samples=6 should be >= 8");
    assert_eq!(message(&x, 0..=2), "first k=0 should be >= 1");
    assert_eq!(message(&x, std::ops::RangeInclusive::new(3, 2)), "first k=3 should be <= last k=2");
    let nan = Matrix::new(vec![0.0, f64::INFINITY], 2, 1).unwrap();
    assert_eq!(message(&nan, 1..=1), "X: value inf at row 1, column 0 is not finite");
    let noise = |x: MatrixView<'_>, _: usize, _: Seed| Ok(Labels::new(vec![Labels::NOISE; x.n_rows()], 0)?);
    let error: MetricsError = prediction_strength(x.view(), 2..=2, &noise, &params, &Silent).unwrap_err();
    assert_eq!(error, MetricsError::NoClusters { n_samples: 3 });
    let labels = Labels::from_signed(&[0, 1]).unwrap();
    assert!(nearest_centroid(x.view(), &labels, x.view()).is_err());
    assert!(nearest_centroid(x.view(), &Labels::from_signed(&[-1; 6]).unwrap(), x.view()).is_err());
    assert!(pairs_kept(&labels, &Labels::from_signed(&[0]).unwrap()).is_err());
}

#[test]
fn equal_rows_and_k_of_half_the_rows_have_a_strength() {
    let equal = Matrix::new(vec![1e150; 12], 6, 2).unwrap();
    let one = |x: MatrixView<'_>, _: usize, _: Seed| Ok::<_, MetricsError>(Labels::new(vec![0; x.n_rows()], 1)?);
    let params = PredictionParams::new(Seed(0)).with_divisions(1);
    let found = prediction_strength(equal.view(), 2..=2, &one, &params, &Silent).unwrap();
    assert_eq!((found.at[0].mean, found.at[0].standard_error), (1.0, None));
    let each = |x: MatrixView<'_>, k: usize, _: Seed| {
        Ok::<_, MetricsError>(Labels::new((0..x.n_rows() as u32).map(|i| i % k as u32).collect(), k)?)
    };
    let found = prediction_strength(equal.view(), 3..=3, &each, &params, &Silent).unwrap();
    assert_eq!(found.at[0].mean, 1.0, "clusters of one row have no pair to lose");
}
