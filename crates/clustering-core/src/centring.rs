//! Taking the mean off.

use segctl_numeric::MatrixView;
use segctl_numeric::par::{CHUNK_ROWS, fold_chunks};

/// Writes the rows of `x` less `mean` into `out`, row-major.
pub(crate) fn center(x: MatrixView<'_>, mean: &[f64], out: &mut [f64]) {
    for (row, out) in x.rows().zip(out.chunks_exact_mut(mean.len())) {
        for ((out, value), mean) in out.iter_mut().zip(row).zip(mean) {
            *out = value - mean;
        }
    }
}

/// The mean of each column.
pub(crate) fn mean(x: MatrixView<'_>) -> Vec<f64> {
    let sums = fold_chunks(
        x.n_rows(),
        CHUNK_ROWS,
        |range| x.rows_range(range).rows().fold(vec![0.0; x.n_cols()], add),
        vec![0.0; x.n_cols()],
        |total, part| add(total, &part),
    );
    sums.into_iter().map(|sum| sum / x.n_rows() as f64).collect()
}

fn add(mut sums: Vec<f64>, row: &[f64]) -> Vec<f64> {
    sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    sums
}
