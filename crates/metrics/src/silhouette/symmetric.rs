//! All silhouettes of one labeling, each pair of rows once.

use segctl_numeric::MatrixView;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::par::fill_chunks;

use super::meeting::Block;
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

/// The sums of the distances of every row to every cluster of labeling `l`, by blocks of rows.
/// O(n^2 d / 2) time, O(n (d + k)) memory.
///
/// `progress` hears the share that is done.
pub(super) fn sums(
    x: MatrixView<'_>,
    partitions: &Partitions<'_>,
    l: usize,
    progress: impl Fn(f64) -> Result<(), MetricsError>,
) -> Result<Vec<Block>, MetricsError> {
    let n_clusters = partitions.slots(l).len();
    let mut blocks: Vec<Block> = Vec::new();
    for (cluster, rows) in partitions.members(l).into_iter().enumerate() {
        blocks.extend(rows.chunks(SEGMENT).map(|rows| Block::new(x, rows.to_vec(), cluster, n_clusters)));
    }
    let n_used: usize = blocks.iter().map(|block| block.rows.len()).sum();
    let all_pairs = n_used * n_used;
    let (mut done, mut told) = (0, 0);
    for round in 0..(2 * blocks.len()).saturating_sub(1) {
        done += meet_all(&mut blocks, round);
        if done - told >= EVENT_PAIRS || done == all_pairs {
            told = done;
            progress(done as f64 / all_pairs as f64)?;
        }
    }
    Ok(blocks)
}

/// Lets block i meet block `round - i`, for all i at the same time, and gives the ordered pairs of
/// rows that this was.
///
/// No block has two partners in a round, and over the rounds each block meets all others in their
/// order, itself included: sums are added in the order of the blocks, at any number of threads.
fn meet_all(blocks: &mut [Block], round: usize) -> usize {
    let first = round.saturating_sub(blocks.len() - 1);
    let (left, right) = blocks[first..=round - first].split_at_mut((round + 1 - 2 * first) / 2);
    let n_left = left.len();
    let (middle, right) = right.split_at_mut(right.len() - n_left);
    let pairs = left.iter_mut().zip(right.iter_mut().rev());
    let mut meetings: Vec<(&mut Block, Option<&mut Block>)> = pairs.map(|(a, b)| (a, Some(b))).collect();
    meetings.extend(middle.iter_mut().map(|block| (block, None)));
    fill_chunks(&mut meetings, 1, 1, |_, meeting| match &mut meeting[0] {
        (block, Some(other)) => block.meet(other),
        (block, None) => block.meet_itself(),
    });
    let size = |(block, other): &(&mut Block, Option<&mut Block>)| {
        let m = block.rows.len();
        other.as_ref().map_or(m * m, |other| 2 * m * other.rows.len())
    };
    meetings.iter().map(size).sum()
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
