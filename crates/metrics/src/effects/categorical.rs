use segctl_numeric::{InputError, Labels};
use serde::{Deserialize, Serialize};

use crate::MetricsError;
use crate::external::ContingencyTable;
use crate::members::{Members, check_labels};

/// How closely a categorical feature goes with a labeling.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CategoricalEffect {
    /// `sum (observed - expected)^2 / expected` over the table of categories and clusters, of Pearson (1900).
    pub chi_squared: f64,
    /// (r - 1)(k - 1) for r categories and k clusters that occur.
    pub df: usize,
    /// `sqrt(chi_squared / (n min(r - 1, k - 1)))`, in [0, 1], of Cramer (1946): 1 when one tells the other. For
    /// labels that say nothing it is above 0, the more the more categories there are. 0 for a constant feature.
    pub cramers_v: f64,
    /// The same with its bias corrected, after Bergsma (2013), "A bias-correction for Cramer's V and Tschuprow's T":
    /// near 0 for labels that say nothing.
    pub cramers_v_corrected: f64,
    /// Categories that occur in the rows used.
    pub n_categories: usize,
    /// Rows that are no noise.
    pub n_used: usize,
    /// Rows left out as noise.
    pub n_noise: usize,
}

/// The effect of `labels` on a feature given by one code per row. Any codes will do: a missing value is a category
/// if it has a code. Time O(n log n) at most.
///
/// ```
/// use segctl_metrics::effects::categorical_effect;
/// use segctl_numeric::Labels;
/// let labels = Labels::from_signed(&[0, 0, 0, 1, 1, 1, -1])?;
/// let effect = categorical_effect(&[5, 5, 5, 9, 9, 9, 5], &labels)?;
/// assert_eq!((effect.chi_squared, effect.cramers_v), (6.0, 1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] when the numbers of codes and labels differ or exceed 2^31 - 1;
/// [`MetricsError::ClusterCount`] with fewer than 2 clusters or as many as rows.
pub fn categorical_effect(codes: &[u32], labels: &Labels) -> Result<CategoricalEffect, MetricsError> {
    if codes.len() != labels.len() {
        return Err(InputError::Length { what: "codes", found: codes.len(), expected: labels.len() }.into());
    }
    check_labels(labels, codes.len())?;
    Members::new(labels).check_counts(0)?;
    let pairs = codes.iter().copied().zip(labels.as_slice().iter().copied());
    let used: Vec<(u32, u32)> = pairs.filter(|&(_, label)| label != Labels::NOISE).collect();
    let table = ContingencyTable::of_codes(&used, labels.len() - used.len())?;
    Ok(effect(&table))
}

fn effect(table: &ContingencyTable) -> CategoricalEffect {
    let (n, n_categories) = (table.n_samples() as f64, table.row_labels().len());
    let (r, k) = (n_categories as f64, table.column_labels().len() as f64);
    let chi_squared = chi_squared(table);
    let phi_squared = chi_squared / n;
    // Shares of 0 / 0 are those of a constant feature, or, corrected, of one without two rows alike.
    let v = |phi_squared: f64, most: f64| if most > 0.0 { (phi_squared / most).sqrt().min(1.0) } else { 0.0 };
    let corrected = |count: f64| count - (count - 1.0) * (count - 1.0) / (n - 1.0);
    let unbiased = (phi_squared - (r - 1.0) * (k - 1.0) / (n - 1.0)).max(0.0);
    CategoricalEffect {
        chi_squared,
        df: (n_categories - 1) * (table.column_labels().len() - 1),
        cramers_v: v(phi_squared, (r - 1.0).min(k - 1.0)),
        cramers_v_corrected: v(unbiased, corrected(r).min(corrected(k)) - 1.0),
        n_categories,
        n_used: table.n_samples() as usize,
        n_noise: table.n_left_out() as usize,
    }
}

/// Empty cells add what is expected of them: for each row, its share of the columns that it has no cell in. Their
/// rows are counted in whole numbers, so that nothing is lost.
fn chi_squared(table: &ContingencyTable) -> f64 {
    let n = table.n_samples();
    let row_sums = table.row_sums();
    let mut met = vec![0; row_sums.len()];
    let mut sum = 0.0;
    for cell in table.cells() {
        let column_sum = table.column_sums()[cell.column];
        let expected = (row_sums[cell.row] * column_sum) as f64 / n as f64;
        // n (observed - expected), exactly.
        let difference = (cell.count * n) as i64 - (row_sums[cell.row] * column_sum) as i64;
        let difference = difference as f64 / n as f64;
        sum += difference * difference / expected;
        met[cell.row] += column_sum;
    }
    let empty = |(&row_sum, met): (&u64, u64)| (row_sum * (n - met)) as f64 / n as f64;
    sum + row_sums.iter().zip(met).map(empty).sum::<f64>()
}
