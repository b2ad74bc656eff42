//! Knees: against the Python package kneed on the files of tests/golden/knee.py, and at the edges.

mod common;

use common::golden;
use proptest::prelude::*;
use segctl_metrics::{Curve, Direction, KneeParams, MetricsError, knee, knees};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<f64>,
    y: Vec<f64>,
    #[serde(rename = "S")]
    sensitivity: f64,
    curve: Curve,
    direction: Direction,
    knee: Option<f64>,
    all: Vec<f64>,
}

#[test]
fn knees_are_those_of_kneed() {
    let cases: Vec<Case> = golden("knee/knee.json");
    for (at, case) in cases.iter().enumerate() {
        let params = KneeParams::new().with_shape(case.curve, case.direction).with_sensitivity(case.sensitivity);
        let first = knee(&case.x, &case.y, &params).unwrap();
        assert_eq!(first.map(|knee| knee.x), case.knee, "case {at}");
        let found = knees(&case.x, &case.y, &params).unwrap();
        let mut all: Vec<f64> = found.iter().map(|knee| knee.x).collect();
        all.sort_by(f64::total_cmp);
        assert_eq!(all, case.all, "case {at}");
        assert!(found.iter().all(|knee| case.y[knee.index] == knee.y && case.x[knee.index] == knee.x));
    }
}

const SHAPES: [(Curve, Direction); 4] = [
    (Curve::Concave, Direction::Increasing),
    (Curve::Convex, Direction::Decreasing),
    (Curve::Convex, Direction::Increasing),
    (Curve::Concave, Direction::Decreasing),
];

proptest! {
    /// The four shapes are one curve turned: upside down, back to front, or both.
    #[test]
    fn turning_the_curve_turns_the_knees(
        steps in prop::collection::vec((0.5_f64..5.0, -3.0_f64..40.0), 4..20),
        sensitivity in prop::sample::select(vec![0.0, 1.0, 2.0]),
    ) {
        let mut x: Vec<f64> = vec![0.0];
        let mut y: Vec<f64> = vec![0.0];
        for (at, (step, rise)) in steps.iter().enumerate() {
            x.push(x[at] + *step);
            y.push(y[at] + *rise / (1.0 + at as f64));
        }
        let (width, n) = (x[x.len() - 1], x.len());
        let of = |x: &[f64], y: &[f64], shape: (Curve, Direction)| {
            let params = KneeParams::new().with_shape(shape.0, shape.1).with_sensitivity(sensitivity);
            knees(x, y, &params).unwrap().into_iter().map(|knee| knee.index).collect::<Vec<_>>()
        };
        let down: Vec<f64> = y.iter().map(|y| -y).collect();
        let back = |values: &[f64]| values.iter().rev().copied().collect::<Vec<f64>>();
        let mirrored: Vec<f64> = x.iter().rev().map(|x| width - x).collect();
        // Turning y over rounds other ways: only candidates with room to spare must agree.
        let own = of(&x, &y, SHAPES[0]);
        let turned = [
            of(&x, &down, SHAPES[1]),
            of(&mirrored, &back(&down), SHAPES[2]).into_iter().map(|i| n - 1 - i).collect(),
            of(&mirrored, &back(&y), SHAPES[3]).into_iter().map(|i| n - 1 - i).collect(),
        ];
        let unit = |values: &[f64]| {
            let (low, high) = (values.iter().copied().fold(0.0, f64::min), values.iter().copied().fold(0.0, f64::max));
            values.iter().map(|v| (v - low) / (high - low)).collect::<Vec<f64>>()
        };
        let (xs, ys) = (unit(&x), unit(&y));
        let height: Vec<f64> = ys.iter().zip(&xs).map(|(y, x)| y - x).collect();
        let allowance = sensitivity / (n - 1) as f64;
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        let tie = |i: usize, j: usize| close(height[i], height[j]) || close(height[i] - allowance, height[j]);
        let tied = (1..n - 1).any(|i| (0..n).any(|j| i != j && (tie(i, j) || tie(j, i))));
        prop_assume!(!tied);
        for turned in turned {
            prop_assert_eq!(&turned, &own);
        }
    }

    #[test]
    fn scale_and_place_change_no_knee(
        y in prop::collection::vec(0_i32..100, 3..15),
        (factor, offset) in (prop::sample::select(vec![0.5, 4.0, 2.0_f64.powi(-1000), 2.0_f64.powi(1000)]), -5_i32..5),
    ) {
        let y: Vec<f64> = y.into_iter().map(f64::from).collect();
        let x: Vec<f64> = (0..y.len()).map(|i| i as f64).collect();
        let scaled: Vec<f64> = y.iter().map(|y| (y + f64::from(offset)) * factor).collect();
        let indices = |y: &[f64]| knees(&x, y, &KneeParams::new()).unwrap().into_iter().map(|knee| knee.index).collect::<Vec<_>>();
        prop_assert_eq!(indices(&scaled), indices(&y));
    }
}

#[test]
fn the_elbow_of_inertia_is_found() {
    let inertia = [5000.0, 2500.0, 1200.0, 500.0, 460.0, 430.0, 405.0, 390.0, 380.0, 372.0];
    let k: Vec<f64> = (1..11).map(f64::from).collect();
    let found = knee(&k, &inertia, &KneeParams::new()).unwrap().unwrap();
    assert_eq!((found.index, found.x, found.y), (3, 4.0, 500.0));
    assert!(found.height > 0.6 && found.height < 0.7, "{found:?}");
}

#[test]
fn there_is_no_knee_on_a_line_or_a_constant_or_few_points() {
    let none = |x: &[f64], y: &[f64]| assert_eq!(knee(x, y, &KneeParams::new()), Ok(None), "{y:?}");
    none(&[1.0, 2.0, 3.0, 4.0, 5.0], &[8.0, 6.0, 4.0, 2.0, 0.0]);
    none(&[1.0, 2.0, 3.0], &[7.0; 3]);
    none(&[1.0, 2.0], &[2.0, 1.0]);
    none(&[], &[]);
    let line: Vec<f64> = (0..50).map(f64::from).collect();
    assert_eq!(knee(&line, &line, &KneeParams::new().with_shape(Curve::Concave, Direction::Increasing)), Ok(None));
}

#[test]
fn unusable_curves_are_refused_with_the_numbers() {
    let message = |x: &[f64], y: &[f64]| knee(x, y, &KneeParams::new()).unwrap_err().to_string();
    assert_eq!(message(&[1.0, 2.0], &[1.0]), "y has 1 entries, expected 2");
    assert_eq!(message(&[1.0, 2.0, 2.0], &[1.0; 3]), "x=2 should be above the x before it");
    assert_eq!(message(&[1.0, 2.0, 3.0], &[1.0, f64::NAN, 1.0]), "curve: value NaN at row 1, column 1 is not finite");
    assert_eq!(message(&[1.0, 2.0, 3.0], &[1.7e308, 0.0, -1.7e308]), "range of y=inf should be finite");
    let sensitivity = KneeParams::new().with_sensitivity(-1.0);
    assert!(matches!(knee(&[], &[], &sensitivity), Err(MetricsError::Input(_))));
}

#[test]
fn extreme_magnitudes_are_fine() {
    let y = [100.0, 40.0, 20.0, 17.0, 15.0, 14.0];
    for scale in [1e-320, 1e-300, 1e300] {
        let y: Vec<f64> = y.iter().map(|y| y * scale).collect();
        let found = knee(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &y, &KneeParams::new()).unwrap().unwrap();
        assert_eq!(found.x, 3.0, "{scale:e}");
    }
}
