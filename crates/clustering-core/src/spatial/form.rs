//! What is added up over the features of two rows, in the order of [`Metric`](segctl_numeric::distance::Metric).

use segctl_numeric::simd::LANES;

/// How the differences of two rows become one number. Rounding never turns an order round: where every
/// difference is no smaller than another's in magnitude, nor is the total. Bounds of boxes, added up in
/// the same order as distances, therefore bound them exactly and need no slack.
pub(crate) trait Form: Copy {
    /// What the difference of one feature contributes.
    fn term(difference: f64) -> f64;
    /// Joins contributions, or what was made of some.
    fn join(a: f64, b: f64) -> f64;
}

/// `sum_j t_j^2`
#[derive(Clone, Copy)]
pub(crate) struct Squares;

impl Form for Squares {
    #[inline(always)]
    fn term(difference: f64) -> f64 {
        difference * difference
    }

    #[inline(always)]
    fn join(a: f64, b: f64) -> f64 {
        a + b
    }
}

/// `sum_j |t_j|`
#[derive(Clone, Copy)]
pub(crate) struct Magnitudes;

impl Form for Magnitudes {
    #[inline(always)]
    fn term(difference: f64) -> f64 {
        difference.abs()
    }

    #[inline(always)]
    fn join(a: f64, b: f64) -> f64 {
        a + b
    }
}

/// `max_j |t_j|`
#[derive(Clone, Copy)]
pub(crate) struct Largest;

impl Form for Largest {
    #[inline(always)]
    fn term(difference: f64) -> f64 {
        difference.abs()
    }

    /// Not `f64::max`: a comparison maps to one instruction on every processor.
    #[inline(always)]
    fn join(a: f64, b: f64) -> f64 {
        larger(a, b)
    }
}

#[inline(always)]
pub(super) fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The differences of `W` pairs of rows, feature by feature. A trait, since closures cannot be made inline,
/// and what is not inline is not compiled for the instruction set at hand. Mark `of` `#[inline(always)]`.
pub(super) trait Differences<const W: usize> {
    fn of(&self, feature: usize) -> [f64; W];
}

/// The totals of `W` pairs of rows side by side.
///
/// Feature `j` goes to accumulator `j % 8` and the eight are joined as a tree. What is missing would add
/// zeros, which changes nothing and is left out.
#[inline(always)]
pub(super) fn totals<F: Form, const W: usize>(n_features: usize, differences: impl Differences<W>) -> [f64; W] {
    match n_features {
        0 => [0.0; W],
        1 => few::<F, W, 1>(differences),
        2 => few::<F, W, 2>(differences),
        3 => few::<F, W, 3>(differences),
        4 => few::<F, W, 4>(differences),
        LANES => few::<F, W, LANES>(differences),
        n => many::<F, W>(n, differences),
    }
}

/// As [`totals`] of one pair, without copies for numbers of features.
#[inline(always)]
pub(super) fn total<F: Form>(n_features: usize, differences: impl Differences<1>) -> f64 {
    let mut acc = [[0.0]; LANES];
    for j in 0..n_features {
        acc[j % LANES] = [F::join(acc[j % LANES][0], F::term(differences.of(j)[0]))];
    }
    join::<F, 1>(&acc, LANES)[0]
}

#[inline(always)]
fn few<F: Form, const W: usize, const N: usize>(differences: impl Differences<W>) -> [f64; W] {
    let mut acc = [[0.0; W]; LANES];
    for (j, acc) in acc.iter_mut().enumerate().take(N) {
        *acc = terms::<F, W>(differences.of(j));
    }
    join::<F, W>(&acc, N)
}

#[inline(always)]
fn many<F: Form, const W: usize>(n_features: usize, differences: impl Differences<W>) -> [f64; W] {
    let mut acc = [[0.0; W]; LANES];
    let mut start = 0;
    while start + LANES <= n_features {
        for (j, acc) in acc.iter_mut().enumerate() {
            *acc = joined::<F, W>(acc, &terms::<F, W>(differences.of(start + j)));
        }
        start += LANES;
    }
    // A copy: what a counter indexes goes through memory, and the loop above should keep to registers.
    let mut last = acc;
    for j in start..n_features {
        last[j - start] = joined::<F, W>(&last[j - start], &terms::<F, W>(differences.of(j)));
    }
    join::<F, W>(&last, LANES)
}

#[inline(always)]
fn terms<F: Form, const W: usize>(mut differences: [f64; W]) -> [f64; W] {
    for value in &mut differences {
        *value = F::term(*value);
    }
    differences
}

/// Joins the first `n` accumulators as a tree.
#[inline(always)]
fn join<F: Form, const W: usize>(acc: &[[f64; W]; LANES], n: usize) -> [f64; W] {
    let mut four = [acc[0], acc[1], acc[2], acc[3]];
    for l in 4..n {
        four[l - 4] = joined::<F, W>(&four[l - 4], &acc[l]);
    }
    let even = if n > 2 { joined::<F, W>(&four[0], &four[2]) } else { four[0] };
    let odd = if n > 3 { joined::<F, W>(&four[1], &four[3]) } else { four[1] };
    if n > 1 { joined::<F, W>(&even, &odd) } else { even }
}

#[inline(always)]
fn joined<F: Form, const W: usize>(a: &[f64; W], b: &[f64; W]) -> [f64; W] {
    let mut out = [0.0; W];
    for l in 0..W {
        out[l] = F::join(a[l], b[l]);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::distance::Metric;

    use super::*;

    struct Pair<'a>(&'a [f64], &'a [f64]);

    impl Differences<2> for Pair<'_> {
        fn of(&self, j: usize) -> [f64; 2] {
            [self.0[j] - self.1[j], self.1[j] - self.0[j]]
        }
    }

    impl Differences<1> for Pair<'_> {
        fn of(&self, j: usize) -> [f64; 1] {
            [self.0[j] - self.1[j]]
        }
    }

    fn of_pair<F: Form>(x: &[f64], y: &[f64]) -> f64 {
        let found = totals::<F, 2>(x.len(), Pair(x, y));
        assert_eq!(found, [total::<F>(x.len(), Pair(x, y)); 2]);
        found[0]
    }

    proptest! {
        #[test]
        fn totals_are_the_bits_of_the_metrics(d in 1_usize..30, values in prop::collection::vec(-9.0_f64..9.0, 60)) {
            let (x, y) = (&values[..d], &values[30..30 + d]);
            prop_assert_eq!(of_pair::<Squares>(x, y), Metric::SquaredEuclidean.distance(x, y));
            prop_assert_eq!(of_pair::<Magnitudes>(x, y), Metric::Manhattan.distance(x, y));
            prop_assert_eq!(of_pair::<Largest>(x, y), Metric::Chebyshev.distance(x, y));
        }
    }
}
