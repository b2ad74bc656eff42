use segctl_numeric::{InputError, Labels};

use crate::MetricsError;

/// Of each cluster of `own`, the share of the pairs of its rows that `predicted` puts together too: both
/// label the same rows. A cluster of fewer than two rows has no pair, and counts as 1, as in `fpc`. Noise
/// of `own` is left out; noise of `predicted` is together with nothing. O(n + k k').
///
/// ```
/// use segctl_metrics::pairs_kept;
/// use segctl_numeric::Labels;
/// let own = Labels::from_signed(&[0, 0, 0, 1, 1])?;
/// let predicted = Labels::from_signed(&[1, 1, 0, 0, 0])?;
/// assert_eq!(pairs_kept(&own, &predicted)?, [1.0 / 3.0, 1.0]);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// Labels of different numbers of rows.
pub fn pairs_kept(own: &Labels, predicted: &Labels) -> Result<Vec<f64>, MetricsError> {
    if own.len() != predicted.len() {
        return Err(InputError::Length { what: "predicted", found: predicted.len(), expected: own.len() }.into());
    }
    let n_predicted = predicted.n_clusters();
    let mut counts = vec![0_u64; own.n_clusters() * n_predicted];
    for i in 0..own.len() {
        if let (Some(a), Some(b)) = (own.get(i), predicted.get(i)) {
            counts[a * n_predicted + b] += 1;
        }
    }
    let pairs = |n: u64| u128::from(n) * u128::from(n.saturating_sub(1));
    let share = |(a, size): (usize, usize)| {
        let kept: u128 = counts[a * n_predicted..][..n_predicted].iter().map(|&n| pairs(n)).sum();
        if size < 2 { 1.0 } else { kept as f64 / pairs(size as u64) as f64 }
    };
    Ok(own.sizes().into_iter().enumerate().map(share).collect())
}

/// How well two halves of a table predict each other.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HalvesStrength {
    /// The mean of the two halves' smallest shares.
    pub strength: f64,
    /// The shares of each half, as [`pairs_kept`] gives them.
    pub shares: [Vec<f64>; 2],
}

/// The strength of one division: of each half its `own` labels, and those `predicted` from the other
/// half's clusters.
///
/// ```
/// use segctl_metrics::strength_of_halves;
/// use segctl_numeric::Labels;
/// let own = Labels::from_signed(&[0, 0, 1, 1])?;
/// let (same, mixed) = (Labels::from_signed(&[1, 1, 0, 0])?, Labels::from_signed(&[0, 1, 1, 1])?);
/// let found = strength_of_halves([&own, &own], [&same, &mixed])?;
/// assert_eq!(found.strength, 0.5);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// As [`pairs_kept`]; a half without a cluster.
pub fn strength_of_halves(own: [&Labels; 2], predicted: [&Labels; 2]) -> Result<HalvesStrength, MetricsError> {
    for own in own {
        if own.n_noise() == own.len() {
            return Err(MetricsError::NoClusters { n_samples: own.len() });
        }
    }
    let shares = [pairs_kept(own[0], predicted[0])?, pairs_kept(own[1], predicted[1])?];
    let smallest = |shares: &Vec<f64>| shares.iter().copied().fold(1.0, f64::min);
    Ok(HalvesStrength { strength: (smallest(&shares[0]) + smallest(&shares[1])) / 2.0, shares })
}
