//! Explorations of tables large, hostile and rearranged.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::common::{batch, numbers, texts};
use arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::array::{TimestampMillisecondArray, TimestampNanosecondArray, TimestampSecondArray};
use arrow::compute::{concat_batches, take_record_batch};
use proptest::prelude::*;
use segctl_numeric::par::with_threads;
use segctl_preprocessing::PrepareError;
use segctl_preprocessing::eda::{ColumnFacts, EdaRole, Exploration, ExploreParams, Levels, Missingness, explore};

use EdaRole::{Boolean, Categorical, Coded, Date, Empty, Id, Numeric, Text};

const ROLES: [(&str, EdaRole); 9] = [
    ("id", Id),
    ("amount", Numeric),
    ("double", Numeric),
    ("holey", Numeric),
    ("region", Categorical),
    ("code", Coded),
    ("member", Boolean),
    ("since", Date),
    ("note", Text),
];

fn facts() -> Vec<ColumnFacts> {
    ROLES.map(|(name, role)| ColumnFacts::new(name, role, "words")).to_vec()
}

/// Rows `from..from + n` of an endless table.
fn table(from: i64, n: i64) -> RecordBatch {
    let rows = || from..from + n;
    let hash = |row: i64| row.wrapping_mul(7919) % 1009;
    let amount = |row: i64| libm::exp(hash(row) as f64 / 200.0);
    let holey = |row: i64| (row % 7 != 0).then(|| (row.wrapping_mul(104_729) % 997 + row % 3) as f64);
    let ids: Vec<String> = rows().map(|row| format!("C{row}")).collect();
    let words = ["north", "south", "east"];
    batch([
        ("id", Arc::new(StringArray::from(ids.clone()))),
        ("amount", numbers(rows().map(|row| Some(amount(row))))),
        ("double", numbers(rows().map(|row| Some(2.0 * amount(row))))),
        ("holey", numbers(rows().map(holey))),
        ("region", texts(rows().map(|row| (row % 7 != 1).then(|| words[(hash(row) % 7 % 3) as usize])))),
        ("code", Arc::new(rows().map(|row| Some(1 + hash(row) % 5)).collect::<Int64Array>())),
        ("member", Arc::new(rows().map(|row| Some(hash(row) > 600)).collect::<BooleanArray>())),
        (
            "since",
            Arc::new(rows().map(|row| (row % 14 != 0).then_some(15_000 + hash(row) as i32)).collect::<Date32Array>()),
        ),
        ("note", texts(ids.iter().map(|id| Some(&id[..id.len() - 1])))),
    ])
}

fn found(batches: &[RecordBatch], params: &ExploreParams) -> Exploration {
    explore(batches, &facts(), params).expect("a table")
}

fn json(found: &Exploration) -> String {
    serde_json::to_string(found).expect("plain data")
}

#[test]
fn the_same_bits_at_any_thread_count() {
    let batches: Vec<RecordBatch> = (0..3).map(|i| table(i * 9000, 9000)).collect();
    let params = ExploreParams::new().with_pair_rows(20_000).with_points(200);
    let run = |n_threads| with_threads(n_threads, || json(&found(&batches, &params)));
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(3));
}

#[test]
fn batches_are_one_table() {
    let pieces: Vec<RecordBatch> = [(0, 700), (700, 1), (701, 0), (701, 6000)].map(|(from, n)| table(from, n)).to_vec();
    let whole = concat_batches(&pieces[0].schema(), &pieces).unwrap();
    for rows in [1000, 100_000] {
        let params = ExploreParams::new().with_pair_rows(rows);
        assert_eq!(found(&pieces, &params), found(std::slice::from_ref(&whole), &params));
    }
}

#[test]
fn rows_in_another_order_are_the_same_table() {
    let plain = table(0, 3000);
    let order: Int64Array = (0..3000).map(|row| Some((row * 1009) % 3000)).collect();
    let mixed = take_record_batch(&plain, &order).unwrap();
    let params = ExploreParams::new();
    let (a, b) = (found(&[plain], &params), found(&[mixed], &params));
    for (a, b) in a.columns.iter().zip(&b.columns) {
        assert_eq!((a.n_distinct, a.n_missing, &a.dates), (b.n_distinct, b.n_missing, &b.dates), "{}", a.name);
        let counts =
            |levels: &Option<Levels>| levels.as_ref().map(|l| l.top.iter().map(|l| l.count).collect::<Vec<_>>());
        assert_eq!(counts(&a.levels), counts(&b.levels));
        if let (Some(a), Some(b)) = (&a.numbers, &b.numbers) {
            assert_eq!((&a.histogram, &a.boxplot, a.quantiles), (&b.histogram, &b.boxplot, b.quantiles));
        }
    }
    assert_eq!(a.pairs.cramers_v, b.pairs.cramers_v);
    assert_eq!(a.missingness.n_complete, b.missingness.n_complete);
    assert_eq!(a.missingness.correlation, b.missingness.correlation);
    let messages = |found: &Exploration| found.alerts.iter().map(|alert| alert.message.clone()).collect::<Vec<_>>();
    assert_eq!(messages(&a), messages(&b));
}

