//! Weighted sums of rows and of their products: what the M-step needs of all rows.

use segctl_numeric::simd::{Kernel, LANES};

use super::lanes::{Four, Lanes};
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
    /// Component by component, a value per row.
    pub(super) shares: &'a [f64],
    /// Differences are taken to these (k x stride).
    pub(super) references: &'a [f64],
    pub(super) sums: &'a mut Sums,
    pub(super) room: &'a mut Room,
}

/// A block of tiles of which a component has something.
pub(super) struct Room {
    used: Vec<usize>,
    roots: Vec<Lanes>,
    differences: Vec<Lanes>,
}

impl Room {
    pub(super) fn new(n_tiles: usize, stride: usize) -> Self {
        let of = |n| vec![Lanes::ZERO; n];
        Self { used: Vec::with_capacity(n_tiles), roots: of(n_tiles), differences: of(n_tiles * stride) }
    }

    /// Takes the roots of shares times weights; tiles without any would add zeros and are left out.
    #[inline(always)]
    fn take(&mut self, shares: &[[f64; LANES]], weights: &[Lanes], total: &mut Lanes) {
        self.used.clear();
        for (t, (share, weight)) in shares.iter().zip(weights).enumerate() {
            let mut product = Lanes::ZERO;
            product.add_product(&Lanes(*share), weight);
            if product != Lanes::ZERO {
                total.add(&product);
                self.roots[self.used.len()] = Lanes(product.0.map(f64::sqrt));
                self.used.push(t);
            }
        }
    }

    /// Takes the differences to `reference` times the roots, and adds them to `out` times the roots again.
    #[inline(always)]
    fn differ(&mut self, tiles: &[Lanes], reference: &[f64], out: &mut [Lanes]) {
        let stride = reference.len();
        let parameters = reference.as_chunks::<BLOCK>().0.iter().zip(out.as_chunks_mut::<BLOCK>().0);
        for (b, (reference, out)) in parameters.enumerate() {
            let mut sums = Four(*out);
            let rows = self.differences.chunks_exact_mut(stride).zip(&self.roots).zip(&self.used);
            for ((row, root), t) in rows {
                let mut four = Four::ZERO;
                four.set_scaled(&tiles[t * stride..(t + 1) * stride].as_chunks().0[b], reference, root);
                sums.add_products(root, &four.0);
                row.as_chunks_mut().0[b] = four.0;
            }
            *out = sums.0;
        }
    }
}

impl Kernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let (stride, width) = (self.sums.stride, self.sums.width);
        let shares = self.shares.as_chunks().0.chunks_exact(self.weights.len());
        let components = shares.zip(self.references.chunks_exact(stride));
        for ((shares, reference), sums) in components.zip(self.sums.lanes.chunks_exact_mut(width)) {
            let (total, sums) = sums.split_at_mut(1);
            let (first, products) = sums.split_at_mut(stride);
            self.room.take(shares, self.weights, &mut total[0]);
            self.room.differ(self.tiles, reference, first);
            let differences = &self.room.differences[..self.room.used.len() * stride];
            match self.sums.products {
                Products::None => {}
                Products::Squares => add_squares(differences, products),
                Products::All => add_products(differences, stride, products),
            }
        }
    }
}

#[inline(always)]
fn add_squares(differences: &[Lanes], out: &mut [Lanes]) {
    let stride = out.len();
    for (b, out) in out.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
        let mut sums = Four(*out);
        for row in differences.chunks_exact(stride) {
            sums.add_squares(&row.as_chunks().0[b], &[0.0; BLOCK], &[1.0; BLOCK]);
        }
        *out = sums.0;
    }
}

/// Sums of four by four products stay in registers while rows go by.
#[inline(always)]
fn add_products(differences: &[Lanes], stride: usize, out: &mut [Lanes]) {
    let mut squares = out.as_chunks_mut::<BLOCK>().0.as_chunks_mut::<BLOCK>().0.iter_mut();
    for i in 0..stride / BLOCK {
        for (j, square) in squares.by_ref().take(i + 1).enumerate() {
            add_square(differences, stride, (i, j), square);
        }
    }
}

#[inline(always)]
fn add_square(differences: &[Lanes], stride: usize, (i, j): (usize, usize), out: &mut [[Lanes; BLOCK]; BLOCK]) {
    let [mut a, mut b, mut c, mut d] = out.map(Four);
    for row in differences.chunks_exact(stride) {
        let blocks = row.as_chunks().0;
        let (left, right) = (&blocks[i], &blocks[j]);
        a.add_products(&left[0], right);
        b.add_products(&left[1], right);
        c.add_products(&left[2], right);
        d.add_products(&left[3], right);
    }
    *out = [a.0, b.0, c.0, d.0];
}
