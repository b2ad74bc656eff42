//! Squared Mahalanobis distances of tiles of rows to all components.

use segctl_numeric::simd::{Kernel, LANES};

use super::gaussians::{Factor, Gaussians, Shape};
use super::lanes::{Four, Lanes};
use super::tiles::BLOCK;

/// Fills `out` (component by component, a value per row) with `|y|^2` of the rows in `tiles`.
pub(super) struct Forms<'a> {
    pub(super) tiles: &'a [Lanes],
    pub(super) gaussians: &'a Gaussians,
    pub(super) out: &'a mut [f64],
}

impl Kernel for Forms<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let stride = self.gaussians.stride;
        let n_tiles = self.tiles.len() / stride;
        let out = self.out.as_chunks_mut::<LANES>().0;
        assert_eq!(out.len(), n_tiles * self.gaussians.n_components());
        let means = self.gaussians.means.chunks_exact(stride);
        match &self.gaussians.shape {
            Shape::Full(factors) => {
                let mut room = vec![Four::ZERO; 2 * stride / BLOCK];
                for ((out, factor), mean) in out.chunks_exact_mut(n_tiles).zip(factors).zip(means) {
                    full(self.tiles, mean, factor, &mut room, out);
                }
            }
            Shape::Tied(factor, means) => tied(self.tiles, factor, means, stride, out),
            Shape::Diag(scales) => {
                let components = means.zip(scales.chunks_exact(stride));
                for (out, (mean, scale)) in out.chunks_exact_mut(n_tiles).zip(components) {
                    for (out, tile) in out.iter_mut().zip(self.tiles.chunks_exact(stride)) {
                        diagonal(tile, mean, scale).put(out);
                    }
                }
            }
        }
    }
}

type Out = [f64; LANES];

#[inline(always)]
fn full(tiles: &[Lanes], mean: &[f64], factor: &Factor, room: &mut [Four], out: &mut [Out]) {
    let stride = mean.len();
    for (out, pair) in out.chunks_mut(2).zip(tiles.chunks(2 * stride)) {
        let (mut x_sum, mut y_sum) = (Lanes::ZERO, Lanes::ZERO);
        times(factor, pair, mean, room, |_, x, y| {
            x.add_squares_to(&mut x_sum);
            y.add_squares_to(&mut y_sum);
        });
        x_sum.put(&mut out[0]);
        if let [_, out] = out {
            y_sum.put(out);
        }
    }
}

/// Hands out `L^-1 (x - mean)` of two tiles, four features at a time; a last tile of an odd number is its own
/// partner. One tile alone would have its four sums wait for their additions.
#[inline(always)]
fn times(factor: &Factor, pair: &[Lanes], mean: &[f64], room: &mut [Four], mut take: impl FnMut(usize, Four, Four)) {
    let stride = mean.len();
    let (x, y) = (&pair[..stride], &pair[pair.len() - stride..]);
    let blocks = x.as_chunks::<BLOCK>().0.iter().zip(y.as_chunks::<BLOCK>().0).zip(mean.as_chunks::<BLOCK>().0);
    let (x_room, y_room) = room.split_at_mut(stride / BLOCK);
    let mut rest = factor.0.as_slice();
    for (b, ((x, y), mean)) in blocks.enumerate() {
        let (columns, after) = rest.split_at(BLOCK * (b + 1));
        let (before, triangle) = columns.split_at(BLOCK * b);
        let (mut x_sums, mut y_sums) = (Four::ZERO, Four::ZERO);
        let differences = x_room[..b].iter().zip(&y_room[..b]);
        for ((x, y), columns) in differences.zip(before.as_chunks::<BLOCK>().0) {
            for ((x, y), column) in x.0.iter().zip(&y.0).zip(columns) {
                x_sums.add_scaled(x, column);
                y_sums.add_scaled(y, column);
            }
        }
        // Written here and not in a loop of its own, of which the compiler makes gathers and scatters.
        x_room[b].set_differences(x, mean);
        y_room[b].set_differences(y, mean);
        if let [triangle] = triangle.as_chunks::<BLOCK>().0 {
            x_sums.add_triangle(&x_room[b].0, triangle);
            y_sums.add_triangle(&y_room[b].0, triangle);
        }
        take(b, x_sums, y_sums);
        rest = after;
    }
}

#[inline(always)]
fn tied(tiles: &[Lanes], factor: &Factor, means: &[f64], stride: usize, out: &mut [Out]) {
    let n_tiles = tiles.len() / stride;
    let (mut room, middle) = (vec![Four::ZERO; 2 * stride / BLOCK], vec![0.0; stride]);
    let mut whitened = room.clone();
    let (first, second) = whitened.split_at_mut(stride / BLOCK);
    for (i, pair) in tiles.chunks(2 * stride).enumerate() {
        times(factor, pair, &middle, &mut room, |b, x, y| {
            first[b] = x;
            second[b] = y;
        });
        for (at, whitened) in (2 * i..n_tiles).zip([&*first, &*second]) {
            for (c, mean) in means.chunks_exact(stride).enumerate() {
                let mut sums = Four::ZERO;
                for (y, mean) in whitened.iter().zip(mean.as_chunks::<BLOCK>().0) {
                    sums.add_squares(&y.0, mean, &[1.0; BLOCK]);
                }
                sums.together().put(&mut out[c * n_tiles + at]);
            }
        }
    }
}

#[inline(always)]
fn diagonal(tile: &[Lanes], mean: &[f64], scale: &[f64]) -> Lanes {
    let mut sums = Four::ZERO;
    let parameters = mean.as_chunks::<BLOCK>().0.iter().zip(scale.as_chunks::<BLOCK>().0);
    for (four, (mean, scale)) in tile.as_chunks::<BLOCK>().0.iter().zip(parameters) {
        sums.add_squares(four, mean, scale);
    }
    sums.together()
}
