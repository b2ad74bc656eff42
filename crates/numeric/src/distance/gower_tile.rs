//! Gower's distances of many rows, lanes running over a tile of rows.

use super::Gower;
use super::columns::{Column, Tile, Transposed};
use crate::simd::{Kernel, LANES};

/// How the difference of two values of a column counts: `min(|x - y| * scale, cap)`.
///
/// A number has no cap. For a category the scale is so large that every difference reaches the cap: one
/// form for both needs no branch, and one instruction more than a Manhattan distance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighing {
    scale: f64,
    cap: f64,
}

/// Reciprocals of smaller ranges would be infinite, or nearly so.
const SMALLEST_RANGE: f64 = 1e-307;

impl Weighing {
    pub(super) fn new(is_category: bool, range: f64, weight: f64) -> Self {
        match is_category {
            true => Self { scale: if weight > 0.0 { f64::MAX } else { 0.0 }, cap: weight },
            false if range < SMALLEST_RANGE => Self { scale: 0.0, cap: f64::INFINITY },
            false => Self { scale: weight / range, cap: f64::INFINITY },
        }
    }

    #[inline(always)]
    pub(super) fn difference(self, x: f64, y: f64) -> f64 {
        let scaled = (x - y).abs() * self.scale;
        if self.cap < scaled { self.cap } else { scaled }
    }
}

/// Rows of `xs` compared with a tile at once: as many chains of additions hide the latency of one.
const BLOCK: usize = 4;

pub(super) struct ManyToMany<'a> {
    pub(super) gower: &'a Gower,
    pub(super) xs: &'a [f64],
    pub(super) ys: &'a [f64],
    pub(super) out: &'a mut [f64],
}

impl Kernel for ManyToMany<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let d = self.gower.n_features();
        let (n_xs, n_ys) = (self.xs.len() / d, self.ys.len() / d);
        let mut transposed = Transposed::new(d);
        for first in (0..n_ys).step_by(LANES) {
            let len = LANES.min(n_ys - first);
            // A last tile that is not full repeats its last row.
            let row = |lane: usize| &self.ys[(first + lane.min(len - 1)) * d..][..d];
            let columns = transposed.take(std::array::from_fn(row));
            let mut put = |i: usize, tile: &Tile| self.out[i * n_ys + first..][..len].copy_from_slice(&tile[..len]);
            let mut i = 0;
            while i + BLOCK <= n_xs {
                let tiles = self.gower.tiles::<BLOCK>(&self.xs[i * d..(i + BLOCK) * d], columns);
                (i..).zip(&tiles).for_each(|(i, tile)| put(i, tile));
                i += BLOCK;
            }
            for i in i..n_xs {
                let [tile] = self.gower.tiles::<1>(&self.xs[i * d..(i + 1) * d], columns);
                put(i, &tile);
            }
        }
    }
}

impl Gower {
    /// The distances of `B` rows to those of a tile, features added in order.
    #[inline(always)]
    fn tiles<const B: usize>(&self, xs: &[f64], columns: &[Column]) -> [Tile; B] {
        let d = columns.len();
        let xs: [&[f64]; B] = std::array::from_fn(|i| &xs[i * d..(i + 1) * d]);
        let weighing = &self.columns[..d];
        let mut sums = [[0.0; LANES]; B];
        for (j, Column(column)) in columns.iter().enumerate() {
            for i in 0..B {
                for l in 0..LANES {
                    sums[i][l] += weighing[j].difference(column[l], xs[i][j]);
                }
            }
        }
        for sum in sums.as_flattened_mut() {
            *sum /= self.total_weight;
        }
        sums
    }
}
