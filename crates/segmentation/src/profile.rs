//! The segments in numbers: location and spread of every feature within each of them.

use rayon::prelude::*;
use segctl_numeric::{Labels, Matrix, MatrixView, par};

use crate::features::Feature;
use crate::outcome::{Highlight, Profile};

/// Features shown as what stands out in a segment.
const HIGHLIGHTS: usize = 8;

/// Computes the profile over the values that are present.
///
/// `prepared` is the matrix the algorithm saw: where a feature is one of its columns, the
/// standardised difference is taken there, so that a few huge values do not hide the rest.
pub(crate) fn profile(features: &[Feature], prepared: MatrixView<'_>, labels: &Labels) -> Profile {
    let prepared_means = grouped_means(prepared, labels);
    let prepared_scale = column_scale(prepared);
    let columns: Vec<Groups> = features.par_iter().map(|feature| groups(&feature.values, labels)).collect();
    let k = labels.n_clusters();
    let table = |pick: &dyn Fn(&Groups, usize) -> f64| by_segment(k, &columns, pick);
    let mut difference = table(&|column, s| (column.mean[s] - column.overall.mean) / column.overall.std);
    for (j, feature) in features.iter().enumerate() {
        if let Some(at) = feature.prepared {
            for s in 0..k {
                let (center, scale) = prepared_scale[at];
                difference.row_mut(s)[j] = (prepared_means.row(s)[at] - center) / scale;
            }
        }
    }
    Profile {
        features: features.iter().map(|feature| feature.name.clone()).collect(),
        mean: table(&|column, s| column.mean[s]),
        median: table(&|column, s| column.median[s]),
        std: table(&|column, s| column.std[s]),
        difference,
        overall_mean: columns.iter().map(|column| column.overall.mean).collect(),
        overall_median: columns.iter().map(|column| column.overall.median).collect(),
        overall_std: columns.iter().map(|column| column.overall.std).collect(),
    }
}

/// What stands out in segment `s`: the largest differences first, undefined ones left out.
pub(crate) fn highlights(profile: &Profile, features: &[Feature], s: usize) -> Vec<Highlight> {
    let mut order: Vec<usize> = (0..profile.features.len()).collect();
    let strength = |j: usize| profile.difference.row(s)[j].abs();
    order.retain(|&j| strength(j).is_finite());
    order.sort_by(|&a, &b| strength(b).total_cmp(&strength(a)).then(a.cmp(&b)));
    order.truncate(HIGHLIGHTS);
    let highlight = |j: usize| Highlight {
        feature: profile.features[j].clone(),
        level: features[j].level.clone(),
        difference: profile.difference.row(s)[j],
        median: profile.median.row(s)[j],
        overall_median: profile.overall_median[j],
        mean: profile.mean.row(s)[j],
        overall_mean: profile.overall_mean[j],
    };
    order.into_iter().map(highlight).collect()
}

/// The middles of one feature within each of several groups; NaN without values.
pub(crate) struct Middles {
    pub(crate) mean: Vec<f64>,
    pub(crate) median: Vec<f64>,
}

/// The mean and the median of `values`, NaN where missing, within each group of `labels`.
pub(crate) fn middles(values: &[f64], labels: &Labels) -> Middles {
    let mut members = members(values, labels);
    Middles {
        mean: members.iter().map(|members| mean_and_std(members).0).collect(),
        median: members.iter_mut().map(|members| median(members)).collect(),
    }
}

fn members(values: &[f64], labels: &Labels) -> Vec<Vec<f64>> {
    let mut members = vec![Vec::new(); labels.n_clusters()];
    for (i, &value) in values.iter().enumerate() {
        if let Some(s) = labels.get(i).filter(|_| !value.is_nan()) {
            members[s].push(value);
        }
    }
    members
}

/// One feature within each segment and over all.
struct Groups {
    mean: Vec<f64>,
    median: Vec<f64>,
    std: Vec<f64>,
    overall: Overall,
}

struct Overall {
    mean: f64,
    median: f64,
    std: f64,
}

fn groups(values: &[f64], labels: &Labels) -> Groups {
    let mut members = members(values, labels);
    let mut all: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    let (mean, std): (Vec<f64>, Vec<f64>) = members.iter().map(|m| mean_and_std(m)).unzip();
    let overall = mean_and_std(&all);
    Groups {
        mean,
        std,
        median: members.iter_mut().map(|m| median(m)).collect(),
        overall: Overall { mean: overall.0, std: overall.1, median: median(&mut all) },
    }
}

