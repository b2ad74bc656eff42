//! Centres in a tree of boxes: those nearest by Ward's distance without looking at all.

use segctl_numeric::simd::LANES;

/// Centres in a leaf, side by side.
pub(super) const LEAF: usize = 4 * LANES;

/// Children of a node, side by side: their bounds are computed together.
pub(super) const FAN: usize = LANES;

/// Marks the number of a leaf among the children of a node.
pub(super) const LEAF_BIT: u32 = 1 << 31;

pub(super) const NONE: u32 = u32::MAX;

/// The centres of clusters of a size above 0.
pub(super) struct Boxes {
    pub(super) n_features: usize,
    /// Leaf by leaf, feature by feature, `LEAF` centres side by side; infinite where there is none.
    pub(super) coordinates: Vec<f64>,
    /// Leaf by leaf; 1 where there is no centre.
    pub(super) sizes: Vec<f64>,
    pub(super) clusters: Vec<u32>,
    /// Slot of each cluster.
    pub(super) slot: Vec<u32>,
    /// Where the box of each leaf stands.
    place: Vec<Place>,
    /// Children after parents.
    pub(super) nodes: Vec<Node>,
    /// Node by node: lower corners of the children feature by feature, then upper ones.
    pub(super) corners: Vec<f64>,
    /// Leaves that a change may have left in too wide or too narrow a box.
    stale: Vec<u32>,
    n_built: usize,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) children: [u32; FAN],
    /// The size of each child's smallest cluster; 1 where there is none.
    pub(super) smallest: [f64; FAN],
    place: Place,
    is_stale: bool,
}

/// One of the children of a node.
#[derive(Debug, Clone, Copy)]
struct Place {
    node: u32,
    lane: usize,
}

impl Boxes {
    pub(super) fn new(centers: &[f64], sizes: &[f64], n_features: usize) -> Self {
        let mut members: Vec<u32> = (0..sizes.len() as u32).filter(|&c| sizes[c as usize] > 0.0).collect();
        let mut boxes = Self {
            n_features,
            coordinates: Vec::new(),
            sizes: Vec::new(),
            clusters: Vec::new(),
            slot: vec![NONE; sizes.len()],
            place: Vec::new(),
            nodes: Vec::new(),
            corners: Vec::new(),
            stale: Vec::new(),
            n_built: members.len(),
        };
        boxes.build_node(&mut members, &Source { centers, sizes, n_features }, Place { node: NONE, lane: 0 });
        boxes.tighten();
        boxes
    }

    /// Starts again when a good part of the places are empty.
    pub(super) fn rebuild_if_sparse(&mut self, centers: &[f64], sizes: &[f64], n_active: usize) {
        if 2 * n_active < self.n_built {
            *self = Self::new(centers, sizes, self.n_features);
        }
    }

    fn build_node(&mut self, members: &mut [u32], source: &Source<'_>, place: Place) -> u32 {
        let node = self.nodes.len() as u32;
        self.nodes.push(Node { children: [NONE; FAN], smallest: [1.0; FAN], place, is_stale: true });
        let d = self.n_features;
        self.corners.resize(self.corners.len() + d * FAN, f64::INFINITY);
        self.corners.resize(self.corners.len() + d * FAN, f64::NEG_INFINITY);
        for (lane, part) in source.parts(members, FAN).into_iter().enumerate() {
            let place = Place { node, lane };
            let child = match part.len() <= LEAF {
                true => self.build_leaf(part, source, place) | LEAF_BIT,
                false => self.build_node(part, source, place),
            };
            self.nodes[node as usize].children[lane] = child;
        }
        node
    }

    fn build_leaf(&mut self, members: &mut [u32], source: &Source<'_>, place: Place) -> u32 {
        members.sort_unstable();
        let leaf = self.place.len();
        self.place.push(place);
        self.stale.push(leaf as u32);
        self.coordinates.resize((leaf + 1) * LEAF * self.n_features, f64::INFINITY);
        self.sizes.resize((leaf + 1) * LEAF, 1.0);
        self.clusters.resize((leaf + 1) * LEAF, NONE);
        for (lane, &cluster) in members.iter().enumerate() {
            let slot = leaf * LEAF + lane;
            self.slot[cluster as usize] = slot as u32;
            self.set(slot, source.center(cluster).iter().copied());
            (self.sizes[slot], self.clusters[slot]) = (source.sizes[cluster as usize], cluster);
        }
        leaf as u32
    }

    fn set(&mut self, slot: usize, center: impl Iterator<Item = f64>) {
        let (leaf, lane) = (slot / LEAF, slot % LEAF);
        let columns = self.coordinates[leaf * self.n_features * LEAF..].chunks_exact_mut(LEAF);
        columns.zip(center).for_each(|(column, value)| column[lane] = value);
    }

