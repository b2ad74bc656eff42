//! Rank correlations.

use segctl_numeric::{Matrix, MatrixView};

/// Spearman's correlations of the columns of `x` (n x d), d x d, ties at the middle of their ranks; 0 for a
/// constant column. O(n d^2 + d n log n).
pub(super) fn rank_correlations(x: MatrixView<'_>) -> Matrix {
    let d = x.n_cols();
    let ranks: Vec<Vec<f64>> = (0..d).map(|j| centred_ranks(&x.column(j).collect::<Vec<_>>())).collect();
    let mut found = Matrix::zeros(d, d);
    for i in 0..d {
        for j in 0..=i {
            let r = dot(&ranks[i], &ranks[j]);
            found.row_mut(i)[j] = r;
            found.row_mut(j)[i] = r;
        }
    }
    found
}

/// Ranks less their mean, of length 1 as a vector; all 0 where the values are equal.
fn centred_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let (middle, mut first) = ((values.len() - 1) as f64 / 2.0, 0);
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = first as f64 + (run.len() - 1) as f64 / 2.0 - middle;
        run.iter().for_each(|&row| ranks[row] = rank);
        first += run.len();
    }
    let length = dot(&ranks, &ranks).sqrt();
    if length > 0.0 {
        ranks.iter_mut().for_each(|rank| *rank /= length);
    }
    ranks
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_correlations() {
        let x = Matrix::from_rows(&[[1.0, 10.0, 3.0], [2.0, 100.0, 2.0], [3.0, 1000.0, 1.0]]).unwrap();
        let r = rank_correlations(x.view());
        for (found, expected) in r.as_slice().iter().zip([1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0]) {
            assert!((found - expected).abs() < 1e-15);
        }
    }

    #[test]
    fn ties_share_their_ranks_and_a_constant_has_none() {
        // Ranks 1.5, 1.5, 3, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
        let x = Matrix::from_rows(&[[0.0, 1.0, 7.0], [0.0, 2.0, 7.0], [1.0, 3.0, 7.0], [5.0, 4.0, 7.0]]).unwrap();
        let r = rank_correlations(x.view());
        assert!((r.row(0)[1] - 4.5 / (4.5_f64 * 5.0).sqrt()).abs() < 1e-15);
        assert_eq!(r.row(2), [0.0; 3]);
    }
}
