//! Single linkage: the merges are the edges of a minimum spanning tree (Gower & Ross 1969).

use rayon::prelude::*;
use segctl_numeric::observe::{Event, Observer};
use segctl_numeric::simd::{Kernel, LANES, dispatch};

use super::source::Source;
use super::tree::Pair;
use crate::ClusteringError;

/// Slots that one thread compares in turn.
const SLOTS: usize = 1024;

/// Slots compared side by side.
const WIDTH: usize = 4 * LANES;

/// Steps between two words to the observer.
const STEPS: usize = 256;

/// The distance of a row that the tree has reached: no other one is less.
const REACHED: f64 = -1.0;

/// Prim's tree of `n_rows` rows; events have the stage `stage`. Time O(n^2 d), memory O(n d).
pub(crate) fn merges(
    source: impl Source,
    n_rows: usize,
    stage: &str,
    observer: &dyn Observer,
) -> Result<Vec<Pair>, ClusteringError> {
    let mut tree = Prim::new(source, n_rows);
    let mut pairs = Vec::with_capacity(n_rows - 1);
    while pairs.len() + 1 < n_rows {
        pairs.push(tree.grow());
        if pairs.len().is_multiple_of(STEPS) {
            let event = Event::new(stage, pairs.len() as u64).with_total(n_rows as u64 - 1);
            if observer.event(event).is_break() {
                return Err(ClusteringError::Cancelled);
            }
        }
    }
    Ok(pairs)
}

/// A tree that grows, and the rows outside.
struct Prim<S> {
    source: S,
    /// The row in each slot, ascending; some may have been reached.
    rows: Vec<usize>,
    /// The distance of each to the tree, or [`REACHED`].
    distance: Vec<f64>,
    /// The row of the tree that it is the distance to; as wide as the distances, with which it moves.
    from: Vec<u64>,
    /// The slot of the row reached last.
    last: usize,
    n_outside: usize,
}

impl<S: Source> Prim<S> {
    fn new(source: S, n_rows: usize) -> Self {
        let mut distance = vec![f64::INFINITY; n_rows];
        distance[0] = REACHED;
        Self { source, rows: (0..n_rows).collect(), distance, from: vec![0; n_rows], last: 0, n_outside: n_rows - 1 }
    }

    /// Reaches the row nearest to the tree; among equals the first one.
    fn grow(&mut self) -> Pair {
        let (last, rows, source) = (self.last, &self.rows, &self.source);
        let reached = rows[last] as u64;
        let chunks = self.distance.par_chunks_mut(SLOTS).zip(self.from.par_chunks_mut(SLOTS)).enumerate();
        let nearest = chunks.map(|(chunk, (distance, from))| {
            let mut through = [0.0; SLOTS];
            let through = &mut through[..distance.len()];
            source.distances(last, chunk * SLOTS, rows, through);
            (dispatch(Approach { through, reached, distance, from }), chunk)
        });
        let (least, chunk) = nearest.reduce(|| (f64::INFINITY, usize::MAX), nearer);
        let in_chunk = self.distance[chunk * SLOTS..].iter().position(|&distance| distance == least);
        let slot = chunk * SLOTS + in_chunk.expect("the least is one of them");
        let pair = Pair { a: self.from[slot] as usize, b: self.rows[slot], height: least };
        (self.last, self.distance[slot]) = (slot, REACHED);
        self.n_outside -= 1;
        if 4 * self.n_outside < 3 * self.rows.len() {
            self.shrink();
        }
        pair
    }

    /// Drops the slots of rows that the tree has reached, but for the last one.
    fn shrink(&mut self) {
        let is_kept = |&slot: &usize| slot == self.last || self.distance[slot] != REACHED;
        let kept: Vec<usize> = (0..self.rows.len()).filter(is_kept).collect();
        self.source.keep(&kept);
        self.last = kept.partition_point(|&slot| slot < self.last);
        self.rows = kept.iter().map(|&slot| self.rows[slot]).collect();
        self.distance = kept.iter().map(|&slot| self.distance[slot]).collect();
        self.from = kept.iter().map(|&slot| self.from[slot]).collect();
    }
}

/// By distance, then by chunk.
fn nearer(a: (f64, usize), b: (f64, usize)) -> (f64, usize) {
    if a.0 < b.0 || (a.0 == b.0 && a.1 < b.1) { a } else { b }
}

/// Brings rows as near to the tree as its new row `reached` makes them; the least distance of those outside.
struct Approach<'a> {
    through: &'a [f64],
    reached: u64,
    distance: &'a mut [f64],
    from: &'a mut [u64],
}

impl Kernel for Approach<'_> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let (through, through_tail) = self.through.as_chunks::<WIDTH>();
        let (distance, distance_tail) = self.distance.as_chunks_mut::<WIDTH>();
        let (from, from_tail) = self.from.as_chunks_mut::<WIDTH>();
        let mut least = [f64::INFINITY; WIDTH];
        for ((through, distance), from) in through.iter().zip(distance).zip(from) {
            for l in 0..WIDTH {
                approach(through[l], self.reached, &mut distance[l], &mut from[l], &mut least[l]);
            }
        }
        for ((&through, distance), from) in through_tail.iter().zip(distance_tail).zip(from_tail) {
            approach(through, self.reached, distance, from, &mut least[0]);
        }
        least.into_iter().fold(f64::INFINITY, |a, b| if b < a { b } else { a })
    }
}

#[inline(always)]
fn approach(through: f64, reached: u64, distance: &mut f64, from: &mut u64, least: &mut f64) {
    let nearer = through < *distance;
    *distance = if nearer { through } else { *distance };
    *from = if nearer { reached } else { *from };
    let outside = if *distance < 0.0 { f64::INFINITY } else { *distance };
    *least = if outside < *least { outside } else { *least };
}