    /// Takes a cluster out. Boxes stay as wide as they were until [`tighten`](Self::tighten).
    pub(super) fn remove(&mut self, cluster: u32) {
        let slot = self.slot[cluster as usize] as usize;
        self.set(slot, std::iter::repeat_n(f64::INFINITY, self.n_features));
        (self.sizes[slot], self.clusters[slot]) = (1.0, NONE);
        self.stale.push((slot / LEAF) as u32);
    }

    /// Moves a cluster to another centre; [`tighten`](Self::tighten) before the next search.
    pub(super) fn update(&mut self, cluster: u32, center: &[f64], size: f64) {
        let slot = self.slot[cluster as usize] as usize;
        self.set(slot, center.iter().copied());
        self.sizes[slot] = size;
        self.stale.push((slot / LEAF) as u32);
    }

    /// Fits the boxes to what is in them now.
    pub(super) fn tighten(&mut self) {
        let mut stale = std::mem::take(&mut self.stale);
        stale.sort_unstable();
        stale.dedup();
        stale.iter().for_each(|&leaf| self.fit_leaf(leaf as usize));
        for node in (0..self.nodes.len()).rev() {
            if std::mem::take(&mut self.nodes[node].is_stale) && self.nodes[node].place.node != NONE {
                self.fit_node(node);
            }
        }
    }

    fn fit_leaf(&mut self, leaf: usize) {
        let (d, place) = (self.n_features, self.place[leaf]);
        let clusters = &self.clusters[leaf * LEAF..][..LEAF];
        let sizes = clusters.iter().zip(&self.sizes[leaf * LEAF..]).filter(|&(&cluster, _)| cluster != NONE);
        let smallest = sizes.map(|(_, &size)| size).fold(f64::INFINITY, f64::min);
        for f in 0..d {
            let values = &self.coordinates[(leaf * d + f) * LEAF..][..LEAF];
            let lower = values.iter().copied().fold(f64::INFINITY, f64::min);
            // Where there is no centre, the coordinates are infinite.
            let below = values.iter().map(|&value| if value == f64::INFINITY { f64::NEG_INFINITY } else { value });
            self.set_corner(place, f, lower, below.fold(f64::NEG_INFINITY, f64::max));
        }
        self.set_smallest(place, smallest);
    }

    fn fit_node(&mut self, node: usize) {
        let (d, Node { children, smallest, place, .. }) = (self.n_features, self.nodes[node]);
        for f in 0..d {
            let lower = &self.corners[(2 * node * d + f) * FAN..][..FAN];
            let upper = &self.corners[((2 * node + 1) * d + f) * FAN..][..FAN];
            let lower = lower.iter().copied().fold(f64::INFINITY, f64::min);
            let upper = upper.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            self.set_corner(place, f, lower, upper);
        }
        let sizes = children.iter().zip(smallest).filter(|&(&child, _)| child != NONE).map(|(_, size)| size);
        self.set_smallest(place, sizes.fold(f64::INFINITY, f64::min));
    }

    fn set_corner(&mut self, place: Place, f: usize, lower: f64, upper: f64) {
        let (d, node) = (self.n_features, place.node as usize);
        self.corners[(2 * node * d + f) * FAN + place.lane] = lower;
        self.corners[((2 * node + 1) * d + f) * FAN + place.lane] = upper;
    }

    fn set_smallest(&mut self, place: Place, smallest: f64) {
        let node = &mut self.nodes[place.node as usize];
        node.smallest[place.lane] = if smallest.is_finite() { smallest } else { 1.0 };
        node.is_stale = true;
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

    /// Up to `n_parts` parts, by halves again and again; all leaves but the last are full.
    fn parts<'m>(&self, members: &'m mut [u32], n_parts: usize) -> Vec<&'m mut [u32]> {
        let n_leaves = members.len().div_ceil(LEAF);
        if n_parts < 2 || n_leaves < 2 {
            return vec![members];
        }
        let half = n_leaves.div_ceil(2) * LEAF;
        let feature = self.widest(members);
        let value = |cluster: &u32| self.center(*cluster)[feature];
        members.select_nth_unstable_by(half, |a, b| value(a).total_cmp(&value(b)).then(a.cmp(b)));
        let (left, right) = members.split_at_mut(half);
        let mut parts = self.parts(left, n_parts / 2);
        parts.extend(self.parts(right, n_parts / 2));
        parts
    }

    /// The feature in which the members vary most.
    fn widest(&self, members: &[u32]) -> usize {
        let n = members.len() as f64;
        let mut mean = vec![0.0; self.n_features];
        for &cluster in members {
            mean.iter_mut().zip(self.center(cluster)).for_each(|(mean, value)| *mean += value / n);
        }
        let mut spread = vec![0.0; self.n_features];
        for &cluster in members {
            let center = self.center(cluster).iter().zip(&mean);
            spread
                .iter_mut()
                .zip(center)
                .for_each(|(spread, (value, mean))| *spread += (value - mean) * (value - mean));
        }
        (0..self.n_features).max_by(|&a, &b| spread[a].total_cmp(&spread[b])).unwrap_or(0)
    }
}
