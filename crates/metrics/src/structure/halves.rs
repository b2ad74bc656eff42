//! How well apart the clusters of a table are: its halves clustered, each looked for in the other.

use rand::seq::SliceRandom;
use segctl_numeric::observe::Silent;
use segctl_numeric::seed::Seed;
use segctl_numeric::{Labels, Matrix, MatrixView};

use super::split::{Place, feature_dip, pair_dip};
use crate::each::{checked, child};
use crate::{MetricsError, silhouette_many};

/// What is computed alike of the table and of each null set.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Separation {
    /// For k = 2, 3, ... the mean silhouette, averaged over the halves.
    pub(super) silhouettes: Vec<f64>,
    /// The scaled dip of the features, then those for k = 2, 3, ..., averaged over the halves.
    pub(super) dips: Vec<f64>,
    /// For each half the p-value, in the other, of the place with its largest dip.
    pub(super) p_values: Vec<f64>,
}

impl Separation {
    pub(super) fn largest_dip(&self) -> f64 {
        self.dips.iter().copied().fold(0.0, f64::max)
    }
}

/// `x` (n x d) is what is clustered, `scores` (n x d) where dips are looked for.
pub(super) fn separation<E, F>(
    x: MatrixView<'_>,
    scores: &Matrix,
    (k_max, n_halvings): (usize, usize),
    cluster: &F,
    seed: Seed,
) -> Result<Separation, E>
where
    E: From<MetricsError>,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E>,
{
    let mut sum = Separation { silhouettes: vec![0.0; k_max - 1], dips: vec![0.0; k_max], p_values: Vec::new() };
    let share = 1.0 / (2 * n_halvings) as f64;
    for halving in 0..n_halvings {
        let mut order: Vec<usize> = (0..x.n_rows()).collect();
        order.shuffle(&mut seed.stream("structure halves", halving as u64, 0));
        let (one, other) = order.split_at(x.n_rows() / 2);
        for (half, (own, other)) in [(one, other), (other, one)].into_iter().enumerate() {
            let own_rows = x.select_rows(own);
            let labels = labelings(own_rows.view(), k_max, cluster, child(seed, "structure half", halving, half))?;
            let places = places(&scores.view().select_rows(own), &labels, &scores.view().select_rows(other));
            add(&mut sum.silhouettes, silhouettes(own_rows.view(), &labels)?, share);
            add(&mut sum.dips, places.iter().map(|place| place.other), share);
            sum.p_values.push(Place::best(&places).p_value());
        }
    }
    Ok(sum)
}

fn add(sums: &mut [f64], values: impl IntoIterator<Item = f64>, share: f64) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value * share);
}

/// The place of the features, then that of each labeling.
fn places(own: &Matrix, labels: &[Labels], other: &Matrix) -> Vec<Place> {
    let of_pairs = labels.iter().map(|labels| pair_dip(own.view(), labels, other.view()));
    std::iter::once(feature_dip(own.view(), other.view())).chain(of_pairs).collect()
}

/// The labels for k = 2, ..., `k_max`.
fn labelings<E, F>(x: MatrixView<'_>, k_max: usize, cluster: &F, seed: Seed) -> Result<Vec<Labels>, E>
where
    E: From<MetricsError>,
    F: Fn(MatrixView<'_>, usize, Seed) -> Result<Labels, E>,
{
    (2..=k_max).map(|k| Ok(checked(cluster(x, k, child(seed, "structure fit", k, 0))?, x.n_rows())?)).collect()
}

/// The mean silhouettes; 0 where there are no two clusters, or only clusters of one row.
fn silhouettes(x: MatrixView<'_>, labels: &[Labels]) -> Result<Vec<f64>, MetricsError> {
    let has_value = |labels: &&Labels| {
        let n_clusters = labels.sizes().iter().filter(|&&size| size > 0).count();
        n_clusters >= 2 && n_clusters < labels.len() - labels.n_noise()
    };
    let defined: Vec<&Labels> = labels.iter().filter(has_value).collect();
    let mut found = silhouette_many(x, &defined, &Silent)?.into_iter().map(|silhouette| silhouette.mean);
    Ok(labels.iter().map(|labels| if has_value(&labels) { found.next().unwrap_or(0.0) } else { 0.0 }).collect())
}
