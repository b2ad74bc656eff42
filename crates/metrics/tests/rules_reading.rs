//! Rules beside the tree they were read from, and what is said of them beside plain counting.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use segctl_metrics::rules::{
    DecisionTree, Missing, Rule, RuleQuality, TreeParams, borderline, cluster_rules, fidelity, held_out,
    held_out_fidelity, judge, paragons, rules,
};
use segctl_numeric::par::with_threads;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

const N: usize = 60;
const D: usize = 3;

fn values() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(prop_oneof![5 => -3.0_f64..3.0, 1 => Just(f64::NAN)], N * D)
}

fn signed() -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(-1_i64..3, N).prop_filter("a row that is no noise", |labels| labels.iter().any(|&l| l >= 0))
}

fn given(values: Vec<f64>, signed: &[i64]) -> (Matrix, Labels) {
    (Matrix::new(values, N, D).unwrap(), Labels::from_signed(signed).unwrap())
}

fn fit(x: MatrixView<'_>, labels: &Labels, noise: bool) -> DecisionTree {
    let params = TreeParams::new().with_min_leaf(2).with_max_leaves(12).with_max_depth(6).with_noise(noise);
    DecisionTree::fit(x, labels, &params).unwrap()
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

proptest! {
    #[test]
    fn a_row_meets_the_rule_of_its_leaf_and_no_other(values in values(), signed in signed(), queries in values()) {
        let (x, labels) = given(values, &signed);
        let tree = fit(x.view(), &labels, true);
        let rules = rules(&tree);
        let queries = Matrix::new(queries, N, D).unwrap();
        for x in [&x, &queries] {
            for (row, leaf) in x.view().rows().zip(tree.leaves(x.view()).unwrap()) {
                let met: Vec<usize> = rules.iter().filter(|rule| rule.matches(row)).map(|rule| rule.leaf).collect();
                prop_assert_eq!(met, [leaf]);
            }
        }
        for rule in &rules {
            let path: f64 = rule.conditions.iter().map(|condition| condition.decrease).sum();
            prop_assert!(path >= 0.0 && rule.conditions.is_sorted_by(|a, b| a.decrease >= b.decrease));
            let mut features: Vec<usize> = rule.conditions.iter().map(|condition| condition.feature).collect();
            features.sort_unstable();
            prop_assert!(features.is_sorted_by(|a, b| a < b), "one condition per feature");
        }
    }

    #[test]
    fn qualities_are_plain_counts(values in values(), signed in signed(), noise in any::<bool>()) {
        let (x, labels) = given(values, &signed);
        let rules = rules(&fit(x.view(), &labels, noise));
        for (rule, quality) in rules.iter().zip(judge(&rules, x.view(), &labels).unwrap()) {
            let met = |row: &usize| rule.matches(x.row(*row));
            let own = |row: &usize| labels.get(*row) == rule.cluster;
            let (n_rows, size) = ((0..N).filter(met).count(), (0..N).filter(own).count());
            let caught = (0..N).filter(met).filter(own).count();
            prop_assert_eq!((quality.n_rows, quality.n_caught), (n_rows, caught));
            prop_assert_eq!(quality.coverage, n_rows as f64 / N as f64);
            prop_assert_eq!((quality.recall, quality.precision), (share(caught, size), share(caught, n_rows)));
            let lift = caught as f64 / n_rows as f64 / (size as f64 / N as f64);
            prop_assert!((quality.lift.unwrap() - lift).abs() < 1e-12);
        }
    }

    #[test]
    fn no_smaller_set_of_rules_catches_as_much(values in values(), signed in signed(), wanted in 0.05_f64..1.0) {
        let (x, labels) = given(values, &signed);
        let tree = fit(x.view(), &labels, false);
        let all = rules(&tree);
        for found in cluster_rules(&tree, x.view(), &labels, wanted).unwrap() {
            let own: Vec<&Rule> = all.iter().filter(|rule| rule.cluster == found.cluster).collect();
            let caught = |rules: &[&Rule]| {
                let met = |&row: &usize| rules.iter().any(|rule| rule.matches(x.row(row)));
                (0..N).filter(|&row| labels.get(row) == found.cluster).filter(met).count()
            };
            let subsets = (0..1_usize << own.len()).map(|bits| -> Vec<&Rule> {
                own.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1).map(|(_, &rule)| rule).collect()
            });
            let enough = |rules: &Vec<&Rule>| caught(rules) as f64 >= wanted * caught(&own) as f64;
            let fewest = subsets.filter(enough).map(|rules| rules.len()).min().unwrap();
            let chosen: Vec<&Rule> = found.rules.iter().map(|judged| &judged.rule).collect();
            prop_assert!(enough(&chosen));
            let told: Vec<RuleQuality> = found.rules.iter().map(|judged| judged.quality).collect();
            let chosen_rules: Vec<Rule> = chosen.iter().map(|&rule| rule.clone()).collect();
            prop_assert_eq!(told, judge(&chosen_rules, x.view(), &labels).unwrap());
            prop_assert_eq!(chosen.len(), fewest);
            prop_assert_eq!(found.together.n_caught, caught(&chosen));
            prop_assert_eq!(found.reachable, share(caught(&own), found.n_rows));
        }
    }

    #[test]
    fn fidelity_is_plain_counts(values in values(), signed in signed(), noise in any::<bool>()) {
        let (x, labels) = given(values, &signed);
        let tree = fit(x.view(), &labels, noise);
        let predicted = tree.predict(x.view()).unwrap();
        let rows: Vec<usize> = (0..N).filter(|&row| noise || labels.get(row).is_some()).collect();
        let found = fidelity(&tree, x.view(), &labels).unwrap();
        let agreed = rows.iter().filter(|&&row| labels.get(row) == predicted.get(row)).count();
        prop_assert_eq!((found.n_rows, found.fidelity), (rows.len(), agreed as f64 / rows.len() as f64));
        prop_assert_eq!(found.clusters.len(), labels.n_clusters() + usize::from(noise));
        for cluster in &found.clusters {
            let count = |labels: &Labels| rows.iter().filter(|&&row| labels.get(row) == cluster.cluster).count();
            prop_assert_eq!((cluster.n_rows, cluster.n_predicted), (count(&labels), count(&predicted)));
            prop_assert_eq!(cluster.recall, share(cluster.n_agreed, cluster.n_rows));
            prop_assert_eq!(cluster.precision, share(cluster.n_agreed, cluster.n_predicted));
        }
        let sum = |of: fn(&segctl_metrics::rules::ClusterFidelity) -> usize| found.clusters.iter().map(of).sum::<usize>();
        prop_assert_eq!((sum(|c| c.n_agreed), sum(|c| c.n_predicted)), (agreed, rows.len()));
    }

    #[test]
    fn every_cluster_is_held_out_in_proportion(signed in prop::collection::vec(-1_i64..5, 2..80), wanted in 0.01_f64..0.99) {
        let labels = Labels::from_signed(&signed).unwrap();
        let largest = labels.sizes().into_iter().chain([labels.n_noise()]).max().unwrap();
        prop_assume!(largest >= 2);
        let parts = held_out(&labels, wanted, Seed(3)).unwrap();
        let mut rows = [parts.train.clone(), parts.test.clone()].concat();
        rows.sort_unstable();
        prop_assert!(rows.into_iter().eq(0..labels.len()));
        let test = labels.select(&parts.test);
        let strata = labels.sizes().into_iter().zip(test.sizes()).chain([(labels.n_noise(), test.n_noise())]);
        for (size, held) in strata {
            let proportion = (wanted * size as f64).round() as usize;
            prop_assert_eq!(held, if size < 2 { 0 } else { proportion.clamp(1, size - 1) });
        }
    }

    #[test]
    fn paragons_and_borderline_rows_are_those_of_a_full_sort(values in prop::collection::vec(-3_i32..4, N * D), signed in signed(), m in 0_usize..9) {
        let (x, labels) = given(values.into_iter().map(f64::from).collect(), &signed);
        let centers = Matrix::new((0..labels.n_clusters() * D).map(|i| (i % 3) as f64 - 1.0).collect(), labels.n_clusters(), D).unwrap();
        let margin = |row: usize| -> f64 {
            let center = labels.get(row).map(|cluster| centers.row(cluster));
            center.map_or(f64::NAN, |center| x.row(row).iter().zip(center).map(|(a, b)| (a - b) * (a - b)).sum())
        };
        let margins: Vec<f64> = (0..N).map(margin).collect();
        let found = borderline(&margins, &labels, m).unwrap();
        for (cluster, found) in found.iter().enumerate() {
            let mut rows: Vec<usize> = (0..N).filter(|&row| labels.get(row) == Some(cluster)).collect();
            rows.sort_by(|&a, &b| margins[a].total_cmp(&margins[b]).then(a.cmp(&b)));
            rows.truncate(m);
            prop_assert_eq!(found, &rows);
        }
        prop_assert_eq!(paragons(x.view(), &labels, centers.view(), m).unwrap(), found);
    }
}

