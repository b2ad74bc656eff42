//! How each feature is spread, and how features move together.

use rayon::prelude::*;
use segctl_numeric::Matrix;
use segctl_numeric::seed::Seed;
use segctl_preprocessing::describe;

use crate::features::Feature;
use crate::outcome::{Correlation, Distribution};
use crate::sample;

/// Ranks are taken of so many customers at most: sorting all of a million takes seconds, and a
/// coefficient of 100,000 has a standard error of about 1 / sqrt(n) = 0.003.
const RANKED_ROWS: usize = 100_000;

/// One distribution per feature, in order.
pub(crate) fn distributions(features: &[Feature]) -> Vec<Distribution> {
    features.par_iter().map(distribution).collect()
}

/// Pearson's correlations of all pairs, and Spearman's, of a random sample where customers are many.
pub(crate) fn correlation(features: &[Feature], seed: Seed) -> Correlation {
    let columns: Vec<&[f64]> = features.iter().map(|feature| feature.values.as_slice()).collect();
    let pearson = describe::pearson(&columns);
    let n_rows = columns.first().map_or(0, |column| column.len());
    let drawn = sample::uniform(n_rows, RANKED_ROWS, &mut seed.stream("ranks", 0, 0));
    let spearman = match &drawn {
        None => describe::spearman(&columns),
        Some(rows) => spearman_of(&columns, rows),
    };
    let d = features.len();
    Correlation {
        features: features.iter().map(|feature| feature.name.clone()).collect(),
        n_min: pearson.n.iter().copied().min().unwrap_or(0),
        pearson: square(d, &pearson.values),
        spearman: square(d, &spearman.values),
        spearman_sample: drawn.map(|rows| rows.len() as u64),
    }
}

fn spearman_of(columns: &[&[f64]], rows: &[usize]) -> describe::Correlation {
    let picked: Vec<Vec<f64>> =
        columns.par_iter().map(|column| rows.iter().map(|&row| column[row]).collect()).collect();
    let picked: Vec<&[f64]> = picked.iter().map(Vec::as_slice).collect();
    describe::spearman(&picked)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(name: &str, values: Vec<f64>) -> Feature {
        Feature { name: name.into(), level: None, values, prepared: None, treatment: String::new() }
    }

    #[test]
    fn ranks_of_many_customers_are_taken_of_a_sample_that_is_close_to_the_whole() {
        let n = RANKED_ROWS * 2;
        let x: Vec<f64> = (0..n).map(|i| ((i * 7919) % 10_007) as f64).collect();
        let y: Vec<f64> = x.iter().enumerate().map(|(i, x)| x + ((i * 104_729) % 9_973) as f64).collect();
        let whole = describe::spearman(&[&x, &y]).get(0, 1).unwrap();
        let sampled = correlation(&[feature("x", x.clone()), feature("y", y.clone())], Seed(1));
        assert_eq!(sampled.spearman_sample, Some(RANKED_ROWS as u64));
        let error = (sampled.spearman.row(0)[1] - whole).abs();
        assert!(error > 0.0 && error < 0.007, "{error}");
        assert_eq!(sampled.n_min, n as u64);
        let few = correlation(&[feature("x", x[..500].to_vec()), feature("y", y[..500].to_vec())], Seed(1));
        assert_eq!(few.spearman_sample, None);
        assert_eq!(few.spearman.row(0)[1], describe::spearman(&[&x[..500], &y[..500]]).get(0, 1).unwrap());
    }
}
