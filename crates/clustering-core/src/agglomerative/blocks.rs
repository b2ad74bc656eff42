//! Centres in a balanced tree of boxes: the nearest one by Ward's distance without looking at all.

use segctl_numeric::simd::{Kernel, LANES, dispatch};

/// Centres in a leaf: four accumulators of eight lanes.
const BLOCK: usize = 4 * LANES;

/// Boxes on the way down a balanced tree of u32 leaves, and one more.
const DEPTH: usize = 48;

/// Bounds are lowered by some roundings, so that they stay below what they bound.
const SLACK: f64 = 1.0 - 1e-14;

const NONE: u32 = u32::MAX;

/// The nearest cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    /// `|a||b| / (|a| + |b|) * |c_a - c_b|^2`
    pub(super) distance: f64,
    pub(super) cluster: u32,
}

pub(super) struct Blocks {
    n_features: usize,
    /// Feature by feature, `BLOCK` centres side by side; infinite where there is none.
    coordinates: Vec<f64>,
    sizes: Vec<f64>,
    clusters: Vec<u32>,
    /// Slot of each cluster.
    slot: Vec<u32>,
    /// Node of each leaf.
    leaf_node: Vec<u32>,
    /// In depth-first order: the left child follows its parent.
    nodes: Vec<Node>,
    /// Lower and upper corner of each node.
    boxes: Vec<f64>,
    n_built: usize,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    parent: u32,
    /// `NONE` for a leaf.
    right: u32,
    leaf: u32,
    /// The size of its smallest cluster.
    smallest: f64,
}

impl Blocks {
    /// The clusters of a size above 0.
    pub(super) fn new(centers: &[f64], sizes: &[f64], n_features: usize) -> Self {
        let mut members: Vec<u32> = (0..sizes.len() as u32).filter(|&c| sizes[c as usize] > 0.0).collect();
        let mut blocks = Self {
            n_features,
            coordinates: Vec::new(),
            sizes: Vec::new(),
            clusters: Vec::new(),
            slot: vec![NONE; sizes.len()],
            leaf_node: Vec::new(),
            nodes: Vec::new(),
            boxes: Vec::new(),
            n_built: members.len(),
        };
        blocks.build(&mut members, &Source { centers, sizes, n_features }, NONE);
        blocks
    }

    /// Starts again when half of the places are empty.
    pub(super) fn rebuild_if_sparse(&mut self, centers: &[f64], sizes: &[f64], n_active: usize) {
        if 2 * n_active < self.n_built {
            *self = Self::new(centers, sizes, self.n_features);
        }
    }

    fn build(&mut self, members: &mut [u32], source: &Source<'_>, parent: u32) {
        let node = self.nodes.len() as u32;
        let smallest = members.iter().map(|&c| source.sizes[c as usize]).fold(f64::INFINITY, f64::min);
        self.nodes.push(Node { parent, right: NONE, leaf: NONE, smallest });
        let (lower, upper) = source.corners(members);
        self.boxes.extend(lower.iter().chain(&upper));
        if members.len() <= BLOCK {
            return self.fill_leaf(members, source, node);
        }
        let widest = (0..self.n_features).max_by(|&a, &b| (upper[a] - lower[a]).total_cmp(&(upper[b] - lower[b])));
        let widest = widest.unwrap_or(0);
        // Leaves are full but for one on each level.
        let half = members.len().div_ceil(2).next_multiple_of(BLOCK).min(members.len() - 1);
        let by_widest =
            |a: &u32, b: &u32| source.center(*a)[widest].total_cmp(&source.center(*b)[widest]).then(a.cmp(b));
        members.select_nth_unstable_by(half, by_widest);
        let (left, right) = members.split_at_mut(half);
        self.build(left, source, node);
        self.nodes[node as usize].right = self.nodes.len() as u32;
        self.build(right, source, node);
    }

