//! The gap statistic: against R's `cluster::clusGap` and `cluster::maxSE` on the files of
//! tests/golden/gap.R, under transformations, and at the edges.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use std::collections::BTreeMap;

use common::{assert_close, golden, groups, kmeans, kmeans_with};
use segctl_metrics::{
    Gap, GapParams, GapRule, MetricsError, ReferenceBox, ReferenceSpace, gap_statistic, inertia_many,
};
use segctl_numeric::observe::Silent;
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    space: String,
    sets: Vec<Set>,
    log_w: Vec<f64>,
    reference_log_w: Vec<f64>,
    gap: Vec<f64>,
    standard_error: Vec<f64>,
    choices: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
struct Set {
    x: Vec<Vec<f64>>,
    labels: Vec<Vec<i64>>,
}

#[derive(Deserialize)]
struct Simulated {
    x: Vec<Vec<f64>>,
    b: f64,
    space: String,
    log_w: Vec<f64>,
    reference_log_w: Vec<f64>,
    standard_error: Vec<f64>,
    choices: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
struct Rules {
    cases: Vec<RuleCase>,
}

#[derive(Deserialize)]
struct RuleCase {
    gap: Vec<f64>,
    se: Vec<f64>,
    factor: f64,
    choices: BTreeMap<String, usize>,
}

const RULES: [(GapRule, &str); 5] = [
    (GapRule::Tibshirani, "Tibs2001SEmax"),
    (GapRule::FirstSeMax, "firstSEmax"),
    (GapRule::GlobalSeMax, "globalSEmax"),
    (GapRule::FirstMax, "firstmax"),
    (GapRule::GlobalMax, "globalmax"),
];

fn space(name: &str) -> ReferenceSpace {
    if name == "original" { ReferenceSpace::Original } else { ReferenceSpace::PrincipalAxes }
}

/// ln W by our own sums from R's labels.
fn log_w(set: &Set) -> Vec<f64> {
    let x = Matrix::from_rows(&set.x).unwrap();
    let mut labels = vec![Labels::new(vec![0; set.x.len()], 1).unwrap()];
    labels.extend(set.labels.iter().map(|labels| Labels::from_signed(labels).unwrap()));
    inertia_many(x.view(), &labels.iter().collect::<Vec<_>>()).unwrap().into_iter().map(f64::ln).collect()
}

/// R takes half of each sum of squares.
fn plus_ln_2(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| value + 2.0_f64.ln()).collect()
}

fn check_recorded(name: &str) {
    let case: Recorded = golden(&format!("gap/{name}.json"));
    let references: Vec<Vec<f64>> = case.sets[1..].iter().map(log_w).collect();
    let found = Gap::from_log_w(log_w(&case.sets[0]), &references, &GapParams::new(Seed(0))).unwrap();
    assert_close(&found.log_w, &plus_ln_2(&case.log_w), 1e-12);
    assert_close(&found.reference_log_w, &plus_ln_2(&case.reference_log_w), 1e-12);
    assert_close(&found.gap, &case.gap, 1e-12);
    assert_close(&found.standard_error, &case.standard_error, 1e-11);
    for (rule, name) in RULES {
        assert_eq!(found.best_k_by(rule, 1.0), case.choices[name], "{name}");
    }
    assert_eq!(found.best_k, case.choices["Tibs2001SEmax"]);
    check_box(&case);
}

