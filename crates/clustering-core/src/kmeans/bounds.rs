//! Hamerly's bounds, one number for each row: most rows are nowhere near another centre, and need
//! not be looked at.
//!
//! G. Hamerly, "Making k-means even faster", SDM 2010. When row `i` is looked at, its second nearest
//! centre is farther than its own by a margin `m`. While centres move by `p`, the margin shrinks by
//! at most `p_own + max_other p` each time; until that is used up, the label stands. The sums of
//! these shrinkages are kept for each shell of each cluster, not for each row, and the maximum runs over
//! the centres near to the shell: see [`shells`](super::shells). A row holds its margin plus its shell's
//! sum of the time, and a pass over the rows compares one number and writes nothing.
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
use super::shells::Shells;
use super::sums::Moved;

/// A factor that covers the roundings of a few operations in single precision.
pub(super) const DOWN: f64 = 1.0 - 1e-6;
pub(super) const UP: f64 = 1.0 + 1e-6;

/// One for those of a sum of three.
const UP_SUM: f64 = 1.0 + 4.0 * f64::EPSILON;

/// What is known of a row: its cluster and shell, and how much the shell's shrinkages may sum up to.
#[derive(Clone, Copy)]
struct Bounded {
    class: u32,
    until: f32,
}

/// Only the distances that bounds cannot rule out.
pub(super) struct Hamerly<'a> {
    coarse: &'a Coarse,
    rows: Vec<Bounded>,
    bounds: Bounds,
    /// The centres of the last call.
    previous: Option<Matrix>,
}

/// What the margins of the rows are relative to, in scaled units.
struct Bounds {
    shells: Shells,
    /// What each centre moved in all.
    drift: Vec<f64>,
    /// The sum of the shrinkages for each shell of each cluster.
    shrunk: Vec<f64>,
}

impl<'a> Hamerly<'a> {
    pub(super) fn new(coarse: &'a Coarse, problem: &Problem<'_>) -> Self {
        let unknown = Bounded { class: Labels::NOISE, until: f32::NEG_INFINITY };
        let bounds = Bounds::new(Shells::one(), problem.n_clusters);
        Self { coarse, rows: vec![unknown; problem.x.n_rows()], bounds, previous: None }
    }
}

impl Bounds {
    fn new(shells: Shells, k: usize) -> Self {
        Self { drift: vec![0.0; k], shrunk: vec![0.0; k * shells.len()], shells }
    }

    /// Takes what the centres moved off all margins.
    fn shrink(&mut self, previous: &Matrix, centers: &Matrix, scale: f64) {
        let pairs = previous.view().rows().zip(centers.view().rows());
        let moved = pairs.map(|(a, b)| squared_euclidean(a, b).sqrt() * scale * UP + f64::MIN_POSITIVE);
        let moved: Vec<f64> = moved.collect();
        self.drift.iter_mut().zip(&moved).for_each(|(drift, moved)| *drift = (*drift + moved) * UP_SUM);
        let most = self.shells.farthest_moves(centers, &moved, &self.drift, scale);
        for ((class, shrunk), most) in (0..).zip(&mut self.shrunk).zip(most) {
            *shrunk = (*shrunk + moved[self.shells.label(class) as usize] + most) * UP_SUM;
        }
    }

    /// What to remember of a row of cluster `label`, at most `upper` from it and nearer to it than to
    /// any other by `margin`.
    fn bounded(&self, label: u32, margin: f64, upper: f64) -> Bounded {
        let shell = self.shells.shell(((upper - self.drift[label as usize]) * UP) as f32);
        let class = self.shells.class(label, shell);
        let until = margin.min(self.shells.cap()) + self.shrunk[class as usize];
        Bounded { class, until: (until * DOWN) as f32 }
    }

    /// What to remember of a row of which only the cluster is known.
    fn unbounded(&self, label: u32) -> Bounded {
        Bounded { class: self.shells.class(label, self.shells.len() - 1), until: f32::NEG_INFINITY }
    }
}

impl Assign for Hamerly<'_> {
    fn assign(&mut self, problem: &Problem<'_>, centers: &Matrix) -> Vec<Vec<Moved>> {
        let scale = self.coarse.scale();
        let previous = self.previous.replace(centers.clone());
        match &previous {
            None => self.bounds = Bounds::new(Shells::new(problem, centers, scale), centers.n_rows()),
            Some(previous) => self.bounds.shrink(previous, centers, scale),
        }
        let look = Look::new(problem, self.coarse, centers, &self.bounds);
        problem.map_blocks(&mut self.rows, |start, rows| look.block(start, rows, previous.is_none()))
    }

    fn relabel(&mut self, row: usize, label: u32) {
        self.rows[row] = self.bounds.unbounded(label);
    }

    fn labels(&self) -> Vec<u32> {
        self.rows.iter().map(|row| self.bounds.shells.label(row.class)).collect()
    }
}

/// One look at the rows that bounds leave open.
struct Look<'a> {
    problem: &'a Problem<'a>,
    coarse: &'a Coarse,
    centers: &'a Matrix,
    coarse_centers: CoarseCenters,
    bounds: &'a Bounds,
    /// For each shell of each cluster, the shrinkage from which a row is open.
    limits: Vec<f32>,
}

impl<'a> Look<'a> {
    fn new(problem: &'a Problem<'a>, coarse: &'a Coarse, centers: &'a Matrix, bounds: &'a Bounds) -> Self {
        let coarse_centers = coarse.centers(centers);
        let limits = bounds.shrunk.iter().map(|shrunk| ((shrunk + coarse_centers.slack) * UP) as f32).collect();
        Self { problem, coarse, centers, coarse_centers, bounds, limits }
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
            len += usize::from(row.until <= self.limits[row.class as usize]);
        }
        open.truncate(len);
    }

    fn chunk(&self, start: usize, rows: &mut [Bounded], scratch: &mut Scratch, mut moved: impl FnMut(Moved)) {
        let Scratch { open, found, doubtful, nearest } = scratch;
        found.resize(open.len(), Found::default());
        self.coarse.nearest(open, &self.coarse_centers, found);
        doubtful.clear();
        let mut set = |i: usize, label: u32, margin: f64, upper: f64| {
            let row = &mut rows[i - start];
            let from = self.bounds.shells.label(row.class);
            if from != label {
                moved(Moved { row: i, from, to: label });
            }
            *row = self.bounds.bounded(label, margin, upper);
        };
        for (&i, found) in open.iter().zip(found) {
            let margin = f64::from(found.margin);
            // Written so that a margin which is not a number proves nothing.
            if margin > self.coarse_centers.slack {
                set(i, found.index, margin, f64::from(found.upper));
            } else {
                doubtful.push(i);
            }
        }
        if doubtful.is_empty() {
            return;
        }
        nearest.resize(doubtful.len(), TwoNearest::default());
        two_nearest_of(self.problem.x, doubtful, self.centers.view(), nearest);
        for (&i, found) in doubtful.iter().zip(nearest) {
            set(i, found.index, self.coarse.margin(found), self.coarse.upper(found));
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
