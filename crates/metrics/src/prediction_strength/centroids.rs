use segctl_numeric::distance::{TwoNearest, two_nearest};
use segctl_numeric::par::{CHUNK_ROWS, fill_chunks};
use segctl_numeric::{InputError, Labels, Matrix, MatrixView};

use crate::MetricsError;

/// The cluster of the nearest mean for each row of `rows` (m x d), the means being those of the clusters
/// of `train` (n x d); the lowest number wins among equals, and a cluster without rows is never chosen.
/// O((n + m k) d).
///
/// ```
/// use segctl_metrics::nearest_centroid;
/// use segctl_numeric::{Labels, MatrixView};
/// let train = MatrixView::new(&[0.0, 1.0, 9.0], 3, 1)?;
/// let labels = Labels::from_signed(&[0, 0, 1])?;
/// let rows = MatrixView::new(&[4.0, 5.0], 2, 1)?;
/// assert_eq!(nearest_centroid(train, &labels, rows)?.to_signed(), [0, 1]);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// Labels of another number than rows, rows of another number of columns, values that are not finite,
/// no row in a cluster.
pub fn nearest_centroid(train: MatrixView<'_>, labels: &Labels, rows: MatrixView<'_>) -> Result<Labels, MetricsError> {
    if labels.len() != train.n_rows() {
        return Err(InputError::Length { what: "labels", found: labels.len(), expected: train.n_rows() }.into());
    }
    if rows.n_cols() != train.n_cols() {
        return Err(InputError::Length { what: "row", found: rows.n_cols(), expected: train.n_cols() }.into());
    }
    train.ensure_finite("train")?;
    rows.ensure_finite("rows")?;
    assigned(train, labels, rows)
}

/// [`nearest_centroid`] of checked tables and labels.
pub(super) fn assigned(train: MatrixView<'_>, labels: &Labels, rows: MatrixView<'_>) -> Result<Labels, MetricsError> {
    let (means, clusters) = means(train, labels);
    if clusters.is_empty() {
        return Err(MetricsError::NoClusters { n_samples: train.n_rows() });
    }
    let mut nearest = vec![TwoNearest::default(); rows.n_rows()];
    fill_chunks(&mut nearest, 1, CHUNK_ROWS, |range, out| two_nearest(rows.rows_range(range), means.view(), out));
    let ids = nearest.iter().map(|found| clusters[found.index as usize]).collect();
    Ok(Labels::new(ids, labels.n_clusters())?)
}

/// The means of the clusters that have rows, and the numbers of these.
pub(crate) fn means(train: MatrixView<'_>, labels: &Labels) -> (Matrix, Vec<u32>) {
    let sizes = labels.sizes();
    let mut means = Matrix::zeros(labels.n_clusters(), train.n_cols());
    for (i, row) in train.rows().enumerate() {
        if let Some(cluster) = labels.get(i) {
            // Divided first: a sum of large values could be infinite.
            let size = sizes[cluster] as f64;
            means.row_mut(cluster).iter_mut().zip(row).for_each(|(mean, value)| *mean += value / size);
        }
    }
    let used: Vec<usize> = (0..sizes.len()).filter(|&cluster| sizes[cluster] > 0).collect();
    (means.view().select_rows(&used), used.into_iter().map(|cluster| cluster as u32).collect())
}
