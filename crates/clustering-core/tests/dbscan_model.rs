//! What must hold for the model of DBSCAN, and for proposals of eps.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{clumps, mean_of, members};
use proptest::prelude::*;
use segctl_clustering_core::dbscan::{DbscanModel, DbscanParams, EpsParams, fit, k_distances, propose_eps};
use segctl_clustering_core::model::Predict;
use segctl_numeric::distance::Metric;
use segctl_numeric::par::with_threads;
use segctl_numeric::{Labels, Matrix, MatrixView};

const METRICS: [Metric; 5] =
    [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine];

fn column(values: &[f64]) -> MatrixView<'_> {
    MatrixView::new(values, values.len(), 1).unwrap()
}

/// The nearest core row of each cluster, clusters by distance and then by number.
fn by_distance(core: MatrixView<'_>, labels: &Labels, row: &[f64], metric: Metric) -> Vec<(f64, u32)> {
    let to = |cluster: usize| {
        let rows = (0..core.n_rows()).filter(|&i| labels.get(i) == Some(cluster));
        rows.map(|i| metric.distance(row, core.row(i))).fold(f64::INFINITY, f64::min)
    };
    let mut all: Vec<(f64, u32)> = (0..labels.n_clusters()).map(|cluster| (to(cluster), cluster as u32)).collect();
    all.sort_by(|a, b| a.partial_cmp(b).unwrap());
    all.resize(all.len().max(2), (f64::INFINITY, Labels::NOISE));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rows_belong_to_the_nearest_core_row(
        (n, d) in (1_usize..800, 1_usize..7),
        values in prop::collection::vec(-9_i32..10, 5600),
        new in prop::collection::vec(-12_i32..13, 210),
        (eps, min_samples) in (0_u8..4, 1_usize..6),
        metric in prop::sample::select(METRICS[..4].to_vec()),
    ) {
        let matrix = |values: &[i32], n| Matrix::new(values[..n * d].iter().map(|&v| f64::from(v)).collect(), n, d).unwrap();
        let (x, new) = (matrix(&values, n), matrix(&new, 30));
        let params = DbscanParams::new(f64::from(eps), min_samples).with_metric(metric);
        let found = fit(x.view(), &params).unwrap();
        let core = found.labels.select(&found.core_rows());
        let predicted = found.model.predict(new.view()).unwrap();
        for i in 0..30 {
            let [first, second] = by_distance(found.model.core_rows(), &core, new.row(i), metric)[..2] else { unreachable!() };
            let is_noise = first.0 > params.eps;
            let (label, second) = if is_noise { (Labels::NOISE, first) } else { (first.1, second) };
            prop_assert_eq!((predicted.labels.as_slice()[i], predicted.distance[i]), (label, first.0));
            prop_assert_eq!((predicted.second[i], predicted.second_distance[i]), (second.1, second.0));
        }
        let own = found.model.distances_to(new.view(), &predicted.labels).unwrap();
        for (i, &own) in own.iter().enumerate() {
            prop_assert!(own == predicted.distance[i] || (own.is_nan() && predicted.labels.get(i).is_none()));
        }
    }
}

#[test]
fn rows_that_were_fitted_on_come_back() {
    for metric in METRICS {
        let x = clumps(2500, 3, 7);
        let eps = match metric {
            Metric::SquaredEuclidean => 0.04,
            Metric::Cosine => 1e-4,
            _ => 0.2,
        };
        let found = fit(x.view(), &DbscanParams::new(eps, 6).with_metric(metric)).unwrap();
        let again = found.model.predict(x.view()).unwrap();
        assert!(found.labels.n_clusters() > 1 && found.labels.n_noise() > 0, "{metric:?}");
        for row in 0..2500 {
            let (label, predicted) = (found.labels.get(row), again.labels.get(row));
            // Border rows belong to some cluster in any case.
            assert!(label == predicted || !found.core[row] && label.is_some() && predicted.is_some(), "{metric:?}");
            assert!(!found.core[row] || again.distance[row] == 0.0);
        }
    }
}

