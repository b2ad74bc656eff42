//! The customers in a few numbers.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use segctl_io::{Session, SessionOptions, Source};
use segctl_numeric::Matrix;
use segctl_numeric::observe::{Observer, Silent};
use segctl_reduction::{Components, Pca, PcaParams};

use crate::customers::ids;
use crate::outcome::{Entry, Ids};
use crate::recipe::Recipe;
use crate::run::{RunOptions, prepare, read};
use crate::tables::table;
use crate::{SegmentationError, Timings};

/// The principal components of the prepared features.
#[derive(Debug, Clone)]
pub struct Reduction {
    /// The analysis: loadings, variances.
    pub pca: Pca,
    /// The features of its columns.
    pub features: Vec<String>,
    /// The customers.
    pub ids: Ids,
    /// Their scores, n x k.
    pub scores: Matrix,
    /// What was dropped and changed on the way.
    pub ledger: Vec<Entry>,
}

/// Reduces the features of `source` to `components` principal components.
///
/// ```no_run
/// use segctl_segmentation::{Components, Recipe, Source, reduce};
/// let found = reduce(&Source::parse("customers.csv")?, &Recipe::default(), Components::Count(3))?;
/// println!("{:?}", found.pca.explained_variance_ratio);
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
///
/// # Errors
/// As [`crate::run`]; [`SegmentationError::Reduction`] for more components than there can be.
pub fn reduce(source: &Source, recipe: &Recipe, components: Components) -> Result<Reduction, SegmentationError> {
    reduce_with(source, recipe, components, &RunOptions::default(), &Silent, &mut Timings::default())
}

/// [`reduce`] with limits, progress, cancellation and stage times.
///
/// # Errors
/// As [`reduce`], and cancellation when the observer breaks.
pub fn reduce_with(
    source: &Source,
    recipe: &Recipe,
    components: Components,
    options: &RunOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Reduction, SegmentationError> {
    recipe.validate()?;
    let session = Session::new(&SessionOptions { memory_limit: options.memory_limit })?;
    let raw = timings.time("read", || read(source, recipe, options, observer))?;
    let ready = timings.time("prepare", || prepare(&session, raw, recipe, observer))?;
    let x = ready.prepared.matrix.view();
    let pca = timings.time("fit", || segctl_reduction::fit(x, &PcaParams::new(components)))?;
    let scores = timings.time("evaluate", || pca.transform(x))?;
    Ok(Reduction {
        ids: ids(&ready.table, ready.steps.id.as_deref()),
        features: ready.prepared.names.clone(),
        ledger: ready.ledger.into_entries(),
        pca,
        scores,
    })
}

impl Reduction {
    /// One row per customer: `id, PC1, PC2, …`.
    pub fn scores_table(&self) -> RecordBatch {
        let mut columns: Vec<(String, ArrayRef)> = vec![("id".into(), self.ids.values.clone())];
        for j in 0..self.scores.n_cols() {
            let scores = self.scores.view().rows().map(|row| row[j]).collect::<Vec<f64>>();
            columns.push((format!("PC{}", j + 1), Arc::new(Float64Array::from(scores))));
        }
        table(columns)
    }

    /// One row per component: `component, explained_variance, explained_variance_ratio`, and the loading
    /// of each feature.
    pub fn loadings_table(&self) -> RecordBatch {
        let pca = &self.pca;
        let names: StringArray = (1..=pca.n_components()).map(|c| Some(format!("PC{c}"))).collect();
        let floats = |values: Vec<f64>| -> ArrayRef { Arc::new(Float64Array::from(values)) };
        let mut columns: Vec<(String, ArrayRef)> = vec![
            ("component".into(), Arc::new(names)),
            ("explained_variance".into(), floats(pca.explained_variance.clone())),
            ("explained_variance_ratio".into(), floats(pca.explained_variance_ratio.clone())),
        ];
        for (j, name) in self.features.iter().enumerate() {
            let loadings = pca.components.view().rows().map(|row| row[j]).collect();
            columns.push((name.clone(), floats(loadings)));
        }
        table(columns)
    }
}
