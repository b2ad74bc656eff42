//! Gaussian mixtures at the edge: hostile data and starts, damaged files, empty components, being told to stop.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::ops::ControlFlow;
use std::sync::Mutex;

use common::clumps;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::gmm::{Covariance, Covariances, GmmInit, GmmModel, GmmParams, fit, fit_with};
use segctl_clustering_core::model::Predict;
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::{Labels, Matrix, MatrixView};

fn column(values: &[f64]) -> MatrixView<'_> {
    MatrixView::new(values, values.len(), 1).unwrap()
}

fn message(x: MatrixView<'_>, params: &GmmParams) -> String {
    fit(x, params).unwrap_err().to_string()
}

fn assert_sound(x: MatrixView<'_>, params: &GmmParams) {
    let found = fit(x, params).unwrap();
    assert!(
        found.log_likelihood.is_finite() && found.bic.is_finite() && found.lower_bounds.iter().all(|l| l.is_finite())
    );
    assert!(found.model.centers().view().ensure_finite("means").is_ok());
    assert!(found.model.posterior(x).unwrap().view().ensure_finite("posterior").is_ok());
    let again = found.model.predict(x).unwrap();
    assert_eq!(again.labels, found.labels);
    assert!(again.distance.iter().all(|distance| distance.is_finite()));
}

#[test]
fn errors_give_both_numbers() {
    let (three, four) = (column(&[1.0, 2.0, 3.0]), GmmParams::new(4));
    assert_eq!(message(three, &four), "n_samples=3 should be >= n_clusters=4");
    assert_eq!(message(column(&[5.0; 9]), &four), "1 distinct rows should be >= n_clusters=4");
    assert_eq!(message(column(&[1.0, f64::NAN]), &four), "X: value NaN at row 1, column 0 is not finite");
    assert_eq!(message(column(&[f64::INFINITY]), &four), "X: value inf at row 0, column 0 is not finite");
    assert_eq!(message(column(&[]), &four), "X: n_samples=0 should be >= 1");
    assert_eq!(message(Matrix::zeros(3, 0).view(), &four), "X: n_features=0 should be >= 1");
    let large = "X: magnitude of 1e300 at row 1, column 0 should be <= 1e120";
    assert_eq!(message(column(&[0.0, 1e300]), &GmmParams::new(2)), large);
    let one = GmmParams::new(1);
    assert_eq!(message(three, &GmmParams::new(0)), "n_components=0 should be >= 1");
    assert_eq!(message(three, &one.clone().with_restarts(0)), "restarts=0 should be >= 1");
    assert_eq!(message(three, &one.clone().with_max_iter(0)), "max_iter=0 should be >= 1");
    assert_eq!(message(three, &one.clone().with_tol(f64::NAN)), "tol=NaN should be finite and >= 0");
    assert_eq!(message(three, &one.with_reg_covar(-1.0)), "reg_covar=-1 should be finite and >= 0");
    let weighted =
        |weights: &[f64]| fit_with(three, Some(weights), &GmmParams::new(2), &Silent).unwrap_err().to_string();
    assert_eq!(weighted(&[1.0]), "sample_weight has 1 entries, expected 3");
    assert_eq!(weighted(&[1.0, -1.0, 1.0]), "sample_weight=-1 should be in [0, 1e30]");
    assert_eq!(weighted(&[0.0, 1.0, 0.0]), "1 distinct rows should be >= n_clusters=2");
}

