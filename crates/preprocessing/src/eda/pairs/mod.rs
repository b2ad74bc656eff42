//! How columns go together, two at a time.

mod cramer;
mod density;
mod eta;
mod groups;
mod order;
mod plots;
mod read;

use rayon::prelude::*;
use serde::Serialize;

pub use density::Density;
pub use eta::{GroupBox, GroupedNumbers};
pub use plots::{PairPlot, ScatterPair};

use self::cramer::cramers_v;
use self::eta::{boxes, eta};
use self::groups::Groups;
use self::order::average_linkage;
use self::read::{Numbers, Sample};
use super::{ColumnProfile, EdaRole, ExploreParams};
use crate::PrepareError;
use crate::describe::{Correlation, pearson, spearman};
use crate::raw::Pieces;

/// How columns go together. All of it is computed from the same rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Pairs {
    /// Rows looked at; fewer than the table has when it is longer than [`ExploreParams::pair_rows`].
    pub n_rows: u64,
    /// Pearson's r of columns of numbers; absent below two columns that vary.
    pub pearson: Option<Association>,
    /// Spearman's rho of the same columns in the same order.
    pub spearman: Option<Association>,
    /// Cramér's V, bias-corrected, of categories, codes and answers; absent below two columns that vary.
    pub cramers_v: Option<Association>,
    /// The pairs of columns of numbers that go together most, strongest first; no column is in more than two.
    pub scatters: Vec<ScatterPair>,
    /// The most telling columns of numbers, row by row; absent below two.
    pub plot: Option<PairPlot>,
    /// The columns of numbers that depend most on a group, strongest first; no column is in more than two.
    pub by_group: Vec<GroupedNumbers>,
}

/// A symmetric matrix of how strongly columns go together, those that do side by side (average linkage of 1 - |value|).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Association {
    /// The columns, [`ExploreParams::matrix_columns`] at most.
    pub columns: Vec<String>,
    /// Row-major; `None` where a column does not vary.
    pub values: Vec<Option<f64>>,
    /// Rows in which both columns have a value, in the same order.
    pub n: Vec<u64>,
    /// Columns of this kind that were left out as the least telling ([`ColumnProfile::telling`]).
    pub n_left_out: usize,
}

impl Association {
    /// The value of columns `i` and `j`.
    ///
    /// ```
    /// use segctl_preprocessing::eda::Association;
    /// let values = vec![Some(1.0), Some(0.4), Some(0.4), Some(1.0)];
    /// let found = Association { columns: vec!["A".into(), "B".into()], values, n: vec![9; 4], n_left_out: 0 };
    /// assert_eq!(found.get(0, 1), Some(0.4));
    /// ```
    ///
    /// # Panics
    /// When one is out of range.
    pub fn get(&self, i: usize, j: usize) -> Option<f64> {
        self.values[i * self.columns.len() + j]
    }

    /// A matrix ordered by itself.
    pub(super) fn clustered(names: &[&str], found: &Correlation, n_left_out: usize) -> Self {
        Self::new(names, found, &order_of(found), n_left_out)
    }

    fn new(names: &[&str], found: &Correlation, order: &[usize], n_left_out: usize) -> Self {
        let d = names.len();
        let places = || order.iter().flat_map(|&i| order.iter().map(move |&j| i * d + j));
        Self {
            columns: order.iter().map(|&i| names[i].to_owned()).collect(),
            values: places().map(|at| found.values[at]).collect(),
            n: places().map(|at| found.n[at]).collect(),
            n_left_out,
        }
    }
}

/// Most pairs that are drawn.
const N_DRAWN: usize = 8;
/// Of a correlation ratio below this, nobody wants a drawing.
const LEAST_ETA: f64 = 0.1;

