//! The neighbours of a row among the rows, and of its unit on the grid, by rank.

use segctl_numeric::MatrixView;

use crate::search::forms::{Euclidean, Form};
use crate::search::tiles::{Row, Tiles};

/// The rank (from 1) of every other row by its distance to row `i`; of equal distances the lower row
/// comes first. Its own rank is 0.
pub(super) fn among_rows(tiles: &Tiles, x: MatrixView<'_>, i: usize) -> Vec<u32> {
    let mut room = vec![];
    let row = Row::new(x.row(i), &mut room);
    let mut compared = tiles.lanes();
    tiles.compare::<Euclidean>(row, &mut compared);
    let squares: Vec<f64> = compared.iter().flat_map(|column| column.0).take(x.n_rows()).collect();
    let mut order: Vec<u32> = (0..x.n_rows() as u32).filter(|&j| j as usize != i).collect();
    order.sort_unstable_by(|&a, &b| {
        let by = |j: u32| Euclidean::distance(squares[j as usize], row.facts);
        by(a).total_cmp(&by(b)).then(a.cmp(&b))
    });
    let mut ranks = vec![0; x.n_rows()];
    for (rank, j) in (1..).zip(order) {
        ranks[j as usize] = rank;
    }
    ranks
}

/// Rows whose units are equally far from that of row `i`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tie {
    /// Rows with nearer units.
    pub(super) before: usize,
    pub(super) rows: Vec<u32>,
}

/// The other rows by the distance of their units, `far[j]`, ties together, nearest first.
pub(super) fn on_the_map(far: &[u64], i: usize) -> Vec<Tie> {
    let mut order: Vec<u32> = (0..far.len() as u32).filter(|&j| j as usize != i).collect();
    order.sort_unstable_by_key(|&j| (far[j as usize], j));
    let mut before = 0;
    let ties = order.chunk_by(|&a, &b| far[a as usize] == far[b as usize]);
    ties.map(|rows| {
        let tie = Tie { before, rows: rows.to_vec() };
        before += rows.len();
        tie
    })
    .collect()
}
