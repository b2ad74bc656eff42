//! What the indices about centroids are made of.

use std::ops::Range;

use segctl_numeric::distance::squared_euclidean;
use segctl_numeric::par::{CHUNK_ROWS, map_chunks};
use segctl_numeric::{Labels, Matrix, MatrixView};

use crate::MetricsError;
use crate::magnitude::{SUMMABLE, ensure_magnitudes};
use crate::members::{Members, check_labels};

/// Segments in a chunk: where clusters are small a chunk is a few hundred rows all the same.
const SEGMENTS: usize = 4;

/// The clusters of a labeling as centroids. What it holds of a cluster depends on the rows of the cluster alone,
/// in their order.
pub(super) struct Clusters {
    pub(super) members: Members,
    /// k x d.
    pub(super) centroids: Matrix,
    /// Of each cluster, the sum of the squared distances to its centroid.
    pub(super) within: Vec<f64>,
    /// Of each cluster, the mean distance to its centroid.
    pub(super) spread: Vec<f64>,
}

/// # Errors
/// No columns, or a value that is not finite or too large.
pub(super) fn check_values(x: MatrixView<'_>) -> Result<(), MetricsError> {
    ensure_magnitudes(x, SUMMABLE)
}

impl Clusters {
    /// The values of `x` have been checked.
    ///
    /// # Errors
    /// Another number of labels than rows.
    pub(super) fn new(x: MatrixView<'_>, labels: &Labels) -> Result<Self, MetricsError> {
        check_labels(labels, x.n_rows())?;
        let members = Members::new(labels);
        let centroids = centroids(x, &members);
        let distances = |cluster: usize, rows: &[usize]| {
            let squares = rows.iter().map(|&row| squared_euclidean(x.row(row), centroids.row(cluster)));
            squares.fold([0.0, 0.0], |[sum, roots], square| [sum + square, roots + square.sqrt()])
        };
        let mut sums = vec![[0.0; 2]; members.n_clusters()];
        for (cluster, [sum, roots]) in by_segment(&members, distances) {
            sums[cluster][0] += sum;
            sums[cluster][1] += roots;
        }
        let spread = sums.iter().enumerate().map(|(cluster, sums)| sums[1] / members.size(cluster) as f64).collect();
        let within = sums.iter().map(|sums| sums[0]).collect();
        Ok(Self { members, centroids, within, spread })
    }

    /// The sum of the squared distances to the centroids.
    pub(super) fn total_within(&self) -> f64 {
        self.within.iter().sum()
    }

    /// `sum_c n_c |c - mean|^2`
    pub(super) fn between(&self) -> f64 {
        let Some(first) = self.centroids.view().rows().next() else { return 0.0 };
        let sizes = || (0..self.members.n_clusters()).map(|cluster| self.members.size(cluster) as f64);
        let mut mean = vec![0.0; first.len()];
        for (centroid, size) in self.centroids.view().rows().zip(sizes()) {
            add_differences(&mut mean, centroid, first, size);
        }
        let n = self.members.n_used() as f64;
        mean.iter_mut().zip(first).for_each(|(mean, first)| *mean = first + *mean / n);
        self.centroids.view().rows().zip(sizes()).map(|(c, size)| size * squared_euclidean(c, &mean)).sum()
    }
}

/// The mean of each cluster, k x d, taken of differences to its first row: equal rows have exactly themselves as
/// their mean, and a mean far from the origin loses nothing.
fn centroids(x: MatrixView<'_>, members: &Members) -> Matrix {
    let first = |cluster: usize| x.row(members.of(cluster)[0]);
    let sums = |cluster: usize, rows: &[usize]| {
        let mut sums = vec![0.0; x.n_cols()];
        rows.iter().for_each(|&row| add_differences(&mut sums, x.row(row), first(cluster), 1.0));
        sums
    };
    let mut centroids = Matrix::zeros(members.n_clusters(), x.n_cols());
    for (cluster, sums) in by_segment(members, sums) {
        centroids.row_mut(cluster).iter_mut().zip(&sums).for_each(|(total, sum)| *total += sum);
    }
    for cluster in 0..members.n_clusters() {
        let size = members.size(cluster) as f64;
        let values = centroids.row_mut(cluster).iter_mut().zip(first(cluster));
        values.for_each(|(value, first)| *value = first + *value / size);
    }
    centroids
}

fn add_differences(sums: &mut [f64], row: &[f64], origin: &[f64], weight: f64) {
    for ((sum, value), origin) in sums.iter_mut().zip(row).zip(origin) {
        *sum += weight * (value - origin);
    }
}

/// A value for each run of rows of one cluster, in their order.
fn by_segment<T: Send>(members: &Members, of: impl Fn(usize, &[usize]) -> T + Sync) -> Vec<(usize, T)> {
    let segments = members.segments(CHUNK_ROWS);
    let of_segment = |(cluster, range): &(usize, Range<usize>)| (*cluster, of(*cluster, members.rows(range.clone())));
    let of_chunk = |range: Range<usize>| segments[range].iter().map(of_segment).collect::<Vec<_>>();
    map_chunks(segments.len(), SEGMENTS, of_chunk).into_iter().flatten().collect()
}
