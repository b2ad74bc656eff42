//! Labels of held-out rows that know nothing of the feature to be tested.

use std::ops::Range;

use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};

use crate::MetricsError;
use crate::magnitude::{SUMMABLE, ensure_magnitudes};
use crate::members::check_labels;
use crate::prediction_strength::means;

/// For each range of columns, the labels of `held_out` (m x d) by the nearest centroid of `train` (n x d) in all
/// *other* columns; ties go to the lowest label.
///
/// Labels for a test of one feature: made by other rows, and given without a look at that feature. To hold rows out is
/// not enough where the feature has formed the clusters: whoever is put with the nearest centroid in all columns is put
/// there by the feature too, so that it differs between clusters where there are none (Gao, Bien & Witten 2022,
/// "Selective inference for hierarchical clustering"). Labels of this function are independent of a feature that is
/// independent of the others.
///
/// ```
/// use segctl_metrics::effects::labels_without;
/// use segctl_numeric::{Labels, MatrixView};
/// let train = MatrixView::new(&[0.0, 0.0, 9.0, 1.0], 2, 2)?;
/// let labels = Labels::from_signed(&[0, 1])?;
/// let held_out = MatrixView::new(&[8.0, 0.1], 1, 2)?;
/// let found = labels_without(train, &labels, held_out, &[0..1, 1..2])?;
/// assert_eq!(found[0].get(0), Some(0), "by the second column alone");
/// assert_eq!(found[1].get(0), Some(1), "by the first column alone");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Where no column is left every row gets the lowest label. The same at any number of threads. Time O(m k (d + r)) for
/// k clusters and r ranges.
///
/// # Errors
/// [`MetricsError::Input`] for another number of labels than rows of `train`, of columns in both, a range that ends
/// beyond them, and values that are not finite; [`MetricsError::TooLarge`] for a value beyond 1e140;
/// [`MetricsError::NoClusters`] when all rows of `train` are noise.
pub fn labels_without(
    train: MatrixView<'_>,
    labels: &Labels,
    held_out: MatrixView<'_>,
    columns: &[Range<usize>],
) -> Result<Vec<Labels>, MetricsError> {
    check_labels(labels, train.n_rows())?;
    let d = train.n_cols();
    if held_out.n_cols() != d {
        return Err(InputError::Length { what: "row", found: held_out.n_cols(), expected: d }.into());
    }
    if let Some(range) = columns.iter().find(|range| range.end > d) {
        return Err(InputError::Length { what: "row", found: d, expected: range.end }.into());
    }
    ensure_magnitudes(train, SUMMABLE)?;
    ensure_magnitudes(held_out, SUMMABLE)?;
    let (centers, clusters) = means(train, labels);
    if clusters.is_empty() {
        return Err(MetricsError::NoClusters { n_samples: train.n_rows() });
    }
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let mut nearest = vec![0_u32; held_out.n_rows() * columns.len()];
    fill_chunks(&mut nearest, columns.len(), CHUNK_ROWS, |range, out| {
        let mut sums = Sums::new(centers.n_rows(), d);
        for (row, out) in range.zip(out.chunks_mut(columns.len())) {
            sums.fill(held_out.row(row), &centers);
            out.iter_mut().zip(columns).for_each(|(out, columns)| *out = clusters[sums.nearest(columns)]);
        }
    });
    let of_range = |at: usize| {
        let ids = nearest.iter().skip(at).step_by(columns.len()).copied().collect();
        Ok(Labels::new(ids, labels.n_clusters())?)
    };
    (0..columns.len()).map(of_range).collect()
}

/// The squared distances of one row to all centres, summed from both ends, so that leaving columns out takes no
/// difference, in which small distances would be lost.
struct Sums {
    before: Matrix,
    after: Matrix,
}

impl Sums {
    fn new(k: usize, d: usize) -> Self {
        Self { before: Matrix::zeros(k, d + 1), after: Matrix::zeros(k, d + 1) }
    }

    fn fill(&mut self, row: &[f64], centers: &Matrix) {
        for cluster in 0..centers.n_rows() {
            let center = centers.row(cluster);
            let (before, after) = (self.before.row_mut(cluster), self.after.row_mut(cluster));
            let square = |j: usize| (row[j] - center[j]) * (row[j] - center[j]);
            (0..row.len()).for_each(|j| before[j + 1] = before[j] + square(j));
            (0..row.len()).rev().for_each(|j| after[j] = after[j + 1] + square(j));
        }
    }

    /// The nearest centre in all columns but these.
    fn nearest(&self, without: &Range<usize>) -> usize {
        let distance = |cluster: usize| self.before.row(cluster)[without.start] + self.after.row(cluster)[without.end];
        let closer = |best: (usize, f64), next: (usize, f64)| if next.1 < best.1 { next } else { best };
        let all = (0..self.before.n_rows()).map(|cluster| (cluster, distance(cluster)));
        all.reduce(closer).map_or(0, |(cluster, _)| cluster)
    }
}
