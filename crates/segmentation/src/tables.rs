//! The outcome as tables, ready to be written.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use segctl_clustering_core::agglomerative::{Dendrogram, Merge};

use crate::model::{Model, Rule};
use crate::outcome::{Customers, Profile, Segment};

/// One row per customer: `id, segment, segment_name, distance, probability, silhouette, outlier_score, membership,
/// second_segment, margin`. Noise is segment -1, named `noise`.
///
/// Columns that there are not are left out: customers assigned by a model have no silhouettes, and few
/// models know probabilities.
pub fn customers_table(customers: &Customers, model: &Model) -> RecordBatch {
    let labels = customers.labels.to_signed();
    let name = |&label: &i32| usize::try_from(label).map_or("noise", |s| model.segments[s].name.as_str());
    let names = labels.iter().map(|label| Some(name(label)));
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("id", customers.ids.values.clone()),
        ("segment", Arc::new(Int32Array::from(labels.clone()))),
        ("segment_name", Arc::new(names.collect::<StringArray>())),
        ("distance", floats(customers.distance.iter().copied())),
    ];
    if let Some(probability) = &customers.probability {
        columns.push(("probability", floats(probability.iter().copied())));
    }
    if customers.silhouette.len() == labels.len() {
        columns.push(("silhouette", floats(customers.silhouette.iter().copied())));
    }
    if let Some(score) = &customers.outlier_score {
        columns.push(("outlier_score", floats(score.iter().copied())));
    }
    if let Some(membership) = &customers.membership {
        columns.push(("membership", floats(membership.iter().copied())));
    }
    columns.push(("second_segment", Arc::new(Int32Array::from(customers.second.clone()))));
    columns.push(("margin", floats(customers.margin.iter().copied())));
    table(owned(columns))
}

/// One row per segment and feature: `segment, segment_name, size, share, feature, mean, median,
/// std, difference, rank`; `rank` 1 is what stands out most in that segment.
pub fn profile_table(profile: &Profile, segments: &[Segment]) -> RecordBatch {
    let cells: Vec<(usize, usize)> =
        (0..segments.len()).flat_map(|s| (0..profile.features.len()).map(move |j| (s, j))).collect();
    let ranks: Vec<Vec<i64>> = (0..segments.len()).map(|s| ranks(profile.difference.row(s))).collect();
    let at = |pick: &dyn Fn(usize, usize) -> f64| floats(cells.iter().map(|&(s, j)| pick(s, j)));
    table(owned(vec![
        ("segment", Arc::new(cells.iter().map(|&(s, _)| s as i32).collect::<Int32Array>())),
        ("segment_name", Arc::new(cells.iter().map(|&(s, _)| Some(&segments[s].name)).collect::<StringArray>())),
        ("size", Arc::new(cells.iter().map(|&(s, _)| segments[s].size as i64).collect::<Int64Array>())),
        ("share", at(&|s, _| segments[s].share)),
        ("feature", Arc::new(cells.iter().map(|&(_, j)| Some(&profile.features[j])).collect::<StringArray>())),
        ("mean", at(&|s, j| profile.mean.row(s)[j])),
        ("median", at(&|s, j| profile.median.row(s)[j])),
        ("std", at(&|s, j| profile.std.row(s)[j])),
        ("difference", at(&|s, j| profile.difference.row(s)[j])),
        ("rank", Arc::new(cells.iter().map(|&(s, j)| ranks[s][j]).collect::<Int64Array>())),
    ]))
}

/// SciPy's linkage matrix, one row per merge: `left, right, height, size`.
pub fn linkage_table(tree: &Dendrogram) -> RecordBatch {
    let merges = tree.merges();
    let integers = |pick: fn(&Merge) -> usize| -> ArrayRef {
        Arc::new(merges.iter().map(|merge| pick(merge) as i64).collect::<Int64Array>())
    };
    table(owned(vec![
        ("left", integers(|merge| merge.left)),
        ("right", integers(|merge| merge.right)),
        ("height", Arc::new(merges.iter().map(|merge| Some(merge.height)).collect::<Float64Array>())),
        ("size", integers(|merge| merge.size)),
    ]))
}

/// The units of a map, one row per unit: `unit, unit_x, unit_y, unit_segment, unit_customers`, and a column per
/// feature in prepared units; nothing for a model of another kind. `sizes` are the customers of each unit.
pub fn codebook_table(model: &Model, sizes: &[u64]) -> Option<RecordBatch> {
    let Rule::NearestUnit(units) = &model.clusterer.rule else { return None };
    let (grid, codebook) = (units.map().grid(), units.map().codebook().view());
    let integers = |values: &mut dyn Iterator<Item = usize>| -> ArrayRef {
        Arc::new(values.map(|value| value as i64).collect::<Int64Array>())
    };
    let mut columns = owned(vec![
        ("unit", integers(&mut (0..grid.n_units()))),
        ("unit_x", integers(&mut (0..grid.n_units()).map(|unit| grid.place(unit).0))),
        ("unit_y", integers(&mut (0..grid.n_units()).map(|unit| grid.place(unit).1))),
        ("unit_segment", integers(&mut units.segments().iter().map(|&segment| segment as usize))),
        ("unit_customers", integers(&mut sizes.iter().map(|&size| size as usize))),
    ]);
    let features = model.prepare.feature_names().into_iter().enumerate();
    columns.extend(features.map(|(j, name)| (name, floats(codebook.column(j)))));
    Some(table(columns))
}

/// The place of each difference by magnitude, from 1; undefined ones come last.
fn ranks(differences: &[f64]) -> Vec<i64> {
    let strength = |j: usize| if differences[j].is_nan() { -1.0 } else { differences[j].abs() };
    let mut order: Vec<usize> = (0..differences.len()).collect();
    order.sort_by(|&a, &b| strength(b).total_cmp(&strength(a)).then(a.cmp(&b)));
    let mut ranks = vec![0; differences.len()];
    for (place, j) in order.into_iter().enumerate() {
        ranks[j] = place as i64 + 1;
    }
    ranks
}

/// NaN and infinities, which files show in as many ways as there are formats, become NULL.
fn floats(values: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(values.map(|value| Some(value).filter(|v| v.is_finite())).collect::<Float64Array>())
}

fn owned(columns: Vec<(&str, ArrayRef)>) -> Vec<(String, ArrayRef)> {
    columns.into_iter().map(|(name, array)| (name.to_owned(), array)).collect()
}

/// A table of columns of one length.
pub(crate) fn table(columns: Vec<(String, ArrayRef)>) -> RecordBatch {
    let field = |(name, array): &(String, ArrayRef)| Field::new(name, DataType::clone(array.data_type()), true);
    let schema = Schema::new(columns.iter().map(field).collect::<Vec<_>>());
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(schema), arrays).expect("columns of one length match their own schema")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_order_by_magnitude() {
        assert_eq!(ranks(&[0.5, -2.0, f64::NAN, 0.5]), [2, 1, 4, 3]);
    }
}
