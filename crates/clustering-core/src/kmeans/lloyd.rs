//! The iteration: assign rows to centres, move centres to means; and the plain way to assign.

use segctl_numeric::distance::{TwoNearest, squared_euclidean, two_nearest};
use segctl_numeric::{Labels, Matrix};

use super::Stop;
use super::empty::fill_empty_clusters;
use super::problem::{Problem, Sums, map_chunks_mut};
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
    /// Gives each row the label of its nearest centre, and sums the rows of each.
    fn assign(&mut self, problem: &Problem<'_>, centers: &Matrix) -> Sums;

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
    mut centers: Matrix,
    mut rows: impl Assign,
    after_iteration: impl Fn(usize) -> Result<(), ClusteringError>,
) -> Result<Run, ClusteringError> {
    let (mut n_iter, mut stop, mut n_repairs) = (0, Stop::MaxIter, 0);
    while n_iter < problem.max_iter && stop == Stop::MaxIter {
        n_iter += 1;
        let sums = rows.assign(problem, &centers);
        after_iteration(n_iter)?;
        if sums.changed == 0 {
            stop = Stop::Converged;
            break;
        }
        let (sums, repairs) = fill_empty_clusters(problem, &centers, &mut rows, sums);
        n_repairs += repairs;
        let moved = sums.means();
        if squared_shift(&centers, &moved) <= problem.tol {
            stop = Stop::Tolerance;
        }
        centers = moved;
    }
    if stop != Stop::Converged {
        // As scikit-learn: labels of the last centres. Theirs are then returned beside centres
        // that are no longer means; here the centres follow once more.
        let sums = rows.assign(problem, &centers);
        if sums.changed == 0 {
            stop = Stop::Converged;
        } else {
            let (sums, repairs) = fill_empty_clusters(problem, &centers, &mut rows, sums);
            n_repairs += repairs;
            centers = sums.means();
        }
    }
    let labels = rows.labels();
    let inertia = problem.inertia(&labels, &centers);
    Ok(Run { centers, labels, inertia, n_iter, stop, n_repairs })
}

fn squared_shift(from: &Matrix, to: &Matrix) -> f64 {
    squared_euclidean(from.as_slice(), to.as_slice())
}

/// All distances in each iteration.
pub(super) struct Lloyd {
    labels: Vec<u32>,
}

impl Lloyd {
    pub(super) fn new(n_rows: usize) -> Self {
        Self { labels: vec![Labels::NOISE; n_rows] }
    }
}

impl Assign for Lloyd {
    fn assign(&mut self, problem: &Problem<'_>, centers: &Matrix) -> Sums {
        let parts = map_chunks_mut(&mut self.labels, |range, labels| {
            let mut nearest = vec![TwoNearest::default(); labels.len()];
            two_nearest(problem.x.rows_range(range.clone()), centers.view(), &mut nearest);
            let mut sums = problem.empty_sums();
            for (label, found) in labels.iter_mut().zip(&nearest) {
                sums.changed += usize::from(*label != found.index);
                *label = found.index;
            }
            problem.add_rows(range, labels.iter().copied(), &mut sums);
            sums
        });
        problem.fold(&parts)
    }

    fn relabel(&mut self, row: usize, label: u32) {
        self.labels[row] = label;
    }

    fn labels(&self) -> Vec<u32> {
        self.labels.clone()
    }
}
