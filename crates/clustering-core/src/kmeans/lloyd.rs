//! The iteration: assign rows to centres, move centres to means; and the plain way to assign.

use segctl_numeric::distance::{TwoNearest, squared_euclidean, two_nearest};
use segctl_numeric::par::CHUNK_ROWS;
use segctl_numeric::{Labels, Matrix};

use super::Stop;
use super::empty::fill_empty_clusters;
use super::problem::Problem;
use super::sums::{Moved, RunningSums};
use crate::ClusteringError;

/// Where one start ended. Centres are in centred coordinates, and the means of the labels' members.
pub(super) struct Run {
    pub(super) centers: Matrix,
    pub(super) labels: Vec<u32>,
    pub(super) inertia: f64,
    pub(super) n_iter: usize,
    pub(super) stop: Stop,
    pub(super) n_repairs: usize,
}

/// A way to find nearest centres that remembers the labels it found.
pub(super) trait Assign {
    /// Gives each row the label of its nearest centre. Lists the rows whose label changed, by blocks
    /// and in their order; at the first call, when all are new, it lists none.
    fn assign(&mut self, problem: &Problem<'_>, centers: &Matrix) -> Vec<Vec<Moved>>;

    /// Moves a row to another cluster, whatever its nearest centre is.
    fn relabel(&mut self, row: usize, label: u32);

    /// The labels as they are.
    fn labels(&self) -> Vec<u32>;
}

/// Iterates from `centers` until labels repeat, centres stand still or iterations run out.
///
/// `after_iteration` gets the number of the iteration and may cancel.
pub(super) fn iterate(
    problem: &Problem<'_>,
    centers: Matrix,
    rows: impl Assign,
    after_iteration: impl Fn(usize) -> Result<(), ClusteringError>,
) -> Result<Run, ClusteringError> {
    let mut state = State { problem, rows, centers, sums: None, moved: Vec::new(), n_repairs: 0 };
    let (mut n_iter, mut stop) = (0, Stop::MaxIter);
    while n_iter < problem.max_iter && stop == Stop::MaxIter {
        n_iter += 1;
        let repeat = state.assign();
        after_iteration(n_iter)?;
        if repeat {
            stop = Stop::Converged;
        } else if state.follow() <= problem.tol {
            stop = Stop::Tolerance;
        }
    }
    if stop != Stop::Converged {
        // As scikit-learn: labels of the last centres. Theirs are then returned beside centres
        // that are no longer means; here the centres follow once more.
        if state.assign() {
            stop = Stop::Converged;
        } else {
            state.follow();
            state.freshen();
        }
    }
    let (centers, labels, n_repairs) = (state.centers, state.rows.labels(), state.n_repairs);
    let inertia = problem.inertia(&labels, &centers);
    Ok(Run { centers, labels, inertia, n_iter, stop, n_repairs })
}

struct State<'a, A> {
    problem: &'a Problem<'a>,
    rows: A,
    centers: Matrix,
    /// Of the labels before those of `moved`; none at first.
    sums: Option<RunningSums>,
    moved: Vec<Vec<Moved>>,
    n_repairs: usize,
}

impl<A: Assign> State<'_, A> {
    /// Labels all rows. True when labels repeat: then centres are the means of their members to the
    /// last bit, and every member is nearest to its own.
    fn assign(&mut self) -> bool {
        self.moved = self.rows.assign(self.problem, &self.centers);
        if !self.repeats() || self.freshen() {
            return self.repeats();
        }
        self.moved = self.rows.assign(self.problem, &self.centers);
        self.repeats()
    }

    fn repeats(&self) -> bool {
        self.sums.is_some() && self.moved.iter().all(Vec::is_empty)
    }

    /// Takes sums and means anew from all rows; true when nothing was to be done.
    fn freshen(&mut self) -> bool {
        if self.sums.as_ref().is_some_and(RunningSums::is_fresh) {
            return true;
        }
        let sums = RunningSums::of(self.problem, &self.rows.labels());
        self.centers = sums.get().means();
        self.sums = Some(sums);
        false
    }

    /// Moves the centres to the means of the labels; returns the sum of their squared shifts.
    fn follow(&mut self) -> f64 {
        let sums = match self.sums.take() {
            None => RunningSums::of(self.problem, &self.rows.labels()),
            Some(sums) => sums.follow(self.problem, &self.moved, || self.rows.labels()),
        };
        let (sums, repairs) = fill_empty_clusters(self.problem, &self.centers, &mut self.rows, sums);
        self.n_repairs += repairs;
        let before = std::mem::replace(&mut self.centers, sums.get().means());
        self.sums = Some(sums);
        squared_euclidean(before.as_slice(), self.centers.as_slice())
    }
}

/// All distances in each iteration, in double precision.
pub(super) struct Lloyd {
    labels: Vec<u32>,
    labelled: bool,
}

impl Lloyd {
    pub(super) fn new(n_rows: usize) -> Self {
        Self { labels: vec![Labels::NOISE; n_rows], labelled: false }
    }
}

impl Assign for Lloyd {
    fn assign(&mut self, problem: &Problem<'_>, centers: &Matrix) -> Vec<Vec<Moved>> {
        let labelled = std::mem::replace(&mut self.labelled, true);
        problem.map_blocks(&mut self.labels, |start, labels| {
            let mut moved = Vec::new();
            let mut nearest = [TwoNearest::default(); CHUNK_ROWS];
            for (i, labels) in labels.chunks_mut(CHUNK_ROWS).enumerate() {
                let start = start + i * CHUNK_ROWS;
                let nearest = &mut nearest[..labels.len()];
                two_nearest(problem.x.rows_range(start..start + labels.len()), centers.view(), nearest);
                for ((row, label), found) in (start..).zip(labels).zip(nearest) {
                    let (from, to) = (*label, found.index);
                    if from != to && labelled {
                        moved.push(Moved { row, from, to });
                    }
                    *label = to;
                }
            }
            moved
        })
    }

    fn relabel(&mut self, row: usize, label: u32) {
        self.labels[row] = label;
    }

    fn labels(&self) -> Vec<u32> {
        self.labels.clone()
    }
}
