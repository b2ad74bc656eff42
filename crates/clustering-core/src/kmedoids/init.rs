//! Medoids to start from.

use rand::Rng;
use rand::seq::index;
use segctl_numeric::par::map_chunks;
use segctl_numeric::simd::{Kernel, LANES, dispatch};

use super::table::Table;

/// Candidates looked at by one task.
const TASK: usize = 8;

/// BUILD of Kaufman & Rousseeuw, "Finding groups in data", 1990: the row nearest to all, then each time the
/// row that lowers the loss most, the first among equals. Time O(n^2 k).
pub(super) fn build(table: &Table, n_clusters: usize) -> Vec<usize> {
    let n = table.n_rows();
    let mut chosen = Chosen::new(n);
    for _ in 0..n_clusters {
        let gains = map_chunks(n, TASK, |rows| {
            rows.map(|row| dispatch(Left { row: table.row(row), nearest: &chosen.nearest })).collect::<Vec<f64>>()
        })
        .concat();
        chosen.take(table, chosen.least(0..n, |row| gains[row]));
    }
    chosen.rows
}

/// LAB of Schubert & Rousseeuw, 2021: as BUILD, but each time among `10 + sqrt(n)` rows drawn at random, and
/// judged by these. Time O(n k).
pub(super) fn lab(table: &Table, n_clusters: usize, rng: &mut impl Rng) -> Vec<usize> {
    let n = table.n_rows();
    let mut chosen = Chosen::new(n);
    for _ in 0..n_clusters {
        let free: Vec<usize> = (0..n).filter(|&row| !chosen.is_chosen[row]).collect();
        let amount = free.len().min(10 + n.isqrt());
        let sample: Vec<usize> = index::sample(rng, free.len(), amount).into_iter().map(|at| free[at]).collect();
        let left = |row: usize| {
            let distances = table.row(row);
            sample.iter().map(|&o| f64::from(distances[o].min(chosen.nearest[o]))).sum::<f64>()
        };
        chosen.take(table, chosen.least(sample.iter().copied(), left));
    }
    chosen.rows
}

/// Rows drawn without replacement.
pub(super) fn random(n_rows: usize, n_clusters: usize, rng: &mut impl Rng) -> Vec<usize> {
    index::sample(rng, n_rows, n_clusters).into_vec()
}

/// The medoids so far.
struct Chosen {
    rows: Vec<usize>,
    is_chosen: Vec<bool>,
    /// The distance of each row to the nearest.
    nearest: Vec<f32>,
}

impl Chosen {
    fn new(n_rows: usize) -> Self {
        Self { rows: vec![], is_chosen: vec![false; n_rows], nearest: vec![f32::INFINITY; n_rows] }
    }

    /// The candidate that leaves the least, the first among equals.
    fn least(&self, candidates: impl Iterator<Item = usize>, left: impl Fn(usize) -> f64) -> usize {
        let free = candidates.filter(|&row| !self.is_chosen[row]).map(|row| (left(row), row));
        let best = free.reduce(|best, other| if other.0 < best.0 { other } else { best });
        best.expect("at least as many rows as clusters").1
    }

    fn take(&mut self, table: &Table, row: usize) {
        self.rows.push(row);
        self.is_chosen[row] = true;
        self.nearest.iter_mut().zip(table.row(row)).for_each(|(nearest, &distance)| *nearest = nearest.min(distance));
    }
}

/// The loss that is left when a row becomes a medoid, given the distances to it and to the nearest so far.
pub(super) struct Left<'a> {
    pub(super) row: &'a [f32],
    pub(super) nearest: &'a [f32],
}

impl Kernel for Left<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let (rows, tail) = self.row.as_chunks::<LANES>();
        let (nearest, nearest_tail) = self.nearest.as_chunks::<LANES>();
        let mut lanes = [0.0; LANES];
        for (row, nearest) in rows.iter().zip(nearest) {
            for l in 0..LANES {
                lanes[l] += f64::from(lesser(row[l], nearest[l]));
            }
        }
        let tail = tail.iter().zip(nearest_tail).map(|(&row, &nearest)| f64::from(lesser(row, nearest)));
        lanes.iter().sum::<f64>() + tail.sum::<f64>()
    }
}

#[inline(always)]
fn lesser(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::Matrix;
    use segctl_numeric::distance::Metric;
    use segctl_numeric::seed::Seed;

    use super::*;

    proptest! {
        #[test]
        fn build_is_greedy(values in prop::collection::vec(0_i32..50, 8..60), k in 1_usize..6) {
            let n = values.len();
            let x = Matrix::new(values.into_iter().map(f64::from).collect(), n, 1).unwrap();
            let table = Table::of_rows(x.view(), &Metric::Manhattan.into()).ok().unwrap();
            let chosen = build(&table, k);
            for at in 0..k {
                let loss = |last: usize| {
                    let to = |row: &f64, other: usize| (row - x.row(other)[0]).abs();
                    let nearest = |row: &f64| chosen[..at].iter().map(|&c| to(row, c)).fold(to(row, last), f64::min);
                    x.as_slice().iter().map(nearest).sum::<f64>()
                };
                let free = (0..n).filter(|row| !chosen[..at].contains(row));
                let best = free.reduce(|best, row| if loss(row) < loss(best) { row } else { best });
                prop_assert_eq!(Some(chosen[at]), best);
            }
        }
    }

    #[test]
    fn starts_have_no_row_twice() {
        let x = Matrix::zeros(30, 1);
        let table = Table::of_rows(x.view(), &Metric::Euclidean.into()).ok().unwrap();
        let mut rng = Seed(3).stream("test", 0, 0);
        for mut rows in [build(&table, 30), lab(&table, 30, &mut rng), random(30, 30, &mut rng)] {
            rows.sort_unstable();
            assert!(rows.into_iter().eq(0..30));
        }
    }
}
