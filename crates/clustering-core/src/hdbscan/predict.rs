//! The neighbours of new rows, by a tree of boxes around the training rows.

use segctl_numeric::distance::Metric;
use segctl_numeric::par::map_chunks;
use segctl_numeric::{Labels, MatrixView};

use super::boruvka::row_of;
use super::hunt::{Boxes, Hunted, hunt};
use super::near::core_distances;
use crate::spatial::{FAN, Group, LEAF, NONE, Node, Tree};

/// The training rows and what is known of them.
#[derive(Clone, Copy)]
pub(super) struct Neighbours<'a> {
    /// m x d
    pub(super) rows: MatrixView<'a>,
    pub(super) metric: Metric,
    pub(super) min_samples: usize,
    pub(super) core_distances: &'a [f64],
    pub(super) labels: &'a Labels,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Found {
    pub(super) label: u32,
    pub(super) probability: f64,
    /// The distance by mutual reachability to the nearest row of its cluster; for noise that of `second`.
    pub(super) distance: f64,
    /// The nearest of the other clusters.
    pub(super) second: u32,
    pub(super) second_distance: f64,
}

/// What label and which probability a row (by number) has that meets a training row at a distance.
pub(super) type Join<'a> = dyn Fn(usize, usize, f64) -> (u32, f64) + Sync + 'a;

impl Neighbours<'_> {
    /// One answer per row of `x`. Time O(n d log m) in few features, O(n m d) at worst.
    pub(super) fn find(self, x: MatrixView<'_>, join: &Join<'_>) -> Vec<Found> {
        if self.metric == Metric::Cosine {
            return self.find_brute(x, join);
        }
        let known = Known::new(self);
        let (present, label) = (known.by_slot(|_| 0), known.by_slot(|row| self.labels.as_slice()[row]));
        let all = Boxes::new(&known.tree, &present, &known.cores);
        let clusters = Boxes::new(&known.tree, &label, &known.cores);
        let of_leaf = |rows: &[u32], group: &Group| {
            let cores = known.core_distances(group);
            let met = known.nearest(&all, group, &cores, |_| NONE);
            let joined: Vec<(u32, f64)> = rows
                .iter()
                .zip(&met)
                .map(|(&row, met)| join(row as usize, known.row(met.found), known.distance(met)))
                .collect();
            // The rows of the cluster joined are left out, and those of none.
            let others = known.nearest(&clusters, group, &cores, |at| joined[at].0);
            let answer = |at: usize| {
                let (label, probability) = joined[at];
                let (second, second_distance) = match others[at].found {
                    NONE => (Labels::NOISE, f64::INFINITY),
                    slot => (clusters.component(slot as usize), known.distance(&others[at])),
                };
                let distance = if label == Labels::NOISE { second_distance } else { known.distance(&met[at]) };
                Found { label, probability, distance, second, second_distance }
            };
            (0..rows.len()).map(answer).collect()
        };
        by_leaf(x, self.metric, of_leaf)
    }

    /// The distance by mutual reachability of each row of `x` to the cluster it has in `labels`. Time as that of
    /// [`find`](Self::find), and O(m) for each cluster.
    pub(super) fn distances_to(self, x: MatrixView<'_>, labels: &Labels) -> Vec<f64> {
        if self.metric == Metric::Cosine {
            return self.distances_to_brute(x, labels);
        }
        let known = Known::new(self);
        let mut members = vec![Vec::new(); labels.n_clusters()];
        (0..x.n_rows()).filter_map(|row| labels.get(row).map(|c| (c, row))).for_each(|(c, row)| members[c].push(row));
        let mut distances = vec![f64::NAN; x.n_rows()];
        for (cluster, members) in members.iter().enumerate().filter(|(_, members)| !members.is_empty()) {
            let is_in = |row: usize| if self.labels.get(row) == Some(cluster) { 0 } else { NONE };
            let present = known.by_slot(is_in);
            let boxes = Boxes::new(&known.tree, &present, &known.cores);
            let of_leaf = |_: &[u32], group: &Group| {
                let met = known.nearest(&boxes, group, &known.core_distances(group), |_| NONE);
                met.iter().map(|met| known.distance(met)).collect()
            };
            let found: Vec<f64> = by_leaf(x.select_rows(members).view(), self.metric, of_leaf);
            members.iter().zip(found).for_each(|(&row, distance)| distances[row] = distance);
        }
        distances
    }
}

/// The training rows in a tree.
struct Known {
    tree: Tree,
    root: Vec<Node>,
    min_samples: usize,
    /// The core distance of each slot, as a total; 0 where there is no row, which no search finds.
    cores: Vec<f64>,
}

impl Known {
    fn new(neighbours: Neighbours<'_>) -> Self {
        let tree = Tree::new(neighbours.rows, neighbours.metric);
        let cores = tree.in_slots(neighbours.core_distances).into_iter().map(|core| tree.total_of(core)).collect();
        Self { root: tree.root().into_iter().collect(), min_samples: neighbours.min_samples, cores, tree }
    }

