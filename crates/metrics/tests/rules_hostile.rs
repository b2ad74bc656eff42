//! Rules for data that nobody hoped for: an error, or the documented value.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use segctl_metrics::MetricsError;
use segctl_metrics::rules::{
    ClassWeights, DecisionTree, TreeParams, borderline, cluster_rules, fidelity, held_out, held_out_fidelity, judge,
    paragons, rules,
};
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

fn labels(signed: &[i64]) -> Labels {
    Labels::from_signed(signed).unwrap()
}

fn column(values: &[f64]) -> MatrixView<'_> {
    MatrixView::new(values, values.len(), 1).unwrap()
}

fn loose() -> TreeParams {
    TreeParams::new().with_min_leaf(1).with_class_weights(ClassWeights::Balanced)
}

fn fit(values: &[f64], signed: &[i64]) -> Result<DecisionTree, MetricsError> {
    DecisionTree::fit(column(values), &labels(signed), &loose())
}

fn refused<T: std::fmt::Debug>(found: Result<T, MetricsError>, message: &str) {
    assert_eq!(found.unwrap_err().to_string(), message);
}

/// A tree of one leaf, whose only rule is for every row.
fn assert_single_leaf(tree: &DecisionTree, cluster: usize) {
    assert_eq!((tree.nodes().len(), tree.nodes()[0].cluster), (1, Some(cluster)));
    assert_eq!(rules(tree)[0].text(&["x"]), "every row");
    assert!(tree.importances().iter().all(|&importance| importance == 0.0));
}

#[test]
fn unusable_input_is_refused() {
    let x = column(&[1.0, 2.0]);
    refused(fit(&[1.0, f64::INFINITY], &[0, 1]), "X: value inf at row 1, column 0 is not finite");
    let hint = fit(&[f64::NEG_INFINITY, 1.0], &[0, 1]).unwrap_err().hint();
    assert_eq!(hint.as_deref(), Some("an infinity is no measurement: treat the value as missing"));
    refused(fit(&[1.0, 2.0], &[0]), "labels has 1 entries, expected 2");
    refused(fit(&[], &[]), "rows that are no noise: n_samples=0 should be >= 1");
    refused(fit(&[1.0, 2.0], &[-1, -1]), "rows that are no noise: n_samples=0 should be >= 1");
    let none = MatrixView::new(&[], 2, 0).unwrap();
    refused(DecisionTree::fit(none, &labels(&[0, 1]), &loose()), "X: n_features=0 should be >= 1");
    refused(DecisionTree::fit(x, &labels(&[0, 1]), &loose().with_max_depth(0)), "max_depth=0 should be >= 1");
    let tree = fit(&[1.0, 2.0], &[0, 1]).unwrap();
    let wide = MatrixView::new(&[1.0, 2.0], 1, 2).unwrap();
    refused(tree.predict(wide), "a row of X has 2 entries, expected 1");
    refused(fidelity(&tree, wide, &labels(&[0])), "a row of X has 2 entries, expected 1");
    refused(fidelity(&tree, x, &labels(&[-1, -1])), "rows that are no noise: n_samples=0 should be >= 1");
    refused(fidelity(&tree, x, &labels(&[0, 2])), "n_clusters=3 should be at most that of the tree");
    refused(
        judge(&rules(&tree), MatrixView::new(&[], 2, 0).unwrap(), &labels(&[0, 1])),
        "a row of X has 0 entries, expected 1",
    );
    refused(judge(&rules(&tree), column(&[]), &labels(&[])), "X: n_samples=0 should be >= 1");
    refused(cluster_rules(&tree, column(&[]), &labels(&[]), 0.9), "X: n_samples=0 should be >= 1");
    refused(cluster_rules(&tree, x, &labels(&[0, 1]), 0.0), "share=0 should be in (0, 1]");
    refused(cluster_rules(&tree, x, &labels(&[0, 1]), f64::NAN), "share=NaN should be in (0, 1]");
    refused(held_out(&labels(&[0, 0]), 1.0, Seed(0)), "share=1 should be in (0, 1)");
    refused(held_out(&labels(&[0, 1]), 0.5, Seed(0)), "the largest cluster: n_samples=1 should be >= 2");
    refused(held_out(&labels(&[]), 0.5, Seed(0)), "the largest cluster: n_samples=0 should be >= 2");
    refused(held_out_fidelity(x, &labels(&[0]), &loose(), 0.5, Seed(0)), "labels has 1 entries, expected 2");
}

#[test]
fn exemplars_refuse_what_they_cannot_order() {
    let x = column(&[1.0, 2.0]);
    let one = labels(&[0, 0]);
    refused(paragons(x, &one, column(&[1.0, 2.0]), 1), "centers has 2 entries, expected 1");
    refused(
        paragons(x, &one, MatrixView::new(&[0.0; 2], 1, 2).unwrap(), 1),
        "a row of centers has 2 entries, expected 1",
    );
    refused(
        paragons(column(&[1.0, f64::NAN]), &one, column(&[1.0]), 1),
        "X: value NaN at row 1, column 0 is not finite",
    );
    assert!(matches!(
        paragons(column(&[1.0, 1e300]), &one, column(&[1.0]), 1),
        Err(MetricsError::TooLarge { row: 1, .. })
    ));
    refused(borderline(&[0.0], &one, 1), "margins has 1 entries, expected 2");
    refused(borderline(&[0.0, f64::NAN], &one, 1), "margins: value NaN at row 1, column 0 is not finite");
    assert_eq!(borderline(&[f64::INFINITY, f64::NEG_INFINITY], &one, 5).unwrap(), [vec![1, 0]]);
    assert_eq!(borderline(&[0.0, -0.0], &one, 1).unwrap(), [vec![0]]);
    assert_eq!(paragons(x, &labels(&[-1, -1]), MatrixView::new(&[], 0, 1).unwrap(), 2).unwrap(), [[0_usize; 0]; 0]);
    let none = MatrixView::new(&[], 2, 0).unwrap();
    assert_eq!(paragons(none, &one, MatrixView::new(&[], 1, 0).unwrap(), 1).unwrap(), [[0]]);
}