/// Judges the pairs of the most telling columns.
pub(super) fn pairs(
    pieces: &[Pieces<'_>],
    profiles: &[ColumnProfile],
    n_rows: usize,
    params: &ExploreParams,
) -> Result<Pairs, PrepareError> {
    let sample = Sample::new(pieces, n_rows, params);
    let varies = |profile: &ColumnProfile| profile.n_distinct > 1;
    let (numeric, n_left_out) = most_telling(profiles, params.matrix_columns, |p| {
        p.role == EdaRole::Numeric && p.numbers.is_some() && varies(p)
    });
    let (grouping, n_groups_left_out) =
        most_telling(profiles, params.matrix_columns, |p| p.role.is_grouping() && varies(p));
    let numbers = numeric.par_iter().map(|&at| sample.numbers(at)).collect::<Result<Vec<_>, _>>()?;
    let groups = grouping.par_iter().map(|&at| sample.groups(at)).collect::<Result<Vec<_>, _>>()?;
    let columns: Vec<&[f64]> = numbers.iter().map(|column| column.values.as_slice()).collect();
    let (by_value, by_rank) = (pearson(&columns), spearman(&columns));
    let names: Vec<&str> = numbers.iter().map(|column| column.name.as_str()).collect();
    let order = order_of(&by_rank);
    let matrix = |found: &Correlation| (names.len() > 1).then(|| Association::new(&names, found, &order, n_left_out));
    let telling: Vec<f64> = numeric.iter().map(|&at| profiles[at].telling()).collect();
    Ok(Pairs {
        n_rows: sample.n_rows() as u64,
        pearson: matrix(&by_value),
        spearman: matrix(&by_rank),
        cramers_v: grouped(&groups, n_groups_left_out),
        scatters: plots::scatters(&numbers, &by_value, &by_rank, params),
        plot: plots::pair_plot(&numbers, &by_rank, &telling, params),
        by_group: by_group(&groups, &numbers),
    })
}

/// The columns that say most among those wanted, in the order of the table, and how many are left out.
fn most_telling(
    profiles: &[ColumnProfile],
    n_most: usize,
    wanted: impl Fn(&ColumnProfile) -> bool,
) -> (Vec<usize>, usize) {
    let mut found: Vec<usize> = (0..profiles.len()).filter(|&at| wanted(&profiles[at])).collect();
    let n_left_out = found.len().saturating_sub(n_most);
    found.sort_by(|&a, &b| profiles[b].telling().total_cmp(&profiles[a].telling()));
    found.truncate(n_most);
    found.sort_unstable();
    (found, n_left_out)
}

fn order_of(found: &Correlation) -> Vec<usize> {
    let distances: Vec<f64> = found.values.iter().map(|value| 1.0 - value.map_or(0.0, f64::abs)).collect();
    average_linkage(found.n_columns, &distances).0
}

fn grouped(groups: &[Groups], n_left_out: usize) -> Option<Association> {
    let d = groups.len();
    let pairs: Vec<(usize, usize)> = (0..d).flat_map(|i| (i..d).map(move |j| (i, j))).collect();
    let values: Vec<(Option<f64>, u64)> = pairs.par_iter().map(|&(i, j)| cramers_v(&groups[i], &groups[j])).collect();
    let mut values = values.into_iter();
    let found = Correlation::of_pairs(d, |_, _| values.next().unwrap_or((None, 0)));
    let names: Vec<&str> = groups.iter().map(|column| column.name.as_str()).collect();
    (d > 1).then(|| Association::clustered(&names, &found, n_left_out))
}

fn by_group(groups: &[Groups], numbers: &[Numbers]) -> Vec<GroupedNumbers> {
    let pairs: Vec<(usize, usize)> = (0..groups.len()).flat_map(|g| (0..numbers.len()).map(move |x| (g, x))).collect();
    let judged: Vec<_> = pairs.par_iter().map(|&(g, x)| eta(&groups[g], &numbers[x])).collect();
    let mut strongest: Vec<_> = pairs.into_iter().zip(judged).filter_map(|(pair, eta)| Some((pair, eta?))).collect();
    strongest.retain(|(_, eta)| eta.corrected >= LEAST_ETA * LEAST_ETA);
    strongest.sort_by(|a, b| b.1.corrected.total_cmp(&a.1.corrected));
    let places: Vec<(usize, usize)> = strongest.iter().map(|&((g, x), _)| (g, groups.len() + x)).collect();
    let kept = plots::at_most_twice(&places, N_DRAWN);
    let drawn = |&at: &usize| {
        let ((g, x), found) = strongest[at];
        GroupedNumbers {
            groups: groups[g].name.clone(),
            numbers: numbers[x].name.clone(),
            eta: found.eta,
            n: found.n,
            boxes: boxes(&groups[g], &numbers[x].values),
        }
    };
    kept.par_iter().map(drawn).collect()
}
