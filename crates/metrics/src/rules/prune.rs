use super::tree::{DecisionTree, Node};

impl DecisionTree {
    /// The smallest tree that gives every row the same label: splits below which all leaves are of one cluster become
    /// leaves. Rules get fewer and shorter; what is lost is the difference between purer and less pure parts of a
    /// cluster, and the importance that such splits had. Nodes keep their order.
    ///
    /// ```
    /// use segctl_metrics::rules::{DecisionTree, TreeParams};
    /// use segctl_numeric::{Labels, MatrixView};
    /// let x = MatrixView::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 6, 1)?;
    /// let labels = Labels::new(vec![0, 0, 0, 1, 0, 0], 2)?;
    /// let tree = DecisionTree::fit(x, &labels, &TreeParams::new().with_min_leaf(2))?;
    /// assert_eq!(tree.pruned().predict(x)?, tree.predict(x)?);
    /// assert!(tree.pruned().nodes().len() <= tree.nodes().len());
    /// # Ok::<(), segctl_metrics::MetricsError>(())
    /// ```
    pub fn pruned(&self) -> Self {
        let mut nodes = self.nodes.clone();
        // Children come behind their parents, so that they are done first.
        for at in (0..nodes.len()).rev() {
            if let Some(label) = shared_label(&nodes, at) {
                (nodes[at].cluster, nodes[at].split) = (label, None);
            }
        }
        Self { nodes: reachable(nodes), ..self.clone() }
    }
}

/// The label of both children, where they are leaves and agree.
fn shared_label(nodes: &[Node], at: usize) -> Option<Option<usize>> {
    let split = nodes[at].split?;
    let [left, right] = [split.left, split.right].map(|child| &nodes[child]);
    let agree = left.split.is_none() && right.split.is_none() && left.cluster == right.cluster;
    agree.then_some(left.cluster)
}

/// The nodes below the root, renumbered.
fn reachable(nodes: Vec<Node>) -> Vec<Node> {
    let mut new_id = vec![None; nodes.len()];
    new_id[0] = Some(0);
    let mut next = 0;
    for at in 0..nodes.len() {
        if new_id[at].is_some() {
            new_id[at] = Some(next);
            next += 1;
            nodes[at].split.iter().for_each(|split| {
                (new_id[split.left], new_id[split.right]) = (Some(0), Some(0));
            });
        }
    }
    let renumbered = |(mut node, id): (Node, Option<usize>)| {
        id?;
        if let Some(split) = &mut node.split {
            (split.left, split.right) = (new_id[split.left]?, new_id[split.right]?);
        }
        Some(node)
    };
    nodes.into_iter().zip(new_id.iter().copied()).filter_map(renumbered).collect()
}
