use serde::{Deserialize, Serialize};

use super::tree::{DecisionTree, Split};

/// One leaf of a tree, read as what is true of its rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rule {
    /// The cluster it speaks of, `None` for noise.
    pub cluster: Option<usize>,
    /// Its leaf, as an index into the tree's nodes.
    pub leaf: usize,
    /// What must all be true, one condition per feature, the most important first: by how much the splits on the way
    /// that ask for the feature lower impurity. Empty in a tree of one leaf, for every row.
    pub conditions: Vec<Condition>,
}

/// An interval `low < x <= high` of one feature, either end open.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Condition {
    /// 0-based column of X.
    pub feature: usize,
    /// The value is above this, `None` for no bound. In the units of X.
    pub low: Option<f64>,
    /// The value is at most this, `None` for no bound.
    pub high: Option<f64>,
    /// What becomes of rows that lack the value.
    pub missing: Missing,
    /// Where they are included: training rows that lacked it at the last of the splits joined here. With 0, nothing
    /// was learnt about them, and they only went with the majority.
    pub n_missing: usize,
    /// How much the splits joined here lower the impurity of the tree.
    pub decrease: f64,
}

/// Whether a condition holds for a row that lacks the value.
///
/// Serialised in kebab case: `excluded`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// It does not hold: without bounds, the condition is that there is a value.
    Excluded,
    /// It holds.
    Included,
    /// It holds for such rows alone; there are no bounds.
    Only,
}

impl Rule {
    /// Whether a row of d values, missing ones NaN, meets all conditions.
    ///
    /// ```
    /// use segctl_metrics::rules::{DecisionTree, TreeParams, rules};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
    /// let tree = DecisionTree::fit(x, &Labels::new(vec![0, 0, 1, 1], 2)?, &TreeParams::new().with_min_leaf(1))?;
    /// let rules = rules(&tree);
    /// assert!(rules[0].matches(&[4.9]) && !rules[1].matches(&[4.9]));
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    ///
    /// # Panics
    /// When the row has fewer values than the features asked for.
    pub fn matches(&self, row: &[f64]) -> bool {
        self.conditions.iter().all(|condition| condition.holds(row[condition.feature]))
    }
}

impl Condition {
    /// Whether it holds for a value of the feature; NaN is a missing value.
    ///
    /// ```
    /// use segctl_metrics::rules::{DecisionTree, TreeParams, rules};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0], 4, 1)?;
    /// let tree = DecisionTree::fit(x, &Labels::new(vec![0, 0, 1, 1], 2)?, &TreeParams::new().with_min_leaf(1))?;
    /// let condition = rules(&tree)[0].conditions[0];
    /// assert!(condition.holds(5.0) && !condition.holds(5.1));
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn holds(&self, value: f64) -> bool {
        if value.is_nan() {
            return self.missing != Missing::Excluded;
        }
        let inside = self.low.is_none_or(|low| low < value) && self.high.is_none_or(|high| value <= high);
        inside && self.missing != Missing::Only
    }

    /// The condition that a feature is under before any split asks for it.
    fn none(feature: usize) -> Self {
        Self { feature, low: None, high: None, missing: Missing::Included, n_missing: 0, decrease: 0.0 }
    }

    /// Narrows it to one side of a split.
    fn join(&mut self, split: &Split, left: bool) {
        match split.threshold {
            Some(threshold) if left => self.high = Some(self.high.map_or(threshold, |high| high.min(threshold))),
            Some(threshold) => self.low = Some(self.low.map_or(threshold, |low| low.max(threshold))),
            None => {}
        }
        if split.missing_left != left {
            self.missing = Missing::Excluded;
        } else if split.threshold.is_none() && self.missing == Missing::Included {
            self.missing = Missing::Only;
        }
        self.n_missing = if self.missing == Missing::Excluded { 0 } else { split.n_missing };
        self.decrease += split.decrease;
    }
}

/// One rule per leaf, in the order of the leaves in [`DecisionTree::nodes`]. Every row meets exactly one of them.
///
/// O(leaves * depth^2).
///
/// ```
/// use segctl_metrics::rules::{DecisionTree, TreeParams, rules};
/// use segctl_numeric::{Labels, MatrixView};
/// let x = MatrixView::new(&[1.0, 2.0, 8.0, 9.0, 15.0, 16.0], 6, 1)?;
/// let labels = Labels::new(vec![0, 0, 1, 1, 0, 0], 2)?;
/// let tree = DecisionTree::fit(x, &labels, &TreeParams::new().with_min_leaf(1))?;
/// let texts: Vec<String> = rules(&tree).iter().map(|rule| rule.text(&["age"])).collect();
/// assert_eq!(texts, ["age <= 5", "5 < age <= 12", "age > 12"]);
/// # Ok::<(), segctl_metrics::MetricsError>(())
/// ```
pub fn rules(tree: &DecisionTree) -> Vec<Rule> {
    let nodes = tree.nodes();
    let mut paths: Vec<Vec<Condition>> = vec![Vec::new(); nodes.len()];
    let mut rules = Vec::new();
    for (leaf, node) in nodes.iter().enumerate() {
        let path = std::mem::take(&mut paths[leaf]);
        match &node.split {
            Some(split) => {
                paths[split.left] = joined(&path, split, true);
                paths[split.right] = joined(&path, split, false);
            }
            None => rules.push(Rule { cluster: node.cluster, leaf, conditions: by_importance(path) }),
        }
    }
    rules
}

fn joined(path: &[Condition], split: &Split, left: bool) -> Vec<Condition> {
    let mut path = path.to_vec();
    let known = path.iter().position(|condition| condition.feature == split.feature);
    let at = known.unwrap_or_else(|| {
        path.push(Condition::none(split.feature));
        path.len() - 1
    });
    path[at].join(split, left);
    path
}

fn by_importance(mut conditions: Vec<Condition>) -> Vec<Condition> {
    conditions.sort_by(|a, b| b.decrease.total_cmp(&a.decrease).then(a.feature.cmp(&b.feature)));
    conditions
}
