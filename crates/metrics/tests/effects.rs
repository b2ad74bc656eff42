//! Effect sizes per feature: beside SciPy's and those written out in tests/golden/effects.py, and what must not
//! change them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use proptest::prelude::*;
use segctl_metrics::MetricsError;
use segctl_metrics::effects::{
    NumericEffect, benjamini_hochberg, categorical_effect, held_out_p_value, held_out_p_values, numeric_effects,
};
use segctl_numeric::par::with_threads;
use segctl_numeric::{Labels, Matrix};
use serde::Deserialize;
use serde::de::DeserializeOwned;

fn read<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/golden/effects/{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn signed(labels: &[i64]) -> Labels {
    Labels::from_signed(labels).unwrap()
}

fn close(a: f64, b: f64, slack: f64) -> bool {
    a == b || (a - b).abs() <= slack * (1.0 + a.abs().max(b.abs()))
}

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    labels: Vec<i64>,
    effects: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    f: f64,
    p_of_f: f64,
    h: f64,
    p_of_h: f64,
    eta_squared: f64,
    omega_squared: f64,
    epsilon_squared: f64,
    differences: Vec<f64>,
}

fn check(name: &str, slack: f64) {
    let case: Case = read(name);
    let x = Matrix::from_rows(&case.x).unwrap();
    let found = numeric_effects(x.view(), &signed(&case.labels)).unwrap();
    assert_eq!(found.len(), case.effects.len());
    for (column, (found, expected)) in found.iter().zip(&case.effects).enumerate() {
        let assert_close = |what: &str, found: f64, expected: f64, slack: f64| {
            assert!(close(found, expected, slack), "{name}: column {column}: {what}: {found} for {expected}");
        };
        assert_close("F", found.anova.f.unwrap(), expected.f, slack);
        assert_close("H", found.kruskal_wallis.h.unwrap(), expected.h, 1e-10);
        assert_close("eta squared", found.anova.eta_squared, expected.eta_squared, slack);
        assert_close("omega squared", found.anova.omega_squared, expected.omega_squared, slack);
        assert_close("epsilon squared", found.kruskal_wallis.epsilon_squared, expected.epsilon_squared, 1e-10);
        for (found, expected) in found.clusters.iter().zip(&expected.differences) {
            assert_close("difference", found.standardized_mean_difference, *expected, slack);
        }
        let p = held_out_p_values(found);
        // Of small probabilities the digits count, not the places.
        let of_f = (p.anova.unwrap() / expected.p_of_f - 1.0).abs();
        let of_h = (p.kruskal_wallis.unwrap() / expected.p_of_h - 1.0).abs();
        assert!(of_f < 1e-7 && of_h < 1e-7, "{name}: column {column}: {p:?}: {of_f} {of_h}");
    }
}

