//! A sample that looks like all rows where prices matter.

use segctl_numeric::par::{CHUNK_ROWS, map_chunks};

use super::costs::Costs;

/// Where a row is at its cheapest, where it would go next, and at what extra cost.
#[derive(Clone, Copy)]
struct Choice {
    label: u32,
    next: u32,
    regret: f64,
    row: u32,
}

/// All rows in the order of their choices at some prices, from which a sample is spread evenly.
///
/// Rows drawn at random would get the shares of clusters wrong by the root of their numbers, and so
/// the prices. Here each share, and how many rows a small change of a price would move, are right to
/// within a row or two. Nothing is random.
pub(super) struct Spread {
    order: Vec<u32>,
    size: usize,
}

impl Spread {
    /// Time O(n k d + n log n).
    pub(super) fn new(costs: Costs<'_>, prices: &[f64], size: usize) -> Self {
        let mut choices = map_chunks(costs.n_rows(), CHUNK_ROWS, |range| {
            let of_rows = costs.of_rows(range.clone());
            let rows = range.zip(of_rows.chunks_exact(prices.len()));
            rows.map(|(row, costs)| choice(row, costs, prices)).collect::<Vec<_>>()
        })
        .concat();
        choices.sort_unstable_by(|a, b| {
            let places = (a.label, a.next).cmp(&(b.label, b.next));
            places.then(a.regret.total_cmp(&b.regret)).then(a.row.cmp(&b.row))
        });
        Self { order: choices.iter().map(|choice| choice.row).collect(), size }
    }

    /// The rows in the middle of as many stretches as the sample has rows.
    pub(super) fn sample(&self) -> Vec<usize> {
        let (n, size) = (self.order.len() as u128, self.size as u128);
        let middle = |at: u128| ((2 * at + 1) * n / (2 * size)) as usize;
        (0..size).map(|at| self.order[middle(at)] as usize).collect()
    }

    /// The labels of the sample, given to all rows of its stretches.
    pub(super) fn all_like(&self, labels: &[u32]) -> Vec<u32> {
        let n = self.order.len() as u128;
        let mut all = vec![0; self.order.len()];
        for (at, &row) in (0..).zip(&self.order) {
            all[row as usize] = labels[(at * self.size as u128 / n) as usize];
        }
        all
    }
}

fn choice(row: usize, costs: &[f64], prices: &[f64]) -> Choice {
    let (mut best, mut next) = ((0, f64::INFINITY), (0, f64::INFINITY));
    for (c, (cost, price)) in (0..).zip(costs.iter().zip(prices)) {
        let sum = cost + price;
        if sum < best.1 {
            (best, next) = ((c, sum), best);
        } else if sum < next.1 {
            next = (c, sum);
        }
    }
    Choice { label: best.0, next: next.0, regret: next.1 - best.1, row: row as u32 }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;

    use super::*;

    #[test]
    fn shares_are_right_to_a_row() {
        let x = Matrix::new((0..1000).map(|i| f64::from(i * 7 % 1000)).collect(), 1000, 1).unwrap();
        let centers = Matrix::new(vec![0.0, 600.0], 2, 1).unwrap();
        let costs = Costs { x: x.view(), centers: &centers };
        for size in [1, 10, 99, 1000] {
            let spread = Spread::new(costs, &[0.0, 0.0], size);
            let mut rows = spread.sample();
            let low = rows.iter().filter(|&&i| x.row(i)[0] <= 300.0).count();
            assert!(low.abs_diff(301 * size / 1000) <= 1, "{low} of {size}");
            let own: Vec<u32> = rows.iter().map(|&row| row as u32).collect();
            let like = spread.all_like(&own);
            assert!(rows.iter().all(|&row| like[row] == row as u32), "a sampled row is like itself");
            rows.sort_unstable();
            rows.dedup();
            assert_eq!(rows.len(), size);
        }
    }
}
