use std::collections::BTreeMap;
use std::path::Path;

use segctl_metrics::internal::{centroid_indices, dbcv, dunn, simplified_silhouette};
use segctl_numeric::Matrix;
use segctl_numeric::distance::{Dissimilarity, Metric};
use serde::Deserialize;

use super::{close, signed};

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    labels: Vec<i64>,
    about_centroids: AboutCentroids,
    dunn: BTreeMap<String, [f64; 2]>,
    dbcv: BTreeMap<String, DensityBased>,
}

#[derive(Deserialize)]
struct AboutCentroids {
    within: f64,
    per_cluster: Vec<f64>,
    between: f64,
    total: f64,
    calinski_harabasz: f64,
    davies_bouldin: f64,
    xie_beni: f64,
    simplified_silhouette: Vec<f64>,
}

#[derive(Deserialize)]
struct DensityBased {
    value: f64,
    per_cluster: Vec<f64>,
    settled: Vec<Option<f64>>,
}

fn metric(name: &str) -> Dissimilarity {
    serde_json::from_value::<Metric>(name.into()).unwrap().into()
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/golden/internal/{name}.json"));
    let case: Case = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (x, labels) = (Matrix::from_rows(&case.x).unwrap(), signed(&case.labels));
    let assert_close = |what: &str, found: f64, expected: f64| {
        assert!(close(found, expected, 1e-10), "{name}: {what}: {found} for {expected}");
    };

    let (found, expected) = (centroid_indices(x.view(), &labels).unwrap(), &case.about_centroids);
    assert_close("within", found.sums_of_squares.within, expected.within);
    assert_close("between", found.sums_of_squares.between, expected.between);
    assert_close("total", found.sums_of_squares.total, expected.total);
    assert_close("Calinski-Harabasz", found.calinski_harabasz, expected.calinski_harabasz);
    assert_close("Davies-Bouldin", found.davies_bouldin, expected.davies_bouldin);
    assert_close("Xie-Beni", found.xie_beni, expected.xie_beni);
    for (found, expected) in found.sums_of_squares.per_cluster.iter().zip(&expected.per_cluster) {
        assert_close("sum of squares of a cluster", *found, *expected);
    }
    let found = simplified_silhouette(x.view(), &labels).unwrap();
    assert_eq!(found.samples.iter().flatten().count(), expected.simplified_silhouette.len());
    for (found, expected) in found.samples.iter().flatten().zip(&expected.simplified_silhouette) {
        assert_close("simplified silhouette", *found, *expected);
    }

    for (by, [separation, diameter]) in &case.dunn {
        let found = dunn(x.view(), &metric(by), &labels).unwrap();
        assert_close(by, found.separation, *separation);
        assert_close(by, found.diameter, *diameter);
        assert_close(by, found.value, if *separation > 0.0 { separation / diameter } else { 0.0 });
    }
    for (by, expected) in &case.dbcv {
        let found = dbcv(x.view(), &metric(by), &labels).unwrap();
        assert_close(by, found.value, expected.value);
        for (found, expected) in found.per_cluster.iter().zip(&expected.per_cluster) {
            assert_close(by, found.unwrap(), *expected);
        }
        for (found, settled) in found.per_cluster.iter().zip(&expected.settled) {
            settled.iter().for_each(|settled| assert_close("settled", found.unwrap(), *settled));
        }
    }
}

macro_rules! golden {
    ($($test:ident: $name:literal,)*) => { $(#[test] fn $test() { check($name); })* };
}

golden! {
    clear_clusters: "clear",
    near_clusters: "near",
    noise_is_left_out: "noise",
    clusters_in_a_plane: "plane",
    labels_at_random: "random-labels",
    one_column: "one-column",
}
