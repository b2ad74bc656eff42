//! Agreement measured by entropies, in nats.

use serde::{Deserialize, Serialize};

use super::table::ContingencyTable;

/// `sum_ij p_ij ln(p_ij / (p_i p_j))`: the mutual information of the two labels of a row, in nats, at least 0.
/// Time O(cells).
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, mutual_information};
/// use segctl_numeric::Labels;
/// let (first, second) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[1, 1, 0, 0])?);
/// let table = ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?;
/// assert!((mutual_information(&table) - 2.0_f64.ln()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mutual_information(table: &ContingencyTable) -> f64 {
    let n = table.n_samples();
    let of_cell = |cell: &super::Cell| {
        let expected = table.row_sums()[cell.row] * table.column_sums()[cell.column];
        // Both products are exact, so that a cell that is as independence has it adds exactly 0.
        cell.count as f64 / n as f64 * libm::log((cell.count * n) as f64 / expected as f64)
    };
    table.cells().iter().map(of_cell).sum::<f64>().max(0.0)
}

/// `-sum_i p_i ln p_i`
pub(super) fn entropy(counts: &[u64], n: u64) -> f64 {
    counts.iter().map(|&count| count as f64 / n as f64 * libm::log(n as f64 / count as f64)).sum()
}

/// The entropies of the first and the second labeling.
pub(super) fn entropies(table: &ContingencyTable) -> (f64, f64) {
    (entropy(table.row_sums(), table.n_samples()), entropy(table.column_sums(), table.n_samples()))
}

/// Mutual information over the arithmetic mean of the two entropies, in [0, 1]; 1 when both labelings have one
/// cluster. Not adjusted for chance: it rises with the number of clusters. Time O(cells).
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, normalized_mutual_information};
/// use segctl_numeric::Labels;
/// let (first, second) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[0, 1, 0, 1])?);
/// let table = ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?;
/// assert_eq!(normalized_mutual_information(&table), 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn normalized_mutual_information(table: &ContingencyTable) -> f64 {
    if table.is_one_to_one() {
        return 1.0;
    }
    let (first, second) = entropies(table);
    (mutual_information(table) / (0.5 * (first + second))).min(1.0)
}

/// Homogeneity, completeness and their harmonic mean, after Rosenberg & Hirschberg (2007), "V-measure: a
/// conditional entropy-based external cluster evaluation measure".
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VMeasure {
    /// 1 - H(first | second) / H(first), in [0, 1]: 1 when each cluster of the second labeling has rows of one
    /// label of the first.
    pub homogeneity: f64,
    /// 1 - H(second | first) / H(second), in [0, 1]: 1 when the rows of each label of the first labeling are in
    /// one cluster of the second.
    pub completeness: f64,
    /// The harmonic mean of the two, 0 when both are 0.
    pub v_measure: f64,
}

/// Homogeneity, completeness and V-measure with equal weights. Time O(cells).
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, v_measure};
/// use segctl_numeric::Labels;
/// let (first, second) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[0, 0, 1, 2])?);
/// let found = v_measure(&ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?);
/// assert_eq!(found.homogeneity, 1.0);
/// assert!((found.v_measure - 0.8).abs() < 1e-12);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn v_measure(table: &ContingencyTable) -> VMeasure {
    let (first, second) = entropies(table);
    let information = mutual_information(table);
    // Each label of the second labeling has one of the first exactly when every column has one cell.
    let share = |entropy: f64, n_labels: usize| {
        if n_labels == table.cells().len() || entropy == 0.0 { 1.0 } else { (information / entropy).min(1.0) }
    };
    let homogeneity = share(first, table.column_labels().len());
    let completeness = share(second, table.row_labels().len());
    let sum = homogeneity + completeness;
    let v_measure = if sum == 0.0 { 0.0 } else { 2.0 * homogeneity * completeness / sum };
    VMeasure { homogeneity, completeness, v_measure }
}

/// `H(first | second) + H(second | first)` in nats: a distance between partitions, from 0 for equal ones to at
/// most ln(n), after Meila (2007), "Comparing clusterings: an information based distance". Time O(cells).
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, variation_of_information};
/// use segctl_numeric::Labels;
/// let (first, second) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[0, 1, 0, 1])?);
/// let table = ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?;
/// assert!((variation_of_information(&table) - 4.0_f64.ln()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn variation_of_information(table: &ContingencyTable) -> f64 {
    let of_cell = |cell: &super::Cell| {
        let sums = [table.row_sums()[cell.row], table.column_sums()[cell.column]];
        let surprise: f64 = sums.map(|sum| libm::log(sum as f64 / cell.count as f64)).iter().sum();
        cell.count as f64 / table.n_samples() as f64 * surprise
    };
    table.cells().iter().map(of_cell).sum()
}
