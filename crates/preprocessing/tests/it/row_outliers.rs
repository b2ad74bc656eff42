//! Outliers that are whole rows: as scikit-learn finds them, and what becomes of them.

use std::collections::BTreeMap;

use segctl_numeric::par::with_threads;
use segctl_preprocessing::steps::{IsolationForest, Mahalanobis, RowJudge, Step, average_path_length};
use segctl_preprocessing::{
    ColumnPlan, Fitted, OutlierAction, Outliers, Preparation, Prepared, Treatment, fit, fit_transform,
};
use serde::Deserialize;

use crate::common::{assert_close, batch, batch_of, golden, numbers, plan, texts};

#[derive(Deserialize)]
struct Golden {
    rows: Vec<Vec<f64>>,
    half: usize,
    planted: usize,
    squared: Vec<f64>,
    limits: BTreeMap<String, Vec<f64>>,
    path_lengths: PathLengths,
    forest: Forest,
}

#[derive(Deserialize)]
struct PathLengths {
    n: Vec<usize>,
    c: Vec<f64>,
}

#[derive(Deserialize)]
struct Forest {
    mean: Vec<f64>,
    std: Vec<f64>,
    auc: Vec<f64>,
    n_flagged: Vec<usize>,
}

fn preparation(outliers: Outliers, outlier_action: OutlierAction) -> Preparation {
    Preparation { outliers, outlier_action, ..Preparation::as_is() }
}

fn prepare(rows: &[Vec<f64>], preparation: &Preparation) -> (Fitted, Prepared) {
    let names: Vec<String> = (0..rows[0].len()).map(|j| format!("c{j}")).collect();
    let plans: Vec<ColumnPlan> = names.iter().map(|name| ColumnPlan::new(name, Treatment::Numeric)).collect();
    fit_transform(&[batch_of(&names, &cells(rows))], &plans, preparation).expect("columns of numbers")
}

fn cells(rows: &[Vec<f64>]) -> Vec<Vec<Option<f64>>> {
    rows.iter().map(|row| row.iter().copied().map(Some).collect()).collect()
}

fn judge(fitted: &Fitted) -> &RowJudge {
    let step = fitted.steps.iter().find_map(|step| match step {
        Step::RowOutliers(step) => Some(step),
        _ => None,
    });
    &step.expect("rows were judged").judge
}

fn mahalanobis(fitted: &Fitted) -> &Mahalanobis {
    let RowJudge::Mahalanobis(judge) = judge(fitted) else { panic!("distances were asked for") };
    judge
}

fn forest(fitted: &Fitted) -> &IsolationForest {
    let RowJudge::IsolationForest(judge) = judge(fitted) else { panic!("a forest was asked for") };
    judge
}

#[test]
fn distances_agree_with_scikit_learn_on_rows_seen_and_not() {
    let golden: Golden = golden("outliers", "outliers");
    let (fitted, _) = prepare(&golden.rows[..golden.half], &preparation(Outliers::Mahalanobis, OutlierAction::Flag));
    let found = mahalanobis(&fitted);
    for (row, &expected) in golden.rows.iter().zip(&golden.squared) {
        assert_close(found.squared_distance(row), expected, 1e-10, "squared distance");
    }
    let names = ["c0", "c1", "c2"].map(String::from);
    let replayed = fitted.transform(&[batch_of(&names, &cells(&golden.rows))]).unwrap();
    let limit = golden.limits["0.975"][2];
    let expected: Vec<u32> = golden.squared.iter().map(|&squared| u32::from(squared > limit)).collect();
    assert_eq!(replayed.outliers, expected);
    assert!(expected[golden.rows.len() - golden.planted..].iter().sum::<u32>() >= 18, "planted rows are far");
}

