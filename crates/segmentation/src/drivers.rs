//! Which columns the segments differ in, how much, and how sure that is.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;
use segctl_metrics::MetricsError;
use segctl_metrics::effects::{
    NumericEffect, benjamini_hochberg, categorical_effect, held_out_p_value, held_out_p_values, labels_without,
    numeric_effects,
};
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

use crate::features::{Feature, describes_by_value};
use crate::outcome::{Driver, Drivers};
use crate::recipe::Algorithm;
use crate::run::Ready;
use crate::values::for_each_text;
use crate::weigh::cluster_again;
use crate::{SegmentationError, sample};

/// Customers that effects rest on at most.
const SAMPLE: usize = 100_000;

/// Customers of each half, of which one forms segments and the other tests them.
const HALF: usize = 5000;

/// Segments of fewer customers say nothing in a test.
const FEWEST: usize = 5;

/// The values of one column.
enum Values {
    Numbers(Vec<f64>),
    Codes(Vec<u32>),
}

/// A column, and its features in the prepared matrix: none where it only describes.
struct Column {
    name: String,
    values: Values,
    features: Range<usize>,
}

/// The effect of the segments on each column; nothing where there is one segment.
pub(crate) fn drivers(
    ready: &Ready,
    features: &[Feature],
    labels: &Labels,
    algorithm: Algorithm,
    seed: Seed,
) -> Result<Drivers, SegmentationError> {
    let n = labels.len();
    if labels.n_clusters() < 2 || n < 4 * labels.n_clusters() {
        return Ok(Drivers::default());
    }
    let columns = columns(ready, features);
    let rows =
        sample::uniform(n, SAMPLE, &mut seed.stream("rows of drivers", 0, 0)).unwrap_or_else(|| (0..n).collect());
    let own = labels.select(&rows);
    let effects: Result<Vec<Driver>, _> = columns.par_iter().map(|column| driver(column, &rows, &own)).collect();
    let mut drivers = effects?;
    let n_held_out = tested(ready, &columns, algorithm, labels.n_clusters(), seed, &mut drivers)?;
    drivers.sort_by(|a, b| b.effect().total_cmp(&a.effect()));
    Ok(Drivers { columns: drivers, n_customers: rows.len() as u64, n_held_out: n_held_out as u64 })
}

/// The columns that form the segments, on the scale the clustering saw, then those that describe.
fn columns(ready: &Ready, features: &[Feature]) -> Vec<Column> {
    let x = ready.prepared.matrix.view();
    let made = ready.fitted.features();
    let mut columns = Vec::new();
    let mut start = 0;
    for block in made.chunk_by(|a, b| a.column == b.column) {
        let name = &block[0].column;
        let values = match block[0].level {
            Some(_) => Values::Codes(codes(ready, name)),
            None => Values::Numbers(present(x, start, features)),
        };
        columns.push(Column { name: name.clone(), values, features: start..start + block.len() });
        start += block.len();
    }
    let numbers = features.iter().filter(|feature| feature.prepared.is_none()).map(|feature| {
        let values = Values::Numbers(feature.values.clone());
        Column { name: feature.name.clone(), values, features: 0..0 }
    });
    let is_told = |name: &String| made.iter().any(|made| made.column == *name);
    let told = ready.table.columns.iter().zip(&ready.uses);
    let told = told.filter(|(column, used)| describes_by_value(column, used) && !is_told(&column.name));
    let categories = told.map(|(column, _)| Column {
        name: column.name.clone(),
        values: Values::Codes(codes(ready, &column.name)),
        features: 0..0,
    });
    columns.extend(numbers);
    columns.extend(categories.collect::<Vec<_>>());
    columns
}

/// A feature of the matrix, NaN where its cell was missing.
fn present(x: MatrixView<'_>, at: usize, features: &[Feature]) -> Vec<f64> {
    let raw = features.iter().find(|feature| feature.prepared == Some(at));
    let is_missing = |row: usize| raw.is_some_and(|raw| raw.values[row].is_nan());
    x.column(at).enumerate().map(|(row, value)| if is_missing(row) { f64::NAN } else { value }).collect()
}

/// One number per value, in the order they are met; a missing cell is one too.
fn codes(ready: &Ready, name: &str) -> Vec<u32> {
    let mut known: BTreeMap<Option<String>, u32> = BTreeMap::new();
    let mut codes = Vec::with_capacity(ready.table.n_rows());
    for_each_text(&ready.table, name, |_, value| {
        let next = known.len() as u32;
        codes.push(*known.entry(value.map(str::to_owned)).or_insert(next));
    });
    codes
}