#[test]
fn a_change_of_unit_changes_no_association() {
    let plain = table(0, 2000);
    let scaled: ArrayRef = Arc::new(
        plain["amount"]
            .as_any()
            .downcast_ref::<Float64Array>()
            .unwrap()
            .unary::<_, arrow::datatypes::Float64Type>(|x| x * 1024.0),
    );
    let mut columns = plain.columns().to_vec();
    columns[1] = scaled;
    let other = RecordBatch::try_new(plain.schema(), columns).unwrap();
    let params = ExploreParams::new();
    let (a, b) = (found(&[plain], &params).pairs, found(&[other], &params).pairs);
    assert_eq!((a.pearson, a.spearman), (b.pearson, b.spearman));
    assert_eq!(
        a.by_group.iter().map(|g| g.eta).collect::<Vec<_>>(),
        b.by_group.iter().map(|g| g.eta).collect::<Vec<_>>()
    );
}

#[test]
fn a_sample_says_from_how_many_rows() {
    let params = ExploreParams::new().with_pair_rows(500).with_points(50);
    let found = found(&[table(0, 5000)], &params);
    assert_eq!((found.n_rows, found.pairs.n_rows), (5000, 500));
    let pearson = found.pairs.pearson.as_ref().unwrap();
    assert!(pearson.n.iter().all(|&n| n <= 500));
    assert!(found.pairs.scatters.iter().all(|pair| pair.points.len() <= 50));
    let plot = found.pairs.plot.as_ref().unwrap();
    assert!(plot.values.iter().all(|values| values.len() == 50));
    assert_eq!(found.columns[1].numbers.as_ref().unwrap().moments.n, 5000, "columns are judged from all rows");
}

#[test]
fn what_comes_out_is_bounded() {
    let names: Vec<String> = (0..150).map(|j| format!("x{j}")).collect();
    let column =
        |j: usize| numbers((0..400_usize).map(move |i| ((i * j) % 11 != 3).then(|| ((i + 3) * (j + 7) % 157) as f64)));
    let columns: Vec<(&str, ArrayRef, bool)> =
        names.iter().enumerate().map(|(j, name)| (name.as_str(), column(j), true)).collect();
    let table = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let facts: Vec<ColumnFacts> = names.iter().map(|name| ColumnFacts::new(name, Numeric, "")).collect();
    let found = explore(&[table], &facts, &ExploreParams::new()).unwrap();
    let pearson = found.pairs.pearson.as_ref().unwrap();
    assert_eq!((pearson.columns.len(), pearson.n_left_out), (60, 90));
    assert!(found.missingness.correlation.as_ref().unwrap().columns.len() <= 60);
    assert!(found.missingness.patterns.len() <= 12);
    assert!(found.missingness.patterns.iter().all(|pattern| pattern.columns.len() <= 60));
    let n_incomplete: u64 = found.missingness.patterns.iter().map(|pattern| pattern.n_rows).sum();
    assert_eq!(n_incomplete + found.missingness.n_other_rows + found.missingness.n_complete, 400);
}

#[test]
fn more_patterns_than_are_told_apart_are_counted_as_others() {
    let n = 70_000_usize;
    let names: Vec<String> = (0..17).map(|j| format!("b{j}")).collect();
    let column = |j: usize| numbers((0..n).map(move |row| (row >> j & 1 == 0).then_some(1.0)));
    let columns = names.iter().enumerate().map(|(j, name)| (name.as_str(), column(j), true));
    let table = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
    let facts: Vec<ColumnFacts> = names.iter().map(|name| ColumnFacts::new(name, Numeric, "")).collect();
    let found = explore(&[table], &facts, &ExploreParams::new().with_pair_rows(100)).unwrap().missingness;
    assert_eq!((found.n_complete, found.n_patterns), (1, Missingness::MAX_PATTERNS));
    assert_eq!((found.patterns.len(), found.n_other_rows), (12, n as u64 - 13), "every row is a pattern of its own");
    assert_eq!(found.patterns[4].columns, ["b0", "b2"], "row 5, the first come first");
}

