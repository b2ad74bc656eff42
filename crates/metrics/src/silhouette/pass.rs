use std::ops::Range;

use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::{chunks, fill_chunks};
use segctl_numeric::simd::dispatch;
use segctl_numeric::{Matrix, MatrixView};

use super::kernel::{AddDistances, TILE, pack};
use super::partition::Partitions;
use super::reference::Reference;
use crate::MetricsError;

/// Distances between two calls of the observer: some 50 ms of two cores at 25 columns.
const EVENT_PAIRS: usize = 1 << 25;

/// Query rows of one task.
const TASK_ROWS: usize = 4 * TILE;

/// The silhouette of each of `queries` (rows of `x`) under each labeling, from their distances to
/// the reference rows: `queries.len()` x n_labelings, `None` for noise.
///
/// Each distance is computed once and serves all labelings. O(|queries| |reference| (d + L)) time,
/// O(sum of k) memory per thread beside the result. A row's value is a sum in the order of the
/// reference rows, whatever the task and the tile it falls into.
pub(super) fn silhouettes(
    x: MatrixView<'_>,
    partitions: &Partitions<'_>,
    queries: &[usize],
    reference: &Reference,
    observer: &dyn Observer,
) -> Result<Vec<Option<f64>>, MetricsError> {
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let gathered = (!reference.is_all_of(x.n_rows())).then(|| x.select_rows(&reference.rows));
    let references = gathered.as_ref().map_or(x, Matrix::view);
    let pass = Pass { x, partitions, references, reference };
    let n_labelings = partitions.labels.len();
    let mut out = vec![None; queries.len() * n_labelings];
    let event_rows = (EVENT_PAIRS / reference.rows.len()).max(1).next_multiple_of(TASK_ROWS);
    for block in chunks(queries.len(), event_rows) {
        let (rows, done) = (&queries[block.clone()], block.end as u64);
        let out = &mut out[block.start * n_labelings..block.end * n_labelings];
        fill_chunks(out, n_labelings, TASK_ROWS, |range, out| pass.task(&rows[range], out));
        let event = Event::new("silhouette", done).with_total(queries.len() as u64);
        if observer.event(event).is_break() {
            return Err(MetricsError::Cancelled);
        }
    }
    Ok(out)
}

struct Pass<'a> {
    x: MatrixView<'a>,
    partitions: &'a Partitions<'a>,
    references: MatrixView<'a>,
    reference: &'a Reference,
}

impl Pass<'_> {
    fn task(&self, rows: &[usize], out: &mut [Option<f64>]) {
        let n_labelings = self.partitions.labels.len();
        let mut queries = Vec::with_capacity(self.x.n_cols());
        let mut sums = vec![[0.0; TILE]; self.partitions.waste() + 1];
        for (rows, out) in rows.chunks(TILE).zip(out.chunks_mut(TILE * n_labelings)) {
            pack(self.x, rows, &mut queries);
            sums.fill([0.0; TILE]);
            dispatch(AddDistances {
                queries: &queries,
                references: self.references.as_slice(),
                slots: &self.reference.slots,
                n_labelings,
                sums: &mut sums,
            });
            for (lane, (&row, out)) in rows.iter().zip(out.chunks_exact_mut(n_labelings)).enumerate() {
                for (l, out) in out.iter_mut().enumerate() {
                    *out = self.value(l, row, |slot| sums[slot][lane]);
                }
            }
        }
    }

    /// s of `row` under labeling `l`, given the sum of its distances to each slot; `None` for noise.
    fn value(&self, l: usize, row: usize, sum: impl Fn(usize) -> f64) -> Option<f64> {
        let own = self.partitions.slot(l, row)?;
        if self.partitions.size(own) == 1 {
            return Some(0.0);
        }
        // The distance of a row to itself is exactly 0: only the count must leave it out.
        let others = self.reference.count(own) - usize::from(self.reference.contains(l, row));
        assert!(others > 0, "the reference holds two rows of every cluster that has two");
        let a = sum(own) / others as f64;
        let b = self.nearest_other(self.partitions.slots(l), own, sum);
        let larger = a.max(b);
        Some(if larger > 0.0 { (b - a) / larger } else { 0.0 })
    }

    /// The smallest mean distance to a slot other than `own`.
    fn nearest_other(&self, slots: Range<usize>, own: usize, sum: impl Fn(usize) -> f64) -> f64 {
        let others = slots.filter(|&slot| slot != own && self.reference.count(slot) > 0);
        others.map(|slot| sum(slot) / self.reference.count(slot) as f64).fold(f64::INFINITY, f64::min)
    }
}
