//! Rows against all centres, lanes running over a tile of rows.

use segctl_numeric::simd::Kernel;

use super::{Coarse, CoarseCenters, DOWN, Found, TILE_ROWS, UP};

/// Centres evaluated together.
const BLOCK: usize = 4;

type Tile = [f32; TILE_ROWS];

/// One feature of a tile of rows, on a cache line of its own.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Column(Tile);

/// Compares rows with all centres.
pub(super) struct Search<'a> {
    pub(super) coarse: &'a Coarse,
    pub(super) rows: &'a [usize],
    pub(super) centers: &'a CoarseCenters,
    pub(super) out: &'a mut [Found],
}

impl Kernel for Search<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut columns = vec![Column([0.0; TILE_ROWS]); self.coarse.n_cols];
        let mut squares = vec![Square([0.0; 4 * TILE_ROWS]); self.coarse.n_cols / 4];
        for (rows, out) in self.rows.chunks(TILE_ROWS).zip(self.out.chunks_mut(TILE_ROWS)) {
            // A last tile that is not full repeats its last row.
            let last = rows.len() - 1;
            let rows = std::array::from_fn(|lane| self.coarse.row(rows[lane.min(last)]));
            transpose(rows, &mut squares, &mut columns);
            let (index, (margin, upper)) = search(&columns, self.centers);
            for (lane, out) in out.iter_mut().enumerate() {
                *out = Found { index: index[lane], margin: margin[lane], upper: upper[lane] };
            }
        }
    }
}

/// Four features of a tile of rows, row by row.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Square([f32; 4 * TILE_ROWS]);

/// Writes the rows as columns, by way of `squares` of which each takes four features. The compiler
/// makes moves of four values of the first step, and shuffles of whole registers of the second; of
/// one step alone it makes moves of single values, which take longer than what follows them.
///
/// (Rows that are kept as columns, tile by tile, need none of this, but single rows are then spread
/// over many cache lines: slower by a fifth, measured on a million rows.)
#[inline(always)]
fn transpose(rows: [&[f32]; TILE_ROWS], squares: &mut [Square], columns: &mut [Column]) {
    let n_features = columns.len();
    for (lane, row) in rows.iter().enumerate() {
        for (square, four) in squares.iter_mut().zip(row.as_chunks::<4>().0) {
            square.0[4 * lane..4 * lane + 4].copy_from_slice(four);
        }
    }
    let (fours, tail) = columns.as_chunks_mut::<4>();
    for (columns, square) in fours.iter_mut().zip(squares) {
        *columns = square.columns();
    }
    for (column, j) in tail.iter_mut().rev().zip((0..n_features).rev()) {
        *column = Column(rows.map(|row| row[j]));
    }
}

impl Square {
    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "a loop over strides is what becomes shuffles")]
    fn columns(&self) -> [Column; 4] {
        let mut out = [[0.0; TILE_ROWS]; 4];
        for l in 0..TILE_ROWS {
            for j in 0..4 {
                out[j][l] = self.0[4 * l + j];
            }
        }
        out.map(Column)
    }
}

#[inline(always)]
fn search(columns: &[Column], centers: &CoarseCenters) -> ([u32; TILE_ROWS], (Tile, Tile)) {
    let mut best = Best::new();
    let (k, mut first) = (centers.half_squares.len(), 0);
    while first < k {
        first += match k - first {
            1 => best.offer_block::<1>(first, columns, centers),
            2 => best.offer_block::<2>(first, columns, centers),
            3 => best.offer_block::<3>(first, columns, centers),
            _ => best.offer_block::<BLOCK>(first, columns, centers),
        };
    }
    (best.index, best.proved(columns, centers))
}

/// The scores of centres `first..first + B`, features added in order.
#[inline(always)]
fn scores<const B: usize>(first: usize, columns: &[Column], centers: &CoarseCenters) -> [Tile; B] {
    let d = columns.len();
    let negative: [&[f32]; B] = std::array::from_fn(|c| &centers.negative[(first + c) * d..(first + c + 1) * d]);
    let mut sums: [Tile; B] = std::array::from_fn(|c| [centers.half_squares[first + c]; TILE_ROWS]);
    for (j, Column(column)) in columns.iter().enumerate() {
        for c in 0..B {
            sums[c] = add_scaled(sums[c], column, negative[c][j]);
        }
    }
    sums
}

/// `sum + by x`. A function of its own, and by value: the compiler then keeps each sum in a register.
#[inline(always)]
fn add_scaled(sum: Tile, x: &Tile, by: f32) -> Tile {
    let mut out = [0.0; TILE_ROWS];
    for l in 0..TILE_ROWS {
        out[l] = sum[l] + x[l] * by;
    }
    out
}

/// The two least scores so far, for each row of a tile.
struct Best {
    score: Tile,
    second: Tile,
    index: [u32; TILE_ROWS],
}

impl Best {
    #[inline(always)]
    fn new() -> Self {
        Self { score: [f32::INFINITY; TILE_ROWS], second: [f32::INFINITY; TILE_ROWS], index: [0; TILE_ROWS] }
    }

    /// Compares centres `first..first + B`; returns `B`.
    #[inline(always)]
    fn offer_block<const B: usize>(&mut self, first: usize, columns: &[Column], centers: &CoarseCenters) -> usize {
        for (index, score) in (first as u32..).zip(scores::<B>(first, columns, centers)) {
            *self = self.offered(index, score);
        }
        B
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "the same lane of seven arrays")]
    fn offered(&self, index: u32, score: Tile) -> Self {
        let mut best = Self::new();
        for l in 0..TILE_ROWS {
            let nearer = score[l] < self.score[l];
            let loser = if nearer { self.score[l] } else { score[l] };
            best.second[l] = if loser < self.second[l] { loser } else { self.second[l] };
            best.score[l] = if nearer { score[l] } else { self.score[l] };
            best.index[l] = if nearer { index } else { self.index[l] };
        }
        best
    }

    /// By how much the second distance at least exceeds the first: the difference of their squares,
    /// less its error, over at least their sum. And what the first is at most.
    #[inline(always)]
    fn proved(&self, columns: &[Column], centers: &CoarseCenters) -> (Tile, Tile) {
        let mut squares = [0.0_f32; TILE_ROWS];
        for Column(column) in columns {
            for l in 0..TILE_ROWS {
                squares[l] += column[l] * column[l];
            }
        }
        let (mut margin, mut upper) = ([0.0; TILE_ROWS], [0.0; TILE_ROWS]);
        for l in 0..TILE_ROWS {
            // Rounding errors of the length itself are far below the thousandth added here.
            let length = squares[l].sqrt() * 1.001;
            let error = 2.0 * (length * centers.per_length + centers.fixed);
            let apart = (self.second[l] - self.score[l]) * DOWN - error;
            let first = (squares[l] * 1.001 + 2.0 * self.score[l] + error).max(0.0).sqrt();
            let second = (squares[l] * 1.001 + 2.0 * self.second[l] + error).max(0.0).sqrt();
            margin[l] = 2.0 * apart / ((first + second) * UP) * DOWN;
            upper[l] = first * UP;
        }
        (margin, upper)
    }
}
