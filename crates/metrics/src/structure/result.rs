use serde::{Deserialize, Serialize};

use super::halves::Separation;

/// Whether a table has groups, and the evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Structure {
    /// Whether there is structure: whether `p_value` is at most the level.
    pub found: bool,
    /// The probability that the largest dip, over all k and over the features, is as large in one blob:
    /// (1 + the null sets whose largest dip is at least that of the table) / (B + 1).
    pub p_value: f64,
    /// The same question without null sets: in each half the place with the largest dip, and twice the median
    /// (Meinshausen, Meier & Bühlmann 2009) of the p-values of [`crate::dip_test`] there in the other halves.
    /// True of every density whose logarithm is concave, and less powerful.
    pub split_p_value: f64,
    /// The same for the largest excess of the silhouettes. Where features depend on each other otherwise than
    /// by a normal copula, as sums of skewed ones do, it is too small even for one blob: no evidence alone.
    pub silhouette_p_value: f64,
    /// For k = 2, 3, ..., `k_max`: how much better than one blob each k is.
    pub by_k: Vec<StructureAt>,
    /// The scaled dip of single features, chosen in one half and taken in the other.
    pub features: Contrast,
    /// Rows used: all, or those of the sample.
    pub n_rows: usize,
    /// How often each table was cut into halves.
    pub n_halvings: usize,
    /// B.
    pub n_null_sets: usize,
    /// The largest p-value that counts as structure.
    pub level: f64,
}

/// The evidence for one number of clusters, averaged over the halves.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StructureAt {
    /// Clusters asked for.
    pub k: usize,
    /// The mean silhouette of the clusters of a half; 0 where there are none to compare.
    pub silhouette: Contrast,
    /// The dip along the line through the centres of two clusters of a half, chosen there and taken in the
    /// other half, times the square root of the rows between them: about 0.3 where there is one mode.
    pub dip: Contrast,
}

/// A value of the table beside those of the null sets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contrast {
    /// That of the table.
    pub observed: f64,
    /// The mean over the null sets.
    pub null_mean: f64,
    /// The standard deviation over the null sets, B in its denominator.
    pub null_sd: f64,
    /// The table's value above the mean in standard deviations; `None` where these are 0.
    pub excess: Option<f64>,
}

impl Contrast {
    /// The first value beside all others, of which there must be one.
    pub(super) fn new(mut values: impl Iterator<Item = f64>) -> Self {
        let observed = values.next().unwrap_or(0.0);
        let null: Vec<f64> = values.collect();
        let (null_mean, null_sd) = moments(&null);
        let excess = (null_sd > 0.0).then(|| (observed - null_mean) / null_sd);
        Self { observed, null_mean, null_sd, excess }
    }
}

/// The share of values that are at least the first.
pub(super) fn p_value(values: &[f64]) -> f64 {
    values.iter().filter(|value| **value >= values[0]).count() as f64 / values.len() as f64
}

/// For each set the largest silhouette over k, each k by its mean and deviation over all sets: the table is
/// one of them, so that they are exchangeable where it is one blob.
pub(super) fn largest_excesses(sets: &[Separation]) -> Vec<f64> {
    let n_k = sets[0].silhouettes.len();
    let standards: Vec<(f64, f64)> =
        (0..n_k).map(|at| moments(&sets.iter().map(|set| set.silhouettes[at]).collect::<Vec<_>>())).collect();
    let excess = |(value, (mean, sd)): (&f64, &(f64, f64))| if *sd > 0.0 { (value - mean) / sd } else { 0.0 };
    let largest =
        |set: &Separation| set.silhouettes.iter().zip(&standards).map(excess).fold(f64::NEG_INFINITY, f64::max);
    sets.iter().map(largest).collect()
}

/// The mean and the standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / n).sqrt())
}

/// Twice the median, at most 1.
pub(super) fn twice_the_median(p_values: &[f64]) -> f64 {
    let mut sorted = p_values.to_vec();
    sorted.sort_by(f64::total_cmp);
    // The upper one of the two in the middle: a median of a p-value must not be too small.
    sorted.get(sorted.len() / 2).map_or(1.0, |median| (2.0 * median).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_count_the_table_itself() {
        assert_eq!(p_value(&[3.0, 1.0, 2.0, 0.0]), 0.25);
        assert_eq!(p_value(&[1.0, 1.0, 2.0, 0.0]), 0.75);
    }

    #[test]
    fn a_contrast_leaves_the_table_out_of_the_null() {
        let found = Contrast::new([9.0, 1.0, 3.0].into_iter());
        assert_eq!((found.observed, found.null_mean, found.null_sd, found.excess), (9.0, 2.0, 1.0, Some(7.0)));
        assert_eq!(Contrast::new([9.0, 1.0, 1.0].into_iter()).excess, None);
    }

    #[test]
    fn the_largest_excess_is_in_deviations_of_its_k() {
        let set = |a: f64, b: f64| Separation { silhouettes: vec![a, b], dips: vec![], p_values: vec![] };
        let found = largest_excesses(&[set(0.1, 5.0), set(0.3, 5.0)]);
        assert!((found[0] - 0.0).abs() < 1e-12 && (found[1] - 1.0).abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn twice_the_median_is_at_most_one() {
        assert_eq!(twice_the_median(&[0.01, 0.03, 0.5, 0.02]), 0.06);
        assert_eq!((twice_the_median(&[0.7]), twice_the_median(&[])), (1.0, 1.0));
    }
}
