//! What every start has in common, and the iteration from one of them.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use segctl_numeric::Labels;
use segctl_numeric::distance::TwoNearest;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::{CHUNK_ROWS, chunks, map_chunks};

use super::columns::{Mixed, Prototypes};
use super::nearest::two_nearest;
use super::update::{Levels, prototypes};
use crate::ClusteringError;

pub(super) struct Problem<'a> {
    pub(super) rows: Mixed,
    /// Of each category column.
    pub(super) levels: Vec<Levels>,
    pub(super) gamma: f64,
    pub(super) n_clusters: usize,
    pub(super) max_iter: usize,
    /// The stages that observers hear of: starts, and their iterations.
    pub(super) stages: [&'static str; 2],
    pub(super) observer: &'a dyn Observer,
    pub(super) iterations: AtomicU64,
}

/// Where a start ended.
pub(super) struct Run {
    pub(super) prototypes: Prototypes,
    pub(super) labels: Labels,
    pub(super) cost: f64,
    pub(super) n_iter: usize,
    pub(super) converged: bool,
}

/// Prototypes, and the rows assigned to the nearest of them.
struct Assigned {
    prototypes: Prototypes,
    nearest: Vec<TwoNearest>,
    cost: f64,
}

impl Problem<'_> {
    /// Assigns and updates in turn until labels repeat, the cost falls no more, or after `max_iter`
    /// iterations; beyond them only while there are empty clusters to fill. The labels are those of the
    /// nearest prototypes.
    pub(super) fn iterate(&self, start: Prototypes) -> Result<Run, ClusteringError> {
        let mut now = self.assign(start);
        let mut n_iter = 0;
        loop {
            let mut ids = now.ids();
            let n_filled = fill_empty_clusters(&now.nearest, &mut ids, self.n_clusters);
            if n_filled == 0 && n_iter >= self.max_iter {
                return Ok(self.end(now, n_iter, false));
            }
            let labels = self.labels(ids);
            let next = self.assign(prototypes(&self.rows, &self.levels, &labels));
            n_iter += 1;
            self.tell(Event::new(self.stages[1], self.iterations.fetch_add(1, Ordering::Relaxed) + 1))?;
            let repeats = next.ids() == labels.as_slice();
            if repeats || next.cost >= now.cost {
                let last = if repeats || next.cost <= now.cost { next } else { now };
                return Ok(self.end(last, n_iter, true));
            }
            now = next;
        }
    }

    fn assign(&self, prototypes: Prototypes) -> Assigned {
        let of_chunk = |range| two_nearest(&self.rows, range, &prototypes, self.gamma);
        let nearest = map_chunks(self.rows.n_rows(), CHUNK_ROWS, of_chunk).concat();
        let cost = total(&nearest);
        Assigned { prototypes, nearest, cost }
    }

    fn end(&self, last: Assigned, n_iter: usize, converged: bool) -> Run {
        Run { labels: self.labels(last.ids()), prototypes: last.prototypes, cost: last.cost, n_iter, converged }
    }

    fn labels(&self, ids: Vec<u32>) -> Labels {
        Labels::new(ids, self.n_clusters).expect("rows belong to prototypes there are")
    }

    pub(super) fn tell(&self, event: Event<'_>) -> Result<(), ClusteringError> {
        match self.observer.event(event) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ClusteringError::Cancelled),
        }
    }
}

impl Assigned {
    fn ids(&self) -> Vec<u32> {
        self.nearest.iter().map(|row| row.index).collect()
    }
}

/// The sum of the dissimilarities to the nearest, chunk by chunk.
pub(super) fn total(nearest: &[TwoNearest]) -> f64 {
    let of_chunk = |range: std::ops::Range<usize>| nearest[range].iter().map(|row| row.squared).sum::<f64>();
    chunks(nearest.len(), CHUNK_ROWS).map(of_chunk).sum()
}

/// Gives each cluster without rows the row farthest from its own prototype, never the last row of
/// another cluster; among equally far rows the first. Returns the number of clusters filled; there are at
/// least as many rows as clusters.
fn fill_empty_clusters(nearest: &[TwoNearest], ids: &mut [u32], n_clusters: usize) -> usize {
    let mut sizes = vec![0_usize; n_clusters];
    ids.iter().for_each(|&id| sizes[id as usize] += 1);
    let empty: Vec<usize> = (0..n_clusters).filter(|&c| sizes[c] == 0).collect();
    if empty.is_empty() {
        return 0;
    }
    let mut farthest: Vec<usize> = (0..ids.len()).collect();
    farthest.sort_by(|&a, &b| nearest[b].squared.total_cmp(&nearest[a].squared));
    let mut farthest = farthest.into_iter();
    for &cluster in &empty {
        let donor = farthest.find(|&row| sizes[ids[row] as usize] > 1);
        let donor = donor.expect("at least as many rows as clusters");
        sizes[ids[donor] as usize] -= 1;
        ids[donor] = cluster as u32;
    }
    empty.len()
}
