//! The nearest rows of every row, by a tree of boxes: core distances, and most edges of the spanning tree.
//!
//! Rows are known by their slots in the tree, and distances by their totals.

use std::marker::PhantomData;

use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::{chunks, map_chunks};
use segctl_numeric::simd::{Kernel, dispatch};

use super::STAGE_CORE;
use crate::ClusteringError;
use crate::spatial::{FAN, Form, Group, LEAF, NONE, Node, Search, Tree, with_form, within};

/// Neighbours kept of each row at least, where there are so many.
const FEWEST_KEPT: usize = 8;

/// Neighbours kept at most: what memory should not grow beyond.
const MOST_KEPT: usize = 64;

/// Leaves searched from by one task.
const TASK_LEAVES: usize = 2;

/// Leaves between two words to the observer.
const LEAVES_PER_EVENT: usize = 512;

/// The nearest rows of every row.
pub(super) struct Near {
    /// The core distance of each slot; infinite where there is no row.
    pub(super) cores: Vec<f64>,
    /// No row that is not kept is nearer, by mutual reachability.
    pub(super) beyond: Vec<f64>,
    /// Slot by slot the slots of the nearest rows, itself among them, in no order.
    slots: Vec<u32>,
    /// Their distances, where some may be larger than the core distance.
    totals: Option<Vec<f64>>,
    n_kept: usize,
}

impl Near {
    /// Of `min_samples` rows to a neighbourhood.
    pub(super) fn new(tree: &Tree, min_samples: usize, observer: &dyn Observer) -> Result<Self, ClusteringError> {
        let n_slots = tree.n_blocks() * FAN * LEAF;
        let n_kept = min_samples.clamp(FEWEST_KEPT, MOST_KEPT).min(tree.n_rows());
        let mut near = Self {
            cores: vec![f64::INFINITY; n_slots],
            beyond: vec![f64::INFINITY; n_slots],
            slots: vec![NONE; tree.n_rows() * n_kept],
            totals: (n_kept > min_samples).then(|| vec![0.0; tree.n_rows() * n_kept]),
            n_kept,
        };
        for leaves in chunks(tree.n_leaves(), LEAVES_PER_EVENT) {
            let of_task = |task: std::ops::Range<usize>| {
                let leaf = |leaf: usize| near_leaf(tree, leaves.start + leaf, min_samples.max(n_kept));
                task.map(leaf).collect::<Vec<_>>()
            };
            let found = map_chunks(leaves.len(), TASK_LEAVES, of_task);
            for (leaf, mut rows) in leaves.clone().zip(found.into_iter().flatten()) {
                (leaf * LEAF..).zip(&mut rows).for_each(|(slot, row)| near.take(slot, row, min_samples));
            }
            let done = (leaves.end * LEAF).min(tree.n_rows());
            let event = Event::new(STAGE_CORE, done as u64).with_total(tree.n_rows() as u64);
            if observer.event(event).is_break() {
                return Err(ClusteringError::Cancelled);
            }
        }
        Ok(near)
    }

    /// Keeps what is needed of the nearest rows of a slot.
    fn take(&mut self, slot: usize, row: &mut [Neighbour], min_samples: usize) {
        let core = row.select_nth_unstable_by(min_samples - 1, Neighbour::order).1.total;
        let last = row.select_nth_unstable_by(self.n_kept - 1, Neighbour::order).1.total;
        let places = slot * self.n_kept..(slot + 1) * self.n_kept;
        (self.cores[slot], self.beyond[slot]) = (core, if last > core { last } else { core });
        self.slots[places.clone()].iter_mut().zip(&*row).for_each(|(place, near)| *place = near.slot);
        if let Some(totals) = &mut self.totals {
            totals[places].iter_mut().zip(&*row).for_each(|(place, near)| *place = near.total);
        }
    }

    /// The rows kept of a slot that `is_other`, and their mutual reachability.
    #[inline]
    pub(super) fn edges(&self, slot: usize, is_other: impl Fn(u32) -> bool) -> impl Iterator<Item = (f64, u32)> {
        let places = slot * self.n_kept..(slot + 1) * self.n_kept;
        let core = self.cores[slot];
        let edge = move |at: usize| {
            let other = self.slots[at];
            let reach = self.totals.as_ref().map_or(core, |totals| totals[at].max(core));
            (reach.max(self.cores[other as usize]), other)
        };
        places.filter(move |&at| is_other(self.slots[at])).map(edge)
    }
}

#[derive(Debug, Clone, Copy)]
struct Neighbour {
    total: f64,
    slot: u32,
}

