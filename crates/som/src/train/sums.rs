//! What batch training sums over the rows that a unit won.

use std::ops::Range;

use segctl_numeric::par::map_chunks;
use segctl_numeric::simd::{Kernel, dispatch};

use super::Data;
use crate::check::Known;
use crate::search::coarse::TILE_ROWS;
use crate::search::{Rows, Units, Winner};

/// Fewer rows in a block would be lost in starting it.
const LEAST_ROWS: usize = 512;

/// More blocks would not keep more threads busy.
const MOST_BLOCKS: usize = 64;

/// Weighted sums of the rows that each unit won, and the distances to the winners.
///
/// A unit has the sums of its rows' features and the sum of their weights; where values are missing, a sum
/// of weights for each feature.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sums {
    /// A row of `width` values per unit.
    pub(super) values: Vec<f64>,
    pub(super) width: usize,
    distance: f64,
    weight: f64,
}

impl Sums {
    fn empty(data: &Data<'_>, n_units: usize) -> Self {
        let d = data.x.n_cols();
        let width = if data.known == Known::All { d + 1 } else { 2 * d };
        Self { values: vec![0.0; n_units * width], width, distance: 0.0, weight: 0.0 }
    }

    /// One pass over the rows: winners, and sums over blocks in order.
    pub(super) fn of(data: &Data<'_>, rows: &Rows<'_>, units: &Units<'_>, n_units: usize) -> Self {
        let parts = map_chunks(data.x.n_rows(), block_rows(data.x.n_rows(), n_units), |range| {
            let mut sums = Self::empty(data, n_units);
            let winners = rows.winners(range.clone(), units);
            dispatch(AddRows { data, range, winners: &winners, sums: &mut sums });
            sums
        });
        let mut total = Self::empty(data, n_units);
        parts.iter().for_each(|part| total.add(part));
        total
    }

    fn add(&mut self, other: &Self) {
        self.values.iter_mut().zip(&other.values).for_each(|(a, b)| *a += b);
        self.distance += other.distance;
        self.weight += other.weight;
    }

    /// The weighted mean distance of the rows to their winners.
    pub(super) fn error(&self) -> f64 {
        self.distance / self.weight
    }
}

/// Rows in a block: whole tiles, and no more sums in all blocks than values in X.
fn block_rows(n_samples: usize, n_units: usize) -> usize {
    n_samples.div_ceil(MOST_BLOCKS).max(n_units).max(LEAST_ROWS).next_multiple_of(TILE_ROWS)
}

struct AddRows<'a> {
    data: &'a Data<'a>,
    range: Range<usize>,
    winners: &'a [Winner],
    sums: &'a mut Sums,
}

impl Kernel for AddRows<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (sums, d) = (self.sums, self.data.x.n_cols());
        for (row, winner) in self.range.zip(self.winners) {
            let weight = self.data.weight(row);
            let of_unit = &mut sums.values[winner.unit as usize * sums.width..][..sums.width];
            let (values, weights) = of_unit.split_at_mut(d);
            match self.data.known {
                Known::All => add_complete(values, weights, self.data.x.row(row), weight),
                Known::Some => add_known(values, weights, self.data.x.row(row), weight),
            }
            sums.distance += weight * winner.distance;
            sums.weight += weight;
        }
    }
}

#[inline(always)]
fn add_complete(values: &mut [f64], weights: &mut [f64], row: &[f64], weight: f64) {
    values.iter_mut().zip(row).for_each(|(sum, value)| *sum += weight * value);
    weights[0] += weight;
}

#[inline(always)]
fn add_known(values: &mut [f64], weights: &mut [f64], row: &[f64], weight: f64) {
    for ((sum, total), value) in values.iter_mut().zip(weights).zip(row) {
        let (value, weight) = if value.is_nan() { (0.0, 0.0) } else { (*value, weight) };
        *sum += weight * value;
        *total += weight;
    }
}
