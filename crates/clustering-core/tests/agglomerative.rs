//! What must hold for agglomerative clustering whatever the data.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::ops::ControlFlow;

use proptest::prelude::*;
use segctl_clustering_core::ClusteringError;
use segctl_clustering_core::agglomerative::{
    AgglomerativeParams, Condensed, Dendrogram, Linkage, Merge, fit, fit_distances, fit_with,
};
use segctl_numeric::distance::Metric;
use segctl_numeric::observe::{Event, Observer, Silent};
use segctl_numeric::par::with_threads;
use segctl_numeric::{Matrix, MatrixView};

const LINKAGES: [Linkage; 7] = [
    Linkage::Ward,
    Linkage::Single,
    Linkage::Complete,
    Linkage::Average,
    Linkage::Weighted,
    Linkage::Centroid,
    Linkage::Median,
];

const METRICS: [Metric; 3] = [Metric::Euclidean, Metric::Manhattan, Metric::Cosine];

/// The definition: of all pairs of clusters the nearest merges, and distances follow Lance and
/// Williams' formula, squared for the linkages of centres. O(n^3).
fn oracle(x: MatrixView<'_>, linkage: Linkage, metric: Metric) -> Vec<Merge> {
    let squared = linkage.needs_euclidean();
    let n = x.n_rows();
    let mut clusters: Vec<(usize, f64)> = (0..n).map(|i| (i, 1.0)).collect();
    let between = |i: usize, j: usize| {
        let distance = metric.distance(x.row(i), x.row(j));
        if squared { distance * distance } else { distance }
    };
    let mut table: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| between(i, j)).collect()).collect();
    let mut merges = Vec::new();
    while clusters.len() > 1 {
        let pairs = (0..clusters.len()).flat_map(|i| (i + 1..clusters.len()).map(move |j| (i, j)));
        let (i, j) = pairs.min_by(|a, b| table[a.0][a.1].total_cmp(&table[b.0][b.1])).unwrap();
        let ((left, a), (right, b), within) = (clusters[i], clusters[j], table[i][j]);
        for k in 0..clusters.len() {
            let (to_a, to_b, c) = (table[k][i], table[k][j], clusters[k].1);
            let to = match linkage {
                Linkage::Single => to_a.min(to_b),
                Linkage::Complete => to_a.max(to_b),
                Linkage::Average => (a * to_a + b * to_b) / (a + b),
                Linkage::Weighted => (to_a + to_b) / 2.0,
                Linkage::Centroid => (a * to_a + b * to_b - a * b * within / (a + b)) / (a + b),
                Linkage::Median => to_a / 2.0 + to_b / 2.0 - within / 4.0,
                _ => ((a + c) * to_a + (b + c) * to_b - c * within) / (a + b + c),
            };
            (table[k][i], table[i][k]) = (to, to);
        }
        table[i][i] = 0.0;
        table.remove(j);
        for row in &mut table {
            row.remove(j);
        }
        clusters.remove(j);
        clusters[i] = (n + merges.len(), a + b);
        let height = if squared { within.sqrt() } else { within };
        merges.push(Merge { left: left.min(right), right: left.max(right), height, size: (a + b) as usize });
    }
    merges
}

fn params(linkage: Linkage, metric: Metric) -> AgglomerativeParams {
    AgglomerativeParams::new(linkage).with_metric(metric)
}

/// Values of a generator that repeats no distance.
fn untied(n: usize, d: usize, seed: u64) -> Matrix {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    // Groups of unequal spread: boxes must be both useful and wrong at times.
    let values = (0..n * d).map(|i| next() * 10f64.powi((i / d % 3) as i32) + (i / d % 5) as f64 * 7.0);
    Matrix::new(values.collect(), n, d).unwrap()
}