#[test]
fn the_smallest_problems_have_answers() {
    for kind in Covariance::ALL {
        assert_sound(column(&[7.0]), &GmmParams::new(1).with_covariance(kind));
        assert_sound(column(&[7.0, 7.0, 7.0]), &GmmParams::new(1).with_covariance(kind));
        assert_sound(column(&[3.0, 1.0, 2.0]), &GmmParams::new(3).with_covariance(kind));
        assert_sound(
            Matrix::from_rows(&[[1.0, 2.0, 3.0, 4.0, 5.0]]).unwrap().view(),
            &GmmParams::new(1).with_covariance(kind),
        );
        let values: Vec<f64> = (0..60).map(|i| f64::from(i % 4)).collect();
        assert_sound(column(&values), &GmmParams::new(4).with_covariance(kind));
    }
    let one = fit(column(&[7.0]), &GmmParams::new(1)).unwrap();
    assert_eq!((one.model.centers().as_slice(), one.model.covariance(0).as_slice()), (&[7.0][..], &[1e-6][..]));
    let found = one.model.predict(column(&[8.0])).unwrap();
    assert_eq!((found.second[0], found.second_distance[0]), (Labels::NOISE, f64::INFINITY));
    assert!(found.margins()[0].is_nan());
}

#[test]
fn constant_features_cost_nothing() {
    let x = clumps(120, 2, 3);
    let with: Vec<Vec<f64>> = x.view().rows().map(|row| vec![row[0], 0.1, row[1], 1e9]).collect();
    for kind in [Covariance::Full, Covariance::Tied, Covariance::Diag] {
        let params = GmmParams::new(3).with_covariance(kind);
        let (plain, more) =
            (fit(x.view(), &params).unwrap(), fit(Matrix::from_rows(&with).unwrap().view(), &params).unwrap());
        assert_eq!((plain.n_iter, plain.labels), (more.n_iter, more.labels), "{kind:?}");
    }
}

#[test]
fn extreme_magnitudes_give_finite_numbers() {
    for scale in [5e-324, 1e-310, 1e-160, 1e-30, 1e-5, 1e5, 1e30, 1e100, 1e119] {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i % 5) * scale + f64::from(i / 5) * scale / 16.0).collect();
        for kind in Covariance::ALL {
            assert_sound(column(&values), &GmmParams::new(3).with_covariance(kind).with_max_iter(20));
            let pairs: Vec<f64> = values.iter().flat_map(|&v| [v, f64::from((v / scale * 7.0) as u8 % 5)]).collect();
            assert_sound(
                MatrixView::new(&pairs, 50, 2).unwrap(),
                &GmmParams::new(2).with_covariance(kind).with_max_iter(9),
            );
        }
    }
}

#[test]
fn rows_as_far_as_can_be_have_a_component() {
    let model = fit(column(&[0.0, 1.0, 2.0, 9.0, 12.0, 15.0]), &GmmParams::new(2)).unwrap().model;
    let found = model.predict(column(&[1e120, -1e120])).unwrap();
    assert!(found.distance.iter().chain(&found.second_distance).all(|distance| distance.is_finite()));
    assert_eq!(found.probability, Some(vec![1.0, 1.0]));
    let narrow = GmmModel::new(
        vec![0.5; 2],
        &Matrix::from_rows(&[[0.0], [1.0]]).unwrap(),
        Covariances::Spherical(vec![1e-40; 2]),
    );
    let found = narrow.unwrap().log_likelihood(column(&[1e120, 0.5])).unwrap();
    assert!(found.iter().all(|value| value.is_finite()));
}

#[test]
fn covariances_that_collapse_are_named() {
    let line: Vec<[f64; 2]> = (0..30).map(|i| [f64::from(i), 2.0 * f64::from(i)]).collect();
    let x = Matrix::from_rows(&line).unwrap();
    let bare = GmmParams::new(2).with_reg_covar(0.0);
    for kind in [Covariance::Full, Covariance::Tied] {
        let error = fit(x.view(), &bare.clone().with_covariance(kind)).unwrap_err();
        assert_eq!(error, ClusteringError::Covariance { component: 0, reg_covar: 0.0 });
        assert_eq!(error.to_string(), "the covariance of component 0 is not positive definite with reg_covar=0e0");
        assert!(error.hint().unwrap().starts_with("raise reg_covar"));
    }
    assert_sound(x.view(), &bare.clone().with_covariance(Covariance::Diag));
    assert_sound(x.view(), &GmmParams::new(2));
    let copies = column(&[1.0, 1.0, 1.0, 5.0, 6.0]);
    for kind in [Covariance::Full, Covariance::Diag, Covariance::Spherical] {
        let error = fit(copies, &bare.clone().with_covariance(kind).with_restarts(3)).unwrap_err();
        assert!(matches!(error, ClusteringError::Covariance { .. }), "{kind:?}");
    }
}

