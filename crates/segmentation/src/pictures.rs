//! How algorithms came to their clusters, as a reader sees it.

use segctl_clustering_core::dbscan::EpsProposal;
use segctl_clustering_core::hdbscan::CondensedTree;
use segctl_numeric::Labels;

use crate::SegmentationError;
use crate::algorithm::Picture;
use crate::features::Feature;
use crate::outcome::{Condensed, CondensedCluster, Neighbours, SomMap, Tree};
use crate::run::Ready;
use crate::{map, tree};

/// Steps of one cluster of a condensed tree.
const STEPS: usize = 40;

/// At most one of a kind.
#[derive(Default)]
pub(crate) struct Pictures {
    pub(crate) tree: Option<Tree>,
    pub(crate) neighbours: Option<Neighbours>,
    pub(crate) condensed: Option<Condensed>,
    pub(crate) map: Option<SomMap>,
}

/// The first of each kind; `labels` are those of the rows of `ready`.
pub(crate) fn drawn(
    pictures: Vec<Picture>,
    ready: &Ready,
    features: &[Feature],
    labels: &Labels,
) -> Result<Pictures, SegmentationError> {
    let x = ready.prepared.matrix.view();
    let mut drawn = Pictures::default();
    for picture in pictures {
        match picture {
            Picture::Tree(found) if drawn.tree.is_none() => drawn.tree = Some(tree::drawn(&found, x, labels)?),
            Picture::Neighbours { proposal, eps } => drawn.neighbours = Some(neighbours(&proposal, eps)),
            Picture::Condensed(found) => drawn.condensed = Some(condensed(&found, labels)),
            Picture::Map(found) => drawn.map = Some(map::drawn(&found, features, labels)?),
            Picture::Tree(_) => {}
        }
    }
    Ok(drawn)
}

fn neighbours(proposal: &EpsProposal, eps: f64) -> Neighbours {
    let share = |&rank: &usize| (rank + 1) as f64 / proposal.n_rows as f64;
    Neighbours {
        min_samples: proposal.k,
        curve: proposal.ranks.iter().map(share).zip(proposal.distances.iter().copied()).collect(),
        eps,
        proposed: proposal.eps,
        sample: proposal.is_sampled().then_some(proposal.n_rows as u64),
    }
}

/// Each cluster that was selected has the segment that most of its rows are in.
fn condensed(tree: &CondensedTree, labels: &Labels) -> Condensed {
    let segments = segments(tree, labels);
    let left = tree.rows_left(STEPS);
    let cluster = |(at, cluster): (usize, &segctl_clustering_core::hdbscan::CondensedCluster)| {
        let birth = (cluster.lambda_birth, cluster.n_rows as u64);
        let later = left[at].iter().map(|step| (step.lambda, (cluster.n_rows - step.n_left) as u64));
        let mut steps: Vec<(f64, u64)> = std::iter::once(birth).chain(later).collect();
        let last = steps.last().map_or(0, |(_, size)| *size);
        if last > 0 {
            steps.push((cluster.lambda_death, last));
        }
        // The whole is there at any distance: it is drawn from where the first customers leave it.
        if let (0.0, Some(&(next, _))) = (steps[0].0, steps.get(1)) {
            steps[0].0 = next;
        }
        let segment = cluster.label.and_then(|label| segments[label]);
        CondensedCluster { parent: cluster.parent, segment, stability: cluster.stability, steps }
    };
    Condensed { clusters: tree.clusters.iter().enumerate().map(cluster).collect() }
}

/// For each cluster that was selected the segment that most of its rows are in, if they are in any.
fn segments(tree: &CondensedTree, labels: &Labels) -> Vec<Option<usize>> {
    // Clusters stand after those they split off: one pass hands the label down.
    let mut inherited: Vec<Option<usize>> = Vec::with_capacity(tree.clusters.len());
    for cluster in &tree.clusters {
        inherited.push(cluster.label.or(cluster.parent.and_then(|parent| inherited[parent])));
    }
    let k = labels.n_clusters();
    let n_selected = tree.clusters.iter().filter_map(|cluster| cluster.label).max().map_or(0, |label| label + 1);
    let mut counts = vec![vec![0_usize; k]; n_selected];
    for (row, &cluster) in tree.row_cluster.iter().enumerate() {
        if let (Some(selected), Some(segment)) = (inherited[cluster], labels.get(row)) {
            counts[selected][segment] += 1;
        }
    }
    let most = |counts: &Vec<usize>| (0..k).rev().max_by_key(|&segment| counts[segment]).filter(|&s| counts[s] > 0);
    counts.iter().map(most).collect()
}
