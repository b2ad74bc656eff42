//! Weighted sums of rows and of their products: what the M-step needs of all rows.

use segctl_numeric::simd::Kernel;

use super::lanes::Lanes;
use super::tiles::BLOCK;

/// Which products of differences are summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Products {
    None,
    Squares,
    All,
}

impl Products {
    /// Sums of products of a component, of `stride` features. [`Products::All`] has squares of four by four,
    /// those of the diagonal filled below it.
    pub(super) fn len(self, stride: usize) -> usize {
        let n_blocks = stride / BLOCK;
        match self {
            Self::None => 0,
            Self::Squares => stride,
            Self::All => n_blocks * (n_blocks + 1) / 2 * BLOCK * BLOCK,
        }
    }

    /// The place of the product of features `i >= j`.
    pub(super) fn place(i: usize, j: usize) -> usize {
        let (row, column) = (i / BLOCK, j / BLOCK);
        (row * (row + 1) / 2 + column) * BLOCK * BLOCK + i % BLOCK * BLOCK + j % BLOCK
    }
}

/// Sums of each component, lane by lane: its weight, `stride` weighted differences to its reference, and their
/// products.
pub(super) struct Sums {
    lanes: Vec<Lanes>,
    products: Products,
    stride: usize,
    width: usize,
}

impl Sums {
    pub(super) fn new(n_components: usize, stride: usize, products: Products) -> Self {
        let width = 1 + stride + products.len(stride);
        Self { lanes: vec![Lanes::ZERO; n_components * width], products, stride, width }
    }

    /// Lanes added up: per component its weight, its differences, its products.
    pub(super) fn finish(&self) -> Vec<f64> {
        self.lanes.iter().map(|lanes| lanes.sum()).collect()
    }
}

/// Adds rows to `sums`.
pub(super) struct Add<'a> {
    pub(super) tiles: &'a [Lanes],
    pub(super) weights: &'a [Lanes],
    /// Component by component, one entry per tile.
    pub(super) shares: &'a [Lanes],
    /// Differences are taken to these (k x stride).
    pub(super) references: &'a [f64],
    pub(super) sums: &'a mut Sums,
    /// Of `weights.len() * (stride + 1)` entries.
    pub(super) room: &'a mut [Lanes],
}

impl Kernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (n_tiles, stride, width) = (self.weights.len(), self.sums.stride, self.sums.width);
        let (roots, differences) = self.room.split_at_mut(n_tiles);
        let components = self.shares.chunks_exact(n_tiles).zip(self.references.chunks_exact(stride));
        for ((shares, reference), sums) in components.zip(self.sums.lanes.chunks_exact_mut(width)) {
            let mut n_used = 0;
            for t in 0..n_tiles {
                let share = shares[t] * self.weights[t];
                // Tiles of which the component has nothing would add zeros.
                if share == Lanes::ZERO {
                    continue;
                }
                let root = share.sqrt();
                let out = &mut differences[n_used * stride..(n_used + 1) * stride];
                let values = &self.tiles[t * stride..(t + 1) * stride];
                for ((out, value), reference) in out.iter_mut().zip(values).zip(reference) {
                    *out = (*value - *reference) * root;
                }
                roots[n_used] = root;
                sums[0] += share;
                n_used += 1;
            }
            let (first, products) = sums[1..].split_at_mut(stride);
            let (roots, differences) = (&roots[..n_used], &differences[..n_used * stride]);
            add_first(roots, differences, first);
            match self.sums.products {
                Products::None => {}
                Products::Squares => add_squares(differences, products),
                Products::All => add_products(differences, stride, products),
            }
        }
    }
}

/// Roots of shares twice: once in the differences already.
#[inline(always)]
fn add_first(roots: &[Lanes], differences: &[Lanes], out: &mut [Lanes]) {
    let stride = out.len();
    for (b, out) in out.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
        let mut sums = *out;
        for (root, row) in roots.iter().zip(differences.chunks_exact(stride)) {
            let four = &row[BLOCK * b..BLOCK * (b + 1)];
            for a in 0..BLOCK {
                sums[a] += four[a] * *root;
            }
        }
        *out = sums;
    }
}

#[inline(always)]
fn add_squares(differences: &[Lanes], out: &mut [Lanes]) {
    let stride = out.len();
    for (b, out) in out.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
        let mut sums = *out;
        for row in differences.chunks_exact(stride) {
            let four = &row[BLOCK * b..BLOCK * (b + 1)];
            for a in 0..BLOCK {
                sums[a] += four[a] * four[a];
            }
        }
        *out = sums;
    }
}

/// Sums of four by four products stay in registers while rows go by.
#[inline(always)]
fn add_products(differences: &[Lanes], stride: usize, out: &mut [Lanes]) {
    let mut squares = out.as_chunks_mut::<{ BLOCK * BLOCK }>().0.iter_mut();
    for i in 0..stride / BLOCK {
        for (j, square) in squares.by_ref().take(i + 1).enumerate() {
            if i == j {
                add_triangle(differences, stride, i, square);
            } else {
                add_square(differences, stride, (i, j), square);
            }
        }
    }
}

#[inline(always)]
fn add_square(differences: &[Lanes], stride: usize, (i, j): (usize, usize), out: &mut [Lanes; BLOCK * BLOCK]) {
    let mut sums = *out;
    for row in differences.chunks_exact(stride) {
        let (left, right) = (&row[BLOCK * i..BLOCK * (i + 1)], &row[BLOCK * j..BLOCK * (j + 1)]);
        for a in 0..BLOCK {
            for b in 0..BLOCK {
                sums[BLOCK * a + b] += left[a] * right[b];
            }
        }
    }
    *out = sums;
}

#[inline(always)]
fn add_triangle(differences: &[Lanes], stride: usize, i: usize, out: &mut [Lanes; BLOCK * BLOCK]) {
    let mut sums = *out;
    for row in differences.chunks_exact(stride) {
        let four = &row[BLOCK * i..BLOCK * (i + 1)];
        for a in 0..BLOCK {
            for b in 0..=a {
                sums[BLOCK * a + b] += four[a] * four[b];
            }
        }
    }
    *out = sums;
}