#[test]
fn a_start_that_fails_is_counted_and_others_go_on() {
    // The last rows are far apart: some starts leave one of them alone.
    let values: Vec<f64> = (0..14).map(|i| f64::from(i * i)).collect();
    let outcomes: Vec<_> = (0..12)
        .filter_map(|seed| {
            let params = GmmParams::new(4).with_reg_covar(0.0).with_restarts(8);
            fit(column(&values), &params.with_seed(segctl_numeric::seed::Seed(seed))).ok()
        })
        .collect();
    assert!(outcomes.iter().any(|found| found.n_failed > 0), "no start failed beside one that did not");
    assert!(outcomes.iter().all(|found| found.n_starts == 8 && found.n_failed < 8));
}

#[test]
fn starts_are_checked() {
    let x = column(&[1.0, 2.0, 3.0, 4.0]);
    let from = |init| message(x, &GmmParams::new(2).with_init(init));
    let labels = |signed: &[i64]| GmmInit::Labels(Labels::from_signed(signed).unwrap());
    let shares = |values: &[f64]| GmmInit::Responsibilities(Matrix::new(values.to_vec(), values.len() / 2, 2).unwrap());
    assert_eq!(from(labels(&[0, 1])), "initial labels has 2 entries, expected 4");
    assert_eq!(from(labels(&[0, 1, 2, 0])), "clusters of initial labels has 3 entries, expected 2");
    assert_eq!(from(GmmInit::Labels(Labels::new(vec![1; 4], 2).unwrap())), "cluster 0 has no rows");
    assert_eq!(from(shares(&[0.5; 6])), "initial responsibilities has 3 entries, expected 4");
    assert_eq!(
        from(shares(&[0.5, 1.5, 0.5, 0.5, 0.0, 0.0, 1.0, 1.0])),
        "initial responsibilities=1.5 should be in [0, 1]"
    );
    assert_eq!(from(shares(&[f64::NAN; 8])), "initial responsibilities=NaN should be in [0, 1]");
    assert_eq!(from(shares(&[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0])), "cluster 0 has no rows");
    assert_eq!(from(GmmInit::Means(Matrix::zeros(3, 1))), "initial means has 3 entries, expected 2");
    assert_eq!(from(GmmInit::Means(Matrix::zeros(2, 2))), "row of initial means has 2 entries, expected 1");
    assert_eq!(from(GmmInit::Means(Matrix::zeros(2, 1))), "cluster 1 has no rows");
    let model =
        |k, d| GmmModel::new(vec![1.0 / k as f64; k], &Matrix::zeros(k, d), Covariances::Spherical(vec![1.0; k]));
    let from_model = |k, d| from(GmmInit::Model(Box::new(model(k, d).unwrap())));
    assert_eq!(from_model(4, 1), "components of the initial model has 4 entries, expected 2");
    assert_eq!(from_model(2, 2), "features of the initial model has 2 entries, expected 1");
}

