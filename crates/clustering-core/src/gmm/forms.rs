//! Squared Mahalanobis distances of tiles of rows to all components.

use segctl_numeric::simd::Kernel;

use super::gaussians::{Factor, Gaussians, Shape};
use super::lanes::Lanes;
use super::tiles::BLOCK;

/// Distances beyond are as good as infinite, and can be subtracted.
const LARGEST: f64 = f64::MAX;

/// Fills `out` (component by component, one entry per tile) with `|y|^2` of the rows in `tiles`.
pub(super) struct Forms<'a> {
    pub(super) tiles: &'a [Lanes],
    pub(super) gaussians: &'a Gaussians,
    pub(super) out: &'a mut [Lanes],
}

impl Kernel for Forms<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let stride = self.gaussians.stride;
        let n_tiles = self.tiles.len() / stride;
        assert_eq!(self.out.len(), n_tiles * self.gaussians.n_components());
        match &self.gaussians.shape {
            Shape::Full(factors) => {
                let mut room = Room::new(stride);
                let means = self.gaussians.means.chunks_exact(stride);
                for ((out, factor), mean) in self.out.chunks_exact_mut(n_tiles).zip(factors).zip(means) {
                    full(self.tiles, mean, factor, &mut room, out);
                }
            }
            Shape::Tied(factor, means) => tied(self.tiles, factor, means, stride, self.out),
            Shape::Diag(scales) => {
                let components = self.gaussians.means.chunks_exact(stride).zip(scales.chunks_exact(stride));
                for (out, (mean, scale)) in self.out.chunks_exact_mut(n_tiles).zip(components) {
                    for (out, tile) in out.iter_mut().zip(self.tiles.chunks_exact(stride)) {
                        *out = diagonal(tile, mean, scale);
                    }
                }
            }
        }
    }
}

/// Differences of two tiles of rows to a mean, feature by feature, and of one.
struct Room {
    two: Vec<[Lanes; 2]>,
    one: Vec<[Lanes; 1]>,
}

impl Room {
    fn new(stride: usize) -> Self {
        Self { two: vec![[Lanes::ZERO; 2]; stride], one: vec![[Lanes::ZERO; 1]; stride] }
    }
}

/// Two tiles at a time: one chain of four sums would wait for its additions.
#[inline(always)]
fn full(tiles: &[Lanes], mean: &[f64], factor: &Factor, room: &mut Room, out: &mut [Lanes]) {
    let stride = mean.len();
    let (pairs, last) = out.as_chunks_mut::<2>();
    let mut at = 0;
    for out in pairs {
        let pair = [&tiles[at..at + stride], &tiles[at + stride..at + 2 * stride]];
        differences(pair, mean, &mut room.two);
        *out = squared_length(&room.two, factor);
        at += 2 * stride;
    }
    if let [out] = last {
        differences([&tiles[at..at + stride]], mean, &mut room.one);
        [*out] = squared_length(&room.one, factor);
    }
}

#[inline(always)]
fn differences<const T: usize>(tiles: [&[Lanes]; T], mean: &[f64], out: &mut [[Lanes; T]]) {
    for t in 0..T {
        for ((out, value), mean) in out.iter_mut().zip(tiles[t]).zip(mean) {
            out[t] = *value - *mean;
        }
    }
}

#[inline(always)]
fn squared_length<const T: usize>(x: &[[Lanes; T]], factor: &Factor) -> [Lanes; T] {
    let mut sum = [Lanes::ZERO; T];
    times(factor, x, |_, y| {
        for y in y {
            for t in 0..T {
                sum[t] += y[t] * y[t];
            }
        }
    });
    sum.map(|sum| sum.map(|value| value.min(LARGEST)))
}

/// Hands out `L^-1 x`, four features at a time.
#[inline(always)]
fn times<const T: usize>(factor: &Factor, x: &[[Lanes; T]], mut take: impl FnMut(usize, [[Lanes; T]; BLOCK])) {
    let mut rest = factor.0.as_slice();
    for b in 0..x.len() / BLOCK {
        let (before, own) = (&x[..BLOCK * b], &x[BLOCK * b..BLOCK * (b + 1)]);
        let mut sums = [[Lanes::ZERO; T]; BLOCK];
        for (x, column) in before.iter().zip(rest) {
            for a in 0..BLOCK {
                for t in 0..T {
                    sums[a][t] += x[t] * column[a];
                }
            }
        }
        let triangle = &rest[BLOCK * b..BLOCK * (b + 1)];
        for e in 0..BLOCK {
            for a in e..BLOCK {
                for t in 0..T {
                    sums[a][t] += own[e][t] * triangle[e][a];
                }
            }
        }
        take(b, sums);
        rest = &rest[BLOCK * (b + 1)..];
    }
}

#[inline(always)]
fn tied(tiles: &[Lanes], factor: &Factor, means: &[f64], stride: usize, out: &mut [Lanes]) {
    let n_tiles = tiles.len() / stride;
    let mut x = vec![[Lanes::ZERO; 1]; stride];
    let mut whitened = vec![Lanes::ZERO; stride];
    for (i, tile) in tiles.chunks_exact(stride).enumerate() {
        x.iter_mut().zip(tile).for_each(|(x, value)| *x = [*value]);
        times(factor, &x, |b, y| {
            for a in 0..BLOCK {
                whitened[BLOCK * b + a] = y[a][0];
            }
        });
        for (c, mean) in means.chunks_exact(stride).enumerate() {
            let of_four = |y: Lanes, m: f64| (y - m) * (y - m);
            out[c * n_tiles + i] = sum_by_four(&whitened, mean, of_four);
        }
    }
}

#[inline(always)]
fn diagonal(tile: &[Lanes], mean: &[f64], scale: &[f64]) -> Lanes {
    let (mut sums, columns) = ([Lanes::ZERO; BLOCK], tile.as_chunks::<BLOCK>().0);
    let parameters = mean.as_chunks::<BLOCK>().0.iter().zip(scale.as_chunks::<BLOCK>().0);
    for (columns, (mean, scale)) in columns.iter().zip(parameters) {
        for a in 0..BLOCK {
            let y = (columns[a] - mean[a]) * scale[a];
            sums[a] += y * y;
        }
    }
    together(sums)
}

/// The sum of `of` over all features, four sums at a time.
#[inline(always)]
fn sum_by_four(x: &[Lanes], with: &[f64], of: impl Fn(Lanes, f64) -> Lanes) -> Lanes {
    let mut sums = [Lanes::ZERO; BLOCK];
    for (x, with) in x.as_chunks::<BLOCK>().0.iter().zip(with.as_chunks::<BLOCK>().0) {
        for a in 0..BLOCK {
            sums[a] += of(x[a], with[a]);
        }
    }
    together(sums)
}

#[inline(always)]
fn together([a, b, c, d]: [Lanes; BLOCK]) -> Lanes {
    ((a + b) + (c + d)).map(|value| value.min(LARGEST))
}
