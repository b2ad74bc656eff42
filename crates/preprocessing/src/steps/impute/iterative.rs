use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::bayesian_ridge::coefficients;
use super::block::{Sample, complete_rows};
use crate::describe::mean;
use crate::steps::triangle::{dot, triangle};

/// Rounds through all columns, at most.
const MAX_ROUNDS: usize = 10;
/// The values filled in stand when no row moves by more than this part of the largest value.
const TOLERANCE: f64 = 1e-3;

/// Missing numbers predicted from the other numbers, column by column in rounds: chained equations (van
/// Buuren and Groothuis-Oudshoorn 2011) without drawing.
///
/// Equal to scikit-learn's `IterativeImputer` with its defaults: missing cells begin as means; columns
/// are taken from the fewest missing cells to the most; each is regressed on all others by
/// `BayesianRidge`, on the rows that have it; ten rounds at most, fewer when no row's values move by
/// more than a thousandth of the largest magnitude. A regression or prediction that leaves the range
/// of numbers is the mean instead. The regressions are learnt from 10,000 evenly spaced rows where there are more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IterativeImputer {
    /// The columns it predicts, and predicts from.
    pub columns: Vec<String>,
    /// What missing cells are at first, one per column.
    pub means: Vec<f64>,
    /// Round after round, the regressions in their order.
    pub rounds: Vec<Vec<Regression>>,
    /// Whether the values stood before the rounds ran out.
    pub converged: bool,
    /// Rows the regressions were learnt from.
    pub n_rows: usize,
}

/// A column as a linear function of the others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// The place of the column among [`IterativeImputer::columns`].
    pub target: usize,
    /// The prediction where all others are 0.
    pub intercept: f64,
    /// One per column; 0 for the target itself.
    pub coefficients: Vec<f64>,
}

impl IterativeImputer {
    pub(super) fn fit(sample: &Sample, means: &[f64]) -> Self {
        let mut chain = Chain::new(sample, means);
        let mut imputer = Self {
            columns: sample.names.clone(),
            means: means.to_vec(),
            rounds: vec![],
            converged: false,
            n_rows: sample.n_rows,
        };
        if imputer.columns.len() < 2 {
            return Self { converged: true, ..imputer };
        }
        let order = sample.by_gaps();
        let (complete, gappy) = order.split_at(order.iter().filter(|&&j| sample.is_complete(j)).count());
        while imputer.rounds.len() < MAX_ROUNDS && !imputer.converged {
            let before = chain.columns.clone();
            let mut round = chain.regress_complete(complete);
            round.extend(gappy.iter().map(|&target| chain.advance(target)));
            imputer.rounds.push(round);
            imputer.converged = chain.largest_move(&before) < TOLERANCE * sample.largest();
        }
        imputer
    }

    /// Whether every regression fits the columns, as it does unless a file was forged.
    pub(super) fn is_sound(&self) -> bool {
        let d = self.columns.len();
        let sound = |step: &Regression| step.target < d && step.coefficients.len() == d;
        self.means.len() == d && self.rounds.iter().flatten().all(sound)
    }

    /// Fills the NaN of row-major rows of the columns. O(rounds d) per missing cell.
    pub(super) fn complete(&self, rows: &mut [f64]) {
        complete_rows(rows, self.columns.len(), |row| {
            let missing: Vec<bool> = row.iter().map(|value| value.is_nan()).collect();
            for ((cell, &mean), _) in row.iter_mut().zip(&self.means).zip(&missing).filter(|(_, missing)| **missing) {
                *cell = mean;
            }
            for step in self.rounds.iter().flatten().filter(|step| missing[step.target]) {
                row[step.target] = step.predict(row, self.means[step.target]);
            }
        });
    }
}

impl Regression {
    /// From the triangle of the centred columns at `places`, the target last, of `n` rows.
    fn of(places: &[usize], centres: &[f64], r: &[f64], n: usize) -> Self {
        let d = places.len();
        let (target, mean) = (places[d - 1], centres[d - 1]);
        let slopes = coefficients(r, d - 1, n);
        let mut found = Self { target, intercept: mean, coefficients: vec![0.0; d] };
        for ((&j, &slope), &centre) in places.iter().zip(&slopes).zip(centres) {
            found.coefficients[j] = slope;
            found.intercept -= slope * centre;
        }
        match found.intercept.is_finite() && slopes.iter().all(|slope| slope.is_finite()) {
            true => found,
            false => Self { target, intercept: mean, coefficients: vec![0.0; d] },
        }
    }

    fn predict(&self, row: &[f64], otherwise: f64) -> f64 {
        let found = self.intercept + dot(&self.coefficients, row);
        if found.is_finite() { found } else { otherwise }
    }
}

/// The columns as filled so far.
struct Chain<'a> {
    sample: &'a Sample,
    means: &'a [f64],
    columns: Vec<Vec<f64>>,
}

