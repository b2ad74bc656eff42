//! What must hold for bisecting k-means whatever the data.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::ops::ControlFlow;

use common::{clumps, mean_of, members};
use proptest::prelude::*;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::bisecting::{
    Bisecting, BisectingModel, BisectingParams, BisectingStrategy, SplitInit, fit, fit_with,
};
use segctl_clustering_core::kmeans::{Init, KMeansParams, fit as fit_kmeans};
use segctl_clustering_core::model::Predict;
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::par::with_threads;
use segctl_numeric::{Labels, Matrix, MatrixView};

const STRATEGIES: [BisectingStrategy; 2] = [BisectingStrategy::BiggestInertia, BisectingStrategy::LargestCluster];

fn column(values: &[f64]) -> MatrixView<'_> {
    MatrixView::new(values, values.len(), 1).unwrap()
}

fn ids(found: &Bisecting) -> Vec<usize> {
    found.labels.as_slice().iter().map(|&id| id as usize).collect()
}

fn check(x: &Matrix, found: &Bisecting) {
    let k = found.centers.n_rows();
    let ids = ids(found);
    let mut inertia = 0.0;
    for c in 0..k {
        let rows = members(&ids, c);
        assert!(!rows.is_empty());
        let mean = mean_of(x.view(), &rows);
        assert!(found.centers.row(c).iter().zip(&mean).all(|(a, b)| (a - b).abs() <= 1e-9 * (1.0 + b.abs())));
        inertia += rows.iter().map(|&i| squared_euclidean(x.row(i), &mean)).sum::<f64>();
    }
    assert!((found.inertia - inertia).abs() <= 1e-9 * (1.0 + inertia), "{} for {inertia}", found.inertia);
    assert_eq!((found.splits.len(), found.inertias.len()), (k - 1, k));
    assert_eq!(found.model.predict(x.view()).unwrap().labels, found.labels);
}

/// The whole algorithm on a blackboard, for splits that begin with the farthest rows.
fn oracle(x: MatrixView<'_>, k: usize, strategy: BisectingStrategy) -> Vec<usize> {
    let mut clusters = vec![(0..x.n_rows()).collect::<Vec<_>>()];
    let far = |from: &[f64], rows: &[usize]| {
        rows.iter()
            .copied()
            .reduce(|a, b| if squared_euclidean(x.row(b), from) > squared_euclidean(x.row(a), from) { b } else { a })
    };
    while clusters.len() < k {
        let score = |rows: &Vec<usize>| match strategy {
            BisectingStrategy::LargestCluster => rows.len() as f64,
            _ => rows.iter().map(|&i| squared_euclidean(x.row(i), &mean_of(x, rows))).sum(),
        };
        let next = (0..clusters.len()).reduce(|a, b| if score(&clusters[b]) > score(&clusters[a]) { b } else { a });
        let rows = clusters[next.unwrap()].clone();
        let first = far(&mean_of(x, &rows), &rows).unwrap();
        let second = far(x.row(first), &rows).unwrap();
        let members = x.select_rows(&rows);
        let centers = x.select_rows(&[first, second]);
        let found = common::oracle(members.view(), centers.view());
        let side = |s: usize| (0..rows.len()).filter(|&i| found.labels[i] == s).map(|i| rows[i]).collect();
        clusters[next.unwrap()] = side(0);
        clusters.push(side(1));
    }
    let mut labels = vec![0; x.n_rows()];
    clusters.iter().enumerate().for_each(|(c, rows)| rows.iter().for_each(|&i| labels[i] = c));
    labels
}

proptest! {
    #[test]
    fn splits_follow_the_oracle(
        (n, d, k) in (8_usize..60, 1_usize..6, 1_usize..7),
        values in prop::collection::vec(-1e3_f64..1e3, 360),
        largest in any::<bool>(),
    ) {
        let x = Matrix::new(values[..n * d].to_vec(), n, d).unwrap();
        let strategy = STRATEGIES[usize::from(largest)];
        let params = BisectingParams::new(k).with_init(SplitInit::Farthest).with_tol(0.0).with_bisecting_strategy(strategy);
        let found = fit(x.view(), &params).unwrap();
        check(&x, &found);
        // The two rows of a pair are equally far from their mean: rounding decides which comes first.
        let expected = oracle(x.view(), k, strategy).into_iter().map(|c| c as u32).collect();
        prop_assert!(found.labels.same_partition(&Labels::new(expected, k).unwrap()));
    }

    #[test]
    fn whatever_the_data_the_model_gives_the_labels_again(
        (n, d, k) in (1_usize..50, 1_usize..4, 1_usize..9),
        values in prop::collection::vec(-3_i32..3, 200),
        scale in prop::sample::select(vec![1.0, 1e-3, 1e100]),
    ) {
        let x = Matrix::new(values[..n * d].iter().map(|&v| f64::from(v) * scale).collect(), n, d).unwrap();
        for strategy in STRATEGIES {
            match fit(x.view(), &BisectingParams::new(k).with_bisecting_strategy(strategy)) {
                Ok(found) => {
                    prop_assert_eq!(&found.model.predict(x.view()).unwrap().labels, &found.labels);
                    prop_assert!(found.labels.sizes().iter().all(|&size| size > 0));
                }
                Err(error) => {
                    let few = matches!(error, ClusteringError::TooFewDistinct { .. } | ClusteringError::TooFewRows { .. });
                    prop_assert!(few, "{}", error);
                }
            }
        }
    }
}

