use std::sync::atomic::{AtomicU64, Ordering};

use segctl_numeric::MatrixView;
use segctl_numeric::par::map_chunks;

use super::boxes::{Boxed, boxes};
use super::forms::Form;
use super::kernel::{greatest, least};
use crate::members::Members;

/// Boxes in a chunk.
const CHUNK: usize = 4;

/// The least distance between clusters and the greatest within one.
pub(super) fn extremes<F: Form>(x: MatrixView<'_>, members: &Members) -> (f64, f64) {
    let boxes = boxes::<F>(x, members);
    let found = Found::default();
    // Good values early spare work later: each box begins with what promises most.
    map_chunks(boxes.len(), CHUNK, |range| range.for_each(|a| try_most_promising::<F>(&boxes, a, &found)));
    map_chunks(boxes.len(), CHUNK, |range| range.for_each(|a| try_all::<F>(&boxes, a, &found)));
    (F::finish(found.least()), F::finish(found.greatest()))
}

/// The extremes so far, shared by threads. They steer what is passed over; the last values are the same whatever
/// the order. A float of no sign compares as its bits do.
struct Found {
    least: AtomicU64,
    greatest: AtomicU64,
}

impl Default for Found {
    fn default() -> Self {
        Self { least: AtomicU64::new(f64::INFINITY.to_bits()), greatest: AtomicU64::new(0) }
    }
}

impl Found {
    fn least(&self) -> f64 {
        f64::from_bits(self.least.load(Ordering::Relaxed))
    }

    fn greatest(&self) -> f64 {
        f64::from_bits(self.greatest.load(Ordering::Relaxed))
    }

    fn add<F: Form>(&self, a: &Boxed, b: &Boxed) {
        if a.cluster == b.cluster {
            self.greatest.fetch_max(greatest::<F>(a, b).to_bits(), Ordering::Relaxed);
        } else {
            self.least.fetch_min(least::<F>(a, b).to_bits(), Ordering::Relaxed);
        }
    }
}

/// The nearest later box of another cluster, and the farthest of the same one.
fn try_most_promising<F: Form>(boxes: &[Boxed], a: usize, found: &Found) {
    let (mut nearest, mut farthest) = ((f64::INFINITY, None), (0.0, None));
    for b in &boxes[a..] {
        if b.cluster == boxes[a].cluster {
            let bound = boxes[a].at_most::<F>(b, farthest.0);
            if bound > farthest.0 {
                farthest = (bound, Some(b));
            }
        } else {
            let bound = boxes[a].at_least::<F>(b);
            if bound < nearest.0 {
                nearest = (bound, Some(b));
            }
        }
    }
    for b in [nearest.1, farthest.1].into_iter().flatten() {
        found.add::<F>(&boxes[a], b);
    }
}

fn try_all<F: Form>(boxes: &[Boxed], a: usize, found: &Found) {
    let a = (&boxes[a], &boxes[a..]);
    for b in a.1 {
        let may_change = if a.0.cluster == b.cluster {
            a.0.at_most::<F>(b, found.greatest()) > found.greatest()
        } else {
            a.0.at_least::<F>(b) < found.least()
        };
        if may_change {
            found.add::<F>(a.0, b);
        }
    }
}
