//! The few clusters nearest to one, and the search for them.

use segctl_numeric::simd::{Kernel, dispatch};

use super::boxes::{Boxes, FAN, LEAF, LEAF_BIT, NONE};

/// Neighbours that are remembered of each cluster: when the nearest is gone, one of the others will do.
pub(super) const NEAR: usize = 5;

/// Subtrees on the way down a tree of 2^32 centres.
const DEPTH: usize = 96;

/// Bounds are lowered by some roundings, so that they stay below what they bound.
pub(super) const SLACK: f64 = 1.0 - 1e-13;

/// A cluster and how far it is: `|a||b| / (|a| + |b|) * |c_a - c_b|^2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) distance: f64,
    pub(super) cluster: u32,
}

/// The nearest clusters of one, nearest first; among equals those whose pair of numbers comes first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nearest {
    own: u32,
    found: [Found; NEAR],
}

impl Nearest {
    pub(super) fn none(own: u32) -> Self {
        Self { own, found: [Found { distance: f64::INFINITY, cluster: NONE }; NEAR] }
    }

    pub(super) fn first(&self) -> Found {
        self.found[0]
    }

    pub(super) fn clusters(&self) -> impl Iterator<Item = u32> {
        self.found.iter().map(|found| found.cluster).filter(|&cluster| cluster != NONE)
    }

    /// The distance beyond which a cluster is not among them; infinite while there is room.
    #[inline(always)]
    pub(super) fn radius(&self) -> f64 {
        self.found[NEAR - 1].distance
    }

    /// Takes a cluster in, if it is near enough and not among them; whether one had to go.
    #[inline(always)]
    pub(super) fn offer(&mut self, found: Found) -> bool {
        if !self.is_before(found, self.found[NEAR - 1]) {
            return true;
        }
        if self.found.iter().any(|other| other.cluster == found.cluster) {
            return false;
        }
        let mut at = NEAR - 1;
        let goes = self.found[at].cluster != NONE;
        while at > 0 && self.is_before(found, self.found[at - 1]) {
            self.found[at] = self.found[at - 1];
            at -= 1;
        }
        self.found[at] = found;
        goes
    }

    #[inline(always)]
    fn is_before(&self, a: Found, b: Found) -> bool {
        let pair = |other: u32| (self.own.min(other), self.own.max(other));
        a.distance < b.distance || (a.distance == b.distance && pair(a.cluster) < pair(b.cluster))
    }
}

impl Boxes {
    /// Makes `nearest` the nearest clusters there are to the one it is of, which has `center` and `size`.
    /// What is in it must be right.
    pub(super) fn search(&self, center: &[f64], size: f64, nearest: Nearest) -> Nearest {
        dispatch(Search { boxes: self, center, size, nearest })
    }
}

struct Search<'a> {
    boxes: &'a Boxes,
    center: &'a [f64],
    size: f64,
    nearest: Nearest,
}

impl Kernel for Search<'_> {
    type Output = Nearest;

    #[inline(always)]
    fn run(mut self) -> Nearest {
        let own = self.boxes.slot[self.nearest.own as usize] / LEAF as u32;
        self.scan(own as usize);
        let mut waiting = [(0_u32, 0.0); DEPTH];
        let mut n_waiting = 1;
        while n_waiting > 0 {
            n_waiting -= 1;
            let (child, bound) = waiting[n_waiting];
            if bound > self.nearest.radius() {
                continue;
            }
            if child & LEAF_BIT != 0 {
                if child ^ LEAF_BIT != own {
                    self.scan((child ^ LEAF_BIT) as usize);
                }
                continue;
            }
            let bounds = self.bounds(child as usize);
            let children = &self.boxes.nodes[child as usize].children;
            let first = n_waiting;
            for (&child, bound) in children.iter().zip(bounds) {
                if child == NONE || bound > self.nearest.radius() {
                    continue;
                }
                // The nearest on top.
                let mut at = n_waiting;
                while at > first && waiting[at - 1].1 < bound {
                    waiting[at] = waiting[at - 1];
                    at -= 1;
                }
                waiting[at] = (child, bound);
                n_waiting += 1;
            }
        }
        self.nearest
    }
}

impl Search<'_> {
    /// For each child, no cluster in its box is nearer.
    #[inline(always)]
    fn bounds(&self, node: usize) -> [f64; FAN] {
        let d = self.center.len();
        let (corners, _) = self.boxes.corners[2 * node * d * FAN..][..2 * d * FAN].as_chunks::<FAN>();
        let (lower, upper) = corners.split_at(d);
        let mut sums = [0.0; FAN];
        for ((lower, upper), &x) in lower.iter().zip(upper).zip(self.center) {
            for l in 0..FAN {
                let (below, above) = (lower[l] - x, x - upper[l]);
                let out = if below > above { below } else { above };
                let out = if out > 0.0 { out } else { 0.0 };
                sums[l] += out * out;
            }
        }
        let smallest = &self.boxes.nodes[node].smallest;
        for l in 0..FAN {
            sums[l] *= self.size * smallest[l] / (self.size + smallest[l]) * SLACK;
        }
        sums
    }

    #[inline(always)]
    fn scan(&mut self, leaf: usize) {
        let d = self.center.len();
        let (columns, _) = self.boxes.coordinates[leaf * d * LEAF..][..d * LEAF].as_chunks::<LEAF>();
        let mut sums = [0.0; LEAF];
        for (column, &x) in columns.iter().zip(self.center) {
            for l in 0..LEAF {
                let difference = x - column[l];
                sums[l] += difference * difference;
            }
        }
        let sizes = &self.boxes.sizes[leaf * LEAF..][..LEAF];
        // A division for the few that may be near enough, not for all.
        let radius = self.nearest.radius() / SLACK;
        let mut may_be_near = [false; LEAF];
        for l in 0..LEAF {
            may_be_near[l] = sums[l] * (self.size * sizes[l]) <= radius * (self.size + sizes[l]);
        }
        if !may_be_near.contains(&true) {
            return;
        }
        for l in 0..LEAF {
            let cluster = self.boxes.clusters[leaf * LEAF + l];
            if may_be_near[l] && cluster != NONE && cluster != self.nearest.own {
                let distance = sums[l] * (self.size * sizes[l] / (self.size + sizes[l]));
                self.nearest.offer(Found { distance, cluster });
            }
        }
    }
}
