//! One pass over all rows: probabilities, and the sums that follow from them while rows are at hand.

use std::ops::Range;

use segctl_numeric::par::fold_chunks;
use segctl_numeric::simd::{LANES, dispatch};
use segctl_numeric::{Labels, MatrixView};

use super::forms::Forms;
use super::gaussians::Gaussians;
use super::lanes::Lanes;
use super::moments::{Add, Products, Sums};
use super::posterior::Posterior;
use super::tiles::Tiles;

/// Tiles that are looked at for all components before the next: with 16 features they and their differences
/// to a mean take 32 KiB, which fits the first-level cache.
const BLOCK_TILES: usize = 16;
/// Chunks of all rows at most: each has its own sums, which may be large.
const MOST_CHUNKS: usize = 64;
/// Tiles in a chunk at least.
const LEAST_TILES: usize = 128;

/// Where the shares of rows in components come from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    /// The posterior probabilities of a mixture.
    Mixture(&'a Gaussians),
    /// All in the cluster that a row is in.
    Labels(&'a Labels),
    /// As given (n x k).
    Shares(MatrixView<'a>),
}

/// What a pass finds.
pub(super) struct Found {
    /// Per component: its weight, `stride` weighted differences to its reference, their products.
    pub(super) sums: Vec<f64>,
    /// The weighted sum over the rows; 0 where shares are given.
    pub(super) log_likelihood: f64,
}

/// Goes over all rows; sums are of differences to `references` (k x stride).
pub(super) fn pass(tiles: &Tiles, source: Source<'_>, references: &[f64], products: Products) -> Found {
    let k = references.len() / tiles.stride();
    let chunk = tiles.n_tiles().div_ceil(MOST_CHUNKS).next_multiple_of(BLOCK_TILES).max(LEAST_TILES);
    let of_chunk = |range: Range<usize>| {
        let mut sums = Sums::new(k, tiles.stride(), products);
        let mut room = Room::new(k, tiles.stride());
        let mut log_likelihood = Lanes::ZERO;
        for start in range.clone().step_by(BLOCK_TILES) {
            let block = start..(start + BLOCK_TILES).min(range.end);
            log_likelihood += room.add(tiles, block, source, references, &mut sums);
        }
        Found { sums: sums.finish(), log_likelihood: log_likelihood.sum() }
    };
    let none = Found { sums: vec![0.0; Sums::new(k, tiles.stride(), products).finish().len()], log_likelihood: 0.0 };
    fold_chunks(tiles.n_tiles(), chunk, of_chunk, none, |mut all, part| {
        all.sums.iter_mut().zip(part.sums).for_each(|(sum, value)| *sum += value);
        all.log_likelihood += part.log_likelihood;
        all
    })
}

struct Room {
    shares: Vec<Lanes>,
    log_likelihood: Vec<Lanes>,
    differences: Vec<Lanes>,
}

impl Room {
    fn new(n_components: usize, stride: usize) -> Self {
        let of = |n| vec![Lanes::ZERO; BLOCK_TILES * n];
        Self { shares: of(n_components), log_likelihood: of(1), differences: of(stride + 1) }
    }

    /// Adds the rows of `block` to `sums`; the weighted log-likelihood of each lane.
    fn add(
        &mut self,
        tiles: &Tiles,
        block: Range<usize>,
        source: Source<'_>,
        references: &[f64],
        sums: &mut Sums,
    ) -> Lanes {
        let n_tiles = block.len();
        let (values, weights) = (tiles.values(block.clone()), tiles.weights(block.clone()));
        let shares = &mut self.shares[..n_tiles * references.len() / tiles.stride()];
        let mut log_likelihood = Lanes::ZERO;
        match source {
            Source::Mixture(gaussians) => {
                let of_rows = &mut self.log_likelihood[..n_tiles];
                evaluate(values, gaussians, shares, of_rows);
                of_rows.iter().zip(weights).for_each(|(value, weight)| log_likelihood += *value * *weight);
            }
            Source::Labels(labels) => {
                given(
                    block,
                    labels.len(),
                    shares,
                    |row, component| {
                        if labels.get(row) == Some(component) { 1.0 } else { 0.0 }
                    },
                )
            }
            Source::Shares(matrix) => {
                given(block, matrix.n_rows(), shares, |row, component| matrix.row(row)[component]);
            }
        }
        let room = &mut self.differences[..n_tiles * (tiles.stride() + 1)];
        dispatch(Add { tiles: values, weights, shares, references, sums, room });
        log_likelihood
    }
}

/// Posterior probabilities (component by component, one entry per tile) and log-likelihoods of tiles of rows.
fn evaluate(tiles: &[Lanes], gaussians: &Gaussians, shares: &mut [Lanes], log_likelihood: &mut [Lanes]) {
    dispatch(Forms { tiles, gaussians, out: shares });
    dispatch(Posterior { constants: &gaussians.constants, forms: shares, log_likelihood });
}

fn given(block: Range<usize>, n_rows: usize, out: &mut [Lanes], share: impl Fn(usize, usize) -> f64) {
    let n_tiles = block.len();
    for (at, out) in out.iter_mut().enumerate() {
        let (component, first) = (at / n_tiles, (block.start + at % n_tiles) * LANES);
        *out = Lanes(std::array::from_fn(|l| if first + l < n_rows { share(first + l, component) } else { 0.0 }));
    }
}
