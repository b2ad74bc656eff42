//! Agreement counted over ordered pairs of rows.

use serde::{Deserialize, Serialize};

use super::table::ContingencyTable;

/// How many ordered pairs of different rows each labeling puts together: n(n - 1) in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PairConfusion {
    /// Pairs apart in both labelings: true negatives.
    pub apart_in_both: u64,
    /// Pairs apart in the first labeling and together in the second: false positives.
    pub together_in_second: u64,
    /// Pairs together in the first labeling and apart in the second: false negatives.
    pub together_in_first: u64,
    /// Pairs together in both labelings: true positives.
    pub together_in_both: u64,
}

/// Counts pairs of rows, as scikit-learn's `pair_confusion_matrix`. Time O(cells).
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, pair_confusion};
/// use segctl_numeric::Labels;
/// let (first, second) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[0, 0, 1, 2])?);
/// let pairs = pair_confusion(&ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?);
/// assert_eq!((pairs.together_in_both, pairs.together_in_first, pairs.apart_in_both), (2, 2, 8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn pair_confusion(table: &ContingencyTable) -> PairConfusion {
    let n = table.n_samples();
    let squares = |counts: &[u64]| counts.iter().map(|count| count * count).sum::<u64>();
    let (first, second) = (squares(table.row_sums()), squares(table.column_sums()));
    let both = table.cells().iter().map(|cell| cell.count * cell.count).sum::<u64>();
    PairConfusion {
        apart_in_both: (n * n - first) - (second - both),
        together_in_second: second - both,
        together_in_first: first - both,
        together_in_both: both - n,
    }
}

/// The Rand index adjusted for chance, after Hubert & Arabie (1985), "Comparing partitions": 1 for equal
/// partitions, 0 on average for independent ones of the same cluster sizes, possibly negative. Time O(cells).
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, adjusted_rand_index};
/// use segctl_numeric::Labels;
/// let (first, second) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[0, 1, 0, 1])?);
/// let table = ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?;
/// assert_eq!(adjusted_rand_index(&table), -0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn adjusted_rand_index(table: &ContingencyTable) -> f64 {
    let pairs = pair_confusion(table);
    if pairs.together_in_first == 0 && pairs.together_in_second == 0 {
        return 1.0;
    }
    let [tn, fp, fn_, tp] =
        [pairs.apart_in_both, pairs.together_in_second, pairs.together_in_first, pairs.together_in_both]
            .map(i128::from);
    // In whole numbers nothing cancels: the counts are below 2^62, their products below 2^124.
    let above_chance = tp * tn - fn_ * fp;
    let most = (tp + fn_) as f64 * (fn_ + tn) as f64 + (tp + fp) as f64 * (fp + tn) as f64;
    2.0 * above_chance as f64 / most
}

/// The geometric mean of the pairwise precision and recall, after Fowlkes & Mallows (1983), "A method for
/// comparing two hierarchical clusterings": in [0, 1], 0 when no pair is together in both labelings, as when
/// every row is a cluster of its own. Time O(cells).
///
/// ```
/// use segctl_metrics::external::{ContingencyTable, NoisePolicy, fowlkes_mallows_index};
/// use segctl_numeric::Labels;
/// let (first, second) = (Labels::from_signed(&[0, 0, 1, 1])?, Labels::from_signed(&[1, 1, 0, 0])?);
/// let table = ContingencyTable::new(&first, &second, NoisePolicy::OwnLabel)?;
/// assert_eq!(fowlkes_mallows_index(&table), 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn fowlkes_mallows_index(table: &ContingencyTable) -> f64 {
    let pairs = pair_confusion(table);
    let both = pairs.together_in_both;
    if both == 0 {
        return 0.0;
    }
    let share = |others: u64| both as f64 / (both + others) as f64;
    share(pairs.together_in_first).sqrt() * share(pairs.together_in_second).sqrt()
}
