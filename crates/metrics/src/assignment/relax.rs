//! The inner loops of the search, lanes running over the long side.

use segctl_numeric::simd::{Kernel, LANES};

/// Offers paths through one entry of the short side to all of the long side; the least length there is then.
pub(super) struct Relax<'a> {
    pub(super) costs: &'a [f64],
    /// The length of the path to the entry.
    pub(super) reached: f64,
    /// Its potential.
    pub(super) potential: f64,
    pub(super) of_open: &'a [f64],
    /// The entry.
    pub(super) row: u64,
    pub(super) lengths: &'a mut [f64],
    pub(super) previous: &'a mut [u64],
}

impl Kernel for Relax<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let (costs, costs_tail) = self.costs.as_chunks::<LANES>();
        let (open, open_tail) = self.of_open.as_chunks::<LANES>();
        let (lengths, lengths_tail) = self.lengths.as_chunks_mut::<LANES>();
        let (previous, previous_tail) = self.previous.as_chunks_mut::<LANES>();
        let offered = |cost: f64, open: f64| self.reached + ((cost - self.potential) - open);
        let mut least = [f64::INFINITY; LANES];
        for (((costs, open), lengths), previous) in costs.iter().zip(open).zip(lengths).zip(previous) {
            // Whole arrays, and integers as wide as the floats: these the compiler puts into registers.
            let (old, before) = (*lengths, *previous);
            let new: [f64; LANES] = std::array::from_fn(|l| offered(costs[l], open[l]));
            *lengths = std::array::from_fn(|l| if new[l] < old[l] { new[l] } else { old[l] });
            *previous = std::array::from_fn(|l| if new[l] < old[l] { self.row } else { before[l] });
            least = std::array::from_fn(|l| if lengths[l] < least[l] { lengths[l] } else { least[l] });
        }
        let mut least = least.into_iter().fold(f64::INFINITY, f64::min);
        for (l, length) in lengths_tail.iter_mut().enumerate() {
            let new = offered(costs_tail[l], open_tail[l]);
            if new < *length {
                *length = new;
                previous_tail[l] = self.row;
            }
            least = least.min(*length);
        }
        least
    }
}

/// The first entry of the given length that is wanted.
pub(super) fn first_at(lengths: &[f64], length: f64, is_wanted: impl Fn(usize) -> bool) -> Option<usize> {
    let chunks = lengths.chunks(LANES).enumerate();
    // Most chunks hold none: one look at all lanes.
    let holding = chunks.filter(|(_, chunk)| chunk.iter().fold(false, |any, &other| any | (other == length)));
    holding
        .flat_map(|(at, chunk)| (at * LANES..).zip(chunk))
        .find(|&(j, &other)| other == length && is_wanted(j))
        .map(|found| found.0)
}

#[cfg(test)]
mod tests {
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    #[test]
    fn every_instruction_set_offers_the_same_paths() {
        for n in [0, 1, 8, 21, 64] {
            let costs: Vec<f64> = (0..n).map(|j| (j * 37 % 11) as f64 / 3.0).collect();
            let of_open: Vec<f64> =
                (0..n).map(|j| if j % 5 == 2 { f64::NEG_INFINITY } else { -0.1 * j as f64 }).collect();
            let run = |level| {
                let mut lengths: Vec<f64> = (0..n).map(|j| if j % 3 == 0 { 2.0 } else { f64::INFINITY }).collect();
                let mut previous = vec![7; n];
                let (lengths_, previous_) = (&mut lengths, &mut previous);
                let least = dispatch_with(
                    level,
                    Relax {
                        costs: &costs,
                        reached: 0.5,
                        potential: 0.25,
                        of_open: &of_open,
                        row: 3,
                        lengths: lengths_,
                        previous: previous_,
                    },
                );
                (least, lengths, previous)
            };
            let expected = run(available_levels()[0]);
            assert!(available_levels().into_iter().all(|level| run(level) == expected));
            for j in 0..n {
                let offered = 0.5 + (costs[j] - 0.25 - of_open[j]);
                let before = if j % 3 == 0 { 2.0 } else { f64::INFINITY };
                assert_eq!(expected.1[j], before.min(offered));
                assert_eq!(expected.2[j], if offered < before { 3 } else { 7 });
            }
            assert_eq!(expected.0, expected.1.iter().copied().fold(f64::INFINITY, f64::min));
        }
    }

    #[test]
    fn the_first_entry_wanted_is_found() {
        let lengths: Vec<f64> = (0..30).map(|j| f64::from(j % 7)).collect();
        assert_eq!(first_at(&lengths, 3.0, |_| true), Some(3));
        assert_eq!(first_at(&lengths, 3.0, |j| j > 10), Some(17));
        assert_eq!(first_at(&lengths, 3.0, |j| j > 24), None);
        assert_eq!(first_at(&lengths, 9.0, |_| true), None);
    }
}
