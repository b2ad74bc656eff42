use segctl_numeric::par::fold_chunks;
use serde::{Deserialize, Serialize};

use super::mean;

/// Correlations between columns, each pair over the rows in which both are there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correlation {
    /// Columns.
    pub n_columns: usize,
    /// Row-major `n_columns` x `n_columns`, symmetric; `None` where a column does not vary.
    pub values: Vec<Option<f64>>,
    /// Rows behind each value, in the same order.
    pub n: Vec<u64>,
}

impl Correlation {
    /// The correlation of columns `i` and `j`.
    ///
    /// # Panics
    /// When one is out of range.
    pub fn get(&self, i: usize, j: usize) -> Option<f64> {
        self.values[i * self.n_columns + j]
    }

    pub(crate) fn of_pairs(n_columns: usize, mut pair: impl FnMut(usize, usize) -> (Option<f64>, u64)) -> Self {
        let mut found =
            Self { n_columns, values: vec![None; n_columns * n_columns], n: vec![0; n_columns * n_columns] };
        for i in 0..n_columns {
            for j in i..n_columns {
                let (value, n) = pair(i, j);
                for at in [i * n_columns + j, j * n_columns + i] {
                    found.values[at] = value;
                    found.n[at] = n;
                }
            }
        }
        found
    }
}

/// Pearson's r of every pair of columns of equal length, pairwise complete (as pandas).
///
/// Values are centred by their column's mean first, so an offset costs no digits. O(n d^2), in
/// parallel over rows; bit-identical at any thread count.
///
/// ```
/// use segctl_preprocessing::describe::pearson;
/// let found = pearson(&[&[1.0, 2.0, 3.0, f64::NAN], &[-2.0, -4.0, -6.0, 9.0]]);
/// assert_eq!(found.get(0, 1), Some(-1.0));
/// assert_eq!(found.n, [3, 3, 3, 4]);
/// ```
///
/// # Panics
/// When columns differ in length.
pub fn pearson(columns: &[&[f64]]) -> Correlation {
    let sums = Sums::of(columns);
    Correlation::of_pairs(columns.len(), |i, j| sums.pair(i, j))
}

/// Sums over the rows a pair has in common, of column `i`'s centred values.
///
/// With z = 0 where missing and m = 1 where there, all of them are dot products: `z z'`, `z m'`,
/// `z^2 m'` and `m m'`. Columns without a hole need `z z'` alone.
struct Sums {
    d: usize,
    holes: Vec<bool>,
    n_rows: u64,
    /// `d`: what rounding alone adds to the squares of a column that does not vary.
    rounding: Vec<f64>,
    /// `d * d`: products of i and j, at i <= j.
    products: Vec<f64>,
    /// `d * d`: values of i, squares of i, rows, where j is there; filled when i or j has holes.
    values: Vec<f64>,
    squares: Vec<f64>,
    rows: Vec<f64>,
}

/// Rows in a block: 25 columns of values and masks stay within the second-level cache.
const BLOCK_ROWS: usize = 1024;

/// Blocks whose sums are added on the spot; their results wait in memory until all are there.
const BLOCKS: usize = 16;

impl Sums {
    fn of(columns: &[&[f64]]) -> Self {
        let d = columns.len();
        let n_rows = columns.first().map_or(0, |column| column.len());
        assert!(columns.iter().all(|column| column.len() == n_rows), "columns of unequal length");
        let holes: Vec<bool> = columns.iter().map(|column| column.iter().any(|value| !value.is_finite())).collect();
        let means: Vec<f64> = columns.iter().map(|column| mean(column).unwrap_or(0.0)).collect();
        let empty = || Self::empty(&means, n_rows, &holes);
        let map = |rows: std::ops::Range<usize>| {
            let mut sums = empty();
            let mut block = Block::new(d);
            for start in rows.clone().step_by(BLOCK_ROWS) {
                block.load(columns, &means, start..(start + BLOCK_ROWS).min(rows.end));
                sums.add_block(&block);
            }
            sums
        };
        fold_chunks(n_rows, BLOCK_ROWS * BLOCKS, map, empty(), |sum, part| sum.plus(&part))
    }

    fn empty(means: &[f64], n_rows: usize, holes: &[bool]) -> Self {
        let d = means.len();
        let zeros = || vec![0.0; d * d];
        let n = n_rows as f64;
        let rounding = means.iter().map(|mean| n * (n * mean * f64::EPSILON) * (n * mean * f64::EPSILON)).collect();
        Self {
            d,
            holes: holes.to_vec(),
            n_rows: n_rows as u64,
            rounding,
            products: zeros(),
            values: zeros(),
            squares: zeros(),
            rows: zeros(),
        }
    }

    fn plus(mut self, other: &Self) -> Self {
        let add = |to: &mut [f64], from: &[f64]| to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        add(&mut self.products, &other.products);
        add(&mut self.values, &other.values);
        add(&mut self.squares, &other.squares);
        add(&mut self.rows, &other.rows);
        self
    }

    fn add_block(&mut self, block: &Block) {
        for i in 0..self.d {
            for j in i..self.d {
                self.products[i * self.d + j] += dot(block.values(i), block.values(j));
                if self.holes[i] || self.holes[j] {
                    self.add_holes(block, i, j);
                    if i != j {
                        self.add_holes(block, j, i);
                    }
                }
            }
        }
    }

    fn add_holes(&mut self, block: &Block, i: usize, j: usize) {
        let at = i * self.d + j;
        self.values[at] += dot(block.values(i), block.mask(j));
        self.squares[at] += dot_square(block.values(i), block.mask(j));
        self.rows[at] += dot(block.mask(i), block.mask(j));
    }

