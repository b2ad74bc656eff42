//! One pass over all rows: probabilities, and the sums that follow from them while rows are at hand.

use std::ops::Range;

use segctl_numeric::par::fold_chunks;
use segctl_numeric::simd::{LANES, dispatch};
use segctl_numeric::{Labels, MatrixView};

use super::forms::Forms;
use super::gaussians::Gaussians;
use super::lanes::Lanes;
use super::moments::{Add, Products, Room, Sums};
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
        let mut scratch = Scratch::new(k, tiles.stride());
        let mut log_likelihood = Lanes::ZERO;
        for start in range.clone().step_by(BLOCK_TILES) {
            let block = start..(start + BLOCK_TILES).min(range.end);
            log_likelihood.add(&scratch.add(tiles, block, source, references, &mut sums));
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

struct Scratch {
    shares: Vec<f64>,
    log_likelihood: Vec<f64>,
    sums: Vec<f64>,
    room: Room,
}

impl Scratch {
    fn new(n_components: usize, stride: usize) -> Self {
        let of = |n| vec![0.0; BLOCK_TILES * LANES * n];
        let room = Room::new(BLOCK_TILES, stride);
        Self { shares: of(n_components), log_likelihood: of(1), sums: of(1), room }
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
        let n_rows = block.len() * LANES;
        let (values, weights) = (tiles.values(block.clone()), tiles.weights(block.clone()));
        let shares = &mut self.shares[..n_rows * references.len() / tiles.stride()];
        let mut total = Lanes::ZERO;
        match source {
            Source::Mixture(gaussians) => {
                let log_likelihood = &mut self.log_likelihood[..n_rows];
                dispatch(Forms { tiles: values, gaussians, out: shares });
                let constants = &gaussians.constants;
                dispatch(Posterior { constants, forms: shares, log_likelihood, sums: &mut self.sums });
                let of_tiles = log_likelihood.as_chunks().0.iter().zip(weights);
                of_tiles.for_each(|(value, weight)| total.add_product(&Lanes(*value), weight));
            }
            Source::Labels(labels) => {
                let share = |row, component| f64::from(labels.get(row) == Some(component));
                given(block, labels.len(), shares, share);
            }
            Source::Shares(matrix) => {
                given(block, matrix.n_rows(), shares, |row, component| matrix.row(row)[component]);
            }
        }
        dispatch(Add { tiles: values, weights, shares, references, sums, room: &mut self.room });
        total
    }
}

/// Shares of the rows of `block`; those past the last are 0.
fn given(block: Range<usize>, n_rows: usize, out: &mut [f64], share: impl Fn(usize, usize) -> f64) {
    for (component, out) in out.chunks_exact_mut(block.len() * LANES).enumerate() {
        for (row, out) in (block.start * LANES..).zip(out) {
            *out = if row < n_rows { share(row, component) } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;
    use segctl_numeric::simd::{Level, available_levels, dispatch_with};

    use super::super::covariances::Covariances;
    use super::super::gaussians::pad;
    use super::*;

    fn matrix(n_rows: usize, n_cols: usize, of: impl Fn(usize) -> f64) -> Matrix {
        Matrix::new((0..n_rows * n_cols).map(of).collect(), n_rows, n_cols).unwrap()
    }

    fn gaussians(d: usize, kind: usize) -> Gaussians {
        let near = |i: usize, j: usize| 1.0 / (1.0 + i.abs_diff(j) as f64);
        let whole = |c: f64| matrix(d, d, |at| c * near(at / d, at % d));
        let covariances = [
            Covariances::Full(vec![whole(1.0), whole(2.0), whole(0.7)]),
            Covariances::Tied(whole(1.5)),
            Covariances::Diag(matrix(3, d, |at| 1.0 + at as f64 / 7.0)),
            Covariances::Spherical(vec![1.0, 2.0, 3.0]),
        ];
        let means: Vec<f64> = (0..3 * d).map(|at| (at as f64 * 0.7).sin()).collect();
        Gaussians::new(&[0.5, 0.2, 0.3], &means, &covariances[kind], 0.0).unwrap()
    }

    /// Distances, probabilities and log-likelihoods, and the sums of the M-step.
    fn at(level: Level, tiles: &Tiles, gaussians: &Gaussians, products: Products) -> [Vec<f64>; 4] {
        let n_rows = tiles.n_tiles() * LANES;
        let (values, weights) = (tiles.values(0..tiles.n_tiles()), tiles.weights(0..tiles.n_tiles()));
        let mut forms = vec![0.0; 3 * n_rows];
        dispatch_with(level, Forms { tiles: values, gaussians, out: &mut forms });
        let (mut shares, mut log_likelihood, mut scratch) = (forms.clone(), vec![0.0; n_rows], vec![0.0; n_rows]);
        let (constants, out) = (&gaussians.constants, &mut log_likelihood);
        dispatch_with(level, Posterior { constants, forms: &mut shares, log_likelihood: out, sums: &mut scratch });
        let (mut sums, mut room) = (Sums::new(3, tiles.stride(), products), Room::new(tiles.n_tiles(), tiles.stride()));
        let (references, of) = (&gaussians.means, &shares);
        let add = Add { tiles: values, weights, shares: of, references, sums: &mut sums, room: &mut room };
        dispatch_with(level, add);
        [forms, shares, log_likelihood, sums.finish()]
    }

    #[test]
    fn every_level_gives_the_same_bits() {
        for (d, n) in [(1, 3), (4, 8), (7, 21), (16, 40)] {
            let x = matrix(n, d, |at| (at as f64 * 1.3).cos() * 3.0);
            let tiles = Tiles::new(x.view(), None);
            for (kind, products) in
                [Products::All, Products::None, Products::Squares, Products::Squares].into_iter().enumerate()
            {
                let gaussians = gaussians(d, kind);
                let expected = at(Level::Baseline, &tiles, &gaussians, products);
                for level in available_levels() {
                    assert_eq!(at(level, &tiles, &gaussians, products), expected, "{level:?}, {kind}, d={d}");
                }
            }
        }
    }

    #[test]
    fn sums_are_those_of_the_rows() {
        let (n, d) = (21, 6);
        let x = matrix(n, d, |at| (at as f64 * 1.3).cos() * 3.0);
        let weights: Vec<f64> = (0..n).map(|i| (i % 3) as f64).collect();
        let shares = matrix(n, 2, |at| ((at * 7) % 5) as f64 / 4.0);
        let references: Vec<f64> = (0..2 * d).map(|at| at as f64 / 10.0).collect();
        let tiles = Tiles::new(x.view(), Some(&weights));
        let found = pass(&tiles, Source::Shares(shares.view()), &pad(&references, d), Products::All);
        let width = 1 + tiles.stride() + Products::All.len(tiles.stride());
        for c in 0..2 {
            let sums = &found.sums[c * width..];
            let sum = |of: &dyn Fn(usize) -> f64| (0..n).map(|i| weights[i] * shares.row(i)[c] * of(i)).sum::<f64>();
            let difference = |i: usize, j: usize| x.row(i)[j] - references[c * d + j];
            assert!((sums[0] - sum(&|_| 1.0)).abs() < 1e-12);
            for a in 0..d {
                assert!((sums[1 + a] - sum(&|i| difference(i, a))).abs() < 1e-12);
                for b in 0..=a {
                    let found = sums[1 + tiles.stride() + Products::place(a, b)];
                    assert!((found - sum(&|i| difference(i, a) * difference(i, b))).abs() < 1e-12);
                }
            }
        }
    }
}
