//! The same numbers as scikit-learn, pandas and NumPy; `tests/golden/preprocessing.py` made the files.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch};
use segctl_preprocessing::describe::{histogram, moments, pearson, quantile, spearman};
use segctl_preprocessing::steps::yeo_johnson_lambda;
use segctl_preprocessing::{ColumnPlan, Outliers, Preparation, Scale, Skew, Treatment, fit_transform};
use serde::Deserialize;

use crate::common::{assert_close, golden};

/// Values by column; `None` where missing.
type Columns = BTreeMap<String, Vec<Option<f64>>>;

const QUANTILES: [f64; 9] = [0.0, 0.01, 0.25, 1.0 / 3.0, 0.5, 0.75, 0.9, 0.99, 1.0];

/// The columns in the order of the script.
const ORDER: [&str; 6] = ["normal", "amounts", "holey", "tied", "balances", "mirrored"];

fn values(columns: &Columns, name: &str) -> Vec<f64> {
    columns[name].iter().map(|value| value.unwrap_or(f64::NAN)).collect()
}

/// The column alone as a feature, its missing rows left out, and the same rows of what was expected.
fn check_feature(name: &str, preparation: &Preparation, expected: &Columns, tolerance: f64) {
    let given: Columns = golden("preprocessing", "columns");
    let there: Vec<usize> = (0..given[name].len()).filter(|&i| given[name][i].is_some()).collect();
    let array: ArrayRef = Arc::new(there.iter().map(|&i| given[name][i]).collect::<Float64Array>());
    let batch = RecordBatch::try_from_iter_with_nullable([(name, array, true)]).expect("one column");
    let (_, prepared) = fit_transform(&[batch], &[ColumnPlan::new(name, Treatment::Numeric)], preparation)
        .expect("a column that varies");
    for (row, &i) in there.iter().enumerate() {
        let what = format!("{name}, row {i}, {:?}", preparation.scale);
        let expected = expected[name][i].expect("a value where the column has one");
        assert_close(prepared.matrix.row(row)[0], expected, tolerance, &what);
    }
}

#[test]
fn scalers_agree_with_scikit_learn() {
    let expected: BTreeMap<String, Columns> = golden("preprocessing", "scaled");
    let methods = [
        ("standard", Scale::Standard),
        ("robust", Scale::Robust),
        ("min-max", Scale::MinMax),
        ("max-abs", Scale::MaxAbs),
    ];
    for (method, scale) in methods {
        let preparation = Preparation { scale, skew: Skew::None, outliers: Outliers::None, ..Preparation::default() };
        for name in ORDER {
            check_feature(name, &preparation, &expected[method], 1e-12);
        }
    }
}

#[derive(Deserialize)]
struct Powers {
    lambda: BTreeMap<String, f64>,
    values: Columns,
}

#[test]
fn yeo_johnson_agrees_with_scikit_learn() {
    let expected: Powers = golden("preprocessing", "powers");
    let columns: Columns = golden("preprocessing", "columns");
    let preparation = Preparation { skew: Skew::YeoJohnson, outliers: Outliers::None, ..Preparation::default() };
    // The likelihood of `normal`, far from 0 for its spread, is flat: its lambda is not determined.
    for name in ORDER.into_iter().filter(|&name| name != "normal") {
        let lambda = yeo_johnson_lambda(&values(&columns, name));
        assert_close(lambda, expected.lambda[name], 1e-6, name);
        check_feature(name, &preparation, &expected.values, 1e-5);
    }
}

#[derive(Deserialize)]
struct Statistics {
    n: u64,
    mean: f64,
    std: f64,
    skewness: f64,
    kurtosis: f64,
    quantiles: Vec<f64>,
    edges: Vec<f64>,
    counts: Vec<u64>,
}

#[test]
fn statistics_agree_with_pandas_and_numpy() {
    let columns: Columns = golden("preprocessing", "columns");
    let expected: BTreeMap<String, Statistics> = golden("preprocessing", "statistics");
    for name in ORDER {
        let (expected, given) = (&expected[name], values(&columns, name));
        let found = moments(&given);
        assert_eq!(found.n, expected.n);
        assert_close(found.mean.unwrap(), expected.mean, 1e-14, name);
        assert_close(found.std.unwrap(), expected.std, 1e-12, name);
        assert_close(found.skewness.unwrap(), expected.skewness, 1e-9, name);
        assert_close(found.kurtosis.unwrap(), expected.kurtosis, 1e-9, name);
        let mut sorted: Vec<f64> = given.iter().copied().filter(|value| !value.is_nan()).collect();
        sorted.sort_by(f64::total_cmp);
        assert_eq!(QUANTILES.map(|q| quantile(&sorted, q))[..], expected.quantiles[..], "{name}");
        let bins = histogram(&given).unwrap();
        assert_eq!(bins.counts, expected.counts, "{name}");
        bins.edges.iter().zip(&expected.edges).for_each(|(&found, &edge)| assert_close(found, edge, 1e-14, name));
    }
}

#[test]
fn correlations_agree_with_pandas() {
    let columns: Columns = golden("preprocessing", "columns");
    let expected: BTreeMap<String, Vec<Vec<f64>>> = golden("preprocessing", "correlations");
    let given: Vec<Vec<f64>> = ORDER.iter().map(|name| values(&columns, name)).collect();
    let views: Vec<&[f64]> = given.iter().map(Vec::as_slice).collect();
    for (method, found) in [("pearson", pearson(&views)), ("spearman", spearman(&views))] {
        for i in 0..ORDER.len() {
            for j in 0..ORDER.len() {
                let what = format!("{method} of {} and {}", ORDER[i], ORDER[j]);
                assert_close(found.get(i, j).unwrap(), expected[method][i][j], 1e-12, &what);
            }
        }
    }
}
