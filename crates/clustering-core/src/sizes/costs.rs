//! What it costs to have a row in a cluster, computed when asked for: n x k numbers are never held.

use std::ops::Range;

use segctl_numeric::distance::{squared_euclidean, tile};
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::{Matrix, MatrixView};

/// Sums that differ by less, relative to what they are made of, are equal: prices are sums of many
/// differences of costs.
const ROUNDING: f64 = 1e-12;

/// Squared distances of rows to centres.
#[derive(Clone, Copy)]
pub(super) struct Costs<'a> {
    pub(super) x: MatrixView<'a>,
    pub(super) centers: &'a Matrix,
}

/// Each row at its cheapest, prices paid.
pub(super) struct Priced {
    pub(super) labels: Vec<u32>,
    /// The sum over rows of their least cost and price.
    total: f64,
}

impl Costs<'_> {
    pub(super) fn n_rows(self) -> usize {
        self.x.n_rows()
    }

    pub(super) fn n_clusters(self) -> usize {
        self.centers.n_rows()
    }

    /// The cost of row `i` in cluster `c`: the same bits as in [`Costs::of_rows`].
    pub(super) fn of(self, i: usize, c: usize) -> f64 {
        squared_euclidean(self.x.row(i), self.centers.row(c))
    }

    /// The costs of a chunk of rows in all clusters, row-major.
    pub(super) fn of_rows(self, rows: Range<usize>) -> Vec<f64> {
        let mut out = vec![0.0; rows.len() * self.n_clusters()];
        let rows = self.x.rows_range(rows);
        tile(rows.as_slice(), self.centers.as_slice(), rows.n_cols(), &mut out);
        out
    }

    /// Gives each row to the cluster with the least sum of cost and price, the first among equals.
    /// Time O(n k d).
    pub(super) fn by_price(self, prices: &[f64]) -> Priced {
        self.by_price_and_hint(prices, |_| None)
    }

    /// As [`Costs::by_price`], but among equals the one that is hinted at.
    pub(super) fn by_price_and_hint(self, prices: &[f64], hint: impl Fn(usize) -> Option<u32> + Sync) -> Priced {
        let parts = map_chunks(self.n_rows(), CHUNK_ROWS, |range| {
            let costs = self.of_rows(range.clone());
            let rows = range.zip(costs.chunks_exact(prices.len()));
            rows.fold((vec![], 0.0), |(mut labels, total), (row, costs)| {
                let (label, least) = cheapest(costs, prices);
                let hinted = hint(row).filter(|&hint| is_least(costs[hint as usize], prices[hint as usize], least));
                labels.push(hinted.unwrap_or(label));
                (labels, total + least)
            })
        });
        let total = parts.iter().map(|(_, total)| total).sum();
        let labels = parts.into_iter().flat_map(|(labels, _)| labels).collect();
        Priced { labels, total }
    }

    /// `sum_i |x_i - c_label(i)|^2`
    pub(super) fn total(self, labels: &[u32]) -> f64 {
        let of_chunk = |range: Range<usize>| range.map(|i| self.of(i, labels[i] as usize)).sum::<f64>();
        map_chunks(labels.len(), CHUNK_ROWS, of_chunk).into_iter().sum()
    }
}

fn cheapest(costs: &[f64], prices: &[f64]) -> (u32, f64) {
    let sums = costs.iter().zip(prices).map(|(cost, price)| cost + price);
    (0..).zip(sums).reduce(|best, next| if next.1 < best.1 { next } else { best }).expect("there is a cluster")
}

/// Whether a cost and a price are the least there are, rounding aside.
fn is_least(cost: f64, price: f64, least: f64) -> bool {
    cost + price <= least + ROUNDING * (cost + price.abs())
}

impl Priced {
    /// No assignment within bounds costs less, whatever the prices: Lagrangian duality. A cluster is
    /// credited its price for as many rows as are worst for the sum.
    pub(super) fn bound(&self, prices: &[f64], limits: super::limits::Limits) -> f64 {
        let credit = |&price: &f64| price * limits.target(price, 0) as f64;
        self.total - prices.iter().map(credit).sum::<f64>()
    }
}

/// Rows in each of `n_clusters`.
pub(super) fn sizes(labels: &[u32], n_clusters: usize) -> Vec<usize> {
    let mut sizes = vec![0; n_clusters];
    labels.iter().for_each(|&label| sizes[label as usize] += 1);
    sizes
}