#[test]
fn limits_are_the_quantiles_of_chi_squared() {
    let golden: Golden = golden("outliers", "outliers");
    for (quantile, expected) in golden.limits {
        let expected: BTreeMap<usize, f64> = [1, 2, 3, 17, 200].into_iter().zip(expected).collect();
        for (d, limit) in expected {
            let value = |i: usize, j: usize| libm::sin((i * (j + 3) * (j + 7) + j) as f64 * 0.61);
            let rows: Vec<Vec<f64>> = (0..450).map(|i| (0..d).map(|j| value(i, j)).collect()).collect();
            let outlier_factor = Some(quantile.parse().unwrap());
            let asked = Preparation { outlier_factor, ..preparation(Outliers::Mahalanobis, OutlierAction::Flag) };
            let found = mahalanobis(&prepare(&rows, &asked).0).clone();
            assert_eq!(found.axes.len(), d);
            assert_close(found.limit, limit, 1e-10, &format!("quantile {quantile}, {d} degrees of freedom"));
        }
    }
}

#[test]
fn path_lengths_agree_with_scikit_learn() {
    let Golden { path_lengths, .. } = golden("outliers", "outliers");
    for (&n, &expected) in path_lengths.n.iter().zip(&path_lengths.c) {
        assert_close(average_path_length(n), expected, 1e-12, &format!("{n} rows"));
    }
}

/// How often a planted row scores more than another, ties counted half.
fn auc(scores: &[f64], n_planted: usize) -> f64 {
    let (others, planted) = scores.split_at(scores.len() - n_planted);
    let wins = |score: &f64| others.iter().map(|other| f64::from(u8::from(score > other))).sum::<f64>();
    planted.iter().map(wins).sum::<f64>() / (others.len() * n_planted) as f64
}

#[test]
fn a_forest_scores_as_those_of_scikit_learn_do() {
    let golden: Golden = golden("outliers", "outliers");
    let expected = &golden.forest;
    let (low, high) = expected.auc.iter().fold((1.0, 0.0), |(low, high): (f64, f64), &a| (low.min(a), high.max(a)));
    let (fewest, most) = (expected.n_flagged.iter().min().unwrap(), expected.n_flagged.iter().max().unwrap());
    let mut bias = 0.0;
    for seed in 0..5 {
        let asked = Preparation { seed, ..preparation(Outliers::IsolationForest, OutlierAction::Flag) };
        let (fitted, prepared) = prepare(&golden.rows, &asked);
        let scores: Vec<f64> = golden.rows.iter().map(|row| forest(&fitted).score(row)).collect();
        for (i, score) in scores.iter().enumerate() {
            let spread = (score - expected.mean[i]) / expected.std[i];
            assert!(spread.abs() < 5.5, "row {i}: {score}, {spread} standard deviations from the mean");
            bias += (score - expected.mean[i]) / (5.0 * scores.len() as f64);
        }
        let found = auc(&scores, golden.planted);
        assert!(found > low - 0.005 && found < high + 0.005, "{found} is not in {low}..{high}");
        let n_flagged = prepared.outliers.iter().sum::<u32>() as usize;
        assert!(n_flagged + 15 > *fewest && n_flagged < most + 15, "{n_flagged} is not in {fewest}..{most}");
        let above = scores.iter().map(|&score| u32::from(score > 0.5)).collect::<Vec<_>>();
        assert_eq!(prepared.outliers, above);
    }
    assert!(bias.abs() < 0.005, "{bias}");
}

#[test]
fn seeds_make_forests_and_threads_do_not() {
    let rows: Vec<Vec<f64>> = (0..5000).map(|i| (1..4).map(|j| libm::sin(f64::from(i * j))).collect()).collect();
    let run = |n_threads, seed| {
        let asked = Preparation { seed, ..preparation(Outliers::IsolationForest, OutlierAction::Flag) };
        let (fitted, prepared) = with_threads(n_threads, || prepare(&rows, &asked));
        (serde_json::to_string(&fitted).unwrap(), prepared)
    };
    let one = run(1, 0);
    assert!(one == run(2, 0) && one == run(3, 0));
    assert_ne!(one.0, run(1, 1).0);
    let distances = |n_threads| {
        let asked = preparation(Outliers::Mahalanobis, OutlierAction::Drop);
        with_threads(n_threads, || prepare(&rows, &asked))
    };
    let one = distances(1);
    assert!(one == distances(2) && one == distances(3));
}