#[test]
fn noise_has_no_say_in_the_beginning() {
    let x = column(&[0.0, 1.0, 100.0, 8.0, 9.0]);
    let labels = GmmInit::Labels(Labels::from_signed(&[0, 0, -1, 1, 1]).unwrap());
    let shares = Matrix::from_rows(&[[1.0, 0.0], [1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [0.0, 1.0]]).unwrap();
    let run = |init| fit(x, &GmmParams::new(2).with_init(init)).unwrap();
    assert_eq!(run(labels), run(GmmInit::Responsibilities(shares)));
}

#[test]
fn a_component_that_nobody_is_in_can_leave() {
    let x = clumps(200, 2, 2);
    let means = Matrix::from_rows(&[&[0.0, 0.0], x.row(0), x.row(1)]).unwrap();
    for kind in [Covariance::Full, Covariance::Diag, Covariance::Spherical] {
        let one = match kind {
            Covariance::Full => Covariances::Full(vec![Matrix::from_rows(&[[900.0, 0.0], [0.0, 900.0]]).unwrap(); 3]),
            Covariance::Diag => Covariances::Diag(Matrix::new(vec![900.0; 6], 3, 2).unwrap()),
            _ => Covariances::Spherical(vec![900.0; 3]),
        };
        let start = GmmModel::new(vec![0.02, 0.49, 0.49], &means, one).unwrap();
        let params =
            GmmParams::new(3).with_covariance(kind).with_init(GmmInit::Model(Box::new(start))).with_max_iter(1);
        let found = fit(x.view(), &params).unwrap();
        assert_eq!(found.occupied(), [1, 2], "{kind:?}");
        let less = found.clone().without_empty(x.view(), None).unwrap();
        assert_eq!((less.labels.n_clusters(), less.model.n_clusters()), (2, 2));
        assert!(less.labels.same_partition(&found.labels) && less.n_parameters < found.n_parameters);
        assert_eq!(less.model.predict(x.view()).unwrap().labels, less.labels);
        assert_eq!(less.model.centers().row(0), found.model.centers().row(1));
        assert_eq!(less.clone().without_empty(x.view(), None).unwrap(), less, "nothing to take away");
        assert!(less.without_empty(x.view().rows_range(0..9), None).is_err());
    }
}

#[test]
fn a_model_survives_a_file_and_other_numbers() {
    let x = clumps(150, 3, 3);
    for kind in Covariance::ALL {
        let model = fit(x.view(), &GmmParams::new(3).with_covariance(kind)).unwrap().model;
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<GmmModel>(&text).unwrap(), model, "{kind:?}");
        let (found, moved) = (model.predict(x.view()).unwrap(), model.reordered(&[2, 0, 1]).predict(x.view()).unwrap());
        assert_eq!(found.labels.permuted(&[1, 2, 0]), moved.labels);
        assert_eq!((found.distance, found.second_distance), (moved.distance, moved.second_distance));
        assert_eq!((model.rule(), model.n_features()), ("the most probable component", 3));
    }
}

