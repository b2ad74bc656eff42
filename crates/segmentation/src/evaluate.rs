//! What given labels are worth.

use std::collections::BTreeMap;

use arrow::array::ArrayRef;
use segctl_io::{ReadOptions, Session, SessionOptions, Source, Table};
use segctl_metrics::external::{Agreement, ContingencyTable, NoisePolicy};
use segctl_numeric::Labels;
use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::seed::Seed;
use serde::Serialize;

use crate::customers::ids;
use crate::recipe::Recipe;
use crate::run::{RunOptions, prepare, read};
use crate::values::{self, text_at};
use crate::yardstick::{Indices, Judged, Yardstick};
use crate::{SegmentationError, Timings, labels};

/// What is judged, and by what, apart from the recipe.
#[derive(Debug, Clone, Default)]
pub struct EvaluateOptions {
    /// Limits.
    pub run: RunOptions,
    /// The column of labels; found by its name when absent.
    pub label_column: Option<String>,
    /// The column of the customers that says where they truly belong; it forms no segments.
    pub truth: Option<String>,
}

/// How labels of customers were judged. What is not defined for them is absent.
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
    /// Sum of squared distances of the segments' means to the mean of all, each as often as it has customers.
    pub between_sum_of_squares: Option<f64>,
    /// Mean silhouette.
    pub silhouette: Option<f64>,
    /// Its 95 % confidence interval, when it is estimated.
    pub silhouette_interval: Option<(f64, f64)>,
    /// Rows it rests on.
    pub silhouette_rows: usize,
    /// Mean silhouette by the distances to the segments' means alone.
    pub simplified_silhouette: Option<f64>,
    /// Variance between segments over that within; larger is better (Caliński & Harabasz 1974).
    pub calinski_harabasz: Option<f64>,
    /// Spread of neighbouring segments over their distance; smaller is better (Davies & Bouldin 1979).
    pub davies_bouldin: Option<f64>,
    /// The least distance of two segments over the largest within one; larger is better (Dunn 1974).
    pub dunn: Option<f64>,
    /// Spread over the least squared distance of two means; smaller is better (Xie & Beni 1991).
    pub xie_beni: Option<f64>,
    /// Density-based validity, from -1 to 1 (Moulavi et al. 2014).
    pub dbcv: Option<f64>,
    /// Agreement with the truth, where it is known; noise is a label of its own.
    #[serde(flatten)]
    pub agreement: Option<Agreement>,
    /// What was left out or sampled, and why, in sentences.
    pub notes: Vec<String>,
}

/// A label and its customers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LabelCount {
    /// The label, as it stands in the file.
    pub label: String,
    /// How many customers have it.
    pub size: usize,
    /// Their mean silhouette, where all are exact.
    pub silhouette: Option<f64>,
}

/// Judges the labels that `labels` holds for the customers of `source`.
///
/// Labels are matched by the customers' ids where both tables have them, by the number of the row where
/// only labels have an `id`, else in order. The column of labels is `segment`, `label`, `cluster`, `class` or the
/// only one, unless it is named. The label -1 is noise.
///
/// ```no_run
/// use segctl_segmentation::{EvaluateOptions, Recipe, Source, evaluate};
/// let (data, labels) = (Source::parse("customers.csv")?, Source::parse("out/segments.csv")?);
/// let found = evaluate(&data, &Recipe::default(), &labels, &EvaluateOptions::default())?;
/// println!("{:?}", found.silhouette);
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
///
/// # Errors
/// As [`crate::run`] for the customers; [`SegmentationError::Labels`] for labels that do not fit them.
pub fn evaluate(
    source: &Source,
    recipe: &Recipe,
    labels: &Source,
    options: &EvaluateOptions,
) -> Result<Evaluation, SegmentationError> {
    evaluate_with(source, recipe, labels, options, &Silent, &mut Timings::default())
}

