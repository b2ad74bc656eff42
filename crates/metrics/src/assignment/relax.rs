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
