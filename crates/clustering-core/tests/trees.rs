//! What trees are good for: leaf orders, their tops, linkage matrices.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::agglomerative::{AgglomerativeParams, Condensed, Dendrogram, Linkage, Merge, fit};
use segctl_numeric::distance::Metric;
use segctl_numeric::par::with_threads;
use segctl_numeric::{Labels, Matrix, MatrixView};

/// Merges of random pairs, balanced or not.
fn random_tree(n: usize, choices: &[u32]) -> Dendrogram {
    let mut clusters: Vec<(usize, usize)> = (0..n).map(|row| (row, 1)).collect();
    let merges = (0..n - 1).map(|at| {
        let mut take = |choice: u32| clusters.swap_remove(choice as usize % clusters.len());
        let (a, b) = (take(choices[2 * at]), take(choices[2 * at + 1]));
        clusters.push((n + at, a.1 + b.1));
        Merge { left: a.0.min(b.0), right: a.0.max(b.0), height: at as f64, size: a.1 + b.1 }
    });
    Dendrogram::new(merges.collect()).unwrap()
}

/// Every order that the tree allows.
fn all_orders(tree: &Dendrogram) -> Vec<Vec<usize>> {
    let mut orders: Vec<Vec<Vec<usize>>> = (0..tree.n_rows()).map(|row| vec![vec![row]]).collect();
    for merge in tree.merges() {
        let pairs = orders[merge.left].iter().flat_map(|a| orders[merge.right].iter().map(move |b| (a, b)));
        orders.push(pairs.flat_map(|(a, b)| [[&a[..], b].concat(), [&b[..], a].concat()]).collect());
    }
    orders.pop().unwrap()
}

fn total(order: &[usize], distances: &Condensed) -> f64 {
    order.windows(2).map(|pair| distances.get(pair[0], pair[1])).sum()
}

proptest! {
    #[test]
    fn no_order_of_a_tree_is_better(
        n in 1_usize..9,
        choices in prop::collection::vec(any::<u32>(), 16),
        values in prop::collection::vec(prop_oneof![0.0_f64..10.0, Just(1.0)], 36),
    ) {
        let tree = random_tree(n, &choices);
        let distances = Condensed::new(values[..n * (n - 1) / 2].to_vec(), n).unwrap();
        let found = tree.optimal_leaf_order(&distances, None).unwrap();
        let orders = all_orders(&tree);
        prop_assert!(orders.contains(&found), "{found:?} is no order of the tree");
        let least = orders.iter().map(|order| total(order, &distances)).fold(f64::INFINITY, f64::min);
        prop_assert!((total(&found, &distances) - least).abs() <= 1e-12 * least.max(1.0));
    }

    #[test]
    fn the_top_of_a_tree_is_the_tree_cut(
        n in 1_usize..30,
        p in 1_usize..40,
        choices in prop::collection::vec(any::<u32>(), 60),
    ) {
        let tree = random_tree(n, &choices);
        let top = tree.truncated(p).unwrap();
        let p = p.min(n);
        prop_assert_eq!(&top.labels, &tree.cut_k(p).unwrap());
        prop_assert_eq!(top.sizes.iter().sum::<usize>(), n);
        for k in 1..=p {
            let of_leaves = top.tree.cut_k(k).unwrap();
            let of_rows = top.labels.as_slice().iter().map(|&leaf| of_leaves.as_slice()[leaf as usize]).collect();
            prop_assert_eq!(Labels::new(of_rows, k).unwrap(), tree.cut_k(k).unwrap());
        }
        for (top, whole) in top.tree.merges().iter().zip(&tree.merges()[n - p..]) {
            prop_assert_eq!(top.height, whole.height);
        }
        let sizes: Vec<usize> = tree.merges()[n - p..].iter().map(|merge| merge.size).collect();
        prop_assert_eq!(top.merge_sizes(), sizes);
        for leaf in 0..p {
            let (size, height) = match top.nodes[leaf].checked_sub(n) {
                Some(merge) => (tree.merges()[merge].size, tree.merges()[merge].height),
                None => (1, 0.0),
            };
            prop_assert_eq!((top.sizes[leaf], top.heights[leaf]), (size, height));
        }
    }

    #[test]
    fn linkage_matrices_come_back(n in 1_usize..30, choices in prop::collection::vec(any::<u32>(), 60)) {
        let tree = random_tree(n, &choices);
        let matrix = tree.to_linkage_matrix();
        prop_assert_eq!((matrix.n_rows(), matrix.n_cols()), (n - 1, 4));
        prop_assert_eq!(Dendrogram::from_linkage_matrix(matrix.view()).unwrap(), tree);
    }
}

