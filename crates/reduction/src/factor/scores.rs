use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};
use segctl_numeric::{Matrix, MatrixView};

use super::Unseen;
use super::coding::Coding;
use super::column::{CategoricalColumn, Factor, ensure_length};
use crate::ReductionError;
use crate::linalg::lanes::axpy;
use crate::linalg::project::Projection;

/// The fitted level of each row of each column; `None` where the fit has not seen it.
pub(super) type Levels = Vec<Vec<Option<usize>>>;

/// Finds the fitted levels of `n` rows.
pub(super) fn resolve(
    factors: &[Factor],
    columns: &[CategoricalColumn<'_>],
    n: usize,
    unseen: Unseen,
) -> Result<Levels, ReductionError> {
    if columns.len() != factors.len() {
        let (found, expected) = (columns.len(), factors.len());
        return Err(ReductionError::Width { what: "categorical columns", found, expected });
    }
    ensure_length(columns, n)?;
    factors.iter().zip(columns).map(|(factor, column)| factor.resolve(column, unseen)).collect()
}

/// Z V' (n x k): the coded rows along `components` (k x d). O(n (p + K) k).
pub(super) fn scores(coding: &Coding<'_>, components: MatrixView<'_>, x: MatrixView<'_>, levels: &Levels) -> Matrix {
    let (p, k) = (coding.mean.len(), components.n_rows());
    let weight = |j: usize, s: usize| {
        if coding.scale[j] > 0.0 { components.row(s)[j] / coding.scale[j] } else { 0.0 }
    };
    let mut scores = if p == 0 {
        Matrix::zeros(x.n_rows(), k)
    } else {
        Projection::new(coding.mean, weight, &vec![0.0; k]).apply(x)
    };
    let tables: Vec<Matrix> = (0..coding.factors.len()).map(|factor| table(coding, components, factor)).collect();
    fill_chunks(scores.view_mut().as_mut_slice(), k, CHUNK_ROWS, |rows, scores| {
        for (i, scores) in rows.zip(scores.chunks_exact_mut(k)) {
            for (table, levels) in tables.iter().zip(levels) {
                if let Some(level) = levels[i] {
                    axpy(1.0, table.row(level), scores);
                }
            }
        }
    });
    scores
}

/// What each level of a factor adds to the scores of a row: v_l / sqrt(p_l) - sum_m sqrt(p_m) v_m.
fn table(coding: &Coding<'_>, components: MatrixView<'_>, factor: usize) -> Matrix {
    let start = coding.starts()[factor];
    let roots: Vec<f64> = coding.factors[factor].frequencies(coding.n_samples).map(f64::sqrt).collect();
    let mut table = Matrix::zeros(roots.len(), components.n_rows());
    for (s, component) in components.rows().enumerate() {
        let of_levels = &component[start..][..roots.len()];
        let mean: f64 = roots.iter().zip(of_levels).map(|(root, v)| root * v).sum();
        for (level, (root, v)) in roots.iter().zip(of_levels).enumerate() {
            table.row_mut(level)[s] = if *root > 0.0 { v / root - mean } else { 0.0 };
        }
    }
    table
}

/// The squared distance of each row from the mean of all, in the coded columns.
fn squared_distances(coding: &Coding<'_>, x: MatrixView<'_>, levels: &Levels) -> Vec<f64> {
    let rarity: Vec<Vec<f64>> = coding
        .factors
        .iter()
        .map(|factor| factor.frequencies(coding.n_samples).map(|p| 1.0 / p - 1.0).collect())
        .collect();
    let mut numbers = vec![0.0; coding.mean.len()];
    let distance = |i: usize| {
        coding.standardize(x.row(i), &mut numbers);
        let of_numbers: f64 = numbers.iter().map(|value| value * value).sum();
        let of_levels = rarity.iter().zip(levels).filter_map(|(rarity, levels)| levels[i].map(|level| rarity[level]));
        of_numbers + of_levels.sum::<f64>()
    };
    (0..x.n_rows()).map(distance).collect()
}

/// The share of each row's squared distance from the mean that lies along each component, n x k; 0 for
/// a row at the mean.
pub(super) fn squared_cosines(
    coding: &Coding<'_>,
    components: MatrixView<'_>,
    x: MatrixView<'_>,
    levels: &Levels,
) -> Matrix {
    let mut cosines = scores(coding, components, x, levels);
    for (i, distance) in squared_distances(coding, x, levels).into_iter().enumerate() {
        let share = |score: f64| if distance > 0.0 { (score * score / distance).min(1.0) } else { 0.0 };
        cosines.row_mut(i).iter_mut().for_each(|value| *value = share(*value));
    }
    cosines
}
