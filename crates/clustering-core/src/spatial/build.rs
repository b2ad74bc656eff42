//! Halves of halves, down to leaves.

use rayon::join;
use segctl_numeric::simd::LANES;

use super::tree::{BLOCK, FAN, LEAF, Node, Tree};

/// Rows whose spread is looked at to choose a feature.
const SAMPLE: usize = 256;

/// Blocks worth a task of their own.
const TASK_BLOCKS: usize = 8;

/// Fills a tree that has room for the rows to compare.
pub(super) fn build(tree: &mut Tree, rows: &[f64], n_rows: usize) {
    let Some(root) = tree.root() else { return };
    let source = Source { rows, n_features: tree.n_features };
    let mut keys: Vec<Key> = (0..n_rows as u32).map(|row| (0.0, row)).collect();
    let part = Part { rows: &mut tree.rows, columns: &mut tree.columns, fans: &mut tree.fans };
    source.node(root, &mut keys, part);
    fit_corners(tree, root);
}

/// A row, and its value in the feature that is cut.
type Key = (f64, u32);

struct Source<'a> {
    rows: &'a [f64],
    n_features: usize,
}

/// What belongs to some blocks.
struct Part<'a> {
    rows: &'a mut [u32],
    columns: &'a mut [[f64; LANES]],
    fans: &'a mut [[f64; FAN]],
}

impl Part<'_> {
    fn split(self, n_blocks: usize, n_features: usize) -> [Self; 2] {
        let rows = self.rows.split_at_mut(n_blocks * BLOCK);
        let columns = self.columns.split_at_mut(n_blocks * BLOCK / LANES * n_features);
        let fans = self.fans.split_at_mut(n_blocks * 2 * n_features);
        [
            Part { rows: rows.0, columns: columns.0, fans: fans.0 },
            Part { rows: rows.1, columns: columns.1, fans: fans.1 },
        ]
    }
}

impl Source<'_> {
    fn row(&self, row: u32) -> &[f64] {
        &self.rows[row as usize * self.n_features..][..self.n_features]
    }

    fn node(&self, node: Node, keys: &mut [Key], part: Part<'_>) {
        let Some([left, right]) = node.children() else { return self.block(keys, part) };
        let (left_keys, right_keys) = self.halves(keys, left.n_blocks * BLOCK);
        let [left_part, right_part] = part.split(left.n_blocks, self.n_features);
        let go_left = || self.node(left, left_keys, left_part);
        let go_right = || self.node(right, right_keys, right_part);
        if node.n_blocks >= TASK_BLOCKS {
            join(go_left, go_right);
        } else {
            go_left();
            go_right();
        }
    }

    fn block(&self, keys: &mut [Key], Part { rows, columns, fans }: Part<'_>) {
        let rows = rows.chunks_exact_mut(LEAF);
        let columns = columns.chunks_exact_mut(LEAF / LANES * self.n_features);
        let leaves = self.leaves(keys).into_iter().zip(rows).zip(columns);
        let (lower, upper) = fans.split_at_mut(self.n_features);
        upper.fill([f64::NEG_INFINITY; FAN]);
        for (leaf, ((keys, rows), columns)) in leaves.enumerate() {
            keys.sort_unstable_by_key(|key| key.1);
            for (at, (slot, &mut (_, row))) in rows.iter_mut().zip(keys).enumerate() {
                *slot = row;
                for (j, &value) in self.row(row).iter().enumerate() {
                    columns[at / LANES * self.n_features + j][at % LANES] = value;
                    lower[j][leaf] = lower[j][leaf].min(value);
                    upper[j][leaf] = upper[j][leaf].max(value);
                }
            }
        }
    }

    /// Cuts the rows of a block; all leaves but the last are full.
    fn leaves<'k>(&self, keys: &'k mut [Key]) -> Vec<&'k mut [Key]> {
        if keys.len() <= LEAF {
            return vec![keys];
        }
        let middle = keys.len().div_ceil(LEAF).div_ceil(2) * LEAF;
        let (left, right) = self.halves(keys, middle);
        let mut leaves = self.leaves(left);
        leaves.append(&mut self.leaves(right));
        leaves
    }

    /// Moves the `middle` rows that are lowest in the feature of widest spread to the front.
    fn halves<'k>(&self, keys: &'k mut [Key], middle: usize) -> (&'k mut [Key], &'k mut [Key]) {
        let feature = self.widest(keys);
        for (value, row) in keys.iter_mut() {
            *value = self.row(*row)[feature];
        }
        keys.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        keys.split_at_mut(middle)
    }

    /// The feature in which a sample of the rows varies most.
    fn widest(&self, keys: &[Key]) -> usize {
        let sample = || keys.iter().step_by(keys.len().div_ceil(SAMPLE)).map(|key| self.row(key.1));
        let n = sample().count() as f64;
        let mut mean = vec![0.0; self.n_features];
        for row in sample() {
            mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / n);
        }
        let mut spread = vec![0.0; self.n_features];
        for row in sample() {
            let of_row = row.iter().zip(&mean).map(|(value, mean)| (value - mean) * (value - mean));
            spread.iter_mut().zip(of_row).for_each(|(spread, of_row)| *spread += of_row);
        }
        (0..self.n_features).max_by(|&a, &b| spread[a].total_cmp(&spread[b])).unwrap_or(0)
    }
}

/// Makes the box of `node` that of its blocks.
fn fit_corners(tree: &mut Tree, node: Node) {
    let d = tree.n_features;
    let at = node.id * 2 * d;
    if let Some(children) = node.children() {
        children.into_iter().for_each(|child| fit_corners(tree, child));
        let [left, right] = children.map(|child| child.id * 2 * d);
        for j in 0..d {
            tree.corners[at + j] = tree.corners[left + j].min(tree.corners[right + j]);
            tree.corners[at + d + j] = tree.corners[left + d + j].max(tree.corners[right + d + j]);
        }
    } else {
        for j in 0..d {
            let (lower, upper) = tree.fan(node.first_block);
            let lower = lower[j].iter().copied().fold(f64::INFINITY, f64::min);
            let upper = upper[j].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (tree.corners[at + j], tree.corners[at + d + j]) = (lower, upper);
        }
    }
}
