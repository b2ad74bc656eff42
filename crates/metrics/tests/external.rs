//! Agreement of two labelings: beside scikit-learn's to 1e-12 on the cases of tests/golden/external.py, beside
//! counts over all pairs of rows and means over random labelings, and what renaming must not change.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use proptest::prelude::*;
use segctl_metrics::external::{
    Agreement, ContingencyTable, NoisePolicy, adjusted_rand_index, expected_mutual_information, matched_confusion,
    mutual_information, pair_confusion,
};
use segctl_numeric::Labels;
use serde::Deserialize;

#[derive(Deserialize)]
struct Case {
    first: Vec<i64>,
    second: Vec<i64>,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    table: Vec<Vec<u64>>,
    pair_confusion: [[u64; 2]; 2],
    mutual_information: f64,
    expected_mutual_information: f64,
    n_agreeing: u64,
    adjusted_rand_index: f64,
    adjusted_mutual_information: f64,
    normalized_mutual_information: f64,
    homogeneity: f64,
    completeness: f64,
    v_measure: f64,
    fowlkes_mallows_index: f64,
    purity: f64,
    variation_of_information: f64,
}

fn table(first: &[i64], second: &[i64], noise: NoisePolicy) -> ContingencyTable {
    let labels = [first, second].map(|labels| Labels::from_signed(labels).unwrap());
    ContingencyTable::new(&labels[0], &labels[1], noise).unwrap()
}

/// Every score in the order of its fields.
fn scores(found: &Agreement) -> [f64; 9] {
    [
        found.adjusted_rand_index,
        found.adjusted_mutual_information,
        found.normalized_mutual_information,
        found.homogeneity,
        found.completeness,
        found.v_measure,
        found.fowlkes_mallows_index,
        found.purity,
        found.variation_of_information,
    ]
}

fn check(name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/golden/external/{name}.json"));
    let Case { first, second, expected } = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let table = table(&first, &second, NoisePolicy::OwnLabel);
    assert_eq!(table.dense(), expected.table);
    let pairs = pair_confusion(&table);
    let square = [[pairs.apart_in_both, pairs.together_in_second], [pairs.together_in_first, pairs.together_in_both]];
    assert_eq!(square, expected.pair_confusion);
    assert_eq!(matched_confusion(&table).unwrap().n_agreeing, expected.n_agreeing);
    let found = scores(&Agreement::of(&table)).into_iter();
    let found = found.chain([mutual_information(&table), expected_mutual_information(&table)]);
    let wanted = [
        expected.adjusted_rand_index,
        expected.adjusted_mutual_information,
        expected.normalized_mutual_information,
        expected.homogeneity,
        expected.completeness,
        expected.v_measure,
        expected.fowlkes_mallows_index,
        expected.purity,
        expected.variation_of_information,
        expected.mutual_information,
        expected.expected_mutual_information,
    ];
    for (at, (found, wanted)) in found.zip(wanted).enumerate() {
        assert!((found - wanted).abs() <= 1e-12, "{name}: score {at}: {found} for {wanted}");
    }
}

