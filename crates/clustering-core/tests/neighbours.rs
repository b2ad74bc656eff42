//! Assigning rows by the nearest row of a training sample.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit};
use segctl_clustering_core::model::{NeighboursModel, NeighboursParams, Predict, TreeModel, agreement};
use segctl_numeric::distance::Metric;
use segctl_numeric::par::with_threads;
use segctl_numeric::{Labels, Matrix, MatrixView};

/// `n` rows around `groups` places; the same numbers for the same arguments.
fn clumps(n: usize, d: usize, groups: usize) -> Matrix {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
    };
    let places: Vec<f64> = (0..groups * d).map(|_| 20.0 * next()).collect();
    let values = (0..n * d).map(|at| places[at / d % groups * d + at % d] + next() + next()).collect();
    Matrix::new(values, n, d).unwrap()
}

/// Clusters by the distance of their nearest row, then by number.
fn oracle(metric: Metric, x: MatrixView<'_>, labels: &Labels, row: &[f64]) -> Vec<(f64, u32)> {
    let least = |cluster: usize| {
        let members = (0..x.n_rows()).filter(|&i| labels.get(i) == Some(cluster));
        members.map(|i| metric.distance(row, x.row(i))).fold(f64::INFINITY, f64::min)
    };
    let mut clusters: Vec<(f64, u32)> = (0..labels.n_clusters()).map(|c| (least(c), c as u32)).collect();
    clusters.sort_by(|a, b| a.partial_cmp(b).unwrap());
    clusters
}

proptest! {
    #[test]
    fn the_nearest_row_decides(
        ids in prop::collection::vec(0_u32..5, 1..40),
        values in prop::collection::vec(-2_i32..3, 240),
        d in 1_usize..4,
    ) {
        let matrix = |values: &[i32], n: usize| Matrix::new(values.iter().map(|&v| f64::from(v)).collect(), n, d).unwrap();
        let (x, new) = (matrix(&values[..ids.len() * d], ids.len()), matrix(&values[120..][..35 * d], 35));
        let noise = |id: u32| if id == 4 { Labels::NOISE } else { id };
        let labels = Labels::new(ids.into_iter().map(noise).collect(), 4).unwrap().renumbered();
        prop_assume!(labels.n_clusters() > 0);
        for metric in [Metric::Euclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine] {
            let model = NeighboursModel::new(x.view(), &labels, metric).unwrap();
            let found = model.predict(new.view()).unwrap();
            for (i, row) in new.view().rows().enumerate() {
                let expected = oracle(metric, x.view(), &labels, row);
                prop_assert_eq!((found.distance[i], found.labels.as_slice()[i]), expected[0]);
                let second = expected.get(1).copied().unwrap_or((f64::INFINITY, Labels::NOISE));
                prop_assert_eq!((found.second_distance[i], found.second[i]), second);
            }
        }
    }
}

#[test]
fn a_sample_depends_on_its_seed_and_on_nothing_else() {
    let x = clumps(9000, 5, 7);
    let labels = Labels::new((0..9000).map(|i| (i % 7) as u32).collect(), 7).unwrap();
    let params = NeighboursParams::new(Metric::Euclidean);
    let sample = || {
        let model = NeighboursModel::sample(x.view(), &labels, &params).unwrap();
        let found = model.predict(x.view()).unwrap();
        (model, found)
    };
    let one = with_threads(1, sample);
    assert_eq!(one, with_threads(2, sample));
    assert_eq!(one, with_threads(3, sample));
    assert_eq!(one.0.sizes().iter().sum::<usize>(), 2000);
    let other = NeighboursModel::sample(x.view(), &labels, &params.clone().with_seed(1)).unwrap();
    assert_ne!(one.0, other);
    // Means are those of all rows.
    assert_eq!(one.0.centers(), other.centers());
    assert!(agreement(&one.0, x.view(), &labels).unwrap() > 0.99);
    let all = NeighboursModel::sample(x.view(), &labels, &params.with_n_rows(10_000)).unwrap();
    assert_eq!(all, NeighboursModel::new(x.view(), &labels, Metric::Euclidean).unwrap());
    assert_eq!(agreement(&all, x.view(), &labels), Ok(1.0));
}

