//! Greedy k-means++: D. Arthur & S. Vassilvitskii, "k-means++: the advantages of careful seeding",
//! SODA 2007, section 7 for the greedy choice among several candidates.

use rand::RngExt;
use rayon::prelude::*;
use segctl_numeric::Matrix;
use segctl_numeric::distance::squared_to_each;
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks, map_chunks};
use segctl_numeric::simd::{Kernel, LANES, dispatch};

use super::problem::Problem;

/// Chooses k rows as centres (k x d), far from each other. Time O(n d k log k).
pub(super) fn kmeans_plusplus(problem: &Problem<'_>, rng: &mut impl RngExt) -> Matrix {
    let n = problem.x.n_rows();
    let first = pick(rng, n, &weights_by_chunk(problem), |i| problem.weight(i));
    let first = problem.x.select_rows(&[first]);
    let mut closest = vec![f64::INFINITY; n];
    fill_chunks(&mut closest, 1, CHUNK_ROWS, |range, closest| {
        squared_to_each(problem.x.rows_range(range), first.view(), closest);
    });
    add_centers(problem, &first, closest, problem.n_clusters - 1, rng)
}

/// `centers` and `n_more` rows, chosen as k-means++ would go on from them; `closest` are the squared
/// distances of the rows to the nearest of `centers`.
pub(super) fn add_centers(
    problem: &Problem<'_>,
    centers: &Matrix,
    mut closest: Vec<f64>,
    n_more: usize,
    rng: &mut impl RngExt,
) -> Matrix {
    let n = problem.x.n_rows();
    let n_candidates = 2 + libm::floor(libm::log((centers.n_rows() + n_more) as f64)) as usize;
    let mut trial = Trial { problem, squared: vec![0.0; n * n_candidates] };
    let mut masses = map_chunks(n, CHUNK_ROWS, |range| range.map(|i| problem.weight(i) * closest[i]).sum());
    let mut all = centers.as_slice().to_vec();
    for _ in 0..n_more {
        // Nothing but copies of the centres is left when all mass is gone: any row will do.
        let candidates: Vec<usize> = match masses.iter().sum::<f64>() > 0.0 {
            true => (0..n_candidates).map(|_| pick(rng, n, &masses, |i| problem.weight(i) * closest[i])).collect(),
            false => vec![pick(rng, n, &weights_by_chunk(problem), |i| problem.weight(i))],
        };
        let (best, left) = trial.best(&candidates, &closest);
        trial.take(best, &mut closest);
        all.extend_from_slice(problem.x.row(candidates[best]));
        masses = left;
    }
    Matrix::new(all, centers.n_rows() + n_more, centers.n_cols()).expect("whole rows")
}

fn weights_by_chunk(problem: &Problem<'_>) -> Vec<f64> {
    map_chunks(problem.x.n_rows(), CHUNK_ROWS, |range| range.map(|i| problem.weight(i)).sum())
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

/// Candidates compared with each other.
struct Trial<'a> {
    problem: &'a Problem<'a>,
    /// For each chunk of rows, the squared distances to each candidate: a candidate's are together.
    squared: Vec<f64>,
}

impl Trial<'_> {
    /// The candidate that leaves the least mass, the first among equals, and that mass by chunk.
    fn best(&mut self, candidates: &[usize], closest: &[f64]) -> (usize, Vec<f64>) {
        let by_chunk = self.masses_left(&self.problem.x.select_rows(candidates), closest);
        let total = |c: usize| by_chunk.iter().map(|masses| masses[c]).sum::<f64>();
        let (best, _) = (1..candidates.len()).fold((0, total(0)), |best, c| {
            let left = total(c);
            if left < best.1 { (c, left) } else { best }
        });
        (best, by_chunk.iter().map(|masses| masses[best]).collect())
    }

    /// For each chunk, the mass that each candidate would leave.
    fn masses_left(&mut self, candidates: &Matrix, closest: &[f64]) -> Vec<Vec<f64>> {
        let problem = self.problem;
        let chunk = |(i, (squared, closest)): (usize, (&mut [f64], &[f64]))| {
            let rows = i * CHUNK_ROWS..i * CHUNK_ROWS + closest.len();
            let squared = &mut squared[..closest.len() * candidates.n_rows()];
            squared_to_each(problem.x.rows_range(rows.clone()), candidates.view(), squared);
            let weights = problem.weights.map(|weights| &weights[rows]);
            let candidates = squared.chunks_exact(closest.len());
            candidates.map(|squared| dispatch(MassLeft { squared, closest, weights })).collect()
        };
        let width = self.squared.len() / closest.len() * CHUNK_ROWS;
        self.squared.par_chunks_mut(width).zip(closest.par_chunks(CHUNK_ROWS)).enumerate().map(chunk).collect()
    }

    /// Lowers `closest` to the squared distances to candidate `best` where that is nearer.
    fn take(&self, best: usize, closest: &mut [f64]) {
        let width = self.squared.len() / closest.len();
        fill_chunks(closest, 1, CHUNK_ROWS, |range, closest| {
            let squared = &self.squared[range.start * width..][best * closest.len()..][..closest.len()];
            closest.iter_mut().zip(squared).for_each(|(closest, &squared)| *closest = closest.min(squared));
        });
    }
}

/// `sum_i w_i min(squared_i, closest_i)`
struct MassLeft<'a> {
    squared: &'a [f64],
    closest: &'a [f64],
    weights: Option<&'a [f64]>,
}

impl Kernel for MassLeft<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let mut lanes = [0.0; LANES];
        let pairs = self.squared.chunks(LANES).zip(self.closest.chunks(LANES));
        for (i, (squared, closest)) in pairs.enumerate() {
            for (l, (squared, closest)) in squared.iter().zip(closest).enumerate() {
                let weight = self.weights.map_or(1.0, |weights| weights[i * LANES + l]);
                lanes[l] += weight * if squared < closest { squared } else { closest };
            }
        }
        lanes.iter().sum()
    }
}
