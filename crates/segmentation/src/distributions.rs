//! How each feature is spread, and how features move together.

use rayon::prelude::*;
use segctl_numeric::Matrix;
use segctl_preprocessing::describe;

use crate::features::Feature;
use crate::outcome::{Correlation, Distribution};

/// One distribution per feature, in order.
pub(crate) fn distributions(features: &[Feature]) -> Vec<Distribution> {
    features.par_iter().map(distribution).collect()
}

/// Pearson's and Spearman's correlations of all pairs.
pub(crate) fn correlation(features: &[Feature]) -> Correlation {
    let columns: Vec<&[f64]> = features.iter().map(|feature| feature.values.as_slice()).collect();
    let pearson = describe::pearson(&columns);
    let spearman = describe::spearman(&columns);
    let d = features.len();
    Correlation {
        features: features.iter().map(|feature| feature.name.clone()).collect(),
        n_min: pearson.n.iter().copied().min().unwrap_or(0),
        pearson: square(d, &pearson.values),
        spearman: square(d, &spearman.values),
    }
}

fn square(d: usize, values: &[Option<f64>]) -> Matrix {
    let data = values.iter().map(|value| value.unwrap_or(f64::NAN)).collect();
    Matrix::new(data, d, d).expect("a correlation has d x d values")
}

fn distribution(feature: &Feature) -> Distribution {
    let values = &feature.values;
    let moments = describe::moments(values);
    let boxes = describe::boxplot(values);
    let histogram = describe::histogram(values);
    let stat = |pick: fn(&describe::BoxStats) -> f64| boxes.as_ref().map_or(f64::NAN, pick);
    Distribution {
        feature: feature.name.clone(),
        n: moments.n,
        n_missing: values.len() as u64 - moments.n,
        mean: moments.mean.unwrap_or(f64::NAN),
        std: moments.std.unwrap_or(f64::NAN),
        skewness: moments.skewness.unwrap_or(f64::NAN),
        min: stat(|b| b.min),
        q1: stat(|b| b.q1),
        median: stat(|b| b.median),
        q3: stat(|b| b.q3),
        max: stat(|b| b.max),
        whisker_low: stat(|b| b.lower_whisker),
        whisker_high: stat(|b| b.upper_whisker),
        n_outliers: boxes.as_ref().map_or(0, |b| b.n_outliers_low + b.n_outliers_high),
        edges: histogram.as_ref().map_or_else(Vec::new, |h| h.edges.clone()),
        counts: histogram.map_or_else(Vec::new, |h| h.counts),
        treatment: feature.treatment.clone(),
    }
}