#[test]
fn every_tree_leaves_a_model() {
    let x = clumps(300, 3, 4);
    for linkage in [Linkage::Ward, Linkage::Single, Linkage::Complete, Linkage::Average, Linkage::Centroid] {
        let labels = fit(x.view(), &AgglomerativeParams::new(linkage)).unwrap().cut_k(4).unwrap();
        let model = TreeModel::new(x.view(), &labels, linkage, &NeighboursParams::new(Metric::Euclidean)).unwrap();
        assert_eq!((model.n_clusters(), model.n_features()), (4, 3));
        let agrees = agreement(&model, x.view(), &labels).unwrap();
        assert!(if linkage.needs_euclidean() { agrees > 0.9 } else { agrees == 1.0 }, "{linkage:?}: {agrees}");
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<TreeModel>(&text).unwrap(), model);
        let turned = model.reordered(&[2, 0, 3, 1]);
        let (found, again) = (model.predict(x.view()).unwrap(), turned.predict(x.view()).unwrap());
        assert_eq!(found.labels.permuted(&[1, 3, 0, 2]), again.labels);
        assert_eq!(found.distance, again.distance);
        assert_eq!(turned.centers().row(0), model.centers().row(2));
    }
}

#[test]
fn bad_data_is_refused() {
    let x = clumps(20, 2, 2);
    let labels = Labels::new((0..20).map(|i| i % 2).collect(), 2).unwrap();
    let of = |labels: &Labels| NeighboursModel::new(x.view(), labels, Metric::Euclidean);
    let empty = Labels::new(vec![0; 20], 2).unwrap();
    assert_eq!(of(&empty), Err(ClusteringError::EmptyCluster { cluster: 1 }));
    assert!(of(&Labels::new(vec![0; 3], 1).unwrap()).is_err());
    let noise = Labels::new(vec![Labels::NOISE; 20], 0).unwrap();
    assert!(of(&noise).is_err());
    let model = of(&labels).unwrap();
    assert!(model.predict(Matrix::zeros(1, 3).view()).is_err());
    for bad in [f64::NAN, 1e300] {
        assert!(model.predict(MatrixView::new(&[bad, 0.0], 1, 2).unwrap()).is_err());
    }
    assert!(agreement(&model, x.view(), &noise).is_err());
    assert!(model.predict(Matrix::zeros(0, 2).view()).unwrap().labels.is_empty());
    let none = NeighboursParams::new(Metric::Euclidean).with_n_rows(0);
    assert!(NeighboursModel::sample(x.view(), &labels, &none).is_err());
    // Every cluster keeps a row, however few are asked for.
    assert_eq!(NeighboursModel::sample(x.view(), &labels, &none.with_n_rows(1)).unwrap().sizes(), [1, 1]);
}

#[test]
fn a_model_file_whose_parts_do_not_fit_is_refused() {
    let x = MatrixView::new(&[1.0, 9.0, 3.0], 3, 1).unwrap();
    let model = NeighboursModel::new(x, &Labels::new(vec![0, 1, 0], 2).unwrap(), Metric::Euclidean).unwrap();
    let text = serde_json::to_string(&model).unwrap();
    assert!(serde_json::from_str::<NeighboursModel>(&text).is_ok());
    for (part, other) in [
        ("\"ends\":[2,3]", "\"ends\":[2,2]"),
        ("\"ends\":[2,3]", "\"ends\":[0,3]"),
        ("\"ends\":[2,3]", "\"ends\":[2,4]"),
        ("\"ends\":[2,3]", "\"ends\":[3]"),
        ("\"n_rows\":3,\"n_cols\":1", "\"n_rows\":1,\"n_cols\":3"),
        ("[1.0,3.0,9.0]", "[1.0,3.0,9e300]"),
    ] {
        let wrong = text.replacen(part, other, 1);
        assert_ne!(wrong, text, "{part}");
        assert!(serde_json::from_str::<NeighboursModel>(&wrong).is_err(), "{wrong}");
    }
}