fn assert_same_tree(found: &Dendrogram, expected: &[Merge], what: &str) {
    assert_eq!(found.merges().len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.merges().iter().zip(expected).enumerate() {
        assert_eq!(
            (found.left, found.right, found.size),
            (expected.left, expected.right, expected.size),
            "{what}, merge {i}: {found:?}, {expected:?}"
        );
        let tolerance = 1e-9 * expected.height.max(1e-3);
        assert!((found.height - expected.height).abs() <= tolerance, "{what}, merge {i}: {found:?}, {expected:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_linkage_follows_the_oracle((n, d) in (1_usize..130, 1_usize..12), seed in any::<u64>()) {
        let x = untied(n, d, seed);
        for linkage in LINKAGES {
            for metric in METRICS {
                if (linkage.needs_euclidean() && metric != Metric::Euclidean) || (metric == Metric::Cosine && d == 1) {
                    continue;
                }
                let found = fit(x.view(), &params(linkage, metric)).unwrap();
                assert_same_tree(&found, &oracle(x.view(), linkage, metric), &format!("{linkage:?} {metric:?}"));
            }
        }
    }

    /// With ties trees may differ, heights of the reducible linkages that do not depend on the
    /// order of ties may not: single linkage's are those of any minimum spanning tree.
    #[test]
    fn ties_and_duplicates_give_a_tree(
        (n, d) in (1_usize..80, 1_usize..4),
        values in prop::collection::vec(-2_i32..3, 320),
    ) {
        let x = Matrix::new(values.into_iter().map(f64::from).take(n * d).collect(), n, d).unwrap();
        for linkage in LINKAGES {
            let found = fit(x.view(), &AgglomerativeParams::new(linkage)).unwrap();
            prop_assert!(Dendrogram::new(found.merges().to_vec()).is_ok(), "{:?}", linkage);
            if !matches!(linkage, Linkage::Centroid | Linkage::Median) {
                prop_assert!(found.merges().is_sorted_by(|a, b| a.height <= b.height), "{:?}", linkage);
            }
        }
        let single = fit(x.view(), &AgglomerativeParams::new(Linkage::Single)).unwrap();
        for (found, expected) in single.merges().iter().zip(oracle(x.view(), Linkage::Single, Metric::Euclidean)) {
            prop_assert!((found.height - expected.height).abs() < 1e-12);
        }
    }
}

#[test]
fn boxes_are_rebuilt_and_still_right() {
    let x = untied(1500, 5, 3);
    let found = fit(x.view(), &AgglomerativeParams::new(Linkage::Ward)).unwrap();
    assert_same_tree(&found, &oracle(x.view(), Linkage::Ward, Metric::Euclidean), "ward");
}

/// Enough rows for several chunks and for tables that shrink: a chain as one would write it on a blackboard.
fn blackboard_chain(x: MatrixView<'_>, linkage: Linkage) -> Vec<f64> {
    let n = x.n_rows();
    let distance = |i: usize, j: usize| Metric::Manhattan.distance(x.row(i), x.row(j));
    let mut table: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| distance(i, j)).collect()).collect();
    let (mut size, mut active, mut chain) = (vec![1.0; n], (0..n).collect::<Vec<usize>>(), Vec::new());
    let mut heights = Vec::new();
    while active.len() > 1 {
        let tip = chain.last().copied().unwrap_or(active[0]);
        let others = active.iter().copied().filter(|&other| other != tip);
        let near = others.min_by(|&a, &b| table[tip][a].total_cmp(&table[tip][b])).unwrap();
        if chain.is_empty() {
            chain.push(tip);
        }
        if chain.len() < 2 || chain[chain.len() - 2] != near {
            chain.push(near);
            continue;
        }
        chain.truncate(chain.len() - 2);
        heights.push(table[tip][near]);
        active.retain(|&other| other != tip);
        for &k in active.iter().filter(|&&k| k != near) {
            let (a, b) = (table[tip][k], table[near][k]);
            let to = match linkage {
                Linkage::Single => a.min(b),
                Linkage::Complete => a.max(b),
                Linkage::Average => (size[tip] * a + size[near] * b) / (size[tip] + size[near]),
                _ => (a + b) / 2.0,
            };
            (table[near][k], table[k][near]) = (to, to);
        }
        size[near] += size[tip];
    }
    heights.sort_by(f64::total_cmp);
    heights
}

#[test]
fn many_rows_follow_the_blackboard() {
    let x = untied(2300, 3, 11);
    for linkage in [Linkage::Single, Linkage::Complete, Linkage::Average, Linkage::Weighted] {
        let found = fit(x.view(), &params(linkage, Metric::Manhattan)).unwrap();
        let expected = blackboard_chain(x.view(), linkage);
        for (found, expected) in found.merges().iter().zip(&expected) {
            assert!((found.height - expected).abs() <= 1e-9 * expected, "{linkage:?}: {found:?} for {expected}");
        }
        let given = fit_distances(Condensed::of(x.view(), Metric::Manhattan), linkage, &Silent).unwrap();
        assert_eq!(given, found, "{linkage:?}");
    }
}

/// Rows that lie ever farther apart: a chain through all of them, then one merge at a time.
#[test]
fn a_chain_through_all_rows_is_no_trouble() {
    let x: Vec<f64> = (0..2500).rev().map(|i| f64::from(i) * f64::from(i)).collect();
    let x = MatrixView::new(&x, 2500, 1).unwrap();
    for linkage in LINKAGES {
        let tree = fit(x, &AgglomerativeParams::new(linkage)).unwrap();
        assert_eq!(tree.merges()[0].height, 1.0, "{linkage:?}");
        assert!(Dendrogram::new(tree.merges().to_vec()).is_ok());
    }
}

