//! Rows found by their place: exact searches for what is near.
//!
//! [`Tree`] holds the rows in leaves that lie side by side in memory, with a box around each; searches
//! compare a leaf of rows with boxes and leaves by the same fixed-lane code that [`Metric`] has, so that they
//! find what comparing all pairs would, to the bit. In few dimensions little is looked at; in many
//! it comes down to comparing all pairs block by block.

mod bounds;
mod build;
mod form;
mod nearest;
mod space;
mod tree;
mod walk;

use segctl_numeric::MatrixView;
use segctl_numeric::distance::Metric;

pub(crate) use bounds::{near, within};
pub(crate) use form::{Form, Largest, Magnitudes, Squares};
#[cfg(test)]
use nearest::Found;
pub(crate) use space::Kind;
pub(crate) use tree::{FAN, LEAF, NONE, Node, Tree, with_form};
pub(crate) use walk::{Group, Search};

/// The distance of each row of `x` (n x d) to its `k`-th nearest row, itself included: 0 for `k` = 1. `k`
/// should be in 1..=n. The same bits as sorting the metric's distances gives (cosine distances: nearly).
pub(crate) fn k_distances(x: MatrixView<'_>, k: usize, metric: Metric) -> Vec<f64> {
    let tree = Tree::new(x, metric);
    tree.nearest_of_all(k, |found| tree.distance_of(found[k - 1].total))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::Matrix;
    use segctl_numeric::par::with_threads;

    use super::*;

    const METRICS: [Metric; 5] =
        [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Chebyshev, Metric::Cosine];

    fn brute(x: MatrixView<'_>, from: &[f64], metric: Metric) -> Vec<(f64, u32)> {
        let mut all: Vec<_> = x.rows().zip(0..).map(|(row, i)| (metric.distance(from, row), i)).collect();
        all.sort_by(|a, b| a.partial_cmp(b).unwrap());
        all
    }

    fn grid(values: &[i32], n: usize, d: usize) -> Matrix {
        Matrix::new(values[..n * d].iter().map(|&value| f64::from(value)).collect(), n, d).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn nearest_rows_are_those_of_all_pairs(
            (n, d) in (1_usize..700, 1_usize..12),
            values in prop::collection::vec(-6_i32..7, 8400),
            k in 1_usize..40,
        ) {
            let (x, k) = (grid(&values, n, d), k.min(n));
            for metric in &METRICS[..4] {
                let tree = Tree::new(x.view(), *metric);
                let pairs = |found: &[Found]| found.iter().map(|f| (tree.distance_of(f.total), f.row)).collect::<Vec<_>>();
                let found = tree.nearest_of_all(k, pairs);
                let again = tree.nearest_of(x.as_slice(), k, pairs);
                for (i, (found, again)) in found.iter().zip(&again).enumerate() {
                    let expected = &brute(x.view(), x.row(i), *metric)[..k];
                    prop_assert_eq!(found, expected, "{:?}, row {}", metric, i);
                    prop_assert_eq!(again, expected, "{:?}, row {}", metric, i);
                }
            }
        }

        #[test]
        fn k_distances_are_those_of_sorted_rows(
            (n, d) in (1_usize..300, 1_usize..20),
            values in prop::collection::vec(-1.0_f64..1.0, 6000),
            k in 1_usize..20,
        ) {
            let (x, k) = (Matrix::new(values[..n * d].to_vec(), n, d).unwrap(), k.min(n));
            for metric in METRICS {
                let found = k_distances(x.view(), k, metric);
                for (i, &found) in found.iter().enumerate() {
                    let expected = brute(x.view(), x.row(i), metric)[k - 1].0;
                    let slack = if metric == Metric::Cosine { 1e-15 } else { 0.0 };
                    prop_assert!((found - expected).abs() <= slack, "{:?}: {} for {}", metric, found, expected);
                }
            }
        }
    }

    #[test]
    fn boxes_hold_their_rows_and_every_row_is_once_in_the_tree() {
        for n in [0, 1, 31, 32, 33, 255, 256, 257, 1000, 5000] {
            let values: Vec<f64> = (0..3 * n).map(|i| (i * 7919 % 1013) as f64).collect();
            let x = Matrix::new(values, n, 3).unwrap();
            let tree = Tree::new(x.view(), Metric::Euclidean);
            let mut rows: Vec<u32> = (0..tree.n_leaves()).flat_map(|leaf| tree.leaf_rows(leaf).to_vec()).collect();
            rows.sort_unstable();
            assert!(rows.into_iter().eq(0..n as u32));
            let mut nodes: Vec<Node> = tree.root().into_iter().collect();
            while let Some(node) = nodes.pop() {
                let (lower, upper) = tree.corners(node);
                let rows = node.blocks().flat_map(|b| b * FAN..(b + 1) * FAN).filter(|&leaf| leaf < tree.n_leaves());
                for row in rows.flat_map(|leaf| tree.leaf_rows(leaf)).map(|&row| x.row(row as usize)) {
                    assert!((0..3).all(|j| lower[j] <= row[j] && row[j] <= upper[j]));
                }
                nodes.extend(node.children().into_iter().flatten());
            }
        }
    }

    #[test]
    fn threads_change_nothing() {
        let values: Vec<f64> = (0..12_000).map(|i| f64::from(i * 31 % 1009)).collect();
        let x = Matrix::new(values, 4000, 3).unwrap();
        let run = || (Tree::new(x.view(), Metric::Euclidean), k_distances(x.view(), 5, Metric::Euclidean));
        let one = with_threads(1, run);
        assert_eq!(one, with_threads(2, run));
        assert_eq!(one, with_threads(3, run));
    }
}
