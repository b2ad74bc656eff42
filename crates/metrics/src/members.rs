use std::ops::Range;

use segctl_numeric::{InputError, Labels};

use crate::MetricsError;

/// The rows of each cluster that has any, ascending: clusters are numbered here without the empty ones.
pub(crate) struct Members {
    rows: Vec<usize>,
    /// Where each cluster starts in `rows`, and the end.
    starts: Vec<usize>,
    /// The label of each cluster.
    pub(crate) labels: Vec<usize>,
    /// Clusters of the labeling, empty ones included.
    pub(crate) n_labels: usize,
    pub(crate) n_noise: usize,
}

impl Members {
    /// Time O(n + k).
    pub(crate) fn new(labels: &Labels) -> Self {
        let sizes = labels.sizes();
        let mut next: Vec<usize> = Vec::with_capacity(sizes.len());
        let mut end = 0;
        for size in &sizes {
            next.push(end);
            end += size;
        }
        let mut rows = vec![0; end];
        for row in 0..labels.len() {
            if let Some(cluster) = labels.get(row) {
                rows[next[cluster]] = row;
                next[cluster] += 1;
            }
        }
        let used: Vec<usize> = (0..sizes.len()).filter(|&cluster| sizes[cluster] > 0).collect();
        // Each cluster's rows have been placed up to its end.
        let starts = std::iter::once(0).chain(used.iter().map(|&cluster| next[cluster])).collect();
        Self { rows, starts, labels: used, n_labels: sizes.len(), n_noise: labels.n_noise() }
    }

    /// Clusters that have rows.
    pub(crate) fn n_clusters(&self) -> usize {
        self.labels.len()
    }

    /// Rows that are no noise.
    pub(crate) fn n_used(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn size(&self, cluster: usize) -> usize {
        self.starts[cluster + 1] - self.starts[cluster]
    }

    /// The rows of a cluster, ascending.
    pub(crate) fn of(&self, cluster: usize) -> &[usize] {
        &self.rows[self.starts[cluster]..self.starts[cluster + 1]]
    }

    /// The rows of each cluster.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[usize]> {
        (0..self.n_clusters()).map(|cluster| self.of(cluster))
    }

    /// Runs of at most `length` rows of one cluster, with their clusters.
    pub(crate) fn segments(&self, length: usize) -> Vec<(usize, Range<usize>)> {
        let of_cluster = |cluster: usize| {
            let (start, end) = (self.starts[cluster], self.starts[cluster + 1]);
            (start..end).step_by(length).map(move |at| (cluster, at..(at + length).min(end)))
        };
        (0..self.n_clusters()).flat_map(of_cluster).collect()
    }

    /// The rows of a segment.
    pub(crate) fn rows(&self, segment: Range<usize>) -> &[usize] {
        &self.rows[segment]
    }

    /// # Errors
    /// Fewer than 2 clusters, or as many as rows.
    pub(crate) fn check_counts(&self, labeling: usize) -> Result<(), MetricsError> {
        let (n_clusters, n_samples) = (self.n_clusters(), self.n_used());
        if n_clusters < 2 || n_clusters >= n_samples {
            return Err(MetricsError::ClusterCount { labeling, n_clusters, n_samples });
        }
        Ok(())
    }

    /// One value for each label, `empty` for labels without rows.
    pub(crate) fn by_label<T: Clone>(&self, values: impl IntoIterator<Item = T>, empty: T) -> Vec<T> {
        let mut all = vec![empty; self.n_labels];
        self.labels.iter().zip(values).for_each(|(&label, value)| all[label] = value);
        all
    }
}

/// Results have a place for each label: 2^24 of them are 134 MB.
const MOST_LABELS: usize = 1 << 24;

/// # Errors
/// Another number of labels than rows, or a label of 2^24 or more.
pub(crate) fn check_labels(labels: &Labels, n_rows: usize) -> Result<(), InputError> {
    if labels.len() != n_rows {
        return Err(InputError::Length { what: "labels", found: labels.len(), expected: n_rows });
    }
    if labels.n_clusters() > MOST_LABELS {
        let value = labels.n_clusters() as f64;
        return Err(InputError::OutOfRange { name: "n_clusters", value, expected: "<= 2^24" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_beyond_all_rows_are_refused() {
        let labels = Labels::from_signed(&[0, 4_000_000_000]).unwrap();
        let message = check_labels(&labels, 2).unwrap_err().to_string();
        assert_eq!(message, "n_clusters=4000000001 should be <= 2^24");
        assert!(check_labels(&Labels::from_signed(&[0, (1 << 24) - 1]).unwrap(), 2).is_ok());
    }

    #[test]
    fn rows_are_found_by_cluster() {
        let members = Members::new(&Labels::from_signed(&[3, -1, 0, 3, 0, 3]).unwrap());
        assert_eq!(members.iter().collect::<Vec<_>>(), [&[2, 4][..], &[0, 3, 5]]);
        assert_eq!((members.labels.as_slice(), members.n_labels), (&[0, 3][..], 4));
        assert_eq!((members.n_used(), members.n_noise, members.size(1)), (5, 1, 3));
        assert_eq!(members.segments(2), [(0, 0..2), (1, 2..4), (1, 4..5)]);
        assert_eq!(members.by_label([7, 8], 0), [7, 0, 0, 8]);
    }
}
