//! The two least of several distances, for many rows at once.

use segctl_numeric::distance::TwoNearest;
use segctl_numeric::simd::{Kernel, LANES, dispatch};

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
        for (at, out) in self.out.chunks_mut(LANES).enumerate() {
            let mut found = Found::new(self.distances.len() / m);
            for (c, distances) in (0..).zip(self.distances.chunks_exact(m)) {
                let distances = &distances[at * LANES..][..out.len()];
                // A last tile that is not full is filled up with what is far.
                let mut tile = [f64::INFINITY; LANES];
                match distances.first_chunk() {
                    Some(full) => tile = *full,
                    None => tile[..distances.len()].copy_from_slice(distances),
                }
                found.offer(c, &tile);
            }
            for (lane, out) in out.iter_mut().enumerate() {
                *out = found.lane(lane);
            }
        }
    }
}

/// The two nearest so far, for each row of a tile. Indices are as wide as distances, so that both move through
/// the same comparisons.
struct Found {
    first: [f64; LANES],
    second: [f64; LANES],
    first_index: [u64; LANES],
    second_index: [u64; LANES],
}

impl Found {
    #[inline(always)]
    fn new(n_clusters: usize) -> Self {
        // Cluster 0 is taken as it comes; where every other is infinite, 1 is second.
        let second = if n_clusters > 1 { 1 } else { u64::from(TwoNearest::NONE) };
        let (infinite, zero) = ([f64::INFINITY; LANES], [0; LANES]);
        Self { first: infinite, second: infinite, first_index: zero, second_index: [second; LANES] }
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "the same lane of five arrays")]
    fn offer(&mut self, index: u64, tile: &[f64; LANES]) {
        if index == 0 {
            self.first = *tile;
            return;
        }
        for l in 0..LANES {
            let is_nearer = tile[l] < self.first[l];
            let is_next = tile[l] < self.second[l];
            let (loser, loser_index) = if is_nearer { (self.first[l], self.first_index[l]) } else { (tile[l], index) };
            self.second[l] = if is_next { loser } else { self.second[l] };
            self.second_index[l] = if is_next { loser_index } else { self.second_index[l] };
            self.first[l] = if is_nearer { tile[l] } else { self.first[l] };
            self.first_index[l] = if is_nearer { index } else { self.first_index[l] };
        }
    }

    #[inline(always)]
    fn lane(&self, lane: usize) -> TwoNearest {
        TwoNearest {
            index: self.first_index[lane] as u32,
            second: self.second_index[lane] as u32,
            squared: self.first[lane],
            second_squared: self.second[lane],
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
