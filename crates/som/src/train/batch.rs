//! All rows at once: winners first, then each unit goes to a weighted mean of all rows.
//!
//! Rows of one winner enter every mean with the same weight, so that an epoch sums them once, as
//! k-means does, and weights the sums of units instead of rows.

use segctl_numeric::Matrix;

use super::Data;
use super::progress::Progress;
use super::smooth::smooth;
use super::sums::Sums;
use crate::SomError;
use crate::neighbourhood::Bell;
use crate::params::SomParams;
use crate::search::{Rows, WORTH_COARSE};

/// Sums of weights below this may have lost digits to underflow: the unit stays where it is.
const LEAST_WEIGHT: f64 = 1e-280;

pub(super) fn train(
    data: &Data<'_>,
    params: &SomParams,
    mut codebook: Matrix,
    progress: &mut Progress<'_>,
) -> Result<Matrix, SomError> {
    let n_units = params.grid.n_units();
    let coarsely = data.x.n_rows() * n_units >= WORTH_COARSE;
    let rows = Rows::new(data.x, params.metric, data.known, coarsely);
    let mut bell = Bell::new(params.grid, params.neighbourhood);
    for epoch in 0..params.n_epochs {
        let sums = Sums::of(data, &rows, &rows.units(&codebook), n_units);
        bell.set_radius(params.radius.at(epoch, params.n_epochs));
        let smoothed = smooth(&bell, params.grid, &sums.values, sums.width);
        go(&mut codebook, &smoothed, params.learning_rate.at(epoch, params.n_epochs));
        progress.check(&codebook)?;
        if progress.epoch(sums.error())? {
            break;
        }
    }
    Ok(codebook)
}

/// Each unit goes `rate` of the way to its mean.
fn go(codebook: &mut Matrix, smoothed: &[f64], rate: f64) {
    let d = codebook.n_cols();
    let width = smoothed.len() / codebook.n_rows();
    for (unit, sums) in smoothed.chunks_exact(width).enumerate() {
        let (values, weights) = sums.split_at(d);
        let weights = weights.iter().cycle();
        for ((place, value), &weight) in codebook.row_mut(unit).iter_mut().zip(values).zip(weights) {
            if weight > LEAST_WEIGHT {
                let mean = value / weight;
                *place = if rate == 1.0 { mean } else { (1.0 - rate) * *place + rate * mean };
            }
        }
    }
}
