//! The assignment of least cost, exactly: successive shortest paths over the clusters.
//!
//! P. Bradley, K. Bennett & A. Demiriz, "Constrained k-means clustering", Microsoft Research
//! MSR-TR-2000-65, 2000, put the assignment as a flow of least cost from n rows through k clusters to a
//! sink. A path of the residual network enters a row and leaves it at once for another cluster, so
//! rows need not be nodes: k clusters and the sink are, with an arc between two clusters for the
//! cheapest row to move (Ahuja, Magnanti & Orlin, "Network Flows", 1993, section 9.7, for the paths and
//! potentials). A path is found in O(k^2), and each carries one row, or any number of them where only
//! the sink is passed.
//!
//! Prices are the potentials. With any prices at all, each row where cost and price are least, the
//! residual network has no negative arc; what is left is to bring sizes to their targets. So the
//! better the prices to begin with, the fewer the paths, and never is the result less than exact.

use super::costs::{Costs, Priced, sizes};
use super::limits::Limits;
use super::moves::Moves;

/// Moves held at once, over all pairs of clusters: 128 MiB, and twice that while they are gathered.
const MOVES_AT_ONCE: usize = 1 << 23;

/// An assignment within bounds, and the prices at which no row wants to be elsewhere.
pub(super) struct Flow {
    pub(super) labels: Vec<u32>,
    pub(super) prices: Vec<f64>,
}

/// Rows that have to move at least until every cluster has the size its price asks for.
pub(super) fn n_misplaced(labels: &[u32], prices: &[f64], limits: Limits) -> usize {
    let sizes = sizes(labels, prices.len());
    sizes.iter().zip(prices).map(|(&size, &price)| size.abs_diff(limits.target(price, size))).sum()
}

/// The cheapest assignment within bounds, from rows at their cheapest by `prices` (k). Time
/// O(n k d + s k (k + log n)) for s rows misplaced.
pub(super) fn flow(costs: Costs<'_>, priced: Priced, prices: &[f64], limits: Limits) -> Flow {
    let misplaced = n_misplaced(&priced.labels, prices, limits);
    let at_once = (MOVES_AT_ONCE / (prices.len() * prices.len())).clamp(1, misplaced.max(1));
    flow_in_batches(costs, priced, prices, limits, at_once)
}

/// As [`flow`], the moves gathered anew after every `keep` paths.
fn flow_in_batches(costs: Costs<'_>, priced: Priced, prices: &[f64], limits: Limits, keep: usize) -> Flow {
    let mut network = Network::new(priced.labels, prices, limits);
    while network.is_open() {
        let mut moves = Moves::new(costs, &network.labels, keep);
        for _ in 0..keep {
            if !network.is_open() {
                break;
            }
            network.augment(&mut moves);
        }
    }
    Flow { prices: network.prices_paid(), labels: network.labels }
}

/// Clusters `0..k`, and the sink as node k.
struct Network {
    labels: Vec<u32>,
    sizes: Vec<usize>,
    /// What each cluster sends on to the sink: within bounds always.
    targets: Vec<usize>,
    prices: Vec<f64>,
    limits: Limits,
}

/// A node as the search sees it.
#[derive(Clone, Copy)]
struct Reached {
    distance: f64,
    from: usize,
    is_settled: bool,
}

impl Network {
    fn new(labels: Vec<u32>, prices: &[f64], limits: Limits) -> Self {
        let sizes = sizes(&labels, prices.len());
        let targets = sizes.iter().zip(prices).map(|(&size, &price)| limits.target(price, size)).collect();
        let prices = prices.iter().copied().chain([0.0]).collect();
        Self { labels, sizes, targets, prices, limits }
    }

    fn sink(&self) -> usize {
        self.sizes.len()
    }

    /// What flows into a node beyond what flows out.
    fn excess(&self, node: usize) -> i64 {
        match self.sizes.get(node) {
            Some(&size) => size as i64 - self.targets[node] as i64,
            None => self.targets.iter().sum::<usize>() as i64 - self.labels.len() as i64,
        }
    }

    fn is_open(&self) -> bool {
        (0..self.sizes.len()).any(|cluster| self.excess(cluster) != 0)
    }

    /// How much dearer the cheapest way from one node to another is than what prices differ by;
    /// rounding may put it below 0.
    fn reduced_cost(&self, moves: &Moves<'_>, from: usize, to: usize) -> f64 {
        let sink = self.sink();
        let cost = if from == sink {
            if self.targets[to] > self.limits.least { 0.0 } else { f64::INFINITY }
        } else if to == sink {
            if self.targets[from] < self.limits.most { 0.0 } else { f64::INFINITY }
        } else {
            moves.cost(from, to)
        };
        (cost + (self.prices[to] - self.prices[from])).max(0.0)
    }

    /// Sends what can be sent along the shortest path from a node with too much to one with too little.
    fn augment(&mut self, moves: &mut Moves<'_>) {
        let (end, reached) = self.search(moves);
        let most = reached[end].distance;
        for (price, node) in self.prices.iter_mut().zip(&reached) {
            *price -= node.distance.min(most);
        }
        let mut path = vec![end];
        while reached[path[path.len() - 1]].from != usize::MAX {
            path.push(reached[path[path.len() - 1]].from);
        }
        path.reverse();
        self.send(&path, moves);
    }