#[test]
fn linkage_matrices_that_are_none_are_refused() {
    let refused = |values: &[f64]| Dendrogram::from_linkage_matrix(MatrixView::new(values, 1, 4).unwrap());
    for values in [
        [0.5, 1.0, 1.0, 2.0],
        [-1.0, 1.0, 1.0, 2.0],
        [0.0, f64::NAN, 1.0, 2.0],
        [0.0, 1e300, 1.0, 2.0],
        [0.0, 0.0, 1.0, 2.0],
        [0.0, 1.0, f64::NAN, 2.0],
        [0.0, 1.0, -1.0, 2.0],
        [0.0, 1.0, 1.0, 3.0],
    ] {
        assert_eq!(refused(&values), Err(ClusteringError::Merge { row: 0 }), "{values:?}");
    }
    let wide = Dendrogram::from_linkage_matrix(Matrix::zeros(1, 5).view());
    assert!(matches!(wide, Err(ClusteringError::Input(_))));
}

#[test]
fn tables_of_an_order_are_limited() {
    let tree = random_tree(10, &[7; 18]);
    let distances = Condensed::new(vec![1.0; 45], 10).unwrap();
    let error = tree.optimal_leaf_order(&distances, Some(1799)).unwrap_err();
    assert_eq!(error, ClusteringError::OrderMemory { needed: 1800, limit: 1799, n_rows: 10, n_fitting: 9 });
    assert_eq!(error.hint().as_deref(), Some("truncate the tree to at most 9 leaves"));
    assert!(tree.optimal_leaf_order(&distances, Some(1800)).is_ok());
    let other = Condensed::new(vec![1.0], 2).unwrap();
    assert!(matches!(tree.optimal_leaf_order(&other, None), Err(ClusteringError::Input(_))));
    assert!(tree.truncated(0).is_err());
}

#[test]
fn threads_change_no_order_and_deep_trees_have_one() {
    let values: Vec<f64> = (0..600).map(|i| (f64::from(i) * 0.731).sin() * f64::from(i)).collect();
    let x = MatrixView::new(&values, 300, 2).unwrap();
    let distances = Condensed::of(x, Metric::Euclidean);
    for linkage in [Linkage::Single, Linkage::Ward] {
        let tree = fit(x, &AgglomerativeParams::new(linkage)).unwrap();
        let order = || (tree.optimal_leaf_order(&distances, None).unwrap(), tree.truncated(30).unwrap());
        let one = with_threads(1, order);
        assert_eq!(one, with_threads(2, order));
        assert_eq!(one, with_threads(3, order));
        assert!(total(&one.0, &distances) <= total(&tree.leaves(), &distances));
        let leaves = one.1.leaf_order(x, Metric::Euclidean).unwrap();
        let mut sorted = leaves.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..30), "{leaves:?}");
    }
}

#[test]
fn one_row_and_equal_rows_are_trees_too() {
    let x = Matrix::zeros(1, 2);
    let tree = fit(x.view(), &AgglomerativeParams::new(Linkage::Average)).unwrap();
    assert_eq!(tree.leaves(), [0]);
    assert_eq!((tree.cut_height(0.0).to_signed(), tree.cut_inconsistent(0.0, 2).to_signed()), (vec![0], vec![0]));
    assert!(tree.inconsistency(2).is_empty() && tree.cophenetic().as_slice().is_empty());
    let top = tree.truncated(5).unwrap();
    assert_eq!((top.sizes.as_slice(), top.leaf_order(x.view(), Metric::Euclidean).unwrap()), (&[1][..], vec![0]));
    assert_eq!(tree.optimal_leaf_order(&Condensed::new(vec![], 1).unwrap(), None).unwrap(), [0]);
    assert!(tree.cophenetic_correlation(&Condensed::new(vec![], 1).unwrap()).unwrap().is_nan());
    assert_eq!(tree.cut_k(2), Err(ClusteringError::TooFewRows { n_samples: 1, n_clusters: 2 }));

    let x = Matrix::zeros(4, 2);
    for linkage in [Linkage::Ward, Linkage::Single, Linkage::Complete, Linkage::Centroid] {
        let tree = fit(x.view(), &AgglomerativeParams::new(linkage)).unwrap();
        assert_eq!(tree.cut_height(0.0).to_signed(), [0; 4]);
        assert_eq!(tree.cut_inconsistent(0.0, 2).to_signed(), [0; 4]);
        assert_eq!(tree.cut_k(4).unwrap().to_signed(), [0, 1, 2, 3]);
        assert_eq!(tree.cut_k(3).unwrap().n_clusters(), 3);
        assert_eq!(tree.cut_height(f64::NAN).n_clusters(), 4, "no height is within NaN");
    }
}
