use segctl_numeric::{InputError, Labels, MatrixView, par};

use crate::MetricsError;

/// The largest magnitude accepted: squared differences of 10^7 columns still add up to a finite
/// number.
const MAX_MAGNITUDE: f64 = 1e150;

/// Labelings of the same rows, checked, with the clusters of all numbered through: cluster c of
/// labeling l has slot `offsets[l] + c`.
pub(super) struct Partitions<'a> {
    pub(super) labels: &'a [&'a Labels],
    pub(super) n_rows: usize,
    offsets: Vec<usize>,
    /// Rows in each slot.
    sizes: Vec<usize>,
}

impl<'a> Partitions<'a> {
    /// # Errors
    /// No columns, another number of labels than rows, values that are not finite or too large,
    /// fewer than 2 clusters or as many as rows.
    pub(super) fn new(x: MatrixView<'_>, labels: &'a [&'a Labels]) -> Result<Self, MetricsError> {
        if x.n_cols() == 0 {
            return Err(InputError::NoColumns { what: "X" }.into());
        }
        for (labeling, labels) in labels.iter().enumerate() {
            check_labels(labeling, labels, x.n_rows())?;
        }
        check_magnitudes(x)?;
        let mut offsets = vec![0];
        let mut sizes = Vec::new();
        for labels in labels {
            sizes.extend(labels.sizes());
            offsets.push(sizes.len());
        }
        Ok(Self { labels, n_rows: x.n_rows(), offsets, sizes })
    }

    /// The slot after the last: where distances to noise go, and are forgotten.
    pub(super) fn waste(&self) -> usize {
        self.sizes.len()
    }

    /// The slot of `row` under labeling `l`, `None` for noise.
    pub(super) fn slot(&self, l: usize, row: usize) -> Option<usize> {
        self.labels[l].get(row).map(|cluster| self.offsets[l] + cluster)
    }

    /// The slots of labeling `l`.
    pub(super) fn slots(&self, l: usize) -> std::ops::Range<usize> {
        self.offsets[l]..self.offsets[l + 1]
    }

    /// Rows in a slot.
    pub(super) fn size(&self, slot: usize) -> usize {
        self.sizes[slot]
    }

    /// The rows of each cluster of labeling `l`, ascending.
    pub(super) fn members(&self, l: usize) -> Vec<Vec<usize>> {
        let mut members: Vec<Vec<usize>> = self.slots(l).map(|slot| Vec::with_capacity(self.sizes[slot])).collect();
        for row in 0..self.n_rows {
            if let Some(cluster) = self.labels[l].get(row) {
                members[cluster].push(row);
            }
        }
        members
    }

    /// Rows that are in a cluster of at least one labeling, ascending.
    pub(super) fn used_rows(&self) -> Vec<usize> {
        (0..self.n_rows).filter(|&row| self.labels.iter().any(|labels| labels.get(row).is_some())).collect()
    }
}

fn check_labels(labeling: usize, labels: &Labels, n_rows: usize) -> Result<(), MetricsError> {
    if labels.len() != n_rows {
        return Err(InputError::Length { what: "labels", found: labels.len(), expected: n_rows }.into());
    }
    let n_clusters = labels.sizes().iter().filter(|&&size| size > 0).count();
    let n_samples = labels.len() - labels.n_noise();
    if n_clusters < 2 || n_clusters >= n_samples {
        return Err(MetricsError::ClusterCount { labeling, n_clusters, n_samples });
    }
    Ok(())
}

/// One parallel pass over the values; only a failure is located.
pub(crate) fn check_magnitudes(x: MatrixView<'_>) -> Result<(), MetricsError> {
    let fits = |value: &f64| value.abs() <= MAX_MAGNITUDE;
    let all_fit = |range| x.rows_range(range).as_slice().iter().all(fits);
    if par::map_chunks(x.n_rows(), par::CHUNK_ROWS, all_fit).into_iter().all(|fits| fits) {
        return Ok(());
    }
    x.ensure_finite("X")?;
    match x.as_slice().iter().position(|value| !fits(value)) {
        None => Ok(()),
        Some(at) => Err(MetricsError::TooLarge {
            row: at / x.n_cols(),
            column: at % x.n_cols(),
            value: x.as_slice()[at],
            limit: MAX_MAGNITUDE,
        }),
    }
}