#[test]
fn the_largest_distances_do_not_overflow() {
    let largest = Condensed::new(vec![f64::MAX; 10], 5).unwrap();
    for linkage in [Linkage::Single, Linkage::Complete, Linkage::Average, Linkage::Weighted] {
        let tree = fit_distances(largest.clone(), linkage, &Silent).unwrap();
        assert!(tree.merges().iter().all(|merge| merge.height.is_finite()), "{linkage:?}");
        assert!(tree.optimal_leaf_order(&largest, None).is_ok());
    }
}

#[test]
fn threads_change_no_bit() {
    let x = untied(3000, 7, 5);
    for linkage in LINKAGES {
        let tree = || fit(x.view(), &AgglomerativeParams::new(linkage)).unwrap();
        let one = with_threads(1, tree);
        assert_eq!(one, with_threads(2, tree), "{linkage:?}");
        assert_eq!(one, with_threads(3, tree), "{linkage:?}");
    }
}

#[test]
fn the_order_of_rows_changes_no_height() {
    let x = untied(200, 4, 9);
    let order: Vec<usize> = (0..200).map(|i| i * 77 % 200).collect();
    let shuffled = x.view().select_rows(&order);
    for linkage in LINKAGES {
        let of = |x: MatrixView<'_>| fit(x, &AgglomerativeParams::new(linkage)).unwrap();
        let (a, b) = (of(x.view()), of(shuffled.view()));
        for (a, b) in a.merges().iter().zip(b.merges()) {
            assert!((a.height - b.height).abs() <= 1e-9 * a.height, "{linkage:?}");
        }
        let (cut, again) = (a.cut_k(7).unwrap(), b.cut_k(7).unwrap());
        let back = segctl_numeric::Labels::new(order.iter().map(|&row| cut.as_slice()[row]).collect(), 7).unwrap();
        assert!(back.same_partition(&again), "{linkage:?}");
    }
}

#[test]
fn given_distances_give_the_same_tree() {
    let x = untied(90, 3, 4);
    for linkage in [Linkage::Single, Linkage::Complete, Linkage::Average, Linkage::Weighted] {
        let distances = Condensed::of(x.view(), Metric::Manhattan);
        let found = fit_distances(distances, linkage, &Silent).unwrap();
        assert_eq!(found, fit(x.view(), &params(linkage, Metric::Manhattan)).unwrap());
    }
    let distances = Condensed::of(x.view(), Metric::Euclidean);
    let refused = fit_distances(distances, Linkage::Ward, &Silent);
    assert_eq!(refused, Err(ClusteringError::NeedsEuclidean { linkage: Linkage::Ward }));
}

#[test]
fn cuts_are_partitions_of_the_tree() {
    let x = untied(120, 3, 5);
    for linkage in [Linkage::Ward, Linkage::Average] {
        let tree = fit(x.view(), &AgglomerativeParams::new(linkage)).unwrap();
        for k in [1, 2, 7, 119, 120] {
            let labels = tree.cut_k(k).unwrap();
            assert_eq!(labels.n_clusters(), k);
            let below = tree.merges().get(120 - k).map_or(f64::INFINITY, |merge| merge.height.next_down());
            assert_eq!(tree.cut_height(below), labels);
        }
        assert_eq!(tree.cut_height(-1.0).n_clusters(), 120);
        assert_eq!(tree.cut_inconsistent(f64::INFINITY, 2).n_clusters(), 1);
    }
}

/// The height at which two rows first share a cluster, cut by cut, and SciPy's definition of
/// inconsistency by recursion.
#[test]
fn trees_are_described_as_defined() {
    let x = untied(40, 3, 8);
    let tree = fit(x.view(), &AgglomerativeParams::new(Linkage::Average)).unwrap();
    let together = tree.cophenetic();
    for (i, j) in (0..40).flat_map(|i| (i + 1..40).map(move |j| (i, j))) {
        let meets = |merge: &&Merge| {
            let labels = tree.cut_height(merge.height);
            labels.get(i) == labels.get(j)
        };
        assert_eq!(together.get(i, j), tree.merges().iter().find(meets).unwrap().height);
    }
    for depth in [1, 2, 3, 40] {
        for (merge, found) in tree.merges().iter().zip(tree.inconsistency(depth)) {
            let heights = heights(&tree, merge, depth);
            let mean = heights.iter().sum::<f64>() / heights.len() as f64;
            assert_eq!(found.n_merges, heights.len());
            assert!((found.mean - mean).abs() <= 1e-12 * mean);
            let squares: f64 = heights.iter().map(|height| (height - mean).powi(2)).sum();
            let std = if heights.len() > 1 { (squares / (heights.len() - 1) as f64).sqrt() } else { 0.0 };
            assert!((found.std - std).abs() <= 1e-9 * mean);
            let coefficient = if std > 0.0 { (merge.height - mean) / std } else { 0.0 };
            assert!((found.coefficient - coefficient).abs() <= 1e-9);
        }
    }
}

