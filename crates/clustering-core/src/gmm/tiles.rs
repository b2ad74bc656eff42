//! Rows as columns: eight rows to a tile, features padded to whole blocks.

use segctl_numeric::MatrixView;
use segctl_numeric::simd::LANES;

use super::lanes::Lanes;

/// Features of a block: sums of four features, or of four by four, stay in registers.
pub(super) const BLOCK: usize = 4;

/// Features of `d`, rounded up to whole blocks; those added are 0 throughout.
pub(super) fn padded(d: usize) -> usize {
    d.next_multiple_of(BLOCK)
}

/// Values and weights of n rows. Rows added to fill the last tile are 0 and weigh nothing.
#[derive(Debug)]
pub(super) struct Tiles {
    /// Tile by tile, `padded(d)` columns each.
    values: Vec<Lanes>,
    weights: Vec<Lanes>,
    stride: usize,
}

impl Tiles {
    /// Of the rows of `x`; all weigh 1 unless `weights` says otherwise.
    pub(super) fn new(x: MatrixView<'_>, weights: Option<&[f64]>) -> Self {
        let (n_tiles, stride) = (x.n_rows().div_ceil(LANES), padded(x.n_cols()));
        let mut values = vec![Lanes::ZERO; n_tiles * stride];
        let mut of_tile = vec![Lanes::ZERO; n_tiles];
        for (i, row) in x.rows().enumerate() {
            let (tile, lane) = (i / LANES, i % LANES);
            let columns = &mut values[tile * stride..(tile + 1) * stride];
            columns.iter_mut().zip(row).for_each(|(column, value)| column.0[lane] = *value);
            of_tile[tile].0[lane] = weights.map_or(1.0, |weights| weights[i]);
        }
        Self { values, weights: of_tile, stride }
    }

    pub(super) fn n_tiles(&self) -> usize {
        self.weights.len()
    }

    /// Columns of a tile.
    pub(super) fn stride(&self) -> usize {
        self.stride
    }

    pub(super) fn values(&self, tiles: std::ops::Range<usize>) -> &[Lanes] {
        &self.values[tiles.start * self.stride..tiles.end * self.stride]
    }

    pub(super) fn weights(&self, tiles: std::ops::Range<usize>) -> &[Lanes] {
        &self.weights[tiles]
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;

    use super::*;

    #[test]
    fn rows_stand_in_lanes_and_the_rest_is_zero() {
        let x = Matrix::new((1..=27).map(f64::from).collect(), 9, 3).unwrap();
        let tiles = Tiles::new(x.view(), None);
        assert_eq!((tiles.n_tiles(), tiles.stride()), (2, 4));
        assert_eq!(tiles.values(0..1)[1].0, [2.0, 5.0, 8.0, 11.0, 14.0, 17.0, 20.0, 23.0]);
        assert_eq!(tiles.values(1..2)[2].0, [27.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(tiles.values(1..2)[3], Lanes::ZERO);
        assert_eq!(tiles.weights(1..2)[0].sum(), 1.0);
    }
}
