use segctl_numeric::par::{CHUNK_ROWS, fold_chunks};
use segctl_numeric::{Matrix, MatrixView};

/// The mean of each column, of length d.
///
/// Two passes: the second adds the mean of what the first left over, so that the result is good to
/// the last digit at any offset, and a constant column is exactly zero once centred.
pub(super) fn column_means(x: MatrixView<'_>) -> Vec<f64> {
    let rough = add(&vec![0.0; x.n_cols()], mean_beyond(x, &vec![0.0; x.n_cols()]));
    let rest = mean_beyond(x, &rough);
    add(&rough, rest)
}

/// `x` (n x d) less `mean`.
pub(super) fn centered(x: MatrixView<'_>, mean: &[f64]) -> Matrix {
    let mut rows = x.to_owned();
    for i in 0..rows.n_rows() {
        for (value, mean) in rows.row_mut(i).iter_mut().zip(mean) {
            *value -= mean;
        }
    }
    rows
}

/// The mean of each column of `x - shift`.
fn mean_beyond(x: MatrixView<'_>, shift: &[f64]) -> Vec<f64> {
    let sum_chunk = |range| {
        let mut sums = vec![0.0; shift.len()];
        for row in x.rows_range(range).rows() {
            for ((sum, value), shift) in sums.iter_mut().zip(row).zip(shift) {
                *sum += value - shift;
            }
        }
        sums
    };
    let sums = fold_chunks(x.n_rows(), CHUNK_ROWS, sum_chunk, vec![0.0; shift.len()], |all, part| add(&all, part));
    sums.into_iter().map(|sum| sum / x.n_rows() as f64).collect()
}

fn add(a: &[f64], mut b: Vec<f64>) -> Vec<f64> {
    b.iter_mut().zip(a).for_each(|(b, a)| *b += a);
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_column_has_its_value_for_a_mean() {
        let x = Matrix::new([0.1, 1e6 + 0.3].repeat(10_007), 10_007, 2).unwrap();
        assert_eq!(column_means(x.view()), [0.1, 1e6 + 0.3]);
    }

    #[test]
    fn an_offset_costs_no_digit() {
        let x = Matrix::new((0..1001).map(|i| 1e9 + f64::from(i) / 1024.0).collect(), 1001, 1).unwrap();
        assert_eq!(column_means(x.view()), [1e9 + 500.0 / 1024.0]);
    }
}
