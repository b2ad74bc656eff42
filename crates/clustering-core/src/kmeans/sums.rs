//! The sums that turn labels into centres, from all rows or from those that changed.

use segctl_numeric::Matrix;
use segctl_numeric::MatrixView;
use segctl_numeric::par::map_chunks;
use segctl_numeric::simd::{Kernel, dispatch};

use super::problem::Problem;

/// Up to so many values, sums are taken of all rows each time: a pass over a cache costs little,
/// and the sums are then those of the definition to the last bit.
const SMALL: usize = 1 << 12;

/// A row that changed its cluster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Moved {
    pub(super) row: usize,
    pub(super) from: u32,
    pub(super) to: u32,
}

/// Weighted sums of the rows of each cluster.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sums {
    /// k x d, row-major.
    values: Vec<f64>,
    /// The weight in each cluster.
    weights: Vec<f64>,
    /// Rows of positive weight in each cluster.
    members: Vec<i64>,
}

impl Sums {
    fn empty(problem: &Problem<'_>) -> Self {
        let (k, d) = (problem.n_clusters, problem.x.n_cols());
        Self { values: vec![0.0; k * d], weights: vec![0.0; k], members: vec![0; k] }
    }

    /// The sums of given labels.
    pub(super) fn of(problem: &Problem<'_>, labels: &[u32]) -> Self {
        let parts = map_chunks(labels.len(), problem.block_rows(), |range| {
            let mut sums = Self::empty(problem);
            let rows = range.map(|i| (i, labels[i], 1.0));
            dispatch(AddRows { x: problem.x, weights: problem.weights, rows, sums: &mut sums });
            sums
        });
        Self::total(problem, &parts)
    }

    /// What the sums gain by the moves.
    fn gain(problem: &Problem<'_>, moved: &[Moved]) -> Self {
        let mut sums = Self::empty(problem);
        let both = |&Moved { row, from, to }: &Moved| [(row, from, -1.0), (row, to, 1.0)];
        let rows = moved.iter().flat_map(both);
        dispatch(AddRows { x: problem.x, weights: problem.weights, rows, sums: &mut sums });
        sums
    }

    fn total(problem: &Problem<'_>, parts: &[Self]) -> Self {
        let mut total = Self::empty(problem);
        parts.iter().for_each(|part| total.add(part));
        total
    }

    fn add(&mut self, other: &Self) {
        self.values.iter_mut().zip(&other.values).for_each(|(a, b)| *a += b);
        self.weights.iter_mut().zip(&other.weights).for_each(|(a, b)| *a += b);
        self.members.iter_mut().zip(&other.members).for_each(|(a, b)| *a += b);
    }

    /// The clusters without weight.
    pub(super) fn empty_clusters(&self) -> Vec<u32> {
        (0..).zip(&self.members).filter(|&(_, &members)| members == 0).map(|(c, _)| c).collect()
    }

    /// The mean of each cluster (k x d).
    ///
    /// # Panics
    /// When a cluster has no weight.
    pub(super) fn means(&self) -> Matrix {
        let (k, d) = (self.weights.len(), self.values.len() / self.weights.len());
        let mut means = self.values.clone();
        for (row, &weight) in means.chunks_exact_mut(d).zip(&self.weights) {
            assert!(weight > 0.0, "empty clusters are filled before means are taken");
            row.iter_mut().for_each(|value| *value /= weight);
        }
        Matrix::new(means, k, d).expect("k x d sums")
    }
}

/// Sums that follow the labels from iteration to iteration.
///
/// Rows that change their cluster are taken from one sum and added to another, which reads nothing
/// else of X. Every such step leaves a rounding error of at most the machine's precision times all
/// that was in the sum or passed through it; when these might be felt, sums start afresh.
pub(super) struct RunningSums {
    sums: Sums,
    /// Whether they are the sums of all rows, taken in order.
    fresh: bool,
    /// The weight that was rounded in each cluster, once for each time.
    rounded: Vec<f64>,
}

impl RunningSums {
    /// The sums of given labels.
    pub(super) fn of(problem: &Problem<'_>, labels: &[u32]) -> Self {
        let sums = Sums::of(problem, labels);
        Self { rounded: vec![0.0; sums.weights.len()], fresh: true, sums }
    }

    /// Follows the moves, which are listed by blocks; `labels` are those that they lead to.
    pub(super) fn follow(mut self, problem: &Problem<'_>, moved: &[Vec<Moved>], labels: impl Fn() -> Vec<u32>) -> Self {
        let n_moved: usize = moved.iter().map(Vec::len).sum();
        if problem.x.as_slice().len() <= SMALL || 2 * n_moved > problem.x.n_rows() {
            return Self::of(problem, &labels());
        }
        let passed: f64 = moved.iter().flatten().map(|moved| problem.weight(moved.row)).sum();
        let gains = map_chunks(moved.len(), 1, |block| Sums::gain(problem, &moved[block.start]));
        let gain = Sums::total(problem, &gains);
        for (rounded, weight) in self.rounded.iter_mut().zip(&self.sums.weights) {
            *rounded += weight + passed;
        }
        self.sums.add(&gain);
        self.fresh = false;
        if self.is_accurate(problem) { self } else { Self::of(problem, &labels()) }
    }

