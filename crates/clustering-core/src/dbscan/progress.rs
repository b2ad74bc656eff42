//! Telling the observer how far a stage is.

use std::ops::Range;

use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::chunks;

use crate::ClusteringError;

/// Leaves between two events at least: enough work for every thread.
const PART_LEAVES: usize = 512;

/// Events of a stage that is cut into parts.
const N_PARTS: usize = 32;

pub(super) struct Progress<'a>(pub(super) &'a dyn Observer);

impl Progress<'_> {
    /// The parts of `0..n_leaves` after each of which to tell.
    pub(super) fn parts(&self, n_leaves: usize) -> impl Iterator<Item = Range<usize>> {
        chunks(n_leaves, n_leaves.div_ceil(N_PARTS).max(PART_LEAVES))
    }

    pub(super) fn tell(&self, stage: &str, step: usize, total: usize) -> Result<(), ClusteringError> {
        let event = Event::new(stage, step as u64).with_total(total as u64);
        if self.0.event(event).is_break() { Err(ClusteringError::Cancelled) } else { Ok(()) }
    }
}
