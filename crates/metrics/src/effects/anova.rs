use serde::{Deserialize, Serialize};

use super::moments::Moments;

/// The one-way analysis of variance of a feature over clusters: F and its effect sizes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Anova {
    /// The mean square between clusters over that within: 1 on average where labels say nothing about the feature.
    /// Infinite where clusters differ and do not vary, `None` for a constant feature.
    pub f: Option<f64>,
    /// k - 1
    pub df_between: usize,
    /// n - k
    pub df_within: usize,
    /// `SS_between / SS_total`, in [0, 1]: the share of the feature's variation between clusters. Of labels that say
    /// nothing it is (k - 1) / (n - 1) on average. 0 for a constant feature.
    pub eta_squared: f64,
    /// `(SS_between - (k - 1) MS_within) / (SS_total + MS_within)`, at most 1: eta squared with nearly all of its
    /// bias taken off, so possibly negative, after Hays (1963). 0 for a constant feature.
    pub omega_squared: f64,
}

impl Anova {
    /// Of two clusters or more, of which one has two rows or more.
    pub(super) fn of(clusters: &[Moments]) -> Self {
        let all = clusters.iter().fold(Moments::default(), |all, cluster| all.merged(*cluster));
        let within: f64 = clusters.iter().map(|cluster| cluster.squares).sum();
        let square = |cluster: &Moments| (cluster.mean - all.mean) * (cluster.mean - all.mean);
        let between: f64 = clusters.iter().map(|cluster| cluster.n * square(cluster)).sum();
        let (df_between, df_within) = (clusters.len() - 1, all.n as usize - clusters.len());
        let (mean_between, mean_within) = (between / df_between as f64, within / df_within as f64);
        let total = between + within;
        if total == 0.0 {
            return Self { f: None, df_between, df_within, eta_squared: 0.0, omega_squared: 0.0 };
        }
        Self {
            f: Some(mean_between / mean_within),
            df_between,
            df_within,
            eta_squared: between / total,
            omega_squared: (between - df_between as f64 * mean_within) / (total + mean_within),
        }
    }
}
