//! The extreme distance of the rows of two boxes, lanes running over the rows of one.

use std::marker::PhantomData;

use segctl_numeric::MatrixView;
use segctl_numeric::simd::{Kernel, LANES, dispatch};

use super::boxes::Boxed;
use super::forms::Form;

/// Rows side by side: two registers of AVX-512.
const WIDTH: usize = 2 * LANES;

/// Rows compared with a tile at once: eight independent chains of additions hide the latency of one.
const GROUP: usize = 4;

type Sums = [[f64; WIDTH]; GROUP];

/// Up to `WIDTH` rows by columns; spare lanes repeat the last row, which changes no extreme.
pub(super) struct Tile(Vec<[f64; WIDTH]>);

impl Tile {
    pub(super) fn pack(x: MatrixView<'_>, rows: &[usize]) -> Vec<Self> {
        let pack = |rows: &[usize]| {
            let lanes: [&[f64]; WIDTH] = std::array::from_fn(|lane| x.row(rows[lane.min(rows.len() - 1)]));
            Self((0..x.n_cols()).map(|j| lanes.map(|row| row[j])).collect())
        };
        rows.chunks(WIDTH).map(pack).collect()
    }
}

/// The least distance between the rows of two boxes, as a sum.
pub(super) fn least<F: Form>(a: &Boxed, b: &Boxed) -> f64 {
    dispatch(Extreme::<F, false> { rows: &a.rows, tiles: &b.tiles, form: PhantomData })
}

/// The greatest distance between the rows of two boxes, as a sum.
pub(super) fn greatest<F: Form>(a: &Boxed, b: &Boxed) -> f64 {
    dispatch(Extreme::<F, true> { rows: &a.rows, tiles: &b.tiles, form: PhantomData })
}

struct Extreme<'a, F, const GREATEST: bool> {
    rows: &'a [f64],
    tiles: &'a [Tile],
    form: PhantomData<F>,
}

impl<F: Form, const GREATEST: bool> Kernel for Extreme<'_, F, GREATEST> {
    type Output = f64;

    #[inline(always)]
    fn run(self) -> f64 {
        let start = if GREATEST { 0.0 } else { f64::INFINITY };
        let mut extremes = [start; WIDTH];
        for tile in self.tiles {
            let d = tile.0.len();
            let last = self.rows.len() / d - 1;
            for at in (0..=last).step_by(GROUP) {
                let group = std::array::from_fn(|i| &self.rows[(at + i).min(last) * d..][..d]);
                for sums in sums::<F>(tile, group) {
                    for lane in 0..WIDTH {
                        let (sum, extreme) = (sums[lane], extremes[lane]);
                        let is_beyond = if GREATEST { sum > extreme } else { sum < extreme };
                        extremes[lane] = if is_beyond { sum } else { extreme };
                    }
                }
            }
        }
        extremes.into_iter().fold(start, if GREATEST { f64::max } else { f64::min })
    }
}

#[inline(always)]
fn sums<F: Form>(tile: &Tile, rows: [&[f64]; GROUP]) -> Sums {
    let mut sums = [[0.0; WIDTH]; GROUP];
    for (j, column) in tile.0.iter().enumerate() {
        for (sums, row) in sums.iter_mut().zip(rows) {
            for lane in 0..WIDTH {
                sums[lane] = F::add(sums[lane], row[j] - column[lane]);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::super::forms::{Chebyshev, Euclidean, Manhattan};
    use super::*;

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        check::<Euclidean>();
        check::<Manhattan>();
        check::<Chebyshev>();
    }

    fn check<F: Form>() {
        for (d, m, n) in [(1, 3, 21), (9, 16, 32), (16, 20, 5)] {
            let value = |at: usize| 1.0 / (1.0 + (at * at % 97) as f64);
            let x = Matrix::new((0..(m + n) * d).map(value).collect(), m + n, d).unwrap();
            let (rows, others): (Vec<usize>, Vec<usize>) = ((0..m).collect(), (m..m + n).collect());
            let (rows, tiles) = (&x.as_slice()[..rows.len() * d], &Tile::pack(x.view(), &others)[..]);
            for level in available_levels() {
                let run = |level| dispatch_with(level, Extreme::<F, false> { rows, tiles, form: PhantomData });
                assert_eq!(run(level), run(available_levels()[0]));
                let run = |level| dispatch_with(level, Extreme::<F, true> { rows, tiles, form: PhantomData });
                assert_eq!(run(level), run(available_levels()[0]));
            }
        }
    }
}
