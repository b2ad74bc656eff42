//! Several starts, the best of which counts.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::{InputError, Matrix};

use super::bounds::Hamerly;
use super::lloyd::{Lloyd, Run, iterate};
use super::problem::Problem;
use super::sample::Sample;
use super::start::starting_centers;
use super::{Algorithm, Init, KMeansData, KMeansParams, SampledStarts};
use crate::ClusteringError;
use crate::centring::center;
use crate::check::check_magnitudes;

/// Up to so many rows, starts run side by side; beyond, one after the other, so that they do not
/// compete for the cache and the memory.
const SIDE_BY_SIDE_ROWS: usize = 1 << 16;

/// Starts on a sample whose centres are refined on all rows.
const REFINED: usize = 1;

/// From so many centres times features on, bounds cost less than they save: measured on clumpy data
/// of 2 to 64 features and 2 to 64 clusters, where they take 0.6 to 1.05 times the time without.
const BOUNDS_FROM: usize = 16;

/// The start with the least inertia, the first among equals, and what was run to find it.
pub(super) struct Best {
    pub(super) run: Run,
    pub(super) restart: usize,
    pub(super) n_starts: usize,
    pub(super) sampled: Option<SampledStarts>,
}

pub(super) fn best(
    data: &KMeansData,
    problem: &Problem<'_>,
    params: &KMeansParams,
    observer: &dyn Observer,
) -> Result<Best, ClusteringError> {
    let starts = Starts::new(params, observer);
    if let Init::Centers(centers) = &params.init {
        let centers = centred(centers, data)?;
        let run = starts.with_total(1).run(problem, centers)?;
        return Ok(Best { run, restart: 0, n_starts: 1, sampled: None });
    }
    let sample = params.restart_sample.and_then(|size| Sample::draw(problem, size, params.seed));
    match sample {
        None => starts.with_total(params.restarts).best_on_all(problem),
        Some(sample) => starts.with_total(params.restarts + REFINED).best_of_sample(problem, &sample.problem(problem)),
    }
}

fn centred(centers: &Matrix, data: &KMeansData) -> Result<Matrix, ClusteringError> {
    if centers.n_cols() != data.n_cols() {
        let (what, found) = ("row of initial centres", centers.n_cols());
        return Err(InputError::Length { what, found, expected: data.n_cols() }.into());
    }
    check_magnitudes("initial centres", centers.view())?;
    let mut out = centers.clone();
    center(centers.view(), data.mean(), out.view_mut().as_mut_slice());
    Ok(out)
}

struct Starts<'a> {
    params: &'a KMeansParams,
    observer: &'a dyn Observer,
    total: usize,
    done: AtomicU64,
    iterations: AtomicU64,
}

impl<'a> Starts<'a> {
    fn new(params: &'a KMeansParams, observer: &'a dyn Observer) -> Self {
        Self { params, observer, total: 0, done: AtomicU64::new(0), iterations: AtomicU64::new(0) }
    }

    fn with_total(self, total: usize) -> Self {
        Self { total, ..self }
    }

    fn best_on_all(&self, problem: &Problem<'_>) -> Result<Best, ClusteringError> {
        let runs = self.run_all(problem)?;
        let n_starts = runs.len();
        let (restart, run) = by_inertia(runs).swap_remove(0);
        Ok(Best { run, restart, n_starts, sampled: None })
    }

    fn best_of_sample(&self, problem: &Problem<'_>, sample: &Problem<'_>) -> Result<Best, ClusteringError> {
        let runs = self.run_all(sample)?;
        let sampled = Some(SampledStarts { n_starts: runs.len(), n_rows: sample.x.n_rows() });
        let mut refined = Vec::new();
        for (restart, run) in by_inertia(runs).into_iter().take(REFINED) {
            refined.push((restart, self.run(problem, run.centers)?));
        }
        let n_starts = refined.len();
        refined.sort_by(|(_, a), (_, b)| a.inertia.total_cmp(&b.inertia));
        let (restart, run) = refined.swap_remove(0);
        Ok(Best { run, restart, n_starts, sampled })
    }

    /// All starts, in their order.
    fn run_all(&self, problem: &Problem<'_>) -> Result<Vec<Run>, ClusteringError> {
        let start = |restart: usize| self.run(problem, starting_centers(problem, self.params, restart));
        let restarts = 0..self.params.restarts;
        if problem.x.n_rows() <= SIDE_BY_SIDE_ROWS {
            restarts.into_par_iter().map(start).collect()
        } else {
            restarts.map(start).collect()
        }
    }

    fn run(&self, problem: &Problem<'_>, centers: Matrix) -> Result<Run, ClusteringError> {
        let n = problem.x.n_rows();
        let run = match self.algorithm(problem) {
            Algorithm::Hamerly => iterate(problem, centers, Hamerly::new(n), |i| self.after_iteration(i)),
            _ => iterate(problem, centers, Lloyd::new(n), |i| self.after_iteration(i)),
        }?;
        tracing::debug!(inertia = run.inertia, n_iter = run.n_iter, stop = ?run.stop, "start ended");
        let step = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.tell(Event::new("k-means", step).with_total(self.total as u64).with_objective(run.inertia))?;
        Ok(run)
    }

    fn algorithm(&self, problem: &Problem<'_>) -> Algorithm {
        match self.params.algorithm {
            Algorithm::Auto if problem.n_clusters * problem.x.n_cols() >= BOUNDS_FROM => Algorithm::Hamerly,
            Algorithm::Auto => Algorithm::Lloyd,
            chosen => chosen,
        }
    }

    fn after_iteration(&self, iteration: usize) -> Result<(), ClusteringError> {
        tracing::trace!(iteration, "assigned");
        let step = self.iterations.fetch_add(1, Ordering::Relaxed) + 1;
        self.tell(Event::new("k-means iteration", step))
    }

    fn tell(&self, event: Event<'_>) -> Result<(), ClusteringError> {
        match self.observer.event(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ClusteringError::Cancelled),
        }
    }
}

/// Runs with their numbers, by rising inertia; the sort is stable.
fn by_inertia(runs: Vec<Run>) -> Vec<(usize, Run)> {
    let mut runs: Vec<_> = runs.into_iter().enumerate().collect();
    runs.sort_by(|(_, a), (_, b)| a.inertia.total_cmp(&b.inertia));
    runs
}
