//! What is drawn of columns of numbers.

use rayon::prelude::*;
use serde::Serialize;

use super::read::Numbers;
use super::{Density, N_DRAWN};
use crate::describe::Correlation;
use crate::eda::ExploreParams;
use crate::eda::rows::sample;

/// Two columns of numbers against each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ScatterPair {
    /// The column along x.
    pub x: String,
    /// The column along y.
    pub y: String,
    /// Pearson's r.
    pub pearson: Option<f64>,
    /// Spearman's rho.
    pub spearman: Option<f64>,
    /// Rows in which both have a value.
    pub n: u64,
    /// Some of the points, [`ExploreParams::points`] at most.
    pub points: Vec<[f64; 2]>,
    /// All of the points, counted on a grid; absent where a column is nearly constant.
    pub density: Option<Density>,
}

/// Some rows of the most telling columns of numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairPlot {
    /// The columns, six at most, the most telling first.
    pub columns: Vec<String>,
    /// The values of the sampled rows, one list per column, `None` where missing; [`ExploreParams::points`] rows at most.
    pub values: Vec<Vec<Option<f64>>>,
}

/// Columns of the pair plot.
const N_PLOT: usize = 6;
/// A column that goes with one already in the plot as much as this would show the same again.
const ALIKE: f64 = 0.9;
/// A pair that goes together less than this is no news.
const LEAST: f64 = 0.1;

pub(super) fn scatters(
    numbers: &[Numbers],
    pearson: &Correlation,
    spearman: &Correlation,
    params: &ExploreParams,
) -> Vec<ScatterPair> {
    let d = numbers.len();
    let strength = |&(i, j): &(usize, usize)| {
        let of = |found: &Correlation| found.get(i, j).map_or(0.0, f64::abs);
        of(pearson).max(of(spearman))
    };
    let mut pairs: Vec<(usize, usize)> = (0..d).flat_map(|i| (i + 1..d).map(move |j| (i, j))).collect();
    pairs.retain(|pair| strength(pair) >= LEAST);
    pairs.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
    let kept = at_most_twice(&pairs, N_DRAWN);
    let drawn = |at: usize| {
        let (i, j) = pairs[at];
        let (x, y) = (&numbers[i], &numbers[j]);
        ScatterPair {
            x: x.name.clone(),
            y: y.name.clone(),
            pearson: pearson.get(i, j),
            spearman: spearman.get(i, j),
            n: pearson.n[i * d + j],
            points: points(&x.values, &y.values, params),
            density: Density::of(&x.values, &y.values),
        }
    };
    kept.into_par_iter().map(drawn).collect()
}

/// The places of the first `n` pairs, without those of which a member is in two pairs already.
pub(super) fn at_most_twice(pairs: &[(usize, usize)], n: usize) -> Vec<usize> {
    let n_columns = pairs.iter().map(|&(i, j)| i.max(j) + 1).max().unwrap_or(0);
    let mut uses = vec![0; n_columns];
    let mut kept = Vec::new();
    for (at, &(i, j)) in pairs.iter().enumerate() {
        if kept.len() < n && uses[i] < 2 && uses[j] < 2 {
            uses[i] += 1;
            uses[j] += 1;
            kept.push(at);
        }
    }
    kept
}

fn points(x: &[f64], y: &[f64], params: &ExploreParams) -> Vec<[f64; 2]> {
    let both: Vec<[f64; 2]> =
        x.iter().zip(y).filter(|(x, y)| x.is_finite() && y.is_finite()).map(|(&x, &y)| [x, y]).collect();
    sample(both.len(), params.points, params.seed, "eda scatter").into_iter().map(|row| both[row]).collect()
}

/// Takes the most telling column first, then the next that is not like one taken.
pub(super) fn pair_plot(
    numbers: &[Numbers],
    spearman: &Correlation,
    telling: &[f64],
    params: &ExploreParams,
) -> Option<PairPlot> {
    let mut order: Vec<usize> = (0..numbers.len()).collect();
    order.sort_by(|&a, &b| telling[b].total_cmp(&telling[a]));
    let mut taken: Vec<usize> = Vec::new();
    for at in order {
        let alike = |&other: &usize| spearman.get(at, other).is_some_and(|rho| rho.abs() > ALIKE);
        if taken.len() < N_PLOT && !taken.iter().any(alike) {
            taken.push(at);
        }
    }
    let n_rows = numbers.first()?.values.len();
    let rows = sample(n_rows, params.points, params.seed, "eda pair plot");
    let value = |values: &[f64], row: usize| Some(values[row]).filter(|value| value.is_finite());
    let values = |&at: &usize| rows.iter().map(|&row| value(&numbers[at].values, row)).collect();
    let columns = taken.iter().map(|&at| numbers[at].name.clone()).collect();
    (taken.len() > 1).then(|| PairPlot { columns, values: taken.iter().map(values).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_is_in_more_than_two_pairs() {
        let pairs = [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (4, 5)];
        assert_eq!(at_most_twice(&pairs, 9), [0, 1, 3, 5]);
        assert_eq!(at_most_twice(&pairs, 2), [0, 1]);
        assert!(at_most_twice(&[], 3).is_empty());
    }
}
