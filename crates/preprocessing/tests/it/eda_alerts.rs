//! What is told of a table that has something wrong, and that nothing is told of one that has not.

use std::sync::Arc;

use crate::common::{batch, numbers, texts};
use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch};
use segctl_preprocessing::eda::{
    Alert, AlertKind, ColumnFacts, EdaRole, ExploreParams, Severity, config_lines, explore,
};

const N: usize = 1000;

/// Numbers near a normal distribution, 30 to 70: the mean of twelve dice and nothing wrong with it.
fn calm(salt: u64) -> impl Iterator<Item = f64> {
    let mut state = salt.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1;
    let mut die = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 31) as f64
    };
    std::iter::repeat_with(move || 30.0 + 40.0 * (0..6).map(|_| die()).sum::<f64>() / 6.0)
}

/// Whole numbers, with those of `rows` replaced.
fn whole(salt: u64, replaced: &[(usize, f64)]) -> ArrayRef {
    let mut values: Vec<f64> = calm(salt).take(N).map(f64::round).collect();
    replaced.iter().for_each(|&(row, value)| values[row] = value);
    numbers(values.into_iter().map(Some))
}

fn alerts(columns: Vec<(&str, EdaRole, ArrayRef)>) -> Vec<Alert> {
    let facts: Vec<ColumnFacts> = columns.iter().map(|(name, role, _)| ColumnFacts::new(name, *role, "")).collect();
    let table =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, _, array)| (name, array, true)))
            .expect("columns of equal length");
    explore(&[table], &facts, &ExploreParams::new().with_year(2024)).expect("a table").alerts
}

fn of_numbers(name: &str, array: ArrayRef) -> Vec<Alert> {
    alerts(vec![(name, EdaRole::Numeric, array)])
}

/// One alert of this kind, with this message and these lines.
fn check(alerts: &[Alert], kind: AlertKind, message: &str, config: Option<&str>) {
    let found: Vec<&Alert> = alerts.iter().filter(|alert| alert.kind == kind).collect();
    assert_eq!(found.len(), 1, "{kind:?}: {alerts:#?}");
    assert_eq!(found[0].message, message);
    assert_eq!(found[0].config.as_deref(), config);
    assert!((0.0..=1.0).contains(&found[0].share) && !found[0].advice.is_empty());
    if let Some(lines) = config {
        toml::from_str::<toml::Table>(lines).expect("lines of configuration");
    }
}

