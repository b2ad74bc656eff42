//! Single linkage: the merges are the edges of a minimum spanning tree (Gower & Ross 1969).

use rayon::prelude::*;
use segctl_numeric::MatrixView;
use segctl_numeric::distance::Metric;
use segctl_numeric::observe::{Event, Observer};

use super::condensed::Condensed;
use super::tree::Pair;
use crate::ClusteringError;

/// Rows that one thread compares in turn.
const ROWS: usize = 1024;

/// Steps between two words to the observer.
const STEPS: usize = 256;

/// A row that the tree has not reached, and its nearest row of the tree.
#[derive(Debug, Clone, Copy)]
struct Outside {
    row: usize,
    from: usize,
    distance: f64,
}

/// Prim's tree of all rows of `x`. Time O(n^2 d), memory O(n).
pub(super) fn merges(x: MatrixView<'_>, metric: Metric, observer: &dyn Observer) -> Result<Vec<Pair>, ClusteringError> {
    prim(x.n_rows(), &|a, b| metric.distance(x.row(a), x.row(b)), observer)
}

/// As [`merges`], of given distances.
pub(super) fn merges_of(distances: &Condensed, observer: &dyn Observer) -> Result<Vec<Pair>, ClusteringError> {
    prim(distances.n_rows(), &|a, b| distances.get(a, b), observer)
}

fn prim(
    n_rows: usize,
    distance: &(dyn Fn(usize, usize) -> f64 + Sync),
    observer: &dyn Observer,
) -> Result<Vec<Pair>, ClusteringError> {
    let mut outside: Vec<Outside> = (1..n_rows).map(|row| Outside { row, from: 0, distance: f64::INFINITY }).collect();
    let mut pairs = Vec::with_capacity(outside.len());
    let mut reached = 0;
    while !outside.is_empty() {
        let nearest = outside.par_chunks_mut(ROWS).enumerate().map(|(chunk, rows)| {
            let (at, found) = approach(rows, reached, distance);
            (chunk * ROWS + at, found)
        });
        let (at, found) = nearest.reduce_with(nearer).expect("there are rows outside");
        outside.swap_remove(at);
        reached = found.row;
        pairs.push(Pair { a: found.from, b: found.row, height: found.distance });
        if pairs.len().is_multiple_of(STEPS) {
            let event = Event::new("agglomerative", pairs.len() as u64).with_total(n_rows as u64 - 1);
            if observer.event(event).is_break() {
                return Err(ClusteringError::Cancelled);
            }
        }
    }
    Ok(pairs)
}

/// Brings the rows as near to the tree as its new row `reached` makes them; the nearest of them.
fn approach(rows: &mut [Outside], reached: usize, distance: &(dyn Fn(usize, usize) -> f64 + Sync)) -> (usize, Outside) {
    for outside in rows.iter_mut() {
        let through = distance(reached, outside.row);
        if through < outside.distance {
            (outside.distance, outside.from) = (through, reached);
        }
    }
    let all = rows.iter().copied().enumerate();
    all.reduce(nearer).expect("chunks are not empty")
}

/// By distance, then by row: whatever place the row has by now.
fn nearer(a: (usize, Outside), b: (usize, Outside)) -> (usize, Outside) {
    let order = a.1.distance.total_cmp(&b.1.distance).then(a.1.row.cmp(&b.1.row));
    if order.is_le() { a } else { b }
}
