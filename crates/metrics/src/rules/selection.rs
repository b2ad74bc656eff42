use segctl_numeric::{InputError, Labels, MatrixView};
use serde::{Deserialize, Serialize};

use super::quality::{RuleQuality, Sizes};
use super::rule::{Rule, rules};
use super::tree::DecisionTree;
use crate::MetricsError;

/// What to say of one cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClusterRules {
    /// The cluster, `None` for noise.
    pub cluster: Option<usize>,
    /// Its rows.
    pub n_rows: usize,
    /// The rules chosen, that which catches most rows first. No row meets two of them. Empty where the tree gives no
    /// leaf to the cluster, or its leaves catch none of its rows.
    pub rules: Vec<JudgedRule>,
    /// All of them as one rule, joined by `or`.
    pub together: RuleQuality,
    /// The recall that all rules of the cluster would have, the ones left out included; `None` for no rows.
    pub reachable: Option<f64>,
}

/// A rule, and how far it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JudgedRule {
    /// The rule.
    pub rule: Rule,
    /// How far it holds.
    pub quality: RuleQuality,
}

/// For each cluster, by number, the smallest set of its rules that catches at least `share` of the rows of the cluster
/// that all its rules catch; noise comes last where it was a class of the tree.
///
/// Leaves have no rows in common, so the smallest set is the rules that catch most; of rules that catch as many, the
/// more precise comes first, then the earlier leaf. `share` is of what the tree can catch and not of the cluster,
/// because otherwise a cluster that the tree catches badly would be told with every splinter of it; how badly is in
/// [`ClusterRules::together`]. 0.9 is a good share. O(n depth + leaves depth^2).
///
/// ```
/// use segctl_metrics::rules::{DecisionTree, TreeParams, cluster_rules};
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[1.0, 2.0, 3.0, 8.0, 9.0, 15.0], 6, 1)?;
/// let labels = Labels::new(vec![0, 0, 0, 1, 1, 0], 2)?;
/// let tree = DecisionTree::fit(x, &labels, &TreeParams::new().with_min_leaf(1))?;
/// let found = cluster_rules(&tree, x, &labels, 0.7)?;
/// assert_eq!(found[0].rules.len(), 1);
/// assert_eq!((found[0].together.recall, found[0].reachable), (Some(0.75), Some(1.0)));
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
///
/// # Errors
/// [`MetricsError::Input`] for no rows, another number of labels than rows, other columns or more clusters than the
/// tree's, and a share outside (0, 1].
pub fn cluster_rules(
    tree: &DecisionTree,
    x: MatrixView<'_>,
    labels: &Labels,
    share: f64,
) -> Result<Vec<ClusterRules>, MetricsError> {
    if !(share > 0.0 && share <= 1.0) {
        return Err(InputError::OutOfRange { name: "share", value: share, expected: "in (0, 1]" }.into());
    }
    check_tree(tree, x, labels)?;
    if x.n_rows() == 0 {
        return Err(InputError::TooFewRows { what: "X", n_samples: 0, at_least: 1 }.into());
    }
    let sizes = Sizes::of(labels);
    let judged = judged(tree, x, labels, &sizes)?;
    let describe = |cluster| {
        let own = judged.iter().filter(|judged| judged.rule.cluster == cluster).cloned().collect();
        choose(cluster, own, share, sizes.get(cluster), x.n_rows())
    };
    Ok(clusters_of(tree).map(describe).collect())
}

/// All rules of a tree. What [`super::judge`] finds by asking every rule about every row, by one walk down the tree for each row.
fn judged(
    tree: &DecisionTree,
    x: MatrixView<'_>,
    labels: &Labels,
    sizes: &Sizes,
) -> Result<Vec<JudgedRule>, MetricsError> {
    let mut counts = vec![[0_usize; 2]; tree.nodes().len()];
    for (row, leaf) in tree.leaves(x)?.into_iter().enumerate() {
        counts[leaf][0] += 1;
        counts[leaf][1] += usize::from(labels.get(row) == tree.nodes()[leaf].cluster);
    }
    let with_quality = |rule: Rule| {
        let [n_rows, n_caught] = counts[rule.leaf];
        JudgedRule { quality: RuleQuality::new(n_rows, n_caught, sizes.get(rule.cluster), x.n_rows()), rule }
    };
    Ok(rules(tree).into_iter().map(with_quality).collect())
}

/// The clusters of a tree, then noise where it was a class.
pub(super) fn clusters_of(tree: &DecisionTree) -> impl Iterator<Item = Option<usize>> {
    (0..tree.n_clusters()).map(Some).chain(tree.has_noise().then_some(None))
}

/// Rows and labels that a tree can be held against.
pub(super) fn check_tree(tree: &DecisionTree, x: MatrixView<'_>, labels: &Labels) -> Result<(), InputError> {
    super::tree::check_lengths(x, labels)?;
    if x.n_cols() != tree.n_features() {
        return Err(InputError::Length { what: "a row of X", found: x.n_cols(), expected: tree.n_features() });
    }
    if labels.n_clusters() > tree.n_clusters() {
        let value = labels.n_clusters() as f64;
        return Err(InputError::OutOfRange { name: "n_clusters", value, expected: "at most that of the tree" });
    }
    Ok(())
}

fn choose(cluster: Option<usize>, mut own: Vec<JudgedRule>, share: f64, size: usize, n: usize) -> ClusterRules {
    own.sort_by(|a, b| {
        let (a_precision, b_precision) = (a.quality.precision.unwrap_or(0.0), b.quality.precision.unwrap_or(0.0));
        b.quality.n_caught.cmp(&a.quality.n_caught).then(b_precision.total_cmp(&a_precision))
    });
    let caught = |judged: &[JudgedRule]| judged.iter().map(|judged| judged.quality.n_caught).sum::<usize>();
    let reachable = caught(&own);
    let enough = |n_rules: &usize| caught(&own[..*n_rules]) as f64 >= share * reachable as f64;
    let n_rules = (0..own.len()).find(enough).unwrap_or(own.len());
    own.truncate(n_rules);
    let n_rows = own.iter().map(|judged| judged.quality.n_rows).sum();
    ClusterRules {
        cluster,
        n_rows: size,
        together: RuleQuality::new(n_rows, caught(&own), size, n),
        reachable: super::quality::share(reachable, size),
        rules: own,
    }
}