    fn pair(&self, i: usize, j: usize) -> (Option<f64>, u64) {
        let (ij, ji) = (i * self.d + j, j * self.d + i);
        let varies = |square: f64, k: usize| if square > self.rounding[k] { square } else { 0.0 };
        if !self.holes[i] && !self.holes[j] {
            let square = |k: usize| varies(self.products[k * self.d + k], k);
            return (ratio(self.products[ij], square(i), square(j)), self.n_rows);
        }
        let n = self.rows[ij];
        let (vi, vj) = (self.values[ij], self.values[ji]);
        let square = |at: usize, value: f64, k: usize| varies(self.squares[at] - value * value / n, k);
        let product = self.products[ij] - vi * vj / n;
        (ratio(product, square(ij, vi, i), square(ji, vj, j)), n as u64)
    }
}

/// `xy / sqrt(xx yy)` within [-1, 1]; `None` where one does not vary.
fn ratio(xy: f64, xx: f64, yy: f64) -> Option<f64> {
    if xx <= 0.0 || yy <= 0.0 {
        return None;
    }
    // One root is exact where columns are multiples of each other; two do not overflow.
    let one_root = (xx * yy).sqrt();
    let scale = if one_root.is_normal() { one_root } else { xx.sqrt() * yy.sqrt() };
    Some((xy / scale).clamp(-1.0, 1.0))
}

/// Rows of all columns, centred, with masks of what is there.
struct Block {
    len: usize,
    values: Vec<f64>,
    masks: Vec<f64>,
}

impl Block {
    fn new(d: usize) -> Self {
        Self { len: 0, values: vec![0.0; d * BLOCK_ROWS], masks: vec![0.0; d * BLOCK_ROWS] }
    }

    fn load(&mut self, columns: &[&[f64]], means: &[f64], rows: std::ops::Range<usize>) {
        self.len = rows.len();
        for (j, (column, mean)) in columns.iter().zip(means).enumerate() {
            let at = j * BLOCK_ROWS;
            let values = self.values[at..].iter_mut().zip(&mut self.masks[at..]);
            for ((value, mask), source) in values.zip(&column[rows.clone()]) {
                let there = source.is_finite();
                *value = if there { source - mean } else { 0.0 };
                *mask = f64::from(u8::from(there));
            }
        }
    }

    fn values(&self, j: usize) -> &[f64] {
        &self.values[j * BLOCK_ROWS..][..self.len]
    }

    fn mask(&self, j: usize) -> &[f64] {
        &self.masks[j * BLOCK_ROWS..][..self.len]
    }
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    lanes(x, y, |x, y| x * y)
}

fn dot_square(x: &[f64], y: &[f64]) -> f64 {
    lanes(x, y, |x, y| x * x * y)
}

/// Eight accumulators: an addition need not wait for the last.
fn lanes(x: &[f64], y: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let (x8, x_rest) = x.as_chunks::<8>();
    let (y8, y_rest) = y.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (x, y) in x8.iter().zip(y8) {
        for lane in 0..8 {
            sums[lane] += term(x[lane], y[lane]);
        }
    }
    let rest: f64 = x_rest.iter().zip(y_rest).map(|(&x, &y)| term(x, y)).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::par::with_threads;

    use super::*;

    fn naive(x: &[f64], y: &[f64]) -> Option<f64> {
        let rows: Vec<(f64, f64)> =
            x.iter().copied().zip(y.iter().copied()).filter(|(x, y)| (x + y).is_finite()).collect();
        let n = rows.len() as f64;
        let mx = rows.iter().map(|row| row.0).sum::<f64>() / n;
        let my = rows.iter().map(|row| row.1).sum::<f64>() / n;
        let sum = |f: &dyn Fn(&(f64, f64)) -> f64| rows.iter().map(f).sum::<f64>();
        let xy = sum(&|row| (row.0 - mx) * (row.1 - my));
        ratio(xy, sum(&|row| (row.0 - mx).powi(2)), sum(&|row| (row.1 - my).powi(2)))
    }

    fn holey() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(prop_oneof![3 => -10.0..10.0_f64, 1 => Just(f64::NAN)], 50)
    }

    proptest! {
        #[test]
        fn pairs_agree_with_the_formula(x in holey(), y in holey(), z in prop::collection::vec(5.0..6.0_f64, 50)) {
            let columns = [x.as_slice(), &y, &z];
            let found = pearson(&columns);
            for i in 0..3 {
                for j in 0..3 {
                    let (a, b) = (found.get(i, j).unwrap(), naive(columns[i], columns[j]).unwrap());
                    prop_assert!((a - b).abs() < 1e-9, "{i} {j}: {a} {b}");
                }
            }
        }
    }

    #[test]
    fn no_variation_no_correlation() {
        let found = pearson(&[&[1.0, 1.0], &[1.0, 2.0], &[f64::NAN, f64::NAN]]);
        assert_eq!(found.get(0, 1), None);
        assert_eq!(found.get(1, 2), None);
        assert_eq!(found.get(1, 1), Some(1.0));
        assert_eq!(pearson(&[&[0.1; 1000], &[0.7; 1000]]).get(0, 1), None, "rounding is no variation");
        assert_eq!(pearson(&[]).n_columns, 0);
    }

    #[test]
    fn the_same_bits_at_any_thread_count() {
        let column = |step: u64| (0..40_000_u64).map(|i| ((i * step) % 997) as f64).collect::<Vec<_>>();
        let (x, mut y) = (column(31), column(77));
        y[5] = f64::NAN;
        let one = with_threads(1, || pearson(&[&x, &y]));
        assert_eq!(one, with_threads(2, || pearson(&[&x, &y])));
        assert_eq!(one, with_threads(3, || pearson(&[&x, &y])));
    }
}
