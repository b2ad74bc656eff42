//! The two least of several distances, for many rows at once.

use segctl_numeric::distance::TwoNearest;
use segctl_numeric::simd::{Kernel, dispatch};

/// For each of m rows the two nearest of k clusters, given `distances` (k x m, a row per cluster), the lowest
/// index among equals. What [`TwoNearest`] calls squared are the distances as they are given. There is no NaN.
pub(crate) fn two_nearest(distances: &[f64], n_rows: usize) -> Vec<TwoNearest> {
    let mut out = vec![TwoNearest::default(); n_rows];
    dispatch(Search { distances, out: &mut out });
    out
}

struct Search<'a> {
    distances: &'a [f64],
    out: &'a mut [TwoNearest],
}

impl Kernel for Search<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let m = self.out.len();
        for (c, distances) in self.distances.chunks_exact(m.max(1)).enumerate() {
            for (best, &distance) in self.out.iter_mut().zip(distances) {
                let first = (best.index, best.squared);
                let other = (c as u32, distance);
                // The first two clusters are taken as they come: their distances may be infinite.
                let is_nearer = c == 0 || other.1 < first.1;
                let (winner, loser) = if is_nearer { (other, first) } else { (first, other) };
                (best.index, best.squared) = winner;
                if c > 0 && (c == 1 || is_nearer || loser.1 < best.second_squared) {
                    (best.second, best.second_squared) = loser;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    proptest! {
        #[test]
        fn they_are_the_first_two_when_sorted(
            (k, m) in (1_usize..7, 0_usize..40),
            values in prop::collection::vec(prop::sample::select(vec![0.0, 1.0, 2.5, f64::INFINITY]), 280),
        ) {
            let distances = &values[..k * m];
            let found = two_nearest(distances, m);
            for (i, found) in found.iter().enumerate() {
                let mut all: Vec<(f64, u32)> = (0..k).map(|c| (distances[c * m + i], c as u32)).collect();
                all.sort_by(|a, b| a.partial_cmp(b).unwrap());
                prop_assert_eq!((found.squared, found.index), all[0]);
                let second = all.get(1).copied().unwrap_or((f64::INFINITY, TwoNearest::NONE));
                prop_assert_eq!((found.second_squared, found.second), second);
            }
            for level in available_levels() {
                let mut out = vec![TwoNearest::default(); m];
                dispatch_with(level, Search { distances, out: &mut out });
                prop_assert_eq!(&out, &found);
            }
        }
    }
}
