//! k-means||: B. Bahmani, B. Moseley, A. Vattani, R. Kumar & S. Vassilvitskii, "Scalable
//! k-means++", VLDB 2012.
//!
//! Where k-means++ draws one centre per pass over the rows, this draws many: each row enters the
//! candidates with probability `l w d^2 / phi`, with `d` its distance to the candidates so far, `phi`
//! the sum of all `w d^2`, and `l` the oversampling. After a few rounds candidates are weighted by the
//! rows nearest to them, and k-means++ chooses among them.

use rand::RngExt;
use segctl_numeric::Matrix;
use segctl_numeric::distance::{TwoNearest, two_nearest};
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::seed::Seed;

use super::init::{kmeans_plusplus, pick};
use super::problem::{Problem, map_chunks_mut};
use super::start::plus_plus;
use crate::distinct::count_distinct;

/// Rows drawn per round on average, and rounds.
#[derive(Clone, Copy)]
pub(super) struct Oversampling {
    factor: f64,
    rounds: usize,
}

impl Oversampling {
    /// Without a `factor`, 2 k: the paper's experiments gain nothing beyond.
    pub(super) fn new(factor: Option<f64>, rounds: usize, n_clusters: usize) -> Self {
        Self { factor: factor.unwrap_or(2.0 * n_clusters as f64), rounds }
    }
}

/// The candidate nearest to a row.
#[derive(Clone, Copy)]
struct Closest {
    squared: f64,
    candidate: u32,
}

/// Chooses k rows as centres (k x d), far from each other. Time O(n d l r).
pub(super) fn kmeans_parallel(problem: &Problem<'_>, sampling: Oversampling, seed: Seed, restart: u64) -> Matrix {
    let mut rng = seed.stream("k-means||", restart, 0);
    let candidates = Candidates::draw(problem, sampling, seed, restart, &mut rng);
    let (rows, weights) = candidates.weighted(problem);
    let rows = problem.x.select_rows(&rows);
    if count_distinct(rows.view(), |i| weights[i], problem.n_clusters) < problem.n_clusters {
        // So few are drawn when l r is small beside k, or when nearly all rows are copies.
        return kmeans_plusplus(problem, &mut rng);
    }
    plus_plus(rows.view(), Some(&weights), problem.n_clusters, &mut rng)
}

struct Candidates {
    /// Indices of rows.
    rows: Vec<usize>,
    closest: Vec<Closest>,
}

impl Candidates {
    fn draw(problem: &Problem<'_>, sampling: Oversampling, seed: Seed, restart: u64, rng: &mut impl RngExt) -> Self {
        let n = problem.x.n_rows();
        let weights = map_chunks(n, CHUNK_ROWS, |range| range.map(|i| problem.weight(i)).sum());
        let first = pick(rng, n, &weights, |i| problem.weight(i));
        let mut all = Self { rows: vec![], closest: vec![Closest { squared: f64::INFINITY, candidate: 0 }; n] };
        let mut mass = all.add(problem, vec![first]);
        for round in 0..sampling.rounds {
            if mass <= 0.0 {
                break;
            }
            let drawn = all.draw_round(problem, sampling.factor / mass, |chunk| {
                seed.stream("k-means|| round", restart, (round as u64) << 32 | chunk as u64)
            });
            mass = all.add(problem, drawn);
        }
        all
    }

    /// Draws each row with probability `w d^2 scale`, chunk by chunk from streams of their own.
    fn draw_round<R: RngExt>(&self, problem: &Problem<'_>, scale: f64, rng: impl Fn(usize) -> R + Sync) -> Vec<usize> {
        let drawn = map_chunks(self.closest.len(), CHUNK_ROWS, |range| {
            let mut rng = rng(range.start / CHUNK_ROWS);
            let mut is_drawn = |i: usize| rng.random::<f64>() < problem.weight(i) * self.closest[i].squared * scale;
            range.filter(|&i| is_drawn(i)).collect::<Vec<_>>()
        });
        drawn.concat()
    }

