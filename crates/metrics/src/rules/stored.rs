use serde::Deserialize;

use super::tree::{DecisionTree, Node, Split};
use crate::MetricsError;

/// A tree as it stands in a file, before it is checked.
#[derive(Deserialize)]
pub(super) struct RawTree {
    n_features: usize,
    n_clusters: usize,
    noise: bool,
    nodes: Vec<Node>,
}

impl TryFrom<RawTree> for DecisionTree {
    type Error = MetricsError;

    /// Children behind their parents and one parent each: every walk from the root ends in a leaf.
    fn try_from(raw: RawTree) -> Result<Self, MetricsError> {
        let mut n_parents = vec![0_u32; raw.nodes.len()];
        for (node, found) in raw.nodes.iter().enumerate() {
            let problem = problem_of_node(&raw, found).or_else(|| problem_of_split(&raw, node, found.split.as_ref()?));
            if let Some(problem) = problem {
                return Err(MetricsError::Tree { node, problem });
            }
            for child in found.split.iter().flat_map(|split| [split.left, split.right]) {
                n_parents[child] += 1;
            }
        }
        match n_parents.iter().enumerate().position(|(node, &parents)| parents != u32::from(node > 0)) {
            Some(node) => Err(MetricsError::Tree { node, problem: "every node but the root has one parent" }),
            None if raw.nodes.is_empty() => Err(MetricsError::Tree { node: 0, problem: "there is no root" }),
            None => {
                Ok(Self { n_features: raw.n_features, n_clusters: raw.n_clusters, noise: raw.noise, nodes: raw.nodes })
            }
        }
    }
}

fn problem_of_node(raw: &RawTree, node: &Node) -> Option<&'static str> {
    let known = node.cluster.map_or(raw.noise, |cluster| cluster < raw.n_clusters);
    (!known).then_some("the cluster is not one of the tree's")
}

fn problem_of_split(raw: &RawTree, node: usize, split: &Split) -> Option<&'static str> {
    let follows = |child| node < child && child < raw.nodes.len();
    if split.feature >= raw.n_features {
        Some("the feature is not one of the tree's")
    } else if !split.threshold.unwrap_or(0.0).is_finite() || !split.decrease.is_finite() {
        Some("the threshold and the decrease should be finite")
    } else if split.threshold.is_none() && split.missing_left {
        Some("a split without a threshold sends missing values right")
    } else if !follows(split.left) || !follows(split.right) {
        Some("children should be nodes behind their parent")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::{Labels, Matrix};
    use serde_json::{Value, json};

    use super::*;
    use crate::rules::TreeParams;

    fn stored() -> Value {
        let x = Matrix::new(vec![0.1, 0.2, 0.7, 0.9], 4, 1).unwrap();
        let labels = Labels::new(vec![0, 0, 1, 1], 2).unwrap();
        let tree = DecisionTree::fit(x.view(), &labels, &TreeParams::new().with_min_leaf(1)).unwrap();
        let text = serde_json::to_string(&tree).unwrap();
        assert_eq!(serde_json::from_str::<DecisionTree>(&text).unwrap(), tree);
        serde_json::to_value(tree).unwrap()
    }

    #[test]
    fn a_file_cannot_smuggle_a_wrong_tree() {
        let mut without_threshold = stored()["nodes"][0]["split"].clone();
        without_threshold["threshold"] = json!(null);
        without_threshold["missing_left"] = json!(true);
        let wrong = [
            ("/nodes/0/split/left", json!(0), "node 0: children should be nodes behind their parent"),
            ("/nodes/0/split/right", json!(3), "node 0: children should be nodes behind their parent"),
            ("/nodes/0/split/right", json!(1), "node 1: every node but the root has one parent"),
            ("/nodes/0/split", without_threshold, "node 0: a split without a threshold sends missing values right"),
            ("/nodes/0/split/feature", json!(1), "node 0: the feature is not one of the tree's"),
            ("/nodes/1/cluster", json!(2), "node 1: the cluster is not one of the tree's"),
            ("/nodes/1/cluster", json!(null), "node 1: the cluster is not one of the tree's"),
            ("/nodes", json!([]), "node 0: there is no root"),
        ];
        for (place, value, message) in wrong {
            let mut tree = stored();
            *tree.pointer_mut(place).unwrap() = value;
            let error = serde_json::from_value::<DecisionTree>(tree).unwrap_err().to_string();
            assert!(error.contains(message), "{place}: {error}");
        }
    }
}
