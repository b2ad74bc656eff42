//! Greedy k-means++: D. Arthur & S. Vassilvitskii, "k-means++: the advantages of careful seeding",
//! SODA 2007, section 7 for the greedy choice among several candidates.

use rand::RngExt;
use segctl_numeric::Matrix;
use segctl_numeric::distance::tile;
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks, map_chunks};

use super::problem::Problem;

/// Rows whose distances to the candidates are computed at a time: the results stay in the first
/// level of cache.
const BLOCK_ROWS: usize = 64;

/// Chooses k rows as centres (k x d), far from each other. Time O(n d k log k).
pub(super) fn kmeans_plusplus(problem: &Problem<'_>, rng: &mut impl RngExt) -> Matrix {
    let (n, k) = (problem.x.n_rows(), problem.n_clusters);
    let n_candidates = 2 + libm::floor(libm::log(k as f64)) as usize;
    let weights = map_chunks(n, CHUNK_ROWS, |range| range.map(|i| problem.weight(i)).sum());
    let mut chosen = vec![pick(rng, n, &weights, |i| problem.weight(i))];
    let mut closest = vec![f64::INFINITY; n];
    update_closest(problem, chosen[0], &mut closest);
    let mut masses = map_chunks(n, CHUNK_ROWS, |range| range.map(|i| problem.weight(i) * closest[i]).sum());
    while chosen.len() < k {
        // Nothing but copies of the centres is left when all mass is gone: any row will do.
        let candidates: Vec<usize> = match masses.iter().sum::<f64>() > 0.0 {
            true => (0..n_candidates).map(|_| pick(rng, n, &masses, |i| problem.weight(i) * closest[i])).collect(),
            false => vec![pick(rng, n, &weights, |i| problem.weight(i))],
        };
        let (best, left) = best_candidate(problem, &candidates, &closest);
        update_closest(problem, best, &mut closest);
        chosen.push(best);
        masses = left;
    }
    problem.x.select_rows(&chosen)
}

/// Draws a row with probability proportional to `mass`, whose sums over chunks are `masses`.
pub(super) fn pick(rng: &mut impl RngExt, n: usize, masses: &[f64], mass: impl Fn(usize) -> f64) -> usize {
    let mut left = rng.random::<f64>() * masses.iter().sum::<f64>();
    let mut last = 0;
    for (chunk, &total) in masses.iter().enumerate().filter(|&(_, &total)| total > 0.0) {
        let rows = chunk * CHUNK_ROWS..((chunk + 1) * CHUNK_ROWS).min(n);
        if left >= total {
            left -= total;
            last = rows.end - 1;
            continue;
        }
        for i in rows.filter(|&i| mass(i) > 0.0) {
            last = i;
            if left < mass(i) {
                return i;
            }
            left -= mass(i);
        }
        return last;
    }
    // Rounding may leave a remainder after the last chunk: its last row that can be drawn.
    (0..=last).rev().find(|&i| mass(i) > 0.0).unwrap_or(last)
}

/// The candidate that leaves the least mass, and that mass by chunk. The first among equals.
fn best_candidate(problem: &Problem<'_>, candidates: &[usize], closest: &[f64]) -> (usize, Vec<f64>) {
    let by_chunk = masses_left(problem, &problem.x.select_rows(candidates), closest);
    let total = |c: usize| by_chunk.iter().map(|masses| masses[c]).sum::<f64>();
    let best = (1..candidates.len()).fold((0, total(0)), |best, c| {
        let left = total(c);
        if left < best.1 { (c, left) } else { best }
    });
    (candidates[best.0], by_chunk.iter().map(|masses| masses[best.0]).collect())
}

/// For each chunk, the mass that each candidate would leave.
fn masses_left(problem: &Problem<'_>, candidates: &Matrix, closest: &[f64]) -> Vec<Vec<f64>> {
    let n_candidates = candidates.n_rows();
    map_chunks(closest.len(), CHUNK_ROWS, |range| {
        let mut left = vec![0.0; n_candidates];
        let mut squared = vec![0.0; BLOCK_ROWS * n_candidates];
        for start in range.clone().step_by(BLOCK_ROWS) {
            let block = start..(start + BLOCK_ROWS).min(range.end);
            let squared = &mut squared[..block.len() * n_candidates];
            let rows = problem.x.rows_range(block.clone());
            tile(rows.as_slice(), candidates.as_slice(), rows.n_cols(), squared);
            for (i, squared) in block.zip(squared.chunks_exact(n_candidates)) {
                for (left, &squared) in left.iter_mut().zip(squared) {
                    *left += problem.weight(i) * squared.min(closest[i]);
                }
            }
        }
        left
    })
}

/// Lowers `closest` to the squared distance to row `center` where that is nearer.
fn update_closest(problem: &Problem<'_>, center: usize, closest: &mut [f64]) {
    let x = problem.x;
    fill_chunks(closest, 1, CHUNK_ROWS, |range, closest| {
        let mut squared = vec![0.0; closest.len()];
        tile(x.rows_range(range).as_slice(), x.row(center), x.n_cols(), &mut squared);
        closest.iter_mut().zip(squared).for_each(|(closest, squared)| *closest = closest.min(squared));
    });
}
