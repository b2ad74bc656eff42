use serde::{Deserialize, Serialize};

use crate::InputError;

/// The cluster of each row: `0..n_clusters`, or noise.
///
/// Noise is [`Labels::NOISE`] inside and -1 at every edge a user sees ([`Labels::to_signed`]).
///
/// ```
/// use segctl_numeric::Labels;
/// let labels = Labels::from_signed(&[7, -1, 3, 7])?.renumbered();
/// assert_eq!(labels.to_signed(), [0, -1, 1, 0]);
/// assert_eq!(labels.sizes(), [2, 1]);
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Labels {
    ids: Vec<u32>,
    n_clusters: usize,
}

impl Labels {
    /// The mark of a row that belongs to no cluster.
    pub const NOISE: u32 = u32::MAX;

    /// Takes one id per row, each below `n_clusters` or [`Labels::NOISE`]. Clusters may be empty.
    ///
    /// # Errors
    /// [`InputError::Label`] with the first id that is neither.
    pub fn new(ids: Vec<u32>, n_clusters: usize) -> Result<Self, InputError> {
        match ids.iter().position(|&id| id != Self::NOISE && id as usize >= n_clusters) {
            None => Ok(Self { ids, n_clusters }),
            Some(row) => Err(InputError::Label { row, label: i64::from(ids[row]), n_clusters }),
        }
    }

    /// Takes labels as users write them: -1 for noise, clusters from 0 to the largest label.
    ///
    /// # Errors
    /// [`InputError::Label`] for a label below -1 or beyond 32 bits.
    pub fn from_signed(labels: &[i64]) -> Result<Self, InputError> {
        let n_clusters = labels.iter().max().map_or(0, |&top| usize::try_from(top + 1).unwrap_or(0));
        let ids = labels
            .iter()
            .enumerate()
            .map(|(row, &label)| match u32::try_from(label) {
                Ok(id) if id != Self::NOISE => Ok(id),
                _ if label == -1 => Ok(Self::NOISE),
                _ => Err(InputError::Label { row, label, n_clusters }),
            })
            .collect::<Result<_, _>>()?;
        Self::new(ids, n_clusters)
    }

    /// The labels of some rows, in the order given.
    ///
    /// ```
    /// use segctl_numeric::Labels;
    /// let labels = Labels::new(vec![0, 1, 2], 3)?;
    /// assert_eq!(labels.select(&[2, 0]).as_slice(), [2, 0]);
    /// # Ok::<(), segctl_numeric::InputError>(())
    /// ```
    ///
    /// # Panics
    /// When a row is out of range.
    pub fn select(&self, rows: &[usize]) -> Self {
        Self { ids: rows.iter().map(|&row| self.ids[row]).collect(), n_clusters: self.n_clusters }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Number of clusters, empty ones and noise aside from the count: ids run over `0..n_clusters`.
    pub fn n_clusters(&self) -> usize {
        self.n_clusters
    }

    /// The cluster of row `i`, `None` for noise.
    ///
    /// # Panics
    /// When `i >= len`.
    pub fn get(&self, i: usize) -> Option<usize> {
        Some(self.ids[i]).filter(|&id| id != Self::NOISE).map(|id| id as usize)
    }

    /// One id per row, [`Labels::NOISE`] for noise.
    pub fn as_slice(&self) -> &[u32] {
        &self.ids
    }

    /// One label per row, -1 for noise.
    pub fn to_signed(&self) -> Vec<i32> {
        self.ids.iter().map(|&id| if id == Self::NOISE { -1 } else { id as i32 }).collect()
    }

    /// Rows in each cluster, of length `n_clusters`; noise is not counted.
    pub fn sizes(&self) -> Vec<usize> {
        let mut sizes = vec![0; self.n_clusters];
        for &id in self.ids.iter().filter(|&&id| id != Self::NOISE) {
            sizes[id as usize] += 1;
        }
        sizes
    }

    /// Rows that belong to no cluster.
    pub fn n_noise(&self) -> usize {
        self.ids.iter().filter(|&&id| id == Self::NOISE).count()
    }

    /// The same partition with clusters numbered by their first row, empty ones gone.
    pub fn renumbered(&self) -> Self {
        let mut new_id = vec![Self::NOISE; self.n_clusters];
        let mut next = 0;
        let ids = self
            .ids
            .iter()
            .map(|&id| {
                if id == Self::NOISE {
                    return id;
                }
                let slot = &mut new_id[id as usize];
                if *slot == Self::NOISE {
                    *slot = next;
                    next += 1;
                }
                *slot
            })
            .collect();
        Self { ids, n_clusters: next as usize }
    }

    /// The same partition with cluster `c` renamed to `new_id[c]`.
    ///
    /// # Panics
    /// When `new_id` is no permutation of `0..n_clusters`.
    pub fn permuted(&self, new_id: &[u32]) -> Self {
        let mut seen = vec![false; self.n_clusters];
        assert_eq!(new_id.len(), self.n_clusters, "one new id per cluster");
        for &id in new_id {
            assert!(!std::mem::replace(&mut seen[id as usize], true), "new id {id} given twice");
        }
        let rename = |&id: &u32| if id == Self::NOISE { id } else { new_id[id as usize] };
        Self { ids: self.ids.iter().map(rename).collect(), n_clusters: self.n_clusters }
    }

    /// Whether both split the rows alike, whatever the numbers of the clusters; noise must match.
    pub fn same_partition(&self, other: &Self) -> bool {
        self.renumbered().ids == other.renumbered().ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(signed: &[i64]) -> Labels {
        Labels::from_signed(signed).unwrap()
    }

    #[test]
    fn numbering_follows_the_first_row() {
        assert_eq!(labels(&[5, 2, 5, -1, 0]).renumbered().to_signed(), [0, 1, 0, -1, 2]);
        assert_eq!(labels(&[5, 2, 5, -1, 0]).renumbered().n_clusters(), 3);
    }

    #[test]
    fn partitions_compare_up_to_names_but_not_up_to_noise() {
        assert!(labels(&[0, 0, 1]).same_partition(&labels(&[4, 4, 2])));
        assert!(!labels(&[0, 0, 1]).same_partition(&labels(&[0, 0, -1])));
        assert!(!labels(&[0, 0, 1]).same_partition(&labels(&[0, 0, 1, 1])));
    }

    #[test]
    fn bad_labels_are_located() {
        assert!(matches!(Labels::from_signed(&[0, -2]), Err(InputError::Label { row: 1, label: -2, .. })));
        assert!(matches!(Labels::new(vec![0, 3], 3), Err(InputError::Label { row: 1, label: 3, n_clusters: 3 })));
        assert!(Labels::from_signed(&[i64::from(u32::MAX)]).is_err(), "the id of noise is no cluster");
    }

    #[test]
    fn permuting_renames_and_keeps_noise() {
        assert_eq!(labels(&[0, 1, -1]).permuted(&[1, 0]).to_signed(), [1, 0, -1]);
    }

    #[test]
    #[should_panic(expected = "given twice")]
    fn permuting_needs_a_permutation() {
        let _ = labels(&[0, 1]).permuted(&[0, 0]);
    }
}
