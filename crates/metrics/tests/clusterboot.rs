//! Cluster-wise stability: against R's `fpc::clusterboot` on the files of tests/golden/stability.R.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic")]

mod common;

use std::sync::Mutex;

use common::{assert_close, golden};
use segctl_metrics::{MetricsError, Resample, Resampling, StabilityParams, Thresholds, resamples, stability_of};
use segctl_numeric::observe::Silent;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Vec<Vec<f64>>,
    labels: Vec<i64>,
    resamples: Vec<Drawn>,
    jaccard: Vec<Vec<f64>>,
    mean: Vec<f64>,
    dissolved: Vec<usize>,
    recovered: Vec<usize>,
    disturbances: Disturbances,
}

#[derive(Deserialize)]
struct Drawn {
    rows: Vec<usize>,
    labels: Vec<i64>,
}

/// Along each principal axis, a row of `axes`.
#[derive(Deserialize)]
struct Disturbances {
    axes: Vec<Vec<f64>>,
    jitter: Vec<f64>,
    noise: Vec<f64>,
}

fn check(name: &str) {
    let case: Case = golden(&format!("stability/{name}.json"));
    let labels = Labels::from_signed(&case.labels).unwrap();
    let resample = |drawn: &Drawn| Resample::new(drawn.rows.clone(), Labels::from_signed(&drawn.labels).unwrap());
    let resamples: Vec<Resample> = case.resamples.iter().map(|drawn| resample(drawn).unwrap()).collect();
    let found = stability_of(&labels, &resamples, &Thresholds::default()).unwrap();
    for (c, cluster) in found.clusters.iter().enumerate() {
        assert_close(&cluster.jaccard, &case.jaccard[c], 1e-14);
        assert_close(&[cluster.mean_jaccard], &[case.mean[c]], 1e-14);
        assert_eq!(cluster.n_dissolved, case.dissolved[c], "{name}: cluster {c}");
        assert_eq!(cluster.n_recovered, case.recovered[c], "{name}: cluster {c}");
    }
}

#[test]
fn bootstraps_as_clusterboot() {
    check("boot");
    check("boot-too-many");
}

#[test]
fn subsets_as_clusterboot() {
    check("subset");
}

#[test]
fn noise_as_clusterboot() {
    check("noise");
}

#[test]
fn jitter_as_clusterboot() {
    check("jitter");
}

/// What a resampling of the table of clusterboot hands to the clusterer, less the table, along R's axes.
fn disturbed(case: &Case, resampling: Resampling) -> Vec<Vec<f64>> {
    let x = Matrix::from_rows(&case.x).unwrap();
    let moved = Mutex::new(Vec::new());
    let watching = |data: MatrixView<'_>, _: usize, _: Seed| {
        let steps = data.rows().zip(x.view().rows()).filter(|(a, b)| a != b);
        let along = |(a, b): (&[f64], &[f64])| {
            let on = |axis: &Vec<f64>| axis.iter().zip(a.iter().zip(b)).map(|(v, (a, b))| v * (a - b)).sum::<f64>();
            case.disturbances.axes.iter().map(on).collect::<Vec<f64>>()
        };
        moved.lock().unwrap().extend(steps.map(along));
        Ok::<_, MetricsError>(Labels::new(vec![0; data.n_rows()], 1)?)
    };
    let params = StabilityParams::new(Seed(5)).with_resampling(resampling).with_resamples(200);
    resamples(x.view(), 1, &watching, &params, &Silent).unwrap();
    moved.into_inner().unwrap()
}

#[test]
fn jitter_is_as_large_as_that_of_clusterboot() {
    let case: Case = golden("stability/jitter.json");
    let moved = disturbed(&case, Resampling::Jitter { quantile: 0.05 });
    for (axis, expected) in case.disturbances.jitter.iter().enumerate() {
        let deviation = (moved.iter().map(|step| step[axis] * step[axis]).sum::<f64>() / moved.len() as f64).sqrt();
        // 18,000 numbers: a relative standard error of 0.5 %.
        assert!((deviation / expected - 1.0).abs() < 0.02, "axis {axis}: {deviation} for {expected}");
    }
}

#[test]
fn noise_reaches_as_far_as_that_of_clusterboot() {
    let case: Case = golden("stability/noise.json");
    let x = Matrix::from_rows(&case.x).unwrap();
    let places = Mutex::new(Vec::new());
    let watching = |data: MatrixView<'_>, _: usize, _: Seed| {
        let replaced = data.rows().zip(x.view().rows()).filter(|(a, b)| a != b).map(|(a, _)| a.to_vec());
        places.lock().unwrap().extend(replaced);
        Ok::<_, MetricsError>(Labels::new(vec![0; data.n_rows()], 1)?)
    };
    let resampling = Resampling::Noise { share: 0.05, factor: 4.0 };
    let params = StabilityParams::new(Seed(5)).with_resampling(resampling).with_resamples(400);
    resamples(x.view(), 1, &watching, &params, &Silent).unwrap();
    let (places, n) = (places.into_inner().unwrap(), x.n_rows() as f64);
    assert!((places.len() as f64 / (400.0 * n) - 0.05).abs() < 0.005, "{} replaced", places.len());
    let mean: Vec<f64> = (0..3).map(|j| x.view().column(j).sum::<f64>() / n).collect();
    for (axis, reach) in case.disturbances.axes.iter().zip(&case.disturbances.noise) {
        let along =
            |row: &Vec<f64>| row.iter().zip(&mean).zip(axis).map(|((v, m), a)| (v - m) * a).sum::<f64>() / reach;
        let (low, high) = places.iter().map(along).fold((0.0_f64, 0.0_f64), |(l, h), at| (l.min(at), h.max(at)));
        assert!((-1.0 - 1e-9..-0.98).contains(&low) && (0.98..1.0 + 1e-9).contains(&high), "{low} {high}");
    }
}