    /// Whether no mean is off by more than the problem allows. A cluster of a few rows that was one
    /// of many is what fails first: the errors are those of the many.
    fn is_accurate(&self, problem: &Problem<'_>) -> bool {
        let weights = self.rounded.iter().zip(&self.sums.weights);
        let mut with_members = weights.zip(&self.sums.members).filter(|&(_, &members)| members > 0);
        with_members.all(|((&rounded, &weight), _)| rounded <= problem.roundings * weight)
    }

    /// Whether the sums are those of [`Sums::of`], to the last bit.
    pub(super) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// The sums as they are.
    pub(super) fn get(&self) -> &Sums {
        &self.sums
    }
}

struct AddRows<'a, R> {
    x: MatrixView<'a>,
    weights: Option<&'a [f64]>,
    /// A row, its cluster, and 1 to add it or -1 to take it away.
    rows: R,
    sums: &'a mut Sums,
}

impl<R: Iterator<Item = (usize, u32, f64)>> Kernel for AddRows<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let d = self.x.n_cols();
        for (row, cluster, sign) in self.rows {
            let (cluster, weight) = (cluster as usize, self.weights.map_or(1.0, |weights| weights[row]));
            add_row(&mut self.sums.values[cluster * d..(cluster + 1) * d], self.x.row(row), sign * weight);
            self.sums.weights[cluster] += sign * weight;
            self.sums.members[cluster] += if weight > 0.0 { sign as i64 } else { 0 };
        }
    }
}

/// Each feature has a sum of its own: the order of the features cannot matter. A plain loop on
/// purpose: of one over chunks of lanes the compiler makes gathers and scatters across the chunks.
#[inline(always)]
fn add_row(sums: &mut [f64], row: &[f64], weight: f64) {
    for (sum, value) in sums.iter_mut().zip(row) {
        *sum += weight * value;
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    fn wave(n: usize, d: usize) -> Matrix {
        Matrix::new((0..n * d).map(|i| (i as f64 * 0.37).sin()).collect(), n, d).unwrap()
    }

    fn mod_labels(n: usize, k: u32) -> Vec<u32> {
        (0..n as u32).map(|i| i * 7 % k).collect()
    }

    #[test]
    fn sums_are_the_same_bits_at_every_level() {
        for d in [1, 7, 8, 9, 23] {
            let x = wave(50, d);
            let weights: Vec<f64> = (0..50).map(|i| f64::from(i % 4) * 0.3).collect();
            let problem = Problem { weights: Some(&weights), ..Problem::plain(x.view(), 3) };
            let labels = mod_labels(50, 3);
            let expected = Sums::of(&problem, &labels);
            for level in available_levels() {
                let mut sums = Sums::empty(&problem);
                let rows = labels.iter().enumerate().map(|(i, &label)| (i, label, 1.0));
                dispatch_with(level, AddRows { x: x.view(), weights: Some(&weights), rows, sums: &mut sums });
                assert_eq!(sums, expected, "{level:?}, d = {d}");
            }
        }
    }

    fn close(a: &Matrix, b: &Matrix) -> bool {
        a.as_slice().iter().zip(b.as_slice()).all(|(a, b)| (a - b).abs() < 1e-11)
    }

    #[test]
    fn running_sums_follow_the_labels() {
        let (n, k) = (40_000, 4);
        let x = wave(n, 8);
        let problem = Problem { roundings: 1e4, ..Problem::plain(x.view(), k) };
        let mut labels = mod_labels(n, k as u32);
        let mut running = RunningSums::of(&problem, &labels);
        for step in 0..20 {
            let rows = (step..n).step_by(9 + step);
            let to = |row: usize| (labels[row] + 1) % k as u32;
            let moved: Vec<Moved> = rows.map(|row| Moved { row, from: labels[row], to: to(row) }).collect();
            moved.iter().for_each(|moved| labels[moved.row] = moved.to);
            let blocks: Vec<Vec<Moved>> = moved.chunks(1000).map(<[Moved]>::to_vec).collect();
            running = running.follow(&problem, &blocks, || labels.clone());
            let fresh = Sums::of(&problem, &labels);
            assert!(!running.is_fresh(), "step {step}");
            assert_eq!(running.get().members, fresh.members);
            assert!(close(&running.get().means(), &fresh.means()), "step {step}");
        }
    }

    #[test]
    fn what_cancels_is_added_anew() {
        // The weight that leaves cluster 0 is so much larger than the rest that nothing of the
        // rest is left in the difference.
        let n = 40_000;
        let x = wave(n, 8);
        let mut weights = vec![1.0; n];
        weights[0] = 1e25;
        let problem = Problem { weights: Some(&weights), roundings: 1e4, ..Problem::plain(x.view(), 2) };
        let mut labels = mod_labels(n, 2);
        let running = RunningSums::of(&problem, &labels);
        labels[0] = 1;
        let moved = [vec![Moved { row: 0, from: 0, to: 1 }]];
        let running = running.follow(&problem, &moved, || labels.clone());
        assert!(running.is_fresh());
        assert_eq!(running.get(), &Sums::of(&problem, &labels));
    }
}