#[test]
fn gaps_are_told_where_they_matter() {
    // Cluster 1 is those that lack the first value, cluster 2 those with a high second one or none.
    let gap = f64::NAN;
    let rows: Vec<[f64; 2]> = (0..30)
        .map(f64::from)
        .map(|i| match i as usize / 10 {
            0 => [i, i % 5.0],
            1 => [gap, i % 5.0],
            _ => [i - 20.0, if i > 26.0 { gap } else { 9.0 + i % 3.0 }],
        })
        .collect();
    let x = Matrix::from_rows(&rows).unwrap();
    let labels = Labels::new((0..30).map(|i| i / 10).collect(), 3).unwrap();
    let params = TreeParams::new().with_min_leaf(2).with_round_thresholds(true);
    let tree = DecisionTree::fit(x.view(), &labels, &params).unwrap();
    let found = cluster_rules(&tree, x.view(), &labels, 0.9).unwrap();
    let text = |cluster: usize| found[cluster].rules[0].rule.text(&["income", "visits"]);
    assert_eq!(text(1), "income is missing");
    assert_eq!(found[1].rules[0].rule.conditions[0].missing, Missing::Only);
    assert!(text(2).contains("(visits > 6 or missing)") || text(2).contains("(visits > 7 or missing)"), "{}", text(2));
    assert!(text(0).contains("income is present"), "{}", text(0));
    assert!(
        found.iter().all(|cluster| cluster.together.precision == Some(1.0) && cluster.together.recall == Some(1.0))
    );
}

