use segctl_numeric::par::map_chunks;
use segctl_numeric::{Labels, MatrixView};
use serde::{Deserialize, Serialize};

use super::anova::Anova;
use super::kruskal_wallis::KruskalWallis;
use super::moments::Moments;
use crate::MetricsError;
use crate::magnitude::{SUMMABLE, ensure_magnitudes};
use crate::members::{Members, check_labels};

/// How much of a numeric feature a labeling accounts for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumericEffect {
    /// Each cluster that has rows, in the order of their labels.
    pub clusters: Vec<ClusterEffect>,
    /// By the values: for features without far outliers.
    pub anova: Anova,
    /// By the ranks of the values: for any feature.
    pub kruskal_wallis: KruskalWallis,
    /// Rows that are no noise.
    pub n_used: usize,
    /// Rows left out as noise.
    pub n_noise: usize,
}

/// A numeric feature in one cluster and in the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClusterEffect {
    /// The label of the cluster.
    pub cluster: usize,
    /// Rows of the cluster, at least 1.
    pub n_rows: usize,
    /// The mean of the cluster, in units of the feature.
    pub mean: f64,
    /// The mean of the rows of all other clusters.
    pub mean_of_rest: f64,
    /// `(mean - mean_of_rest) / s`, with s the standard deviation pooled over the cluster and the rest: the d of
    /// Cohen (1988), by whose rule 0.2 is small and 0.8 large. Where s is 0, it is 0 for equal means and infinite,
    /// with the sign of the difference, for others.
    pub standardized_mean_difference: f64,
}

/// The effect of `labels` on each column of `x` (n x d), one entry per column.
///
/// The same bits at any number of threads. Differences below 1e-162 have squares of 0. Time O(d n log n), memory
/// O(n) for each thread.
///
/// ```
/// use segctl_metrics::effects::numeric_effects;
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[1.0, 3.0, 5.0, 7.0], 4, 1)?;
/// let effect = &numeric_effects(x, &Labels::from_signed(&[0, 0, 1, 1])?)?[0];
/// assert_eq!((effect.anova.f, effect.anova.eta_squared), (Some(8.0), 0.8));
/// assert!((effect.clusters[1].standardized_mean_difference - 8.0_f64.sqrt()).abs() < 1e-12);
/// assert_eq!(effect.kruskal_wallis.epsilon_squared, 0.8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] without columns, when the numbers of rows and labels differ or a value is not finite;
/// [`MetricsError::TooLarge`] for a value beyond 1e140, whose sums of squares may not be finite;
/// [`MetricsError::ClusterCount`] with fewer than 2 clusters or as many as rows.
pub fn numeric_effects(x: MatrixView<'_>, labels: &Labels) -> Result<Vec<NumericEffect>, MetricsError> {
    ensure_magnitudes(x, SUMMABLE)?;
    check_labels(labels, x.n_rows())?;
    let members = Members::new(labels);
    members.check_counts(0)?;
    Ok(map_chunks(x.n_cols(), 1, |range| effect(x, range.start, &members)))
}

fn effect(x: MatrixView<'_>, column: usize, members: &Members) -> NumericEffect {
    let values: Vec<f64> = members.iter().flatten().map(|&row| x.row(row)[column]).collect();
    let sizes: Vec<usize> = (0..members.n_clusters()).map(|cluster| members.size(cluster)).collect();
    let moments = moments(&values, &sizes);
    let others = Moments::of_others(&moments);
    let sets = moments.iter().zip(others).zip(&members.labels);
    NumericEffect {
        clusters: sets.map(|((own, rest), &cluster)| cluster_effect(cluster, *own, rest)).collect(),
        anova: Anova::of(&moments),
        kruskal_wallis: KruskalWallis::of(&values, &sizes),
        n_used: members.n_used(),
        n_noise: members.n_noise,
    }
}

/// Of each cluster.
fn moments(values: &[f64], sizes: &[usize]) -> Vec<Moments> {
    let mut left = values;
    let mut next = |&size: &usize| {
        let (own, rest) = left.split_at(size);
        left = rest;
        Moments::of(own)
    };
    sizes.iter().map(&mut next).collect()
}

fn cluster_effect(cluster: usize, own: Moments, rest: Moments) -> ClusterEffect {
    let difference = own.mean - rest.mean;
    let deviation = ((own.squares + rest.squares) / (own.n + rest.n - 2.0)).sqrt();
    ClusterEffect {
        cluster,
        n_rows: own.n as usize,
        mean: own.mean,
        mean_of_rest: rest.mean,
        standardized_mean_difference: if difference == 0.0 { 0.0 } else { difference / deviation },
    }
}
