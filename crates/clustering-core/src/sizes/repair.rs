//! Moves that bring sizes within bounds where prices alone did not.

use segctl_numeric::par::{CHUNK_ROWS, map_chunks};

use super::costs::{Costs, sizes};
use super::limits::Limits;

/// A row that may change its cluster.
struct Offer {
    row: usize,
    to: usize,
    /// What it costs more there, prices paid.
    cost: f64,
}

/// Moves rows, the cheapest first, until every size is within bounds.
///
/// First out of clusters with too many, to the cheapest with room; then into clusters with too few,
/// from any that can spare some. Last, prices that were a little too high or too low have left room
/// where some rows would rather be: they move there, prices aside. Each round moves rows until what it
/// offers no longer fits, which fills or empties a cluster to its bound: at most k rounds of each
/// kind, of O(n k d + n log n).
pub(super) fn repair(costs: Costs<'_>, labels: &mut [u32], prices: &[f64], limits: Limits) {
    let mut sizes = sizes(labels, prices.len());
    while sizes.iter().any(|&size| size > limits.most) {
        let offers = offers(costs, labels, prices, |c| sizes[c] > limits.most, |c| sizes[c] < limits.most);
        let n_moves = apply(offers, labels, &mut sizes, |from| from > limits.most, |to| to < limits.most);
        assert!(n_moves > 0, "bounds that can be kept leave a move");
    }
    while sizes.iter().any(|&size| size < limits.least) {
        let offers = offers(costs, labels, prices, |c| sizes[c] > limits.least, |c| sizes[c] < limits.least);
        let n_moves = apply(offers, labels, &mut sizes, |from| from > limits.least, |to| to < limits.least);
        assert!(n_moves > 0, "bounds that can be kept leave a move");
    }
    let no_prices = vec![0.0; prices.len()];
    for _ in 0..prices.len() {
        let mut offers = offers(costs, labels, &no_prices, |c| sizes[c] > limits.least, |c| sizes[c] < limits.most);
        offers.retain(|offer| offer.cost < 0.0);
        if apply(offers, labels, &mut sizes, |from| from > limits.least, |to| to < limits.most) == 0 {
            break;
        }
    }
}

/// The cheapest move of each row in a cluster that may give to one that may get, cheapest first.
fn offers(
    costs: Costs<'_>,
    labels: &[u32],
    prices: &[f64],
    may_give: impl Fn(usize) -> bool + Sync,
    may_get: impl Fn(usize) -> bool + Sync,
) -> Vec<Offer> {
    let receivers: Vec<usize> = (0..prices.len()).filter(|&c| may_get(c)).collect();
    let mut offers = map_chunks(labels.len(), CHUNK_ROWS, |range| {
        let givers = range.filter(|&row| may_give(labels[row] as usize));
        let offer = |row: usize| {
            let price = |c: usize| costs.of(row, c) + prices[c];
            let all = receivers.iter().map(|&to| Offer { row, to, cost: price(to) });
            let best = all.reduce(|best, next| if next.cost < best.cost { next } else { best })?;
            Some(Offer { cost: best.cost - price(labels[row] as usize), ..best })
        };
        givers.filter_map(offer).collect::<Vec<_>>()
    });
    let mut offers: Vec<Offer> = offers.drain(..).flatten().collect();
    offers.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    offers
}

/// Makes the moves that still fit when it is their turn, and counts them.
fn apply(
    offers: Vec<Offer>,
    labels: &mut [u32],
    sizes: &mut [usize],
    may_give: impl Fn(usize) -> bool,
    may_get: impl Fn(usize) -> bool,
) -> usize {
    let mut n_moves = 0;
    for Offer { row, to, .. } in offers {
        let from = labels[row] as usize;
        if may_give(sizes[from]) && may_get(sizes[to]) {
            labels[row] = to as u32;
            sizes[from] -= 1;
            sizes[to] += 1;
            n_moves += 1;
        }
    }
    n_moves
}
