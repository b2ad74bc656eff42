//! All silhouettes of one labeling, each pair of rows once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use segctl_numeric::MatrixView;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::map_chunks;

use super::meeting::Block;
use super::meetings::Meetings;
use super::partition::Partitions;
use super::sums::SEGMENT;
use crate::MetricsError;

/// Pairs between two calls of the observer: some 5 ms of one core at 16 columns.
const EVENT_PAIRS: usize = 1 << 23;

/// Sums held at most, one for each row and cluster: 256 MiB.
const MAX_SUMS: usize = 1 << 25;

/// Rows of an average cluster, at least: blocks of a few rows are not worth their tasks.
const MIN_ROWS: usize = SEGMENT / 4;

/// Whether [`sums`] is the faster way for labeling `l`, and does not need too much memory.
pub(super) fn is_worth(partitions: &Partitions<'_>, l: usize) -> bool {
    let n_clusters = partitions.slots(l).len();
    partitions.n_rows.saturating_mul(n_clusters) <= MAX_SUMS && partitions.n_rows >= MIN_ROWS * n_clusters
}

/// Workers that ask for meetings: as many of them work at once as there are threads.
const MAX_WORKERS: usize = 256;

/// The sums of the distances of every row to every cluster of labeling `l`, by blocks of rows.
/// O(n^2 d / 2) time, O(n (d + k)) memory.
///
/// `progress` hears the share that is done.
pub(super) fn sums(
    x: MatrixView<'_>,
    partitions: &Partitions<'_>,
    l: usize,
    progress: impl Fn(f64) -> Result<(), MetricsError> + Sync,
) -> Result<Vec<Block>, MetricsError> {
    let n_clusters = partitions.slots(l).len();
    let mut blocks: Vec<Mutex<Block>> = Vec::new();
    for (cluster, rows) in partitions.members(l).into_iter().enumerate() {
        blocks.extend(rows.chunks(SEGMENT).map(|rows| Mutex::new(Block::new(x, rows.to_vec(), cluster, n_clusters))));
    }
    let n_used = partitions.slots(l).map(|slot| partitions.size(slot)).sum();
    let (meetings, told) = (Meetings::new(blocks.len()), Mutex::new(Told::new(n_used)));
    // One worker to a chunk: those that begin when all is done end at once.
    let worker = |_| {
        while let Some(meeting) = meetings.next() {
            let n_pairs = meet(&blocks, meeting.blocks);
            drop(meeting);
            if let Err(error) = lock(&told).add(n_pairs, &progress) {
                meetings.stop();
                return Err(error);
            }
        }
        Ok(())
    };
    map_chunks(MAX_WORKERS, 1, worker).into_iter().collect::<Result<(), _>>()?;
    Ok(blocks.into_iter().map(|block| block.into_inner().unwrap_or_else(PoisonError::into_inner)).collect())
}

/// Lets two blocks meet, or one itself, and gives the number of ordered pairs of rows.
fn meet(blocks: &[Mutex<Block>], (i, j): (usize, usize)) -> usize {
    // Nobody else has them: the locks only say so to the compiler.
    let mut block = lock(&blocks[i]);
    if i == j {
        block.meet_itself();
        return block.rows.len() * block.rows.len();
    }
    let mut other = lock(&blocks[j]);
    block.meet(&mut other);
    2 * block.rows.len() * other.rows.len()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the observer knows.
struct Told {
    all_pairs: usize,
    done: usize,
    told: usize,
    /// The observer wants no more.
    is_cancelled: bool,
}

impl Told {
    fn new(n_rows: usize) -> Self {
        Self { all_pairs: n_rows * n_rows, done: 0, told: 0, is_cancelled: false }
    }

    /// Tells from time to time, and at the end.
    fn add(&mut self, n_pairs: usize, progress: impl Fn(f64) -> Result<(), MetricsError>) -> Result<(), MetricsError> {
        self.done += n_pairs;
        let is_time = self.done - self.told >= EVENT_PAIRS || self.done == self.all_pairs;
        if self.is_cancelled || !is_time {
            return Ok(());
        }
        self.told = self.done;
        let found = progress(self.done as f64 / self.all_pairs as f64);
        self.is_cancelled = found.is_err();
        found
    }
}

/// Tells the observer how far labeling `l` of several is.
pub(super) fn tell(
    observer: &dyn Observer,
    n_rows: usize,
    l: usize,
    n_labelings: usize,
    share: f64,
) -> Result<(), MetricsError> {
    let step = ((l as f64 + share) / n_labelings as f64 * n_rows as f64) as u64;
    let event = Event::new("silhouette", step).with_total(n_rows as u64);
    if observer.event(event).is_break() { Err(MetricsError::Cancelled) } else { Ok(()) }
}