fn heights(tree: &Dendrogram, merge: &Merge, depth: usize) -> Vec<f64> {
    let below = [merge.left, merge.right].into_iter().filter_map(|side| side.checked_sub(tree.n_rows()));
    let below = below.filter(|_| depth > 1).flat_map(|side| heights(tree, &tree.merges()[side], depth - 1));
    std::iter::once(merge.height).chain(below).collect()
}

#[test]
fn a_tree_as_deep_as_it_is_long_is_no_trouble() {
    let x: Vec<f64> = (0..3000).map(|i| f64::from(i) * f64::from(i)).collect();
    let tree = fit(MatrixView::new(&x, 3000, 1).unwrap(), &AgglomerativeParams::new(Linkage::Single)).unwrap();
    assert_eq!(tree.inconsistency(usize::MAX)[2998].n_merges, 2999);
}

#[test]
fn a_centre_may_come_nearer_than_its_parts() {
    // An equilateral triangle: the middle of two corners is nearer to the third than they are.
    let x = Matrix::from_rows(&[[0.0, 0.0], [1.0, 0.0], [0.5, 0.866_025]]).unwrap();
    let tree = fit(x.view(), &AgglomerativeParams::new(Linkage::Centroid)).unwrap();
    assert!(tree.merges()[1].height < tree.merges()[0].height);
    assert_eq!(tree.cut_height(0.9).n_clusters(), 3);
}

#[test]
fn extreme_rows_are_refused_or_clustered() {
    let single = Matrix::zeros(1, 3);
    let equal = Matrix::zeros(5, 2);
    let tiny = Matrix::from_rows(&[[5e-324], [1e-323], [0.0]]).unwrap();
    let huge = Matrix::from_rows(&[[1e300], [0.0]]).unwrap();
    let missing = Matrix::from_rows(&[[f64::NAN], [0.0]]).unwrap();
    for linkage in LINKAGES {
        let of = |x: &Matrix| fit(x.view(), &AgglomerativeParams::new(linkage));
        assert_eq!(of(&single).unwrap().cut_k(1).unwrap().to_signed(), [0]);
        assert!(of(&equal).unwrap().merges().iter().all(|merge| merge.height == 0.0), "{linkage:?}");
        assert_eq!(of(&tiny).unwrap().n_rows(), 3);
        assert!(matches!(of(&huge), Err(ClusteringError::TooLarge { .. })), "{linkage:?}");
        assert!(matches!(of(&missing), Err(ClusteringError::Input(_))), "{linkage:?}");
        assert!(matches!(of(&Matrix::zeros(0, 2)), Err(ClusteringError::Input(_))), "{linkage:?}");
    }
}

#[test]
fn a_table_that_would_not_fit_is_refused_before_it_is_made() {
    let x = Matrix::zeros(100, 1);
    let limited = AgglomerativeParams::new(Linkage::Average).with_memory_limit(Some(1000));
    let error = fit(x.view(), &limited).unwrap_err();
    assert_eq!(error, ClusteringError::Memory { needed: 39_600, limit: 1000, n_rows: 100, n_fitting: 16 });
    assert!(error.hint().unwrap().starts_with("16 rows would fit"));
    let ward = AgglomerativeParams::new(Linkage::Ward).with_memory_limit(Some(1000));
    assert!(fit(x.view(), &ward).is_ok());
}

#[test]
fn trees_travel_as_json() {
    let tree = fit(untied(20, 2, 1).view(), &AgglomerativeParams::new(Linkage::Ward)).unwrap();
    let text = serde_json::to_string(&tree).unwrap();
    assert_eq!(serde_json::from_str::<Dendrogram>(&text).unwrap(), tree);
    let wrong = text.replacen("\"size\":2", "\"size\":3", 1);
    assert!(serde_json::from_str::<Dendrogram>(&wrong).is_err());
}

struct Impatient;

impl Observer for Impatient {
    fn event(&self, _: Event<'_>) -> ControlFlow<()> {
        ControlFlow::Break(())
    }
}

#[test]
fn an_observer_stops_every_linkage() {
    let x = untied(600, 2, 2);
    for linkage in LINKAGES {
        let stopped = fit_with(x.view(), &AgglomerativeParams::new(linkage), &Impatient);
        assert_eq!(stopped, Err(ClusteringError::Cancelled), "{linkage:?}");
    }
}
