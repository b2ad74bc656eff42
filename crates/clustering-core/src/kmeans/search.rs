//! A search that leaves local minima: breathing k-means.
//!
//! B. Fritzke, "The k-means algorithm is improved by breathing", 2020 (arXiv 2006.15666). From a
//! local minimum, `m` centres are added (breathing in) and Lloyd's iteration run; then the `m`
//! centres that would be missed least are taken away (breathing out) and it is run again. What is
//! better is kept; else the next breath is one centre shallower, until none is left.
//!
//! Centres are added as greedy k-means++ would go on from those there are: at rows drawn by their
//! squared distance, the best of several. (The paper puts them beside the centres with the largest
//! errors.) A centre's utility is the paper's: how much the inertia would grow if its rows went to
//! their second nearest centres.

use segctl_numeric::distance::{TwoNearest, squared_euclidean, two_nearest};
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks, map_chunks};
use segctl_numeric::seed::Seed;
use segctl_numeric::{Matrix, MatrixView};
use serde::{Deserialize, Serialize};

use super::init::add_centers;
use super::lloyd::Run;
use super::problem::Problem;
use crate::ClusteringError;
use crate::distinct::count_distinct;

/// Two centres taken away at once are farther apart than this many root mean squared distances:
/// else each would have been taken away because the other was there (the paper's theta).
const APART: f64 = 1.1;

/// A smaller relative gain is kept, but no reason to breathe as deeply again (the paper's value).
const SMALL_GAIN: f64 = 1e-4;

/// Iterations with the centres that are added: where the inertia falls steeply. More of them cost up
/// to a third of the time and find nothing better (measured with 4, 8 and 300 on six data sets).
const WIDE_ITERATIONS: usize = 8;

/// The breaths of a search.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Searched {
    /// Moves tried.
    pub n_tried: usize,
    /// Moves that lowered the inertia, and were kept.
    pub n_accepted: usize,
    /// The inertia of the best start, before the search; on a sample, where starts saw a sample.
    pub inertia_before: f64,
}

/// Improves `run` by breaths of `breadth` centres at first. `iterate` is Lloyd's iteration.
pub(super) fn breathe(
    problem: &Problem<'_>,
    mut best: Run,
    breadth: usize,
    (seed, restart): (Seed, usize),
    iterate: impl Fn(&Problem<'_>, Matrix) -> Result<Run, ClusteringError>,
) -> Result<(Run, Searched), ClusteringError> {
    let k = problem.n_clusters;
    let mut searched = Searched { n_tried: 0, n_accepted: 0, inertia_before: best.inertia };
    let n_distinct = count_distinct(problem.x, |i| problem.weight(i), k + breadth);
    let mut depth = breadth.min(k).min(n_distinct - k);
    while depth > 0 && k > 1 && best.inertia > 0.0 {
        let mut rng = seed.stream("k-means breathing", restart as u64, searched.n_tried as u64);
        let wide = Problem { n_clusters: k + depth, max_iter: problem.max_iter.min(WIDE_ITERATIONS), ..*problem };
        let full = iterate(&wide, add_centers(problem, &best.centers, closest(problem, &best), depth, &mut rng))?;
        let found = iterate(problem, exhale(&wide, &full, depth))?;
        searched.n_tried += 1;
        if found.inertia >= best.inertia * (1.0 - SMALL_GAIN) {
            depth -= 1;
        }
        if found.inertia < best.inertia {
            searched.n_accepted += 1;
            best = found;
        }
    }
    Ok((best, searched))
}

/// The squared distance of each row to its centre.
fn closest(problem: &Problem<'_>, run: &Run) -> Vec<f64> {
    let mut out = vec![0.0; problem.x.n_rows()];
    fill_chunks(&mut out, 1, CHUNK_ROWS, |range, out| {
        for (i, out) in range.zip(out) {
            *out = squared_euclidean(problem.x.row(i), run.centers.row(run.labels[i] as usize));
        }
    });
    out
}

/// The centres of `run` without the `n` of least utility.
fn exhale(problem: &Problem<'_>, run: &Run, n: usize) -> Matrix {
    let centers = run.centers.view();
    let weight: f64 = (0..problem.x.n_rows()).map(|i| problem.weight(i)).sum();
    let near = APART * APART * run.inertia / weight;
    let utility = utilities(problem, centers);
    let mut order: Vec<usize> = (0..centers.n_rows()).collect();
    order.sort_by(|&a, &b| utility[a].total_cmp(&utility[b]));
    let gone = least_apart(&order, n, |a, b| squared_euclidean(centers.row(a), centers.row(b)) < near);
    let kept: Vec<usize> = (0..centers.n_rows()).filter(|c| !gone.contains(c)).collect();
    centers.select_rows(&kept)
}

/// The first `n` of `order` of which none is near another, filled up with the first of the rest
/// where so many are not to be had.
fn least_apart(order: &[usize], n: usize, near: impl Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::with_capacity(n);
    for &c in order {
        if chosen.len() < n && !chosen.iter().any(|&other| near(c, other)) {
            chosen.push(c);
        }
    }
    let rest: Vec<usize> = order.iter().copied().filter(|c| !chosen.contains(c)).collect();
    chosen.extend(rest.into_iter().take(n - chosen.len().min(n)));
    chosen
}

/// By how much the inertia would grow without each centre.
fn utilities(problem: &Problem<'_>, centers: MatrixView<'_>) -> Vec<f64> {
    let parts = map_chunks(problem.x.n_rows(), CHUNK_ROWS, |range| {
        let mut nearest = [TwoNearest::default(); CHUNK_ROWS];
        let nearest = &mut nearest[..range.len()];
        two_nearest(problem.x.rows_range(range.clone()), centers, nearest);
        let mut growth = vec![0.0; centers.n_rows()];
        for (i, found) in range.zip(nearest) {
            growth[found.index as usize] += problem.weight(i) * (found.second_squared - found.squared);
        }
        growth
    });
    (0..centers.n_rows()).map(|c| parts.iter().map(|growth| growth[c]).sum()).collect()
}