/// R's reference sets fill the box that we put around its table, and nothing else.
fn check_box(case: &Recorded) {
    let x = Matrix::from_rows(&case.sets[0].x).unwrap();
    let around = ReferenceBox::fit(x.view(), space(&case.space)).unwrap();
    let corners = around.place(Matrix::from_rows(&[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).unwrap().view());
    let dot = |a: &[f64], b: &[f64]| a[0] * b[0] + a[1] * b[1];
    let from_corner = |row: &[f64]| [row[0] - corners.row(0)[0], row[1] - corners.row(0)[1]];
    for side in [1, 2].map(|corner| from_corner(corners.row(corner))) {
        let along = |row: &Vec<f64>| dot(&from_corner(row), &side) / dot(&side, &side);
        let places: Vec<f64> = case.sets[1..].iter().flat_map(|set| set.x.iter().map(along)).collect();
        let (low, high) = places.iter().fold((1.0_f64, 0.0_f64), |(low, high), &at| (low.min(at), high.max(at)));
        assert!((-1e-9..0.03).contains(&low) && (0.97..1.0 + 1e-9).contains(&high), "{low} to {high}");
    }
}

#[test]
fn three_groups_along_their_axes_as_clusgap() {
    check_recorded("three-along-axes");
}

#[test]
fn three_groups_along_the_columns_as_clusgap() {
    check_recorded("three-along-columns");
}

#[test]
fn a_slanted_box_as_clusgap() {
    check_recorded("slanted-along-axes");
}

/// Our simulation and R's differ by no more than four standard errors of their difference.
fn check_simulated(name: &str) {
    let case: Simulated = golden(&format!("gap/{name}.json"));
    let x = Matrix::from_rows(&case.x).unwrap();
    let params = GapParams::new(Seed(7)).with_references(300).with_space(space(&case.space));
    // R's 20 starts each end in a search by exchange: more starts of Lloyd's make up for it.
    let thorough = |x: MatrixView<'_>, k: usize, seed: Seed| Ok::<_, MetricsError>(kmeans_with(60, x, k, seed));
    let found = gap_statistic(x.view(), case.log_w.len(), &thorough, &params, &Silent).unwrap();
    assert_close(&found.log_w, &plus_ln_2(&case.log_w), 1e-9);
    for (at, expected) in plus_ln_2(&case.reference_log_w).into_iter().enumerate() {
        let allowed = 4.0 * case.standard_error[at] * (2.0 / case.b).sqrt();
        assert!((found.reference_log_w[at] - expected).abs() < allowed, "k = {}: {found:?}", at + 1);
        let ratio = found.standard_error[at] / case.standard_error[at];
        assert!((ratio - 1.0).abs() < 0.2, "k = {}: {ratio}", at + 1);
    }
    assert_eq!(found.best_k, case.choices["Tibs2001SEmax"]);
}

#[test]
fn three_groups_within_simulation_error_of_clusgap() {
    check_simulated("simulated-three-along-axes");
}

#[test]
fn a_slanted_box_within_simulation_error_of_clusgap() {
    check_simulated("simulated-slanted-along-columns");
}

#[test]
fn rules_choose_as_maxse() {
    let rules: Rules = golden("gap/rules.json");
    for case in &rules.cases {
        for (rule, name) in RULES {
            let found = rule.choose(&case.gap, &case.se, case.factor);
            assert_eq!(found, case.choices[name], "{name} of {:?} +- {:?}", case.gap, case.se);
        }
    }
}

fn run(x: MatrixView<'_>, k_max: usize, params: GapParams) -> Result<Gap, MetricsError> {
    gap_statistic(x, k_max, &kmeans, &params.with_references(20), &Silent)
}

#[test]
fn groups_are_counted_and_none_is_one() {
    let params = GapParams::new(Seed(1));
    assert_eq!(run(groups(90, 3, 3, 12.0).view(), 6, params).unwrap().best_k, 3);
    assert_eq!(run(groups(90, 3, 1, 0.0).view(), 6, params).unwrap().best_k, 1);
    let along_columns = params.with_space(ReferenceSpace::Original);
    assert_eq!(run(groups(90, 3, 3, 12.0).view(), 6, along_columns).unwrap().best_k, 3);
}

#[test]
fn scale_changes_logarithms_by_a_constant_and_gaps_not_at_all() {
    let x = groups(60, 3, 2, 8.0);
    let own = run(x.view(), 3, GapParams::new(Seed(1))).unwrap();
    for factor in [2.0_f64.powi(-300), 2.0_f64.powi(40), 2.0_f64.powi(480)] {
        let scaled = Matrix::new(x.as_slice().iter().map(|v| v * factor).collect(), 60, 3).unwrap();
        let found = run(scaled.view(), 3, GapParams::new(Seed(1))).unwrap();
        assert_close(&found.gap, &own.gap, 1e-9);
        assert!((found.log_w[0] - own.log_w[0] - 2.0 * factor.ln()).abs() < 1e-9);
    }
}

#[test]
fn threads_change_no_bit() {
    let x = groups(70, 4, 3, 6.0);
    let found = [1, 2, 3].map(|threads| with_threads(threads, || run(x.view(), 4, GapParams::new(Seed(3))).unwrap()));
    assert!(found.iter().all(|gap| *gap == found[0]));
    assert_ne!(run(x.view(), 4, GapParams::new(Seed(4))).unwrap().reference_log_w, found[0].reference_log_w);
}

#[test]
fn hostile_tables_are_refused_with_the_numbers() {
    let message = |rows: &[[f64; 2]], k_max| {
        let x = Matrix::from_rows(rows).unwrap();
        run(x.view(), k_max, GapParams::new(Seed(0))).unwrap_err().to_string()
    };
    assert_eq!(message(&[[0.0, 1.0]], 1), "X: n_samples=1 should be >= 2");
    assert_eq!(message(&[[0.0, f64::NAN], [1.0, 1.0]], 1), "X: value NaN at row 0, column 1 is not finite");
    let too_large = "X: magnitude of value 1e300 at row 1, column 0 should be <= 1e150";
    assert_eq!(message(&[[0.0, 0.0], [1e300, 1.0]], 1), too_large);
    assert_eq!(message(&[[2.0, 3.0]; 4], 2), "k=1: dispersion=0e0 within clusters should be > 0 and finite");
    assert_eq!(
        message(&[[0.0, 1e-310], [1e-310, 0.0]], 1),
        "k=1: dispersion=0e0 within clusters should be > 0 and finite"
    );
    assert_eq!(
        message(&[[0.0, 1.0], [5.0, 2.0], [0.0, 1.0], [5.0, 2.0]], 3),
        "k=2: dispersion=0e0 within clusters should be > 0 and finite"
    );
    assert_eq!(message(&[[0.0, 1.0], [5.0, 2.0]], 3), "gap statistic: n_samples=2 should be >= 3");
    assert_eq!(message(&[[0.0, 1.0], [5.0, 2.0]], 0), "k_max=0 should be >= 1");
}

#[test]
fn a_constant_column_and_one_column_are_fine() {
    let rows: Vec<[f64; 2]> = (0..40).map(|i| [f64::from(i % 7) + f64::from(i % 2 * 90), 4.0]).collect();
    let both = run(Matrix::from_rows(&rows).unwrap().view(), 3, GapParams::new(Seed(0))).unwrap();
    let one: Vec<[f64; 1]> = rows.iter().map(|row| [row[0]]).collect();
    let one = run(Matrix::from_rows(&one).unwrap().view(), 3, GapParams::new(Seed(0))).unwrap();
    assert_eq!((both.best_k, one.best_k), (2, 2));
    assert_close(&both.log_w, &one.log_w, 1e-12);
}

#[derive(Debug, PartialEq)]
enum OwnError {
    Metrics(MetricsError),
    Refused(usize),
}

impl From<MetricsError> for OwnError {
    fn from(error: MetricsError) -> Self {
        Self::Metrics(error)
    }
}

#[test]
fn errors_of_the_clusterer_pass_through_and_bad_labels_are_named() {
    let x = groups(20, 2, 2, 9.0);
    let params = GapParams::new(Seed(0));
    let refusing = |_: MatrixView<'_>, k: usize, _: Seed| Err::<Labels, _>(OwnError::Refused(k));
    assert_eq!(gap_statistic(x.view(), 4, &refusing, &params, &Silent), Err(OwnError::Refused(2)));
    let short = |_: MatrixView<'_>, _: usize, _: Seed| Ok(Labels::from_signed(&[0, 1])?);
    let error: MetricsError = gap_statistic(x.view(), 2, &short, &params, &Silent).unwrap_err();
    assert_eq!(error.to_string(), "labels of the clusterer has 2 entries, expected 20");
    let noisy = |x: MatrixView<'_>, _: usize, _: Seed| Ok(Labels::new(vec![Labels::NOISE; x.n_rows()], 2)?);
    let error: MetricsError = gap_statistic(x.view(), 2, &noisy, &params, &Silent).unwrap_err();
    assert_eq!(error, MetricsError::Noise { k: 2, n_noise: 20, n_samples: 20 });
    assert!(error.hint().is_some());
}

#[test]
fn results_cross_threads_and_files() {
    fn assert_send_sync<T: Send + Sync>() {}
    assert_send_sync::<(Gap, GapParams, ReferenceBox)>();
    let found = run(groups(40, 2, 2, 9.0).view(), 3, GapParams::new(Seed(0))).unwrap();
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Gap>(&text).unwrap(), found);
}

#[test]
fn logarithms_given_are_checked() {
    let params = GapParams::new(Seed(0));
    let of = |log_w: Vec<f64>, references: &[Vec<f64>]| Gap::from_log_w(log_w, references, &params);
    assert!(of(vec![1.0], &[vec![1.0], vec![2.0]]).is_ok());
    assert!(of(vec![1.0], &[vec![1.0]]).is_err(), "one reference set");
    assert!(of(vec![], &[vec![], vec![]]).is_err(), "no k");
    assert!(of(vec![1.0], &[vec![1.0], vec![2.0, 3.0]]).is_err(), "another length");
    assert!(of(vec![f64::NAN], &[vec![1.0], vec![2.0]]).is_err());
    assert!(Gap::from_log_w(vec![1.0], &[vec![1.0], vec![2.0]], &params.with_se_factor(-1.0)).is_err());
}