#[test]
fn a_damaged_file_is_an_error() {
    let full = fit(clumps(50, 2, 2).view(), &GmmParams::new(2)).unwrap().model;
    let text = serde_json::to_value(&full).unwrap();
    type Damage = (&'static str, serde_json::Value);
    let matrix = |data: [f64; 4]| serde_json::json!({"n_rows": 2, "n_cols": 2, "data": data});
    let damages: Vec<Damage> = vec![
        ("mean", serde_json::json!([0.0])),
        ("mean", serde_json::json!([0.0, 1e121])),
        ("weights", serde_json::json!([1.0])),
        ("weights", serde_json::json!([0.5, 0.4])),
        ("weights", serde_json::json!([1.5, -0.5])),
        ("weights", serde_json::json!([1.0, 0.0])),
        ("weights", serde_json::json!([])),
        ("means", serde_json::json!({"n_rows": 0, "n_cols": 2, "data": []})),
        ("means", serde_json::json!({"n_rows": 2, "n_cols": 1, "data": [0.0, 1.0]})),
        ("means", matrix([0.0, 0.0, 0.0, 1e130])),
        ("covariances", serde_json::json!({"full": [matrix([1.0, 0.0, 0.0, 1.0])]})),
        ("covariances", serde_json::json!({"full": [matrix([1.0, 0.0, 0.0, 1.0]), matrix([1.0, 2.0, 2.0, 1.0])]})),
        ("covariances", serde_json::json!({"full": [matrix([1.0, 0.0, 0.0, 1.0]), matrix([1.0, 0.5, 0.0, 1.0])]})),
        ("covariances", serde_json::json!({"tied": matrix([1.0, 0.0, 0.0, -1.0])})),
        ("covariances", serde_json::json!({"tied": {"n_rows": 1, "n_cols": 1, "data": [1.0]}})),
        ("covariances", serde_json::json!({"diag": matrix([1.0, 0.0, 1.0, 1.0])})),
        ("covariances", serde_json::json!({"diag": {"n_rows": 1, "n_cols": 2, "data": [1.0, 1.0]}})),
        ("covariances", serde_json::json!({"spherical": [1.0]})),
        ("covariances", serde_json::json!({"spherical": [1.0, 1e-50]})),
        ("covariances", serde_json::json!({"round": [1.0, 1.0]})),
    ];
    for (field, value) in damages {
        let mut damaged = text.clone();
        damaged[field] = value;
        assert!(serde_json::from_value::<GmmModel>(damaged.clone()).is_err(), "{field}: {}", damaged[field]);
    }
    assert!(serde_json::from_value::<GmmModel>(text).is_ok());
}

#[test]
fn rows_to_predict_are_checked() {
    let model = fit(clumps(50, 2, 2).view(), &GmmParams::new(2)).unwrap().model;
    let errors = |x: MatrixView<'_>| {
        assert!(model.predict(x).is_err() && model.posterior(x).is_err() && model.log_likelihood(x).is_err());
    };
    errors(column(&[1.0]));
    errors(MatrixView::new(&[1.0, f64::NAN], 1, 2).unwrap());
    errors(MatrixView::new(&[1.0, 1e121], 1, 2).unwrap());
    let (none, two) = (Matrix::zeros(0, 2), Matrix::zeros(2, 2));
    assert!(model.predict(none.view()).unwrap().labels.is_empty());
    assert!(model.distances_to(two.view(), &Labels::new(vec![0], 2).unwrap()).is_err());
    assert!(model.distances_to(two.view(), &Labels::new(vec![0, 1], 3).unwrap()).is_err());
    let noise = Labels::new(vec![0, Labels::NOISE], 2).unwrap();
    assert!(model.distances_to(two.view(), &noise).unwrap()[1].is_nan());
}

#[derive(Default)]
struct Recorder {
    stages: Mutex<Vec<(String, u64, Option<f64>)>>,
    stop_at: Option<usize>,
}

impl Observer for Recorder {
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        let mut stages = self.stages.lock().unwrap();
        stages.push((event.stage.to_owned(), event.step, event.objective));
        if Some(stages.len()) == self.stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn every_iteration_is_told_of_and_any_can_be_the_last() {
    let x = clumps(60, 2, 3);
    let params = GmmParams::new(3).with_restarts(2);
    let recorder = Recorder::default();
    let found = fit_with(x.view(), None, &params, &recorder).unwrap();
    let stages = recorder.stages.into_inner().unwrap();
    let starts: Vec<_> = stages.iter().filter(|(stage, ..)| stage == "gaussian mixture").collect();
    assert_eq!(starts.iter().map(|start| start.1).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(starts[found.restart].2, found.lower_bounds.last().copied());
    assert!(stages.iter().filter(|(stage, ..)| stage == "gaussian mixture iteration").count() >= found.n_iter);
    for stop_at in 1..=stages.len() {
        let impatient = Recorder { stop_at: Some(stop_at), ..Recorder::default() };
        let cancelled = fit_with(x.view(), None, &params, &impatient);
        assert_eq!(cancelled, Err(ClusteringError::Cancelled), "event {stop_at}");
    }
}

#[test]
fn results_may_cross_threads() {
    fn check<T: Send + Sync>() {}
    check::<GmmParams>();
    check::<GmmModel>();
    check::<segctl_clustering_core::gmm::Gmm>();
}