    fn n_slots(&self) -> usize {
        self.tree.n_blocks() * FAN * LEAF
    }

    /// Values of the training rows by their slots; [`NONE`] where there is no row.
    fn by_slot(&self, of: impl Fn(usize) -> u32) -> Vec<u32> {
        let mut values: Vec<u32> = (0..self.tree.n_rows()).map(|slot| of(row_of(&self.tree, slot))).collect();
        values.resize(self.n_slots(), NONE);
        values
    }

    fn row(&self, slot: u32) -> usize {
        row_of(&self.tree, slot as usize)
    }

    /// As totals; the roots of those of training rows, which models keep, do not give totals back, so that what counts
    /// is the largest total of the same distance.
    fn core_distances(&self, group: &Group) -> Vec<f64> {
        let total = |core: f64| self.tree.total_of(self.tree.distance_of(core));
        core_distances(&self.tree, group, self.min_samples).into_iter().map(total).collect()
    }

    /// For each row of a group the nearest that is not of its own component.
    fn nearest(&self, boxes: &Boxes<'_>, group: &Group, cores: &[f64], own: impl Fn(usize) -> u32) -> Vec<Hunted> {
        let rows = cores.iter().enumerate().map(|(at, &core)| Hunted::new(own(at), core, f64::MAX)).collect();
        hunt(&self.tree, boxes, &self.root, group, rows, true)
    }

    fn distance(&self, hunted: &Hunted) -> f64 {
        self.tree.distance_of(hunted.limit)
    }
}

/// Answers leaf by leaf of a tree of the rows of `x`, so that neighbours share searches; in the order of the rows.
fn by_leaf<T: Send + Clone>(
    x: MatrixView<'_>,
    metric: Metric,
    of_leaf: impl Fn(&[u32], &Group) -> Vec<T> + Sync,
) -> Vec<T> {
    let tree = Tree::new(x, metric);
    let answers = map_chunks(tree.n_leaves(), 1, |leaves| {
        let of_leaf = |leaf: usize| of_leaf(tree.leaf_rows(leaf), &Group::of_leaf(&tree, leaf));
        leaves.flat_map(of_leaf).collect::<Vec<T>>()
    });
    let mut by_row: Vec<Option<T>> = vec![None; x.n_rows()];
    for (slot, answer) in answers.into_iter().flatten().enumerate() {
        by_row[row_of(&tree, slot)] = Some(answer);
    }
    by_row.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::Matrix;

    use super::*;
    use crate::hdbscan::{HdbscanParams, fit};
    use crate::model::Predict;

    const METRICS: [Metric; 4] = [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]

        #[test]
        fn the_tree_finds_what_all_pairs_show(
            (n, d) in (20_usize..500, 1_usize..4),
            values in prop::collection::vec(-8_i32..9, 2400),
            grain in prop::sample::select(vec![1.0, 0.125]),
            min_samples in 1_usize..12,
            metric in prop::sample::select(METRICS.to_vec()),
        ) {
            let values: Vec<f64> = values.iter().map(|&v| f64::from(v * v * v) * grain).collect();
            let x = Matrix::new(values[..n * d].to_vec(), n, d).unwrap();
            let params = HdbscanParams::new(5).with_min_samples(min_samples).with_metric(metric);
            let model = fit(x.view(), &params).unwrap().model;
            let new = Matrix::new(values[1500..1500 + 200 * d].iter().map(|v| v * 0.75).collect(), 200, d).unwrap();
            let join = |row: usize, neighbour: usize, distance: f64| {
                let label = model.neighbours().labels.as_slice()[neighbour];
                // Whatever is joined: every third row is noise here.
                if row.is_multiple_of(3) { (Labels::NOISE, neighbour as f64) } else { (label, distance) }
            };
            let neighbours = model.neighbours();
            let found = neighbours.find(new.view(), &join);
            let brute = neighbours.find_brute(new.view(), &join);
            for (found, brute) in found.iter().zip(&brute) {
                // Of clusters equally near either may be named.
                prop_assert_eq!((found.label, found.probability), (brute.label, brute.probability));
                prop_assert_eq!((found.distance, found.second_distance), (brute.distance, brute.second_distance));
            }
            let k = model.n_clusters();
            let ids = (0..200).map(|row| if k == 0 { Labels::NOISE } else { row % k as u32 });
            let labels = Labels::new(ids.collect(), k).unwrap();
            let (found, brute) =
                (neighbours.distances_to(new.view(), &labels), neighbours.distances_to_brute(new.view(), &labels));
            prop_assert!(found.iter().zip(&brute).all(|(a, b)| a.to_bits() == b.to_bits()));
        }
    }
}