#[test]
fn rows_are_counted_once_and_left_out_when_asked() {
    let golden: Golden = golden("outliers", "outliers");
    for outliers in [Outliers::Mahalanobis, Outliers::IsolationForest] {
        let flagged = prepare(&golden.rows, &preparation(outliers, OutlierAction::Flag)).1;
        let expected: Vec<usize> = (0..golden.rows.len()).filter(|&i| flagged.outliers[i] == 0).collect();
        let n = golden.rows.len() - expected.len();
        assert!(n > 10 && flagged.kept_rows.is_none() && flagged.outliers.iter().all(|&count| count <= 1));
        assert_eq!((flagged.events[0].step.as_str(), flagged.events[0].count), ("outliers", n as u64));
        let (fitted, dropped) = prepare(&golden.rows, &preparation(outliers, OutlierAction::Drop));
        assert_eq!(dropped.kept_rows, Some(expected));
        let read: Fitted = serde_json::from_str(&serde_json::to_string(&fitted).unwrap()).unwrap();
        assert_eq!(read, fitted);
    }
}

#[test]
fn units_do_not_matter_nor_does_row_order_to_distances() {
    let golden: Golden = golden("outliers", "outliers");
    let asked = preparation(Outliers::Mahalanobis, OutlierAction::Flag);
    let plain = prepare(&golden.rows, &asked).1.outliers;
    let turned = |row: &Vec<f64>| vec![row[0] + 1e-3 * row[1], 1e6 * row[1] - 7.0, row[2] - row[0]];
    let mut other: Vec<Vec<f64>> = golden.rows.iter().map(turned).collect();
    assert_eq!(prepare(&other, &asked).1.outliers, plain, "any invertible linear map");
    other.reverse();
    let backwards: Vec<u32> = plain.into_iter().rev().collect();
    assert_eq!(prepare(&other, &asked).1.outliers, backwards);
    let asked = preparation(Outliers::IsolationForest, OutlierAction::Flag);
    let scaled: Vec<Vec<f64>> = golden.rows.iter().map(|row| vec![8.0 * row[0], 0.25 * row[1], row[2]]).collect();
    assert_eq!(prepare(&scaled, &asked).1.outliers, prepare(&golden.rows, &asked).1.outliers);
}

#[test]
fn clipping_rows_is_refused_with_a_way_out() {
    let table = [batch([("x", numbers((0..5).map(|i| Some(f64::from(i)))))])];
    for outliers in [Outliers::Mahalanobis, Outliers::IsolationForest] {
        let error =
            fit(&table, &[plan("x", Treatment::Numeric)], &preparation(outliers, OutlierAction::Clip)).unwrap_err();
        assert!(error.to_string().contains("finds rows and not values"), "{error}");
        assert!(error.hint().unwrap().contains("outlier-action = \"flag\" or \"drop\""));
    }
}

#[test]
fn without_numbers_no_row_is_an_outlier() {
    let words = || texts((0..9).map(|i| Some(["a", "b"][i % 2])));
    for outliers in [Outliers::Mahalanobis, Outliers::IsolationForest] {
        let columns = [plan("word", Treatment::OneHot)];
        let asked = preparation(outliers, OutlierAction::Drop);
        let (fitted, prepared) = fit_transform(&[batch([("word", words())])], &columns, &asked).unwrap();
        assert_eq!(prepared.outliers, [0; 9]);
        assert_eq!(fitted.transform(&[]).unwrap().matrix.n_rows(), 0);
    }
}

#[test]
fn hostile_numbers_are_judged_without_a_panic() {
    let huge = |i: usize| [1e75, -1e75, 1e-300, 0.0, f64::MIN_POSITIVE / 8.0][i % 5];
    let rows: Vec<Vec<f64>> = (0..30).map(|i| vec![huge(i), huge(i * i), i as f64, 3.0]).collect();
    for outliers in [Outliers::Mahalanobis, Outliers::IsolationForest] {
        let (fitted, prepared) = prepare(&rows, &preparation(outliers, OutlierAction::Flag));
        assert_eq!(prepared.outliers.len(), 30);
        assert!(serde_json::to_string(&fitted).is_ok());
        let (_, one) = prepare(&rows[2..3], &preparation(outliers, OutlierAction::Flag));
        assert_eq!(one.outliers, [0], "one row is like all others");
    }
}
