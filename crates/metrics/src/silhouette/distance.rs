//! Distances between a tile of rows and a few others, lanes running over the tile.

use segctl_numeric::simd::LANES;

/// Rows side by side in a tile: two registers of AVX-512.
pub(super) const TILE: usize = 2 * LANES;

/// Rows compared with a tile at once: with two registers each, eight independent chains of
/// additions, enough to hide the latency of one.
pub(super) const GROUP: usize = 4;

/// One value for each row of a tile.
pub(super) type Tile = [f64; TILE];

/// Squared distances below this share of |x|^2 + |y|^2 are taken by differences: above it,
/// cancellation costs at most fourteen of the 53 bits, and relative errors stay below 1e-11.
const NEAR: f64 = 1.0 / 16_384.0;

/// Up to `TILE` rows of d values, by columns; spare lanes repeat the last row.
pub(super) struct Packed {
    /// d tiles of 2 x: the factor of -2xy, which changes no digit.
    doubled: Vec<Tile>,
    /// |x|^2
    norms: Tile,
}

impl Packed {
    /// # Panics
    /// When there are no rows.
    pub(super) fn new<'a>(n_features: usize, mut rows: impl Iterator<Item = &'a [f64]>) -> Self {
        let first = rows.next().expect("a tile has rows");
        let mut last = first;
        let rows: [&[f64]; TILE] = std::array::from_fn(|lane| {
            last = if lane == 0 { first } else { rows.next().unwrap_or(last) };
            last
        });
        let doubled = (0..n_features).map(|j| rows.map(|row| 2.0 * row[j])).collect();
        Self { doubled, norms: rows.map(squared_norm) }
    }
}

/// |x|^2, added up in the order of the columns, as products of two rows are: the distance of equal
/// rows is exactly 0.
pub(super) fn squared_norm(row: &[f64]) -> f64 {
    row.iter().fold(0.0, |sum, value| sum + value * value)
}

/// The squared Euclidean distances of a group of rows, with their squared norms, to those of a
/// tile; meanwhile, `pending` becomes its own square root.
///
/// |x|^2 - 2xy + |y|^2 takes half the additions of sum (x - y)^2, but cancels for near rows, and
/// those decide the silhouette of a tight cluster: they are taken by differences. Which way is
/// taken depends on the two rows alone, and a distance is the same bits in both directions.
///
/// A processor takes as long for the square roots of a group as for its products, in a unit of
/// their own. It does both at once only if they are near each other: so the roots of one group
/// are taken among the products of the next.
#[inline(always)]
pub(super) fn squared_distances(
    tile: &Packed,
    rows: [&[f64]; GROUP],
    norms: [f64; GROUP],
    pending: &mut [Tile; GROUP],
) -> [Tile; GROUP] {
    let mut squared = doubled_products(&tile.doubled, rows, pending);
    let mut all_far = true;
    for (squared, norm) in squared.iter_mut().zip(norms) {
        for (squared, tile_norm) in squared.iter_mut().zip(tile.norms) {
            let sum = tile_norm + norm;
            *squared = sum - *squared;
            all_far &= *squared > NEAR * sum;
        }
    }
    if !all_far {
        for ((squared, norm), row) in squared.iter_mut().zip(norms).zip(rows) {
            refine(tile, row, norm, squared);
        }
    }
    squared
}

/// The square roots of the last group.
#[inline(always)]
pub(super) fn square_roots(pending: &mut [Tile; GROUP]) {
    for value in pending.as_flattened_mut() {
        *value = value.sqrt();
    }
}

/// 2xy for each row y of the group and each x of the tile, and the square roots of `pending`.
#[inline(always)]
fn doubled_products(tile: &[Tile], rows: [&[f64]; GROUP], pending: &mut [Tile; GROUP]) -> [Tile; GROUP] {
    // Written out: accumulators in an array of arrays would not all stay in registers.
    let d = tile.len();
    let [a, b, c, e] = rows.map(|row| &row[..d]);
    let [mut of_a, mut of_b, mut of_c, mut of_e] = [[0.0; TILE]; GROUP];
    let mut registers = pending.as_flattened_mut().as_chunks_mut::<LANES>().0.iter_mut();
    let stride = (d / registers.len()).max(1);
    let mut wait = stride;
    for j in 0..d {
        add_product(&mut of_a, &tile[j], a[j]);
        add_product(&mut of_b, &tile[j], b[j]);
        add_product(&mut of_c, &tile[j], c[j]);
        add_product(&mut of_e, &tile[j], e[j]);
        wait -= 1;
        if wait == 0 {
            wait = stride;
            if let Some(register) = registers.next() {
                *register = register.map(f64::sqrt);
            }
        }
    }
    for register in registers {
        *register = register.map(f64::sqrt);
    }
    [of_a, of_b, of_c, of_e]
}