#[test]
fn centres_are_the_means_of_all_rows_of_a_cluster() {
    let x = clumps(1200, 2, 5);
    let found = fit(x.view(), &DbscanParams::new(0.15, 8)).unwrap();
    let ids: Vec<usize> = found.labels.as_slice().iter().map(|&id| id as usize).collect();
    let centers = found.model.centers();
    assert_eq!((centers.n_rows(), centers.n_cols()), (found.labels.n_clusters(), 2));
    for cluster in 0..centers.n_rows() {
        let mean = mean_of(x.view(), &members(&ids, cluster));
        assert!(centers.row(cluster).iter().zip(&mean).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}

#[test]
fn a_model_without_clusters_says_noise() {
    let x = column(&[0.0, 5.0]);
    for params in [DbscanParams::new(1.0, 2), DbscanParams::new(1.0, 9)] {
        let model = fit(x, &params).unwrap().model;
        let model: DbscanModel = serde_json::from_str(&serde_json::to_string(&model).unwrap()).unwrap();
        let found = model.predict(x).unwrap();
        assert_eq!((model.n_clusters(), model.n_features(), model.centers().n_rows()), (0, 1, 0));
        assert_eq!(found.labels, Labels::new(vec![Labels::NOISE; 2], 0).unwrap());
        assert_eq!((found.second, found.distance), (vec![Labels::NOISE; 2], vec![f64::INFINITY; 2]));
        assert_eq!(found.second_distance, [f64::INFINITY; 2]);
        assert_eq!(model.reordered(&[]), model);
    }
}

#[test]
fn a_model_survives_its_file_other_numbers_and_refuses_nonsense() {
    let x = clumps(900, 2, 4);
    let model = fit(x.view(), &DbscanParams::new(0.25, 7)).unwrap().model;
    let found = model.predict(x.view()).unwrap();
    let k = model.n_clusters();
    let back: DbscanModel = serde_json::from_str(&serde_json::to_string(&model).unwrap()).unwrap();
    assert_eq!((&back, back.predict(x.view()).unwrap()), (&model, found.clone()));
    let order: Vec<usize> = (0..k).rev().collect();
    let other = model.reordered(&order);
    let new: Vec<u32> = (0..k as u32).rev().collect();
    assert_eq!(other.predict(x.view()).unwrap().labels, found.labels.permuted(&new));
    assert_eq!(other.centers().row(0), model.centers().row(k - 1));
    assert_eq!(other.reordered(&order), model);
    let narrow = MatrixView::new(&[1.0], 1, 1).unwrap();
    assert_eq!(model.predict(narrow).unwrap_err().to_string(), "row of X has 1 entries, expected 2");
    let small = fit(column(&[0.0, 1.0, 8.0, 9.0]), &DbscanParams::new(1.0, 2)).unwrap().model;
    let text = serde_json::to_string(&small).unwrap();
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} in {text}");
        serde_json::from_str::<DbscanModel>(&text.replace(from, to)).unwrap_err().to_string()
    };
    assert!(refused(r#""eps":1.0"#, r#""eps":-1.0"#).starts_with("eps=-1 should be finite"));
    assert!(refused(r#""min_samples":2"#, r#""min_samples":0"#).starts_with("min_samples=0 should be"));
    assert!(refused("[0,0,1,1]", "[0,0,1]").starts_with("clusters of core rows has 3 entries, expected 4"));
    assert!(refused("[0,0,1,1]", "[0,0,1,2]").starts_with("label 2 at row 3 should be"));
    assert!(refused("[0,0,1,1]", "[0,0,1,4294967295]").starts_with("label -1 at row 3 should be"));
    assert!(refused("[0,0,1,1]", "[0,0,0,0]").starts_with("cluster 1 has no rows"));
    assert!(refused("9.0", "1e300").starts_with("core rows: magnitude of 1e300"));
}

#[test]
fn threads_change_no_prediction() {
    let x = clumps(6000, 4, 6);
    let model = fit(x.view(), &DbscanParams::new(0.4, 6)).unwrap().model;
    let one = with_threads(1, || model.predict(x.view()).unwrap());
    assert_eq!(one, with_threads(2, || model.predict(x.view()).unwrap()));
    assert_eq!(one, with_threads(3, || model.predict(x.view()).unwrap()));
}

#[test]
fn eps_is_proposed_where_clumps_end() {
    let x = clumps(3000, 2, 4);
    let found = propose_eps(x.view(), &EpsParams::new(6)).unwrap();
    let curve = k_distances(x.view(), 6, Metric::Euclidean).unwrap();
    assert!(curve.is_sorted() && found.distances.is_sorted() && found.ranks.is_sorted_by(|a, b| a < b));
    assert_eq!((found.n_rows, found.n_samples, found.is_sampled()), (3000, 3000, false));
    assert!((390..=401).contains(&found.ranks.len()), "{}", found.ranks.len());
    assert_eq!((found.ranks[0], found.ranks.last()), (0, Some(&2999)));
    for (&rank, &distance) in found.ranks.iter().zip(&found.distances) {
        assert_eq!(distance, curve[rank]);
    }
    let (eps, rank) = (found.eps.unwrap(), found.knee_rank.unwrap());
    assert_eq!(eps, curve[rank]);
    assert!(found.ranks.contains(&rank) && rank > 2000 && eps < 0.5 * curve[2999]);
    // Most rows are in clusters then.
    assert!(fit(x.view(), &DbscanParams::new(eps, 6)).unwrap().labels.n_noise() < 300);
}

#[test]
fn samples_are_looked_up_among_all_rows() {
    let x = clumps(4000, 3, 5);
    let params = EpsParams::new(5).with_max_rows(500);
    let found = propose_eps(x.view(), &params).unwrap();
    assert_eq!((found.n_rows, found.n_samples, found.is_sampled()), (500, 4000, true));
    let curve = k_distances(x.view(), 5, Metric::Euclidean).unwrap();
    assert!(found.distances.iter().all(|distance| curve.binary_search_by(|other| other.total_cmp(distance)).is_ok()));
    let middle = found.distances[found.ranks.partition_point(|&rank| rank < 250)];
    assert!((curve[1700]..curve[2300]).contains(&middle));
    assert_eq!(propose_eps(x.view(), &params).unwrap(), found);
    assert_ne!(propose_eps(x.view(), &params.with_seed(1)).unwrap(), found);
    let one = with_threads(1, || propose_eps(x.view(), &EpsParams::new(5).with_max_rows(500)).unwrap());
    assert_eq!(one, found);
}

#[test]
fn copies_ask_for_no_eps() {
    let constant = propose_eps(column(&[3.0; 50]), &EpsParams::new(4)).unwrap();
    assert_eq!((constant.eps, constant.knee_rank, constant.distances.last()), (None, None, Some(&0.0)));
    let mut values = vec![0.0; 200];
    values.extend((0..100).map(|i| 10.0 + f64::from(i) + f64::from(i * i) * 0.001));
    values.extend([500.0, 800.0]);
    let found = propose_eps(column(&values), &EpsParams::new(3)).unwrap();
    assert!(found.eps.is_some_and(|eps| eps > 1.0 && eps < 5.0), "{:?}", found.eps);
    assert!(found.knee_rank.is_some_and(|rank| rank > 200));
    let line: Vec<f64> = (0..50).map(f64::from).collect();
    assert_eq!(propose_eps(column(&line), &EpsParams::new(1)).unwrap().eps, None);
}

#[test]
fn proposals_refuse_what_they_cannot_use() {
    let x = column(&[1.0, 2.0, 4.0]);
    let message = |x, params: &EpsParams| propose_eps(x, params).unwrap_err().to_string();
    assert_eq!(message(x, &EpsParams::new(0)), "k=0 should be >= 1");
    assert_eq!(message(x, &EpsParams::new(4)), "X: n_samples=3 should be >= 4");
    assert_eq!(message(x, &EpsParams::new(2).with_max_rows(0)), "max_rows=0 should be >= 1");
    assert_eq!(message(column(&[f64::NAN]), &EpsParams::new(1)), "X: value NaN at row 0, column 0 is not finite");
    assert_eq!(k_distances(x, 3, Metric::Euclidean).unwrap(), [2.0, 3.0, 3.0]);
    assert_eq!(k_distances(column(&[7.0]), 1, Metric::Cosine).unwrap(), [0.0]);
}
