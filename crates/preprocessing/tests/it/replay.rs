//! What was learnt, replayed: the same bits, also from JSON, at any thread count; and what differs.

use crate::common::{batch, numbers, plan, texts};
use proptest::prelude::*;
use segctl_numeric::par::with_threads;
use segctl_preprocessing::{
    ColumnPlan, Difference, Fitted, Missing, OutlierAction, Outliers, Preparation, PrepareError, Scale, Skew,
    Treatment, Unseen, fit_transform,
};

fn amount() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some(0.0)),
        1 => Just(Some(f64::INFINITY)),
        6 => (-3.0..12.0_f64).prop_map(|log| Some(libm::exp(log))),
    ]
}

fn mixed() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![1 => Just(None), 1 => Just(Some(1e9)), 8 => (-50.0..50.0_f64).prop_map(Some)]
}

fn word() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::weighted(0.9, prop::sample::select(vec!["north", "south", "east", "west"]))
}

fn preparation() -> impl Strategy<Value = Preparation> {
    let missing = [
        Missing::Drop,
        Missing::Mean,
        Missing::Median,
        Missing::MostFrequent,
        Missing::Constant,
        Missing::Knn,
        Missing::Iterative,
    ];
    let outliers =
        [Outliers::Iqr, Outliers::Z, Outliers::Mad, Outliers::Mahalanobis, Outliers::IsolationForest, Outliers::None];
    let actions = [OutlierAction::Flag, OutlierAction::Clip, OutlierAction::Drop];
    let skews = [Skew::Auto, Skew::None, Skew::Log1p, Skew::YeoJohnson, Skew::BoxCox];
    let scales = [
        Scale::Standard,
        Scale::Robust,
        Scale::MinMax,
        Scale::MaxAbs,
        Scale::QuantileUniform,
        Scale::QuantileNormal,
        Scale::Rank,
        Scale::None,
    ];
    let choices = (
        prop::sample::select(missing.to_vec()),
        prop::sample::select(outliers.to_vec()),
        prop::sample::select(actions.to_vec()),
        prop::sample::select(skews.to_vec()),
        prop::sample::select(scales.to_vec()),
        prop::option::of(Just([0.1, 0.95])),
        any::<bool>(),
        (2..5_usize, prop::sample::select(vec![0.0, 0.2])),
    );
    choices.prop_map(|(missing, outliers, outlier_action, skew, scale, winsorize, indicator, categories)| Preparation {
        missing,
        outliers,
        outlier_action,
        skew,
        scale,
        winsorize,
        indicator,
        max_categories: categories.0,
        min_category_share: categories.1,
        ..Preparation::default()
    })
}

