//! Rows to start from.

use rand::RngExt;
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};
use segctl_numeric::seed::Seed;

use super::columns::Prototypes;
use super::nearest::dissimilarities;
use super::problem::Problem;
use super::update::Levels;

/// Up to `n_clusters` rows by density and distance: F. Cao, J. Liang & L. Bai, "A new initialization method
/// for categorical data clustering", Expert Systems with Applications 36, 2009.
///
/// The first row is the densest, each other the one whose `min_c mismatches(x, c) * density(x)` over the rows
/// chosen is largest, the first among equals; none when that is 0. The density is the mean over the columns of
/// the share of rows with the same code. Time O(n k q).
pub(super) fn cao(levels: &[Levels], n_rows: usize, n_clusters: usize) -> Vec<usize> {
    let density = density(levels, n_rows);
    let mut value = vec![f64::INFINITY; n_rows];
    let mut chosen = vec![];
    if !levels.is_empty() {
        chosen.push(first_largest(&density));
    }
    while !chosen.is_empty() && chosen.len() < n_clusters {
        let last = chosen[chosen.len() - 1];
        fill_chunks(&mut value, 1, CHUNK_ROWS, |range, value| {
            for (value, row) in value.iter_mut().zip(range) {
                *value = value.min(mismatches(levels, row, last) * density[row]);
            }
        });
        let next = first_largest(&value);
        if value[next] == 0.0 {
            break;
        }
        chosen.push(next);
    }
    chosen
}

/// Divided twice, as the reference does: rows that tie there tie here.
fn density(levels: &[Levels], n_rows: usize) -> Vec<f64> {
    let mut density = vec![0.0; n_rows];
    for column in levels {
        let counts = column.counts();
        for (density, &level) in density.iter_mut().zip(&column.of_row) {
            *density += f64::from(counts[level as usize]) / n_rows as f64 / levels.len() as f64;
        }
    }
    density
}

fn mismatches(levels: &[Levels], a: usize, b: usize) -> f64 {
    levels.iter().filter(|column| column.of_row[a] != column.of_row[b]).count() as f64
}

fn first_largest(values: &[f64]) -> usize {
    (1..values.len()).fold(0, |top, at| if values[at] > values[top] { at } else { top })
}

/// Rows like prototypes drawn column by column: Z. Huang, "Extensions to the k-means algorithm for
/// clustering large data sets with categorical values", Data Mining and Knowledge Discovery 2, 1998.
///
/// Each prototype has in each column a code drawn by its frequency; the row with the fewest mismatches takes
/// its place, if its categories differ from those of the rows chosen before, the first among equals. Fewer
/// rows than asked for when no more differ.
pub(super) fn huang(levels: &[Levels], n_rows: usize, n_clusters: usize, rng: &mut impl RngExt) -> Vec<usize> {
    let mut chosen: Vec<usize> = vec![];
    if levels.is_empty() {
        return chosen;
    }
    for _ in 0..n_clusters {
        let drawn: Vec<u32> = levels.iter().map(|column| column.of_row[rng.random_range(0..n_rows)]).collect();
        let distance =
            |row: usize| levels.iter().zip(&drawn).filter(|&(column, &code)| column.of_row[row] != code).count();
        let is_new = |&row: &usize| chosen.iter().all(|&other| mismatches(levels, row, other) > 0.0);
        match (0..n_rows).filter(is_new).min_by_key(|&row| distance(row)) {
            Some(row) => chosen.push(row),
            None => break,
        }
    }
    chosen
}

/// Adds rows to those chosen until there are `n_clusters`, as k-means++ does (Arthur & Vassilvitskii, 2007):
/// each is drawn with probability proportional to its dissimilarity to the nearest chosen. Time O(n k d).
pub(super) fn complete(problem: &Problem<'_>, mut chosen: Vec<usize>, rng: &mut impl RngExt) -> Vec<usize> {
    let n = problem.rows.n_rows();
    let mut nearest = vec![f64::INFINITY; n];
    for at in 0..problem.n_clusters {
        if at == chosen.len() {
            chosen.push(if at == 0 { rng.random_range(0..n) } else { draw(&nearest, rng) });
        }
        let prototype = rows_as_prototypes(problem, &chosen[at..=at]);
        fill_chunks(&mut nearest, 1, CHUNK_ROWS, |range, nearest| {
            let found = dissimilarities(&problem.rows, range, &prototype, problem.gamma);
            nearest.iter_mut().zip(found).for_each(|(nearest, found)| *nearest = nearest.min(found));
        });
    }
    chosen
}

/// A place with probability proportional to its mass; any when there is none.
fn draw(mass: &[f64], rng: &mut impl RngExt) -> usize {
    let total: f64 = mass.iter().sum();
    if total <= 0.0 {
        return rng.random_range(0..mass.len());
    }
    let mut left = rng.random::<f64>() * total;
    let mut last = 0;
    for (at, &mass) in mass.iter().enumerate().filter(|&(_, &mass)| mass > 0.0) {
        last = at;
        if left < mass {
            break;
        }
        left -= mass;
    }
    last
}

/// The random numbers of a start.
pub(super) fn stream(seed: Seed, restart: usize) -> impl RngExt {
    seed.stream("k-prototypes start", restart as u64, 0)
}

pub(super) fn rows_as_prototypes(problem: &Problem<'_>, rows: &[usize]) -> Prototypes {
    let codes = rows.iter().flat_map(|&row| problem.rows.categories.iter().map(move |column| column[row])).collect();
    Prototypes {
        numbers: problem.rows.numbers.view().select_rows(rows),
        codes: segctl_numeric::Matrix::new(codes, rows.len(), problem.levels.len()).expect("a code a column"),
    }
}
