use segctl_numeric::distance::Metric;
use serde::{Deserialize, Serialize};

/// How far apart two customers are, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetricName {
    /// The straight line.
    Euclidean,
    /// Its square.
    SquaredEuclidean,
    /// The sum of the differences.
    Manhattan,
    /// The largest difference.
    Chebyshev,
    /// The angle.
    Cosine,
    /// By numbers and categories, each column counting as much as any other (Gower 1971).
    Gower,
}

impl MetricName {
    /// The metric of features as numbers, if it is one.
    ///
    /// ```
    /// use segctl_segmentation::MetricName;
    /// assert!(MetricName::Cosine.metric().is_some() && MetricName::Gower.metric().is_none());
    /// ```
    pub fn metric(self) -> Option<Metric> {
        match self {
            Self::Euclidean => Some(Metric::Euclidean),
            Self::SquaredEuclidean => Some(Metric::SquaredEuclidean),
            Self::Manhattan => Some(Metric::Manhattan),
            Self::Chebyshev => Some(Metric::Chebyshev),
            Self::Cosine => Some(Metric::Cosine),
            Self::Gower => None,
        }
    }
}