#[test]
fn what_cannot_be_explored_is_said() {
    let table = [table(0, 5)];
    let message =
        |facts: &[ColumnFacts], params: &ExploreParams| explore(&table, facts, params).unwrap_err().to_string();
    let params = ExploreParams::new();
    let amount = ColumnFacts::new("amount", Numeric, "");
    assert_eq!(message(&[], &params), "no column was chosen as a feature");
    assert_eq!(message(&[amount.clone(), amount.clone()], &params), "column amount is chosen twice");
    assert!(message(&[ColumnFacts::new("gone", Numeric, "")], &params).ends_with("column gone is missing"));
    let rows = ExploreParams::new().with_pair_rows(3);
    assert_eq!(message(std::slice::from_ref(&amount), &rows), "pair-rows=3 should be >= 10");
    let columns = ExploreParams::new().with_matrix_columns(61);
    assert_eq!(message(std::slice::from_ref(&amount), &columns), "matrix-columns=61 should be in [2, 60]");
    assert_eq!(message(&[amount], &ExploreParams::new().with_points(0)), "points=0 should be in [1, 1000]");
}

fn one(array: ArrayRef, role: EdaRole) -> Exploration {
    let table = RecordBatch::try_from_iter_with_nullable([("x", array, true)]).expect("a column");
    explore(&[table], &[ColumnFacts::new("x", role, "")], &ExploreParams::new()).expect("an answer")
}

#[test]
fn no_rows_and_no_values_are_described() {
    let nothing = explore(&[], &[], &ExploreParams::new());
    assert!(matches!(nothing, Err(PrepareError::NoColumns)));
    for array in [numbers(std::iter::empty()), numbers([None; 30].into_iter()), texts([None; 30].into_iter())] {
        let found = one(array, Empty);
        let column = &found.columns[0];
        assert_eq!((column.n_distinct, column.n_present()), (0, 0));
        assert!(column.numbers.is_none() && column.levels.is_none() && column.telling() == 0.0);
        assert!(found.pairs.pearson.is_none() && found.missingness.patterns.is_empty());
        serde_json::to_string(&found).unwrap();
    }
    let found = one(numbers([f64::NAN, f64::INFINITY, -1e300, f64::NEG_INFINITY].into_iter().map(Some)), Numeric);
    assert!(found.columns[0].numbers.is_none(), "no finite value");
    assert_eq!(found.columns[0].n_missing, 1);
}

#[test]
fn extremes_have_finite_profiles() {
    let values = [5e-324, -5e-324, 1e-100, 1e75, -1e75, 1e76, f64::MAX, f64::INFINITY, f64::NAN, 0.0, -0.0];
    let found = one(numbers(values.into_iter().map(Some)), Numeric);
    let column = &found.columns[0];
    let numbers = column.numbers.as_ref().unwrap();
    assert_eq!((numbers.n_infinite, column.n_missing, numbers.n_zero, numbers.n_negative), (3, 1, 2, 2));
    assert_eq!((numbers.min, numbers.max, column.n_distinct), (-1e75, 1e75, 6));
    assert!(!serde_json::to_string(&numbers).unwrap().contains("null"), "{numbers:?}");
    let tiny = one(self::numbers((0..50).map(|i| Some(f64::from(i) * 1e-200))), Numeric);
    let moments = tiny.columns[0].numbers.as_ref().unwrap().moments;
    assert!(moments.skewness.is_none_or(f64::is_finite) && moments.kurtosis.is_none_or(f64::is_finite));
}

#[test]
fn moments_are_the_same_in_every_unit() {
    let seconds =
        |rows: std::ops::Range<i64>| rows.map(|row| (row % 9 != 2).then_some(row * row * 7919 - 80_000_000_000));
    let in_seconds = |rows| -> ArrayRef { Arc::new(seconds(rows).collect::<TimestampSecondArray>()) };
    let in_millis = |rows| -> ArrayRef {
        Arc::new(seconds(rows).map(|cell| cell.map(|at| at * 1000)).collect::<TimestampMillisecondArray>())
    };
    let in_nanos = |at: i64| -> ArrayRef { Arc::new(TimestampNanosecondArray::from(vec![at])) };
    let found = |arrays: Vec<ArrayRef>| {
        let batches: Vec<RecordBatch> = arrays.into_iter().map(|array| batch([("x", array)])).collect();
        explore(&batches, &[ColumnFacts::new("x", Date, "")], &ExploreParams::new())
    };
    let expected = found(vec![in_seconds(0..6000)]).unwrap();
    let column = &expected.columns[0];
    let different: BTreeSet<i64> = seconds(0..6000).flatten().collect();
    assert_eq!((column.n_missing, column.n_distinct), (667, different.len() as u64));
    let counted: u64 = column.dates.as_ref().unwrap().periods.iter().map(|period| period.count).sum();
    assert_eq!(counted, column.n_present());
    for parts in [vec![in_millis(0..6000)], vec![in_seconds(0..10), in_millis(10..5999), in_seconds(5999..6000)]] {
        assert_eq!(json(&found(parts).unwrap()), json(&expected));
    }
    let beyond = found(vec![in_nanos(5), Arc::new(TimestampSecondArray::from(vec![i64::MAX / 2]))]).unwrap_err();
    assert!(matches!(beyond, PrepareError::Convert { .. }), "{beyond}");
    let far = found(vec![Arc::new(TimestampSecondArray::from(vec![i64::MAX / 2, i64::MIN / 2]))]).unwrap();
    assert_eq!(far.columns[0].n_distinct, 2);
}

