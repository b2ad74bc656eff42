//! One model, without the comparison that `run` makes.

use std::collections::BTreeMap;

use segctl_clustering_core::agglomerative::Dendrogram;
use segctl_io::{Session, SessionOptions, Source};
use segctl_numeric::Matrix;
use segctl_numeric::observe::{Observer, Silent};
use segctl_numeric::seed::Seed;
use serde::Serialize;

use crate::algorithm::{self, Context, Cut, Fit, Found, Picture};
use crate::conclude::{Settled, disagreement, model_of, mostly_noise, not_converged, replayed, settled};
use crate::customers::{customers, ids};
use crate::explain::described;
use crate::model::Model;
use crate::outcome::{Customers, Entry};
use crate::recipe::{Algorithm, Recipe};
use crate::run::{Ready, RunOptions, prepare, read};
use crate::{SegmentationError, Timings, initial};

/// What a fit may use or start from, apart from the recipe.
#[derive(Debug, Clone, Default)]
pub struct FitOptions {
    /// Limits.
    pub run: RunOptions,
    /// Where a tree is cut, in place of a number of segments.
    pub cut: Option<TreeCut>,
    /// A table of centres to start from, in prepared units: a row per segment, a column per feature.
    pub init_centers: Option<Source>,
}

/// Where a tree of merges is cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TreeCut {
    /// At this height: no merge within a segment is higher.
    Height(f64),
    /// No merge within a segment is more inconsistent than `threshold` with the merges of `depth` levels
    /// from it down (SciPy's `fcluster` by inconsistency).
    Inconsistency {
        /// The largest coefficient within a segment.
        threshold: f64,
        /// Levels compared, the merge's own included.
        depth: usize,
    },
}

/// One fitted model and what it makes of the customers.
#[derive(Debug, Clone)]
pub struct FitOutcome {
    /// The clustering in numbers.
    pub clustering: Clustering,
    /// One entry per customer kept; without silhouettes.
    pub customers: Customers,
    /// What assigns tomorrow's customers.
    pub model: Model,
    /// The tree of merges, of an algorithm that makes one.
    pub tree: Option<Dendrogram>,
    /// Customers of each unit, of an algorithm that makes a map.
    pub unit_sizes: Option<Vec<u64>>,
    /// What was dropped and changed on the way.
    pub ledger: Vec<Entry>,
    /// Things a reader must know, in sentences.
    pub warnings: Vec<String>,
}

/// A clustering in numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Clustering {
    /// What found it.
    pub algorithm: Algorithm,
    /// Segments found.
    pub k: usize,
    /// Customers in none of them.
    pub n_noise: usize,
    /// Sum of squared distances to the segments' means, in prepared units.
    pub inertia: f64,
    /// What the algorithm itself measured or settled, by name: `bic`, `eps`, ….
    pub figures: BTreeMap<&'static str, f64>,
    /// Iterations of the best start, where there are iterations.
    pub n_iter: Option<u64>,
    /// Whether that start converged.
    pub converged: bool,
    /// How the model assigns, in words.
    pub rule: &'static str,
    /// The share of these customers whom the model, asked again, puts where they are.
    pub agreement: f64,
    /// What a reader should know of how it was done, in sentences.
    pub notes: Vec<String>,
}

/// Fits the one algorithm of `recipe` to `source`.
///
/// ```no_run
/// use segctl_segmentation::{Algorithm, Algorithms, FitOptions, KRange, Recipe, Source, fit};
/// let mut recipe = Recipe::default();
/// recipe.cluster.algorithm = Algorithms::one(Algorithm::Ward);
/// recipe.cluster.k = KRange::new(5, 5)?;
/// let found = fit(&Source::parse("customers.csv")?, &recipe, &FitOptions::default())?;
/// println!("{} customers, inertia {}", found.customers.labels.len(), found.clustering.inertia);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`crate::run`]; [`SegmentationError::OneOnly`] for several algorithms or numbers of segments;
/// [`SegmentationError::NoHeights`] and [`SegmentationError::NoCenters`] for an algorithm that makes no tree
/// to cut, or starts from no centres.
pub fn fit(source: &Source, recipe: &Recipe, options: &FitOptions) -> Result<FitOutcome, SegmentationError> {
    fit_with(source, recipe, options, &Silent, &mut Timings::default())
}

