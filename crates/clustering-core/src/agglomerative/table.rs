//! Distances of clusters, row by row as they are needed.
//!
//! Only clusters of several rows have their distances kept: those of single rows are as quickly computed as
//! read. A merge makes a new row and leaves the columns alone, where each value would be a cache miss.
//! Rows catch up when they are read: of the two places of a pair, the one in the row that changed last
//! holds.

use std::collections::VecDeque;

use rayon::prelude::*;
use segctl_numeric::simd::{Kernel, dispatch};

use super::chain::Update;
use super::source::Source;
use crate::minimum::first_minimum;

/// Distances that one thread computes in turn.
const COLUMNS: usize = 2048;

/// Single rows whose distances are kept for a while: a chain comes back to its last ones.
const KEPT: usize = 64;

/// A row that is behind by fewer changes than one in so many clusters looks at these only.
const FEW: usize = 16;

/// A cluster that is gone has changed later than any other.
const GONE: u32 = u32::MAX;

/// Clusters, numbered by one of their rows, in slots.
pub(super) struct Table<S> {
    source: S,
    /// The distances from each slot's cluster, or nothing; infinite to itself and to what is gone.
    rows: Vec<Vec<f64>>,
    spare: Vec<Vec<f64>>,
    /// Single rows whose distances were computed, the oldest first.
    singles: VecDeque<usize>,
    /// The cluster at each slot, ascending.
    cluster: Vec<usize>,
    /// The slot of each cluster.
    slot: Vec<usize>,
    /// When each slot's cluster last merged; 0 for a single row.
    changed: Vec<u32>,
    /// The changes that each row has caught up with.
    seen: Vec<u32>,
    /// The slots of clusters of several rows, ascending.
    merged: Vec<u32>,
    /// Slots in the order of their changes, those from `first_change` on.
    changes: Vec<u32>,
    first_change: u32,
    n_active: usize,
}

impl<S: Source> Table<S> {
    pub(super) fn new(source: S, n_rows: usize) -> Self {
        Self {
            source,
            rows: vec![Vec::new(); n_rows],
            spare: Vec::new(),
            singles: VecDeque::new(),
            cluster: (0..n_rows).collect(),
            slot: (0..n_rows).collect(),
            changed: vec![0; n_rows],
            seen: vec![0; n_rows],
            merged: Vec::new(),
            changes: Vec::new(),
            first_change: 0,
            n_active: n_rows,
        }
    }

    /// How many clusters there are.
    pub(super) fn n_active(&self) -> usize {
        self.n_active
    }

    /// The cluster of the lowest number.
    pub(super) fn first_active(&self) -> usize {
        let slot = self.changed.iter().position(|&changed| changed != GONE);
        self.cluster[slot.expect("a cluster is left")]
    }

    /// The cluster nearest to `cluster`: among equals `before`, else the one of the lowest number.
    pub(super) fn nearest(&mut self, cluster: usize, before: Option<usize>) -> (usize, f64) {
        let slot = self.slot[cluster];
        self.make_ready(slot);
        let row = &self.rows[slot];
        let (other, distance) = first_minimum(row).expect("there is another cluster, not infinitely far");
        match before.filter(|&before| row[self.slot[before]] <= distance) {
            Some(before) => (before, distance),
            None => (self.cluster[other], distance),
        }
    }

    /// Merges `a` into `b`, which have `sizes`.
    pub(super) fn merge(&mut self, a: usize, b: usize, update: Update, sizes: (f64, f64)) {
        let (a, b) = (self.slot[a], self.slot[b]);
        self.make_ready(a);
        self.make_ready(b);
        let of_a = std::mem::take(&mut self.rows[a]);
        // Both rows are infinite where they stand themselves, and so is the merge.
        dispatch(Join { of_a: &of_a, of_b: &mut self.rows[b], update, sizes });
        (self.rows[b][a], self.rows[b][b]) = (f64::INFINITY, f64::INFINITY);
        self.spare.push(of_a);
        self.changes.extend([a as u32, b as u32]);
        let now = self.now();
        (self.changed[a], self.changed[b], self.seen[b]) = (GONE, now, now);
        if let Ok(at) = self.merged.binary_search(&(a as u32)) {
            self.merged.remove(at);
        }
        if let Err(at) = self.merged.binary_search(&(b as u32)) {
            self.merged.insert(at, b as u32);
        }
        self.n_active -= 1;
        if 4 * self.n_active < 3 * self.cluster.len() {
            self.shrink();
        }
    }