    fn fill_leaf(&mut self, members: &mut [u32], source: &Source<'_>, node: u32) {
        members.sort_unstable();
        let leaf = self.leaf_node.len();
        self.leaf_node.push(node);
        self.nodes[node as usize].leaf = leaf as u32;
        self.coordinates.resize((leaf + 1) * BLOCK * self.n_features, f64::INFINITY);
        self.sizes.resize((leaf + 1) * BLOCK, 1.0);
        self.clusters.resize((leaf + 1) * BLOCK, NONE);
        for (lane, &cluster) in members.iter().enumerate() {
            self.slot[cluster as usize] = (leaf * BLOCK + lane) as u32;
            self.set(cluster, cluster, source.center(cluster), source.sizes[cluster as usize]);
        }
    }

    /// Takes a cluster out.
    pub(super) fn remove(&mut self, cluster: u32) {
        let gone = vec![f64::INFINITY; self.n_features];
        self.set(cluster, NONE, &gone, 1.0);
        self.tighten(cluster);
    }

    /// Moves a cluster to another centre.
    pub(super) fn update(&mut self, cluster: u32, center: &[f64], size: f64) {
        self.set(cluster, cluster, center, size);
        self.tighten(cluster);
    }

    /// Writes to the slot of `place`.
    fn set(&mut self, place: u32, cluster: u32, center: &[f64], size: f64) {
        let slot = self.slot[place as usize] as usize;
        let (leaf, lane) = (slot / BLOCK, slot % BLOCK);
        for (f, &value) in center.iter().enumerate() {
            self.coordinates[(leaf * self.n_features + f) * BLOCK + lane] = value;
        }
        (self.sizes[slot], self.clusters[slot]) = (size, cluster);
    }

    /// Fits the boxes around the leaf of `cluster` to what is in them.
    fn tighten(&mut self, cluster: u32) {
        let leaf = self.slot[cluster as usize] as usize / BLOCK;
        let mut node = self.leaf_node[leaf] as usize;
        self.fit_leaf(leaf, node);
        while self.nodes[node].parent != NONE {
            node = self.nodes[node].parent as usize;
            self.fit_parent(node);
        }
    }

    fn fit_leaf(&mut self, leaf: usize, node: usize) {
        let d = self.n_features;
        let used = |lane: &usize| self.clusters[leaf * BLOCK + lane] != NONE;
        let lanes: Vec<usize> = (0..BLOCK).filter(used).collect();
        let corners = &mut self.boxes[node * 2 * d..][..2 * d];
        for f in 0..d {
            let values = &self.coordinates[(leaf * d + f) * BLOCK..][..BLOCK];
            corners[f] = lanes.iter().map(|&lane| values[lane]).fold(f64::INFINITY, f64::min);
            corners[d + f] = lanes.iter().map(|&lane| values[lane]).fold(f64::NEG_INFINITY, f64::max);
        }
        self.nodes[node].smallest =
            lanes.iter().map(|&lane| self.sizes[leaf * BLOCK + lane]).fold(f64::INFINITY, f64::min);
    }

    fn fit_parent(&mut self, node: usize) {
        let d = self.n_features;
        let (left, right) = (node + 1, self.nodes[node].right as usize);
        for f in 0..d {
            self.boxes[node * 2 * d + f] = self.boxes[left * 2 * d + f].min(self.boxes[right * 2 * d + f]);
            self.boxes[node * 2 * d + d + f] = self.boxes[left * 2 * d + d + f].max(self.boxes[right * 2 * d + d + f]);
        }
        self.nodes[node].smallest = self.nodes[left].smallest.min(self.nodes[right].smallest);
    }

    /// The cluster nearest to `cluster`, which has `center` and `size`; among equals the one whose
    /// pair of numbers comes first. There must be another one.
    pub(super) fn nearest(&self, center: &[f64], size: f64, cluster: u32, hint: Option<Found>) -> Found {
        dispatch(Query { blocks: self, center, size, cluster, best: hint })
    }
}

struct Source<'a> {
    centers: &'a [f64],
    sizes: &'a [f64],
    n_features: usize,
}

impl Source<'_> {
    fn center(&self, cluster: u32) -> &[f64] {
        &self.centers[cluster as usize * self.n_features..][..self.n_features]
    }

    fn corners(&self, members: &[u32]) -> (Vec<f64>, Vec<f64>) {
        let mut lower = vec![f64::INFINITY; self.n_features];
        let mut upper = vec![f64::NEG_INFINITY; self.n_features];
        for &cluster in members {
            for (f, &value) in self.center(cluster).iter().enumerate() {
                (lower[f], upper[f]) = (lower[f].min(value), upper[f].max(value));
            }
        }
        (lower, upper)
    }
}