    /// Adds `rows` to the candidates and returns the mass that is left.
    fn add(&mut self, problem: &Problem<'_>, rows: Vec<usize>) -> f64 {
        let added = problem.x.select_rows(&rows);
        let first = self.rows.len() as u32;
        let masses = map_chunks_mut(&mut self.closest, |range, closest| {
            let mut nearest = vec![TwoNearest::default(); closest.len()];
            if added.n_rows() > 0 {
                two_nearest(problem.x.rows_range(range.clone()), added.view(), &mut nearest);
            }
            for (closest, found) in closest.iter_mut().zip(&nearest) {
                if found.squared < closest.squared {
                    *closest = Closest { squared: found.squared, candidate: first + found.index };
                }
            }
            range.zip(closest).map(|(i, closest)| problem.weight(i) * closest.squared).sum::<f64>()
        });
        self.rows.extend(rows);
        masses.iter().sum()
    }

    /// The candidates and the weight of the rows nearest to each.
    fn weighted(self, problem: &Problem<'_>) -> (Vec<usize>, Vec<f64>) {
        let parts = map_chunks(self.closest.len(), CHUNK_ROWS, |range| {
            let mut weights = vec![0.0; self.rows.len()];
            range.for_each(|i| weights[self.closest[i].candidate as usize] += problem.weight(i));
            weights
        });
        let add = |mut total: Vec<f64>, part: Vec<f64>| {
            total.iter_mut().zip(part).for_each(|(a, b)| *a += b);
            total
        };
        let weights = parts.into_iter().fold(vec![0.0; self.rows.len()], add);
        (self.rows, weights)
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::par::with_threads;

    use super::*;

    fn problem(x: &Matrix, k: usize) -> Problem<'_> {
        Problem { x: x.view(), weights: None, n_clusters: k, max_iter: 1, tol: 0.0 }
    }

    fn start(x: &Matrix, k: usize, factor: f64, rounds: usize) -> Matrix {
        kmeans_parallel(&problem(x, k), Oversampling { factor, rounds }, Seed(1), 0)
    }

    #[test]
    fn threads_change_no_bit() {
        let x = Matrix::new((0..9000).map(|i| (f64::from(i) * 0.37).sin()).collect(), 3000, 3).unwrap();
        let one = with_threads(1, || start(&x, 5, 10.0, 5));
        assert_eq!(one, with_threads(2, || start(&x, 5, 10.0, 5)));
        assert_eq!(one, with_threads(3, || start(&x, 5, 10.0, 5)));
    }

    #[test]
    fn few_candidates_fall_back_to_one_by_one() {
        let x = Matrix::new((0..50).map(f64::from).collect(), 50, 1).unwrap();
        let centers = start(&x, 20, 1e-9, 1);
        assert_eq!(count_distinct(centers.view(), |_| 1.0, 99), 20);
    }

    #[test]
    fn far_groups_all_get_a_centre() {
        let x =
            Matrix::new((0..4000).map(|i| f64::from(i % 8) * 100.0 + f64::from(i) * 1e-4).collect(), 4000, 1).unwrap();
        let mut places: Vec<_> = start(&x, 8, 16.0, 5).as_slice().iter().map(|v| (v / 100.0).floor()).collect();
        places.sort_by(f64::total_cmp);
        assert_eq!(places, [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    }

    #[test]
    fn candidates_weigh_as_much_as_all_rows() {
        let x = Matrix::new((0..500).map(|i| f64::from(i % 7)).collect(), 500, 1).unwrap();
        let (problem, sampling) = (problem(&x, 3), Oversampling { factor: 6.0, rounds: 5 });
        let mut rng = Seed(0).stream("test", 0, 0);
        let (rows, weights) = Candidates::draw(&problem, sampling, Seed(0), 0, &mut rng).weighted(&problem);
        assert_eq!((rows.len(), weights.iter().sum::<f64>()), (weights.len(), 500.0));
    }
}
