//! Ward's tree of rows that stand for several, and of rows that are neighbours in a graph.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::agglomerative::{AgglomerativeParams, Linkage, fit, fit_graph, fit_groups};
use segctl_numeric::observe::Silent;
use segctl_numeric::{Labels, Matrix};
use serde::Deserialize;

/// Distinct rows and what they stand for.
fn groups(smallest: usize) -> impl Strategy<Value = (Matrix, Vec<usize>)> {
    (2_usize..24).prop_flat_map(move |n| {
        let rows = proptest::collection::vec((-5.0..5.0, -5.0..5.0).prop_map(|(a, b): (f64, f64)| [a, b]), n);
        let rows = rows.prop_map(|rows| Matrix::from_rows(&rows).unwrap());
        (rows, proptest::collection::vec(smallest..5_usize, n))
    })
}

fn complete(n: usize) -> Vec<(usize, usize)> {
    (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect()
}

/// The same clusters, whatever their numbers.
fn same(a: &Labels, b: &Labels) -> bool {
    let n = a.len();
    (0..n).all(|i| (0..n).all(|j| (a.get(i) == a.get(j)) == (b.get(i) == b.get(j))))
}

/// Whether every cluster hangs together.
fn connected(labels: &Labels, edges: &[(usize, usize)]) -> bool {
    let mut part: Vec<usize> = (0..labels.len()).collect();
    for _ in 0..labels.len() {
        for &(a, b) in edges.iter().filter(|&&(a, b)| labels.get(a) == labels.get(b)) {
            let least = part[a].min(part[b]);
            (part[a], part[b]) = (least, least);
        }
    }
    let mut parts = part;
    parts.sort_unstable();
    parts.dedup();
    parts.len() == labels.n_clusters()
}

proptest! {
    #[test]
    fn a_group_is_so_many_equal_rows((x, sizes) in groups(1)) {
        let copies: Vec<usize> = sizes.iter().enumerate().flat_map(|(row, &size)| vec![row; size]).collect();
        let of_copies = fit(x.view().select_rows(&copies).view(), &AgglomerativeParams::new(Linkage::Ward)).unwrap();
        let of_groups = fit_groups(x.view(), &sizes, &Silent).unwrap();
        let first: Vec<usize> = (0..sizes.len()).map(|row| copies.iter().position(|&copy| copy == row).unwrap()).collect();
        for k in 1..=x.n_rows() {
            prop_assert!(same(&of_groups.cut_k(k).unwrap(), &of_copies.cut_k(k).unwrap().select(&first)));
        }
        let tops = [&of_groups, &of_copies].map(|tree| tree.merges().last().unwrap().height);
        prop_assert!((tops[0] - tops[1]).abs() <= 1e-9 * tops[0]);
    }

    #[test]
    fn where_all_are_neighbours_the_graph_changes_nothing((x, sizes) in groups(1)) {
        let free = fit_groups(x.view(), &sizes, &Silent).unwrap();
        let joined = fit_graph(x.view(), &sizes, &complete(x.n_rows()), &Silent).unwrap();
        for k in 1..=x.n_rows() {
            prop_assert!(same(&free.cut_k(k).unwrap(), &joined.cut_k(k).unwrap()));
        }
    }

    #[test]
    fn clusters_hang_together_and_nobody_stands_alone((x, sizes) in groups(0)) {
        let n = x.n_rows();
        let ring: Vec<(usize, usize)> = (0..n).map(|i| (i, (i + 1) % n)).collect();
        let tree = fit_graph(x.view(), &sizes, &ring, &Silent).unwrap();
        let alive = sizes.iter().filter(|&&size| size > 0).count();
        for k in 1..=alive.max(1) {
            let labels = tree.cut_k(k).unwrap();
            prop_assert!(connected(&labels, &ring));
            if alive > 0 {
                let filled = |cluster| (0..n).any(|row| labels.get(row) == Some(cluster) && sizes[row] > 0);
                prop_assert!((0..k).all(filled), "a cluster of rows that stand for nobody");
            }
        }
    }
}

#[derive(Deserialize)]
struct Reference {
    x: Vec<Vec<f64>>,
    edges: Vec<(usize, usize)>,
    children: Vec<[usize; 2]>,
    heights: Vec<f64>,
}

#[test]
fn trees_on_grids_are_those_of_scikit_learn() {
    for name in ["square", "line", "one-feature"] {
        let path = format!("{}/../../tests/golden/ward_graph/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let reference: Reference = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let x = Matrix::from_rows(&reference.x).unwrap();
        let tree = fit_graph(x.view(), &vec![1; x.n_rows()], &reference.edges, &Silent).unwrap();
        for (row, merge) in tree.merges().iter().enumerate() {
            assert_eq!([merge.left, merge.right], reference.children[row], "{name}: merge {row}");
            assert!((merge.height - reference.heights[row]).abs() < 1e-10, "{name}: merge {row}");
        }
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let x = Matrix::from_rows(&[[0.0], [1.0], [f64::NAN]]).unwrap();
    let good = x.view().select_rows(&[0, 1]);
    assert!(fit_groups(x.view(), &[1, 1, 1], &Silent).is_err());
    assert!(fit_groups(good.view(), &[1], &Silent).is_err());
    assert!(fit_groups(good.view(), &[1, 0], &Silent).is_err());
    assert!(fit_graph(good.view(), &[1, 1], &[(0, 2)], &Silent).is_err());
    let apart = fit_graph(good.view(), &[1, 1], &[(0, 0)], &Silent).unwrap_err();
    assert!(matches!(apart, ClusteringError::Disconnected { n_parts: 2 }));
    assert!(apart.hint().is_some());
    let one = good.view().select_rows(&[0]);
    assert!(fit_graph(one.view(), &[0], &[], &Silent).unwrap().merges().is_empty());
    let same = Matrix::from_rows(&[[2.0], [2.0], [2.0]]).unwrap();
    assert_eq!(fit_graph(same.view(), &[0, 0, 0], &[(0, 1), (1, 2)], &Silent).unwrap().merges().len(), 2);
}