#[test]
fn one_row_and_equal_rows_are_described() {
    let found = explore(&[table(1, 1)], &facts(), &ExploreParams::new()).unwrap();
    assert!(found.columns.iter().all(|column| column.n_distinct <= 1));
    let rows: Vec<RecordBatch> = (0..50).map(|_| table(9, 1)).collect();
    let found = explore(&rows, &facts(), &ExploreParams::new()).unwrap();
    assert!(found.columns.iter().all(|column| column.n_distinct == 1));
    assert!(found.pairs.pearson.is_none() && found.pairs.scatters.is_empty() && found.pairs.by_group.is_empty());
}

#[test]
fn roles_that_do_not_fit_are_no_harm() {
    for role in [Id, Numeric, Categorical, Coded, Boolean, Date, Text, EdaRole::Constant, Empty] {
        let facts = ROLES.map(|(name, _)| ColumnFacts::new(name, role, ""));
        let found = explore(&[table(0, 300)], &facts, &ExploreParams::new()).unwrap();
        assert_eq!(found.columns.len(), ROLES.len());
        let distinct = |role: usize| found.columns[role].n_distinct;
        assert_eq!((distinct(0), distinct(4), distinct(5), distinct(6)), (300, 3, 5, 2), "{role:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn words_are_counted_as_by_a_map(cells in prop::collection::vec(prop::option::weighted(0.9, "[a-c]{0,3}"), 1..150)) {
        let found = one(texts(cells.iter().map(|cell| cell.as_deref())), Categorical);
        let column = &found.columns[0];
        let mut counts = std::collections::BTreeMap::new();
        cells.iter().flatten().for_each(|cell| *counts.entry(cell.as_str()).or_insert(0_u64) += 1);
        prop_assert_eq!(column.n_distinct, counts.len() as u64);
        let first = |word: &str| cells.iter().position(|cell| cell.as_deref() == Some(word));
        let mut order: Vec<(&str, u64)> = counts.into_iter().collect();
        order.sort_by_key(|&(word, count)| (std::cmp::Reverse(count), first(word)));
        if let Some(levels) = &column.levels {
            let top: Vec<(&str, u64)> = levels.top.iter().map(|level| (level.value.as_str(), level.count)).collect();
            prop_assert_eq!(&top[..], &order[..top.len()]);
            prop_assert_eq!(top.len(), order.len().min(Levels::SHOWN));
            prop_assert_eq!(levels.n_rest_levels as usize, order.len() - top.len());
        }
    }

    #[test]
    fn patterns_are_counted_as_by_a_map(cells in prop::collection::vec(prop::collection::vec(any::<bool>(), 4), 1..80)) {
        let column = |j: usize| numbers(cells.iter().map(move |row| row[j].then_some(1.0)));
        let names = ["a", "b", "c", "d"];
        let columns = names.iter().enumerate().map(|(j, &name)| (name, column(j), true));
        let table = RecordBatch::try_from_iter_with_nullable(columns).unwrap();
        let facts = names.map(|name| ColumnFacts::new(name, Numeric, ""));
        let found = explore(&[table], &facts, &ExploreParams::new()).unwrap().missingness;
        let partly = |j: usize| cells.iter().any(|row| row[j]) && cells.iter().any(|row| !row[j]);
        let mut counts = std::collections::BTreeMap::new();
        for row in &cells {
            let missing: Vec<&str> = (0..4).filter(|&j| !row[j] && partly(j)).map(|j| names[j]).collect();
            *counts.entry(missing).or_insert(0_u64) += 1;
        }
        prop_assert_eq!(found.n_complete, counts.remove(&Vec::new()).unwrap_or(0));
        let shown: u64 = found.patterns.iter().map(|pattern| pattern.n_rows).sum();
        prop_assert_eq!(shown + found.n_other_rows, counts.values().sum::<u64>());
        for pattern in &found.patterns {
            let columns: Vec<&str> = pattern.columns.iter().map(String::as_str).collect();
            prop_assert_eq!(counts.get(&columns), Some(&pattern.n_rows));
        }
    }
}
