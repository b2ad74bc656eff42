use std::ops::Range;

use segctl_numeric::{InputError, Labels, MatrixView, par};
use serde::{Deserialize, Serialize};

use super::rule::Rule;
use super::tree::check_lengths;
use crate::MetricsError;

/// How far a rule holds on given rows. A row of noise that meets a rule for a cluster counts against it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RuleQuality {
    /// Rows that meet the rule.
    pub n_rows: usize,
    /// Those of them that are of its cluster.
    pub n_caught: usize,
    /// `n_rows` as a share of all rows.
    pub coverage: f64,
    /// The share of the cluster's rows that meet the rule, `None` where the cluster has no rows.
    pub recall: Option<f64>,
    /// The share of the rule's rows that are of the cluster, `None` where no row meets it.
    pub precision: Option<f64>,
    /// Precision over the cluster's share of all rows: how much likelier than any row. `None` where one of the two is
    /// not defined.
    pub lift: Option<f64>,
}

impl RuleQuality {
    /// Of a rule that `n_rows` of `n` rows meet, `n_caught` of which are of its cluster of `size` rows.
    pub(super) fn new(n_rows: usize, n_caught: usize, size: usize, n: usize) -> Self {
        let precision = share(n_caught, n_rows);
        let lift = precision.filter(|_| size > 0).map(|precision| precision * n as f64 / size as f64);
        Self { n_rows, n_caught, coverage: n_rows as f64 / n as f64, recall: share(n_caught, size), precision, lift }
    }
}

/// `part / whole`, undefined for none of none.
pub(super) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// How far each rule holds on the rows of `x` (n x d) with their labels, noise included among all rows. The rows need not be those
/// of the fit, nor the rules of one tree. O(n * rules * conditions), in parallel.
///
/// ```
/// use segctl_metrics::rules::{DecisionTree, TreeParams, judge, rules};
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
/// let labels = Labels::new(vec![0, 0, 1, 1], 2)?;
/// let tree = DecisionTree::fit(x, &labels, &TreeParams::new().with_min_leaf(1))?;
/// let found = judge(&rules(&tree), x, &labels)?;
/// assert_eq!((found[0].coverage, found[0].recall, found[0].lift), (0.5, Some(1.0), Some(2.0)));
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] for no rows, another number of labels than rows, or fewer columns than a rule asks for.
pub fn judge(rules: &[Rule], x: MatrixView<'_>, labels: &Labels) -> Result<Vec<RuleQuality>, MetricsError> {
    check_lengths(x, labels)?;
    if x.n_rows() == 0 {
        return Err(InputError::TooFewRows { what: "X", n_samples: 0, at_least: 1 }.into());
    }
    let features = rules.iter().flat_map(|rule| &rule.conditions).map(|condition| condition.feature + 1);
    if let Some(expected) = features.max().filter(|&needed| needed > x.n_cols()) {
        return Err(InputError::Length { what: "a row of X", found: x.n_cols(), expected }.into());
    }
    let count = |range: Range<usize>| rules.iter().map(|rule| met(rule, x, labels, range.clone())).collect::<Vec<_>>();
    let add = |total: Vec<[usize; 2]>, part: Vec<[usize; 2]>| {
        total.into_iter().zip(part).map(|(a, b)| [a[0] + b[0], a[1] + b[1]]).collect()
    };
    let counts = par::fold_chunks(x.n_rows(), par::CHUNK_ROWS, count, vec![[0; 2]; rules.len()], add);
    let sizes = Sizes::of(labels);
    let quality = |(rule, [n_rows, n_caught]): (&Rule, [usize; 2])| {
        RuleQuality::new(n_rows, n_caught, sizes.get(rule.cluster), x.n_rows())
    };
    Ok(rules.iter().zip(counts).map(quality).collect())
}

/// Rows that meet the rule, and those of its cluster among them.
fn met(rule: &Rule, x: MatrixView<'_>, labels: &Labels, range: Range<usize>) -> [usize; 2] {
    range
        .filter(|&row| rule.matches(x.row(row)))
        .fold([0, 0], |[rows, caught], row| [rows + 1, caught + usize::from(labels.get(row) == rule.cluster)])
}

/// Rows of each cluster, and of noise.
pub(super) struct Sizes {
    clusters: Vec<usize>,
    noise: usize,
}

impl Sizes {
    pub(super) fn of(labels: &Labels) -> Self {
        Self { clusters: labels.sizes(), noise: labels.n_noise() }
    }

    /// 0 for a cluster unknown to the labels.
    pub(super) fn get(&self, cluster: Option<usize>) -> usize {
        cluster.map_or(self.noise, |cluster| self.clusters.get(cluster).copied().unwrap_or(0))
    }
}
