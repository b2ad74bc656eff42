//! Distances of clusters as a full table: what a search reads lies side by side.
//!
//! A merge makes a new row and leaves the column alone, where each value would be a cache miss. Rows
//! catch up when they are read: of the two places of a pair, the one in the row that changed last holds.

use rayon::prelude::*;
use segctl_numeric::MatrixView;
use segctl_numeric::distance::Metric;
use segctl_numeric::simd::{Kernel, dispatch};

use super::chain::{Table, Update};
use super::condensed::Condensed;
use crate::minimum::first_minimum;

/// Rows that are copied together when a table shrinks: what a column gives to them is a cache line or two.
const ROWS: usize = 16;

/// A row that is behind by fewer changes than one in so many clusters looks at these only.
const FEW: usize = 16;

/// A cluster that is gone has changed later than any other.
const GONE: u32 = u32::MAX;

pub(super) struct Square {
    /// Row-major, a row and a column per slot; infinite on the diagonal.
    values: Vec<f64>,
    /// The cluster at each slot, ascending.
    cluster: Vec<usize>,
    /// The slot of each cluster.
    slot: Vec<usize>,
    /// When each slot's distances last changed, counted in entries of `changes`.
    changed: Vec<u32>,
    /// The changes that each row has caught up with.
    seen: Vec<u32>,
    /// Slots in the order of their changes.
    changes: Vec<u32>,
    n_active: usize,
}

impl Square {
    /// Bytes at most: the table, and one of half as many rows while it shrinks.
    pub(super) fn bytes_for(n_rows: usize) -> u64 {
        (n_rows as u64).saturating_mul(n_rows as u64).saturating_mul(10)
    }

    /// The distances of the rows of `x`.
    pub(super) fn of(x: MatrixView<'_>, metric: Metric) -> Self {
        let (n, d) = (x.n_rows(), x.n_cols());
        let mut values = vec![0.0; n * n];
        let rows = values.par_chunks_mut(ROWS * n).zip(x.as_slice().par_chunks(ROWS * d));
        rows.for_each(|(values, rows)| metric.many_to_many(rows, x.as_slice(), d, values));
        Self::new(values, n)
    }

    /// Given distances.
    pub(super) fn of_condensed(distances: &Condensed) -> Self {
        let n = distances.n_rows();
        let mut values = vec![0.0; n * n];
        values.par_chunks_mut(ROWS * n).enumerate().for_each(|(block, rows)| {
            let first = block * ROWS;
            for (i, row) in rows.chunks_exact_mut(n).enumerate() {
                row[first + i + 1..].copy_from_slice(distances.row(first + i));
            }
            // Column by column: what a row of the triangle holds for these rows lies side by side.
            for j in 0..(first + ROWS).min(n) {
                for (i, row) in rows.chunks_exact_mut(n).enumerate().filter(|(i, _)| first + i > j) {
                    row[j] = distances.get(j, first + i);
                }
            }
        });
        Self::new(values, n)
    }

    fn new(mut values: Vec<f64>, n: usize) -> Self {
        values.chunks_exact_mut(n).enumerate().for_each(|(i, row)| row[i] = f64::INFINITY);
        Self {
            values,
            cluster: (0..n).collect(),
            slot: (0..n).collect(),
            changed: vec![0; n],
            seen: vec![0; n],
            changes: Vec::with_capacity(2 * n),
            n_active: n,
        }
    }

    fn n_slots(&self) -> usize {
        self.cluster.len()
    }

    fn row(&self, slot: usize) -> &[f64] {
        &self.values[slot * self.n_slots()..][..self.n_slots()]
    }

    /// Brings a row up to date.
    fn catch_up(&mut self, slot: usize) {
        let seen = self.seen[slot] as usize;
        if self.changes.len() - seen < self.n_slots() / FEW {
            for at in seen..self.changes.len() {
                self.take(slot, self.changes[at] as usize);
            }
        } else {
            for other in 0..self.n_slots() {
                if self.changed[other] > self.seen[slot] {
                    self.take(slot, other);
                }
            }
        }
        self.seen[slot] = self.changes.len() as u32;
    }