/// [`fit`] with progress, cancellation and stage times.
///
/// # Errors
/// As [`fit`], and [`SegmentationError::Interrupted`] or a crate's own cancellation when the observer
/// breaks.
pub fn fit_with(
    source: &Source,
    recipe: &Recipe,
    options: &FitOptions,
    observer: &dyn Observer,
    timings: &mut Timings,
) -> Result<FitOutcome, SegmentationError> {
    recipe.validate()?;
    let (algorithm, cut) = asked(recipe, options)?;
    if options.init_centers.is_some() {
        initial::check(algorithm, &recipe.cluster)?;
    }
    let session = Session::new(&SessionOptions { memory_limit: options.run.memory_limit })?;
    let table = timings.time("read", || read(source, recipe, &options.run, observer))?;
    let ready = timings.time("prepare", || prepare(&session, table, recipe, observer))?;
    let names = &ready.prepared.names;
    let init = match &options.init_centers {
        Some(source) => Some(initial::read(source, names, observer)?),
        None => initial::of_recipe(&recipe.cluster, names, observer)?,
    };
    let open = ready.open(&[algorithm]);
    let context = Context {
        recipe: &ready.cluster,
        seed: Seed(recipe.seed),
        columns: &ready.mixed,
        memory_limit: options.run.memory_limit,
        open: open.as_ref().map(Matrix::view),
        init_centers: init.as_ref(),
        may_sample: false,
        as_assigned: false,
        pictured: false,
        observer,
    };
    let x = ready.prepared.matrix.view();
    let Found { mut fits, picture, notes, .. } =
        timings.time("fit", || algorithm::fit(algorithm, x, &[cut], context))?;
    let fit = fits.pop().expect("one fit per cut");
    let mut found = timings.time("evaluate", || concluded(ready, fit, algorithm, recipe))?;
    found.clustering.notes.extend(notes);
    match picture {
        Some(Picture::Tree(tree)) => found.tree = Some(tree.dendrogram),
        Some(Picture::Map(map)) => found.unit_sizes = Some(map.hits.iter().map(|&hits| hits as u64).collect()),
        Some(Picture::Neighbours { .. } | Picture::Condensed(_)) | None => {}
    }
    Ok(found)
}

/// The one algorithm and the one cut.
fn asked(recipe: &Recipe, options: &FitOptions) -> Result<(Algorithm, Cut), SegmentationError> {
    let cluster = &recipe.cluster;
    let [algorithm] = cluster.algorithm.as_slice() else {
        return Err(SegmentationError::OneOnly { what: "algorithm", given: cluster.algorithm.to_string() });
    };
    match (options.cut, cluster.k.single()) {
        (Some(TreeCut::Height(height)), _) => Ok((*algorithm, Cut::Height(height))),
        (Some(TreeCut::Inconsistency { threshold, depth }), _) => {
            Ok((*algorithm, Cut::Inconsistency { threshold, depth }))
        }
        (None, _) if cluster.finds_k(*algorithm) => Ok((*algorithm, Cut::Found)),
        (None, Some(k)) => Ok((*algorithm, Cut::K(k))),
        (None, None) => Err(SegmentationError::OneOnly { what: "k", given: cluster.k.to_string() }),
    }
}

fn concluded(ready: Ready, fit: Fit, algorithm: Algorithm, recipe: &Recipe) -> Result<FitOutcome, SegmentationError> {
    let Settled { labels, clusterer } = settled(&fit, algorithm, &ready.cluster);
    let (assignment, agreement) = replayed(&clusterer, clusterer.rows(&ready.prepared).view(), labels)?;
    let inertia = segctl_metrics::inertia(ready.prepared.matrix.view(), &assignment.labels)?;
    let mut customers = customers(ids(&ready.table, ready.steps.id.as_deref()), assignment, Vec::new());
    customers.outlier_score = fit.outlier_scores;
    let clustering = Clustering {
        algorithm,
        k: customers.labels.n_clusters(),
        n_noise: customers.labels.n_noise(),
        inertia,
        figures: fit.figures.iter().map(|&(name, value)| (name, value)).collect(),
        n_iter: fit.n_iter,
        converged: fit.converged,
        rule: clusterer.rule(),
        agreement,
        notes: ready.notes(algorithm),
    };
    let (segments, reference) = described(&ready, &customers.labels, Seed(recipe.seed));
    let model = model_of(&ready, segments, reference, clusterer, recipe);
    Ok(FitOutcome {
        warnings: warnings(&clustering, customers.labels.len()),
        ledger: ready.ledger.into_entries(),
        clustering,
        customers,
        model,
        tree: None,
        unit_sizes: None,
    })
}

fn warnings(clustering: &Clustering, n_customers: usize) -> Vec<String> {
    let stopped = (!clustering.converged).then(|| not_converged(clustering.algorithm, clustering.n_iter));
    let moved = (clustering.agreement < 1.0).then(|| disagreement(clustering.agreement));
    let share = clustering.n_noise as f64 / n_customers as f64;
    let noise = (share > 0.5).then(|| mostly_noise(share));
    stopped.into_iter().chain(moved).chain(noise).collect()
}
