//! The tree of merges as a reader sees it.

use segctl_numeric::{Labels, MatrixView};

use crate::SegmentationError;
use crate::algorithm;
use crate::outcome::{Join, Leaf, Tree};

/// Leaves drawn: what a reader can tell apart on one page.
const LEAVES: usize = 40;

/// The top of `tree`, which was made of rows of `x`, coloured by the segments in `labels`.
pub(crate) fn drawn(tree: &algorithm::Tree, x: MatrixView<'_>, labels: &Labels) -> Result<Tree, SegmentationError> {
    let sampled = tree.sample.as_deref().map(|rows| x.select_rows(rows));
    let rows = sampled.as_ref().map_or(x, |matrix| matrix.view());
    let top = tree.dendrogram.truncated(LEAVES)?;
    let order = top.leaf_order(rows, tree.metric)?;
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(at, &leaf)| place[leaf] = at);
    let segments = segments(&top.labels, labels, tree.sample.as_deref());
    let leaf = |&leaf: &usize| Leaf {
        size: top.sizes[leaf] as u64,
        height: top.heights[leaf],
        segment: segments[leaf].0,
        purity: segments[leaf].1,
    };
    let node = |node: usize| place.get(node).copied().unwrap_or(node);
    let join = |(merge, size): (&segctl_clustering_core::agglomerative::Merge, usize)| Join {
        left: node(merge.left),
        right: node(merge.right),
        height: merge.height,
        size: size as u64,
    };
    Ok(Tree {
        linkage: tree.linkage.name().to_owned(),
        metric: tree.metric.name().to_owned(),
        n_rows: rows.n_rows() as u64,
        leaves: order.iter().map(leaf).collect(),
        merges: oriented(top.tree.merges().iter().zip(top.merge_sizes()).map(join).collect(), order.len()),
    })
}

/// Puts of two nodes the one whose leaves stand further left on the left.
fn oriented(mut merges: Vec<Join>, n_leaves: usize) -> Vec<Join> {
    let mut first: Vec<usize> = (0..n_leaves).collect();
    for merge in &mut merges {
        if first[merge.left] > first[merge.right] {
            std::mem::swap(&mut merge.left, &mut merge.right);
        }
        first.push(first[merge.left]);
    }
    merges
}

/// For each leaf the segment most of its rows are in, and their share.
fn segments(leaves: &Labels, labels: &Labels, sample: Option<&[usize]>) -> Vec<(usize, f64)> {
    let k = labels.n_clusters();
    let mut counts = vec![0_usize; leaves.n_clusters() * k];
    for i in 0..leaves.len() {
        let row = sample.map_or(i, |rows| rows[i]);
        if let (Some(leaf), Some(segment)) = (leaves.get(i), labels.get(row)) {
            counts[leaf * k + segment] += 1;
        }
    }
    let most = |counts: &[usize]| {
        let segment = (0..k).fold(0, |best, s| if counts[s] > counts[best] { s } else { best });
        (segment, counts[segment] as f64 / counts.iter().sum::<usize>().max(1) as f64)
    };
    counts.chunks_exact(k.max(1)).map(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_takes_the_segment_of_most_of_its_rows() {
        let leaves = Labels::new(vec![0, 0, 0, 1], 2).unwrap();
        let labels = Labels::new(vec![1, 1, 0, 9, 0], 10).unwrap();
        let found = segments(&leaves, &labels, None);
        assert_eq!(found, [(1, 2.0 / 3.0), (9, 1.0)]);
        assert_eq!(segments(&leaves, &labels, Some(&[0, 2, 4, 3]))[0], (0, 2.0 / 3.0));
    }

    #[test]
    fn the_left_node_holds_the_leaf_further_left() {
        let join = |left, right| Join { left, right, height: 1.0, size: 1 };
        let merges = oriented(vec![join(2, 1), join(3, 0)], 3);
        assert_eq!(merges.iter().map(|m| (m.left, m.right)).collect::<Vec<_>>(), [(1, 2), (0, 3)]);
    }
}
