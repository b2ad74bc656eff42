//! Scales, transforms and encodings fitted on one half of a table and replayed on the other, as scikit-learn and
//! SciPy have them.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use segctl_preprocessing::steps::{Curve, Power, Step, box_cox_lambda};
use segctl_preprocessing::{ColumnPlan, Fitted, Missing, Outliers, Preparation, Prepared, Scale, Skew, Treatment};
use segctl_preprocessing::{Unseen, fit, fit_transform};
use serde::Deserialize;

use crate::common::{assert_close, batch, golden, numbers, plan, texts};

#[derive(Deserialize)]
struct Columns {
    half: usize,
    columns: BTreeMap<String, Vec<Option<f64>>>,
}

#[derive(Deserialize)]
struct Scaled {
    values: BTreeMap<String, BTreeMap<String, Vec<f64>>>,
    lambdas: BTreeMap<String, BTreeMap<String, f64>>,
}

/// Median and nothing else.
fn filled() -> Preparation {
    Preparation { missing: Missing::Median, ..Preparation::as_is() }
}

/// The preparation of each method, and how near its values must come: those of a fitted power as near as lambda.
fn methods() -> Vec<(&'static str, Preparation, f64)> {
    let scale = |scale: Scale| Preparation { scale, ..filled() };
    let power = |skew: Skew| Preparation { skew, ..scale(Scale::Standard) };
    vec![
        ("standard", scale(Scale::Standard), 1e-10),
        ("robust", scale(Scale::Robust), 1e-10),
        ("min-max", scale(Scale::MinMax), 1e-10),
        ("max-abs", scale(Scale::MaxAbs), 1e-10),
        ("quantile-uniform", scale(Scale::QuantileUniform), 1e-10),
        ("quantile-normal", scale(Scale::QuantileNormal), 1e-10),
        ("rank", scale(Scale::Rank), 1e-10),
        ("winsorized", Preparation { winsorize: Some([0.05, 0.9]), ..filled() }, 1e-10),
        ("yeo-johnson", power(Skew::YeoJohnson), 1e-5),
        ("box-cox", power(Skew::BoxCox), 1e-5),
    ]
}

/// Fits on the first table; what that makes of it, and what the fitted steps, read back from text, make of the second.
fn halves(tables: [&RecordBatch; 2], plan: &ColumnPlan, preparation: &Preparation) -> (Fitted, [Prepared; 2]) {
    let plans = std::slice::from_ref(plan);
    let (fitted, prepared) =
        fit_transform(std::slice::from_ref(tables[0]), plans, preparation).expect("a column that varies");
    let read: Fitted = serde_json::from_str(&serde_json::to_string(&fitted).expect("a column that varies"))
        .expect("a column that varies");
    assert_eq!(read, fitted);
    let replayed = read.transform(std::slice::from_ref(tables[1])).expect("a column that varies");
    (fitted, [prepared, replayed])
}

fn column_tables(values: &[Option<f64>], half: usize) -> [RecordBatch; 2] {
    let (first, second) = values.split_at(half);
    [first, second].map(|values| batch([("x", numbers(values.iter().copied()))]))
}

/// Values below those fitted have no transform of Box and Cox; the least stands in, and scikit-learn's
/// extrapolates where it can.
fn comparable(method: &str, values: &[Option<f64>], half: usize, row: usize) -> bool {
    let least = values[..half].iter().flatten().copied().fold(f64::INFINITY, f64::min);
    method != "box-cox" || values[row].is_none_or(|value| value >= least)
}

