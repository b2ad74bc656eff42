//! Agreement with scikit-learn to 1e-10 relative, on the cases of tests/golden/pca.py.

use std::path::Path;

use segctl_numeric::Matrix;
use segctl_reduction::{Components, PcaParams, fit};
use serde::Deserialize;

const TOLERANCE: f64 = 1e-10;

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    n_components: Option<f64>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    mean: Vec<f64>,
    components: Vec<Vec<f64>>,
    explained_variance: Vec<f64>,
    explained_variance_ratio: Vec<f64>,
    singular_values: Vec<f64>,
    scores: Vec<Vec<f64>>,
}

fn components(n_components: Option<f64>) -> Components {
    match n_components {
        None => Components::All,
        Some(fraction) if fraction < 1.0 => Components::Fraction(fraction),
        Some(count) => Components::Count(count as usize),
    }
}

#[track_caller]
fn assert_close(what: &str, found: &[f64], expected: &[f64], scale: f64) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!((found - expected).abs() <= TOLERANCE * scale, "{what}[{i}]: {found} for {expected}");
    }
}

#[expect(clippy::unwrap_used, reason = "helpers of tests may panic")]
fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/golden/pca/{name}.json"));
    let case: Case = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let x = Matrix::from_rows(&case.x).unwrap();
    let expected = case.expected;
    let pca = fit(x.view(), &PcaParams::new(components(case.n_components))).unwrap();
    assert_eq!(pca.n_components(), expected.components.len(), "{name}: components kept");
    let scores = pca.transform(x.view().rows_range(0..expected.scores.len())).unwrap();
    let top = expected.singular_values[0];
    for (what, found, expected) in [
        ("mean", &pca.mean, &expected.mean),
        ("explained_variance_ratio", &pca.explained_variance_ratio, &expected.explained_variance_ratio),
    ] {
        assert_close(what, found, expected, expected.iter().fold(0.0, |top, v| v.abs().max(top)));
    }
    // Directions without variance are arbitrary, and rounding noise has no digits to agree on.
    let rank = expected.singular_values.iter().take_while(|&&s| s > 1e-12 * top).count();
    assert!(pca.singular_values[rank..].iter().all(|&s| s < 1e-12 * top), "{name}: the rank is {rank}");
    for i in 0..rank {
        let (s, v) = (expected.singular_values[i], expected.explained_variance[i]);
        assert_close("singular value", &pca.singular_values[i..=i], &[s], s);
        assert_close("explained variance", &pca.explained_variance[i..=i], &[v], v);
        assert_close(&format!("{name}: component {i}"), pca.components.row(i), &expected.components[i], 1.0);
        let column: Vec<f64> = expected.scores.iter().map(|row| row[i]).collect();
        assert_close("scores", &scores.view().column(i).collect::<Vec<_>>(), &column, top);
    }
}

macro_rules! golden {
    ($($test:ident: $name:literal,)*) => { $(#[test] fn $test() { check($name); })* };
}

golden! {
    plain: "plain",
    count: "count",
    fraction: "fraction",
    offset_of_a_million: "offset",
    graded_spectrum: "graded",
    several_blocks: "several-blocks",
    more_columns_than_rows: "more-columns-than-rows",
    constant_column: "constant-column",
    one_column: "one-column",
    duplicate_column: "duplicate-column",
}