/// The effects on one column over `rows`, whose segments are `labels`.
fn driver(column: &Column, rows: &[usize], labels: &Labels) -> Result<Driver, SegmentationError> {
    let mut driver = Driver {
        column: column.name.clone(),
        forms: !column.features.is_empty(),
        eta_squared: None,
        epsilon_squared: None,
        cramers_v: None,
        segment: None,
        difference: None,
        p_value: None,
        q_value: None,
    };
    match &column.values {
        Values::Codes(codes) => {
            let codes: Vec<u32> = rows.iter().map(|&row| codes[row]).collect();
            driver.cramers_v = possible(categorical_effect(&codes, labels))?.map(|effect| effect.cramers_v_corrected);
        }
        Values::Numbers(values) => {
            if let Some(effect) = number(values, rows, labels)? {
                driver.eta_squared = Some(effect.anova.eta_squared);
                driver.epsilon_squared = Some(effect.kruskal_wallis.epsilon_squared);
                let difference = |at: &usize| effect.clusters[*at].standardized_mean_difference;
                let top = (0..effect.clusters.len()).max_by(|a, b| difference(a).abs().total_cmp(&difference(b).abs()));
                let top = top.filter(|at| difference(at).is_finite());
                driver.segment = top.map(|at| effect.clusters[at].cluster);
                driver.difference = top.map(|at| difference(&at));
            }
        }
    }
    Ok(driver)
}

/// The effect over those of the `rows` that have a value.
fn number(values: &[f64], rows: &[usize], labels: &Labels) -> Result<Option<NumericEffect>, SegmentationError> {
    let (at, present): (Vec<usize>, Vec<f64>) =
        rows.iter().map(|&row| values[row]).enumerate().filter(|(_, value)| !value.is_nan()).unzip();
    let n = present.len();
    if n == 0 {
        return Ok(None);
    }
    let x = Matrix::new(present, n, 1)?;
    Ok(possible(numeric_effects(x.view(), &labels.select(&at)))?.map(|mut effects| effects.swap_remove(0)))
}

/// Nothing where values are missing in all segments but one, or too large to be squared.
fn possible<T>(found: Result<T, MetricsError>) -> Result<Option<T>, SegmentationError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(MetricsError::ClusterCount { .. } | MetricsError::TooLarge { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Adds p-values; how many customers they rest on.
fn tested(
    ready: &Ready,
    columns: &[Column],
    algorithm: Algorithm,
    k: usize,
    seed: Seed,
    drivers: &mut [Driver],
) -> Result<usize, SegmentationError> {
    let Some(HeldOut { rows, labels }) = held_out(ready, columns, algorithm, k, seed)? else { return Ok(0) };
    let p_values: Result<Vec<Option<f64>>, _> =
        columns.par_iter().zip(labels).map(|(column, labels)| p_value(column, &rows, &labels)).collect();
    let p_values = p_values?;
    let known: Vec<f64> = p_values.iter().copied().flatten().collect();
    let mut adjusted = benjamini_hochberg(&known)?.into_iter();
    for (driver, p_value) in drivers.iter_mut().zip(p_values) {
        driver.p_value = p_value;
        driver.q_value = p_value.and_then(|_| adjusted.next());
    }
    Ok(rows.len())
}

/// Customers who had no part in forming segments.
struct HeldOut {
    rows: Vec<usize>,
    /// Their segments as told without each column.
    labels: Vec<Labels>,
}

/// Customers who had no part in forming segments, and for each column their segments as the others tell them.
fn held_out(
    ready: &Ready,
    columns: &[Column],
    algorithm: Algorithm,
    k: usize,
    seed: Seed,
) -> Result<Option<HeldOut>, SegmentationError> {
    let x = ready.prepared.matrix.view();
    let mut rng = seed.stream("rows of tests", 0, 0);
    let drawn = rand::seq::index::sample(&mut rng, x.n_rows(), x.n_rows().min(2 * HALF)).into_vec();
    let (forming, testing) = drawn.split_at(drawn.len() / 2);
    let train = x.select_rows(forming);
    let Some(labels) = cluster_again(ready, algorithm, train.view(), k, seed)? else { return Ok(None) };
    if labels.n_noise() == labels.len() {
        return Ok(None);
    }
    let ranges: Vec<Range<usize>> = columns.iter().map(|column| column.features.clone()).collect();
    let rest = x.select_rows(testing);
    let Some(found) = possible(labels_without(train.view(), &labels, rest.view(), &ranges))? else { return Ok(None) };
    Ok(Some(HeldOut { rows: testing.to_vec(), labels: found }))
}

/// By ranks for numbers, by chi-squared for categories. Segments of a handful of customers are left out, for which the
/// distributions of the tests do not hold.
fn p_value(column: &Column, rows: &[usize], labels: &Labels) -> Result<Option<f64>, SegmentationError> {
    match &column.values {
        Values::Codes(codes) => {
            let codes: Vec<u32> = rows.iter().map(|&row| codes[row]).collect();
            let effect = possible(categorical_effect(&codes, &crowds(labels)))?;
            Ok(effect.and_then(|effect| held_out_p_value(&effect)))
        }
        Values::Numbers(values) => {
            let effect = number(values, rows, &crowds(labels))?;
            Ok(effect.and_then(|effect| held_out_p_values(&effect).kruskal_wallis))
        }
    }
}

/// Segments of fewer than [`FEWEST`] become noise.
fn crowds(labels: &Labels) -> Labels {
    let sizes = labels.sizes();
    let kept = (0..labels.len()).map(|row| match labels.get(row) {
        Some(label) if sizes[label] >= FEWEST => label as u32,
        _ => Labels::NOISE,
    });
    Labels::new(kept.collect(), labels.n_clusters()).expect("labels of the same clusters")
}
