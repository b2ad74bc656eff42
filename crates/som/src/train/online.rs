//! One row after the other: MiniSom's `train`, in its order and by its arithmetic.
//!
//! Each row finds its winner among the units where the row before has left them. Both steps go over
//! the codebook once: eight units at a time are moved towards the one row and compared with the next.

use segctl_numeric::Matrix;
use segctl_numeric::simd::LANES;

use super::Data;
use super::progress::Progress;
use crate::SomError;
use crate::check::out_of_range;
use crate::neighbourhood::Bell;
use crate::params::{Falling, Order, SomParams};
use crate::search::forms::{Form, with_form};
use crate::search::tiles::{Learnt, Row, Tiles};
use crate::start::shuffled;

/// The rows of each epoch, and the steps of the schedules.
pub(super) struct Epochs<'a> {
    order: &'a Order,
    falling: Falling,
    n_samples: usize,
    n_epochs: usize,
    n_updates: usize,
}

impl<'a> Epochs<'a> {
    pub(super) fn new(
        order: &'a Order,
        falling: Falling,
        n_samples: usize,
        params: &SomParams,
    ) -> Result<Self, SomError> {
        let n_epochs = params.n_epochs;
        let n_updates = match order {
            Order::Given(rows) => {
                if rows.len().div_ceil(n_samples) != n_epochs {
                    return Err(SomError::OrderLength { found: rows.len(), n_epochs, n_samples });
                }
                if let Some(at) = rows.iter().position(|&row| row >= n_samples) {
                    return Err(SomError::Order { at, row: rows[at], n_samples });
                }
                rows.len()
            }
            Order::Sequential | Order::Shuffled => n_epochs.saturating_mul(n_samples),
        };
        Ok(Self { order, falling, n_samples, n_epochs, n_updates })
    }

    fn rows(&self, epoch: usize, params: &SomParams) -> Vec<usize> {
        match self.order {
            Order::Sequential => (0..self.n_samples).collect(),
            Order::Shuffled => shuffled(self.n_samples, params.seed, epoch),
            Order::Given(rows) => rows.iter().skip(epoch * self.n_samples).take(self.n_samples).copied().collect(),
        }
    }

    /// The radius, and the rate for a row of weight 1.
    fn values(&self, epoch: usize, at: usize, params: &SomParams) -> (f64, f64) {
        let (step, n_steps) = match self.falling {
            Falling::EachRow => (epoch * self.n_samples + at, self.n_updates),
            Falling::EachEpoch => (epoch, self.n_epochs),
        };
        (params.radius.at(step, n_steps), params.learning_rate.at(step, n_steps))
    }
}

pub(super) fn train(
    data: &Data<'_>,
    params: &SomParams,
    epochs: &Epochs<'_>,
    codebook: &Matrix,
    progress: &mut Progress<'_>,
) -> Result<Matrix, SomError> {
    with_form!(params.metric, F => Trainer::new(data, params, codebook).train::<F>(epochs, progress))
}

struct Trainer<'a> {
    data: &'a Data<'a>,
    params: &'a SomParams,
    tiles: Tiles,
    bell: Bell,
}

impl<'a> Trainer<'a> {
    fn new(data: &'a Data<'a>, params: &'a SomParams, codebook: &Matrix) -> Self {
        let bell = Bell::new(params.grid, params.neighbourhood);
        Self { data, params, tiles: Tiles::new(codebook.view()), bell }
    }

    fn train<F: Form>(mut self, epochs: &Epochs<'_>, progress: &mut Progress<'_>) -> Result<Matrix, SomError> {
        for epoch in 0..self.params.n_epochs {
            let error = self.epoch::<F>(epochs, epoch)?;
            let codebook = self.tiles.to_codebook();
            progress.check(&codebook)?;
            if progress.epoch(error)? {
                return Ok(codebook);
            }
        }
        Ok(self.tiles.to_codebook())
    }

    /// Learns the rows of one epoch; the weighted mean distance to their winners.
    fn epoch<F: Form>(&mut self, epochs: &Epochs<'_>, epoch: usize) -> Result<f64, SomError> {
        let (mut sum, mut total) = (0.0, 0.0);
        let (mut room, mut last_room) = (vec![], vec![]);
        let mut rates = vec![0.0; self.tiles.n_tiles() * LANES];
        let mut last: Option<usize> = None;
        for (at, row) in epochs.rows(epoch, self.params).into_iter().enumerate() {
            let weight = self.data.weight(row);
            if weight == 0.0 {
                continue;
            }
            let next = Row::new(self.data.x.row(row), &mut room);
            let learnt = last.map(|last| Learnt {
                row: Row::new(self.data.x.row(last), &mut last_room),
                rates: rates.as_chunks().0,
            });
            let (winner, compared) = self.tiles.step::<F>(learnt, next);
            sum += weight * F::distance(compared, next.facts);
            total += weight;
            let (radius, rate) = epochs.values(epoch, at, self.params);
            self.set_rates(winner, radius, presented(rate, weight), &mut rates);
            last = Some(row);
        }
        if let Some(last) = last {
            self.tiles
                .learn(Learnt { row: Row::new(self.data.x.row(last), &mut last_room), rates: rates.as_chunks().0 });
        }
        if total > 0.0 { Ok(sum / total) } else { Err(out_of_range("sum of sample_weight in an epoch", total, "> 0")) }
    }

    fn set_rates(&mut self, winner: usize, radius: f64, rate: f64, rates: &mut [f64]) {
        self.bell.set_radius(radius);
        self.bell.fill(winner, rate, rates);
    }
}

/// The rate at which one presentation goes as far as `weight` of them.
fn presented(rate: f64, weight: f64) -> f64 {
    if weight == 1.0 { rate } else { 1.0 - libm::pow(1.0 - rate, weight) }
}
