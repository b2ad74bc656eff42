//! When to stop, and when to look after starving centres.

use super::{MiniBatchParams, MiniBatchStop};

/// What one batch did.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// The inertia of the batch before centres moved.
    pub(super) inertia: f64,
    /// How far all centres moved.
    pub(super) squared_shift: f64,
}

/// The smoothed inertia of batches, and how long it has not fallen.
pub(super) struct Progress {
    max_no_improvement: Option<usize>,
    /// The squared shift of all centres that ends the fit, when above 0.
    tol: f64,
    batch_size: usize,
    /// The weight of the newest batch: 2 b / (n + 1), the b rows being about as many of n.
    alpha: f64,
    n_steps: usize,
    smoothed: Option<f64>,
    least: f64,
    no_improvement: usize,
}

impl Progress {
    pub(super) fn new(params: &MiniBatchParams, n_rows: usize, batch_size: usize, tol: f64) -> Self {
        let alpha = (2.0 * batch_size as f64 / (n_rows as f64 + 1.0)).min(1.0);
        let max_no_improvement = params.max_no_improvement;
        let (n_steps, smoothed, least, no_improvement) = (0, None, f64::INFINITY, 0);
        Self { max_no_improvement, tol, batch_size, alpha, n_steps, smoothed, least, no_improvement }
    }

    /// Takes note of a batch, and says whether to end.
    pub(super) fn after(&mut self, step: Step) -> Option<MiniBatchStop> {
        self.n_steps += 1;
        // The first batch's inertia is that of the centres begun with.
        if self.n_steps == 1 {
            return None;
        }
        let inertia = step.inertia / self.batch_size as f64;
        let smoothed = self.smoothed.map_or(inertia, |before| before * (1.0 - self.alpha) + inertia * self.alpha);
        self.smoothed = Some(smoothed);
        if self.tol > 0.0 && step.squared_shift <= self.tol {
            return Some(MiniBatchStop::Tolerance);
        }
        if smoothed < self.least {
            (self.least, self.no_improvement) = (smoothed, 0);
        } else {
            self.no_improvement += 1;
        }
        let enough = self.max_no_improvement.is_some_and(|limit| self.no_improvement >= limit);
        enough.then_some(MiniBatchStop::NoImprovement)
    }
}

/// Looks after starving centres while one has no rows, and else every 10 k rows.
pub(super) struct Reassigning {
    every: usize,
    since: usize,
}

impl Reassigning {
    pub(super) fn new(n_clusters: usize) -> Self {
        Self { every: n_clusters.saturating_mul(10), since: 0 }
    }

    /// Whether the batch that comes is one to reassign from; `counts` are those before it.
    pub(super) fn is_due(&mut self, batch_size: usize, counts: &[f64]) -> bool {
        self.since += batch_size;
        let due = self.since >= self.every || counts.contains(&0.0);
        if due {
            self.since = 0;
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends_after(progress: &mut Progress, steps: &[(f64, f64)]) -> Vec<Option<MiniBatchStop>> {
        steps.iter().map(|&(inertia, squared_shift)| progress.after(Step { inertia, squared_shift })).collect()
    }

    #[test]
    fn the_first_batch_never_ends_it() {
        let params = MiniBatchParams::new(2).with_max_no_improvement(Some(2));
        let mut progress = Progress::new(&params, 100, 10, 1e-3);
        let ended = ends_after(&mut progress, &[(1.0, 0.0), (9.0, 1.0), (8.0, 1.0), (9.0, 1.0), (9.0, 1.0)]);
        assert_eq!(ended, [None, None, None, None, Some(MiniBatchStop::NoImprovement)]);
        assert_eq!(ends_after(&mut progress, &[(1.0, 1e-3)]), [Some(MiniBatchStop::Tolerance)]);
    }

    #[test]
    fn centres_without_rows_are_looked_after_at_once() {
        let mut reassigning = Reassigning::new(3);
        let due: Vec<bool> = (0..5).map(|_| reassigning.is_due(8, &[1.0, 2.0, 3.0])).collect();
        assert_eq!(due, [false, false, false, true, false]);
        assert!(reassigning.is_due(8, &[1.0, 0.0, 3.0]));
    }
}
