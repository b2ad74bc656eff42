//! Agreement with scikit-learn's `silhouette_samples` to 1e-10, on the cases of
//! tests/golden/silhouette.py.

use std::path::Path;

use segctl_metrics::{silhouette, silhouette_many};
use segctl_numeric::observe::Silent;
use segctl_numeric::{Labels, Matrix};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    labelings: Vec<Labeling>,
}

#[derive(Deserialize)]
struct Labeling {
    labels: Vec<i64>,
    samples: Vec<Option<f64>>,
}

#[expect(clippy::unwrap_used, reason = "helpers of tests may panic")]
fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/golden/silhouette/{name}.json"));
    let case: Case = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let x = Matrix::from_rows(&case.x).unwrap();
    let labels: Vec<Labels> = case.labelings.iter().map(|l| Labels::from_signed(&l.labels).unwrap()).collect();
    let together = silhouette_many(x.view(), &labels.iter().collect::<Vec<_>>(), &Silent).unwrap();
    for ((labels, expected), found) in labels.iter().zip(&case.labelings).zip(together) {
        assert_eq!(found, silhouette(x.view(), labels).unwrap(), "{name}: alone and together");
        for (row, (found, expected)) in found.samples.iter().zip(&expected.samples).enumerate() {
            match (found, expected) {
                (Some(found), Some(expected)) => {
                    assert!((found - expected).abs() <= 1e-10, "{name}: row {row}: {found} for {expected}");
                }
                _ => assert_eq!(found, expected, "{name}: row {row}"),
            }
        }
    }
}

macro_rules! golden {
    ($($test:ident: $name:literal,)*) => { $(#[test] fn $test() { check($name); })* };
}

golden! {
    clear_and_random_labels: "clear",
    overlapping_with_a_singleton: "overlapping-with-singleton",
    noise_is_left_out: "noise",
    offset: "offset",
    one_column: "one-column",
    duplicate_rows: "duplicates",
    three_rows: "two-clusters-of-three-rows",
    clusters_of_several_segments: "several-segments",
}