#[test]
fn nothing_is_said_of_calm_data() {
    let clean = vec![
        ("AGE", EdaRole::Numeric, whole(1, &[])),
        ("ORDER_COUNT", EdaRole::Numeric, whole(2, &[])),
        ("SCORE", EdaRole::Numeric, numbers(calm(3).take(N).map(Some))),
        ("CLICK_RATE", EdaRole::Numeric, numbers(calm(4).take(N).map(|value| Some(value / 100.0)))),
        ("REGION", EdaRole::Categorical, texts((0..N).map(|row| Some(["a", "b", "c"][row * row % 7 % 3])))),
    ];
    let found = alerts(clean);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn impossible_values_are_told_by_names() {
    let rate = numbers(calm(1).take(N).enumerate().map(|(row, value)| Some(if row < 3 { 1.5 } else { value / 100.0 })));
    let rule = "[[rules]]\nname = \"CLICK_RATE is possible\"\ncheck = \"CLICK_RATE BETWEEN 0 AND 1\"\n\
        action = { set = { CLICK_RATE = \"LEAST(GREATEST(CLICK_RATE, 0), 1)\" } }\n";
    let message = "CLICK_RATE is a share by its name and values, but has 3 values above 1 (up to 1.5)";
    check(&of_numbers("CLICK_RATE", rate), AlertKind::ImpossibleShare, message, Some(rule));

    let count = whole(2, &[(7, -4.0), (9, -2.0)]);
    let rule = "[[rules]]\nname = \"ORDER_COUNT is possible\"\ncheck = \"ORDER_COUNT >= 0\"\n\
        action = { set = { ORDER_COUNT = \"NULL\" } }\n";
    let message = "ORDER_COUNT counts by its name, but has 2 values below 0 (down to -4)";
    check(&of_numbers("ORDER_COUNT", count), AlertKind::NegativeCount, message, Some(rule));

    let ages = whole(3, &[(1, 140.0), (2, -3.0)]);
    let rule = "[[rules]]\nname = \"CUST_AGE is possible\"\ncheck = \"CUST_AGE BETWEEN 0 AND 110\"\n\
        action = { set = { CUST_AGE = \"NULL\" } }\n";
    let message =
        "CUST_AGE is an age by its name, but has 1 value below 0 (down to -3) and 1 value above 110 (up to 140)";
    check(&of_numbers("CUST_AGE", ages), AlertKind::ImpossibleAge, message, Some(rule));

    let years = numbers(calm(4).take(N).enumerate().map(|(row, value)| match row {
        0 => Some(1899.0),
        1 => Some(2031.0),
        _ => Some(1930.0 + value.round()),
    }));
    let rule = "[[rules]]\nname = \"Year_Birth is possible\"\ncheck = \"Year_Birth BETWEEN 1914 AND 2024\"\n\
        action = { set = { Year_Birth = \"NULL\" } }\n";
    let message = "Year_Birth is a year of birth by its name, but has 1 value below 1914 (down to 1899) \
        and 1 value above 2024 (up to 2031)";
    check(&of_numbers("Year_Birth", years), AlertKind::ImpossibleBirth, message, Some(rule));
}

#[test]
fn names_alone_make_nothing_impossible() {
    // Percentages up to 100, an amount that is negative as often as not, and a count with fractions.
    assert!(of_numbers("PERCENT", whole(1, &[])).is_empty());
    let balance = numbers(calm(2).take(N).map(|value| Some(value - 50.0)));
    assert!(of_numbers("NET_COUNT", balance).is_empty());
    let amount = of_numbers("SIZE", whole(3, &[(0, -3.0)]));
    assert!(amount.iter().all(|alert| alert.severity == Severity::Minor), "an amount may be negative: {amount:#?}");
}

#[test]
fn the_year_is_that_of_the_latest_date() {
    let years = numbers(
        calm(4).take(N).enumerate().map(|(row, value)| Some(if row == 0 { 1905.0 } else { 1930.0 + value.round() })),
    );
    let dates: ArrayRef = Arc::new((0..N as i32).map(|row| Some(15_000 + row)).collect::<Date32Array>());
    let table = batch([("BIRTH_YEAR", years), ("SINCE", dates)]);
    let facts = [ColumnFacts::new("BIRTH_YEAR", EdaRole::Numeric, ""), ColumnFacts::new("SINCE", EdaRole::Date, "")];
    let found = |params: &ExploreParams| {
        let alerts = explore(std::slice::from_ref(&table), &facts, params).unwrap().alerts;
        alerts.iter().any(|alert| alert.kind == AlertKind::ImpossibleBirth)
    };
    assert!(!found(&ExploreParams::new()), "in 2013, somebody born in 1905 may live");
    assert!(found(&ExploreParams::new().with_year(2024)));
}

#[test]
fn sentinels_are_values_far_from_the_rest() {
    let rule = "[[rules]]\nname = \"SPEND_1 is no 9999\"\ncheck = \"SPEND_1 <> 9999\"\naction = { set = { SPEND_1 = \"NULL\" } }\n";
    let found = of_numbers("SPEND_1", whole(1, &[(3, 9999.0), (4, 9999.0), (5, 60.0)]));
    let sentinel: Vec<&Alert> = found.iter().filter(|alert| alert.kind == AlertKind::Sentinel).collect();
    assert_eq!((sentinel.len(), sentinel[0].count), (1, 2));
    assert!(
        sentinel[0].message.starts_with("SPEND_1 holds 9999 2 times, and the next value is "),
        "{}",
        sentinel[0].message
    );
    assert_eq!(sentinel[0].config.as_deref(), Some(rule));
    assert_eq!(sentinel[0].severity, Severity::Serious);
    let kinds = |replaced: &[(usize, f64)]| {
        of_numbers("SPEND", whole(1, replaced)).iter().map(|alert| alert.kind).collect::<Vec<_>>()
    };
    assert!(kinds(&[(0, -1.0), (1, -999.0)]).iter().filter(|&&kind| kind == AlertKind::Sentinel).count() >= 1);
    assert!(!kinds(&[(0, 9998.0)]).contains(&AlertKind::Sentinel));
    assert!(!kinds(&[(0, 66.0)]).contains(&AlertKind::Sentinel), "within the others");
}

#[test]
fn text_that_is_mostly_numbers_is_told() {
    let written: Vec<String> = (0..N).map(|row| if row < 11 { " ".into() } else { format!("{row}.5") }).collect();
    let cells = || texts(written.iter().map(|cell| Some(cell.as_str())));
    let found = alerts(vec![("TOTAL_1", EdaRole::Text, cells())]);
    let lines = "[features]\nTOTAL_1_NUMBER = \"TRY_CAST(TOTAL_1 AS DOUBLE)\"\n";
    let message = "TOTAL_1 is text because 11 of 1000 cells are no numbers: \" \"";
    check(&found, AlertKind::MixedFormats, message, Some(lines));
    assert!(alerts(vec![("TOTAL", EdaRole::Id, cells())]).iter().all(|alert| alert.kind != AlertKind::MixedFormats));
}

#[test]
fn codes_are_no_numbers_gone_wrong_but_units_may_be() {
    let told = |others: [&str; 3]| {
        let written: Vec<String> = (0..N)
            .map(|row| others.get(row).map_or_else(|| (85_000 + row).to_string(), |text| (*text).to_owned()))
            .collect();
        let cells = texts(written.iter().map(|cell| Some(cell.as_str())));
        alerts(vec![("STOCK_1", EdaRole::Text, cells)]).iter().any(|alert| alert.kind == AlertKind::MixedFormats)
    };
    assert!(!told(["85123A", "84406B", "POST"]) && !told(["C536379", "C536383", "C536391"]));
    assert!(told(["5kg", "12kg", "7kg"]) && told(["?", "n.n.", "85123A"]) && told(["5 EUR", "unknown", "-"]));
}

#[test]
fn columns_of_a_kind_share_an_alert() {
    let constant = || numbers([Some(3.0); N].into_iter());
    let holey = |step: usize| {
        numbers(calm(9 + step as u64).take(N).enumerate().map(move |(row, value)| (row % step != 0).then_some(value)))
    };
    let found = alerts(vec![
        ("Z_A", EdaRole::Constant, constant()),
        ("Z_B", EdaRole::Constant, constant()),
        ("H_5", EdaRole::Numeric, holey(5)),
        ("H_20", EdaRole::Numeric, holey(20)),
        (
            "H_1",
            EdaRole::Numeric,
            numbers(calm(8).take(N).enumerate().map(|(row, value)| (row % 9 == 0).then_some(value))),
        ),
    ]);
    let exclude = Some("[data]\nexclude = [\"Z_A\", \"Z_B\"]\n");
    check(&found, AlertKind::Constant, "2 columns hold one value only: Z_A (3), Z_B (3)", exclude);
    let median = Some("[prepare]\nmissing = \"median\"\n");
    check(
        &found,
        AlertKind::Missing,
        "2 columns have missing cells: H_5 (200 cells, 20.0%), H_20 (50 cells, 5.0%)",
        median,
    );
    let mostly = Some("[data]\nexclude = [\"H_1\"]\n");
    check(&found, AlertKind::MostlyMissing, "1 column is mostly missing: H_1 (888 cells, 88.8%)", mostly);
    assert!(found.is_sorted_by(|a, b| a.severity <= b.severity));
    let all = config_lines(found.iter().filter_map(|alert| alert.fix.as_ref()));
    assert_eq!(all, "[data]\nexclude = [\"H_1\", \"Z_A\", \"Z_B\"]\n\n[prepare]\nmissing = \"median\"\n");
}

#[test]
fn long_tails_zeros_and_infinities_are_told() {
    let tail = numbers(calm(1).take(N).map(|value| Some(libm::exp((value - 50.0) / 3.0))));
    let found = of_numbers("SPEND", tail);
    let lines = Some("[prepare]\nskew = \"auto\"\n");
    let message = &found.iter().find(|alert| alert.kind == AlertKind::Skewed).unwrap().message;
    check(&found, AlertKind::Skewed, &message.clone(), lines);
    assert!(found.iter().any(|alert| alert.kind == AlertKind::Outliers));
    let zeros = numbers(calm(2).take(N).enumerate().map(|(row, value)| Some(if row % 3 > 0 { 0.0 } else { value })));
    check(
        &of_numbers("SPEND", zeros),
        AlertKind::ZeroInflated,
        "1 column is mostly 0: SPEND (66.6%)",
        Some("[features]\nHAS_SPEND = \"\\\"SPEND\\\" > 0\"\n"),
    );
    let infinite =
        numbers(calm(2).take(N).enumerate().map(|(row, value)| Some(if row == 3 { f64::INFINITY } else { value })));
    check(
        &of_numbers("SPEND", infinite),
        AlertKind::Infinite,
        "1 column holds infinite values: SPEND (1 cell)",
        Some("[prepare]\nmissing = \"median\"\n"),
    );
}

#[test]
fn columns_that_say_the_same_are_told_once() {
    let values: Vec<f64> = calm(1).take(N).collect();
    let column = |shift: f64| numbers(values.iter().map(|value| Some(*value + shift)));
    let noisy = numbers(values.iter().zip(calm(2)).map(|(value, noise)| Some(-value + noise / 20.0)));
    let found = alerts(vec![
        ("A", EdaRole::Numeric, column(0.0)),
        ("B", EdaRole::Numeric, column(0.0)),
        ("C", EdaRole::Numeric, noisy),
        ("D", EdaRole::Numeric, numbers(calm(3).take(N).map(Some))),
    ]);
    let exclude = Some("[data]\nexclude = [\"B\"]\n");
    check(&found, AlertKind::Duplicated, "A and B hold the same values in every row", exclude);
    let correlated = found.iter().find(|alert| alert.kind == AlertKind::Correlated).unwrap();
    assert_eq!(
        (&correlated.columns[..], correlated.config.as_deref()),
        (&["A", "B", "C"].map(String::from)[..], Some("[data]\nexclude = [\"B\", \"C\"]\n"))
    );
    assert!(correlated.message.starts_with("A goes with B (r = 1.000) and C (r = -0.99"), "{}", correlated.message);
    let zeros = |zero: Option<f64>| {
        numbers(values.iter().enumerate().map(move |(row, value)| if row % 5 > 0 { Some(*value) } else { zero }))
    };
    for missing in [None, Some(f64::NAN)] {
        let found = alerts(vec![("A", EdaRole::Numeric, zeros(Some(0.0))), ("B", EdaRole::Numeric, zeros(missing))]);
        assert!(found.iter().all(|alert| alert.kind != AlertKind::Duplicated), "a missing value is no 0: {found:#?}");
    }
    let twins = alerts(vec![("A", EdaRole::Numeric, column(0.0)), ("B", EdaRole::Numeric, column(0.0))]);
    assert_eq!(twins.len(), 1, "{twins:#?}");
}

#[test]
fn rare_levels_are_told_as_sql_writes_them() {
    let codes: ArrayRef = Arc::new(
        (0..N as i64)
            .map(|row| {
                Some(if row < 5 {
                    0
                } else if row < 9 {
                    6
                } else {
                    1 + row % 3
                })
            })
            .collect::<Int64Array>(),
    );
    let rule = "[[rules]]\nname = \"EDU_1 has a usual level\"\ncheck = \"EDU_1 NOT IN (0, 6)\"\naction = \"report\"\n";
    let found = alerts(vec![("EDU_1", EdaRole::Coded, codes)]);
    check(&found, AlertKind::RareLevels, "EDU_1: levels 0, 6 are rare (9 rows)", Some(rule));
    let words = texts((0..N).map(|row| Some(if row == 4 { "don't know" } else { ["a", "b"][row % 2] })));
    let rule =
        "[[rules]]\nname = \"W_1 has a usual level\"\ncheck = \"W_1 NOT IN ('don''t know')\"\naction = \"report\"\n";
    let found = alerts(vec![("W_1", EdaRole::Categorical, words)]);
    check(&found, AlertKind::RareLevels, "W_1: level don't know is rare (1 row)", Some(rule));
}

#[test]
fn ids_are_told() {
    let names: Vec<String> = (0..N).map(|row| format!("C{row}")).collect();
    let ids = |n: usize| {
        texts(
            names
                .iter()
                .map(move |name| Some(name.as_str()))
                .enumerate()
                .map(move |(row, name)| if row < n { Some("C999") } else { name }),
        )
    };
    let found = alerts(vec![("ref", EdaRole::Text, ids(0))]);
    check(
        &found,
        AlertKind::UniqueText,
        "1 column holds a different text on every row: ref (1000 texts)",
        Some("[data]\nid = \"ref\"\n"),
    );
    let found = alerts(vec![("ref", EdaRole::Text, ids(0)), ("id", EdaRole::Id, ids(2))]);
    let exclude = Some("[data]\nexclude = [\"ref\"]\n");
    check(&found, AlertKind::UniqueText, "1 column holds a different text on every row: ref (1000 texts)", exclude);
    check(
        &found,
        AlertKind::RepeatedId,
        "id: 2 rows repeat an id that another row has",
        Some("[duplicates]\nids = \"first\"\n"),
    );
}

#[test]
fn categories_that_look_like_numbers_are_no_mistake() {
    let bands = texts((0..N).map(|row| Some(["0", "1", "2", "3+"][row % 4])));
    assert!(alerts(vec![("CHILDREN", EdaRole::Categorical, bands)]).is_empty());
}

#[test]
fn few_rows_agree_by_chance() {
    let column = |step: f64| numbers((0..5).map(move |row| Some(f64::from(row * row) * step)));
    let found = alerts(vec![
        ("A", EdaRole::Numeric, column(1.0)),
        ("B", EdaRole::Numeric, column(1.0)),
        ("C", EdaRole::Numeric, column(2.0)),
    ]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_column_of_nearly_one_value_is_told_of_once() {
    let spend = numbers((0..N).map(|row| Some(if row % 200 == 0 { 50.0 } else { 0.0 })));
    let found = of_numbers("SPEND", spend);
    let lines = Some("[data]\nexclude = [\"SPEND\"]\n");
    check(&found, AlertKind::NearConstant, "1 column holds nearly one value only: SPEND (0 on 99.5%)", lines);
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn messages_stay_short_however_many_columns_there_are() {
    let names: Vec<String> = (0..40).map(|j| format!("C{j}")).collect();
    let columns = names.iter().map(|name| (name.as_str(), EdaRole::Numeric, numbers(calm(1).take(N).map(Some))));
    let found = alerts(columns.collect());
    assert_eq!((found.len(), found[0].columns.len()), (1, 40));
    let message = "C0, C1, C2, C3, C4, C5, C6, C7 and 32 more hold the same values in every row";
    assert_eq!(found[0].message, message);
}

#[test]
fn codes_that_are_taken_for_numbers_are_told() {
    let codes = |most: usize| numbers((0..N).map(move |row| Some((row * row % most) as f64 + 10.0)));
    let found = of_numbers("REGION_CODE", codes(37));
    let message = format!("REGION_CODE holds {} whole numbers, which are codes by its name", 19);
    check(&found, AlertKind::CodesAsNumbers, &message, Some("[data.roles]\nREGION_CODE = \"categorical\"\n"));
    for (name, most) in [("REGION_CODE", 499), ("CODE_LENGTH", 37)] {
        assert!(of_numbers(name, codes(most)).iter().all(|alert| alert.kind != AlertKind::CodesAsNumbers), "{name}");
    }
}
