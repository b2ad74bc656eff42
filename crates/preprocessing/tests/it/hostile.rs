//! Data nobody would wish for: an answer or an error with a name in it, never a panic.

use std::sync::Arc;

use crate::common::{batch, numbers, plan, texts};
use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch};
use segctl_preprocessing::{
    ColumnPlan, Fitted, Missing, OutlierAction, Preparation, PrepareError, Treatment, Unseen, fit, fit_transform,
};

const NUMERIC: Treatment = Treatment::Numeric;

fn message(batches: &[RecordBatch], columns: &[ColumnPlan], preparation: &Preparation) -> String {
    fit(batches, columns, preparation).expect_err("nothing to fit").to_string()
}

#[test]
fn nothing_to_learn_from_is_said_plainly() {
    let standard = Preparation::default();
    let x = [plan("x", NUMERIC)];
    let empty = batch([("x", numbers(std::iter::empty()))]);
    assert_eq!(message(&[], &x, &standard), "there are no rows to learn from");
    assert_eq!(message(&[empty.clone(), empty], &x, &standard), "there are no rows to learn from");
    let one = batch([("x", numbers([Some(3.0)].into_iter()))]);
    assert_eq!(message(std::slice::from_ref(&one), &[], &standard), "no column was chosen as a feature");
    assert_eq!(
        message(std::slice::from_ref(&one), &x, &standard),
        "no feature is left of 1 columns: x: dropped: every value is 3"
    );
    assert_eq!(message(&[one], &[x[0].clone(), x[0].clone()], &standard), "column x is chosen twice");
}

#[test]
fn all_misfits_are_told_at_once() {
    let dates: ArrayRef = Arc::new(Date32Array::from(vec![1, 2]));
    let table = [batch([("when", dates), ("who", texts([Some("ann"), None].into_iter()))])];
    let columns = ["when", "who", "gone"].map(|name| plan(name, NUMERIC));
    assert_eq!(
        message(&table, &columns, &Preparation::default()),
        "columns cannot be used as planned: column when holds dates or times where numbers should be; \
         column who holds text where numbers should be; column gone is missing"
    );
}

#[test]
fn a_category_outside_the_order_given_is_told() {
    let table = [batch([("size", texts([Some("s"), Some("l"), Some("xl")].into_iter()))])];
    let order = Some(["s", "m", "l"].map(String::from).to_vec());
    let columns = [plan("size", Treatment::Ordinal { order })];
    let told = message(&table, &columns, &Preparation::default());
    assert!(told.ends_with("column size holds unknown categories in 1 rows: \"xl\" (1)"), "{told}");
    let ignore = Preparation { unseen: Unseen::Ignore, ..Preparation::default() };
    assert!(fit(&table, &columns, &ignore).is_ok());
}

#[test]
fn an_order_names_each_category_once() {
    let table = [batch([("size", texts([Some("s"), Some("l")].into_iter()))])];
    let order = Some(["s", "l", "s"].map(String::from).to_vec());
    let told = message(&table, &[plan("size", Treatment::Ordinal { order })], &Preparation::default());
    assert_eq!(told, "column size: the order names \"s\" twice");
}

#[test]
fn extremes_become_finite_features() {
    let longs: ArrayRef = Arc::new(Int64Array::from(vec![i64::MIN, i64::MAX, 0, -1, 1]));
    let floats = [f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, 1e75];
    let table = [batch([("longs", longs), ("floats", numbers(floats.into_iter().map(Some)))])];
    let columns = ["longs", "floats"].map(|name| plan(name, NUMERIC));
    let lenient = Preparation { max_missing_share: 0.9, ..Preparation::default() };
    let (fitted, prepared) = fit_transform(&table, &columns, &lenient).unwrap();
    assert!(prepared.matrix.as_slice().iter().all(|value| value.is_finite()));
    assert_eq!(
        prepared.events[0].to_string(),
        "read: floats: infinite or absurdly large values treated as missing (3)"
    );
    assert!(serde_json::to_string(&fitted).is_ok());
}

