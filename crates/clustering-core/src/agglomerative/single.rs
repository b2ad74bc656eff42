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

/// Prim's tree of all rows of `x`. Time O(n^2 d), memory O(n d).
pub(super) fn merges(x: MatrixView<'_>, metric: Metric, observer: &dyn Observer) -> Result<Vec<Pair>, ClusteringError> {
    let (n, d) = (x.n_rows(), x.n_cols());
    // The rows outside, side by side in the order of `outside`.
    let mut rows = x.rows_range(1..n).as_slice().to_vec();
    let mut outside = all_but_first(n);
    spanning_tree(n, observer, |reached, last| {
        if let Some(at) = last {
            outside.swap_remove(at);
            let end = outside.len() * d;
            rows.copy_within(end..end + d, at * d);
            rows.truncate(end);
        }
        let approach = |(chunk, (outside, rows)): (usize, (&mut [Outside], &[f64]))| {
            let mut distances = [0.0; ROWS];
            let distances = &mut distances[..outside.len()];
            metric.one_to_many(x.row(reached), rows, distances);
            approach(outside, reached, distances.iter().copied(), chunk * ROWS)
        };
        let chunks = outside.par_chunks_mut(ROWS).zip(rows.par_chunks(ROWS * d));
        chunks.enumerate().map(approach).reduce_with(nearer)
    })
}

/// As [`merges`], of given distances.
pub(super) fn merges_of(distances: &Condensed, observer: &dyn Observer) -> Result<Vec<Pair>, ClusteringError> {
    let n = distances.n_rows();
    let mut outside = all_but_first(n);
    spanning_tree(n, observer, |reached, last| {
        last.map(|at| outside.swap_remove(at));
        let approach = |(chunk, outside): (usize, &mut [Outside])| {
            let rows: Vec<usize> = outside.iter().map(|outside| outside.row).collect();
            let distances = rows.into_iter().map(|row| distances.get(reached, row));
            approach(outside, reached, distances, chunk * ROWS)
        };
        outside.par_chunks_mut(ROWS).enumerate().map(approach).reduce_with(nearer)
    })
}

fn all_but_first(n_rows: usize) -> Vec<Outside> {
    (1..n_rows).map(|row| Outside { row, from: 0, distance: f64::INFINITY }).collect()
}

/// Edges in the order in which Prim's tree grows from row 0. `grow` is told the row reached last and its
/// place among those outside, and finds the one to reach next and its place; `None` when there is none.
fn spanning_tree(
    n_rows: usize,
    observer: &dyn Observer,
    mut grow: impl FnMut(usize, Option<usize>) -> Option<(usize, Outside)>,
) -> Result<Vec<Pair>, ClusteringError> {
    let mut pairs = Vec::with_capacity(n_rows - 1);
    let (mut reached, mut last) = (0, None);
    while let Some((at, found)) = grow(reached, last) {
        (reached, last) = (found.row, Some(at));
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

/// Brings the rows as near to the tree as its new row `reached` makes them; the nearest of them and its place,
/// counted from `first`.
fn approach(
    outside: &mut [Outside],
    reached: usize,
    distances: impl Iterator<Item = f64>,
    first: usize,
) -> (usize, Outside) {
    for (outside, distance) in outside.iter_mut().zip(distances) {
        if distance < outside.distance {
            (outside.distance, outside.from) = (distance, reached);
        }
    }
    let all = outside.iter().copied().enumerate().map(|(at, outside)| (first + at, outside));
    all.reduce(nearer).expect("chunks are not empty")
}

/// By distance, then by row: whatever place the row has by now.
fn nearer(a: (usize, Outside), b: (usize, Outside)) -> (usize, Outside) {
    let is_nearer = a.1.distance < b.1.distance || (a.1.distance == b.1.distance && a.1.row < b.1.row);
    if is_nearer { a } else { b }
}
