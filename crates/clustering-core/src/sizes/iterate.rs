//! The iteration: assign rows within bounds, move centres to means.

use std::ops::ControlFlow;

use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::{Labels, Matrix};

use super::SizesParams;
use super::assign::{Assigned, Assigner};
use super::costs::Costs;
use super::limits::Limits;
use crate::ClusteringError;
use crate::kmeans::{KMeansData, Stop};
use crate::model::means;

/// Smaller savings, relative to the inertia, are rounding.
const ROUNDING: f64 = 1e-12;

/// Where one start ended. Centres are centred, and the means of the labels' members.
pub(super) struct Run {
    pub(super) centers: Matrix,
    pub(super) labels: Labels,
    pub(super) inertia: f64,
    pub(super) n_iter: usize,
    pub(super) stop: Stop,
    pub(super) exact: bool,
    pub(super) gap: f64,
}

impl Run {
    /// The end, since `next` saves nothing: what it proves holds for the labels there are.
    fn converged(self, next: &Assigned) -> Self {
        let bound = next.cost * (1.0 - next.gap);
        let gap = if next.exact || self.inertia <= 0.0 { 0.0 } else { (1.0 - bound / self.inertia).clamp(0.0, 1.0) };
        Self { stop: Stop::Converged, n_iter: self.n_iter + 1, exact: next.exact, gap, ..self }
    }
}

/// What all starts share.
pub(super) struct Starts<'a> {
    pub(super) data: &'a KMeansData<'a>,
    pub(super) params: &'a SizesParams,
    pub(super) limits: Limits,
    pub(super) observer: &'a dyn Observer,
    pub(super) total: usize,
}

impl Starts<'_> {
    /// Iterates from `centers` until an assignment saves nothing, centres stand still or iterations
    /// run out.
    pub(super) fn run(&self, centers: &Matrix, restart: usize) -> Result<Run, ClusteringError> {
        let SizesParams { n_clusters, solver, .. } = *self.params;
        let mut assigner = Assigner::new(self.data.centred(), n_clusters, self.limits, solver);
        let mut run = self.moved(centers, assigner.assign(centers), 1)?;
        while run.stop == Stop::MaxIter && run.n_iter < self.params.max_iter {
            let next = assigner.assign(&run.centers);
            // An assignment that is not exact may cost more than the labels there are.
            if next.cost >= run.inertia * (1.0 - ROUNDING) {
                run = run.converged(&next);
            } else {
                run = self.moved(&run.centers, next, run.n_iter + 1)?;
            }
        }
        tracing::debug!(inertia = run.inertia, n_iter = run.n_iter, stop = ?run.stop, exact = run.exact, "start ended");
        let event = Event::new("sized k-means", restart as u64 + 1).with_total(self.total as u64);
        self.tell(event.with_objective(run.inertia))?;
        Ok(run)
    }

    /// Moves centres to the means of what was assigned.
    fn moved(&self, before: &Matrix, assigned: Assigned, n_iter: usize) -> Result<Run, ClusteringError> {
        let Assigned { labels, exact, gap, .. } = assigned;
        let x = self.data.centred();
        let labels = Labels::new(labels, before.n_rows())?;
        let centers = means(x, &vec![0.0; x.n_cols()], &labels);
        let inertia = Costs { x, centers: &centers }.total(labels.as_slice());
        let shift = squared_euclidean(before.as_slice(), centers.as_slice());
        let tol = self.params.tol * self.data.mean_variance();
        // No shift at all is left to the next assignment, which may find other labels as cheap.
        let stop = if shift <= tol && tol > 0.0 { Stop::Tolerance } else { Stop::MaxIter };
        self.tell(Event::new("sized k-means iteration", n_iter as u64).with_objective(inertia))?;
        Ok(Run { centers, labels, inertia, n_iter, stop, exact, gap })
    }

    fn tell(&self, event: Event<'_>) -> Result<(), ClusteringError> {
        match self.observer.event(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ClusteringError::Cancelled),
        }
    }
}
