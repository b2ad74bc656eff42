//! Progress and cancellation: what long computations tell, and how they are told to stop.

use std::ops::ControlFlow;

/// Called by algorithms between iterations, never inside a chunk of rows.
///
/// Every method has an empty default. It may be called from any thread, so implementations share
/// their state by atomics. Returning [`ControlFlow::Break`] cancels: the algorithm returns its
/// `Cancelled` error and no result.
///
/// ```
/// use std::ops::ControlFlow;
/// use segctl_numeric::observe::{Event, Observer};
///
/// struct Impatient;
/// impl Observer for Impatient {
///     fn event(&self, event: Event<'_>) -> ControlFlow<()> {
///         if event.step >= 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
///     }
/// }
/// assert!(Impatient.event(Event::new("k-means", 3)).is_break());
/// ```
pub trait Observer: Sync {
    /// One more unit of work is done.
    fn event(&self, event: Event<'_>) -> ControlFlow<()> {
        let _ = event;
        ControlFlow::Continue(())
    }
}

/// One unit of work, finished.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Event<'a> {
    /// What is running: `k-means`, `silhouette`, `read`.
    pub stage: &'a str,
    /// How many units are done, from 1.
    pub step: u64,
    /// How many there will be, when that is known.
    pub total: Option<u64>,
    /// The objective after this unit (inertia, quantisation error), when there is one.
    pub objective: Option<f64>,
}

impl<'a> Event<'a> {
    /// Unit number `step` of `stage` is done.
    pub fn new(stage: &'a str, step: u64) -> Self {
        Self { stage, step, total: None, objective: None }
    }

    /// States how many units there will be.
    pub fn with_total(mut self, total: u64) -> Self {
        self.total = Some(total);
        self
    }

    /// States the objective reached.
    pub fn with_objective(mut self, objective: f64) -> Self {
        self.objective = Some(objective);
        self
    }
}

/// The observer that neither looks nor stops anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {}
