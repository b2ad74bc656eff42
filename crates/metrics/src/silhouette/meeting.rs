//! Two-sided sums: every distance is computed once and credited to both rows.

use std::ops::Range;

use segctl_numeric::MatrixView;
use segctl_numeric::simd::{Kernel, LANES, dispatch};

use super::distance::{GROUP, Packed, TILE, Tile, square_roots, squared_distances, squared_norm};
use super::sums::join;

/// A segment of a cluster: what its rows are from each cluster so far.
pub(super) struct Block {
    /// Rows of the data, ascending.
    pub(super) rows: Vec<usize>,
    cluster: usize,
    /// m x d, row-major.
    x: Vec<f64>,
    norms: Vec<f64>,
    tiles: Vec<Packed>,
    /// k x m: the sum of the distances of each row to each cluster.
    sums: Vec<f64>,
}

impl Block {
    pub(super) fn new(x: MatrixView<'_>, rows: Vec<usize>, cluster: usize, n_clusters: usize) -> Self {
        let pack = |rows: &[usize]| Packed::new(x.n_cols(), rows.iter().map(|&row| x.row(row)));
        Self {
            cluster,
            x: rows.iter().flat_map(|&row| x.row(row)).copied().collect(),
            norms: rows.iter().map(|&row| squared_norm(x.row(row))).collect(),
            tiles: rows.chunks(TILE).map(pack).collect(),
            sums: vec![0.0; n_clusters * rows.len()],
            rows,
        }
    }

    /// The sum of the distances of the row at `at` to the rows of `cluster`.
    pub(super) fn sum(&self, cluster: usize, at: usize) -> f64 {
        self.sums[cluster * self.rows.len() + at]
    }

    /// Adds the distances between the rows of two blocks to the sums of both.
    pub(super) fn meet(&mut self, other: &mut Self) {
        let (mine, theirs) = dispatch(Meeting { rows: self, tiles: other });
        self.add(other.cluster, &mine);
        other.add(self.cluster, &theirs);
    }

    /// Adds the distances within a block: each in both directions, and 0 of a row to itself.
    pub(super) fn meet_itself(&mut self) {
        let (mine, _) = dispatch(Meeting { rows: self, tiles: self });
        self.add(self.cluster, &mine);
    }

    fn add(&mut self, cluster: usize, sums: &[f64]) {
        let m = self.rows.len();
        self.sums[cluster * m..][..m].iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
    }
}

/// The sums of the distances of each row of one block to all of the other, and the reverse.
struct Meeting<'a> {
    rows: &'a Block,
    tiles: &'a Block,
}

/// Partial sums of the rows of a tile: one for each row of the other block modulo 8.
type OfTile = [Tile; LANES];

/// Partial sums of eight rows: one for each row of the other block modulo 8.
type OfRows = [[f64; LANES]; LANES];

impl Kernel for Meeting<'_> {
    type Output = (Vec<f64>, Vec<f64>);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let m = self.rows.rows.len();
        let mut of_tiles = vec![[[0.0; TILE]; LANES]; self.tiles.tiles.len()];
        let mut of_rows = Vec::with_capacity(m);
        for start in (0..m).step_by(LANES) {
            let range = start..(start + LANES).min(m);
            let partial = self.eight_rows(range.clone(), &mut of_tiles);
            of_rows.extend(partial[..range.len()].iter().map(|partial| join(*partial)));
        }
        (of_rows, of_tiles.iter().flat_map(join_tile).collect())
    }
}

/// Rows of a block in two groups.
const HALVES: usize = LANES / GROUP;