    fn now(&self) -> u32 {
        self.first_change + self.changes.len() as u32
    }

    /// Computes a row or brings it up to date.
    fn make_ready(&mut self, slot: usize) {
        match self.rows[slot].is_empty() {
            true => self.compute(slot),
            false => self.catch_up(slot),
        }
        self.seen[slot] = self.now();
    }

    /// The distances of a single row: the others' from the source, or from what they have merged to.
    fn compute(&mut self, slot: usize) {
        let mut row = self.spare.pop().unwrap_or_default();
        row.resize(self.cluster.len(), 0.0);
        row.par_chunks_mut(COLUMNS).enumerate().for_each(|(chunk, values)| {
            let first = chunk * COLUMNS;
            self.source.distances(slot, first, &self.cluster, values);
            for (value, &changed) in values.iter_mut().zip(&self.changed[first..]) {
                *value = if changed == GONE { f64::INFINITY } else { *value };
            }
            // No branch in this loop: the processor waits for many of these values at once.
            for &other in &self.merged[self.merged.partition_point(|&other| (other as usize) < first)..] {
                match values.get_mut(other as usize - first) {
                    Some(value) => *value = self.rows[other as usize][slot],
                    None => break,
                }
            }
        });
        row[slot] = f64::INFINITY;
        self.rows[slot] = row;
        self.singles.push_back(self.cluster[slot]);
        if self.singles.len() > KEPT {
            self.drop_oldest_single();
        }
    }

    fn drop_oldest_single(&mut self) {
        let oldest = self.singles.pop_front().map(|cluster| self.slot[cluster]);
        if let Some(slot) = oldest.filter(|&slot| slot < self.changed.len() && self.changed[slot] == 0) {
            self.spare.push(std::mem::take(&mut self.rows[slot]));
        }
    }

    fn catch_up(&mut self, slot: usize) {
        let mut row = std::mem::take(&mut self.rows[slot]);
        let mut take = |other: usize| {
            if other != slot {
                let gone = self.changed[other] == GONE;
                row[other] = if gone { f64::INFINITY } else { self.rows[other][slot] };
            }
        };
        let seen = self.seen[slot];
        if seen >= self.first_change && ((self.now() - seen) as usize) < self.cluster.len() / FEW {
            let unseen = &self.changes[(seen - self.first_change) as usize..];
            unseen.iter().for_each(|&other| take(other as usize));
        } else {
            (0..self.cluster.len()).filter(|&other| self.changed[other] > seen).for_each(take);
        }
        self.rows[slot] = row;
    }

    /// Drops the slots of clusters that are gone. Rows that are behind stay behind.
    fn shrink(&mut self) {
        let kept: Vec<usize> = (0..self.cluster.len()).filter(|&slot| self.changed[slot] != GONE).collect();
        self.source.keep(&kept);
        self.rows = kept.iter().map(|&slot| std::mem::take(&mut self.rows[slot])).collect();
        self.rows.par_iter_mut().filter(|row| !row.is_empty()).for_each(|row| {
            kept.iter().enumerate().for_each(|(to, &from)| row[to] = row[from]);
            row.truncate(kept.len());
        });
        self.slot.fill(usize::MAX);
        self.cluster = kept.iter().map(|&slot| self.cluster[slot]).collect();
        self.cluster.iter().enumerate().for_each(|(slot, &cluster)| self.slot[cluster] = slot);
        self.changed = kept.iter().map(|&slot| self.changed[slot]).collect();
        self.seen = kept.iter().map(|&slot| self.seen[slot]).collect();
        let merged = |&(_, &changed): &(usize, &u32)| changed > 0;
        self.merged = self.changed.iter().enumerate().filter(merged).map(|(slot, _)| slot as u32).collect();
        self.first_change = self.now();
        self.changes.clear();
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
