//! Ward's linkage in O(n) memory: mutual nearest neighbours merge, all of them in each round.
//!
//! Ward's distance is reducible: a merge of A and B is no nearer to C than the nearer of A and B
//! was (Bruynooghe 1977; Murtagh 1983). Two clusters that are each other's nearest therefore merge
//! sooner or later, whatever else does, and all such pairs may merge at once (ParChain: Yu et al.
//! 2021). For the same reason what a search found stays good: each cluster keeps its few nearest
//! neighbours and a bound below which there is no other one; as long as one of them, or what it has become,
//! is nearer than that bound, it is the nearest of all. The others wait by their bounds, as in Müllner's
//! generic algorithm (2011), and search only when nothing else is left to merge.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rayon::prelude::*;
use segctl_numeric::MatrixView;
use segctl_numeric::observe::{Event, Observer};

use super::boxes::{Boxes, NONE};
use super::near::{Found, Nearest, SLACK};
use super::tree::Pair;
use crate::ClusteringError;
use crate::distinct::groups_of_equal_rows;

/// Searches that one thread makes in turn: fewer are not worth waking another thread for.
const SEARCHES: usize = 8;

/// Clusters that one thread settles in turn.
const SETTLED: usize = 256;

/// The fewest clusters that search at a time, and one in how many of those that wait.
const SEARCHING: (usize, usize) = (64, 4);

/// All merges of the rows of `x`, in an order in which children come first; row `i` stands for `size(i)` rows, at
/// least one.
///
/// Time O(n^2 d) at worst, far less where boxes rule centres out; memory O(n d).
pub(super) fn merges(
    x: MatrixView<'_>,
    size: impl Fn(usize) -> usize,
    observer: &dyn Observer,
) -> Result<Vec<Pair>, ClusteringError> {
    let (mut rounds, mut pairs) = Rounds::start(x, size);
    while rounds.n_active > 1 {
        rounds.settle();
        let mut mutual = rounds.mutual();
        if mutual.is_empty() {
            rounds.search();
            mutual = rounds.mutual();
        }
        for (a, b) in mutual {
            pairs.push(rounds.merge(a, b));
        }
        rounds.boxes.rebuild_if_sparse(&rounds.centers, &rounds.size, rounds.n_active);
        let event = Event::new("agglomerative", pairs.len() as u64).with_total(x.n_rows() as u64 - 1);
        if observer.event(event).is_break() {
            return Err(ClusteringError::Cancelled);
        }
    }
    Ok(pairs)
}

/// Clusters between two rounds; a merged one keeps the number of the larger of the two.
struct Rounds {
    /// Row-major, one per cluster there ever was.
    centers: Vec<f64>,
    n_features: usize,
    /// Rows in each cluster; 0 when it was merged into another one.
    size: Vec<f64>,
    /// The cluster it was merged into, or itself.
    into: Vec<u32>,
    /// A row of each cluster.
    row: Vec<usize>,
    height: Vec<f64>,
    /// The nearest clusters when last looked at.
    near: Vec<Nearest>,
    /// No cluster but those is nearer.
    beyond: Vec<f64>,
    /// The nearest one, while it is known, and half the squared Ward distance to it.
    nearest: Vec<Found>,
    /// Those whose nearest is this cluster: the first one, and after each the next one.
    first: Vec<u32>,
    next: Vec<u32>,
    /// Those that are new or whose nearest is gone.
    unsettled: Vec<u32>,
    /// Those whose nearest has been found since the last merges.
    settled: Vec<u32>,
    /// Those that must search, by the bits of `beyond`, which ascend with it.
    waiting: BinaryHeap<Reverse<(u64, u32)>>,
    boxes: Boxes,
    n_active: usize,
}

