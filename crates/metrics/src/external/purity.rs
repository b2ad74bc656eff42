use super::table::ContingencyTable;

/// The share of rows whose label in the first labeling is the most frequent one of their cluster in the second,
/// in (0, 1]. It rises with the number of clusters, to 1 for clusters of one row each. Time O(cells).
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, purity};
/// use segctl_numeric::Labels;
/// let (classes, clusters) = (Labels::from_signed(&[0, 0, 0, 1])?, Labels::from_signed(&[0, 0, 1, 1])?);
/// let table = ContingencyTable::new(&classes, &clusters, NoisePolicy::OwnLabel)?;
/// assert_eq!(purity(&table), 0.75);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn purity(table: &ContingencyTable) -> f64 {
    let mut largest = vec![0; table.column_sums().len()];
    for cell in table.cells() {
        largest[cell.column] = cell.count.max(largest[cell.column]);
    }
    largest.iter().sum::<u64>() as f64 / table.n_samples() as f64
}
