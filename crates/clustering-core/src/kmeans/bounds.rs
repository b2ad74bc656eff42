//! Hamerly's bounds, one number for each row: most rows are nowhere near another centre, and need
//! not be looked at.
//!
//! G. Hamerly, "Making k-means even faster", SDM 2010. When row `i` is looked at, its second nearest
//! centre is farther than its own by a margin `m`. While centres move by `p`, the margin shrinks by
//! at most `p_own + max_other p` each time; until that is used up, the label stands. The sums of
//! these shrinkages are kept for each cluster, not for each row: a row holds its margin plus its
//! cluster's sum of the time, and a pass over the rows compares one number and writes nothing.
//!
//! Rows that are looked at go through [`Coarse`], and those it leaves in doubt through the kernel
//! that [`Lloyd`](super::lloyd::Lloyd) uses. Margins are narrowed by more than distances can be
//! wrong, so a row is only passed over when the computed distances, not just the true ones, would
//! give the same label.

use segctl_numeric::distance::{TwoNearest, squared_euclidean, two_nearest_of};
use segctl_numeric::par::CHUNK_ROWS;
use segctl_numeric::{Labels, Matrix};

use super::coarse::{Coarse, CoarseCenters, Found};
use super::lloyd::Assign;
use super::problem::Problem;
use super::sums::Moved;

/// A factor that covers the roundings of a few operations in single precision.
const DOWN: f64 = 1.0 - 1e-6;
const UP: f64 = 1.0 + 1e-6;

/// What is known of a row: its label, and how much its cluster's shrinkages may sum up to.
#[derive(Clone, Copy)]
struct Bounded {
    label: u32,
    until: f32,
}

/// Only the distances that bounds cannot rule out.
pub(super) struct Hamerly<'a> {
    coarse: &'a Coarse,
    rows: Vec<Bounded>,
    shrunk: Vec<f64>,
    /// The centres of the last call.
    previous: Option<Matrix>,
}

impl<'a> Hamerly<'a> {
    pub(super) fn new(coarse: &'a Coarse, problem: &Problem<'_>) -> Self {
        let unknown = Bounded { label: Labels::NOISE, until: f32::NEG_INFINITY };
        let (n, k) = (problem.x.n_rows(), problem.n_clusters);
        Self { coarse, rows: vec![unknown; n], shrunk: vec![0.0; k], previous: None }
    }

    /// Takes what the centres moved off all margins.
    fn shrink(&mut self, centers: &Matrix) {
        let Some(previous) = self.previous.replace(centers.clone()) else { return };
        let scale = self.coarse.scale() * UP;
        let pairs = previous.view().rows().zip(centers.view().rows());
        let moved: Vec<f64> = pairs.map(|(a, b)| squared_euclidean(a, b).sqrt() * scale + f64::MIN_POSITIVE).collect();
        for (c, shrunk) in self.shrunk.iter_mut().enumerate() {
            let others = moved.iter().enumerate().filter(|&(other, _)| other != c);
            let most = others.fold(0.0_f64, |top, (_, &moved)| top.max(moved));
            *shrunk = (*shrunk + moved[c] + most) * (1.0 + 4.0 * f64::EPSILON);
        }
    }
}

impl Assign for Hamerly<'_> {
    fn assign(&mut self, problem: &Problem<'_>, centers: &Matrix) -> Vec<Vec<Moved>> {
        let first = self.previous.is_none();
        self.shrink(centers);
        let look = Look::new(problem, self.coarse, centers, &self.shrunk);
        problem.map_blocks(&mut self.rows, |start, rows| look.block(start, rows, first))
    }

    fn relabel(&mut self, row: usize, label: u32) {
        self.rows[row] = Bounded { label, until: f32::NEG_INFINITY };
    }

    fn labels(&self) -> Vec<u32> {
        self.rows.iter().map(|row| row.label).collect()
    }
}

/// One look at the rows that bounds leave open.
struct Look<'a> {
    problem: &'a Problem<'a>,
    coarse: &'a Coarse,
    centers: &'a Matrix,
    coarse_centers: CoarseCenters,
    shrunk: &'a [f64],
    /// For each cluster, the shrinkage from which a row is open.
    limits: Vec<f32>,
}

impl<'a> Look<'a> {
    fn new(problem: &'a Problem<'a>, coarse: &'a Coarse, centers: &'a Matrix, shrunk: &'a [f64]) -> Self {
        let coarse_centers = coarse.centers(centers);
        let limits = shrunk.iter().map(|shrunk| ((shrunk + coarse_centers.slack) * UP) as f32).collect();
        Self { problem, coarse, centers, coarse_centers, shrunk, limits }
    }

    /// Labels a block of rows that begins at row `start`, and lists those whose label changed, in
    /// their order; all rows are open and none is listed when `first`.
    fn block(&self, start: usize, block: &mut [Bounded], first: bool) -> Vec<Moved> {
        let mut moved = Vec::new();
        let mut scratch = Scratch::default();
        for (i, rows) in block.chunks_mut(CHUNK_ROWS).enumerate() {
            let start = start + i * CHUNK_ROWS;
            scratch.open.clear();
            match first {
                true => scratch.open.extend(start..start + rows.len()),
                false => self.open(start, rows, &mut scratch.open),
            }
            self.chunk(start, rows, &mut scratch, |change| {
                if !first {
                    moved.push(change);
                }
            });
        }
        // As by a plain pass over the rows: sums that follow the moves are then the same bits.
        moved.sort_unstable_by_key(|moved| moved.row);
        moved
    }

    fn open(&self, start: usize, rows: &[Bounded], open: &mut Vec<usize>) {
        // Every row is written and only the open ones are kept: there is no branch to mispredict.
        open.resize(rows.len(), 0);
        let mut len = 0;
        for (i, row) in rows.iter().enumerate() {
            open[len] = start + i;
            len += usize::from(row.until <= self.limits[row.label as usize]);
        }
        open.truncate(len);
    }

    fn chunk(&self, start: usize, rows: &mut [Bounded], scratch: &mut Scratch, mut moved: impl FnMut(Moved)) {
        let Scratch { open, found, doubtful, nearest } = scratch;
        found.resize(open.len(), Found::default());
        self.coarse.nearest(open, &self.coarse_centers, found);
        doubtful.clear();
        let mut set = |i: usize, label: u32, margin: f64| {
            let row = &mut rows[i - start];
            if row.label != label {
                moved(Moved { row: i, from: row.label, to: label });
            }
            *row = Bounded { label, until: ((margin + self.shrunk[label as usize]) * DOWN) as f32 };
        };
        for (&i, found) in open.iter().zip(found) {
            let margin = f64::from(found.margin);
            // Written so that a margin which is not a number proves nothing.
            if margin > self.coarse_centers.slack { set(i, found.index, margin) } else { doubtful.push(i) }
        }
        nearest.resize(doubtful.len(), TwoNearest::default());
        two_nearest_of(self.problem.x, doubtful, self.centers.view(), nearest);
        for (&i, found) in doubtful.iter().zip(nearest) {
            set(i, found.index, self.coarse.margin(found));
        }
    }
}

/// What one block's chunks use in turn.
#[derive(Default)]
struct Scratch {
    open: Vec<usize>,
    found: Vec<Found>,
    /// Open rows that single precision cannot label.
    doubtful: Vec<usize>,
    nearest: Vec<TwoNearest>,
}