#[test]
fn scales_and_transforms_agree_on_rows_seen_and_not() {
    let Columns { half, columns } = golden("transforms", "columns");
    let expected: Scaled = golden("transforms", "scaled");
    let numeric = plan("x", Treatment::Numeric);
    for (method, preparation, tolerance) in methods() {
        for (name, expected) in &expected.values[method] {
            let values = &columns[name];
            let tables = column_tables(values, half);
            let (_, [prepared, replayed]) = halves([&tables[0], &tables[1]], &numeric, &preparation);
            let found = prepared.matrix.as_slice().iter().chain(replayed.matrix.as_slice());
            assert_eq!(found.clone().count(), expected.len());
            for (row, (&found, &expected)) in found.zip(expected).enumerate() {
                if comparable(method, values, half, row) {
                    assert_close(found, expected, tolerance, &format!("{method} of {name}, row {row}"));
                }
            }
            let refitted = fit_transform(&tables[1..], std::slice::from_ref(&numeric), &preparation).unwrap().1;
            // The halves of `tied` hold the same few values, of which some methods learn the same.
            if name != "tied" {
                assert_ne!(refitted.matrix, replayed.matrix, "{method} of {name}: nothing is learnt anew");
            }
        }
    }
}

#[test]
fn lambdas_agree_with_scipy() {
    let Columns { half, columns } = golden("transforms", "columns");
    let expected: Scaled = golden("transforms", "scaled");
    let numeric = plan("x", Treatment::Numeric);
    for (method, skew) in [("yeo-johnson", Skew::YeoJohnson), ("box-cox", Skew::BoxCox)] {
        for (name, &expected) in &expected.lambdas[method] {
            let table = &column_tables(&columns[name], half)[0];
            let preparation = Preparation { skew, ..filled() };
            let fitted = fit(std::slice::from_ref(table), std::slice::from_ref(&numeric), &preparation).unwrap();
            let power = fitted.steps.iter().find_map(|step| match step {
                Step::Skew(step) => Some(step.columns[0].power),
                _ => None,
            });
            let (Power::YeoJohnson { lambda } | Power::BoxCox { lambda, .. }) = power.unwrap() else {
                panic!("a power was asked for");
            };
            assert_close(lambda, expected, 1e-6, &format!("{method} of {name}"));
        }
    }
    assert!(columns["zeros"].contains(&Some(0.0)) && box_cox_lambda(&[1.0, 0.0]).is_none());
}

#[test]
fn columns_that_box_cox_cannot_take_are_left_and_said() {
    let Columns { half, columns } = golden("transforms", "columns");
    let [table, _] = column_tables(&columns["zeros"], half);
    let preparation = Preparation { skew: Skew::BoxCox, ..filled() };
    let (_, prepared) = fit_transform(&[table], &[plan("x", Treatment::Numeric)], &preparation).unwrap();
    let given: Vec<f64> = columns["zeros"][..half].iter().map(|value| value.unwrap()).collect();
    assert_eq!(prepared.matrix.as_slice(), given);
    let n_zero = given.iter().filter(|&&value| value == 0.0).count();
    let told = format!("skew: x: left as it is: Box-Cox needs values above 0, {n_zero} are not (0)");
    assert_eq!(prepared.events.last().unwrap().to_string(), told);
}

#[derive(Deserialize)]
struct Long {
    fitted: Vec<f64>,
    asked: Vec<f64>,
    uniform: Vec<f64>,
    normal: Vec<f64>,
}

#[test]
fn a_thousand_quantiles_place_more_rows_as_scikit_learn_does() {
    let long: Long = golden("transforms", "long");
    let column = |values: &[f64]| batch([("x", numbers(values.iter().copied().map(Some)))]);
    let (seen, asked) = (column(&long.fitted), column(&long.asked));
    for (scale, expected) in [(Scale::QuantileUniform, &long.uniform), (Scale::QuantileNormal, &long.normal)] {
        let preparation = Preparation { scale, ..filled() };
        let (fitted, [_, replayed]) = halves([&seen, &asked], &plan("x", Treatment::Numeric), &preparation);
        let (Some(Curve::Uniform { quantiles }) | Some(Curve::Normal { quantiles })) = &fitted.features()[0].curve
        else {
            panic!("quantiles were asked for");
        };
        assert_eq!(quantiles.len(), 1000);
        for (i, (&found, &expected)) in replayed.matrix.as_slice().iter().zip(expected).enumerate() {
            assert_close(found, expected, 1e-10, &format!("{scale:?} of {}", long.asked[i]));
        }
    }
}

