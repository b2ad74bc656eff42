//! A minimum spanning tree by mutual reachability, by Borůvka's algorithm over a tree of boxes.
//!
//! Every component of a forest is joined to another one by the shortest edge that leaves it, until one is left. Most
//! such edges lead to one of the nearest rows, which are known: an edge no longer than the core distance of the
//! row it starts from is the shortest of that row. Where the known ones leave doubt, the tree is searched for
//! shorter ones, past boxes that lie in the component as a whole or hold no core distance small enough.
//! What a search finds of a row stays a lower bound of all its edges to come, since components only grow.
//!
//! Among edges of equal length any will do; they are taken in the order of their lengths, so that no choice is wrong.

use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::{CHUNK_ROWS, chunks, map_chunks};

use super::STAGE_TREE;
use super::hunt::{Boxes, Hunted, hunt};
use super::near::Near;
use crate::ClusteringError;
use crate::agglomerative::Pair;
use crate::spatial::{FAN, Group, LEAF, NONE, Tree};

/// Leaves searched from before components learn what was found.
const BATCH_LEAVES: usize = 256;

/// Leaves searched from by one task.
const TASK_LEAVES: usize = 2;

/// While at least one in so many components has its shortest edge for nothing, the others can wait.
const CHEAP: usize = 8;

/// Two rows by their slots, and how far apart they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Edge {
    pub(super) total: f64,
    pub(super) from: u32,
    pub(super) to: u32,
}

const NO_EDGE: Edge = Edge { total: f64::INFINITY, from: NONE, to: NONE };

/// The edges of a minimum spanning tree of the rows of `tree`, by row and distance.
pub(super) fn minimum_spanning_tree(
    tree: &Tree,
    near: &Near,
    observer: &dyn Observer,
) -> Result<Vec<Pair>, ClusteringError> {
    let mut forest = Forest::new(tree, near);
    while forest.n_components > 1 {
        forest.grow(observer)?;
    }
    let row = |slot: u32| row_of(tree, slot as usize);
    let pair = |edge: &Edge| Pair { a: row(edge.from), b: row(edge.to), height: tree.distance_of(edge.total) };
    Ok(forest.edges.iter().map(pair).collect())
}

/// The row in a slot of a tree.
pub(super) fn row_of(tree: &Tree, slot: usize) -> usize {
    tree.leaf_rows(slot / LEAF)[slot % LEAF] as usize
}

struct Forest<'a> {
    tree: &'a Tree,
    near: &'a Near,
    /// The component of each slot, `0..n_components`; [`NONE`] where there is no row.
    component: Vec<u32>,
    n_components: usize,
    /// No edge of a row to another component is shorter.
    lower: Vec<f64>,
    /// The edge that a search found to be the shortest of its row then.
    found: Vec<Edge>,
    edges: Vec<Edge>,
}

impl<'a> Forest<'a> {
    fn new(tree: &'a Tree, near: &'a Near) -> Self {
        let n_slots = near.cores.len();
        let n = tree.n_rows();
        Self {
            tree,
            near,
            component: (0..n_slots).map(|slot| if slot < n { slot as u32 } else { NONE }).collect(),
            n_components: n,
            lower: near.cores.clone(),
            found: vec![NO_EDGE; n],
            edges: Vec::with_capacity(n.saturating_sub(1)),
        }
    }

    /// Joins components by their shortest edges: those that have them for nothing, or where they are few, some others.
    fn grow(&mut self, observer: &dyn Observer) -> Result<(), ClusteringError> {
        let mut shortest = self.known();
        let mut settled = self.settled(&shortest);
        let n_settled = settled.iter().filter(|&&settled| settled).count();
        if n_settled * CHEAP < self.n_components {
            settled.iter_mut().zip(self.smaller_half()).for_each(|(settled, is_small)| *settled |= is_small);
            self.search(&mut shortest, &settled, observer)?;
        }
        self.join(&shortest, &settled);
        let total = self.tree.n_rows() as u64 - 1;
        let event = Event::new(STAGE_TREE, self.edges.len() as u64).with_total(total);
        if observer.event(event).is_break() { Err(ClusteringError::Cancelled) } else { Ok(()) }
    }

    /// The shortest known edge of each component. Raises the lower bounds of rows by what is known.
    fn known(&mut self) -> Vec<Edge> {
        let of_chunk = |rows: std::ops::Range<usize>| rows.map(|slot| self.known_of(slot)).collect::<Vec<Edge>>();
        let known = map_chunks(self.tree.n_rows(), CHUNK_ROWS, of_chunk).concat();
        let mut shortest = vec![NO_EDGE; self.n_components];
        for (slot, &edge) in known.iter().enumerate() {
            let bound = edge.total.min(self.near.beyond[slot]);
            self.lower[slot] = self.lower[slot].max(bound);
            self.offer(&mut shortest, edge);
        }
        shortest
    }

