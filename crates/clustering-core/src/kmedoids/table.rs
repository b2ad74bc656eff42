//! All distances between rows, as 32-bit floats.

use segctl_numeric::MatrixView;
use segctl_numeric::distance::{Dissimilarity, Metric, squared_to_each};
use segctl_numeric::par::map_chunks;
use segctl_numeric::simd::{Kernel, dispatch};

use crate::agglomerative::Condensed;

/// Rows allocated and computed together: a band is written by one task.
const BAND: usize = 32;

/// Rows that a band is compared with at once, so that both stay in the second-level cache.
const STRIP: usize = 512;

/// Smaller units have no finite reciprocal.
const SMALLEST_UNIT: f64 = 1e-300;

/// n x n distances, both halves: the distances of a row to all others lie side by side.
///
/// They are divided by a unit, a power of two of the size of the distances, and rounded to 24 bits: that halves
/// the memory to read, which is what a search mostly does. Nothing overflows; a distance below 1e-38 units is
/// 0.
pub(super) struct Table {
    /// Bands of rows, each row-major.
    bands: Vec<Vec<f32>>,
    n_rows: usize,
    /// What a distance of 1 means.
    pub(super) unit: f64,
}

/// The memory was not to be had.
pub(super) struct OutOfMemory;

impl Table {
    /// Bytes of a table of `n_rows` rows.
    pub(super) fn bytes(n_rows: usize) -> u64 {
        (n_rows as u64).saturating_mul(n_rows as u64).saturating_mul(4)
    }

    /// The most rows whose table takes no more than `limit` bytes.
    pub(super) fn rows_within(limit: u64) -> usize {
        (limit / 4).isqrt() as usize
    }

    /// Time O(n^2 d). Both halves are computed: mirroring one takes as long.
    pub(super) fn of_rows(x: MatrixView<'_>, dissimilarity: &Dissimilarity) -> Result<Self, OutOfMemory> {
        let (n, d) = (x.n_rows(), x.n_cols());
        let mut from_first = vec![0.0; n];
        dissimilarity.one_to_many(x.row(0), x.as_slice(), &mut from_first);
        let unit = unit_of(&from_first);
        Self::build(n, unit, |rows, columns, tile| {
            let (rows, columns) = (x.rows_range(rows), x.rows_range(columns));
            match dissimilarity {
                Dissimilarity::Metric(Metric::Euclidean) => {
                    squared_to_each(columns, rows, tile);
                    dispatch(SquareRoots(tile));
                }
                other => other.many_to_many(rows.as_slice(), columns.as_slice(), d, tile),
            }
        })
    }

    pub(super) fn of_distances(distances: &Condensed) -> Result<Self, OutOfMemory> {
        let unit = unit_of(distances.as_slice());
        Self::build(distances.n_rows(), unit, |rows, columns, tile| {
            for (out, row) in tile.chunks_exact_mut(columns.len()).zip(rows) {
                out.iter_mut().zip(columns.clone()).for_each(|(out, column)| *out = distances.get(row, column));
            }
        })
    }

    /// `fill` writes the distances of some rows to some others.
    fn build(
        n_rows: usize,
        unit: f64,
        fill: impl Fn(std::ops::Range<usize>, std::ops::Range<usize>, &mut [f64]) + Sync,
    ) -> Result<Self, OutOfMemory> {
        let band = |rows: std::ops::Range<usize>| {
            let mut band: Vec<f32> = vec![];
            band.try_reserve_exact(rows.len() * n_rows).map_err(|_| OutOfMemory)?;
            band.resize(rows.len() * n_rows, 0.0);
            let mut tile = vec![0.0; rows.len() * STRIP.min(n_rows)];
            for start in (0..n_rows).step_by(STRIP) {
                let columns = start..(start + STRIP).min(n_rows);
                let tile = &mut tile[..rows.len() * columns.len()];
                fill(rows.clone(), columns.clone(), tile);
                for (from, to) in tile.chunks_exact(columns.len()).zip(band.chunks_exact_mut(n_rows)) {
                    dispatch(Round { from, per_unit: 1.0 / unit, to: &mut to[columns.clone()] });
                }
            }
            Ok(band)
        };
        let bands = map_chunks(n_rows, BAND, band).into_iter().collect::<Result<_, _>>()?;
        Ok(Self { bands, n_rows, unit })
    }

    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// The distances of row `i` to all rows.
    pub(super) fn row(&self, i: usize) -> &[f32] {
        &self.bands[i / BAND][i % BAND * self.n_rows..][..self.n_rows]
    }
}

/// The power of two next below the largest of some distances. No other distance is much larger: whatever the
/// metric, two rows are no farther apart than four times the farther of them from a third.
fn unit_of(distances: &[f64]) -> f64 {
    let largest = distances.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return 1.0;
    }
    libm::ldexp(1.0, libm::ilogb(largest.max(SMALLEST_UNIT)))
}

struct SquareRoots<'a>(&'a mut [f64]);

impl Kernel for SquareRoots<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.0.iter_mut().for_each(|value| *value = value.sqrt());
    }
}

struct Round<'a> {
    from: &'a [f64],
    per_unit: f64,
    to: &'a mut [f32],
}

impl Kernel for Round<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (to, from) in self.to.iter_mut().zip(self.from) {
            *to = (from * self.per_unit) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;

    use super::*;

    #[test]
    fn as_many_rows_as_fit() {
        for limit in [0, 4, 15, 16, 1 << 20, u64::MAX] {
            let rows = Table::rows_within(limit);
            assert!(Table::bytes(rows) <= limit && (Table::bytes(rows + 1) > limit || limit == u64::MAX), "{limit}");
        }
    }

    #[test]
    fn distances_keep_24_bits_at_any_size() {
        for scale in [5e-324, 1e-300, 1e-30, 1.0, 1e100] {
            for metric in [Metric::Euclidean, Metric::SquaredEuclidean, Metric::Manhattan, Metric::Cosine] {
                let value = |i: usize| ((i * 7919 + 3) % 1013) as f64 * scale;
                let x = Matrix::new((0..700 * 3).map(value).collect(), 700, 3).unwrap();
                let table = Table::of_rows(x.view(), &metric.into()).ok().unwrap();
                for (i, j) in [(0, 0), (0, 699), (699, 0), (31, 32), (512, 511)] {
                    let (found, expected) =
                        (f64::from(table.row(i)[j]) * table.unit, metric.distance(x.row(i), x.row(j)));
                    let slack = expected / f64::from(1 << 24) + table.unit * 1e-38;
                    assert!((found - expected).abs() <= slack, "{scale:e} {metric:?}: {found:e} for {expected:e}");
                }
            }
        }
    }
}
