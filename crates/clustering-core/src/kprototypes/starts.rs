//! Several starts, the best of which counts.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::map_chunks;
use segctl_numeric::{InputError, Matrix, MatrixView};

use super::columns::{Columns, Prototypes};
use super::init::{cao, complete, huang, rows_as_prototypes, stream};
use super::problem::{Problem, Run};
use super::update::Levels;
use super::{KPrototypes, KPrototypesParams, PrototypesInit, PrototypesModel, check_mask, default_gamma};
use crate::ClusteringError;
use crate::centring::mean;
use crate::check::{check_magnitudes, check_values};
use crate::distinct::count_distinct;

/// Up to so many rows, starts run side by side; beyond, one after the other, so that they do not
/// compete for the cache and the memory.
const SIDE_BY_SIDE_ROWS: usize = 1 << 16;

/// Fits, telling the observer of starts and iterations under the names given.
pub(crate) fn best(
    x: MatrixView<'_>,
    params: &KPrototypesParams,
    stages: [&'static str; 2],
    observer: &dyn Observer,
) -> Result<KPrototypes, ClusteringError> {
    check(x, params)?;
    let (n, d, k, seed) = (x.n_rows(), x.n_cols(), params.n_clusters, params.seed.0);
    let span = tracing::info_span!("k-prototypes", n, d, k, seed);
    let _entered = span.enter();
    let columns = Columns::new(&params.categorical);
    let mean = if columns.n_categories() == d { vec![] } else { mean(columns.numbers_of(x).view()) };
    let gamma = params.gamma.unwrap_or_else(|| default_gamma(&columns, x, &mean));
    let rows = columns.split(x, &mean);
    let problem = Problem {
        levels: map_chunks(columns.n_categories(), 1, |column| Levels::of(&rows.categories[column.start])),
        rows,
        gamma,
        n_clusters: k,
        max_iter: params.max_iter,
        stages,
        observer,
        iterations: AtomicU64::new(0),
    };
    let runs = run_all(&problem, params, &columns, &mean)?;
    let n_starts = runs.len();
    let best = runs.into_iter().enumerate().min_by(|(_, a), (_, b)| a.cost.total_cmp(&b.cost));
    let (restart, run) = best.expect("at least one start");
    let n_distinct = run.labels.sizes().iter().filter(|&&size| size > 0).count();
    if n_distinct < k {
        return Err(ClusteringError::TooFewDistinct { n_distinct, n_clusters: k });
    }
    Ok(KPrototypes {
        labels: run.labels,
        cost: run.cost,
        gamma,
        n_iter: run.n_iter,
        converged: run.converged,
        restart,
        n_starts,
        model: PrototypesModel::of(params.categorical.clone(), gamma, mean, run.prototypes),
    })
}

fn check(x: MatrixView<'_>, params: &KPrototypesParams) -> Result<(), ClusteringError> {
    params.validate()?;
    check_values("X", x)?;
    check_mask(&params.categorical, x.n_cols())?;
    let (n_samples, n_clusters) = (x.n_rows(), params.n_clusters);
    if n_samples < n_clusters {
        return Err(ClusteringError::TooFewRows { n_samples, n_clusters });
    }
    let n_distinct = count_distinct(x, |_| 1.0, n_clusters);
    if n_distinct < n_clusters {
        return Err(ClusteringError::TooFewDistinct { n_distinct, n_clusters });
    }
    match &params.init {
        PrototypesInit::Prototypes(prototypes) => check_prototypes(prototypes, n_clusters, x.n_cols()),
        _ => Ok(()),
    }
}

fn check_prototypes(prototypes: &Matrix, n_clusters: usize, n_features: usize) -> Result<(), ClusteringError> {
    for (what, found, expected) in [
        ("initial prototypes", prototypes.n_rows(), n_clusters),
        ("row of initial prototypes", prototypes.n_cols(), n_features),
    ] {
        if found != expected {
            return Err(InputError::Length { what, found, expected }.into());
        }
    }
    check_magnitudes("initial prototypes", prototypes.view())
}

fn run_all(
    problem: &Problem<'_>,
    params: &KPrototypesParams,
    columns: &Columns,
    mean: &[f64],
) -> Result<Vec<Run>, ClusteringError> {
    let n_starts = if matches!(params.init, PrototypesInit::Prototypes(_)) { 1 } else { params.restarts };
    let done = AtomicU64::new(0);
    let start = |restart: usize| {
        let run = problem.iterate(starting_prototypes(problem, params, columns, mean, restart))?;
        tracing::debug!(cost = run.cost, n_iter = run.n_iter, converged = run.converged, "start ended");
        let event = Event::new(problem.stages[0], done.fetch_add(1, Ordering::Relaxed) + 1);
        problem.tell(event.with_total(n_starts as u64).with_objective(run.cost))?;
        Ok(run)
    };
    if problem.rows.n_rows() <= SIDE_BY_SIDE_ROWS {
        (0..n_starts).into_par_iter().map(start).collect()
    } else {
        (0..n_starts).map(start).collect()
    }
}

fn starting_prototypes(
    problem: &Problem<'_>,
    params: &KPrototypesParams,
    columns: &Columns,
    mean: &[f64],
    restart: usize,
) -> Prototypes {
    let (levels, n, k) = (&problem.levels, problem.rows.n_rows(), problem.n_clusters);
    let mut rng = stream(params.seed, restart);
    let chosen = match &params.init {
        PrototypesInit::Prototypes(prototypes) => return columns.prototypes(prototypes.view(), mean),
        PrototypesInit::Cao if restart == 0 => cao(levels, n, k),
        PrototypesInit::Huang => huang(levels, n, k, &mut rng),
        PrototypesInit::Cao | PrototypesInit::PlusPlus => vec![],
    };
    rows_as_prototypes(problem, &complete(problem, chosen, &mut rng))
}