impl Neighbour {
    fn order(a: &Self, b: &Self) -> std::cmp::Ordering {
        a.total.total_cmp(&b.total).then(a.slot.cmp(&b.slot))
    }
}

/// The `k` nearest rows of each row in a leaf.
fn near_leaf(tree: &Tree, leaf: usize, k: usize) -> Vec<Vec<Neighbour>> {
    nearest_to(tree, &Group::of_leaf(tree, leaf), Some(leaf), k)
}

/// The core distance of each row of a group beside the tree.
pub(super) fn core_distances(tree: &Tree, group: &Group, min_samples: usize) -> Vec<f64> {
    let core = |mut found: Vec<Neighbour>| found.select_nth_unstable_by(min_samples - 1, Neighbour::order).1.total;
    nearest_to(tree, group, None, min_samples).into_iter().map(core).collect()
}

/// The `k` nearest rows of each row of a group, which is that of leaf `own` if there is one.
fn nearest_to(tree: &Tree, group: &Group, own: Option<usize>, k: usize) -> Vec<Vec<Neighbour>> {
    let n = group.n_rows();
    let room = 2 * k.max(LEAF);
    let mut found = with_form!(tree, F => dispatch(Nearest::<F> {
        tree,
        group,
        own,
        k,
        room,
        found: (0..n).map(|_| Vec::with_capacity(room + LEAF)).collect(),
        radius: vec![f64::MAX; n],
        widest: f64::MAX,
        form: PhantomData,
    }));
    found.iter_mut().for_each(|found| nearest(found, k));
    found
}

/// Keeps the `k` nearest.
fn nearest(found: &mut Vec<Neighbour>, k: usize) {
    if found.len() > k {
        found.select_nth_unstable_by(k - 1, Neighbour::order);
        found.truncate(k);
    }
}

struct Nearest<'a, F> {
    tree: &'a Tree,
    group: &'a Group,
    own: Option<usize>,
    k: usize,
    /// Rows that are found before the farther ones are dropped.
    room: usize,
    found: Vec<Vec<Neighbour>>,
    /// The k nearest of each row are no farther.
    radius: Vec<f64>,
    widest: f64,
    form: PhantomData<F>,
}

impl<F: Form> Kernel for Nearest<'_, F> {
    type Output = Vec<Vec<Neighbour>>;

    #[inline(always)]
    fn run(mut self) -> Vec<Vec<Neighbour>> {
        let nodes = match self.own {
            Some(leaf) => self.tree.around(leaf / FAN),
            None => self.tree.root().into_iter().collect(),
        };
        self.tree.walk::<F, Self>(&nodes, &mut self);
        self.found
    }
}

impl<F: Form> Nearest<'_, F> {
    #[inline(always)]
    fn scan(&mut self, at: usize, leaf: usize) {
        let totals = self.tree.leaf_totals::<F>(leaf, self.group.row(at));
        let mut bits = within(&totals, self.radius[at]);
        let found = &mut self.found[at];
        while bits != 0 {
            let place = bits.trailing_zeros() as usize;
            bits &= bits - 1;
            found.push(Neighbour { total: totals.as_flattened()[place], slot: (leaf * LEAF + place) as u32 });
        }
        if found.len() >= self.room {
            self.narrow(at);
        }
    }

    #[cold]
    fn narrow(&mut self, at: usize) {
        let found = &mut self.found[at];
        nearest(found, self.k);
        self.radius[at] = found[self.k - 1].total;
    }
}

impl<F: Form> Search<F> for Nearest<'_, F> {
    #[inline(always)]
    fn corners(&self) -> (&[f64], &[f64]) {
        (&self.group.lower, &self.group.upper)
    }

    #[inline(always)]
    fn limit(&self) -> f64 {
        self.widest
    }

    #[inline(always)]
    fn wants(&mut self, _node: Node, _gap: f64) -> bool {
        true
    }

    #[inline(always)]
    fn block(&mut self, block: usize, _gaps: [f64; FAN]) {
        // The own leaf first: what is found there narrows the search in the others.
        let first = self.own.filter(|leaf| leaf / FAN == block).map_or(0, |leaf| leaf % FAN);
        self.widest = 0.0;
        for at in 0..self.found.len() {
            let row = self.group.row(at);
            let gaps = self.tree.fan_gaps::<F>(block, row, row);
            for lane in (0..FAN).map(|lane| (lane + first) % FAN) {
                if gaps[lane] <= self.radius[at] {
                    self.scan(at, block * FAN + lane);
                }
            }
            if self.radius[at] == f64::MAX && self.found[at].len() > self.k {
                self.narrow(at);
            }
            self.widest = self.widest.max(self.radius[at]);
        }
    }
}
