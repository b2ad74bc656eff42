use segctl_numeric::par::{CHUNK_ROWS, fold_chunks, map_chunks};
use segctl_numeric::simd::{Kernel, LANES, dispatch};
use segctl_numeric::{Matrix, MatrixView};

/// The mean of each column, of length d.
///
/// Two passes: the second adds the mean of what the first left over, so that the result is good to
/// the last digit at any offset, and a constant column is exactly zero once centred.
pub(crate) fn column_means(x: MatrixView<'_>) -> Vec<f64> {
    let rough = mean_beyond(x, &vec![0.0; x.n_cols()]);
    let rest = mean_beyond(x, &rough);
    add(&rough, rest)
}

/// The mean of all rows, given the number and the mean of some after the other. Equal means have
/// exactly that mean.
pub(crate) fn mean_of_means<'a>(parts: impl Iterator<Item = (usize, &'a [f64])> + Clone) -> Vec<f64> {
    let n_rows: usize = parts.clone().map(|(n_rows, _)| n_rows).sum();
    let (_, rough) = parts.clone().next().expect("there are rows");
    let mut rest = vec![0.0; rough.len()];
    for (part, mean) in parts {
        let weight = part as f64 / n_rows as f64;
        rest.iter_mut().zip(mean.iter().zip(rough)).for_each(|(rest, (mean, rough))| *rest += weight * (mean - rough));
    }
    add(rough, rest)
}

/// The mean of each column, in parallel.
pub(crate) fn chunked_means(x: MatrixView<'_>) -> Vec<f64> {
    let means = map_chunks(x.n_rows(), CHUNK_ROWS, |range| (range.len(), column_means(x.rows_range(range))));
    mean_of_means(means.iter().map(|(n_rows, mean)| (*n_rows, &mean[..])))
}

/// The sum of squared deviations from `mean` of each column, in parallel.
pub(crate) fn squared_deviations(x: MatrixView<'_>, mean: &[f64]) -> Vec<f64> {
    let squares = |range| dispatch(Squares { x: x.rows_range(range), mean });
    fold_chunks(x.n_rows(), CHUNK_ROWS, squares, vec![0.0; mean.len()], |sums, some| add(&sums, some))
}

/// `x` (n x d) less `mean`.
pub(crate) fn centered(x: MatrixView<'_>, mean: &[f64]) -> Matrix {
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
    let sums = dispatch(SumsBeyond { x, shift });
    sums.into_iter().map(|sum| sum / x.n_rows() as f64).collect()
}

/// The sum of each column of `x - shift`, in the order of the rows.
struct SumsBeyond<'a> {
    x: MatrixView<'a>,
    shift: &'a [f64],
}

impl Kernel for SumsBeyond<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        let d = self.shift.len();
        let mut sums = vec![0.0; d];
        let (shift, sums_by_lanes) = (self.shift.as_chunks::<LANES>().0, sums.as_chunks_mut::<LANES>().0);
        for (at, (shift, sums)) in (0..d).step_by(LANES).zip(shift.iter().zip(sums_by_lanes)) {
            // In registers over all rows: with the sums in memory, each row waits for the last.
            let mut lanes = [0.0; LANES];
            for row in self.x.as_slice().chunks_exact(d) {
                for (lane, value) in row[at..at + LANES].iter().enumerate() {
                    lanes[lane] += value - shift[lane];
                }
            }
            *sums = lanes;
        }
        for (j, (sum, shift)) in sums.iter_mut().zip(self.shift).enumerate().skip(d - d % LANES) {
            *sum = self.x.column(j).fold(0.0, |sum, value| sum + (value - shift));
        }
        sums
    }
}

/// The sum of squared deviations of each column, in the order of the rows.
struct Squares<'a> {
    x: MatrixView<'a>,
    mean: &'a [f64],
}

impl Kernel for Squares<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        let mut sums = vec![0.0; self.mean.len()];
        for row in self.x.as_slice().chunks_exact(self.mean.len().max(1)) {
            for ((sum, value), mean) in sums.iter_mut().zip(row).zip(self.mean) {
                *sum += (value - mean) * (value - mean);
            }
        }
        sums
    }
}

/// a + b.
pub(crate) fn add(a: &[f64], mut b: Vec<f64>) -> Vec<f64> {
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

    #[test]
    fn parts_have_the_mean_of_the_whole() {
        let parts = [(3, [1.0, 0.1]), (1, [5.0, 0.1])];
        assert_eq!(mean_of_means(parts.iter().map(|(n, mean)| (*n, &mean[..]))), [2.0, 0.1]);
    }
}