    /// Dijkstra's search over all k + 1 nodes; ends at the nearest with too little.
    fn search(&self, moves: &Moves<'_>) -> (usize, Vec<Reached>) {
        let start = |node| {
            let distance = if self.excess(node) > 0 { 0.0 } else { f64::INFINITY };
            Reached { distance, from: usize::MAX, is_settled: false }
        };
        let mut reached: Vec<Reached> = (0..=self.sink()).map(start).collect();
        loop {
            let open =
                (0..reached.len()).filter(|&node| !reached[node].is_settled && reached[node].distance.is_finite());
            let nearest = open.reduce(|a, b| if reached[b].distance < reached[a].distance { b } else { a });
            let node = nearest.expect("bounds that can be kept leave a path");
            reached[node].is_settled = true;
            if self.excess(node) < 0 {
                return (node, reached);
            }
            for to in (0..reached.len()).filter(|&to| to != node) {
                let distance = reached[node].distance + self.reduced_cost(moves, node, to);
                if !reached[to].is_settled && distance < reached[to].distance {
                    reached[to] = Reached { distance, from: node, is_settled: false };
                }
            }
        }
    }

    /// Prices relative to the sink's. A size that is not at its bound has the price 0, which rounding
    /// may have missed.
    fn prices_paid(&self) -> Vec<f64> {
        let sink = self.prices[self.sink()];
        let paid = self.sizes.iter().zip(&self.prices).map(|(&size, price)| {
            let lowest = if size > self.limits.least { 0.0 } else { f64::NEG_INFINITY };
            let highest = if size < self.limits.most { 0.0 } else { f64::INFINITY };
            // Where both bounds are the same, any price is right.
            if self.limits.least == self.limits.most { price - sink } else { (price - sink).clamp(lowest, highest) }
        });
        paid.collect()
    }

    fn send(&mut self, path: &[usize], moves: &mut Moves<'_>) {
        let (sink, first, last) = (self.sink(), path[0], path[path.len() - 1]);
        // No row moves between a cluster and the sink: all that must go goes at once.
        let amount = match path {
            [from, to] if *from == sink || *to == sink => {
                let room = if *to == sink {
                    self.limits.most - self.targets[*from]
                } else {
                    self.targets[*to] - self.limits.least
                };
                (self.excess(first).min(-self.excess(last)) as usize).min(room)
            }
            _ => 1,
        };
        for arc in path.windows(2) {
            match (arc[0] == sink, arc[1] == sink) {
                (true, _) => self.targets[arc[1]] -= amount,
                (_, true) => self.targets[arc[0]] += amount,
                _ => {
                    moves.take(arc[0], arc[1], &mut self.labels);
                    self.sizes[arc[0]] -= 1;
                    self.sizes[arc[1]] += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;

    use super::*;

    fn matrix(n: usize, d: usize, step: f64) -> Matrix {
        Matrix::new((0..n * d).map(|i| (i as f64 * step).sin() * 5.0).collect(), n, d).unwrap()
    }

    /// Rows of the duality that proves an optimum: sizes within bounds, every row at its cheapest.
    fn check(costs: Costs<'_>, found: &Flow, limits: Limits) {
        let sizes = sizes(&found.labels, found.prices.len());
        assert!(sizes.iter().all(|size| (limits.least..=limits.most).contains(size)), "{sizes:?}");
        let bound = costs.by_price(&found.prices).bound(&found.prices, limits);
        let cost = costs.total(&found.labels);
        assert!((cost - bound).abs() <= 1e-9 * cost, "{cost} for {bound}");
    }

    #[test]
    fn neither_batches_nor_the_first_prices_change_the_cost() {
        let (x, centers) = (matrix(3000, 2, 0.37), matrix(7, 2, 1.3));
        let costs = Costs { x: x.view(), centers: &centers };
        for limits in
            [Limits { least: 428, most: 429 }, Limits { least: 400, most: 700 }, Limits { least: 1, most: 450 }]
        {
            let best = flow(costs, costs.by_price(&[0.0; 7]), &[0.0; 7], limits);
            check(costs, &best, limits);
            for keep in [1, 2, 50, 5000] {
                let prices: Vec<f64> = (0..7).map(|c| f64::from(c * 5 % 7 - 3) * 2.5).collect();
                let found = flow_in_batches(costs, costs.by_price(&prices), &prices, limits, keep);
                check(costs, &found, limits);
                let (a, b) = (costs.total(&found.labels), costs.total(&best.labels));
                assert!((a - b).abs() <= 1e-9 * b, "{a} for {b}, {keep} at once");
            }
        }
    }

    #[test]
    fn the_right_prices_leave_nothing_to_move() {
        let (x, centers) = (matrix(500, 3, 0.7), matrix(4, 3, 1.1));
        let costs = Costs { x: x.view(), centers: &centers };
        let limits = Limits { least: 100, most: 150 };
        let found = flow(costs, costs.by_price(&[0.0; 4]), &[0.0; 4], limits);
        let again = costs.by_price(&found.prices);
        // A row that a path stopped at is as cheap in two clusters; rounding says which.
        assert!(n_misplaced(&again.labels, &found.prices, limits) <= 8);
    }
}
