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

/// `size` rows of `costs`, spread evenly over all rows in the order of their choices at `prices`.
///
/// Rows drawn at random would get the shares of clusters wrong by the root of their numbers, and so
/// the prices. Here each share, and how many rows a small change of a price would move, are right to
/// within a row or two. Nothing is random. Time O(n k d + n log n).
pub(super) fn spread_sample(costs: Costs<'_>, prices: &[f64], size: usize) -> Vec<usize> {
    let n = costs.n_rows();
    let mut choices = map_chunks(n, CHUNK_ROWS, |range| {
        let of_rows = costs.of_rows(range.clone());
        let rows = range.zip(of_rows.chunks_exact(prices.len()));
        rows.map(|(row, costs)| choice(row, costs, prices)).collect::<Vec<_>>()
    })
    .concat();
    choices.sort_unstable_by(|a, b| {
        let places = (a.label, a.next).cmp(&(b.label, b.next));
        places.then(a.regret.total_cmp(&b.regret)).then(a.row.cmp(&b.row))
    });
    let middle = |at: usize| ((2 * at as u128 + 1) * n as u128 / (2 * size as u128)) as usize;
    (0..size).map(|at| choices[middle(at)].row as usize).collect()
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
            let mut rows = spread_sample(costs, &[0.0, 0.0], size);
            let low = rows.iter().filter(|&&i| x.row(i)[0] <= 300.0).count();
            assert!(low.abs_diff(301 * size / 1000) <= 1, "{low} of {size}");
            rows.sort_unstable();
            rows.dedup();
            assert_eq!(rows.len(), size);
        }
    }
}