#[test]
fn nothing_to_split_gives_one_leaf() {
    assert_single_leaf(&fit(&[3.0], &[0]).unwrap(), 0);
    assert_single_leaf(&fit(&[1.0, 2.0, 3.0], &[0, 0, 0]).unwrap(), 0);
    assert_single_leaf(&fit(&[1.0, 2.0, 3.0], &[2, 2, -1]).unwrap(), 2);
    // Constant, duplicates only, or without a single value: equal weights, so the lowest cluster.
    assert_single_leaf(&fit(&[5.0; 4], &[1, 0, 1, 1]).unwrap(), 0);
    assert_single_leaf(&fit(&[f64::NAN; 4], &[1, 0, 1, 0]).unwrap(), 0);
    assert_single_leaf(&fit(&[0.0, -0.0], &[0, 1]).unwrap(), 0);
    let few = DecisionTree::fit(column(&[1.0, 2.0, 3.0]), &labels(&[0, 1, 1]), &loose().with_min_leaf(2)).unwrap();
    assert_single_leaf(&few, 0);
    let told = cluster_rules(&few, column(&[1.0, 2.0, 3.0]), &labels(&[0, 1, 1]), 0.9).unwrap();
    assert!(told[1].rules.is_empty());
    assert_eq!((told[1].together.precision, told[1].together.recall, told[1].reachable), (None, Some(0.0), Some(0.0)));
}

#[test]
fn all_noise_is_a_class_where_asked() {
    let params = loose().with_noise(true);
    let tree = DecisionTree::fit(column(&[1.0, 2.0]), &labels(&[-1, -1]), &params).unwrap();
    assert_eq!(tree.predict(column(&[7.0])).unwrap().to_signed(), [-1]);
    assert_eq!(fidelity(&tree, column(&[7.0]), &labels(&[-1])).unwrap().fidelity, 1.0);
    refused(DecisionTree::fit(column(&[]), &labels(&[]), &params), "X: n_samples=0 should be >= 1");
}

#[test]
fn extreme_values_are_told_apart() {
    let least = f64::from_bits(1);
    for (low, high) in
        [(-1e300, 1e300), (1e300, f64::MAX), (f64::MIN, -1e308), (0.0, least), (-least, 0.0), (least, 2.0 * least)]
    {
        for round in [false, true] {
            let (x, labels) = ([low, low, high, high], labels(&[0, 0, 1, 1]));
            let tree = DecisionTree::fit(column(&x), &labels, &loose().with_round_thresholds(round)).unwrap();
            assert_eq!(tree.predict(column(&x)).unwrap(), labels, "{low:e} {high:e}");
            let text = serde_json::to_string(&tree).unwrap();
            assert_eq!(serde_json::from_str::<DecisionTree>(&text).unwrap(), tree);
        }
    }
    let tree = fit(&[1.0, 2.0], &[0, 1]).unwrap();
    let beyond = column(&[f64::NEG_INFINITY, f64::INFINITY, f64::NAN]);
    assert_eq!(tree.predict(beyond).unwrap().as_slice(), [0, 1, 1], "as many rows on both sides: missing go right");
}

#[test]
fn one_cluster_per_row() {
    let n = 3_000;
    let x: Vec<f64> = (0..n).map(|i| f64::from(i * 7 % n)).collect();
    let each = Labels::new((0..n as u32).collect(), n as usize).unwrap();
    let everything = loose().with_max_leaves(usize::MAX).with_max_depth(usize::MAX);
    for params in [TreeParams::new(), everything] {
        let tree = DecisionTree::fit(column(&x), &each, &params).unwrap();
        let found = fidelity(&tree, column(&x), &each).unwrap();
        let n_leaves = tree.nodes().iter().filter(|node| node.split.is_none()).count();
        assert_eq!(found.clusters.iter().map(|cluster| cluster.n_agreed).sum::<usize>(), n_leaves);
    }
    let tree = DecisionTree::fit(column(&x), &each, &everything).unwrap();
    assert_eq!(tree.predict(column(&x)).unwrap(), each);
}

#[test]
fn clusters_without_rows_have_no_rules() {
    let x = Matrix::new((0..20).map(f64::from).collect(), 20, 1).unwrap();
    let labels = Labels::new((0..20).map(|i| if i < 10 { 0 } else { 3 }).collect(), 5).unwrap();
    let tree = DecisionTree::fit(x.view(), &labels, &loose()).unwrap();
    let told = cluster_rules(&tree, x.view(), &labels, 0.9).unwrap();
    assert_eq!(told.iter().map(|cluster| cluster.rules.len()).collect::<Vec<_>>(), [1, 0, 0, 1, 0]);
    assert_eq!((told[1].together.recall, told[1].together.lift, told[1].reachable), (None, None, None));
    let found = fidelity(&tree, x.view(), &labels).unwrap();
    assert_eq!((found.fidelity, found.baseline, found.mean_recall), (1.0, 0.5, 1.0));
}
