//! Ward's linkage in O(n) memory: mutual nearest neighbours merge, all of them in each round.
//!
//! Ward's distance is reducible: a merge of A and B is no nearer to C than the nearer of A and B
//! was (Bruynooghe 1977; Murtagh 1983). Two clusters that are each other's nearest therefore merge
//! sooner or later, whatever else does, and all such pairs may merge at once (ParChain: Yu et al.
//! 2021). A round asks for the nearest neighbour of those clusters alone whose former one is gone.
//! Centres stand in a tree of boxes, which rules out most of them.

use rayon::prelude::*;
use segctl_numeric::MatrixView;
use segctl_numeric::observe::{Event, Observer};

use super::blocks::{Blocks, Found};
use super::tree::Pair;
use crate::ClusteringError;
use crate::distinct::groups_of_equal_rows;

const NONE: u32 = u32::MAX;

/// Queries that one thread answers in turn: fewer are not worth waking another thread for.
const QUERIES: usize = 8;

/// All merges of the rows of `x`, in an order in which children come first.
///
/// Time O(n^2 d) at worst, far less where boxes rule centres out; memory O(n d).
pub(super) fn merges(x: MatrixView<'_>, observer: &dyn Observer) -> Result<Vec<Pair>, ClusteringError> {
    let (mut rounds, mut pairs) = Rounds::start(x);
    while rounds.n_active > 1 {
        rounds.ask();
        rounds.merge_mutual(&mut pairs);
        rounds.blocks.rebuild_if_sparse(&rounds.centers, &rounds.size, rounds.n_active);
        let event = Event::new("agglomerative", pairs.len() as u64).with_total(x.n_rows() as u64 - 1);
        if observer.event(event).is_break() {
            return Err(ClusteringError::Cancelled);
        }
    }
    Ok(pairs)
}

/// Clusters between two rounds; a merged one keeps the lower number of the two.
struct Rounds {
    /// Row-major, one per cluster there ever was.
    centers: Vec<f64>,
    n_features: usize,
    /// Rows in each cluster; 0 when it was merged into another one.
    size: Vec<f64>,
    /// A row of each cluster.
    row: Vec<usize>,
    height: Vec<f64>,
    nearest: Vec<u32>,
    /// Half the squared Ward distance to it.
    distance: Vec<f64>,
    /// Those whose nearest is this cluster: the first one, and after each the next one.
    first: Vec<u32>,
    next: Vec<u32>,
    /// Those without a nearest neighbour, and one cluster that may be near.
    asking: Vec<(u32, u32)>,
    blocks: Blocks,
    n_active: usize,
}

impl Rounds {
    /// Equal rows merge first, at height 0: as many nearest neighbours of one row they would make
    /// the rounds long.
    fn start(x: MatrixView<'_>) -> (Self, Vec<Pair>) {
        let groups = groups_of_equal_rows(x);
        let mut pairs = Vec::with_capacity(x.n_rows().saturating_sub(1));
        for group in &groups {
            pairs.extend(group[1..].iter().map(|&b| Pair { a: group[0], b, height: 0.0 }));
        }
        let n = groups.len();
        let row: Vec<usize> = groups.iter().map(|group| group[0]).collect();
        let size: Vec<f64> = groups.iter().map(|group| group.len() as f64).collect();
        let centers = x.select_rows(&row).into_vec();
        let rounds = Self {
            blocks: Blocks::new(&centers, &size, x.n_cols()),
            centers,
            n_features: x.n_cols(),
            size,
            row,
            height: vec![0.0; n],
            nearest: vec![NONE; n],
            distance: vec![f64::INFINITY; n],
            first: vec![NONE; n],
            next: vec![NONE; n],
            asking: (0..n as u32).map(|cluster| (cluster, NONE)).collect(),
            n_active: n,
        };
        (rounds, pairs)
    }

    /// Finds the nearest neighbour of every cluster that asks.
    fn ask(&mut self) {
        let answer = |&(cluster, near): &(u32, u32)| {
            let hint = (near != NONE && near != cluster).then(|| self.found(cluster, near));
            self.blocks.nearest(self.center(cluster), self.size[cluster as usize], cluster, hint)
        };
        let answers: Vec<Found> = self.asking.par_iter().with_min_len(QUERIES).map(answer).collect();
        for (&(cluster, _), found) in self.asking.iter().zip(answers) {
            let (c, near) = (cluster as usize, found.cluster as usize);
            (self.nearest[c], self.distance[c]) = (found.cluster, found.distance);
            (self.next[c], self.first[near]) = (self.first[near], cluster);
        }
    }

    fn found(&self, cluster: u32, other: u32) -> Found {
        let between = squared(self.center(cluster), self.center(other));
        let (a, b) = (self.size[cluster as usize], self.size[other as usize]);
        Found { distance: between * (a * b / (a + b)), cluster: other }
    }

    fn center(&self, cluster: u32) -> &[f64] {
        &self.centers[cluster as usize * self.n_features..][..self.n_features]
    }

    /// Only pairs of which one side has just asked can be new.
    fn merge_mutual(&mut self, pairs: &mut Vec<Pair>) {
        let mut mutual: Vec<(u32, u32)> = Vec::new();
        for &(a, _) in &self.asking {
            let b = self.nearest[a as usize];
            if self.nearest[b as usize] == a {
                mutual.push((a.min(b), a.max(b)));
            }
        }
        mutual.sort_unstable();
        mutual.dedup();
        self.asking.clear();
        for (a, b) in mutual {
            pairs.push(self.merge(a, b));
        }
        self.asking.sort_unstable();
        if self.asking.is_empty() {
            self.ask_all();
        }
    }

    /// Where many distances are equal but for rounding, neighbours found at different times may
    /// point in a circle; found at one time they cannot.
    fn ask_all(&mut self) {
        self.first.fill(NONE);
        self.asking = (0..self.size.len() as u32).filter(|&c| self.size[c as usize] > 0.0).map(|c| (c, NONE)).collect();
    }

    fn merge(&mut self, a: u32, b: u32) -> Pair {
        let (i, j, d) = (a as usize, b as usize, self.n_features);
        let (size_a, size_b) = (self.size[i], self.size[j]);
        let size = size_a + size_b;
        for f in 0..d {
            let (x, y) = (self.centers[i * d + f], self.centers[j * d + f]);
            self.centers[i * d + f] = (size_a * x + size_b * y) / size;
        }
        // Rounding must not put a merge below the ones that made it.
        let height = (2.0 * self.distance[i]).sqrt().max(self.height[i]).max(self.height[j]);
        (self.height[i], self.size[i], self.size[j]) = (height, size, 0.0);
        self.blocks.remove(b);
        self.blocks.update(a, &self.centers[i * d..][..d], size);
        self.asking.push((a, NONE));
        for gone in [a, b] {
            let mut asks = std::mem::replace(&mut self.first[gone as usize], NONE);
            while asks != NONE {
                if asks != a && asks != b {
                    self.asking.push((asks, a));
                }
                asks = self.next[asks as usize];
            }
        }
        self.n_active -= 1;
        Pair { a: self.row[i], b: self.row[j], height }
    }
}

/// Feature by feature, as a leaf of the boxes adds them up: the same bits, which the kernel of `numeric`
/// with its lanes would not give.
fn squared(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).fold(0.0, |sum, (a, b)| sum + (a - b) * (a - b))
}
