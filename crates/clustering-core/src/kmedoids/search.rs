//! FasterPAM: swaps done as soon as they are found.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicU64, Ordering};

use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::map_chunks;
use segctl_numeric::simd::dispatch;

use super::init::Left;
use super::state::{State, Swap};
use super::table::Table;
use crate::ClusteringError;

/// Where a start ended.
pub(super) struct Run {
    pub(super) medoids: Vec<usize>,
    pub(super) loss: f64,
    pub(super) n_swaps: usize,
    pub(super) n_iter: usize,
    pub(super) converged: bool,
}

pub(super) struct Search<'a> {
    pub(super) table: &'a Table,
    pub(super) max_iter: usize,
    pub(super) observer: &'a dyn Observer,
    /// Swaps of all starts.
    pub(super) swaps: &'a AtomicU64,
}

/// Rows tried at once after a swap; twice as many whenever none of them is worth one.
const FIRST_BATCH: usize = 16;

/// No more than so many at once: what is tried beyond a swap was tried for nothing.
const LARGEST_BATCH: usize = 1024;

/// Rows tried by one task.
const TASK: usize = 8;

impl Search<'_> {
    /// Tries every row in its order as a medoid in the place of the one it does best by, and swaps at once when
    /// the loss falls, until none does any more or for `max_iter` rounds.
    ///
    /// Rows are tried side by side in batches, of which the first that is worth a swap counts: the swaps are
    /// those of trying one after the other.
    pub(super) fn run(&self, medoids: Vec<usize>) -> Result<Run, ClusteringError> {
        if medoids.len() == 1 {
            return self.best_single(medoids[0]);
        }
        let n = self.table.n_rows();
        let mut state = State::new(self.table, medoids);
        let (mut n_swaps, mut n_iter, mut last_swap) = (0, 0, n);
        let mut converged = false;
        while !converged && n_iter < self.max_iter {
            n_iter += 1;
            converged = true;
            let mut next = 0;
            // Rows from the last swap on have been tried since then.
            while let Some(swap) = first_swap(&state, next..if converged { last_swap } else { n }) {
                let before = state.loss;
                state.swap(swap);
                n_swaps += 1;
                (last_swap, next) = (swap.row, swap.row + 1);
                self.tell(state.loss)?;
                if state.loss >= before {
                    // A change below the rounding of sums: nothing more to gain.
                    return Ok(self.end(state, n_swaps, n_iter, true));
                }
                converged = false;
            }
        }
        Ok(self.end(state, n_swaps, n_iter, converged))
    }

    fn end(&self, state: State<'_>, n_swaps: usize, n_iter: usize, converged: bool) -> Run {
        Run { loss: state.loss * self.table.unit, medoids: state.medoids, n_swaps, n_iter, converged }
    }

    /// With one medoid: the row nearest to all; the given one among equals, else the first.
    fn best_single(&self, given: usize) -> Result<Run, ClusteringError> {
        let none = vec![f32::INFINITY; self.table.n_rows()];
        let loss = |row: usize| dispatch(Left { row: self.table.row(row), nearest: &none });
        let losses = map_chunks(self.table.n_rows(), TASK, |rows| rows.map(loss).collect::<Vec<f64>>()).concat();
        let lesser = |best: usize, row: usize| if losses[row] < losses[best] { row } else { best };
        let best = (0..losses.len()).fold(given, lesser);
        self.tell(losses[best])?;
        let (loss, n_swaps) = (losses[best] * self.table.unit, usize::from(best != given));
        Ok(Run { medoids: vec![best], loss, n_swaps, n_iter: 1, converged: true })
    }

    fn tell(&self, loss: f64) -> Result<(), ClusteringError> {
        let step = self.swaps.fetch_add(1, Ordering::Relaxed) + 1;
        match self.observer.event(Event::new("k-medoids swap", step).with_objective(loss * self.table.unit)) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ClusteringError::Cancelled),
        }
    }
}

/// The first row of `rows` that is worth a swap.
fn first_swap(state: &State<'_>, mut rows: Range<usize>) -> Option<Swap> {
    let mut batch = FIRST_BATCH;
    while !rows.is_empty() {
        let tried = rows.start..rows.end.min(rows.start + batch);
        let of_task = |task: Range<usize>| task.map(|i| tried.start + i).find_map(|row| state.best_swap(row));
        let found = map_chunks(tried.len(), TASK, of_task).into_iter().flatten().next();
        if found.is_some() {
            return found;
        }
        rows.start = tried.end;
        batch = LARGEST_BATCH.min(2 * batch);
    }
    None
}
