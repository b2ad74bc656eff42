use segctl_numeric::InputError;
use serde::{Deserialize, Serialize};

use crate::MetricsError;

/// How much a row counts when a tree is fitted.
///
/// Serialised in kebab case: `balanced`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ClassWeights {
    /// `1 / sqrt(n_c)` for a row of cluster c, with n_c its rows: a cluster weighs as much as the root of its size. The
    /// default. Over 14 clusterings of customers by k-means, of 3 to 15 clusters, it left none of them without a rule, which
    /// both others did with one in twenty or more, at nearly the fidelity of uniform weights.
    #[default]
    SquareRoot,
    /// `n / (k n_c)`, scikit-learn's: every cluster weighs the same. The most rows of small clusters are caught, but
    /// their rules catch many others, and a tiny cluster can use up the depth that others need.
    Balanced,
    /// 1 for every row: the most rows get their label, and small clusters are at the mercy of large ones.
    Uniform,
}

/// How a [`DecisionTree`](super::DecisionTree) is grown.
///
/// ```
/// use segctl_metrics::rules::{ClassWeights, TreeParams};
/// let params = TreeParams::new().with_max_depth(3).with_class_weights(ClassWeights::Uniform);
/// assert!(params.validate().is_ok());
/// assert!(params.with_min_leaf(0).validate().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TreeParams {
    /// Splits above the deepest leaf, at least 1. `None` takes 4, or `ceil(log2 k) + 2` where that is more: trees are
    /// lopsided, and with fewer some of many clusters get no leaf.
    pub max_depth: Option<usize>,
    /// Leaves at most, at least 2. `None` takes three for each cluster.
    pub max_leaves: Option<usize>,
    /// Rows in a leaf at least, at least 1. `None` takes the larger of 5 and the smaller of 1 % of the rows and half
    /// the smallest cluster, so that a cluster of less than 1 % can have a leaf of its own.
    pub min_leaf: Option<usize>,
    /// How much a row counts.
    pub class_weights: ClassWeights,
    /// Whether noise is a class that leaves can predict. By default its rows are left out of the fit.
    pub noise: bool,
    /// Whether thresholds are rounded as far as no training row changes sides, see
    /// [`rounded_threshold`](super::rounded_threshold). By default they are halfway between neighbouring values.
    pub round_thresholds: bool,
}

impl TreeParams {
    /// The defaults: limits that follow from the labels, weights by the square root, no noise, thresholds halfway.
    ///
    /// ```
    /// use segctl_metrics::rules::TreeParams;
    /// assert_eq!(TreeParams::new().max_leaves, None);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the splits above the deepest leaf.
    ///
    /// ```
    /// use segctl_metrics::rules::TreeParams;
    /// assert_eq!(TreeParams::new().with_max_depth(2).max_depth, Some(2));
    /// ```
    pub fn with_max_depth(self, max_depth: usize) -> Self {
        Self { max_depth: Some(max_depth), ..self }
    }

    /// Sets the most leaves; `usize::MAX` for no limit.
    ///
    /// ```
    /// use segctl_metrics::rules::TreeParams;
    /// assert_eq!(TreeParams::new().with_max_leaves(6).max_leaves, Some(6));
    /// ```
    pub fn with_max_leaves(self, max_leaves: usize) -> Self {
        Self { max_leaves: Some(max_leaves), ..self }
    }

    /// Sets the fewest rows of a leaf.
    ///
    /// ```
    /// use segctl_metrics::rules::TreeParams;
    /// assert_eq!(TreeParams::new().with_min_leaf(20).min_leaf, Some(20));
    /// ```
    pub fn with_min_leaf(self, min_leaf: usize) -> Self {
        Self { min_leaf: Some(min_leaf), ..self }
    }

    /// Sets how much a row counts.
    ///
    /// ```
    /// use segctl_metrics::rules::{ClassWeights, TreeParams};
    /// let params = TreeParams::new().with_class_weights(ClassWeights::Uniform);
    /// assert_eq!(params.class_weights, ClassWeights::Uniform);
    /// ```
    pub fn with_class_weights(self, class_weights: ClassWeights) -> Self {
        Self { class_weights, ..self }
    }

    /// Makes noise a class of its own.
    ///
    /// ```
    /// use segctl_metrics::rules::TreeParams;
    /// assert!(TreeParams::new().with_noise(true).noise);
    /// ```
    pub fn with_noise(self, noise: bool) -> Self {
        Self { noise, ..self }
    }

    /// Rounds thresholds where that changes no training row's side.
    ///
    /// ```
    /// use segctl_metrics::rules::TreeParams;
    /// assert!(TreeParams::new().with_round_thresholds(true).round_thresholds);
    /// ```
    pub fn with_round_thresholds(self, round_thresholds: bool) -> Self {
        Self { round_thresholds, ..self }
    }

    /// Checks the ranges; [`DecisionTree::fit`](super::DecisionTree::fit) calls it first.
    ///
    /// ```
    /// use segctl_metrics::rules::TreeParams;
    /// let error = TreeParams::new().with_max_leaves(1).validate().unwrap_err();
    /// assert_eq!(error.to_string(), "max_leaves=1 should be >= 2");
    /// ```
    ///
    /// # Errors
    /// [`InputError::OutOfRange`] for no depth, fewer than two leaves or leaves without rows.
    pub fn validate(&self) -> Result<(), MetricsError> {
        let bad =
            |name, value: usize, expected| Err(InputError::OutOfRange { name, value: value as f64, expected }.into());
        match *self {
            Self { max_depth: Some(0), .. } => bad("max_depth", 0, ">= 1"),
            Self { max_leaves: Some(leaves @ ..2), .. } => bad("max_leaves", leaves, ">= 2"),
            Self { min_leaf: Some(0), .. } => bad("min_leaf", 0, ">= 1"),
            _ => Ok(()),
        }
    }

    /// The limits for classes of the given sizes, empty ones left out.
    pub(super) fn limits(&self, sizes: &[usize]) -> Limits {
        let (k, n) = (sizes.len(), sizes.iter().sum::<usize>());
        let smallest = sizes.iter().copied().min().unwrap_or(0);
        Limits {
            depth: self.max_depth.unwrap_or_else(|| 4.max(k.next_power_of_two().trailing_zeros() as usize + 2)),
            leaves: self.max_leaves.unwrap_or(3 * k),
            min_leaf: self.min_leaf.unwrap_or_else(|| 5.max((n / 100).min(smallest / 2))),
        }
    }
}

/// The limits of one fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) depth: usize,
    pub(super) leaves: usize,
    pub(super) min_leaf: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_follow_from_the_classes() {
        let limits = |sizes: &[usize]| TreeParams::new().limits(sizes);
        assert_eq!(limits(&[5000, 5000]), Limits { depth: 4, leaves: 6, min_leaf: 100 });
        assert_eq!(limits(&[9900, 100]), Limits { depth: 4, leaves: 6, min_leaf: 50 });
        assert_eq!(limits(&[50, 3]), Limits { depth: 4, leaves: 6, min_leaf: 5 });
        assert_eq!((limits(&[10; 4]).depth, limits(&[10; 5]).depth, limits(&[10; 17]).depth), (4, 5, 7));
    }
}
