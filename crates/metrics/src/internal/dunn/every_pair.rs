//! For distances that boxes do not bound.

use segctl_numeric::MatrixView;
use segctl_numeric::distance::Dissimilarity;
use segctl_numeric::par::map_chunks;

use crate::members::Members;

/// Rows on either side of a block of distances, which stays in the nearest cache.
const BLOCK: usize = 64;

/// The least distance between clusters and the greatest within one, over all pairs of rows.
pub(super) fn extremes(x: MatrixView<'_>, dissimilarity: &Dissimilarity, members: &Members) -> (f64, f64) {
    let order: Vec<usize> = members.iter().flatten().copied().collect();
    let clusters = members.iter().enumerate().flat_map(|(cluster, rows)| std::iter::repeat_n(cluster, rows.len()));
    let clusters: Vec<usize> = clusters.collect();
    let rows = x.select_rows(&order);
    let (rows, n) = (rows.view(), order.len());
    let of_block = |block: std::ops::Range<usize>| {
        let mut found = (f64::INFINITY, 0.0);
        let mut distances = [0.0; BLOCK * BLOCK];
        let xs = rows.rows_range(block.clone());
        for start in (block.start..n).step_by(BLOCK) {
            let ys = rows.rows_range(start..(start + BLOCK).min(n));
            let distances = &mut distances[..xs.n_rows() * ys.n_rows()];
            dissimilarity.many_to_many(xs.as_slice(), ys.as_slice(), x.n_cols(), distances);
            for (i, distances) in block.clone().zip(distances.chunks_exact(ys.n_rows())) {
                // A row is not compared with itself: some distances of a row to itself are not 0.
                for (j, &distance) in (start..n).zip(distances).filter(|&(j, _)| j > i) {
                    found = joined(found, distance, clusters[i] == clusters[j]);
                }
            }
        }
        found
    };
    let join = |a: (f64, f64), b: (f64, f64)| (a.0.min(b.0), a.1.max(b.1));
    map_chunks(n, BLOCK, of_block).into_iter().fold((f64::INFINITY, 0.0), join)
}

fn joined(found: (f64, f64), distance: f64, is_within: bool) -> (f64, f64) {
    if is_within { (found.0, found.1.max(distance)) } else { (found.0.min(distance), found.1) }
}