impl Meeting<'_> {
    /// Up to eight rows against all tiles. Each group of distances is credited a step late, when
    /// its roots have been taken.
    #[inline(always)]
    fn eight_rows(&self, range: Range<usize>, of_tiles: &mut [OfTile]) -> OfRows {
        let mut of_rows = [[0.0; LANES]; LANES];
        let mut pending = [[0.0; TILE]; GROUP];
        let n_steps = of_tiles.len() * HALVES;
        for step in 0..n_steps {
            let squared = self.step(&range, step, &mut pending);
            // Before the first step, zeros.
            credit(&pending, step.saturating_sub(1), &mut of_rows, of_tiles);
            pending = squared;
        }
        square_roots(&mut pending);
        credit(&pending, n_steps - 1, &mut of_rows, of_tiles);
        of_rows
    }

    /// The squared distances of half of the rows to those of a tile.
    #[inline(always)]
    fn step(&self, range: &Range<usize>, step: usize, pending: &mut [Tile; GROUP]) -> [Tile; GROUP] {
        let (tile, start) = (step / HALVES, range.start + step % HALVES * GROUP);
        let Block { x, norms, .. } = self.rows;
        let (d, last) = (x.len() / norms.len(), norms.len() - 1);
        let at: [usize; GROUP] = std::array::from_fn(|i| (start + i).min(last));
        let rows = at.map(|at| &x[at * d..][..d]);
        let mut squared = squared_distances(&self.tiles.tiles[tile], rows, at.map(|at| norms[at]), pending);
        // Spare rows and lanes repeat others: they count nothing.
        let (n_rows, n_lanes) = (range.end.saturating_sub(start), self.tiles.rows.len() - tile * TILE);
        if n_rows < GROUP || n_lanes < TILE {
            mask(&mut squared, n_rows, n_lanes);
        }
        squared
    }
}

/// Adds the distances of a step to the sums of both sides. Rows of a tile are numbered by lanes:
/// lane l and lane l + 8 both go to partial sum l.
#[inline(always)]
fn credit(found: &[Tile; GROUP], step: usize, of_rows: &mut OfRows, of_tiles: &mut [OfTile]) {
    let (tile, half) = (step / HALVES, step % HALVES);
    let of_rows = &mut of_rows.as_chunks_mut::<GROUP>().0[half];
    let of_tile = &mut of_tiles[tile].as_chunks_mut::<GROUP>().0[half];
    for i in 0..GROUP {
        for lane in 0..TILE {
            of_tile[i][lane] += found[i][lane];
        }
        for lane in 0..LANES {
            of_rows[i][lane] = (of_rows[i][lane] + found[i][lane]) + found[i][lane + LANES];
        }
    }
}

#[inline(always)]
fn mask(found: &mut [Tile; GROUP], n_rows: usize, n_lanes: usize) {
    for (i, found) in found.iter_mut().enumerate() {
        for (lane, distance) in found.iter_mut().enumerate() {
            if i >= n_rows || lane >= n_lanes {
                *distance = 0.0;
            }
        }
    }
}

#[inline(always)]
fn join_tile(partial: &OfTile) -> Tile {
    std::array::from_fn(|lane| join(std::array::from_fn(|r| partial[r][lane])))
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        for (d, m, n) in [(1, 37, 21), (9, 16, 64), (16, 20, 33), (23, 3, 5)] {
            let value = |at: usize| 1.0 / (1.0 + (at * at % 97) as f64);
            let x = Matrix::new((0..(m + n) * d).map(value).collect(), m + n, d).unwrap();
            let (rows, tiles) = (0..m, m..m + n);
            let (a, b) = (Block::new(x.view(), rows.collect(), 0, 2), Block::new(x.view(), tiles.collect(), 1, 2));
            let run = |level| dispatch_with(level, Meeting { rows: &a, tiles: &b });
            let levels = available_levels();
            let expected = run(levels[0]);
            assert!(levels.iter().all(|&level| run(level) == expected));
            let (mine, theirs) = dispatch(Meeting { rows: &b, tiles: &a });
            assert_eq!(expected.1[..n], mine, "both ways");
            assert_eq!(expected.0, theirs[..m], "both ways");
        }
    }
}