#[inline(always)]
fn add_product(sums: &mut Tile, column: &Tile, value: f64) {
    for lane in 0..TILE {
        sums[lane] += column[lane] * value;
    }
}

/// Replaces the squared distances of near rows by sums of squared differences.
#[inline(always)]
fn refine(tile: &Packed, row: &[f64], norm: f64, squared: &mut Tile) {
    let mut by_differences = [0.0; TILE];
    for (column, &value) in tile.doubled.iter().zip(row) {
        for lane in 0..TILE {
            let difference = 0.5 * column[lane] - value;
            by_differences[lane] += difference * difference;
        }
    }
    for lane in 0..TILE {
        let is_far = squared[lane] > NEAR * (tile.norms[lane] + norm);
        squared[lane] = if is_far { squared[lane] } else { by_differences[lane] };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::simd::{Kernel, available_levels, dispatch_with};

    use super::*;

    struct Run<'a>(&'a Packed, [&'a [f64]; GROUP]);

    impl Kernel for Run<'_> {
        type Output = [Tile; GROUP];

        #[inline(always)]
        fn run(self) -> Self::Output {
            let mut found = [[0.0; TILE]; GROUP];
            let mut squared = squared_distances(self.0, self.1, self.1.map(squared_norm), &mut found);
            // Through both ways of taking roots.
            let again = squared_distances(self.0, self.1, self.1.map(squared_norm), &mut squared);
            found.copy_from_slice(&again);
            square_roots(&mut found);
            assert_eq!(found, squared);
            found
        }
    }

    fn run(tile: &Packed, rows: [&[f64]; GROUP]) -> [Tile; GROUP] {
        let levels = available_levels();
        let expected = dispatch_with(levels[0], Run(tile, rows));
        assert!(levels.iter().all(|&level| dispatch_with(level, Run(tile, rows)) == expected));
        expected
    }

    fn naive(x: &[f64], y: &[f64]) -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
    }

    proptest! {
        #[test]
        fn distances_keep_their_digits_near_and_far_and_both_ways(
            d in 1_usize..9,
            values in prop::collection::vec(-10.0_f64..10.0, 64),
            offset in prop::sample::select(vec![0.0, 3.0, 1e3, 1e6]),
            scale in prop::sample::select(vec![1.0, 1e-3, 1e-7]),
        ) {
            let near = |value: &f64| offset + value * scale;
            let values: Vec<f64> = values[..32].iter().copied().chain(values[32..].iter().map(near)).collect();
            let rows: Vec<&[f64]> = values.chunks_exact(d).collect();
            let group: [&[f64]; GROUP] = std::array::from_fn(|i| rows[rows.len() - 1 - i]);
            let found = run(&Packed::new(d, rows.iter().copied()), group);
            let back = run(&Packed::new(d, group.into_iter()), std::array::from_fn(|i| rows[i]));
            for (g, y) in group.iter().enumerate() {
                for (lane, x) in rows.iter().take(TILE).enumerate() {
                    let expected = naive(x, y);
                    prop_assert!((found[g][lane] - expected).abs() <= 1e-11 * expected);
                    prop_assert!(lane >= GROUP || back[lane][g] == found[g][lane]);
                }
            }
        }
    }

    #[test]
    fn equal_rows_are_at_distance_zero() {
        let row = [0.1, 1e6 + 0.3, 7.7];
        let found = run(&Packed::new(3, [&row[..]].into_iter()), [&row; GROUP]);
        assert_eq!(found, [[0.0; TILE]; GROUP]);
    }

    #[test]
    fn the_extremes_of_the_range() {
        let rows: [&[f64]; 2] = [&[1e150, -1e150], &[0.0, 5e-324]];
        let found = run(&Packed::new(2, rows.into_iter()), [rows[0], rows[1], rows[0], rows[1]]);
        assert_eq!([found[0][0], found[1][1]], [0.0; 2]);
        assert!((found[0][1] / 1e150 - 2_f64.sqrt()).abs() < 1e-15);
        assert_eq!(found[0][1], found[1][0]);
    }
}
