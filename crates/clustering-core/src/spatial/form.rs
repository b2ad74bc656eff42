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

/// The differences of `W` pairs of rows, feature by feature, and that of several groups of pairs. A trait,
/// since closures cannot be made inline, and what is not inline is not compiled for the instruction set
/// at hand. Mark methods `#[inline(always)]`.
pub(super) trait Differences<const W: usize> {
    fn of(&self, group: usize, feature: usize) -> [f64; W];
}

/// The totals of `G` groups of `W` pairs of rows side by side.
///
/// Feature `j` goes to accumulator `j % 8` and the eight are joined as a tree. What is missing would add
/// zeros, which changes nothing and is left out.
#[inline(always)]
pub(super) fn totals<F: Form, const W: usize, const G: usize>(
    n_features: usize,
    differences: &impl Differences<W>,
) -> [[f64; W]; G] {
    match n_features {
        1 => few::<F, W, G, 1>(differences),
        2 => few::<F, W, G, 2>(differences),
        3 => few::<F, W, G, 3>(differences),
        4 => few::<F, W, G, 4>(differences),
        LANES => few::<F, W, G, LANES>(differences),
        n => many::<F, W, G>(n, differences),
    }
}

#[inline(always)]
fn few<F: Form, const W: usize, const G: usize, const N: usize>(differences: &impl Differences<W>) -> [[f64; W]; G] {
    let mut out = [[0.0; W]; G];
    for (g, out) in out.iter_mut().enumerate() {
        let mut acc = [[0.0; W]; LANES];
        for (j, acc) in acc.iter_mut().enumerate().take(N) {
            *acc = terms::<F, W>(differences.of(g, j));
        }
        *out = join::<F, W>(&acc, N);
    }
    out
}

#[inline(always)]
fn many<F: Form, const W: usize, const G: usize>(
    n_features: usize,
    differences: &impl Differences<W>,
) -> [[f64; W]; G] {
    let mut out = [[0.0; W]; G];
    for (g, out) in out.iter_mut().enumerate() {
        let mut acc = [[0.0; W]; LANES];
        let mut start = 0;
        while start + LANES <= n_features {
            for (j, acc) in acc.iter_mut().enumerate() {
                *acc = joined::<F, W>(acc, &terms::<F, W>(differences.of(g, start + j)));
            }
            start += LANES;
        }
        // A copy: what a counter indexes goes through memory, and the loop above should keep to registers.
        let mut last = acc;
        for j in start..n_features {
            last[j - start] = joined::<F, W>(&last[j - start], &terms::<F, W>(differences.of(g, j)));
        }
        *out = join::<F, W>(&last, LANES);
    }
    out
}

/// What two boxes differ by in one feature. Mark `of` `#[inline(always)]`.
pub(super) trait Between {
    fn of(own: [f64; 2], other: [f64; 2]) -> f64;
}

/// As [`totals`] of a single pair of boxes, each given by its lower and its upper corner: lanes run over the
/// features.
#[inline(always)]
pub(super) fn total<F: Form, B: Between>(own: [&[f64]; 2], other: [&[f64]; 2]) -> f64 {
    let n_features = own[0].len();
    assert!(own[1].len() == n_features && other[0].len() == n_features && other[1].len() == n_features);
    let mut acc = [0.0; LANES];
    let (a, b) = (own.map(<[f64]>::as_chunks::<LANES>), other.map(<[f64]>::as_chunks::<LANES>));
    for (at, a0) in a[0].0.iter().enumerate() {
        let (a1, b0, b1) = (&a[1].0[at], &b[0].0[at], &b[1].0[at]);
        for l in 0..LANES {
            acc[l] = F::join(acc[l], F::term(B::of([a0[l], a1[l]], [b0[l], b1[l]])));
        }
    }
    let mut last = acc;
    for (l, a0) in a[0].1.iter().enumerate() {
        last[l] = F::join(last[l], F::term(B::of([*a0, a[1].1[l]], [b[0].1[l], b[1].1[l]])));
    }
    join::<F, 1>(&[[last[0]], [last[1]], [last[2]], [last[3]], [last[4]], [last[5]], [last[6]], [last[7]]], LANES)[0]
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
        fn of(&self, group: usize, j: usize) -> [f64; 2] {
            let difference = if group == 0 { self.0[j] - self.1[j] } else { self.1[j] - self.0[j] };
            [difference, -difference]
        }
    }

    struct Lower;

    impl Between for Lower {
        fn of(own: [f64; 2], other: [f64; 2]) -> f64 {
            own[0] - other[1]
        }
    }

    fn of_pair<F: Form>(x: &[f64], y: &[f64]) -> f64 {
        let found = total::<F, Lower>([x, x], [y, y]);
        assert_eq!(totals::<F, 2, 2>(x.len(), &Pair(x, y)), [[found; 2]; 2]);
        found
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
