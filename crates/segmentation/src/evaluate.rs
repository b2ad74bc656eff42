//! What given labels are worth.

use std::collections::BTreeMap;

use arrow::array::ArrayRef;
use segctl_io::{ReadOptions, Session, SessionOptions, Source, Table};
use segctl_numeric::Labels;
use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::seed::Seed;
use serde::Serialize;

use crate::customers::ids;
use crate::recipe::Recipe;
use crate::run::{RunOptions, prepare, read};
use crate::values::{self, text_at};
use crate::yardstick::Yardstick;
use crate::{SegmentationError, Timings};

/// Names under which a column of labels is looked for.
const LABELS: [&str; 5] = ["segment", "label", "labels", "cluster", "class"];

/// How labels of customers were judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Evaluation {
    /// Customers with a label.
    pub n_customers: usize,
    /// Those of them that are noise, and left out below.
    pub n_noise: usize,
    /// The segments, in the order of their first customers.
    pub segments: Vec<LabelCount>,
    /// Sum of squared distances to the segments' means, in prepared units.
    pub inertia: f64,
    /// Mean silhouette.
    pub silhouette: f64,
    /// Its 95 % confidence interval, when it is estimated.
    pub silhouette_interval: Option<(f64, f64)>,
    /// Rows it rests on.
    pub silhouette_rows: usize,
}

/// A label and its customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelCount {
    /// The label, as it stands in the file.
    pub label: String,
    /// How many customers have it.
    pub size: usize,
}

/// Judges the labels that `labels` holds for the customers of `source`.
///
/// Labels are matched by the customers' ids where both tables have them, by the number of the row where
/// only labels have an `id`, else in order. `column` names the column of labels; `segment`, `label`,
/// `cluster`, `class` or an only column are found without. The label -1 is noise.
///
/// ```no_run
/// use segctl_segmentation::{Recipe, Source, evaluate};
/// let (data, labels) = (Source::parse("customers.csv")?, Source::parse("out/segments.csv")?);
/// println!("{}", evaluate(&data, &Recipe::default(), &labels, None)?.silhouette);
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
///
/// # Errors
/// As [`crate::run`] for the customers; [`SegmentationError::Labels`] for labels that do not fit them.
pub fn evaluate(
    source: &Source,
    recipe: &Recipe,
    labels: &Source,
    column: Option<&str>,
) -> Result<Evaluation, SegmentationError> {
    evaluate_with(source, recipe, labels, column, &RunOptions::default(), &Silent, &mut Timings::default())
}

/// [`evaluate`] with limits, progress, cancellation and stage times.
///
/// # Errors
/// As [`evaluate`], and cancellation when the observer breaks.
pub fn evaluate_with(
    source: &Source,
    recipe: &Recipe,
    labels: &Source,
    column: Option<&str>,
    options: &RunOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Evaluation, SegmentationError> {
    recipe.validate()?;
    let session = Session::new(&SessionOptions { memory_limit: options.memory_limit })?;
    let table = timings.time("read", || read(source, recipe, options, observer))?;
    let given = timings.time("read", || segctl_io::read(labels, &ReadOptions::default(), observer))?;
    let ready = timings.time("prepare", || prepare(&session, table, recipe, observer))?;
    let texts = matched(&ready.table, ready.steps.id.as_deref(), &given, column)?;
    let (labels, names) = numbered(&texts)?;
    let yardstick = Yardstick::of(&ready)?;
    let judged = timings.time("evaluate", || yardstick.judge(&[&labels], Seed(recipe.seed), observer))?;
    let count = |(label, size): (&String, usize)| LabelCount { label: label.clone(), size };
    Ok(Evaluation {
        n_customers: labels.len(),
        n_noise: labels.n_noise(),
        segments: names.iter().zip(labels.sizes()).map(count).collect(),
        inertia: judged.inertias[0],
        silhouette: judged.means[0].0,
        silhouette_interval: judged.means[0].1,
        silhouette_rows: judged.n_rows,
    })
}

/// The label of each customer, as text.
fn matched(
    customers: &Table,
    id: Option<&str>,
    given: &Table,
    column: Option<&str>,
) -> Result<Vec<String>, SegmentationError> {
    let labels = label_column(given, column)?;
    let by = [id, Some("id")].into_iter().flatten().find_map(|name| values::whole(given, name));
    match by {
        Some(keys) => by_id(&ids(customers, id).values, &keys, &labels),
        None if labels.len() == customers.n_rows() => Ok((0..labels.len()).map(|row| text_at(&labels, row)).collect()),
        None => Err(SegmentationError::Labels {
            reason: format!("{} labels for {} customers, and no column id", labels.len(), customers.n_rows()),
        }),
    }
}

fn label_column(given: &Table, column: Option<&str>) -> Result<ArrayRef, SegmentationError> {
    let names: Vec<&str> = given.columns.iter().map(|column| column.name.as_str()).collect();
    let name = match (column, &names[..]) {
        (Some(name), _) => Some(name),
        (None, [only]) => Some(*only),
        (None, _) => LABELS.into_iter().find(|name| names.contains(name)),
    };
    let found = name.and_then(|name| values::whole(given, name));
    found.ok_or_else(|| SegmentationError::Labels {
        reason: format!("none of the columns {} is called {}", names.join(", "), column.unwrap_or("segment or label")),
    })
}

fn by_id(ids: &ArrayRef, keys: &ArrayRef, labels: &ArrayRef) -> Result<Vec<String>, SegmentationError> {
    let mut label_of = BTreeMap::new();
    for row in 0..keys.len() {
        if label_of.insert(text_at(keys, row), row).is_some() {
            return Err(SegmentationError::Labels { reason: format!("id {:?} has two labels", text_at(keys, row)) });
        }
    }
    let label = |row: usize| {
        let id = text_at(ids, row);
        let at = label_of.get(&id).copied();
        at.map(|at| text_at(labels, at))
            .ok_or_else(|| SegmentationError::Labels { reason: format!("customer {id:?} has no label") })
    };
    (0..ids.len()).map(label).collect()
}

/// Labels numbered by first appearance, and what they are called.
fn numbered(texts: &[String]) -> Result<(Labels, Vec<String>), SegmentationError> {
    let mut number: BTreeMap<&str, u32> = BTreeMap::new();
    let mut names: Vec<String> = Vec::new();
    let mut numbers = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        if text.trim().is_empty() {
            return Err(SegmentationError::Labels { reason: format!("the label of row {} is missing", row + 1) });
        }
        numbers.push(match text.as_str() {
            "-1" => Labels::NOISE,
            text => *number.entry(text).or_insert_with(|| {
                names.push(text.to_owned());
                names.len() as u32 - 1
            }),
        });
    }
    Ok((Labels::new(numbers, names.len())?, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|label| (*label).to_owned()).collect()
    }

    #[test]
    fn labels_are_numbered_by_first_appearance() {
        let (labels, names) = numbered(&texts(&["b", "-1", "a", "b"])).unwrap();
        assert_eq!(labels.to_signed(), [0, -1, 1, 0]);
        assert_eq!(names, ["b", "a"]);
        assert!(numbered(&texts(&["1", " "])).unwrap_err().to_string().contains("row 2"));
    }
}
