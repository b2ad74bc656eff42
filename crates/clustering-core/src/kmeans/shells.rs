//! Shells of rows around their centres, and which other centres matter to them.
//!
//! A row no farther than `r` from its centre `c` is at least `|c - o| - 2 r` nearer to `c` than to `o`,
//! by the triangle inequality: what Exponion uses to choose candidates for a row (J. Newling &
//! F. Fleuret, "Fast k-means with accurate bounds", ICML 2016), and what limits a cluster's neighbours
//! to those that may take its rows (P. Ryšavý & G. Hamerly, "Geometric methods to accelerate k-means
//! algorithms", SDM 2016). Here rows are put into shells around their centres, and only moves of
//! centres near to a shell take anything off its rows' margins. A small cluster of outliers that moves
//! a long way then opens the rows around it, and no others.
//!
//! (Exponion itself, candidates for tiles of rows of one cluster, computes fewer distances, but rows must be
//! sorted for it and tiles stay partly empty.)

use segctl_numeric::Matrix;
use segctl_numeric::distance::{TwoNearest, squared_euclidean, two_nearest_of};

use super::bounds::{DOWN, UP};
use super::problem::Problem;

/// Shells around a centre; the last has no outer edge.
const SHELLS: usize = 1 << SHELL_BITS;
const SHELL_BITS: u32 = 4;

/// The outer edge of the innermost shell, in median distances of rows to their centres, and how much
/// farther out each following edge is.
const INNERMOST: f64 = 0.4;
const RATIO: f64 = 1.25;

/// The most that is ever made of a margin, in the same unit. The more, the longer a row needs no look,
/// but the more centres count as near: where this was simulated with 1/4, 1/2, 1 and 2, one of the middle
/// two left the fewest rows open with 16 features, and the last with 64.
const CAP: f64 = 0.75;

/// Shells cost time O(k^2) in each iteration: worth it for so many rows to a pair of centres.
const ROWS_PER_PAIR: usize = 16;

/// Rows looked at to find the median distance.
const SAMPLE: usize = 256;

/// Shells of the same radii around every centre, in scaled units. What a centre moves is added to the
/// radii of its shells.
pub(super) struct Shells {
    /// Rising; infinite from the last shell on.
    edges: [f32; SHELLS],
    bits: u32,
    cap: f64,
}

impl Shells {
    /// One shell for all rows of a cluster.
    pub(super) fn one() -> Self {
        Self { edges: [f32::INFINITY; SHELLS], bits: 0, cap: f64::INFINITY }
    }

    /// Shells that suit the distances of a few rows to `centers`, or one where that has to do.
    pub(super) fn new(problem: &Problem<'_>, centers: &Matrix, scale: f64) -> Self {
        let (n, k) = (problem.x.n_rows(), centers.n_rows());
        if k < 2 || n / k / k < ROWS_PER_PAIR {
            return Self::one();
        }
        let typical = median_distance(problem, centers) * scale;
        let mut edges = [f32::INFINITY; SHELLS];
        let rising = std::iter::successors(Some(INNERMOST * typical), |edge| Some(edge * RATIO));
        edges[..SHELLS - 1].iter_mut().zip(rising).for_each(|(out, edge)| *out = edge as f32);
        Self { edges, bits: SHELL_BITS, cap: CAP * typical }
    }

    /// Shells around each centre.
    pub(super) fn len(&self) -> usize {
        1 << self.bits
    }

    /// No margin may count for more: beyond, centres that are not near might be the nearer.
    pub(super) fn cap(&self) -> f64 {
        self.cap
    }

    /// The number of a cluster's shell among all.
    pub(super) fn class(&self, label: u32, shell: usize) -> u32 {
        label << self.bits | shell as u32
    }

    /// The cluster of a shell.
    pub(super) fn label(&self, class: u32) -> u32 {
        class >> self.bits
    }

    /// The shell of a row at most `distance` from its centre, less what the centre moved.
    pub(super) fn shell(&self, distance: f32) -> usize {
        self.edges.iter().filter(|&&edge| distance > edge).count().min(self.len() - 1)
    }

    /// For each shell of each cluster, the farthest move of any centre near to it: one that may be the
    /// nearest of a row, or farther by no more than the cap. `moved` is how far each came from where
    /// it was to where it is now, `drift` what it moved in all, both scaled by `scale` as all of this.
    pub(super) fn farthest_moves(&self, centers: &Matrix, moved: &[f64], drift: &[f64], scale: f64) -> Vec<f64> {
        let farthest = Farthest::of(moved);
        let k = centers.n_rows();
        if self.len() == 1 {
            return (0..k).map(|c| farthest.but(c)).collect();
        }
        let distance = distances(centers, scale);
        let mut out = Vec::with_capacity(k * self.len());
        let mut others = Vec::with_capacity(k);
        for c in 0..k {
            others.clear();
            let far = distance[c * k..(c + 1) * k].iter().zip(moved).enumerate();
            others.extend(far.filter(|&(other, _)| other != c).map(|(_, (&distance, &moved))| (distance, moved)));
            others.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
            let (mut near, mut most) = (others.iter().peekable(), 0.0_f64);
            for &edge in &self.edges[..SHELLS - 1] {
                let limit = (2.0 * (f64::from(edge) + drift[c]) + self.cap) * UP;
                while let Some((_, moved)) = near.next_if(|(distance, _)| *distance < limit) {
                    most = most.max(*moved);
                }
                out.push(most);
            }
            out.push(farthest.but(c));
        }
        out
    }
}

