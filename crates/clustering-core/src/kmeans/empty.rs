//! Empty clusters take the farthest points.

use segctl_numeric::Matrix;
use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};

use super::lloyd::Assign;
use super::problem::Problem;
use super::sums::RunningSums;

/// Gives each cluster without members the row farthest from its own centre, never the last member
/// of another cluster; among equally far rows the first. Returns the sums that follow and the
/// number of clusters filled. Time O(k) when none is empty, O(n d + n log n) else.
pub(super) fn fill_empty_clusters(
    problem: &Problem<'_>,
    centers: &Matrix,
    rows: &mut impl Assign,
    sums: RunningSums,
) -> (RunningSums, usize) {
    let empty = sums.get().empty_clusters();
    if empty.is_empty() {
        return (sums, 0);
    }
    let labels = rows.labels();
    let mut members = count_members(problem, &labels);
    let mut farthest = farthest_first(problem, centers, &labels).into_iter();
    for &cluster in &empty {
        let donor = farthest.find(|&row| members[labels[row] as usize] > 1);
        let donor = donor.expect("at least n_clusters rows have positive weight");
        members[labels[donor] as usize] -= 1;
        rows.relabel(donor, cluster);
    }
    (RunningSums::of(problem, &rows.labels()), empty.len())
}

/// Rows of positive weight in each cluster.
fn count_members(problem: &Problem<'_>, labels: &[u32]) -> Vec<usize> {
    let mut members = vec![0; problem.n_clusters];
    for (row, &label) in labels.iter().enumerate() {
        members[label as usize] += usize::from(problem.weight(row) > 0.0);
    }
    members
}

/// Rows of positive weight by falling distance to their own centre.
fn farthest_first(problem: &Problem<'_>, centers: &Matrix, labels: &[u32]) -> Vec<usize> {
    let squared = |i: usize| squared_euclidean(problem.x.row(i), centers.row(labels[i] as usize));
    let squared: Vec<f64> =
        map_chunks(labels.len(), CHUNK_ROWS, |range| range.map(squared).collect::<Vec<_>>()).concat();
    let mut rows: Vec<usize> = (0..labels.len()).filter(|&i| problem.weight(i) > 0.0).collect();
    rows.sort_by(|&a, &b| squared[b].total_cmp(&squared[a]));
    rows
}
