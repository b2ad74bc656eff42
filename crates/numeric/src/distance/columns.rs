//! A tile of rows as columns, so that lanes run over the rows.

use crate::simd::LANES;

pub(super) type Tile = [f64; LANES];

/// One feature of a tile of rows, on a cache line of its own.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(super) struct Column(pub(super) Tile);

/// Four features of a tile of rows, row by row.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Square([f64; 4 * LANES]);

impl Square {
    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "a loop over strides is what becomes shuffles")]
    fn columns(&self) -> [Column; 4] {
        let mut out = [[0.0; LANES]; 4];
        for l in 0..LANES {
            for j in 0..4 {
                out[j][l] = self.0[4 * l + j];
            }
        }
        out.map(Column)
    }
}

/// Room for a tile of rows, as rows and as columns.
pub(super) struct Transposed {
    squares: Vec<Square>,
    columns: Vec<Column>,
}

impl Transposed {
    pub(super) fn new(n_features: usize) -> Self {
        Self {
            squares: vec![Square([0.0; 4 * LANES]); n_features / 4],
            columns: vec![Column([0.0; LANES]); n_features],
        }
    }

    /// Writes the rows as columns, by way of squares of four features: the compiler makes moves of
    /// four values of the first step and shuffles of registers of the second; of one step alone it
    /// makes scatters, which take much longer.
    #[inline(always)]
    pub(super) fn take(&mut self, rows: [&[f64]; LANES]) -> &[Column] {
        for (lane, row) in rows.iter().enumerate() {
            for (square, four) in self.squares.iter_mut().zip(row.as_chunks::<4>().0) {
                square.0[4 * lane..4 * lane + 4].copy_from_slice(four);
            }
        }
        let n_features = self.columns.len();
        let (fours, tail) = self.columns.as_chunks_mut::<4>();
        for (columns, square) in fours.iter_mut().zip(&self.squares) {
            *columns = square.columns();
        }
        for (column, j) in tail.iter_mut().rev().zip((0..n_features).rev()) {
            *column = Column(rows.map(|row| row[j]));
        }
        &self.columns
    }
}