struct Query<'a> {
    blocks: &'a Blocks,
    center: &'a [f64],
    size: f64,
    cluster: u32,
    best: Option<Found>,
}

impl Kernel for Query<'_> {
    type Output = Found;

    #[inline(always)]
    fn run(mut self) -> Found {
        let own = self.blocks.slot[self.cluster as usize] / BLOCK as u32;
        let mut best = self.best.take().unwrap_or(Found { distance: f64::INFINITY, cluster: NONE });
        self.scan(own as usize, &mut best);
        let mut waiting = [(0_u32, 0.0); DEPTH];
        let mut n_waiting = 1;
        while n_waiting > 0 {
            n_waiting -= 1;
            let (node, bound) = waiting[n_waiting];
            if bound > best.distance {
                continue;
            }
            let Node { right, leaf, .. } = self.blocks.nodes[node as usize];
            if leaf != NONE {
                if leaf != own {
                    self.scan(leaf as usize, &mut best);
                }
                continue;
            }
            let (left_bound, right_bound) = (self.bound(node + 1), self.bound(right));
            let (near, far) = match left_bound <= right_bound {
                true => ((node + 1, left_bound), (right, right_bound)),
                false => ((right, right_bound), (node + 1, left_bound)),
            };
            waiting[n_waiting] = far;
            waiting[n_waiting + 1] = near;
            n_waiting += 2;
        }
        best
    }
}

impl Query<'_> {
    /// No cluster in the box is nearer; infinite for an empty one.
    #[inline(always)]
    fn bound(&self, node: u32) -> f64 {
        let d = self.center.len();
        let corners = &self.blocks.boxes[node as usize * 2 * d..][..2 * d];
        let (lower, upper) = corners.split_at(d);
        let mut lanes = [0.0; LANES];
        let mut f = 0;
        while f + LANES <= d {
            for l in 0..LANES {
                let out = outside(self.center[f + l], lower[f + l], upper[f + l]);
                lanes[l] += out * out;
            }
            f += LANES;
        }
        let mut sum = lanes.iter().sum::<f64>();
        while f < d {
            let out = outside(self.center[f], lower[f], upper[f]);
            sum += out * out;
            f += 1;
        }
        let smallest = self.blocks.nodes[node as usize].smallest;
        match smallest.is_infinite() {
            true => f64::INFINITY,
            false => sum * (self.size * smallest / (self.size + smallest)) * SLACK,
        }
    }

    #[inline(always)]
    fn scan(&self, leaf: usize, best: &mut Found) {
        let d = self.center.len();
        let (columns, _) = self.blocks.coordinates[leaf * d * BLOCK..][..d * BLOCK].as_chunks::<BLOCK>();
        let mut sums = [0.0; BLOCK];
        for (column, &x) in columns.iter().zip(self.center) {
            for l in 0..BLOCK {
                let difference = x - column[l];
                sums[l] += difference * difference;
            }
        }
        let sizes = &self.blocks.sizes[leaf * BLOCK..][..BLOCK];
        for l in 0..BLOCK {
            sums[l] *= self.size * sizes[l] / (self.size + sizes[l]);
        }
        let clusters = &self.blocks.clusters[leaf * BLOCK..][..BLOCK];
        for (&distance, &cluster) in sums.iter().zip(clusters) {
            if distance <= best.distance {
                self.take(distance, cluster, best);
            }
        }
    }

    #[inline(always)]
    fn take(&self, distance: f64, cluster: u32, best: &mut Found) {
        if cluster == self.cluster || cluster == NONE {
            return;
        }
        let pair = |other: u32| (self.cluster.min(other), self.cluster.max(other));
        if distance < best.distance || best.cluster == NONE || pair(cluster) < pair(best.cluster) {
            *best = Found { distance, cluster };
        }
    }
}

/// How far `x` lies outside `lower..=upper`.
#[inline(always)]
fn outside(x: f64, lower: f64, upper: f64) -> f64 {
    let (below, above) = (lower - x, x - upper);
    let out = if below > above { below } else { above };
    if out > 0.0 { out } else { 0.0 }
}
