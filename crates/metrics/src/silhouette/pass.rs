use segctl_numeric::distance::Dissimilarity;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::{chunks, fill_chunks};
use segctl_numeric::simd::dispatch;
use segctl_numeric::{Matrix, MatrixView};

use super::distance::{Packed, TILE, squared_norm};
use super::general::{References, add_distances, is_euclidean};
use super::kernel::{AddDistances, Sums, Target};
use super::partition::Partitions;
use super::reference::Reference;
use super::value::value;
use crate::MetricsError;

/// Distances between two calls of the observer: some 50 ms of two cores at 25 columns.
const EVENT_PAIRS: usize = 1 << 25;

/// Query rows of one task.
const TASK_ROWS: usize = 4 * TILE;

/// The silhouette of each of `queries` (rows of `x`) under each labeling, from their distances to
/// the reference rows: `queries.len()` x n_labelings, `None` for noise.
///
/// Each distance is computed once and serves all labelings. O(|queries| |reference| (d + L)) time,
/// O(sum of k) memory per thread beside the result. A row's value does not depend on the task and the
/// tile it falls into.
pub(super) fn silhouettes(
    x: MatrixView<'_>,
    dissimilarity: &Dissimilarity,
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
    let norms = references.rows().map(squared_norm).collect();
    let pass = Pass { x, dissimilarity, partitions, references, norms, targets: reference.targets(), reference };
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
    dissimilarity: &'a Dissimilarity,
    partitions: &'a Partitions<'a>,
    references: MatrixView<'a>,
    norms: Vec<f64>,
    targets: Vec<Target>,
    reference: &'a Reference,
}

impl Pass<'_> {
    fn task(&self, rows: &[usize], out: &mut [Option<f64>]) {
        let n_labelings = self.partitions.labels.len();
        let mut sums = Sums::new(self.partitions.waste() + 1);
        for (rows, out) in rows.chunks(TILE).zip(out.chunks_mut(TILE * n_labelings)) {
            sums.clear();
            self.add(rows, &mut sums);
            sums.finish();
            for (lane, (&row, out)) in rows.iter().zip(out.chunks_exact_mut(n_labelings)).enumerate() {
                for (l, out) in out.iter_mut().enumerate() {
                    *out = value(self.partitions, self.reference, l, row, |slot| sums.total(slot, lane));
                }
            }
        }
    }

    /// Adds the distances of up to `TILE` rows.
    fn add(&self, rows: &[usize], sums: &mut Sums) {
        let n_labelings = self.partitions.labels.len();
        if is_euclidean(self.dissimilarity) {
            dispatch(AddDistances {
                tile: &Packed::new(self.x.n_cols(), rows.iter().map(|&row| self.x.row(row))),
                references: self.references.as_slice(),
                norms: &self.norms,
                targets: &self.targets,
                n_labelings,
                sums,
            });
        } else {
            let (values, targets) = (self.references, &self.targets);
            let references = References { values, rows: &self.reference.rows, targets, n_labelings };
            add_distances(self.x, rows, self.dissimilarity, &references, sums);
        }
    }
}