macro_rules! golden {
    ($($test:ident: $name:literal, $slack:literal;)*) => { $(#[test] fn $test() { check($name, $slack); })* };
}

golden! {
    normal_features: "normal", 1e-10;
    tied_features: "tied", 1e-10;
    noise_is_left_out: "noise", 1e-10;
    clusters_of_uneven_sizes: "uneven", 1e-10;
    // SciPy takes sums of squares as differences of large numbers.
    an_offset: "offset", 1e-7;
}

#[derive(Deserialize)]
struct Table {
    codes: Vec<u32>,
    labels: Vec<i64>,
    chi_squared: f64,
    p: f64,
    cramers_v: f64,
    cramers_v_corrected: f64,
}

#[test]
fn categorical_features() {
    for expected in read::<Vec<Table>>("categorical") {
        let found = categorical_effect(&expected.codes, &signed(&expected.labels)).unwrap();
        assert!(close(found.chi_squared, expected.chi_squared, 1e-12));
        assert!(close(found.cramers_v, expected.cramers_v, 1e-12));
        assert!(close(found.cramers_v_corrected, expected.cramers_v_corrected, 1e-12));
        assert!((held_out_p_value(&found).unwrap() - expected.p).abs() <= 1e-9 * expected.p);
    }
}

#[derive(Deserialize)]
struct Adjusted {
    p: Vec<f64>,
    adjusted: Vec<f64>,
}

#[test]
fn adjusted_p_values() {
    for expected in read::<Vec<Adjusted>>("adjusted") {
        let found = benjamini_hochberg(&expected.p).unwrap();
        assert!(found.iter().zip(&expected.adjusted).all(|(found, expected)| (found - expected).abs() <= 1e-12));
    }
    assert!(benjamini_hochberg(&[]).unwrap().is_empty());
    for bad in [f64::NAN, -1e-9, 1.1, f64::INFINITY] {
        let message = benjamini_hochberg(&[0.5, bad]).unwrap_err().to_string();
        assert_eq!(message, format!("p-value={bad} should be in [0, 1]"));
    }
}

/// Values on a coarse grid or off it, and labels with noise.
fn feature() -> impl Strategy<Value = (Vec<f64>, Vec<i64>)> {
    (5_usize..60, any::<bool>()).prop_flat_map(|(n, is_grid)| {
        let value = if is_grid { (-3_i32..4).prop_map(f64::from).boxed() } else { (-9.0_f64..9.0).boxed() };
        let labels = prop::collection::vec(-1_i64..4, n).prop_map(|mut labels| {
            labels[..5].copy_from_slice(&[0, 0, 1, 1, 0]);
            labels
        });
        (prop::collection::vec(value, n), labels)
    })
}

fn effect(values: &[f64], labels: &[i64]) -> NumericEffect {
    numeric_effects(Matrix::new(values.to_vec(), values.len(), 1).unwrap().view(), &signed(labels)).unwrap().remove(0)
}

/// The mean rank of each value among those used, by counting.
fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count() as f64;
        let equal = values.iter().filter(|other| *other == value).count() as f64;
        below + (equal + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

proptest! {
    #[test]
    fn ranks_have_the_analysis_of_variance_of_their_values((values, labels) in feature()) {
        // H / (n - 1) is eta squared of the ranks, ties included.
        let used: Vec<usize> = (0..labels.len()).filter(|&i| labels[i] >= 0).collect();
        let labels: Vec<i64> = used.iter().map(|&i| labels[i]).collect();
        let values: Vec<f64> = used.iter().map(|&i| values[i]).collect();
        let found = effect(&values, &labels);
        let of_ranks = effect(&ranks(&values), &labels);
        prop_assert!(close(found.kruskal_wallis.epsilon_squared, of_ranks.anova.eta_squared, 1e-10));
        let h = (used.len() - 1) as f64 * of_ranks.anova.eta_squared;
        prop_assert!(close(found.kruskal_wallis.h.unwrap_or(0.0), h, 1e-10));
    }

    #[test]
    fn differences_are_those_from_the_rest((values, labels) in feature()) {
        let found = effect(&values, &labels);
        for cluster in &found.clusters {
            let pick = |keep: &dyn Fn(i64) -> bool| -> Vec<f64> {
                values.iter().zip(&labels).filter(|(_, l)| **l >= 0 && keep(**l)).map(|(value, _)| *value).collect()
            };
            let own = pick(&|label| label == cluster.cluster as i64);
            let rest = pick(&|label| label != cluster.cluster as i64);
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let squares = |values: &[f64]| values.iter().map(|v| (v - mean(values)).powi(2)).sum::<f64>();
            let pooled = ((squares(&own) + squares(&rest)) / (own.len() + rest.len() - 2) as f64).sqrt();
            prop_assert_eq!(cluster.n_rows, own.len());
            prop_assert!(close(cluster.mean, mean(&own), 1e-12) && close(cluster.mean_of_rest, mean(&rest), 1e-12));
            if pooled > 1e-6 {
                let expected = (mean(&own) - mean(&rest)) / pooled;
                prop_assert!(close(cluster.standardized_mean_difference, expected, 1e-9));
            }
        }
    }

    #[test]
    fn names_and_order_and_unit_do_not_matter((values, labels) in feature(), by in 1_usize..60) {
        let found = effect(&values, &labels);
        let renamed: Vec<i64> = labels.iter().map(|&label| [-1, 7, 3, 0, 5][(label + 1) as usize]).collect();
        let (mut turned, mut turned_labels) = (values.clone(), labels.clone());
        turned.rotate_left(by % values.len());
        turned_labels.rotate_left(by % values.len());
        let scaled: Vec<f64> = values.iter().map(|value| 3.0 - 7.0 * value).collect();
        let others = [effect(&values, &renamed), effect(&turned, &turned_labels), effect(&scaled, &labels)];
        for other in others {
            prop_assert!(close(other.anova.eta_squared, found.anova.eta_squared, 1e-9));
            prop_assert!(close(other.anova.omega_squared, found.anova.omega_squared, 1e-9));
            prop_assert!(close(other.kruskal_wallis.epsilon_squared, found.kruskal_wallis.epsilon_squared, 1e-12));
        }
        // Any growing function keeps the ranks.
        let grown: Vec<f64> = values.iter().map(|value| value * value * value + value).collect();
        prop_assert_eq!(effect(&grown, &labels).kruskal_wallis, found.kruskal_wallis);
    }

    #[test]
    fn chi_squared_is_the_sum_over_all_cells(pairs in prop::collection::vec((0_u32..6, -1_i64..4), 5..80)) {
        let codes: Vec<u32> = pairs.iter().map(|pair| pair.0 * 1000).collect();
        let mut labels: Vec<i64> = pairs.iter().map(|pair| pair.1).collect();
        labels[..3].copy_from_slice(&[0, 0, 1]);
        let found = categorical_effect(&codes, &signed(&labels)).unwrap();
        let count = |keep: &dyn Fn(u32, i64) -> bool| {
            codes.iter().zip(&labels).filter(|(c, l)| **l >= 0 && keep(**c, **l)).count() as f64
        };
        let n = count(&|_, _| true);
        let mut expected = 0.0;
        for (code, label) in (0..6).flat_map(|code| (0..4).map(move |label| (code * 1000, label))) {
            let mean = count(&|c, _| c == code) * count(&|_, l| l == label) / n;
            if mean > 0.0 {
                expected += (count(&|c, l| c == code && l == label) - mean).powi(2) / mean;
            }
        }
        prop_assert!(close(found.chi_squared, expected, 1e-10), "{found:?} {expected}");
        prop_assert!((0.0..=1.0).contains(&found.cramers_v) && (0.0..=1.0).contains(&found.cramers_v_corrected));
        prop_assert!(found.cramers_v_corrected <= found.cramers_v + 1e-12);
        prop_assert_eq!(found.n_noise, labels.iter().filter(|&&label| label < 0).count());
    }

    #[test]
    fn adjusting_keeps_order_and_only_raises(p in prop::collection::vec(0.0_f64..=1.0, 0..40)) {
        let adjusted = benjamini_hochberg(&p).unwrap();
        for i in 0..p.len() {
            prop_assert!(adjusted[i] >= p[i] && adjusted[i] <= 1.0);
            prop_assert!((0..p.len()).all(|j| p[i] > p[j] || adjusted[i] <= adjusted[j]));
        }
    }
}

#[test]
fn labels_that_say_nothing_have_small_effects_and_even_p_values() {
    let n = 3000;
    let x = Matrix::new((0..40 * n).map(|at| ((at * at) as f64 * 0.618_033_988_7).fract()).collect(), n, 40).unwrap();
    let labels = Labels::new((0..n).map(|i| ((i * i * 31 + i * 7) % 101 % 4) as u32).collect(), 4).unwrap();
    let effects = numeric_effects(x.view(), &labels).unwrap();
    assert!(effects.iter().all(|effect| effect.anova.eta_squared < 0.02));
    let small = effects.iter().filter(|effect| held_out_p_values(effect).anova.unwrap() < 0.5).count();
    assert!((8..=32).contains(&small), "{small} of 40 below one half");
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let value = |at: usize| ((at * 7919 % 1013) as f64 / 130.0).sin() * (1 + at % 7) as f64;
    let x = Matrix::new((0..2500 * 7).map(value).collect(), 2500, 7).unwrap();
    let labels = Labels::new((0..2500).map(|i| if i % 17 == 5 { Labels::NOISE } else { i % 3 }).collect(), 3).unwrap();
    let run = |threads| with_threads(threads, || numeric_effects(x.view(), &labels).unwrap());
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(3));
}

#[test]
fn constant_features_have_no_effect() {
    let found = effect(&[0.1; 6], &[0, 0, 0, 1, 1, 1]);
    assert_eq!((found.anova.f, found.anova.eta_squared, found.anova.omega_squared), (None, 0.0, 0.0));
    assert_eq!((found.kruskal_wallis.h, found.kruskal_wallis.epsilon_squared), (None, 0.0));
    assert!(found.clusters.iter().all(|cluster| cluster.standardized_mean_difference == 0.0));
    let p = held_out_p_values(&found);
    assert_eq!((p.anova, p.kruskal_wallis), (None, None));
    let found = categorical_effect(&[7; 4], &signed(&[0, 0, 1, 1])).unwrap();
    assert_eq!((found.chi_squared, found.cramers_v, found.cramers_v_corrected), (0.0, 0.0, 0.0));
    assert_eq!(held_out_p_value(&found), None);
    // No two rows alike: nothing is left once the bias is taken off.
    let found = categorical_effect(&[0, 1, 2, 3], &signed(&[0, 0, 1, 1])).unwrap();
    assert_eq!((found.cramers_v, found.cramers_v_corrected), (1.0, 0.0));
}

#[test]
fn clusters_without_variation_differ_without_bound() {
    let found = effect(&[1.0, 1.0, 4.0, 4.0], &[0, 0, 2, 2]);
    assert_eq!(found.anova.f, Some(f64::INFINITY));
    assert_eq!((found.anova.eta_squared, found.anova.omega_squared), (1.0, 1.0));
    let differences: Vec<_> = found.clusters.iter().map(|c| (c.cluster, c.standardized_mean_difference)).collect();
    assert_eq!(differences, [(0, f64::NEG_INFINITY), (2, f64::INFINITY)]);
    assert_eq!(held_out_p_values(&found).anova, Some(0.0));
}

#[test]
fn hostile_input_is_refused_or_has_its_value() {
    let labels = [0, 0, 0, 1, 1, 1];
    let given = [1.0, 2.0, 3.0, 2.0, 5.0, 7.0];
    let message = |values: &[f64], labels: &[i64]| {
        let x = Matrix::new(values.to_vec(), values.len(), 1).unwrap();
        numeric_effects(x.view(), &signed(labels)).unwrap_err().to_string()
    };
    let expected = effect(&given, &labels);
    for scale in [2.0_f64.powi(450), 2.0_f64.powi(-450)] {
        let found = effect(&given.map(|value| value * scale), &labels);
        assert_eq!((found.anova, found.kruskal_wallis), (expected.anova, expected.kruskal_wallis));
    }
    // Squares of denormal differences are 0, ranks are not.
    let found = effect(&given.map(|value| value * 5e-324), &labels);
    assert_eq!((found.anova.f, found.kruskal_wallis), (None, expected.kruskal_wallis));
    let zeros = effect(&[0.0, -0.0, 1.0, 0.0, -0.0, 1.0], &labels);
    assert_eq!(zeros.kruskal_wallis.h, Some(0.0));
    for (value, text) in [
        (f64::NAN, "X: value NaN at row 1, column 0 is not finite"),
        (f64::NEG_INFINITY, "X: value -inf at row 1, column 0 is not finite"),
        (1e300, "X: magnitude of value 1e300 at row 1, column 0 should be <= 1e140"),
    ] {
        assert_eq!(message(&[1.0, value, 2.0, 3.0, 4.0, 5.0], &labels), text);
    }
    assert_eq!(message(&given, &[0, 1]), "labels has 2 entries, expected 6");
    for bad in [&[0; 6][..], &[0, 1, 2, 3, 4, 5], &[-1; 6], &[0, 1, -1, -1, -1, -1]] {
        let x = Matrix::new(given.to_vec(), 6, 1).unwrap();
        let error = numeric_effects(x.view(), &signed(bad)).unwrap_err();
        assert!(matches!(error, MetricsError::ClusterCount { .. }), "{bad:?}");
        assert_eq!(categorical_effect(&[1; 6], &signed(bad)).unwrap_err(), error);
    }
    assert!(numeric_effects(Matrix::zeros(6, 0).view(), &signed(&labels)).is_err());
    let message = categorical_effect(&[1], &signed(&labels)).unwrap_err().to_string();
    assert_eq!(message, "codes has 1 entries, expected 6");
}