fn columns() -> Vec<ColumnPlan> {
    vec![
        plan("amount", Treatment::Numeric),
        plan("mixed", Treatment::Numeric),
        plan("region", Treatment::OneHot),
        plan("rank", Treatment::Ordinal { order: None }),
        plan("place", Treatment::Frequency),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn replay_gives_the_same_bits(
        rows in prop::collection::vec((amount(), mixed(), word(), word()), 1..60),
        preparation in preparation(),
    ) {
        let table = [batch([
            ("amount", numbers(rows.iter().map(|row| row.0))),
            ("mixed", numbers(rows.iter().map(|row| row.1))),
            ("region", texts(rows.iter().map(|row| row.2))),
            ("rank", texts(rows.iter().map(|row| row.3))),
            ("place", texts(rows.iter().map(|row| row.2))),
        ])];
        // Few rows may leave nothing, which is an error and no panic.
        if let Ok((fitted, prepared)) = fit_transform(&table, &columns(), &preparation) {
            let replayed = fitted.transform(&table).unwrap();
            prop_assert_eq!(&replayed.matrix, &prepared.matrix);
            prop_assert_eq!(&replayed.kept_rows, &prepared.kept_rows);
            prop_assert_eq!(&replayed.outliers, &prepared.outliers);
            let text = serde_json::to_string(&fitted).unwrap();
            let read: Fitted = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(&read, &fitted);
            prop_assert_eq!(read.transform(&table).unwrap().matrix, prepared.matrix);
            prop_assert!(fitted.differences(&table).unwrap().is_empty());
        }
    }

    #[test]
    fn min_max_features_lie_within_their_bounds(values in prop::collection::vec(mixed(), 4..60)) {
        let preparation = Preparation { scale: Scale::MinMax, outlier_action: OutlierAction::Clip, ..Preparation::default() };
        let table = [batch([("mixed", numbers(values.into_iter()))])];
        if let Ok((_, prepared)) = fit_transform(&table, &columns()[1..2], &preparation) {
            prop_assert!(prepared.matrix.as_slice().iter().all(|value| (0.0..=1.0).contains(value)));
        }
    }
}

/// 30,000 rows in three batches: more than one chunk of every loop.
fn large() -> Vec<arrow::array::RecordBatch> {
    let piece = |start: u64| {
        let value = |step: u64| {
            (start..start + 10_000)
                .map(move |i| (!(i * step).is_multiple_of(1009)).then_some(((i * step) % 1009) as f64))
        };
        let region = (start..start + 10_000).map(|i| Some(["north", "south", "east"][(i % 7 % 3) as usize]));
        batch([
            ("amount", numbers(value(31).map(|value| value.map(|value| value * value * value)))),
            ("mixed", numbers(value(77))),
            ("region", texts(region.clone())),
            ("rank", texts(region.clone())),
            ("place", texts(region)),
        ])
    };
    vec![piece(0), piece(10_000), piece(20_000)]
}

#[test]
fn the_same_bits_at_any_thread_count() {
    let table = large();
    let other = |scale: Scale, skew: Skew| Preparation {
        scale,
        skew,
        outliers: Outliers::Mahalanobis,
        winsorize: Some([0.01, 0.99]),
        ..Preparation::default()
    };
    for preparation in [
        Preparation::default(),
        other(Scale::QuantileNormal, Skew::YeoJohnson),
        other(Scale::Rank, Skew::BoxCox),
        other(Scale::QuantileUniform, Skew::None),
    ] {
        let run = |n_threads| {
            let (fitted, prepared) =
                with_threads(n_threads, || fit_transform(&table, &columns(), &preparation)).unwrap();
            (serde_json::to_string(&fitted).unwrap(), prepared)
        };
        let one = run(1);
        assert!(one == run(2) && one == run(3), "{preparation:?}");
    }
}

#[test]
fn batches_are_one_table() {
    let pieces = large();
    let whole = arrow::compute::concat_batches(&pieces[0].schema(), &pieces).unwrap();
    let fit = |table: &[arrow::array::RecordBatch]| fit_transform(table, &columns(), &Preparation::default()).unwrap();
    assert_eq!(fit(&pieces), fit(&[whole]));
}

#[test]
fn everything_that_differs_is_told_at_once() {
    let table = large();
    let (fitted, _) = fit_transform(&table, &columns(), &Preparation::default()).unwrap();
    let other = [batch([
        ("mixed", texts([Some("a"), Some("b"), None].into_iter())),
        ("region", texts([Some("north"), Some("mars"), Some("mars")].into_iter())),
        ("rank", numbers([Some(1.0), Some(2.0), None].into_iter())),
        ("place", texts([Some("south"), Some("venus"), None].into_iter())),
    ])];
    let PrepareError::Differs(found) = fitted.transform(&other).unwrap_err() else { panic!("the data differs") };
    let told: Vec<String> = found.iter().map(Difference::to_string).collect();
    assert_eq!(
        told,
        [
            "column amount is missing",
            "column mixed holds text where numbers should be",
            "column region holds unknown categories in 2 rows: \"mars\" (2)",
            "column rank holds numbers where the known categories should be",
            "column place holds unknown categories in 1 rows: \"venus\" (1)",
        ]
    );
    assert_eq!(fitted.differences(&other).unwrap(), found);
}

#[test]
fn unseen_categories_can_be_ignored() {
    let preparation = Preparation { unseen: Unseen::Ignore, scale: Scale::None, ..Preparation::default() };
    let old = [batch([("region", texts([Some("a"), Some("b"), Some("a")].into_iter()))])];
    let (fitted, _) = fit_transform(&old, &[plan("region", Treatment::OneHot)], &preparation).unwrap();
    let new = [batch([("region", texts([Some("b"), Some("c"), None].into_iter()))])];
    let prepared = fitted.transform(&new).unwrap();
    assert_eq!(prepared.names, ["region=a", "region=b"]);
    // The unknown is neither; the missing, of which there were none before, is the most frequent.
    assert_eq!(prepared.matrix.as_slice(), [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    let told: Vec<String> = prepared.events.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "encode: region: cells with one of 1 further categories ignored (1)",
            "missing: region: filled with the category a (1)"
        ]
    );
}

#[test]
fn columns_dropped_are_needed_no_more() {
    let table = [batch([
        ("x", numbers((0..9).map(|i| Some(f64::from(i))))),
        ("twice", numbers((0..9).map(|i| Some(f64::from(2 * i))))),
        ("constant", numbers((0..9).map(|_| Some(7.0)))),
        ("empty", numbers((0..9).map(|_| None))),
    ])];
    let columns = ["x", "twice", "constant", "empty"].map(|name| plan(name, Treatment::Numeric));
    let (fitted, prepared) = fit_transform(&table, &columns, &Preparation::default()).unwrap();
    assert_eq!(fitted.input_columns(), ["x"]);
    let told: Vec<String> = prepared.events.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "near-constant: constant: dropped: every value is 7 (1)",
            "missing: empty: dropped: 100% of its cells are missing (1)",
            "collinear: twice: dropped: perfectly correlated with x (1)",
            "skew: x: left as it is: its skewness of 0.0 is within 1 (0)",
        ]
    );
    let only_x = [table[0].project(&[0]).unwrap()];
    assert_eq!(fitted.transform(&only_x).unwrap().matrix, prepared.matrix);
}

#[test]
fn a_negative_amount_is_counted_where_there_was_none() {
    let table = [batch([("x", numbers((0..50).map(|i| Some(libm::exp(f64::from(i) / 5.0)))))])];
    let (fitted, _) = fit_transform(&table, &[plan("x", Treatment::Numeric)], &Preparation::default()).unwrap();
    let new = [batch([("x", numbers([Some(-3.0), Some(0.0)].into_iter()))])];
    let prepared = fitted.transform(&new).unwrap();
    assert_eq!(prepared.matrix.row(0), prepared.matrix.row(1));
    assert!(prepared.events.iter().any(|event| event.step == "skew" && event.count == 1), "{:?}", prepared.events);
}