#[derive(Deserialize)]
struct Encoded {
    region: Vec<Option<String>>,
    size: Vec<Option<String>>,
    one_hot: BTreeMap<String, OneHot>,
    sizes: Vec<Vec<f64>>,
    ordinal: BTreeMap<String, Vec<f64>>,
    frequency: Vec<f64>,
}

#[derive(Deserialize)]
struct OneHot {
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

fn check_words(words: &[Option<String>], treatment: Treatment, preparation: &Preparation, expected: &[f64]) -> Fitted {
    let (first, second) = words.split_at(words.len() / 2);
    let table = |words: &[Option<String>]| batch([("x", texts(words.iter().map(Option::as_deref)))]);
    let tables = [table(first), table(second)];
    let (fitted, [prepared, replayed]) = halves([&tables[0], &tables[1]], &plan("x", treatment), preparation);
    let found = prepared.matrix.as_slice().iter().chain(replayed.matrix.as_slice());
    assert_eq!(found.clone().count(), expected.len());
    for (i, (&found, &expected)) in found.zip(expected).enumerate() {
        assert_close(found, expected, 1e-10, &format!("{:?}, value {i}", fitted.inputs[0].encoding));
    }
    fitted
}

#[test]
fn one_hot_columns_agree_with_scikit_learn() {
    let encoded: Encoded = golden("transforms", "encoded");
    let lenient = Preparation { unseen: Unseen::Ignore, ..filled() };
    let cases = [
        ("plain", lenient.clone()),
        ("few", Preparation { max_categories: 4, ..lenient.clone() }),
        ("frequent", Preparation { min_category_share: 0.1, ..lenient.clone() }),
        ("both", Preparation { min_category_share: 0.05, max_categories: 3, ..lenient }),
    ];
    for (name, preparation) in cases {
        let expected = &encoded.one_hot[name];
        let fitted = check_words(&encoded.region, Treatment::OneHot, &preparation, &expected.rows.concat());
        let names: Vec<String> =
            expected.names.iter().map(|name| format!("x={}", name.replace("infrequent_sklearn", "(other)"))).collect();
        assert_eq!(fitted.feature_names(), names, "{name}");
    }
    let fitted = check_words(&encoded.size, Treatment::OneHot, &filled(), &encoded.sizes.concat());
    assert_eq!(fitted.feature_names(), ["x=l", "x=m", "x=s", "x=(missing)"]);
}

#[test]
fn ordinals_agree_with_scikit_learn() {
    let encoded: Encoded = golden("transforms", "encoded");
    let given = Some(["s", "m", "l"].map(String::from).to_vec());
    for (name, order) in [("sorted", None), ("given", given)] {
        check_words(&encoded.size, Treatment::Ordinal { order }, &filled(), &encoded.ordinal[name]);
    }
}

#[test]
fn frequencies_are_those_of_the_first_half() {
    let encoded: Encoded = golden("transforms", "encoded");
    let lenient = Preparation { unseen: Unseen::Ignore, outliers: Outliers::Iqr, ..filled() };
    check_words(&encoded.region, Treatment::Frequency, &lenient, &encoded.frequency);
}

#[test]
fn categories_of_one_row_are_not_named() {
    let words = ["a", "a", "b", "b", "b", "smith", "jones"].map(Some);
    let table = [batch([("x", texts(words.into_iter()))])];
    let columns = [plan("x", Treatment::Frequency)];
    let (fitted, prepared) = fit_transform(&table, &columns, &filled()).unwrap();
    let shares = [2.0, 2.0, 3.0, 3.0, 3.0, 1.0, 1.0].map(|count: f64| count / 7.0);
    assert_eq!(prepared.matrix.as_slice(), shares);
    assert!(!serde_json::to_string(&fitted).unwrap().contains("smith"));
    let later = [batch([("x", texts([Some("miller"), None, Some("b")].into_iter()))])];
    let replayed = fitted.transform(&later).unwrap();
    assert_eq!(replayed.matrix.as_slice(), [1.0 / 7.0, 2.0 / 7.0, 3.0 / 7.0], "missing is the median");
    assert_eq!(
        replayed.events[0].to_string(),
        "encode: x: cells with one of 1 further categories counted as those of one row (1)"
    );
}