#[test]
fn fewer_clusters_are_a_prefix() {
    let x = clumps(700, 4, 6);
    for strategy in STRATEGIES {
        let params = |k| BisectingParams::new(k).with_bisecting_strategy(strategy);
        let all = fit(x.view(), &params(8)).unwrap();
        check(&x, &all);
        for k in 1..8 {
            let fewer = fit(x.view(), &params(k)).unwrap();
            assert_eq!((&fewer.labels, &fewer.splits[..]), (&all.labels_at(k), &all.splits[..k - 1]));
            assert_eq!(fewer.inertias, all.inertias[..k]);
        }
        assert!(all.inertias.is_sorted_by(|a, b| a > b));
    }
}

#[test]
fn what_is_split_is_the_largest_by_the_strategy() {
    let x = clumps(500, 3, 5);
    let by_inertia = fit(x.view(), &BisectingParams::new(7)).unwrap();
    let mut inertias = vec![by_inertia.inertias[0]];
    for split in &by_inertia.splits {
        assert!(inertias.iter().all(|&inertia| inertia <= inertias[split.cluster]));
        assert_eq!((split.inertia_before, split.new_cluster), (inertias[split.cluster], inertias.len()));
        inertias[split.cluster] = split.inertia_after[0];
        inertias.push(split.inertia_after[1]);
    }
    let params = BisectingParams::new(7).with_bisecting_strategy(BisectingStrategy::LargestCluster);
    let mut sizes = vec![500];
    for split in &fit(x.view(), &params).unwrap().splits {
        assert!(sizes.iter().all(|&size| size <= sizes[split.cluster]));
        sizes[split.cluster] = split.sizes[0];
        sizes.push(split.sizes[1]);
    }
}

#[test]
fn threads_change_no_bit() {
    let x = clumps(5000, 6, 4);
    let run = || fit(x.view(), &BisectingParams::new(6)).unwrap();
    let one = with_threads(1, run);
    assert_eq!(one, with_threads(2, run));
    assert_eq!(one, with_threads(3, run));
}

#[test]
fn a_weight_of_three_is_three_copies() {
    let x = clumps(90, 4, 3);
    let weights: Vec<f64> = (0..90).map(|i| f64::from(i % 4)).collect();
    let copies: Vec<usize> = (0..90).flat_map(|i| std::iter::repeat_n(i, i % 4)).collect();
    for strategy in STRATEGIES {
        let params = BisectingParams::new(5).with_init(SplitInit::Farthest).with_bisecting_strategy(strategy);
        let weighted = fit_with(x.view(), Some(&weights), &params, &Silent).unwrap();
        let copied = fit(x.view().select_rows(&copies).view(), &params).unwrap();
        assert!((weighted.inertia - copied.inertia).abs() <= 1e-9 * copied.inertia);
        for (copy, &row) in copies.iter().enumerate() {
            assert_eq!(weighted.labels.get(row), copied.labels.get(copy));
        }
    }
}

#[test]
fn clumps_far_apart_are_found() {
    let x = clumps(600, 8, 5);
    let found = fit(x.view(), &BisectingParams::new(5)).unwrap();
    let best = fit_kmeans(x.view(), &KMeansParams::new(5)).unwrap();
    assert!(found.inertia <= 1.5 * best.inertia, "{} for {}", found.inertia, best.inertia);
    let from = KMeansParams::new(5).with_init(Init::Centers(found.centers.clone()));
    assert!(fit_kmeans(x.view(), &from).unwrap().inertia <= found.inertia * (1.0 + 1e-12));
}

