//! Components of categories, and of numbers beside them.

use segctl_numeric::{Matrix, MatrixView};
use segctl_preprocessing::steps::Feature;
use segctl_reduction::{CategoricalColumn, Components, Factor, FactorParams, fit_famd, fit_mca};

use super::method::Found;
use crate::SegmentationError;
use crate::mixed::{MixedColumn, MixedColumns};
use crate::run::Ready;

/// A column of categories.
struct Categories {
    name: String,
    levels: Vec<String>,
    codes: Vec<u32>,
}

/// The numbers and the categories of a prepared matrix.
struct Sides {
    names: Vec<String>,
    numbers: Matrix,
    categories: Vec<Categories>,
}

pub(super) fn famd(ready: &Ready, components: Components) -> Result<Found, SegmentationError> {
    let Sides { mut names, numbers, categories } = sides(ready, &ready.mixed);
    let columns = borrowed(&categories)?;
    let found = fit_famd(numbers.view(), &columns, &FactorParams::new(components))?;
    let scores = found.transform(numbers.view(), &columns)?;
    names.extend(levels(&found.factors));
    Ok(Found {
        columns: names,
        explained_variance: found.eigenvalues,
        explained_variance_ratio: found.explained_ratio,
        loadings: found.components,
        scores,
    })
}

pub(super) fn mca(ready: &Ready, components: Components) -> Result<Found, SegmentationError> {
    let Sides { categories, .. } = sides(ready, &ready.mixed.categories());
    if categories.is_empty() {
        let expected = "pca: none of the columns holds categories".to_owned();
        return Err(SegmentationError::ParameterValue { name: "method".into(), value: "mca".into(), expected });
    }
    let columns = borrowed(&categories)?;
    let found = fit_mca(&columns, &FactorParams::new(components))?;
    let scores = found.transform(&columns)?;
    Ok(Found {
        columns: levels(&found.factors),
        explained_variance: found.eigenvalues,
        explained_variance_ratio: found.explained_ratio,
        loadings: found.components,
        scores,
    })
}

fn levels(factors: &[Factor]) -> Vec<String> {
    let named =
        |factor: &Factor| factor.levels.iter().map(|level| format!("{}={level}", factor.name)).collect::<Vec<_>>();
    factors.iter().flat_map(named).collect()
}

fn borrowed(categories: &[Categories]) -> Result<Vec<CategoricalColumn<'_>>, SegmentationError> {
    let columns = categories.iter().map(|column| CategoricalColumn::new(&column.name, &column.levels, &column.codes));
    Ok(columns.collect::<Result<_, _>>()?)
}

fn sides(ready: &Ready, mixed: &MixedColumns) -> Sides {
    let values = mixed.decode(ready.prepared.matrix.view());
    let features = ready.fitted.features();
    let (mut names, mut numbers, mut categories) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (start, column)) in mixed.seen().enumerate() {
        match column {
            MixedColumn::Category(pairs) => {
                categories.push(Categories::of(&features[start..][..pairs.len()], pairs, values.view(), at));
            }
            _ => {
                names.push(features[start].name.clone());
                numbers.push(at);
            }
        }
    }
    Sides { names, numbers: columns_of(values.view(), &numbers), categories }
}

impl Categories {
    /// What the features that stand for a column say of each row. A row that has none of them is one of the others: its
    /// value was missing or too rare to have a feature.
    fn of(features: &[Feature], pairs: &[(f64, f64)], values: MatrixView<'_>, column: usize) -> Self {
        let codes: Vec<u32> = values.column(column).map(|code| code as u32).collect();
        let mut levels: Vec<String> = features.iter().filter_map(|feature| feature.level.clone()).collect();
        let mut other = "(other)";
        if let [feature @ Feature { level: None, .. }] = features {
            let (low, high) = two_values(feature, pairs[0]);
            levels.push(high.to_owned());
            other = low;
        }
        if codes.iter().any(|&code| code as usize >= levels.len()) {
            levels.push(unused(&levels, other));
        }
        Self { name: features[0].column.clone(), levels, codes }
    }
}

/// The names of a number's only two values, of which transformations leave no more than the order but for 0 and 1.
fn two_values(feature: &Feature, (low, high): (f64, f64)) -> (&'static str, &'static str) {
    let original = |value: f64| value * feature.scale + feature.centre;
    let is = |value: f64, expected: f64| (original(value) - expected).abs() < 1e-9;
    if feature.curve.is_none() && is(low, 0.0) && is(high, 1.0) { ("0", "1") } else { ("lower", "upper") }
}

fn columns_of(values: MatrixView<'_>, columns: &[usize]) -> Matrix {
    let mut found = Matrix::zeros(values.n_rows(), columns.len());
    for (row, values) in values.rows().enumerate() {
        found.row_mut(row).iter_mut().zip(columns).for_each(|(to, &column)| *to = values[column]);
    }
    found
}

/// A name that no level has.
fn unused(levels: &[String], name: &str) -> String {
    let mut name = name.to_owned();
    while levels.contains(&name) {
        name.push('\'');
    }
    name
}