#[test]
fn small_clusters_get_a_rule() {
    // 1,000 rows against 12, whose rows are among others.
    let n = 1_012;
    let value = |i: usize| if i < 1_000 { (i * 37 % 1_000) as f64 } else { 900.0 + (i - 1_000) as f64 * 4.0 };
    let x = Matrix::new((0..n).map(value).collect(), n, 1).unwrap();
    let labels = Labels::new((0..n).map(|i| u32::from(i >= 1_000)).collect(), 2).unwrap();
    let tree = DecisionTree::fit(x.view(), &labels, &TreeParams::new()).unwrap();
    let found = cluster_rules(&tree, x.view(), &labels, 0.9).unwrap();
    assert!(found[1].together.recall.unwrap() >= 0.9, "{:?}", found[1].together);
    assert!(found[1].together.lift.unwrap() > 10.0, "{:?}", found[1].together);
}

#[test]
fn noise_among_a_cluster_tells_against_its_rule() {
    let x = Matrix::new((0..10).map(f64::from).collect(), 10, 1).unwrap();
    let labels = Labels::from_signed(&[0, 0, 0, -1, 1, 1, 1, 1, 1, 1]).unwrap();
    let tree = DecisionTree::fit(x.view(), &labels, &TreeParams::new().with_min_leaf(1)).unwrap();
    let found = cluster_rules(&tree, x.view(), &labels, 1.0).unwrap();
    assert_eq!((found[0].together.precision, found[0].together.recall), (Some(0.75), Some(1.0)));
    assert_eq!(fidelity(&tree, x.view(), &labels).unwrap().n_rows, 9);
    let tree = DecisionTree::fit(x.view(), &labels, &TreeParams::new().with_min_leaf(1).with_noise(true)).unwrap();
    let found = cluster_rules(&tree, x.view(), &labels, 1.0).unwrap();
    assert_eq!((found[2].cluster, found[2].rules[0].rule.text(&["x"])), (None, "2.5 < x <= 3.5".to_owned()));
    assert_eq!(tree.predict(x.view()).unwrap(), labels);
}

#[test]
fn labels_without_a_reason_are_not_told_on_rows_held_out() {
    let n = 2_000;
    let x = Matrix::new((0..4 * n).map(|i| (i as f64 * 12.9898).sin() * 43_758.545 % 1.0).collect(), n, 4).unwrap();
    let random = Labels::new((0..n as u32).map(|i| i.wrapping_mul(2_654_435_761) >> 31).collect(), 2).unwrap();
    let params = TreeParams::new().with_min_leaf(5).with_max_depth(8).with_max_leaves(usize::MAX);
    let found = held_out_fidelity(x.view(), &random, &params, 0.3, Seed(1)).unwrap();
    assert!((0.42..0.58).contains(&found.mean_recall), "{found:?}");
    let flattering = fidelity(&DecisionTree::fit(x.view(), &random, &params).unwrap(), x.view(), &random).unwrap();
    assert!(flattering.fidelity > 0.62, "{flattering:?}");
    let cut = Labels::new((0..n).map(|i| u32::from(x.row(i)[2] > 0.1)).collect(), 2).unwrap();
    assert!(held_out_fidelity(x.view(), &cut, &params, 0.3, Seed(1)).unwrap().fidelity > 0.98);
}

#[test]
fn threads_change_no_bit() {
    let n = 4_000;
    let x = Matrix::new((0..3 * n).map(|i| (i as f64 * 0.61).sin()).collect(), n, 3).unwrap();
    let labels = Labels::new((0..n).map(|i| (x.row(i)[1] * 2.0 + 2.0 + x.row(i)[0]) as u32).collect(), 6).unwrap();
    let run = || {
        let tree = DecisionTree::fit(x.view(), &labels, &TreeParams::new()).unwrap();
        let told = cluster_rules(&tree, x.view(), &labels, 0.9).unwrap();
        let fidelity = held_out_fidelity(x.view(), &labels, &TreeParams::new(), 0.2, Seed(5)).unwrap();
        let centers = x.view().rows_range(0..6);
        (told, fidelity, paragons(x.view(), &labels, centers, 5).unwrap())
    };
    let found = [1, 2, 3].map(|threads| with_threads(threads, run));
    assert!(found.iter().all(|other| other == &found[0]));
}
