//! Boxes of neighbouring rows of one cluster.

use segctl_numeric::MatrixView;
use segctl_numeric::par::map_chunks;

use super::forms::Form;
use super::kernel::Tile;
use crate::members::Members;

/// Rows of a box at most: few enough for tight bounds, enough that bounds cost less than distances.
const MOST_ROWS: usize = 32;

/// Some rows of one cluster.
pub(super) struct Boxed {
    pub(super) cluster: usize,
    /// m x d, row-major.
    pub(super) rows: Vec<f64>,
    /// The same rows by columns.
    pub(super) tiles: Vec<Tile>,
    /// The least and the greatest value of each column.
    corners: Vec<(f64, f64)>,
}

impl Boxed {
    fn new(x: MatrixView<'_>, cluster: usize, rows: &[usize]) -> Self {
        Self {
            cluster,
            rows: rows.iter().flat_map(|&row| x.row(row)).copied().collect(),
            tiles: Tile::pack(x, rows),
            corners: corners(x, rows),
        }
    }

    /// A number that no distance of a row of `self` and a row of `other` is below, as a sum.
    pub(super) fn at_least<F: Form>(&self, other: &Self) -> f64 {
        let pairs = self.corners.iter().zip(&other.corners);
        pairs.fold(0.0, |sum, (a, b)| F::add(sum, (a.0 - b.1).max(b.0 - a.1).max(0.0)))
    }

    /// A number that no distance of a row of `self` and a row of `other` is above, as a sum.
    pub(super) fn at_most<F: Form>(&self, other: &Self) -> f64 {
        let pairs = self.corners.iter().zip(&other.corners);
        pairs.fold(0.0, |sum, (a, b)| F::add(sum, (a.1 - b.0).max(b.1 - a.0)))
    }
}

fn corners(x: MatrixView<'_>, rows: &[usize]) -> Vec<(f64, f64)> {
    let mut corners = vec![(f64::INFINITY, f64::NEG_INFINITY); x.n_cols()];
    for &row in rows {
        for (corner, &value) in corners.iter_mut().zip(x.row(row)) {
            *corner = (corner.0.min(value), corner.1.max(value));
        }
    }
    corners
}

/// All rows that are no noise, cluster by cluster.
pub(super) fn boxes(x: MatrixView<'_>, members: &Members) -> Vec<Boxed> {
    let of_cluster = |cluster: usize| {
        let mut rows = members.of(cluster).to_vec();
        let mut found = Vec::new();
        split(x, &mut rows, &mut |rows| found.push(Boxed::new(x, cluster, rows)));
        found
    };
    map_chunks(members.n_clusters(), 1, |range| of_cluster(range.start)).into_iter().flatten().collect()
}

/// Halves the rows at the median of the widest column until they fit a box.
fn split(x: MatrixView<'_>, rows: &mut [usize], found: &mut impl FnMut(&[usize])) {
    if rows.len() <= MOST_ROWS {
        return found(rows);
    }
    let corners = corners(x, rows);
    let widths = corners.iter().map(|(low, high)| high - low).enumerate();
    let (widest, _) = widths.fold((0, 0.0), |best, (j, width)| if width > best.1 { (j, width) } else { best });
    // Halves of whole boxes: all but the last are full.
    let half = (rows.len() / 2).next_multiple_of(MOST_ROWS).min(rows.len() - 1);
    rows.select_nth_unstable_by(half, |&a, &b| x.row(a)[widest].total_cmp(&x.row(b)[widest]).then(a.cmp(&b)));
    let (left, right) = rows.split_at_mut(half);
    split(x, left, found);
    split(x, right, found);
}
