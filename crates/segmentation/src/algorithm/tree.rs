//! Trees of merges, cut into segments.

use segctl_clustering_core::agglomerative::{AgglomerativeParams, Dendrogram, Linkage, fit_with};
use segctl_clustering_core::model::{NeighboursParams, Predict, TreeModel};
use segctl_numeric::distance::Metric;
use segctl_numeric::{Labels, Matrix, MatrixView};

use super::{Cluster, Context, Cut, Fit, Found, Picture};
use crate::recipe::{Algorithm, MetricName};
use crate::{SegmentationError, sample};

/// Rows of which a tree is made at most, where it may be made of a sample.
const SAMPLE: usize = 20_000;

/// As [`SAMPLE`], where the linkage holds all distances: 800 MB.
const SAMPLE_OF_DISTANCES: usize = 10_000;

/// A tree and the rows it was made of.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) linkage: Linkage,
    pub(crate) metric: Metric,
    pub(crate) dendrogram: Dendrogram,
    /// The rows, when they are not all.
    pub(crate) sample: Option<Vec<usize>>,
}

pub(super) struct Agglomerative<'a> {
    algorithm: Algorithm,
    params: AgglomerativeParams,
    context: Context<'a>,
}

impl<'a> Agglomerative<'a> {
    pub(super) fn ward(context: Context<'a>) -> Self {
        Self { algorithm: Algorithm::Ward, params: AgglomerativeParams::new(Linkage::Ward), context }
    }

    pub(super) fn new(context: Context<'a>) -> Self {
        let recipe = context.recipe;
        let params = AgglomerativeParams::new(recipe.linkage.unwrap_or(Linkage::Average))
            .with_metric(recipe.metric.and_then(MetricName::metric).unwrap_or_default())
            .with_memory_limit(context.memory_limit);
        Self { algorithm: Algorithm::Agglomerative, params, context }
    }

    /// The rows to make a tree of, when they are not all.
    fn sample(&self, n_rows: usize) -> Option<Vec<usize>> {
        let most = if self.params.linkage.needs_all_distances() { SAMPLE_OF_DISTANCES } else { SAMPLE };
        let mut rng = self.context.seed.stream("rows of a tree", 0, 0);
        sample::uniform(n_rows, most, &mut rng).filter(|_| self.context.may_sample)
    }

    fn notes(&self, sample: Option<&[usize]>) -> Vec<String> {
        let title = self.algorithm.title();
        let rule = if self.params.linkage.needs_euclidean() { "centre" } else { "neighbour" };
        let made =
            sample.map(|rows| format!("The tree of {title} was made of {} customers drawn at random.", rows.len()));
        let compared = self.context.as_assigned.then(|| {
            format!(
                "The segments of {title} are compared as segctl assign would give them: by the nearest {rule} of a \
                 cut of its tree."
            )
        });
        made.into_iter().chain(compared).collect()
    }

    /// `labels` are those of the rows of the tree, which they keep.
    fn fit_cut(&self, x: MatrixView<'_>, tree: &Grown<'_>, labels: &Labels) -> Result<Fit, SegmentationError> {
        let neighbours = NeighboursParams::new(self.params.metric).with_seed(self.context.seed.0);
        let model = TreeModel::new(tree.rows, labels, self.params.linkage, &neighbours)?;
        let (labels, own_share) = match (tree.sample, self.context.as_assigned) {
            (None, false) => (labels.clone(), None),
            _ => tree.extended(labels, model.predict(x)?.labels, self.context.as_assigned)?,
        };
        Ok(Fit { own_share, ..Fit::new(labels, model.into()) })
    }
}

/// The rows of a tree.
struct Grown<'a> {
    rows: MatrixView<'a>,
    /// Where they are among all rows, when they are not all.
    sample: Option<&'a [usize]>,
}

impl Grown<'_> {
    /// Where a row of the tree is among all rows.
    fn place(&self, row: usize) -> usize {
        self.sample.map_or(row, |sample| sample[row])
    }

    /// The labels of all rows: those assigned where they are wanted and leave no cluster empty, and then
    /// the share of rows of the tree that keep their own; else its own for the rows of the tree.
    fn extended(
        &self,
        own: &Labels,
        assigned: Labels,
        as_assigned: bool,
    ) -> Result<(Labels, Option<f64>), SegmentationError> {
        match as_assigned && !assigned.sizes().contains(&0) {
            true => {
                let share = self.agreement(own, &assigned);
                Ok((assigned, Some(share)))
            }
            false => Ok((self.spread(own, &assigned)?, None)),
        }
    }

    /// The share of the rows of the tree whose labels are those assigned to them.
    fn agreement(&self, labels: &Labels, assigned: &Labels) -> f64 {
        let agrees = |row: &usize| labels.get(*row) == assigned.get(self.place(*row));
        (0..labels.len()).filter(agrees).count() as f64 / labels.len() as f64
    }

    /// The labels of the rows of the tree, and those assigned to the others.
    fn spread(&self, labels: &Labels, assigned: &Labels) -> Result<Labels, SegmentationError> {
        let mut all = assigned.as_slice().to_vec();
        labels.as_slice().iter().enumerate().for_each(|(row, &label)| all[self.place(row)] = label);
        Ok(Labels::new(all, labels.n_clusters())?)
    }
}

impl Cluster for Agglomerative<'_> {
    fn fit(&self, x: MatrixView<'_>, cuts: &[Cut]) -> Result<Found, SegmentationError> {
        let sample = self.sample(x.n_rows());
        let drawn: Option<Matrix> = sample.as_deref().map(|rows| x.select_rows(rows));
        let rows = drawn.as_ref().map_or(x, Matrix::view);
        let grown = Grown { rows, sample: sample.as_deref() };
        let dendrogram = fit_with(rows, &self.params, self.context.observer)?;
        let mut fits = Vec::with_capacity(cuts.len());
        for &cut in cuts {
            let labels = match cut {
                Cut::K(k) => dendrogram.cut_k(k)?,
                Cut::Found => return Err(SegmentationError::OneOnly { what: "k", given: "none".to_owned() }),
                Cut::Height(height) => dendrogram.cut_height(height),
                Cut::Inconsistency { threshold, depth } => dendrogram.cut_inconsistent(threshold, depth),
            };
            fits.push(self.fit_cut(x, &grown, &labels)?);
        }
        let notes = self.notes(sample.as_deref());
        let tree = Tree { linkage: self.params.linkage, metric: self.params.metric, dendrogram, sample };
        Ok(Found { algorithm: self.algorithm, fits, picture: Some(Picture::Tree(tree)), notes })
    }
}