    /// The shortest known edge of a row to another component.
    fn known_of(&self, slot: usize) -> Edge {
        let own = self.component[slot];
        let is_other = |other: u32| self.component[other as usize] != own;
        let mut best = self.found[slot];
        if best.to != NONE && !is_other(best.to) {
            best = NO_EDGE;
        }
        for (total, to) in self.near.edges(slot, is_other) {
            if total < best.total {
                best = Edge { total, from: slot as u32, to };
            }
        }
        best
    }

    /// An edge is one of both components it joins.
    fn offer(&self, shortest: &mut [Edge], edge: Edge) {
        if edge.to == NONE {
            return;
        }
        for slot in [edge.from, edge.to] {
            let shortest = &mut shortest[self.component[slot as usize] as usize];
            if edge.total < shortest.total {
                *shortest = edge;
            }
        }
    }

    /// The components whose shortest known edge is shorter than any unknown one.
    fn settled(&self, shortest: &[Edge]) -> Vec<bool> {
        let mut settled: Vec<bool> = shortest.iter().map(|edge| edge.to != NONE).collect();
        for (&component, &lower) in self.component[..self.tree.n_rows()].iter().zip(&self.lower) {
            settled[component as usize] &= lower >= shortest[component as usize].total;
        }
        settled
    }

    /// The smallest components with up to half of all rows together; the smallest in any case. Searching from these
    /// alone, a row is seldom searched from again: it is in a large component then. They are half of the components at
    /// least, but for one.
    fn smaller_half(&self) -> Vec<bool> {
        let n = self.tree.n_rows();
        let mut sizes = vec![0_usize; self.n_components];
        self.component[..n].iter().for_each(|&component| sizes[component as usize] += 1);
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by_key(|&component| sizes[component]);
        let mut left = n / 2;
        let mut is_small = vec![false; sizes.len()];
        for (rank, component) in order.into_iter().enumerate() {
            if rank > 0 && sizes[component] > left {
                break;
            }
            is_small[component] = true;
            left = left.saturating_sub(sizes[component]);
        }
        is_small
    }

    /// Makes the edges of the components `wanted` the shortest there are.
    fn search(
        &mut self,
        shortest: &mut [Edge],
        wanted: &[bool],
        observer: &dyn Observer,
    ) -> Result<(), ClusteringError> {
        let boxes = Boxes::new(self.tree, &self.component, &self.near.cores);
        for leaves in chunks(self.tree.n_leaves(), BATCH_LEAVES) {
            let of_task = |task: std::ops::Range<usize>| {
                let of_leaf = |leaf: usize| self.search_leaf(leaves.start + leaf, shortest, wanted, &boxes);
                task.flat_map(of_leaf).collect::<Vec<(usize, Hunted)>>()
            };
            for (slot, hunted) in map_chunks(leaves.len(), TASK_LEAVES, of_task).into_iter().flatten() {
                self.lower[slot] = hunted.limit;
                if hunted.found != NONE {
                    let edge = Edge { total: hunted.limit, from: slot as u32, to: hunted.found };
                    self.found[slot] = edge;
                    self.offer(shortest, edge);
                }
            }
            let event = Event::new(STAGE_TREE, self.edges.len() as u64).with_total(self.tree.n_rows() as u64 - 1);
            if observer.event(event).is_break() {
                return Err(ClusteringError::Cancelled);
            }
        }
        Ok(())
    }

    /// Searches from the rows in a leaf that may have a shorter edge; by their slots.
    fn search_leaf(&self, leaf: usize, shortest: &[Edge], wanted: &[bool], boxes: &Boxes<'_>) -> Vec<(usize, Hunted)> {
        let slots = leaf * LEAF..leaf * LEAF + self.tree.leaf_rows(leaf).len();
        let limit = |slot: usize| shortest[self.component[slot] as usize].total;
        let may_have = |&slot: &usize| wanted[self.component[slot] as usize] && self.lower[slot] < limit(slot);
        let slots: Vec<usize> = slots.filter(may_have).collect();
        if slots.is_empty() {
            return Vec::new();
        }
        let places: Vec<usize> = slots.iter().map(|slot| slot % LEAF).collect();
        let group = Group::of_leaf(self.tree, leaf).select(&places);
        let row = |&slot: &usize| Hunted::new(self.component[slot], self.near.cores[slot], limit(slot));
        let rows = slots.iter().map(row).collect();
        let nodes = self.tree.around(leaf / FAN);
        slots.iter().copied().zip(hunt(self.tree, boxes, &nodes, &group, rows, false)).collect()
    }

