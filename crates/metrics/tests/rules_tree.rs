//! The tree beside an exhaustive search for every split, and what must not change it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use segctl_metrics::rules::{ClassWeights, DecisionTree, Node, Split, TreeParams};
use segctl_numeric::par::with_threads;
use segctl_numeric::{Labels, Matrix, MatrixView};

const N: usize = 40;
const D: usize = 3;

/// Few values, many ties, some gaps.
fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![6 => (-4_i32..5).prop_map(f64::from), 1 => Just(f64::NAN)], N * D)
}

fn signed() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(-1_i64..4, N).prop_filter("a row that is no noise", |labels| labels.iter().any(|&l| l >= 0))
}

fn matrix(values: Vec<f64>) -> Matrix {
    Matrix::new(values, N, D).unwrap()
}

/// A split as the definition has it: feature, threshold (infinite: present or missing), missing values to the left.
type Question = (usize, f64, bool);

fn goes_left(value: f64, (_, threshold, missing_left): Question) -> bool {
    if value.is_nan() { missing_left } else { value <= threshold }
}

/// The sum over both sides of `sum_c w_c^2 / w`, as an exact fraction for whole weights.
fn score(x: MatrixView<'_>, labels: &Labels, rows: &[usize], weights: &[i128], question: Question) -> (i128, i128) {
    let side = |left: bool| {
        let rows = rows.iter().filter(|&&row| goes_left(x.row(row)[question.0], question) == left);
        let mut of_class = vec![0; weights.len()];
        rows.for_each(|&row| of_class[labels.get(row).unwrap()] += weights[labels.get(row).unwrap()]);
        (of_class.iter().map(|w| w * w).sum::<i128>(), of_class.iter().sum::<i128>())
    };
    let ((a, b), (c, d)) = (side(true), side(false));
    (a * d + c * b, b * d)
}

/// The best question of a node by exhaustion, in the order in which ties are decided.
fn exhaustive(x: MatrixView<'_>, labels: &Labels, rows: &[usize], weights: &[i128], min: usize) -> Option<Question> {
    let mut best: Option<(Question, (i128, i128))> = None;
    for feature in 0..x.n_cols() {
        let mut present: Vec<f64> = rows.iter().map(|&row| x.row(row)[feature]).filter(|v| !v.is_nan()).collect();
        present.sort_by(f64::total_cmp);
        present.dedup();
        let halfway = present.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0);
        let has_gaps = rows.iter().any(|&row| x.row(row)[feature].is_nan());
        for threshold in halfway.chain(has_gaps.then_some(f64::INFINITY)) {
            let both: &[bool] = if has_gaps && threshold.is_finite() { &[false, true] } else { &[false] };
            for &missing_left in both {
                let question = (feature, threshold, missing_left);
                let n_left = rows.iter().filter(|&&row| goes_left(x.row(row)[feature], question)).count();
                if n_left < min || rows.len() - n_left < min {
                    continue;
                }
                let found = score(x, labels, rows, weights, question);
                if best.is_none_or(|(_, best)| found.0 * best.1 > best.0 * found.1) {
                    best = Some((question, found));
                }
            }
        }
    }
    best.map(|(question, _)| question)
}

/// Checks every node of a tree without a limit on leaves.
fn check(x: MatrixView<'_>, labels: &Labels, weights: &[i128], params: TreeParams, min: usize, depth: usize) {
    let params = params.with_min_leaf(min).with_max_depth(depth).with_max_leaves(usize::MAX);
    let tree = DecisionTree::fit(x, labels, &params).unwrap();
    let mut rows_of = vec![Vec::new(); tree.nodes().len()];
    rows_of[0] = (0..x.n_rows()).filter(|&row| labels.get(row).is_some()).collect::<Vec<usize>>();
    for (at, node) in tree.nodes().iter().enumerate() {
        let rows = std::mem::take(&mut rows_of[at]);
        assert_eq!(node.n_rows, rows.len());
        for count in &node.counts {
            assert_eq!(count.n_rows, rows.iter().filter(|&&row| labels.get(row) == count.cluster).count());
        }
        let pure = node.counts.len() == 1;
        let expected = exhaustive(x, labels, &rows, weights, min).filter(|_| !pure && node.depth < depth);
        assert_eq!(node.split.map(|split| question(&split)), expected.map(|q| normal(x, &rows, q)), "node {at}");
        if let Some(split) = node.split {
            let left = |&row: &usize| goes_left(x.row(row)[split.feature], question(&split));
            (rows_of[split.left], rows_of[split.right]) = rows.into_iter().partition(left);
        }
    }
}

