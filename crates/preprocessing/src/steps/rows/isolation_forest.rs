use std::collections::BTreeSet;

use rand::RngExt;
use rayon::prelude::*;
use segctl_numeric::MatrixView;
use segctl_numeric::seed::Seed;
use serde::{Deserialize, Serialize};

use super::tree::IsolationTree;

/// Trees in a forest, and rows that each is grown on at most: the paper's defaults and scikit-learn's.
const N_TREES: u64 = 100;
const MAX_SAMPLE: usize = 256;

/// Rows that random splits soon set apart (Liu, Ting and Zhou 2008, "Isolation Forest").
///
/// 100 trees, each grown on up to 256 rows drawn without replacement, to depth `ceil(log2(rows))`. The
/// score of a row is `2^(-E[h] / c)`: h the length of its paths, c their average over the rows of a tree.
/// Scores near 1 are outliers', scores of 0.5 and less are not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IsolationForest {
    /// Rows each tree was grown on.
    pub n_sampled: usize,
    /// Rows that score more are outliers.
    pub limit: f64,
    /// The trees.
    pub trees: Vec<IsolationTree>,
}

impl IsolationForest {
    /// From columns of equal length without missing values.
    pub(super) fn fit(columns: &[&[f64]], limit: f64, seed: Seed) -> Self {
        let n_rows = columns.first().map_or(0, |column| column.len());
        let n_sampled = n_rows.min(MAX_SAMPLE);
        let grow = |tree: u64| {
            let mut rng = seed.stream("isolation forest", tree, 0);
            let sample = draw_rows(n_rows, n_sampled, &mut rng);
            IsolationTree::grow(columns, sample, rng)
        };
        Self { n_sampled, limit, trees: (0..N_TREES).into_par_iter().map(grow).collect() }
    }

    /// The score of a row, one value per column; between 0 and 1.
    ///
    /// ```
    /// use segctl_preprocessing::steps::{IsolationForest, IsolationTree, Node};
    /// let tree = IsolationTree { nodes: vec![Node::Split(0, 5.0, 2), Node::Leaf(2), Node::Leaf(1)] };
    /// let forest = IsolationForest { n_sampled: 3, limit: 0.5, trees: vec![tree] };
    /// assert!(forest.score(&[6.0]) > 0.5 && forest.score(&[4.0]) < 0.5);
    /// ```
    ///
    /// # Panics
    /// Where the row has fewer values than the splits of the trees ask for.
    pub fn score(&self, row: &[f64]) -> f64 {
        let average = average_path_length(self.n_sampled);
        self.score_of(self.trees.iter().map(|tree| tree.path_length(row) - average).sum())
    }

    /// From the sum of how much longer its paths are than the average: rows that are all alike have exactly
    /// 0 there, and score exactly 0.5.
    fn score_of(&self, excess: f64) -> f64 {
        let average = average_path_length(self.n_sampled) * self.trees.len() as f64;
        libm::exp2(if average > 0.0 { -1.0 - excess / average } else { -1.0 })
    }

    /// Whether each row is an outlier. Tree by tree, which stays in the cache while all rows pass.
    pub(super) fn judge(&self, rows: MatrixView<'_>) -> Vec<bool> {
        let average = average_path_length(self.n_sampled);
        let mut excesses = vec![0.0; rows.n_rows()];
        for tree in &self.trees {
            let lengths = tree.path_lengths();
            excesses.iter_mut().zip(rows.rows()).for_each(|(excess, row)| *excess += lengths[tree.leaf(row)] - average);
        }
        excesses.into_iter().map(|excess| self.score_of(excess) > self.limit).collect()
    }

    pub(super) fn is_sound(&self, d: usize) -> bool {
        self.trees.iter().all(|tree| tree.is_sound(d))
    }
}

/// The average length of the paths that isolate one of `n` rows: that of an unsuccessful search in a
/// binary search tree, `2 (ln(n - 1) + 0.5772) - 2 (n - 1) / n` (Liu, Ting and Zhou 2008, equation 1).
///
/// ```
/// use segctl_preprocessing::steps::average_path_length;
/// assert_eq!([0, 1, 2].map(average_path_length), [0.0, 0.0, 1.0]);
/// assert!((average_path_length(256) - 10.2447709).abs() < 1e-7);
/// ```
pub fn average_path_length(n: usize) -> f64 {
    const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;
    match n {
        0 | 1 => 0.0,
        2 => 1.0,
        _ => {
            let n = n as f64;
            2.0 * (libm::log(n - 1.0) + EULER_GAMMA) - 2.0 * (n - 1.0) / n
        }
    }
}