/// [`evaluate`] with progress, cancellation and stage times.
///
/// # Errors
/// As [`evaluate`], and cancellation when the observer breaks.
pub fn evaluate_with(
    source: &Source,
    recipe: &Recipe,
    labels: &Source,
    options: &EvaluateOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Evaluation, SegmentationError> {
    let mut recipe = recipe.clone();
    recipe.data.exclude.extend(options.truth.clone());
    recipe.validate()?;
    let session = Session::new(&SessionOptions { memory_limit: options.run.memory_limit })?;
    let table = timings.time("read", || read(source, &recipe, &options.run, observer))?;
    let given = timings.time("read", || segctl_io::read(labels, &ReadOptions::default(), observer))?;
    let ready = timings.time("prepare", || prepare(&session, table, &recipe, observer))?;
    let texts = matched(&ready.table, ready.steps.id.as_deref(), &given, options.label_column.as_deref())?;
    let (labels, names) = labels::numbered(&texts)?;
    let truth = options.truth.as_deref().map(|column| truth(&ready.table, column)).transpose()?;
    let yardstick = Yardstick::of(&ready)?;
    timings.time("evaluate", || {
        let judged = yardstick.judge(&[&labels], Seed(recipe.seed), observer)?;
        let indices = yardstick.indices(&labels)?;
        let agreement = truth.map(|truth| agreement(&truth, &labels)).transpose()?;
        Ok(gathered(&labels, &names, judged, indices, agreement))
    })
}

fn gathered(
    labels: &Labels,
    names: &[String],
    judged: Judged,
    indices: Indices,
    agreement: Option<Agreement>,
) -> Evaluation {
    let (mean, interval) = judged.means[0];
    let by_segment = judged.exact.and_then(|mut exact| exact.swap_remove(0)).map(|found| found.per_cluster_mean);
    let of_segment = |s: usize| by_segment.as_ref().and_then(|means| means.get(s).copied().flatten());
    let count = |(s, (label, size)): (usize, (&String, usize))| LabelCount {
        label: label.clone(),
        size,
        silhouette: of_segment(s),
    };
    Evaluation {
        n_customers: labels.len(),
        n_noise: labels.n_noise(),
        segments: names.iter().zip(labels.sizes()).enumerate().map(count).collect(),
        inertia: judged.inertias[0],
        between_sum_of_squares: indices.between,
        silhouette: Some(mean).filter(|mean| mean.is_finite()),
        silhouette_interval: interval,
        silhouette_rows: judged.n_rows,
        simplified_silhouette: indices.simplified_silhouette,
        calinski_harabasz: indices.calinski_harabasz,
        davies_bouldin: indices.davies_bouldin,
        dunn: indices.dunn,
        xie_beni: indices.xie_beni,
        dbcv: indices.dbcv,
        agreement,
        notes: indices.notes,
    }
}

/// Where the customers truly belong.
fn truth(table: &Table, column: &str) -> Result<Labels, SegmentationError> {
    let Some(values) = values::whole(table, column) else {
        let names = table.columns.iter().map(|column| column.name.as_str());
        let nearest = crate::nearest(column, names);
        return Err(SegmentationError::UnknownColumn { place: "--truth", column: column.to_owned(), nearest });
    };
    let texts: Vec<String> = (0..values.len()).map(|row| text_at(&values, row)).collect();
    Ok(labels::numbered(&texts)?.0)
}

fn agreement(truth: &Labels, labels: &Labels) -> Result<Agreement, SegmentationError> {
    Ok(Agreement::of(&ContingencyTable::new(truth, labels, NoisePolicy::OwnLabel)?))
}

/// The label of each customer, as text.
fn matched(
    customers: &Table,
    id: Option<&str>,
    given: &Table,
    column: Option<&str>,
) -> Result<Vec<String>, SegmentationError> {
    let labels = labels::column(given, column)?;
    let by = [id, Some("id")].into_iter().flatten().find_map(|name| values::whole(given, name));
    match by {
        Some(keys) => by_id(&ids(customers, id).values, &keys, &labels),
        None if labels.len() == customers.n_rows() => Ok((0..labels.len()).map(|row| text_at(&labels, row)).collect()),
        None => Err(SegmentationError::Labels {
            reason: format!("{} labels for {} customers, and no column id", labels.len(), customers.n_rows()),
        }),
    }
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
