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
    /// No row is farther from the middle of its cluster.
    radius: f64,
}

impl Boxed {
    fn new<F: Form>(x: MatrixView<'_>, cluster: usize, middle: &[f64], rows: &[usize]) -> Self {
        let sum = |row: &usize| x.row(*row).iter().zip(middle).fold(0.0, |sum, (a, b)| F::add(sum, a - b));
        // Lengths are rounded, and squares of the smallest differences are 0: so much more is certainly enough.
        let slack = 1.0 + 8.0 * f64::EPSILON * (x.n_cols() + 8) as f64;
        Self {
            radius: F::length(rows.iter().map(sum).fold(0.0, f64::max)) * slack + 1e-150,
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

    /// A number that no distance of a row of `self` and a row of `other`, of the same cluster, is above, as a sum; any
    /// such number will do that is not above `limit`.
    ///
    /// Corners tell far boxes from near ones where there are few columns; where there are many, only radii do.
    pub(super) fn at_most<F: Form>(&self, other: &Self, limit: f64) -> f64 {
        let by_radius = F::sum(self.radius + other.radius);
        if by_radius <= limit {
            return by_radius;
        }
        let pairs = self.corners.iter().zip(&other.corners);
        pairs.fold(0.0, |sum, (a, b)| F::add(sum, (a.1 - b.0).max(b.1 - a.0))).min(by_radius)
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
pub(super) fn boxes<F: Form>(x: MatrixView<'_>, members: &Members) -> Vec<Boxed> {
    let of_cluster = |cluster: usize| {
        let mut rows = members.of(cluster).to_vec();
        let middle = middle(x, &rows);
        let mut found = Vec::new();
        split(x, &mut rows, &mut |rows| found.push(Boxed::new::<F>(x, cluster, &middle, rows)));
        found
    };
    map_chunks(members.n_clusters(), 1, |range| of_cluster(range.start)).into_iter().flatten().collect()
}

/// The mean of some rows, or a point near it: radii may be taken from any.
fn middle(x: MatrixView<'_>, rows: &[usize]) -> Vec<f64> {
    let mut sums = vec![0.0; x.n_cols()];
    for &row in rows {
        sums.iter_mut().zip(x.row(row)).for_each(|(sum, value)| *sum += value);
    }
    sums.iter().map(|sum| sum / rows.len() as f64).collect()
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
