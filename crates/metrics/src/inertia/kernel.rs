//! The inner loops: a chunk of rows under one labeling.

use segctl_numeric::Labels;
use segctl_numeric::simd::{Kernel, LANES};

/// Adds each row to the sum of its cluster, noise aside, row after row.
pub(super) struct AddRows<'a> {
    /// m x d.
    pub(super) rows: &'a [f64],
    pub(super) ids: &'a [u32],
    /// At least 1.
    pub(super) n_features: usize,
    /// k x d.
    pub(super) sums: &'a mut [f64],
}

impl Kernel for AddRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let d = self.n_features;
        for (row, &id) in self.rows.chunks_exact(d).zip(self.ids) {
            if id != Labels::NOISE {
                let sum = &mut self.sums[id as usize * d..][..d];
                sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
            }
        }
    }
}

/// The sum of the squared distances of the rows to the means of their clusters, noise aside, row after
/// row: each as `segctl_numeric::distance::squared_euclidean` gives it, without a call per row.
pub(super) struct SquaresWithin<'a> {
    /// m x d.
    pub(super) rows: &'a [f64],
    pub(super) ids: &'a [u32],
    /// At least 1.
    pub(super) n_features: usize,
    /// k x d.
    pub(super) means: &'a [f64],
}

impl Kernel for SquaresWithin<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let d = self.n_features;
        let mut total = 0.0;
        for (row, &id) in self.rows.chunks_exact(d).zip(self.ids) {
            if id != Labels::NOISE {
                total += squared(row, &self.means[id as usize * d..][..d]);
            }
        }
        total
    }
}

#[inline(always)]
fn squared(a: &[f64], b: &[f64]) -> f64 {
    let ((a, a_tail), (b, b_tail)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut acc = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for l in 0..LANES {
            acc[l] += (a[l] - b[l]) * (a[l] - b[l]);
        }
    }
    let [a, b, c, d, e, f, g, h] = with_tail(acc, a_tail, b_tail);
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Adds the last, fewer than eight, features: their number known to the compiler, so that the
/// accumulators stay in registers.
#[inline(always)]
fn with_tail(acc: [f64; LANES], a: &[f64], b: &[f64]) -> [f64; LANES] {
    match a.len() {
        0 => acc,
        1 => with_first::<1>(acc, a, b),
        2 => with_first::<2>(acc, a, b),
        3 => with_first::<3>(acc, a, b),
        4 => with_first::<4>(acc, a, b),
        5 => with_first::<5>(acc, a, b),
        6 => with_first::<6>(acc, a, b),
        _ => with_first::<7>(acc, a, b),
    }
}

#[inline(always)]
fn with_first<const N: usize>(mut acc: [f64; LANES], a: &[f64], b: &[f64]) -> [f64; LANES] {
    for (acc, (a, b)) in acc.iter_mut().take(N).zip(a.iter().zip(b)) {
        *acc += (a - b) * (a - b);
    }
    acc
}

#[cfg(test)]
mod tests {
    use segctl_numeric::distance::squared_euclidean;
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    #[test]
    fn every_instruction_set_gives_the_bits_of_the_shared_distance() {
        let values: Vec<f64> = (0..400).map(|i| (f64::from(i) * 0.37).sin() * 10.0).collect();
        for d in 1..25 {
            let (rows, means, ids) = (&values[..4 * d], &values[101..][..2 * d], [1, Labels::NOISE, 0, 1]);
            let to = |row: usize, cluster: usize| squared_euclidean(&rows[row * d..][..d], &means[cluster * d..][..d]);
            let expected = to(0, 1) + to(2, 0) + to(3, 1);
            for level in available_levels() {
                let found = dispatch_with(level, SquaresWithin { rows, ids: &ids, n_features: d, means });
                assert_eq!(found.to_bits(), expected.to_bits(), "{level:?}, {d} features");
            }
        }
    }
}
