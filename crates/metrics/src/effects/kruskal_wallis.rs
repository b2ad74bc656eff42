use serde::{Deserialize, Serialize};

/// The analysis of variance of a feature's ranks over clusters: H and its effect size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KruskalWallis {
    /// The statistic of Kruskal & Wallis (1952), corrected for ties: k - 1 on average where labels say nothing about
    /// the feature. `None` for a constant feature.
    pub h: Option<f64>,
    /// k - 1
    pub df: usize,
    /// `H / (n - 1)`, in [0, 1]: the share of the variation of the ranks between clusters, after Kelley (1935) as in
    /// Tomczak & Tomczak (2014). 0 for a constant feature.
    pub epsilon_squared: f64,
}

impl KruskalWallis {
    /// Of finite values, given cluster by cluster with the sizes of the clusters, of which there are two or more.
    pub(super) fn of(values: &[f64], sizes: &[usize]) -> Self {
        let n = values.len() as i128;
        let (rank_sums, ties) = rank(values, sizes);
        let df = sizes.len() - 1;
        let variation = n * n * n - n - ties;
        if variation == 0 {
            return Self { h: None, df, epsilon_squared: 0.0 };
        }
        // Twice the sums of the ranks' differences from their mean: whole numbers, of which nothing cancels.
        let square = |(&sum, &size): (&u64, &usize)| {
            let excess = i128::from(sum) - size as i128 * (n + 1);
            excess as f64 * excess as f64 / size as f64
        };
        let squares: f64 = rank_sums.iter().zip(sizes).map(square).sum();
        let share = (3.0 * squares / variation as f64).min(1.0);
        Self { h: Some(share * (n - 1) as f64), df, epsilon_squared: share }
    }
}

/// Twice the sum of the ranks of each cluster, ties having their mean rank; and `sum t^3 - t` over runs of t equal
/// values.
fn rank(values: &[f64], sizes: &[usize]) -> (Vec<u64>, i128) {
    let clusters = sizes.iter().zip(0_u32..).flat_map(|(&size, cluster)| std::iter::repeat_n(cluster, size));
    let mut keys: Vec<(u64, u32)> = values.iter().map(|&value| ordered(value)).zip(clusters).collect();
    keys.sort_unstable_by_key(|key| key.0);
    let mut sums = vec![0; sizes.len()];
    let (mut ties, mut start) = (0, 0);
    for run in keys.chunk_by(|a, b| a.0 == b.0) {
        let end = start + run.len() as u64;
        // The ranks from start + 1 to end.
        run.iter().for_each(|key| sums[key.1 as usize] += start + 1 + end);
        let t = run.len() as i128;
        ties += t * t * t - t;
        start = end;
    }
    (sums, ties)
}

/// A whole number that compares as the finite float does, both zeros being one.
fn ordered(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_compare_as_floats() {
        let values = [-1e300, -2.0, -5e-324, 0.0, 5e-324, 1.0, 1.5, 1e300];
        assert!(values.map(ordered).is_sorted_by(|a, b| a < b));
        assert_eq!(ordered(-0.0), ordered(0.0));
    }

    #[test]
    fn ties_have_their_mean_rank() {
        let (sums, ties) = rank(&[1.0, 2.0, 2.0, 2.0, 7.0], &[2, 3]);
        assert_eq!((sums, ties), (vec![2 + 6, 6 + 6 + 10], 24));
    }
}