#[test]
fn no_rows_left_is_an_error_with_a_way_out() {
    let table = [batch([
        ("x", numbers([Some(1.0), None, Some(2.0), None].into_iter())),
        ("y", numbers([None, Some(1.0), None, Some(2.0)].into_iter())),
    ])];
    let columns = ["x", "y"].map(|name| plan(name, NUMERIC));
    let error = fit(&table, &columns, &Preparation { missing: Missing::Drop, ..Preparation::default() }).unwrap_err();
    assert_eq!(error.to_string(), "missing: all 4 rows were left out");
    assert_eq!(error.hint().unwrap(), "fill missing cells instead: missing = \"median\"");
}

#[test]
fn rows_left_out_are_named() {
    let values = [Some(1.0), None, Some(2.0), Some(3.0), Some(2.0), Some(1e6)];
    let table = [batch([("x", numbers(values.into_iter()))])];
    let preparation =
        Preparation { missing: Missing::Drop, outlier_action: OutlierAction::Drop, ..Preparation::default() };
    let (_, prepared) = fit_transform(&table, &[plan("x", NUMERIC)], &preparation).unwrap();
    assert_eq!(prepared.kept_rows, Some(vec![0, 2, 3, 4]));
    assert_eq!(prepared.outliers, [0; 4]);
}

#[test]
fn no_rows_to_transform_are_no_rows() {
    let table = [batch([("x", numbers((0..5).map(|i| Some(f64::from(i)))))])];
    for preparation in [Missing::Drop, Missing::Median].map(|missing| Preparation { missing, ..Preparation::default() })
    {
        let (fitted, _) = fit_transform(&table, &[plan("x", NUMERIC)], &preparation).unwrap();
        for nothing in [vec![], vec![table[0].slice(0, 0)]] {
            let prepared = fitted.transform(&nothing).unwrap();
            assert_eq!((prepared.matrix.n_rows(), prepared.matrix.n_cols()), (0, 1));
        }
    }
}

#[test]
fn a_million_surnames_stay_out_of_the_model() {
    let names: Vec<String> = (0..1000).map(|i| format!("name {i}")).collect();
    let column = names.iter().map(|name| Some(name.as_str())).chain((0..50).map(|_| Some("smith")));
    let table = [batch([("name", texts(column))])];
    let preparation = Preparation { max_categories: 3, ..Preparation::default() };
    let (fitted, prepared) = fit_transform(&table, &[plan("name", Treatment::OneHot)], &preparation).unwrap();
    assert_eq!(prepared.names, ["name=name 0", "name=smith", "name=(other)"]);
    assert!(prepared.events[0].detail.ends_with("merged into (other)"), "{}", prepared.events[0]);
    assert!(fitted.differences(&[batch([("name", texts([Some("jones")].into_iter()))])]).unwrap().is_empty());
}

#[test]
fn a_model_whose_parts_do_not_fit_is_refused() {
    let table = [batch([("x", numbers((0..5).map(|i| Some(f64::from(i)))))])];
    let fitted = fit(&table, &[plan("x", NUMERIC)], &Preparation::default()).unwrap();
    let text = serde_json::to_string(&fitted).unwrap();
    let forged: Fitted = serde_json::from_str(&text.replace("\"column\":\"x\"", "\"column\":\"y\"")).unwrap();
    assert!(matches!(forged.transform(&table), Err(PrepareError::Inconsistent { column }) if column == "y"));
}

#[test]
fn a_hostile_name_is_only_a_name() {
    let name = "<script>alert(1)</script>";
    let table = [batch([(name, numbers((0..5).map(|i| Some(f64::from(i)))))])];
    let (_, prepared) = fit_transform(&table, &[plan(name, NUMERIC)], &Preparation::default()).unwrap();
    assert_eq!(prepared.names, [name]);
}
