//! Several starts on one table, the best of which counts.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicU64;

use rayon::prelude::*;
use segctl_numeric::observe::{Event, Observer};

use super::init::{build, lab, random};
use super::search::{Run, Search};
use super::table::Table;
use super::{KMedoidsParams, MedoidsInit};
use crate::ClusteringError;

/// Up to so many rows, starts run side by side: the rows that one tries at once are little work.
const SIDE_BY_SIDE_ROWS: usize = 2_048;

/// The start with the least loss, the first among equals.
pub(super) struct Best {
    pub(super) run: Run,
    pub(super) restart: usize,
    pub(super) n_starts: usize,
}

/// What all starts of a fit have in common.
pub(super) struct Starts<'a> {
    pub(super) params: &'a KMedoidsParams,
    pub(super) observer: &'a dyn Observer,
    pub(super) swaps: AtomicU64,
}

impl<'a> Starts<'a> {
    pub(super) fn new(params: &'a KMedoidsParams, observer: &'a dyn Observer) -> Self {
        Self { params, observer, swaps: AtomicU64::new(0) }
    }

    /// All starts on a table; `sample` is its number where it is that of a sample.
    pub(super) fn best(&self, table: &Table, init: &MedoidsInit, sample: usize) -> Result<Best, ClusteringError> {
        let n_starts = match init {
            MedoidsInit::Build | MedoidsInit::Medoids(_) => 1,
            MedoidsInit::Lab | MedoidsInit::Random => self.params.restarts,
        };
        let search = Search { table, max_iter: self.params.max_iter, observer: self.observer, swaps: &self.swaps };
        let start = |restart| search.run(self.medoids(table, init, sample, restart));
        let runs: Vec<Run> = if table.n_rows() <= SIDE_BY_SIDE_ROWS {
            (0..n_starts).into_par_iter().map(start).collect::<Result<_, _>>()?
        } else {
            (0..n_starts).map(start).collect::<Result<_, _>>()?
        };
        let best = runs.into_iter().enumerate().min_by(|(_, a), (_, b)| a.loss.total_cmp(&b.loss));
        let (restart, run) = best.expect("at least one start");
        tracing::debug!(loss = run.loss, n_swaps = run.n_swaps, converged = run.converged, restart, "starts ended");
        Ok(Best { run, restart, n_starts })
    }

    fn medoids(&self, table: &Table, init: &MedoidsInit, sample: usize, restart: usize) -> Vec<usize> {
        let (n, k) = (table.n_rows(), self.params.n_clusters);
        let mut rng = self.params.seed.stream("k-medoids start", restart as u64, sample as u64);
        match init {
            MedoidsInit::Lab => lab(table, k, &mut rng),
            MedoidsInit::Build => build(table, k),
            MedoidsInit::Random => random(n, k, &mut rng),
            MedoidsInit::Medoids(medoids) => medoids.clone(),
        }
    }

    /// Tells that `step` of `total` tables are done.
    pub(super) fn tell(&self, step: usize, total: usize, loss: f64) -> Result<(), ClusteringError> {
        let event = Event::new("k-medoids", step as u64).with_total(total as u64).with_objective(loss);
        match self.observer.event(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ClusteringError::Cancelled),
        }
    }
}