fn question(split: &Split) -> Question {
    (split.feature, split.threshold.unwrap_or(f64::INFINITY), split.missing_left)
}

/// Where no row lacks the value, the side of more rows takes those that will.
fn normal(x: MatrixView<'_>, rows: &[usize], question: Question) -> Question {
    let values = || rows.iter().map(|&row| x.row(row)[question.0]);
    if values().any(f64::is_nan) {
        return question;
    }
    let n_left = values().filter(|&value| goes_left(value, question)).count();
    (question.0, question.1, 2 * n_left > rows.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_split_is_the_best_there_is(values in values(), signed in signed(), min in 1_usize..6, depth in 1_usize..5) {
        let (x, labels) = (matrix(values), Labels::from_signed(&signed).unwrap());
        let uniform = TreeParams::new().with_class_weights(ClassWeights::Uniform);
        check(x.view(), &labels, &vec![1; labels.n_clusters()], uniform, min, depth);
        // n / (k n_c), times what makes it whole.
        let sizes = labels.sizes();
        let product: i128 = sizes.iter().map(|&size| size.max(1) as i128).product();
        let balanced: Vec<i128> = sizes.iter().map(|&size| product / size.max(1) as i128).collect();
        check(x.view(), &labels, &balanced, TreeParams::new().with_class_weights(ClassWeights::Balanced), min, depth);
    }

    #[test]
    fn the_order_of_rows_is_immaterial(values in values(), signed in signed(), shift in 1_usize..N) {
        let (x, labels) = (matrix(values), Labels::from_signed(&signed).unwrap());
        let order: Vec<usize> = (0..N).map(|i| (i * 7 + shift) % N).collect();
        prop_assert_eq!(
            fit(x.view(), &labels),
            fit(x.view().select_rows(&order).view(), &labels.select(&order))
        );
    }

    #[test]
    fn names_of_clusters_are_immaterial(values in values(), signed in prop::collection::vec(0_i64..4, N)) {
        let mut signed = signed;
        signed[0] = 3;
        let (x, labels) = (matrix(values), Labels::from_signed(&signed).unwrap());
        let renamed = fit(x.view(), &labels.permuted(&[2, 0, 3, 1]));
        let tree = fit(x.view(), &labels);
        let splits = |tree: &DecisionTree| tree.nodes().iter().map(|n| (n.n_rows, n.split.map(|s| question(&s)))).collect::<Vec<_>>();
        prop_assert_eq!(splits(&tree), splits(&renamed));
    }

    #[test]
    fn rising_functions_of_a_feature_move_thresholds_alone(values in values(), signed in signed()) {
        let (x, labels) = (matrix(values.clone()), Labels::from_signed(&signed).unwrap());
        let bent = matrix(values.into_iter().map(|v| v * v * v + 5.0).collect());
        let shape = |node: &Node| (node.counts.clone(), node.split.map(|s| (s.feature, s.missing_left, s.left)));
        let shapes = |x: &Matrix| fit(x.view(), &labels).nodes().iter().map(shape).collect::<Vec<_>>();
        prop_assert_eq!(shapes(&x), shapes(&bent));
    }

    #[test]
    fn noise_left_out_is_as_if_absent(values in values(), signed in signed()) {
        let (x, labels) = (matrix(values), Labels::from_signed(&signed).unwrap());
        let kept: Vec<usize> = (0..N).filter(|&row| labels.get(row).is_some()).collect();
        let without = fit(x.view().select_rows(&kept).view(), &labels.select(&kept));
        prop_assert_eq!(fit(x.view(), &labels), without);
    }

    #[test]
    fn rounding_and_pruning_change_no_training_label(values in values(), signed in signed()) {
        let values: Vec<f64> = values.into_iter().map(|value| value * 1.234_567 + 0.1).collect();
        let (x, labels) = (matrix(values), Labels::from_signed(&signed).unwrap());
        let kept: Vec<usize> = (0..N).filter(|&row| labels.get(row).is_some()).collect();
        let kept = x.view().select_rows(&kept);
        let tree = fit(x.view(), &labels);
        let rounded = DecisionTree::fit(x.view(), &labels, &params().with_round_thresholds(true)).unwrap();
        prop_assert_eq!(tree.leaves(kept.view()).unwrap(), rounded.leaves(kept.view()).unwrap());
        let pruned = tree.pruned();
        prop_assert_eq!(tree.predict(x.view()).unwrap(), pruned.predict(x.view()).unwrap());
        prop_assert_eq!(&pruned.pruned(), &pruned);
        let text = serde_json::to_string(&pruned).unwrap();
        prop_assert_eq!(serde_json::from_str::<DecisionTree>(&text).unwrap(), pruned);
    }

    #[test]
    fn fewer_leaves_are_the_first_splits_of_more(values in values(), signed in signed(), leaves in 2_usize..8) {
        let (x, labels) = (matrix(values), Labels::from_signed(&signed).unwrap());
        let all = fit(x.view(), &labels);
        let some = DecisionTree::fit(x.view(), &labels, &params().with_max_leaves(leaves)).unwrap();
        prop_assert!(some.nodes().len() < 2 * leaves);
        for (some, all) in some.nodes().iter().zip(all.nodes()) {
            prop_assert_eq!(&some.counts, &all.counts);
            prop_assert!(some.split.is_none() || some.split == all.split);
        }
    }
}

fn params() -> TreeParams {
    TreeParams::new().with_min_leaf(2).with_max_leaves(usize::MAX)
}

fn fit(x: MatrixView<'_>, labels: &Labels) -> DecisionTree {
    DecisionTree::fit(x, labels, &params()).unwrap()
}

#[test]
fn threads_change_no_bit() {
    let n = 5_000;
    let value = |i: usize| if i.is_multiple_of(13) { f64::NAN } else { (i as f64 * 0.37).sin() * (i % 7) as f64 };
    let x = Matrix::new((0..6 * n).map(value).collect(), n, 6).unwrap();
    let labels = Labels::new((0..n).map(|i| (x.row(i)[2] > 0.5) as u32 + (i % 11 == 0) as u32).collect(), 3).unwrap();
    let run = || {
        let tree = DecisionTree::fit(x.view(), &labels, &TreeParams::new().with_max_depth(8)).unwrap();
        let predicted = tree.predict(x.view()).unwrap();
        (serde_json::to_string(&tree).unwrap(), predicted)
    };
    let found = [1, 2, 3].map(|threads| with_threads(threads, run));
    assert!(found[0].0.contains("\"split\":{"));
    assert!(found.iter().all(|other| other == &found[0]));
}

#[test]
fn of_features_that_tell_the_same_the_lowest_is_taken() {
    // A column, the same mirrored, and the same again.
    let rows: Vec<[f64; 3]> = (0..20).map(f64::from).map(|i| [-i, i, -i]).collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let labels = Labels::new((0..20).map(|i| u32::from(i % 10 > 6)).collect(), 2).unwrap();
    let tree = fit(x.view(), &labels);
    let features: Vec<usize> = tree.nodes().iter().filter_map(|node| Some(node.split?.feature)).collect();
    assert!(features.len() >= 3 && features.iter().all(|&feature| feature == 0), "{features:?}");
}

#[test]
fn a_copy_of_every_row_changes_nothing_but_counts() {
    let x = Matrix::new((0..120).map(|i| f64::from(i * 37 % 101)).collect(), 60, 2).unwrap();
    let labels = Labels::new((0..60).map(|i| i * i % 3).collect(), 3).unwrap();
    let twice: Vec<usize> = (0..120).map(|i| i % 60).collect();
    let params = params().with_class_weights(ClassWeights::Uniform);
    let once = DecisionTree::fit(x.view(), &labels, &params).unwrap();
    let params = params.with_min_leaf(4);
    let double = DecisionTree::fit(x.view().select_rows(&twice).view(), &labels.select(&twice), &params).unwrap();
    let shape = |tree: &DecisionTree, times: usize| -> Vec<_> {
        tree.nodes().iter().map(|node| (node.n_rows * times, node.impurity, node.split)).collect()
    };
    assert_eq!(shape(&once, 2), shape(&double, 1));
}
