//! What is told of each epoch, and when it was the last.

use segctl_numeric::Matrix;
use segctl_numeric::observe::{Event, Observer};

use super::{Som, Stop};
use crate::check::LARGEST_VALUE;
use crate::params::{EarlyStop, SomParams};
use crate::{SomError, SomModel};

/// The errors so far, and who wants to know.
pub(super) struct Progress<'a> {
    observer: &'a dyn Observer,
    n_epochs: usize,
    early_stop: Option<EarlyStop>,
    errors: Vec<f64>,
    least: f64,
    /// Epochs since the error last fell enough.
    waited: usize,
}

impl<'a> Progress<'a> {
    pub(super) fn new(params: &SomParams, observer: &'a dyn Observer) -> Self {
        let (n_epochs, early_stop) = (params.n_epochs, params.early_stop);
        Self { observer, n_epochs, early_stop, errors: vec![], least: f64::INFINITY, waited: 0 }
    }

    /// One more epoch is done; whether it was the last.
    pub(super) fn epoch(&mut self, error: f64) -> Result<bool, SomError> {
        self.errors.push(error);
        let event = Event::new("som", self.errors.len() as u64).with_total(self.n_epochs as u64);
        if self.observer.event(event.with_objective(error)).is_break() {
            return Err(SomError::Cancelled);
        }
        Ok(self.is_converged(error) || self.errors.len() == self.n_epochs)
    }

    fn is_converged(&mut self, error: f64) -> bool {
        let Some(EarlyStop { patience, tolerance }) = self.early_stop else { return false };
        let enough = error < self.least - tolerance * self.least.min(f64::MAX);
        self.waited = if enough { 0 } else { self.waited + 1 };
        self.least = self.least.min(error);
        self.waited >= patience
    }

    /// Whether all units are where rows may be.
    pub(super) fn check(&self, codebook: &Matrix) -> Result<(), SomError> {
        if codebook.as_slice().iter().all(|value| value.abs() <= LARGEST_VALUE) {
            return Ok(());
        }
        Err(SomError::Diverged { epoch: self.errors.len() + 1 })
    }

    pub(super) fn errors(&self) -> &[f64] {
        &self.errors
    }

    pub(super) fn into_som(self, model: SomModel) -> Som {
        let patience = self.early_stop.map_or(usize::MAX, |stop| stop.patience);
        let stop = if self.waited >= patience { Stop::Converged } else { Stop::Epochs };
        Som { model, n_epochs: self.errors.len(), errors: self.errors, stop }
    }
}
