use super::SizeBounds;
use crate::ClusteringError;

/// Bounds that n rows in k clusters can keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl Limits {
    pub(super) fn new(bounds: SizeBounds, n_samples: usize, n_clusters: usize) -> Result<Self, ClusteringError> {
        bounds.validate()?;
        let (least, most) = (bounds.min.unwrap_or(1).max(1), bounds.max.unwrap_or(usize::MAX));
        if n_samples < n_clusters.saturating_mul(least) || n_samples > n_clusters.saturating_mul(most) {
            return Err(ClusteringError::Sizes { n_samples, n_clusters, min: least, max: most });
        }
        Ok(Self { least, most: most.min(n_samples) })
    }

    /// The same shares of a sample of `m` of the `n` rows, rounded apart so that they can be kept.
    pub(super) fn scaled(self, m: usize, n: usize) -> Self {
        let share = |rows: usize| rows as u128 * m as u128;
        let n = n as u128;
        Self { least: (share(self.least) / n) as usize, most: share(self.most).div_ceil(n) as usize }
    }

    /// The size that a cluster with this price must have: a price above 0 is paid for room, one below
    /// lures rows, and neither is right unless the bound holds exactly.
    pub(super) fn target(self, price: f64, size: usize) -> usize {
        if price > 0.0 {
            self.most
        } else if price < 0.0 {
            self.least
        } else {
            size.clamp(self.least, self.most)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_is_refused() {
        for (bounds, n, k, ok) in [
            (SizeBounds::between(2, 3), 6, 3, true),
            (SizeBounds::between(2, 3), 5, 3, false),
            (SizeBounds::between(2, 3), 10, 3, false),
            (SizeBounds::default(), 3, 3, true),
            (SizeBounds::default(), 2, 3, false),
            (SizeBounds::at_least(0), 3, 3, true),
            (SizeBounds::at_least(usize::MAX), 3, 3, false),
        ] {
            assert_eq!(Limits::new(bounds, n, k).is_ok(), ok, "{bounds:?}, n = {n}, k = {k}");
        }
    }

    #[test]
    fn a_sample_can_keep_its_share() {
        for (least, most, n, k) in [(1, 4, 10, 3), (3, 4, 10, 3), (2, 9, 9, 4), (1, 10, 10, 10)] {
            for m in 1..=n {
                let scaled = Limits { least, most }.scaled(m, n);
                assert!(scaled.least * k <= m && m <= scaled.most * k, "{m} of {n}");
            }
        }
    }
}
