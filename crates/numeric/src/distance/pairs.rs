//! Sums over the features of two rows, lanes running over the features.

use crate::simd::{Kernel, LANES, dispatch};

/// The squared Euclidean distance of two rows: `sum_j (a_j - b_j)^2`.
///
/// ```
/// use segctl_numeric::distance::squared_euclidean;
/// assert_eq!(squared_euclidean(&[0.0, 0.0], &[3.0, 4.0]), 25.0);
/// ```
///
/// # Panics
/// When the rows differ in length.
pub fn squared_euclidean(a: &[f64], b: &[f64]) -> f64 {
    dispatch(Pair { form: SquaredDifferences, a, b })
}

/// The squared Euclidean norm of each row of `rows` (row-major, `n_features` columns).
///
/// ```
/// use segctl_numeric::MatrixView;
/// use segctl_numeric::distance::squared_norms;
/// assert_eq!(squared_norms(MatrixView::new(&[3.0, 4.0, 0.0, 2.0], 2, 2)?), [25.0, 4.0]);
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
pub fn squared_norms(rows: crate::MatrixView<'_>) -> Vec<f64> {
    let zero = vec![0.0; rows.n_cols()];
    let mut out = vec![0.0; rows.n_rows()];
    one_to_many(&zero, rows.as_slice(), &mut out);
    out
}

/// The squared Euclidean distance of `x` to each row of `ys` (row-major, as many columns as `x`
/// has values), one per element of `out`.
///
/// ```
/// use segctl_numeric::distance::one_to_many;
/// let mut out = [0.0; 2];
/// one_to_many(&[0.0, 0.0], &[3.0, 4.0, 1.0, 0.0], &mut out);
/// assert_eq!(out, [25.0, 1.0]);
/// ```
///
/// # Panics
/// When `ys` does not hold `x.len() * out.len()` values.
pub fn one_to_many(x: &[f64], ys: &[f64], out: &mut [f64]) {
    check_tile(x.len(), 1, ys.len(), out.len(), x.len());
    dispatch(Tile { form: SquaredDifferences, xs: x, ys, n_features: x.len(), n_ys: out.len(), out });
}

/// The squared Euclidean distances of all pairs of rows, `out` being row-major with a row per row
/// of `xs` and a column per row of `ys`; both have `n_features` columns.
///
/// Meant for tiles that fit a cache; cut larger problems with [`par`](crate::par).
///
/// ```
/// use segctl_numeric::distance::tile;
/// let mut out = [0.0; 2];
/// tile(&[0.0, 3.0], &[1.0], 1, &mut out);
/// assert_eq!(out, [1.0, 4.0]);
/// ```
///
/// # Panics
/// When the lengths do not fit each other.
pub fn tile(xs: &[f64], ys: &[f64], n_features: usize, out: &mut [f64]) {
    run_tile(SquaredDifferences, xs, ys, n_features, out);
}

/// How two rows are compared, feature by feature.
pub(super) trait Form: Copy {
    /// Adds the difference of one feature to an accumulator.
    fn add(acc: f64, x: f64, y: f64) -> f64;
    /// Joins two accumulators.
    fn join(a: f64, b: f64) -> f64;
    /// Turns the joined accumulator into the distance.
    fn finish(acc: f64) -> f64;
}

/// `sum_j (x_j - y_j)^2`
#[derive(Clone, Copy)]
pub(super) struct SquaredDifferences;

impl Form for SquaredDifferences {
    #[inline(always)]
    fn add(acc: f64, x: f64, y: f64) -> f64 {
        acc + (x - y) * (x - y)
    }

    #[inline(always)]
    fn join(a: f64, b: f64) -> f64 {
        a + b
    }

    #[inline(always)]
    fn finish(acc: f64) -> f64 {
        acc
    }
}

/// The distances of all rows of `xs` to all rows of `ys` in one form.
pub(super) fn run_tile<F: Form>(form: F, xs: &[f64], ys: &[f64], n_features: usize, out: &mut [f64]) {
    if out.is_empty() {
        return;
    }
    if n_features == 0 {
        return out.fill(F::finish(0.0));
    }
    let n_xs = xs.len() / n_features;
    check_tile(xs.len(), n_xs, ys.len(), out.len(), n_features);
    dispatch(Tile { form, xs, ys, n_features, n_ys: ys.len() / n_features, out });
}

pub(super) fn check_tile(xs: usize, n_xs: usize, ys: usize, out: usize, n_features: usize) {
    let fits = xs == n_xs * n_features && out.checked_mul(n_features) == Some(n_xs * ys);
    assert!(fits, "distances of {xs} to {ys} values with {n_features} features do not fill {out}");
}

struct Pair<'a, F> {
    form: F,
    a: &'a [f64],
    b: &'a [f64],
}

impl<F: Form> Kernel for Pair<'_, F> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        assert_eq!(self.a.len(), self.b.len(), "rows of unequal length");
        pair(self.form, self.a, self.b)
    }
}

/// The distance of one pair of rows in one form.
pub(super) fn run_pair<F: Form>(form: F, a: &[f64], b: &[f64]) -> f64 {
    dispatch(Pair { form, a, b })
}

