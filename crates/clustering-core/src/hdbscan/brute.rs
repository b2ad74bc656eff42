//! Distances of all pairs: for metrics that know no boxes, and for few rows.

use segctl_numeric::MatrixView;
use segctl_numeric::distance::Metric;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::{chunks, map_chunks};

use super::STAGE_CORE;
use crate::ClusteringError;
use crate::agglomerative::{Pair, Rows, Source, spanning_tree};

/// Rows compared with all rows at a time.
const BLOCK_ROWS: usize = 16;

/// Rows between two words to the observer.
const ROWS_PER_EVENT: usize = 64 * BLOCK_ROWS;

/// The distance of each row to the `min_samples`-th nearest, itself the first. Time O(n^2 d), memory O(n).
pub(super) fn core_distances(
    x: MatrixView<'_>,
    metric: Metric,
    min_samples: usize,
    observer: &dyn Observer,
) -> Result<Vec<f64>, ClusteringError> {
    let n = x.n_rows();
    let mut cores = Vec::with_capacity(n);
    for rows in chunks(n, ROWS_PER_EVENT) {
        let of_block = |block: std::ops::Range<usize>| {
            block_cores(x, metric, min_samples, rows.start + block.start..rows.start + block.end)
        };
        cores.extend(map_chunks(rows.len(), BLOCK_ROWS, of_block).concat());
        if observer.event(Event::new(STAGE_CORE, cores.len() as u64).with_total(n as u64)).is_break() {
            return Err(ClusteringError::Cancelled);
        }
    }
    Ok(cores)
}

fn block_cores(x: MatrixView<'_>, metric: Metric, min_samples: usize, rows: std::ops::Range<usize>) -> Vec<f64> {
    let n = x.n_rows();
    let mut distances = vec![0.0; rows.len() * n];
    metric.many_to_many(x.rows_range(rows.clone()).as_slice(), x.as_slice(), x.n_cols(), &mut distances);
    let core = |(row, distances): (usize, &mut [f64])| {
        // The cosine of a row with itself may round to less than 1.
        distances[row] = 0.0;
        *distances.select_nth_unstable_by(min_samples - 1, f64::total_cmp).1
    };
    rows.zip(distances.chunks_exact_mut(n)).map(core).collect()
}

/// A minimum spanning tree of mutual reachability distances. Time O(n^2 d), memory O(n d).
pub(super) fn minimum_spanning_tree(
    x: MatrixView<'_>,
    metric: Metric,
    cores: &[f64],
    observer: &dyn Observer,
) -> Result<Vec<Pair>, ClusteringError> {
    let source = MutualReachability { rows: Rows::new(x, metric), cores: cores.to_vec() };
    spanning_tree(source, x.n_rows(), super::STAGE_TREE, observer)
}

/// `max(core(x), core(y), distance(x, y))`
struct MutualReachability {
    rows: Rows,
    /// Slot by slot.
    cores: Vec<f64>,
}

impl Source for MutualReachability {
    fn distances(&self, slot: usize, first: usize, rows: &[usize], out: &mut [f64]) {
        self.rows.distances(slot, first, rows, out);
        let own = self.cores[slot];
        out.iter_mut().zip(&self.cores[first..]).for_each(|(out, &core)| *out = larger(*out, larger(own, core)));
    }

    fn keep(&mut self, slots: &[usize]) {
        self.rows.keep(slots);
        self.cores = slots.iter().map(|&slot| self.cores[slot]).collect();
    }
}

/// Not `f64::max`: a comparison maps to one instruction on every processor.
#[inline(always)]
pub(super) fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}
