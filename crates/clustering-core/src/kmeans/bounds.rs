//! Hamerly's bounds: most rows are nowhere near another centre, and need not be looked at.
//!
//! G. Hamerly, "Making k-means even faster", SDM 2010. Each row keeps an upper bound `u` on the
//! distance to its own centre and a lower bound `l` on the distance to any other. When centres
//! move by `p`, `u` grows by its centre's `p` and `l` shrinks by the largest other `p`; while
//! `u < max(l, s / 2)`, with `s` the distance of the centre to its nearest fellow, the label stands.
//!
//! Bounds are widened by more than distances can be wrong, so a row is only passed over when the
//! computed distances, not just the true ones, would give the same label. Rows that are looked at
//! go through the kernel that [`Lloyd`](super::lloyd::Lloyd) uses.

use segctl_numeric::distance::{TwoNearest, squared_euclidean, two_nearest_of};
use segctl_numeric::{Labels, Matrix};

use super::lloyd::Assign;
use super::problem::{Problem, Sums, map_chunks_mut};

/// Squares below the smallest normal number lose digits; distances this small prove nothing.
const TOO_SMALL_TO_TELL: f64 = 1e-150;

/// From this many centres on, the distance to the own centre is computed before all others are:
/// with fewer, computing all of them in lanes is as quick (measured on 8,950 x 23, k = 2..10).
const TIGHTEN_FROM: usize = 16;

#[derive(Clone, Copy)]
struct Bounded {
    upper: f64,
    lower: f64,
    label: u32,
}

impl Bounded {
    /// Bounds that rule nothing out.
    fn unknown(label: u32) -> Self {
        Self { upper: f64::INFINITY, lower: 0.0, label }
    }
}

/// Only the distances that bounds cannot rule out.
pub(super) struct Hamerly {
    rows: Vec<Bounded>,
    /// The centres of the last call.
    previous: Option<Matrix>,
}

impl Hamerly {
    pub(super) fn new(n_rows: usize) -> Self {
        Self { rows: vec![Bounded::unknown(Labels::NOISE); n_rows], previous: None }
    }
}

impl Assign for Hamerly {
    fn assign(&mut self, problem: &Problem<'_>, centers: &Matrix) -> Sums {
        let motion = Motion::new(self.previous.as_ref(), centers);
        let parts = map_chunks_mut(&mut self.rows, |range, rows| {
            let mut sums = problem.empty_sums();
            let open = motion.advance(problem, centers, range.start, rows);
            let mut nearest = vec![TwoNearest::default(); open.len()];
            two_nearest_of(problem.x, &open, centers.view(), &mut nearest);
            for (row, found) in open.iter().zip(&nearest) {
                let row = &mut rows[row - range.start];
                sums.changed += usize::from(row.label != found.index);
                *row = motion.widen.bounds(found);
            }
            problem.add_rows(range, rows.iter().map(|row| row.label), &mut sums);
            sums
        });
        self.previous = Some(centers.clone());
        problem.fold(&parts)
    }

    fn relabel(&mut self, row: usize, label: u32) {
        self.rows[row] = Bounded::unknown(label);
    }

    fn labels(&self) -> Vec<u32> {
        self.rows.iter().map(|row| row.label).collect()
    }
}

/// By how much bounds are widened, relative to 1.
///
/// A sum of d squared differences is wrong by at most `(d + 2) / 2^53`, its root by less. Four
/// times that covers both sides of a comparison and the arithmetic on the bounds.
#[derive(Clone, Copy)]
struct Widen {
    up: f64,
    down: f64,
}

impl Widen {
    fn new(n_features: usize) -> Self {
        let slack = (n_features + 8) as f64 * f64::EPSILON * 2.0;
        Self { up: 1.0 + slack, down: 1.0 - slack }
    }

    fn bounds(self, found: &TwoNearest) -> Bounded {
        Bounded {
            upper: found.squared.sqrt() * self.up,
            lower: found.second_squared.sqrt() * self.down,
            label: found.index,
        }
    }
}

/// How far each centre went, and how much room it has.
struct Motion {
    widen: Widen,
    /// At least the distance each centre moved.
    moved: Vec<f64>,
    /// The largest `moved`, whose it is, and the largest of the others.
    most: f64,
    mover: usize,
    runner_up: f64,
    /// At most half the distance of each centre to its nearest fellow.
    room: Vec<f64>,
}

impl Motion {
    fn new(previous: Option<&Matrix>, centers: &Matrix) -> Self {
        let widen = Widen::new(centers.n_cols());
        let moved: Vec<f64> = match previous {
            None => vec![0.0; centers.n_rows()],
            Some(previous) => {
                let pairs = previous.view().rows().zip(centers.view().rows());
                pairs.map(|(a, b)| squared_euclidean(a, b).sqrt() * widen.up + TOO_SMALL_TO_TELL).collect()
            }
        };
        let mover = (0..moved.len()).max_by(|&a, &b| moved[a].total_cmp(&moved[b])).unwrap_or(0);
        let others = moved.iter().enumerate().filter(|&(c, _)| c != mover);
        let runner_up = others.fold(0.0, |top: f64, (_, &p)| top.max(p));
        Self { widen, most: moved[mover], mover, runner_up, moved, room: room(centers, widen) }
    }

    /// Moves the bounds of a chunk and lists the rows they leave open.
    fn advance(&self, problem: &Problem<'_>, centers: &Matrix, start: usize, rows: &mut [Bounded]) -> Vec<usize> {
        let mut open = Vec::with_capacity(rows.len());
        for (i, row) in rows.iter_mut().enumerate() {
            if row.label == Labels::NOISE {
                open.push(start + i);
                continue;
            }
            let own = row.label as usize;
            row.upper = (row.upper + self.moved[own]) * self.widen.up;
            let others = if own == self.mover { self.runner_up } else { self.most };
            row.lower = (row.lower - others) * self.widen.down;
            if self.stands(row) {
                continue;
            }
            if centers.n_rows() >= TIGHTEN_FROM {
                let squared = squared_euclidean(problem.x.row(start + i), centers.row(own));
                row.upper = squared.sqrt() * self.widen.up;
                if self.stands(row) {
                    continue;
                }
            }
            open.push(start + i);
        }
        open
    }

    fn stands(&self, row: &Bounded) -> bool {
        row.upper + TOO_SMALL_TO_TELL < row.lower.max(self.room[row.label as usize])
    }
}

fn room(centers: &Matrix, widen: Widen) -> Vec<f64> {
    let nearest = |c: usize| {
        let others = (0..centers.n_rows()).filter(|&other| other != c);
        others.map(|other| squared_euclidean(centers.row(c), centers.row(other))).fold(f64::INFINITY, f64::min)
    };
    (0..centers.n_rows()).map(|c| nearest(c).sqrt() * 0.5 * widen.down).collect()
}