    /// Joins the components `settled` by their edges, which are the shortest.
    fn join(&mut self, shortest: &[Edge], settled: &[bool]) {
        let mut order: Vec<u32> = (0..self.n_components as u32).filter(|&c| settled[c as usize]).collect();
        let total = |component: u32| shortest[component as usize].total;
        order.sort_unstable_by(|&a, &b| total(a).total_cmp(&total(b)).then(a.cmp(&b)));
        let mut parent: Vec<u32> = (0..self.n_components as u32).collect();
        for component in order {
            let edge = shortest[component as usize];
            let [a, b] = [edge.from, edge.to].map(|slot| root(&mut parent, self.component[slot as usize]));
            if a != b {
                parent[a.max(b) as usize] = a.min(b);
                self.edges.push(edge);
            }
        }
        self.renumber(&mut parent);
    }

    fn renumber(&mut self, parent: &mut [u32]) {
        let mut number = vec![NONE; parent.len()];
        let mut next = 0;
        for component in 0..parent.len() as u32 {
            // The root of several is their least number, which has its new one by now.
            let root = root(parent, component) as usize;
            if root == component as usize {
                number[root] = next;
                next += 1;
            }
            number[component as usize] = number[root];
        }
        let n = self.tree.n_rows();
        self.component[..n].iter_mut().for_each(|component| *component = number[*component as usize]);
        self.n_components = next as usize;
    }
}

fn root(parent: &mut [u32], mut component: u32) -> u32 {
    while parent[component as usize] != component {
        let above = parent[parent[component as usize] as usize];
        parent[component as usize] = above;
        component = above;
    }
    component
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::distance::Metric;
    use segctl_numeric::observe::Silent;
    use segctl_numeric::par::with_threads;
    use segctl_numeric::{Matrix, MatrixView};

    use super::*;
    use crate::hdbscan::brute;

    fn by_tree(x: MatrixView<'_>, metric: Metric, min_samples: usize) -> (Vec<f64>, Vec<Pair>) {
        crate::hdbscan::spanning_tree(x, metric, min_samples, &Silent).unwrap()
    }

    /// The tree's edges are some that span, and as long as those of any minimum spanning tree.
    fn check(x: MatrixView<'_>, metric: Metric, min_samples: usize) {
        let n = x.n_rows();
        let (cores, pairs) = by_tree(x, metric, min_samples);
        assert_eq!(cores, brute::core_distances(x, metric, min_samples, &Silent).unwrap());
        let expected = brute::minimum_spanning_tree(x, metric, &cores, &Silent).unwrap();
        let lengths = |pairs: &[Pair]| {
            let mut lengths: Vec<f64> = pairs.iter().map(|pair| pair.height).collect();
            lengths.sort_by(f64::total_cmp);
            lengths
        };
        assert_eq!(lengths(&pairs), lengths(&expected), "{metric:?}, {n} rows, {min_samples}");
        let mut parent: Vec<u32> = (0..n as u32).collect();
        for Pair { a, b, height } in pairs {
            let distance = metric.distance(x.row(a), x.row(b));
            assert_eq!(height, distance.max(cores[a]).max(cores[b]));
            let [a, b] = [a, b].map(|row| root(&mut parent, row as u32));
            assert_ne!(a, b);
            parent[a as usize] = b;
        }
    }

    const METRICS: [Metric; 4] = [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn edges_are_as_long_as_those_of_all_pairs(
            (n, d) in (1_usize..900, 1_usize..6),
            values in prop::collection::vec(-1.0_f64..1.0, 4500),
            min_samples in prop::sample::select(vec![1_usize, 2, 3, 5, 9, 20, 80]),
            metric in prop::sample::select(METRICS.to_vec()),
        ) {
            let values = values[..n * d].iter().map(|value| value * value.abs()).collect();
            check(Matrix::new(values, n, d).unwrap().view(), metric, min_samples.min(n));
        }

        #[test]
        fn ties_are_no_trouble(
            (n, d) in (1_usize..900, 1_usize..4),
            values in prop::collection::vec(-3_i32..4, 2700),
            min_samples in prop::sample::select(vec![1_usize, 2, 4, 8, 70]),
            metric in prop::sample::select(METRICS.to_vec()),
        ) {
            let values = values[..n * d].iter().map(|&value| f64::from(value)).collect();
            check(Matrix::new(values, n, d).unwrap().view(), metric, min_samples.min(n));
        }
    }

    #[test]
    fn threads_change_nothing() {
        let values: Vec<f64> = (0..24_000).map(|i| (f64::from(i) * 0.37).sin() * f64::from(i % 11)).collect();
        let x = Matrix::new(values, 8000, 3).unwrap();
        let one = with_threads(1, || by_tree(x.view(), Metric::Euclidean, 6));
        for threads in [2, 3] {
            assert_eq!(one, with_threads(threads, || by_tree(x.view(), Metric::Euclidean, 6)));
        }
    }
}