impl Rounds {
    /// Equal rows merge first, at height 0: as many nearest neighbours of one row they would make
    /// the rounds long.
    fn start(x: MatrixView<'_>, size: impl Fn(usize) -> usize) -> (Self, Vec<Pair>) {
        let groups = groups_of_equal_rows(x);
        let mut pairs = Vec::with_capacity(x.n_rows().saturating_sub(1));
        for group in &groups {
            pairs.extend(group[1..].iter().map(|&b| Pair { a: group[0], b, height: 0.0 }));
        }
        let n = groups.len();
        let row: Vec<usize> = groups.iter().map(|group| group[0]).collect();
        let size_of = |group: &Vec<usize>| group.iter().map(|&row| size(row) as f64).sum();
        let size: Vec<f64> = groups.iter().map(size_of).collect();
        let centers = x.select_rows(&row).into_vec();
        let rounds = Self {
            boxes: Boxes::new(&centers, &size, x.n_cols()),
            centers,
            n_features: x.n_cols(),
            size,
            into: (0..n as u32).collect(),
            row,
            height: vec![0.0; n],
            near: (0..n as u32).map(Nearest::none).collect(),
            beyond: vec![0.0; n],
            nearest: vec![Found { distance: f64::INFINITY, cluster: NONE }; n],
            first: vec![NONE; n],
            next: vec![NONE; n],
            unsettled: Vec::new(),
            settled: Vec::new(),
            waiting: (0..n as u32).map(|cluster| Reverse((0, cluster))).collect(),
            n_active: n,
        };
        (rounds, pairs)
    }

    /// Takes the nearest of those remembered where that is certain; the others wait.
    fn settle(&mut self) {
        let unsettled = std::mem::take(&mut self.unsettled);
        let refresh = |&cluster: &u32| self.refreshed(cluster);
        let near: Vec<Nearest> = unsettled.par_iter().with_min_len(SETTLED).map(refresh).collect();
        for (&cluster, near) in unsettled.iter().zip(near) {
            let beyond = self.beyond[cluster as usize];
            self.near[cluster as usize] = near;
            match near.first().distance < beyond * SLACK {
                true => self.set_nearest(cluster, near.first()),
                false => self.waiting.push(Reverse((beyond.to_bits(), cluster))),
            }
        }
    }

    /// The clusters remembered, or what they have become, by their distances of now.
    fn refreshed(&self, cluster: u32) -> Nearest {
        let mut near = Nearest::none(cluster);
        for other in self.near[cluster as usize].found() {
            near.offer(self.found(cluster, self.root(other.cluster)));
        }
        near
    }

    /// Has those search whose bounds are lowest: of all pairs the nearest is among them, or known.
    fn search(&mut self) {
        self.boxes.tighten();
        let searching = self.next_to_search();
        let search = |&cluster: &u32| {
            self.boxes.search(self.center(cluster), self.size[cluster as usize], self.refreshed(cluster))
        };
        let near: Vec<Nearest> = searching.par_iter().with_min_len(SEARCHES).map(search).collect();
        for (&cluster, near) in searching.iter().zip(near) {
            (self.near[cluster as usize], self.beyond[cluster as usize]) = (near, near.radius());
            self.set_nearest(cluster, near.first());
        }
    }

    fn next_to_search(&mut self) -> Vec<u32> {
        if self.waiting.is_empty() {
            self.forget();
        }
        let wanted = SEARCHING.0.max(self.waiting.len() / SEARCHING.1);
        let mut searching = Vec::new();
        let mut last = 0;
        while let Some(&Reverse((bound, cluster))) = self.waiting.peek() {
            if searching.len() >= wanted && bound != last {
                break;
            }
            last = bound;
            searching.push(cluster);
            self.waiting.pop();
        }
        // Those of one leaf look into much the same leaves.
        searching.sort_unstable_by_key(|&cluster| self.boxes.slot[cluster as usize]);
        searching
    }

    /// Where many distances are equal but for rounding, neighbours found at different times may
    /// point in a circle; found at one time they cannot.
    fn forget(&mut self) {
        self.first.fill(NONE);
        let active = (0..self.size.len() as u32).filter(|&cluster| self.size[cluster as usize] > 0.0);
        self.waiting = active.map(|cluster| Reverse((0, cluster))).collect();
    }

    fn set_nearest(&mut self, cluster: u32, found: Found) {
        let near = found.cluster as usize;
        self.nearest[cluster as usize] = found;
        (self.next[cluster as usize], self.first[near]) = (self.first[near], cluster);
        self.settled.push(cluster);
    }