/// `n` of the rows, each set as likely as any other (Floyd: Bentley and Floyd 1987), ascending.
fn draw_rows(n_rows: usize, n: usize, rng: &mut impl RngExt) -> Vec<usize> {
    let mut drawn = BTreeSet::new();
    for last in n_rows - n..n_rows {
        let row = rng.random_range(0..=last as u64) as usize;
        if !drawn.insert(row) {
            drawn.insert(last);
        }
    }
    drawn.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::tree::Node;
    use super::*;

    /// By the definition: the rows that take the same side as `row` at every split.
    fn oracle(tree: &IsolationTree, at: usize, row: &[f64], depth: usize) -> f64 {
        match tree.nodes[at] {
            Node::Leaf(n) => depth as f64 + average_path_length(n as usize),
            Node::Split(j, threshold, right) => {
                let next = if row[j as usize] > threshold { right as usize } else { at + 1 };
                oracle(tree, next, row, depth + 1)
            }
        }
    }

    /// The sizes that a tree's leaves say they have are those of the rows that reach them.
    fn check_leaves(tree: &IsolationTree, at: usize, columns: &[&[f64]], rows: &[usize], depth: usize) {
        match tree.nodes[at] {
            Node::Leaf(n) => {
                assert_eq!(n as usize, rows.len());
                let alike = || columns.iter().all(|column| rows.iter().all(|&row| column[row] == column[rows[0]]));
                assert!(rows.len() == 1 || depth == 6 || alike(), "{} rows could be split", rows.len());
            }
            Node::Split(j, threshold, right) => {
                let low = |&row: &usize| columns[j as usize][row] <= threshold;
                let (left, beyond): (Vec<usize>, Vec<usize>) = rows.iter().copied().partition(low);
                assert!(!left.is_empty() && !beyond.is_empty(), "a split leaves rows on either side");
                check_leaves(tree, at + 1, columns, &left, depth + 1);
                check_leaves(tree, right as usize, columns, &beyond, depth + 1);
            }
        }
    }

    proptest! {
        #[test]
        fn trees_isolate_the_rows_they_were_grown_on(seed in 0..500_u64, step in 1..9_u32) {
            let a: Vec<f64> = (0..50_u32).map(|i| f64::from(i * i * step % 23)).collect();
            let b: Vec<f64> = (0..50_u32).map(|i| libm::sin(f64::from(i * step))).collect();
            let columns = [a.as_slice(), &b, &[7.0; 50]];
            let forest = IsolationForest::fit(&columns, 0.5, Seed(seed));
            prop_assert_eq!(forest.n_sampled, 50);
            let all: Vec<usize> = (0..50).collect();
            for tree in &forest.trees[..5] {
                prop_assert!(tree.is_sound(3));
                check_leaves(tree, 0, &columns, &all, 0);
                for i in 0..50 {
                    let row = [a[i], b[i], 7.0];
                    prop_assert_eq!(tree.path_length(&row), oracle(tree, 0, &row, 0));
                }
            }
        }

        #[test]
        fn rows_are_drawn_once(n_rows in 1..400_usize, share in 0.0..1.0_f64, seed in any::<u64>()) {
            let n = (n_rows as f64 * share) as usize;
            let drawn = draw_rows(n_rows, n, &mut Seed(seed).stream("test", 0, 0));
            prop_assert_eq!(drawn.len(), n);
            prop_assert!(drawn.iter().all(|&row| row < n_rows));
        }
    }

    #[test]
    fn rows_that_are_all_alike_are_no_outliers() {
        for column in [vec![3.0; 300], vec![1.0]] {
            let forest = IsolationForest::fit(&[&column], 0.5, Seed(0));
            assert_eq!(forest.score(&[column[0]]), 0.5);
            assert_eq!(forest.judge(MatrixView::new(&column, column.len(), 1).unwrap()), vec![false; column.len()]);
        }
    }

    #[test]
    fn a_forged_tree_is_seen() {
        let split = Node::Split(0, 1.0, 2);
        let sound = |nodes: &[Node]| IsolationTree { nodes: nodes.to_vec() }.is_sound(1);
        assert!(sound(&[split, Node::Leaf(1), Node::Leaf(1)]));
        assert!(!sound(&[]) && !sound(&[split]) && !sound(&[split, Node::Leaf(1)]));
        assert!(!sound(&[Node::Split(0, 1.0, 0), Node::Leaf(1)]), "a loop");
        assert!(!sound(&[Node::Split(1, 1.0, 2), Node::Leaf(1), Node::Leaf(1)]), "no such column");
    }
}
