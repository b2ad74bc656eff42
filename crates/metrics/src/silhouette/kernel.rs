//! One-sided sums: what a tile of rows is from each cluster of each labeling, for any reference.

use segctl_numeric::simd::{Kernel, LANES};

use super::distance::{GROUP, Packed, TILE, Tile, square_roots, squared_distances};
use super::sums::join;

/// Where the distances to a reference row are added: to which partial sum of which slot, and
/// whether a segment ends there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target(u32);

impl Target {
    const END: u32 = 1 << 31;

    /// The place of the row with number `rank` in slot `slot`.
    ///
    /// # Panics
    /// When the slots are more than 2^28.
    pub(super) fn new(slot: usize, rank: usize) -> Self {
        let partial = u32::try_from(slot * LANES + rank % LANES).ok().filter(|partial| *partial < Self::END);
        let ends = (rank + 1).is_multiple_of(super::sums::SEGMENT);
        Self(partial.expect("slots fit 28 bits") | if ends { Self::END } else { 0 })
    }

    #[inline(always)]
    fn partial(self) -> usize {
        (self.0 & !Self::END) as usize
    }

    #[inline(always)]
    fn ends(self) -> bool {
        self.0 & Self::END != 0
    }
}

/// Sums of distances for each slot and each row of a tile.
pub(super) struct Sums {
    /// `LANES` for each slot: those of the segments not yet ended.
    partial: Vec<Tile>,
    /// One for each slot: those of ended segments.
    total: Vec<Tile>,
}

impl Sums {
    pub(super) fn new(n_slots: usize) -> Self {
        Self { partial: vec![[0.0; TILE]; n_slots * LANES], total: vec![[0.0; TILE]; n_slots] }
    }

    /// Forgets everything, for another tile.
    pub(super) fn clear(&mut self) {
        self.partial.fill([0.0; TILE]);
        self.total.fill([0.0; TILE]);
    }

    /// Ends all segments: the totals are complete.
    pub(super) fn finish(&mut self) {
        (0..self.total.len()).for_each(|slot| self.end(slot));
    }

    /// The total of `slot` for the row in `lane`.
    pub(super) fn total(&self, slot: usize, lane: usize) -> f64 {
        self.total[slot][lane]
    }

    /// Adds the distances of some reference rows; the targets are `n_labelings` for each of its rows.
    #[inline(always)]
    fn add_group(&mut self, targets: &[Target], n_labelings: usize, distances: &[Tile]) {
        for (targets, distances) in targets.chunks_exact(n_labelings).zip(distances) {
            // No closure: it would be compiled for any processor.
            for &target in targets {
                self.add(target, distances);
            }
        }
    }

    #[inline(always)]
    fn add(&mut self, target: Target, distances: &Tile) {
        let partial = &mut self.partial[target.partial()];
        for lane in 0..TILE {
            partial[lane] += distances[lane];
        }
        if target.ends() {
            self.end(target.partial() / LANES);
        }
    }

    #[inline(always)]
    fn end(&mut self, slot: usize) {
        let partial = &mut self.partial[slot * LANES..][..LANES];
        for (lane, total) in self.total[slot].iter_mut().enumerate() {
            *total += join(std::array::from_fn(|r| partial[r][lane]));
        }
        partial.fill([0.0; TILE]);
    }
}

/// Adds the distances between each row of a tile and each reference row to the latter's targets.
pub(super) struct AddDistances<'a> {
    pub(super) tile: &'a Packed,
    /// m x d, row-major.
    pub(super) references: &'a [f64],
    /// m squared norms.
    pub(super) norms: &'a [f64],
    /// m x n_labelings.
    pub(super) targets: &'a [Target],
    pub(super) n_labelings: usize,
    pub(super) sums: &'a mut Sums,
}

impl Kernel for AddDistances<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { tile, references, norms, targets, n_labelings, sums } = self;
        let d = references.len() / norms.len();
        let groups = references.chunks(GROUP * d).zip(norms.chunks(GROUP));
        let (mut pending, mut pending_targets) = ([[0.0; TILE]; GROUP], &targets[..0]);
        for ((rows, norms), targets) in groups.zip(targets.chunks(GROUP * n_labelings)) {
            let last = norms.len() - 1;
            let row = |i: usize| &rows[i.min(last) * d..][..d];
            let norm = |i: usize| norms[i.min(last)];
            let squared = squared_distances(tile, std::array::from_fn(row), std::array::from_fn(norm), &mut pending);
            sums.add_group(pending_targets, n_labelings, &pending);
            (pending, pending_targets) = (squared, targets);
        }
        square_roots(&mut pending);
        sums.add_group(pending_targets, n_labelings, &pending);
    }
}

/// Adds distances that are known to the targets of their reference rows.
pub(super) struct AddGiven<'a> {
    /// One for each of m reference rows.
    pub(super) distances: &'a [Tile],
    /// m x n_labelings.
    pub(super) targets: &'a [Target],
    pub(super) n_labelings: usize,
    pub(super) sums: &'a mut Sums,
}

impl Kernel for AddGiven<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.sums.add_group(self.targets, self.n_labelings, self.distances);
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::super::distance::squared_norm;
    use super::*;

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let n = 700;
        let x = Matrix::new((0..n * 7).map(|i| 1.0 / (1.0 + (i * i % 97) as f64)).collect(), n, 7).unwrap();
        let targets: Vec<Target> = (0..n).flat_map(|i| [Target::new(0, i), Target::new(1 + i % 2, i / 2)]).collect();
        let tile = Packed::new(7, [3, 1, 4, 1, 5].into_iter().map(|row| x.row(row)));
        let norms: Vec<f64> = x.view().rows().map(squared_norm).collect();
        let run = |level| {
            let mut sums = Sums::new(3);
            let (references, n_labelings) = (x.as_slice(), 2);
            let kernel = AddDistances {
                tile: &tile,
                references,
                norms: &norms,
                targets: &targets,
                n_labelings,
                sums: &mut sums,
            };
            dispatch_with(level, kernel);
            sums.finish();
            sums.total
        };
        let levels = available_levels();
        let expected = run(levels[0]);
        assert!(levels.iter().all(|&level| run(level) == expected));
        assert_eq!(expected[0][1], expected[0][3], "equal rows in different lanes");
        assert_eq!(expected[2][4], expected[2][TILE - 1], "spare lanes repeat the last row");
        let whole: f64 = expected[0][0];
        assert!((whole - expected[1][0] - expected[2][0]).abs() < 1e-12 * whole, "all is the sum of the halves");
    }
}