    fn found(&self, cluster: u32, other: u32) -> Found {
        let between = squared(self.center(cluster), self.center(other));
        let (a, b) = (self.size[cluster as usize], self.size[other as usize]);
        Found { distance: between * (a * b / (a + b)), cluster: other }
    }

    fn center(&self, cluster: u32) -> &[f64] {
        &self.centers[cluster as usize * self.n_features..][..self.n_features]
    }

    /// What the cluster has become; few steps, since the larger of two keeps its number.
    fn root(&self, mut cluster: u32) -> u32 {
        while self.into[cluster as usize] != cluster {
            cluster = self.into[cluster as usize];
        }
        cluster
    }

    /// Only pairs of which one side has just been settled can be new.
    fn mutual(&mut self) -> Vec<(u32, u32)> {
        let mut mutual: Vec<(u32, u32)> = Vec::new();
        for a in self.settled.drain(..) {
            let b = self.nearest[a as usize].cluster;
            if self.nearest[b as usize].cluster == a {
                mutual.push((a.min(b), a.max(b)));
            }
        }
        mutual.sort_unstable();
        mutual.dedup();
        mutual
    }

    fn merge(&mut self, a: u32, b: u32) -> Pair {
        let (a, b) = if self.size[a as usize] < self.size[b as usize] { (b, a) } else { (a, b) };
        let (i, j, d) = (a as usize, b as usize, self.n_features);
        let (size_a, size_b) = (self.size[i], self.size[j]);
        let size = size_a + size_b;
        // Rounding must not put a merge below the ones that made it.
        let height = (2.0 * self.nearest[i].distance).sqrt().max(self.height[i]).max(self.height[j]);
        let beyond = self.bound_of_merge(i, j);
        for f in 0..d {
            let (x, y) = (self.centers[i * d + f], self.centers[j * d + f]);
            self.centers[i * d + f] = (size_a * x + size_b * y) / size;
        }
        (self.height[i], self.size[i], self.size[j], self.into[j]) = (height, size, 0.0, a);
        self.boxes.remove(b);
        self.boxes.update(a, &self.centers[i * d..][..d], size);
        self.inherit(a, b, beyond);
        self.unsettle(a, b);
        self.n_active -= 1;
        Pair { a: self.row[i], b: self.row[j], height }
    }

    /// No cluster that neither side remembers is nearer to the merge of both. By Lance and Williams' formula for a
    /// cluster of size s, which lies between its values for s = 1 and without end.
    fn bound_of_merge(&self, i: usize, j: usize) -> f64 {
        let (a, b, within) = (self.size[i], self.size[j], self.nearest[i].distance);
        let (to_a, to_b) = (self.beyond[i], self.beyond[j]);
        let of_one = ((a + 1.0) * to_a + (b + 1.0) * to_b - within) / (a + b + 1.0);
        of_one.min(to_a + to_b - within) * SLACK
    }

    /// Remembers for the merge at `a` what both sides did.
    fn inherit(&mut self, a: u32, b: u32, mut beyond: f64) {
        let mut near = Nearest::none(a);
        let (of_a, of_b) = (self.near[a as usize], self.near[b as usize]);
        for other in of_a.found().chain(of_b.found()) {
            let other = self.root(other.cluster);
            if other != a {
                let found = self.found(a, other);
                if near.offer(found) {
                    beyond = beyond.min(near.radius());
                }
            }
        }
        (self.near[a as usize], self.beyond[a as usize]) = (near, beyond);
    }

    /// The merge at `a` and all whose nearest was one of its sides have none.
    fn unsettle(&mut self, a: u32, b: u32) {
        let mut unsettled = vec![a];
        for gone in [a, b] {
            let mut other = std::mem::replace(&mut self.first[gone as usize], NONE);
            while other != NONE {
                if other != a && other != b {
                    unsettled.push(other);
                }
                other = self.next[other as usize];
            }
        }
        for cluster in unsettled {
            self.nearest[cluster as usize].cluster = NONE;
            self.unsettled.push(cluster);
        }
    }
}

/// Feature by feature, as a leaf of the boxes adds them up: the same bits, which the kernel of `numeric`
/// with its lanes would not give.
fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
}