impl<'a> Chain<'a> {
    fn new(sample: &'a Sample, means: &'a [f64]) -> Self {
        let filled = |(column, &mean): (&Vec<f64>, &f64)| {
            column.iter().map(|&value| if value.is_nan() { mean } else { value }).collect()
        };
        Self { sample, means, columns: sample.columns.iter().zip(means).map(filled).collect() }
    }

    /// Learns the regression of a column on the others and fills its missing cells with it.
    fn advance(&mut self, target: usize) -> Regression {
        let given = &self.sample.columns[target];
        let (absent, there): (Vec<usize>, Vec<usize>) = (0..given.len()).partition(|&row| given[row].is_nan());
        let step = self.regress(target, &there);
        let row_of = |row: usize| self.columns.iter().map(|column| column[row]).collect::<Vec<f64>>();
        let found: Vec<f64> = absent.iter().map(|&row| step.predict(&row_of(row), self.means[target])).collect();
        absent.iter().zip(found).for_each(|(&row, value)| self.columns[target][row] = value);
        step
    }

    fn regress(&self, target: usize, there: &[usize]) -> Regression {
        let places = places(self.columns.len(), target);
        let picked = |j: usize| there.iter().map(|&row| self.columns[j][row]).collect::<Vec<f64>>();
        let (centres, r) = factor(places.iter().map(|&j| picked(j)).collect());
        Regression::of(&places, &centres, &r, there.len())
    }

    /// The regressions of columns without gaps: they fill nothing here, and so one factor serves them all.
    fn regress_complete(&self, targets: &[usize]) -> Vec<Regression> {
        if targets.is_empty() {
            return vec![];
        }
        let (d, n_rows) = (self.columns.len(), self.sample.n_rows);
        let (centres, whole) = factor(self.columns.clone());
        let regress = |&target: &usize| {
            let places = places(d, target);
            let centres: Vec<f64> = places.iter().map(|&j| centres[j]).collect();
            let columns = places.iter().map(|&j| &whole[j * d..(j + 1) * d]);
            let r = triangle_of(&columns.collect::<Vec<_>>());
            Regression::of(&places, &centres, &r, n_rows)
        };
        targets.par_iter().map(regress).collect()
    }

    /// The largest sum over a row of how far its values moved.
    fn largest_move(&self, before: &[Vec<f64>]) -> f64 {
        let mut moves = vec![0.0; self.sample.n_rows];
        for (new, old) in self.columns.iter().zip(before) {
            moves.iter_mut().zip(new.iter().zip(old)).for_each(|(sum, (new, old))| *sum += (new - old).abs());
        }
        moves.into_iter().fold(0.0, f64::max)
    }
}

/// All others in order, then the target.
fn places(d: usize, target: usize) -> Vec<usize> {
    (0..d).filter(|&j| j != target).chain([target]).collect()
}

/// The means of columns and the triangle of what is left without them.
fn factor(mut columns: Vec<Vec<f64>>) -> (Vec<f64>, Vec<f64>) {
    let centres = columns.iter_mut().map(|column| centre(column)).collect();
    let r = triangle_of(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>());
    (centres, r)
}

fn triangle_of(columns: &[&[f64]]) -> Vec<f64> {
    let n_rows = columns.first().map_or(0, |column| column.len());
    triangle(n_rows, columns.len(), |rows, out| {
        let pieces = out.chunks_exact_mut(rows.len().max(1)).zip(columns);
        pieces.for_each(|(out, column)| out.copy_from_slice(&column[rows.clone()]));
    })
}

/// Subtracts the mean and returns it.
fn centre(column: &mut [f64]) -> f64 {
    let centre = mean(column).unwrap_or(0.0);
    column.iter_mut().for_each(|value| *value -= centre);
    centre
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_factor_serves_all_columns_without_gaps() {
        let value = |i: usize, j: usize| libm::sin((i * (2 * j + 3) + j) as f64) * libm::pow(10.0, j as f64 - 1.0);
        let base: Vec<Vec<f64>> = (0..4).map(|j| (0..3000).map(|i| value(i, j)).collect()).collect();
        let mut columns = base.clone();
        columns.push((0..3000).map(|i| 3.0 * base[0][i] - 0.5 * base[2][i] + 0.1 * base[1][i]).collect());
        let names = (0..5).map(|j| format!("c{j}")).collect();
        let sample = Sample { names, columns, n_rows: 3000 };
        let chain = Chain::new(&sample, &[0.0; 5]);
        let all: Vec<usize> = (0..3000).collect();
        for (target, found) in chain.regress_complete(&[0, 1, 2, 3, 4]).into_iter().enumerate() {
            let expected = chain.regress(target, &all);
            assert_eq!(found.target, target);
            for (found, expected) in found.coefficients.iter().zip(&expected.coefficients) {
                assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{target}: {found} {expected}");
            }
        }
    }
}
