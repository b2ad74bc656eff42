//! SciPy's trees, cuts and measures of trees. `tests/golden/agglomerative.py` made the files.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use segctl_clustering_core::agglomerative::{AgglomerativeParams, Condensed, Dendrogram, Linkage, fit, fit_distances};
use segctl_numeric::distance::Metric;
use segctl_numeric::observe::Silent;
use segctl_numeric::{Labels, Matrix};
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    x: Option<Vec<Vec<f64>>>,
    metric: Option<Metric>,
    distances: Option<Vec<f64>>,
    /// Equal distances: the tree depends on the order of comparisons.
    tied: bool,
    trees: Vec<Reference>,
}

#[derive(Deserialize)]
struct Reference {
    linkage: Linkage,
    matrix: Vec<[f64; 4]>,
    cophenetic_correlation: Option<f64>,
    /// By depth: mean, standard deviation, merges, coefficient.
    inconsistent: BTreeMap<usize, Vec<[f64; 4]>>,
    cuts: Vec<Cut>,
    leaves: Vec<usize>,
    /// Of SciPy's leaf order, which is meant to be the least and at times is not.
    order_total: f64,
}

#[derive(Deserialize)]
struct Cut {
    criterion: String,
    t: f64,
    depth: usize,
    labels: Vec<i64>,
}

impl Case {
    fn matrix(&self) -> Option<Matrix> {
        self.x.as_ref().map(|x| Matrix::from_rows(x).unwrap())
    }

    fn condensed(&self) -> Condensed {
        match (self.matrix(), &self.distances) {
            (Some(x), _) => Condensed::of(x.view(), self.metric.unwrap()),
            (None, Some(distances)) => {
                let n = (1..).find(|n| n * (n - 1) / 2 == distances.len()).unwrap();
                Condensed::new(distances.clone(), n).unwrap()
            }
            (None, None) => panic!("neither rows nor distances"),
        }
    }

    fn fit(&self, linkage: Linkage) -> Dendrogram {
        match self.matrix() {
            Some(x) => fit(x.view(), &AgglomerativeParams::new(linkage).with_metric(self.metric.unwrap())).unwrap(),
            None => fit_distances(self.condensed(), linkage, &Silent).unwrap(),
        }
    }
}

fn files() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/agglomerative");
    let mut files: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn assert_close(found: f64, expected: f64, what: &str) {
    assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1e-3), "{what}: {found} for {expected}");
}

fn scipys(reference: &Reference) -> Dendrogram {
    Dendrogram::from_linkage_matrix(Matrix::from_rows(&reference.matrix).unwrap().view()).unwrap()
}

/// Heights, sizes and partitions of a tree of our own.
fn check_fit(what: &str, case: &Case, reference: &Reference) {
    let (found, expected) = (case.fit(reference.linkage), scipys(reference));
    for (found, expected) in found.merges().iter().zip(expected.merges()) {
        // Of a grid, only single linkage's heights are settled.
        if !case.tied || reference.linkage == Linkage::Single {
            assert_close(found.height, expected.height, what);
        }
    }
    if case.tied {
        return;
    }
    let n = expected.n_rows();
    assert_eq!(found.n_rows(), n, "{what}");
    for k in 1..=n {
        assert!(found.cut_k(k).unwrap().same_partition(&expected.cut_k(k).unwrap()), "{what}: {k} clusters");
    }
    assert_eq!(found.to_linkage_matrix().n_rows(), n - 1);
    for (found, expected) in found.merges().iter().zip(expected.merges()) {
        assert_eq!((found.left, found.right, found.size), (expected.left, expected.right, expected.size), "{what}");
    }
}

/// What we say of SciPy's own tree.
fn check_tree(what: &str, distances: &Condensed, reference: &Reference) {
    let tree = scipys(reference);
    assert_eq!(tree.to_linkage_matrix(), Matrix::from_rows(&reference.matrix).unwrap());
    for (&depth, expected) in &reference.inconsistent {
        for (found, [mean, std, n_merges, coefficient]) in tree.inconsistency(depth).iter().zip(expected) {
            assert_close(found.mean, *mean, what);
            assert_close(found.std, *std, what);
            assert_eq!(found.n_merges as f64, *n_merges, "{what}");
            assert_close(found.coefficient, *coefficient, what);
        }
    }
    for cut in &reference.cuts {
        let found = match cut.criterion.as_str() {
            "maxclust" if has_tied_cut(&tree, cut.t as usize) => continue,
            "maxclust" => tree.cut_k(cut.t as usize).unwrap(),
            "distance" => tree.cut_height(cut.t),
            _ => tree.cut_inconsistent(cut.t, cut.depth),
        };
        let expected = Labels::from_signed(&cut.labels).unwrap();
        assert!(found.same_partition(&expected), "{what}: {} at {}", cut.criterion, cut.t);
    }
    if let Some(expected) = reference.cophenetic_correlation {
        assert_close(tree.cophenetic_correlation(distances).unwrap(), expected, what);
    }
    assert_eq!(tree.leaves(), reference.leaves, "{what}");
    let order = tree.optimal_leaf_order(distances, None).unwrap();
    let total: f64 = order.windows(2).map(|pair| distances.get(pair[0], pair[1])).sum();
    assert!(total <= reference.order_total * (1.0 + 1e-9), "{what}: {total} for {}", reference.order_total);
}

/// SciPy never parts merges of one height: it then gives fewer clusters than asked for.
fn has_tied_cut(tree: &Dendrogram, k: usize) -> bool {
    let n = tree.n_rows();
    k > 1 && k < n && tree.merges()[n - k].height == tree.merges()[n - k - 1].height
}

#[test]
fn trees_and_what_is_said_of_them_are_scipys() {
    let files = files();
    assert!(files.len() >= 8, "golden files are missing");
    for file in files {
        let case: Case = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let distances = case.condensed();
        for reference in &case.trees {
            let what = format!("{} {}", file.file_stem().unwrap().display(), reference.linkage.name());
            check_fit(&what, &case, reference);
            check_tree(&what, &distances, reference);
        }
    }
}