/// The centre that moved farthest, and the farthest move of any other.
struct Farthest {
    index: usize,
    moved: f64,
    second: f64,
}

impl Farthest {
    fn of(moved: &[f64]) -> Self {
        let none = Self { index: 0, moved: 0.0, second: 0.0 };
        moved.iter().enumerate().fold(none, |top, (index, &moved)| match moved > top.moved {
            true => Self { index, moved, second: top.moved },
            false => Self { second: top.second.max(moved), ..top },
        })
    }

    fn but(&self, own: usize) -> f64 {
        if self.index == own { self.second } else { self.moved }
    }
}

/// The distances of all centres to each other (k x k, scaled), rounded down.
fn distances(centers: &Matrix, scale: f64) -> Vec<f64> {
    let k = centers.n_rows();
    let mut out = vec![0.0; k * k];
    for a in 0..k {
        for b in 0..a {
            let distance = squared_euclidean(centers.row(a), centers.row(b)).sqrt() * scale * DOWN;
            out[a * k + b] = distance;
            out[b * k + a] = distance;
        }
    }
    out
}

/// The median distance of a few rows to their nearest centres.
fn median_distance(problem: &Problem<'_>, centers: &Matrix) -> f64 {
    let n = problem.x.n_rows();
    let rows: Vec<usize> = (0..n).step_by(n.div_ceil(SAMPLE)).collect();
    let mut found = vec![TwoNearest::default(); rows.len()];
    two_nearest_of(problem.x, &rows, centers.view(), &mut found);
    let mut squared: Vec<f64> = found.iter().map(|found| found.squared).collect();
    squared.sort_unstable_by(f64::total_cmp);
    squared[squared.len() / 2].sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matrix(n: usize, d: usize, values: &[i32], scale: f64) -> Matrix {
        Matrix::new(values.iter().cycle().take(n * d).map(|&v| f64::from(v) * scale).collect(), n, d).unwrap()
    }

    proptest! {
        /// What a shell does not count as near is farther from its rows than their own centre by the cap.
        #[test]
        fn far_centres_are_far(
            (d, k) in (1_usize..5, 2_usize..6),
            values in prop::collection::vec(prop_oneof![-9_i32..9, -1000..1000], 1601),
            (scale, drift) in (prop::sample::select(vec![1.0, 1e-60, 1e60]), prop_oneof![Just(0.0), 0.0..3.0]),
        ) {
            let x = matrix(ROWS_PER_PAIR * k * k, d, &values, scale);
            let centers = matrix(k, d, &values[700..], scale);
            let shells = Shells::new(&Problem::plain(x.view(), k), &centers, 1.0 / scale);
            let drift = vec![drift; k];
            let distance = |row: usize, c: usize| squared_euclidean(x.row(row), centers.row(c)).sqrt() / scale;
            for other in 0..k {
                let moved: Vec<f64> = (0..k).map(|c| if c == other { 1.0 } else { 0.0 }).collect();
                let moves = shells.farthest_moves(&centers, &moved, &drift, 1.0 / scale);
                for (row, own) in (0..x.n_rows()).flat_map(|row| (0..k).map(move |own| (row, own))) {
                    let shell = shells.shell(((distance(row, own) - drift[own]) * UP) as f32);
                    if own != other && moves[shells.class(own as u32, shell) as usize] == 0.0 {
                        let apart = distance(row, other) - distance(row, own);
                        prop_assert!(apart >= shells.cap(), "{apart} < {}", shells.cap());
                    }
                }
            }
        }
    }

    #[test]
    fn a_far_centre_opens_only_rows_on_its_side() {
        let x = Matrix::new((0..400).map(|i| f64::from(i % 20)).collect(), 400, 1).unwrap();
        let centers = Matrix::new(vec![5.0, 15.0, 1000.0], 3, 1).unwrap();
        let shells = Shells::new(&Problem::plain(x.view(), 3), &centers, 1.0);
        assert_eq!(shells.len(), SHELLS);
        let moves = shells.farthest_moves(&centers, &[0.5, 0.25, 100.0], &[0.0; 3], 1.0);
        assert!(moves[..SHELLS - 1].iter().all(|&most| most < 1.0), "{moves:?}");
        assert_eq!(moves[shells.class(0, SHELLS - 1) as usize], 100.0);
        assert_eq!(moves[shells.class(2, SHELLS - 1) as usize], 0.5);
    }

    #[test]
    fn few_rows_or_centres_have_one_shell() {
        let x = Matrix::zeros(255, 1);
        for (k, expected) in [(1, 1), (3, SHELLS), (4, 1)] {
            let centers = Matrix::new((0..k).map(|c| c as f64).collect(), k, 1).unwrap();
            let shells = Shells::new(&Problem::plain(x.view(), k), &centers, 1.0);
            assert_eq!(shells.len(), expected);
        }
        let moves = Shells::one().farthest_moves(&Matrix::zeros(3, 1), &[3.0, 1.0, 2.0], &[0.0; 3], 1.0);
        assert_eq!(moves, [2.0, 3.0, 3.0]);
    }
}
