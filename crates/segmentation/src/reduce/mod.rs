//! The customers in a few numbers.

mod factors;
mod method;

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use segctl_io::{Session, SessionOptions, Source};
use segctl_numeric::Matrix;
use segctl_numeric::observe::{Observer, Silent};
use segctl_reduction::Components;

use self::method::Found;
pub use self::method::ReductionMethod;
use crate::customers::ids;
use crate::outcome::{Entry, Ids};
use crate::recipe::{Categories, Recipe};
use crate::run::{RunOptions, prepare, read};
use crate::tables::table;
use crate::{SegmentationError, Timings};

/// The customers along a few components of their prepared features.
#[derive(Debug, Clone)]
pub struct Reduction {
    /// How it was done.
    pub method: ReductionMethod,
    /// What the loadings are of: features, or the values of categories as `COLUMN=VALUE`; p of them.
    pub columns: Vec<String>,
    /// The variance along each component, length k: of principal components with n - 1 in the denominator, of the others,
    /// whose variances are inertias, with n.
    pub explained_variance: Vec<f64>,
    /// Their shares of the whole.
    pub explained_variance_ratio: Vec<f64>,
    /// k x p, orthonormal rows; of factor analyses, loadings of the coded columns.
    pub loadings: Matrix,
    /// The customers.
    pub ids: Ids,
    /// Their scores, n x k.
    pub scores: Matrix,
    /// What was dropped and changed on the way.
    pub ledger: Vec<Entry>,
}

/// Reduces the features of `source` to `components`.
///
/// ```no_run
/// use segctl_segmentation::{Components, Recipe, ReductionMethod, Source, reduce};
/// let source = Source::parse("customers.csv")?;
/// let found = reduce(&source, &Recipe::default(), ReductionMethod::Pca, Components::Count(3))?;
/// println!("{:?}", found.explained_variance_ratio);
/// # Ok::<(), segctl_segmentation::SegmentationError>(())
/// ```
///
/// # Errors
/// As [`crate::run`]; [`SegmentationError::Reduction`] for more components than there can be;
/// [`SegmentationError::ParameterValue`] for components that are no number where the method wants one, and for a multiple
/// correspondence analysis without categories.
pub fn reduce(
    source: &Source,
    recipe: &Recipe,
    method: ReductionMethod,
    components: Components,
) -> Result<Reduction, SegmentationError> {
    reduce_with(source, recipe, method, components, &RunOptions::default(), &Silent, &mut Timings::default())
}

/// [`reduce`] with limits, progress, cancellation and stage times.
///
/// # Errors
/// As [`reduce`], and cancellation when the observer breaks.
pub fn reduce_with(
    source: &Source,
    recipe: &Recipe,
    method: ReductionMethod,
    components: Components,
    options: &RunOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<Reduction, SegmentationError> {
    recipe.validate()?;
    let recipe = suited(recipe, method);
    let session = Session::new(&SessionOptions { memory_limit: options.memory_limit })?;
    let raw = timings.time("read", || read(source, &recipe, options, observer))?;
    let ready = timings.time("prepare", || prepare(&session, raw, &recipe, observer))?;
    let found = timings.time("fit", || method.fit(&ready, components, recipe.seed))?;
    let Found { columns, explained_variance, explained_variance_ratio, loadings, scores } = found;
    Ok(Reduction {
        method,
        columns,
        explained_variance,
        explained_variance_ratio,
        loadings,
        ids: ids(&ready.table, ready.steps.id.as_deref()),
        scores,
        ledger: ready.ledger.into_entries(),
    })
}

/// Factor analyses are asked for because of the categories.
fn suited(recipe: &Recipe, method: ReductionMethod) -> Recipe {
    let mut recipe = recipe.clone();
    if method.takes_categories() && recipe.cluster.categories == Categories::Auto && !recipe.data.as_is {
        recipe.cluster.categories = Categories::Always;
    }
    recipe
}

impl Reduction {
    /// The name of a component, from 0: `PC1`, or `F1` for those of factor analyses.
    pub fn component_name(&self, component: usize) -> String {
        format!("{}{}", if self.method.takes_categories() { "F" } else { "PC" }, component + 1)
    }

    /// One row per customer: `id`, and the score along each component.
    pub fn scores_table(&self) -> RecordBatch {
        let mut columns: Vec<(String, ArrayRef)> = vec![("id".into(), self.ids.values.clone())];
        for j in 0..self.scores.n_cols() {
            columns.push((self.component_name(j), floats(self.scores.view().column(j).collect())));
        }
        table(columns)
    }

    /// One row per component: `component, explained_variance, explained_variance_ratio`, and the loading
    /// of each column.
    pub fn loadings_table(&self) -> RecordBatch {
        let names: StringArray = (0..self.loadings.n_rows()).map(|c| Some(self.component_name(c))).collect();
        let mut columns: Vec<(String, ArrayRef)> = vec![
            ("component".into(), Arc::new(names)),
            ("explained_variance".into(), floats(self.explained_variance.clone())),
            ("explained_variance_ratio".into(), floats(self.explained_variance_ratio.clone())),
        ];
        for (j, name) in self.columns.iter().enumerate() {
            columns.push((name.clone(), floats(self.loadings.view().column(j).collect())));
        }
        table(columns)
    }
}

fn floats(values: Vec<f64>) -> ArrayRef {
    Arc::new(Float64Array::from(values))
}
