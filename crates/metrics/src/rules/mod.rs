//! What defines a cluster: a shallow decision tree fitted to the labels (CART: Breiman, Friedman, Olshen & Stone,
//! "Classification and Regression Trees", 1984), read as rules in the units of X.
//!
//! The usual path: [`DecisionTree::fit`], [`cluster_rules`] for what to say of each cluster and how far it holds, and
//! [`held_out_fidelity`] for how far such rules hold on rows that the tree has not seen. A tree explains labels; it
//! does not show that the clusters exist, because any labels that are cuts of X can be read off X.
//!
//! Missing values are NaN and are allowed everywhere: at each split the rows that lack the value go to one of the sides.
//!
//! ```
//! use segctl_metrics::rules::{DecisionTree, TreeParams, cluster_rules};
//! use segctl_numeric::{Labels, MatrixView};
//! // Age and balance of eight customers.
//! let x = [30.0, 1.0, 41.0, 2.0, 25.0, 4.0, 60.0, 3.0, 33.0, 90.0, 29.0, 80.0, 58.0, 75.0, 44.0, 99.0];
//! let x = MatrixView::new(&x, 8, 2)?;
//! let labels = Labels::new(vec![0, 0, 0, 0, 1, 1, 1, 1], 2)?;
//! let tree = DecisionTree::fit(x, &labels, &TreeParams::new().with_min_leaf(2).with_round_thresholds(true))?;
//! let clusters = cluster_rules(&tree, x, &labels, 0.9)?;
//! assert_eq!(clusters[1].rules[0].rule.text(&["age", "balance"]), "balance > 40");
//! assert_eq!(clusters[1].together.recall, Some(1.0));
//! # Ok::<(), segctl_metrics::MetricsError>(())
//! ```

mod classes;
mod columns;
mod cut;
mod exemplars;
mod fidelity;
mod grow;
mod held_out;
mod params;
mod prune;
mod quality;
mod rule;
mod selection;
mod stored;
mod text;
mod threshold;
mod tree;

pub use exemplars::{borderline, paragons};
pub use fidelity::{ClusterFidelity, Fidelity, fidelity, held_out_fidelity};
pub use held_out::{HeldOut, held_out};
pub use params::{ClassWeights, TreeParams};
pub use quality::{RuleQuality, judge};
pub use rule::{Condition, Missing, Rule, rules};
pub use selection::{ClusterRules, JudgedRule, cluster_rules};
pub use threshold::rounded_threshold;
pub use tree::{ClassCount, DecisionTree, Node, Split};