    /// Takes the distance of `slot` to `other` from the row of `other`.
    fn take(&mut self, slot: usize, other: usize) {
        let n = self.n_slots();
        if slot != other {
            let gone = self.changed[other] == GONE;
            self.values[slot * n + other] = if gone { f64::INFINITY } else { self.values[other * n + slot] };
        }
    }

    /// Drops the slots of clusters that are gone.
    fn shrink(&mut self) {
        let n = self.n_slots();
        let kept: Vec<usize> = (0..n).filter(|&slot| self.changed[slot] != GONE).collect();
        let mut values = vec![0.0; kept.len() * kept.len()];
        values.par_chunks_mut(ROWS * kept.len()).zip(kept.par_chunks(ROWS)).for_each(|(values, rows)| {
            for (to, &j) in kept.iter().enumerate() {
                for (row, &i) in values.chunks_exact_mut(kept.len()).zip(rows) {
                    let at = if self.changed[j] > self.seen[i] { j * n + i } else { i * n + j };
                    row[to] = self.values[at];
                }
            }
        });
        self.values = values;
        self.cluster = kept.iter().map(|&slot| self.cluster[slot]).collect();
        for (slot, &cluster) in self.cluster.iter().enumerate() {
            self.slot[cluster] = slot;
        }
        self.changed = vec![0; kept.len()];
        self.seen = vec![0; kept.len()];
        self.changes.clear();
    }
}

impl Table for Square {
    fn n_active(&self) -> usize {
        self.n_active
    }

    fn first_active(&self) -> usize {
        let slot = self.changed.iter().position(|&changed| changed != GONE);
        self.cluster[slot.expect("a cluster is left")]
    }

    fn nearest(&mut self, cluster: usize, before: Option<usize>) -> (usize, f64) {
        let slot = self.slot[cluster];
        self.catch_up(slot);
        let row = self.row(slot);
        let (other, distance) = first_minimum(row).expect("there is another cluster, not infinitely far");
        match before.filter(|&before| row[self.slot[before]] <= distance) {
            Some(before) => (before, distance),
            None => (self.cluster[other], distance),
        }
    }

    fn merge(&mut self, a: usize, b: usize, update: Update, sizes: (f64, f64)) {
        let (a, b, n) = (self.slot[a], self.slot[b], self.n_slots());
        self.catch_up(a);
        self.catch_up(b);
        // The diagonal of either row is infinite, and so are both places in the row made.
        let (low, high) = self.values.split_at_mut(a.max(b) * n);
        let (low, high) = (&mut low[a.min(b) * n..][..n], &mut high[..n]);
        let (of_a, of_b) = if a < b { (low, high) } else { (high, low) };
        dispatch(Join { of_a, of_b, update, sizes });
        (of_b[a], of_b[b]) = (f64::INFINITY, f64::INFINITY);
        self.changes.extend([a as u32, b as u32]);
        let now = self.changes.len() as u32;
        (self.changed[a], self.changed[b], self.seen[b]) = (GONE, now, now);
        self.n_active -= 1;
        if 2 * self.n_active < n {
            self.shrink();
        }
    }
}

/// Turns the distances of `b` into those of the merge of both.
struct Join<'a> {
    of_a: &'a [f64],
    of_b: &'a mut [f64],
    update: Update,
    sizes: (f64, f64),
}

impl Kernel for Join<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { of_a, of_b, update, sizes } = self;
        // One loop per formula: the choice stands outside.
        match update {
            Update::Complete => join(of_a, of_b, |a, b| Update::Complete.apply(a, b, sizes)),
            Update::Average => join(of_a, of_b, |a, b| Update::Average.apply(a, b, sizes)),
            Update::Weighted => join(of_a, of_b, |a, b| Update::Weighted.apply(a, b, sizes)),
        }
    }
}

#[inline(always)]
fn join(of_a: &[f64], of_b: &mut [f64], apply: impl Fn(f64, f64) -> f64) {
    for (to_b, &to_a) in of_b.iter_mut().zip(of_a) {
        *to_b = apply(to_a, *to_b);
    }
}