struct Tile<'a, F> {
    form: F,
    xs: &'a [f64],
    ys: &'a [f64],
    n_features: usize,
    n_ys: usize,
    out: &'a mut [f64],
}

impl<F: Form> Kernel for Tile<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        if self.n_features == 0 {
            return self.out.fill(F::finish(0.0));
        }
        let xs = self.xs.chunks_exact(self.n_features);
        for (x, out) in xs.zip(self.out.chunks_exact_mut(self.n_ys.max(1))) {
            for (y, out) in self.ys.chunks_exact(self.n_features).zip(out) {
                *out = pair(self.form, x, y);
            }
        }
    }
}

#[inline(always)]
fn pair<F: Form>(_form: F, a: &[f64], b: &[f64]) -> f64 {
    let (a_chunks, a_tail) = a.as_chunks::<LANES>();
    let (b_chunks, b_tail) = b.as_chunks::<LANES>();
    let mut acc = [0.0; LANES];
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for l in 0..LANES {
            acc[l] = F::add(acc[l], a[l], b[l]);
        }
    }
    F::finish(join_lanes::<F>(add_tail::<F>(acc, a_tail, b_tail)))
}

/// Adds the last, fewer than eight, features. With their number known to the compiler the
/// accumulators stay in registers; indexed by a loop counter they would go through memory.
#[inline(always)]
fn add_tail<F: Form>(acc: [f64; LANES], a: &[f64], b: &[f64]) -> [f64; LANES] {
    match a.len() {
        0 => acc,
        1 => add_first::<F, 1>(acc, a, b),
        2 => add_first::<F, 2>(acc, a, b),
        3 => add_first::<F, 3>(acc, a, b),
        4 => add_first::<F, 4>(acc, a, b),
        5 => add_first::<F, 5>(acc, a, b),
        6 => add_first::<F, 6>(acc, a, b),
        _ => add_first::<F, 7>(acc, a, b),
    }
}

#[inline(always)]
fn add_first<F: Form, const N: usize>(mut acc: [f64; LANES], a: &[f64], b: &[f64]) -> [f64; LANES] {
    if let (Some(a), Some(b)) = (a.first_chunk::<N>(), b.first_chunk::<N>()) {
        for l in 0..N {
            acc[l] = F::add(acc[l], a[l], b[l]);
        }
    }
    acc
}

/// Joins eight accumulators as a tree: as shallow as a processor can do it with half registers.
#[inline(always)]
fn join_lanes<F: Form>(acc: [f64; LANES]) -> f64 {
    let four: [f64; 4] = std::array::from_fn(|l| F::join(acc[l], acc[l + 4]));
    F::join(F::join(four[0], four[2]), F::join(four[1], four[3]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::simd::{available_levels, dispatch_with};

    fn naive(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
    }

    proptest! {
        #[test]
        fn tiles_agree_with_naive_sums_and_with_single_pairs(
            (n, m) in (0_usize..5, 0_usize..5),
            d in prop::sample::select(vec![1_usize, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31]),
            values in prop::collection::vec(-1e3_f64..1e3, 400),
        ) {
            let (xs, ys) = (&values[..n * d], &values[200..200 + m * d]);
            let mut out = vec![f64::NAN; n * m];
            tile(xs, ys, d, &mut out);
            for (i, x) in xs.chunks(d).enumerate() {
                let mut row = vec![f64::NAN; m];
                one_to_many(x, ys, &mut row);
                prop_assert_eq!(&row, &out[i * m..(i + 1) * m]);
                for (j, y) in ys.chunks(d).enumerate() {
                    prop_assert_eq!(squared_euclidean(x, y), row[j]);
                    prop_assert!((row[j] - naive(x, y)).abs() <= 1e-12 * naive(x, y));
                }
            }
            for level in available_levels() {
                let mut again = vec![f64::NAN; n * m];
                let form = SquaredDifferences;
                dispatch_with(level, Tile { form, xs, ys, n_features: d, n_ys: m, out: &mut again });
                prop_assert_eq!(&again, &out, "{:?}", level);
            }
        }
    }

    #[test]
    fn rows_without_features_are_at_distance_zero() {
        assert_eq!(squared_euclidean(&[], &[]), 0.0);
        let mut out = [f64::NAN; 3];
        one_to_many(&[], &[], &mut out);
        assert_eq!(out, [0.0; 3]);
    }

    #[test]
    fn an_overflow_is_infinite() {
        assert_eq!(squared_euclidean(&[1e300, 0.0], &[-1e300, 0.0]), f64::INFINITY);
        assert_eq!(squared_euclidean(&[f64::MAX], &[f64::MIN]), f64::INFINITY);
    }

    #[test]
    fn norms_are_distances_to_the_origin() {
        let rows = crate::Matrix::from_rows(&[[3.0, -4.0], [1e-3, 0.0]]).unwrap();
        assert_eq!(squared_norms(rows.view()), [25.0, 1e-6]);
    }

    #[test]
    #[should_panic(expected = "do not fill")]
    fn shapes_are_asserted() {
        one_to_many(&[1.0, 2.0], &[1.0, 2.0, 3.0], &mut [0.0; 2]);
    }
}