#[test]
fn a_model_survives_its_file_other_numbers_and_refuses_nonsense() {
    let x = clumps(200, 3, 4);
    let model = fit(x.view(), &BisectingParams::new(4)).unwrap().model;
    let text = serde_json::to_string(&model).unwrap();
    let back: BisectingModel = serde_json::from_str(&text).unwrap();
    let found = model.predict(x.view()).unwrap();
    assert_eq!(back.predict(x.view()).unwrap(), found);
    let order = [2, 0, 3, 1];
    let other = model.reordered(&order);
    assert_eq!(other.centers().row(0), model.centers().row(2));
    assert_eq!(other.predict(x.view()).unwrap().labels, found.labels.permuted(&[1, 3, 0, 2]));
    assert_eq!(other.reordered(&[1, 3, 0, 2]), model);
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        serde_json::from_str::<BisectingModel>(&text.replace(from, to)).unwrap_err().to_string()
    };
    assert!(refused(r#""names":[0,1,2,3]"#, r#""names":[0,1,1,3]"#).starts_with("names=1 should be a permutation"));
    assert!(refused(r#""splits":["#, r#""splits":[1,"#).starts_with("splits has 4 entries"));
    assert!(refused(r#""splits":[0"#, r#""splits":[1"#).starts_with("tree of splits: step 0"));
    let narrow = MatrixView::new(&[1.0, 2.0], 1, 2).unwrap();
    assert_eq!(model.predict(narrow).unwrap_err().to_string(), "row of X has 2 entries, expected 3");
}

#[test]
fn distances_are_those_to_the_leaves() {
    let x = clumps(900, 2, 9);
    let found = fit(x.view(), &BisectingParams::new(6)).unwrap();
    let again = found.model.predict(x.view()).unwrap();
    for i in 0..900 {
        let to = |c: usize| squared_euclidean(x.row(i), found.centers.row(c)).sqrt();
        let (own, second) = (found.labels.get(i).unwrap(), again.second[i] as usize);
        let nearest = (0..6).filter(|&c| c != own).map(to).fold(f64::INFINITY, f64::min);
        assert!(own != second && (again.distance[i] - to(own)).abs() < 1e-9);
        assert!((again.second_distance[i] - nearest).abs() < 1e-9);
    }
}

#[test]
fn hostile_data_have_an_error_or_an_answer() {
    let message = |x: MatrixView<'_>, k| fit(x, &BisectingParams::new(k)).unwrap_err().to_string();
    assert_eq!(message(column(&[1.0, 2.0]), 3), "n_samples=2 should be >= n_clusters=3");
    assert_eq!(message(column(&[5.0; 9]), 2), "1 distinct rows should be >= n_clusters=2");
    assert_eq!(message(column(&[1.0, f64::NAN]), 2), "X: value NaN at row 1, column 0 is not finite");
    assert_eq!(message(column(&[0.0, 1e300]), 2), "X: magnitude of 1e300 at row 1, column 0 should be <= 1e120");
    assert_eq!(message(column(&[1.0]), 0), "n_clusters=0 should be >= 1");
    let one = fit(column(&[7.0]), &BisectingParams::new(1)).unwrap();
    assert_eq!((one.centers.as_slice(), one.inertia, one.splits.len()), ([7.0].as_slice(), 0.0, 0));
    let values: Vec<f64> = (0..60).map(|i| f64::from(i % 4)).collect();
    for strategy in STRATEGIES {
        let params = BisectingParams::new(4).with_bisecting_strategy(strategy);
        let all = fit(column(&values), &params).unwrap();
        assert_eq!((all.inertia, all.labels.sizes()), (0.0, vec![15; 4]), "copies alone are never split");
    }
    let denormal: Vec<f64> = (0..50).map(|i| f64::from(i % 5) * 5e-324).collect();
    let error = fit(column(&denormal), &BisectingParams::new(3)).unwrap_err();
    assert!(matches!(error, ClusteringError::TooFewDistinct { n_clusters: 3, .. }), "squares vanish: {error}");
    for scale in [1e-150, 1e100, 1e119] {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i % 5) * scale).collect();
        let found = fit(column(&values), &BisectingParams::new(5)).unwrap();
        assert_eq!(found.labels.sizes(), [10; 5], "{scale:e}");
    }
}

struct StopAt(u64);

impl Observer for StopAt {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        if event.stage == "bisecting" && event.step == self.0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

#[test]
fn any_split_can_be_the_last() {
    let x = clumps(100, 2, 4);
    for step in 1..4 {
        let cancelled = fit_with(x.view(), None, &BisectingParams::new(4), &StopAt(step));
        assert_eq!(cancelled, Err(ClusteringError::Cancelled));
    }
}

#[test]
fn results_can_cross_threads() {
    fn check<T: Send + Sync + 'static>() {}
    check::<Bisecting>();
    check::<BisectingModel>();
    check::<BisectingParams>();
}