macro_rules! golden {
    ($($test:ident: $name:literal,)*) => { $(#[test] fn $test() { check($name); })* };
}

golden! {
    labelings_alike: "alike",
    independent_labelings: "independent",
    equal_partitions: "equal",
    skewed_sizes: "skewed",
    many_clusters: "many",
    a_coarser_partition: "coarser",
    noise_is_a_label: "noise",
    one_cluster_each: "one-cluster-each",
    one_cluster_and_three: "one-cluster-and-three",
    rows_apart_and_pairs: "rows-apart-and-pairs",
    rows_apart: "rows-apart",
    one_row: "one-row",
}

/// Counts over all ordered pairs of rows.
fn pairs_one_by_one(first: &[i64], second: &[i64]) -> [u64; 4] {
    let mut counts = [0; 4];
    for i in 0..first.len() {
        for j in (0..first.len()).filter(|&j| j != i) {
            counts[2 * usize::from(first[i] == first[j]) + usize::from(second[i] == second[j])] += 1;
        }
    }
    counts
}

fn labelings() -> impl Strategy<Value = (Vec<i64>, Vec<i64>)> {
    prop::collection::vec((-1_i64..5, -1_i64..4), 1..80).prop_map(|pairs| pairs.into_iter().unzip())
}

proptest! {
    #[test]
    fn pairs_are_those_counted_one_by_one((first, second) in labelings()) {
        let found = pair_confusion(&table(&first, &second, NoisePolicy::OwnLabel));
        let found = [found.apart_in_both, found.together_in_second, found.together_in_first, found.together_in_both];
        prop_assert_eq!(found, pairs_one_by_one(&first, &second));
    }

    #[test]
    fn names_and_sides_and_order_do_not_matter((first, second) in labelings(), by in 1_usize..50) {
        let found = Agreement::of(&table(&first, &second, NoisePolicy::OwnLabel));
        let renamed: Vec<i64> = first.iter().map(|label| [3, 7, -1, 0, 90, 1][(label + 1) as usize]).collect();
        let again = scores(&Agreement::of(&table(&renamed, &second, NoisePolicy::OwnLabel)));
        let mut turned = (first.clone(), second.clone());
        turned.0.rotate_left(by % first.len());
        turned.1.rotate_left(by % first.len());
        let moved = scores(&Agreement::of(&table(&turned.0, &turned.1, NoisePolicy::OwnLabel)));
        for ((found, again), moved) in scores(&found).into_iter().zip(again).zip(moved) {
            prop_assert!((found - again).abs() < 1e-12 && found.to_bits() == moved.to_bits());
        }
        let swapped = Agreement::of(&table(&second, &first, NoisePolicy::OwnLabel));
        prop_assert!((found.homogeneity - swapped.completeness).abs() < 1e-12);
        prop_assert!((found.adjusted_mutual_information - swapped.adjusted_mutual_information).abs() < 1e-12);
        prop_assert!((found.variation_of_information - swapped.variation_of_information).abs() < 1e-12);
    }

    #[test]
    fn leaving_noise_out_is_dropping_its_rows((first, second) in labelings()) {
        let used: Vec<usize> = (0..first.len()).filter(|&i| first[i] >= 0 && second[i] >= 0).collect();
        prop_assume!(!used.is_empty());
        let dropped = |labels: &[i64]| used.iter().map(|&i| labels[i]).collect::<Vec<_>>();
        let found = Agreement::of(&table(&first, &second, NoisePolicy::LeftOut));
        let expected = Agreement::of(&table(&dropped(&first), &dropped(&second), NoisePolicy::OwnLabel));
        prop_assert_eq!(scores(&found), scores(&expected));
        prop_assert_eq!(found.n_left_out as usize, first.len() - used.len());
    }

    #[test]
    fn scores_keep_to_their_ranges((first, second) in labelings()) {
        let found = Agreement::of(&table(&first, &second, NoisePolicy::OwnLabel));
        prop_assert!(scores(&found).iter().all(|score| score.is_finite()));
        prop_assert!(scores(&found)[..8].iter().all(|&score| score <= 1.0));
        prop_assert!(scores(&found)[2..].iter().all(|&score| score >= 0.0));
        let itself = Agreement::of(&table(&first, &first, NoisePolicy::OwnLabel));
        prop_assert_eq!(&scores(&itself)[..5], &[1.0; 5][..]);
        prop_assert_eq!(itself.variation_of_information, 0.0);
    }

    #[test]
    fn the_matched_table_is_the_table_rearranged((first, second) in labelings()) {
        let table = table(&first, &second, NoisePolicy::OwnLabel);
        let found = matched_confusion(&table).unwrap();
        for (i, row) in found.counts.iter().enumerate() {
            for (j, &count) in row.iter().enumerate() {
                let both = first.iter().zip(&second).filter(|(a, b)| {
                    **a == found.row_labels[i] && **b == found.column_labels[j]
                });
                prop_assert_eq!(count as usize, both.count());
            }
        }
        prop_assert_eq!(found.pairs.len(), table.row_labels().len().min(table.column_labels().len()));
        let diagonal: u64 = (0..found.pairs.len()).map(|i| found.counts[i][i]).sum();
        prop_assert_eq!(diagonal, found.n_agreeing);
        prop_assert!((found.share_agreeing - diagonal as f64 / first.len() as f64).abs() < 1e-15);
        // A match of each label with its most frequent partner can only do better.
        let most: u64 = found.counts.iter().map(|row| row.iter().max().unwrap()).sum();
        prop_assert!(diagonal <= most);
    }
}

#[test]
fn expected_information_is_the_mean_over_arrangements() {
    // All 20 labelings of six rows with three rows in each cluster, against one with sizes 3, 2 and 1.
    let first = [0, 0, 0, 1, 1, 2];
    let arrangements = (0..64_u32).filter(|bits| bits.count_ones() == 3);
    let second = |bits: u32| (0..6).map(|i| i64::from(bits >> i & 1)).collect::<Vec<_>>();
    let tables: Vec<_> = arrangements.map(|bits| table(&first, &second(bits), NoisePolicy::OwnLabel)).collect();
    let mean = tables.iter().map(mutual_information).sum::<f64>() / 20.0;
    assert!((expected_mutual_information(&tables[0]) - mean).abs() < 1e-15);
    let mean = tables.iter().map(adjusted_rand_index).sum::<f64>() / 20.0;
    assert!(mean.abs() < 1e-15, "{mean}");
}

#[test]
fn large_tables_are_refused_by_name() {
    let apart: Vec<i64> = (0..5001).collect();
    let message = matched_confusion(&table(&apart, &apart, NoisePolicy::OwnLabel)).unwrap_err().to_string();
    assert_eq!(message, "cells of the table=25010001 should be <= 2.5e7");
}