/// Two passes; NaN without values, and a standard deviation (n - 1) of NaN for a single one.
fn mean_and_std(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / (n - 1.0)).sqrt())
}

/// The median (Hyndman-Fan type 7), reordering the values; NaN without values.
fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let half = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    match below.iter().copied().max_by(f64::total_cmp) {
        Some(lower) if even => lower + (upper - lower) / 2.0,
        _ => upper,
    }
}

fn by_segment(k: usize, columns: &[Groups], pick: &dyn Fn(&Groups, usize) -> f64) -> Matrix {
    let mut table = Matrix::zeros(k, columns.len());
    for s in 0..k {
        for (cell, column) in table.row_mut(s).iter_mut().zip(columns) {
            *cell = pick(column, s);
        }
    }
    table
}

/// Means of every column within each cluster, k x d; NaN for an empty cluster.
fn grouped_means(x: MatrixView<'_>, labels: &Labels) -> Matrix {
    let zero = || Matrix::zeros(labels.n_clusters(), x.n_cols());
    let sums = par::fold_chunks(
        x.n_rows(),
        par::CHUNK_ROWS * 16,
        |range| {
            let mut sums = zero();
            for i in range {
                if let Some(s) = labels.get(i) {
                    add(sums.row_mut(s), x.row(i));
                }
            }
            sums
        },
        zero(),
        |mut total, part| {
            add(total.view_mut().as_mut_slice(), part.as_slice());
            total
        },
    );
    let mut means = sums;
    for (s, size) in labels.sizes().into_iter().enumerate() {
        means.row_mut(s).iter_mut().for_each(|sum| *sum /= size as f64);
    }
    means
}

/// Mean and population standard deviation of every column.
fn column_scale(x: MatrixView<'_>) -> Vec<(f64, f64)> {
    let n = x.n_rows() as f64;
    let one = |j: usize| {
        let mean = x.column(j).sum::<f64>() / n;
        let squares: f64 = x.column(j).map(|value| (value - mean) * (value - mean)).sum();
        (mean, (squares / n).sqrt())
    };
    (0..x.n_cols()).into_par_iter().map(one).collect()
}

fn add(total: &mut [f64], part: &[f64]) {
    for (sum, value) in total.iter_mut().zip(part) {
        *sum += value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feature(name: &str, values: &[f64], prepared: Option<usize>) -> Feature {
        Feature { name: name.into(), level: None, values: values.to_vec(), prepared, treatment: String::new() }
    }

    #[test]
    fn medians_interpolate_and_ignore_what_is_missing() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&mut []).is_nan());
        let features = [feature("a", &[1.0, f64::NAN, 5.0, 7.0], None)];
        let labels = Labels::new(vec![0, 0, 1, 1], 2).unwrap();
        let profile = profile(&features, Matrix::zeros(4, 0).view(), &labels);
        assert_eq!(profile.median.as_slice(), [1.0, 6.0]);
        assert_eq!((profile.overall_median[0], profile.overall_mean[0]), (5.0, 13.0 / 3.0));
    }

    #[test]
    fn differences_are_taken_where_the_algorithm_looked() {
        let prepared = Matrix::from_rows(&[[-1.0], [-1.0], [1.0], [1.0]]).unwrap();
        let features = [feature("a", &[0.0, 1.0, 10.0, 1e6], Some(0))];
        let labels = Labels::new(vec![0, 0, 1, 1], 2).unwrap();
        let profile = profile(&features, prepared.view(), &labels);
        assert_eq!(profile.difference.as_slice(), [-1.0, 1.0]);
        assert_eq!(highlights(&profile, &features, 1)[0].mean, 500_005.0);
    }

    #[test]
    fn undefined_differences_do_not_stand_out() {
        let features = [feature("constant", &[2.0, 2.0], None), feature("a", &[1.0, 2.0], None)];
        let labels = Labels::new(vec![0, 1], 2).unwrap();
        let profile = profile(&features, Matrix::zeros(2, 0).view(), &labels);
        let found: Vec<String> = highlights(&profile, &features, 0).into_iter().map(|h| h.feature).collect();
        assert_eq!(found, ["a"]);
    }
}
