//! What assigns new rows.

use proptest::prelude::*;
use segctl_clustering_core::hdbscan::{HdbscanModel, HdbscanParams, fit};
use segctl_clustering_core::model::Predict;
use segctl_numeric::distance::Metric;
use segctl_numeric::{Labels, Matrix};
use serde_json::Value;

use super::{groups, params, settings};

proptest! {
    #[test]
    fn training_rows_come_back(
        params in settings(),
        values in prop::collection::vec(-9_i32..10, 160),
        grain in 0.1_f64..2.0,
    ) {
        let values = values.into_iter().map(|value| f64::from(value * value.abs()) * grain).collect();
        let x = Matrix::new(values, 80, 2).unwrap();
        let found = fit(x.view(), &params).unwrap();
        let again = found.model.predict(x.view()).unwrap();
        prop_assert_eq!(&again.labels, &found.labels);
        prop_assert_eq!(again.probability.as_ref(), Some(&found.probabilities));
        let distances = found.model.distances_to(x.view(), &found.labels).unwrap();
        for (row, &distance) in distances.iter().enumerate() {
            match found.labels.get(row) {
                Some(_) => prop_assert_eq!(distance, again.distance[row]),
                None => prop_assert!(distance.is_nan() && again.second_distance[row] == again.distance[row]),
            }
        }
    }
}

#[test]
fn what_is_between_or_far_away_is_noise() {
    let x = groups(1000);
    let model = fit(x.view(), &HdbscanParams::new(20)).unwrap().model;
    let centers = model.centers();
    let between: Vec<f64> = centers.row(0).iter().zip(centers.row(1)).map(|(a, b)| (a + b) / 2.0).collect();
    let new = Matrix::from_rows(&[centers.row(0), &between, &[99.0; 3]]).unwrap();
    let found = model.predict(new.view()).unwrap();
    assert_eq!((found.labels.get(0), found.labels.get(2)), (Some(0), None));
    let probability = found.probability.unwrap();
    assert!(probability[0] > 0.5 && probability[2] == 0.0 && found.second_probability.is_none());
    // The distance of noise is that to the nearest cluster.
    let to = |cluster: u32| {
        let labels = Labels::new(vec![cluster; 3], model.n_clusters()).unwrap();
        model.distances_to(new.view(), &labels).unwrap()[2]
    };
    let nearest = (0..model.n_clusters() as u32).map(to).fold(f64::INFINITY, f64::min);
    assert_eq!((found.distance[2], to(found.second[2])), (nearest, nearest));
}

#[test]
fn centres_are_means_and_clusters_can_change_numbers() {
    let x = groups(600);
    let found = fit(x.view(), &params(20, 5)).unwrap();
    let (k, model) = (found.labels.n_clusters(), &found.model);
    for cluster in 0..k {
        let rows: Vec<usize> = (0..600).filter(|&row| found.labels.get(row) == Some(cluster)).collect();
        for (j, &center) in model.centers().row(cluster).iter().enumerate() {
            let mean = rows.iter().map(|&row| x.row(row)[j]).sum::<f64>() / rows.len() as f64;
            assert!((center - mean).abs() < 1e-12);
        }
    }
    let order: Vec<usize> = (0..k).rev().collect();
    let reordered = model.reordered(&order);
    assert_eq!(reordered.centers().row(0), model.centers().row(k - 1));
    let (new, again) = (reordered.predict(x.view()).unwrap(), model.predict(x.view()).unwrap());
    let mirrored: Vec<u32> = order.iter().map(|&c| c as u32).collect();
    assert_eq!((new.labels, new.distance), (again.labels.permuted(&mirrored), again.distance));
}

#[test]
fn new_rows_are_checked() {
    let model = fit(groups(100).view(), &params(10, 3)).unwrap().model;
    let error = model.predict(Matrix::zeros(2, 4).view()).unwrap_err();
    assert_eq!(error.to_string(), "row of X has 4 entries, expected 3");
    assert!(model.predict(Matrix::new(vec![f64::NAN; 3], 1, 3).unwrap().view()).is_err());
    let wrong = Labels::new(vec![0], model.n_clusters() + 1).unwrap();
    assert!(model.distances_to(Matrix::zeros(1, 3).view(), &wrong).is_err());
    assert!(model.predict(Matrix::zeros(0, 3).view()).unwrap().labels.is_empty());
}

#[test]
fn a_file_gives_the_model_back_and_damage_is_an_error() {
    let x = groups(120);
    for params in [params(10, 3), params(110, 3), params(10, 3).with_metric(Metric::Cosine)] {
        let model = fit(x.view(), &params).unwrap().model;
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<HdbscanModel>(&text).unwrap(), model);
    }
    let model = fit(x.view(), &params(10, 3)).unwrap().model;
    let value = serde_json::to_value(&model).unwrap();
    let damages: [(&str, Value); 14] = [
        ("/min_samples", 0.into()),
        ("/min_samples", 121.into()),
        ("/core_distances/3", Value::Null),
        ("/core_distances/3", (-1.0).into()),
        ("/core_distances", vec![0.5; 119].into()),
        ("/labels/ids/0", 77.into()),
        ("/labels/n_clusters", 70.into()),
        ("/probabilities/5", 1.5.into()),
        ("/row_nodes/7", 9999.into()),
        ("/row_distances/7", Value::Null),
        ("/nodes/1/parent", 1.into()),
        ("/nodes/1/birth", (-0.5).into()),
        ("/nodes/1/label", 55.into()),
        ("/nodes", Value::Array(vec![])),
    ];
    for (place, damage) in damages {
        let mut damaged = value.clone();
        *damaged.pointer_mut(place).unwrap() = damage;
        assert!(serde_json::from_value::<HdbscanModel>(damaged).is_err(), "{place}");
    }
}
