use segctl_numeric::MatrixView;
use segctl_numeric::simd::{Kernel, LANES};

/// Query rows that share each load of a reference row: two registers of AVX-512, whose chains of
/// additions overlap.
pub(super) const TILE: usize = 2 * LANES;

/// One value for each query row of a tile.
pub(super) type Tile = [f64; TILE];

/// Writes up to `TILE` rows of `x` by columns, so that the lanes run over rows; lanes without a row
/// repeat the last one.
pub(super) fn pack(x: MatrixView<'_>, rows: &[usize], packed: &mut Vec<Tile>) {
    let row = |lane: usize| x.row(rows[lane.min(rows.len() - 1)]);
    let rows: [&[f64]; TILE] = std::array::from_fn(row);
    packed.clear();
    packed.extend((0..x.n_cols()).map(|j| rows.map(|row| row[j])));
}

/// Adds the distance between each query row and each reference row to the slots of the latter, in
/// the order of the reference rows.
///
/// Distances are sums over the columns in their order of squared differences: |x|^2 - 2xy + |y|^2
/// would cancel for near rows, and those decide the silhouette of a tight cluster.
pub(super) struct AddDistances<'a> {
    /// d tiles: the query rows by columns.
    pub(super) queries: &'a [Tile],
    /// m x d, row-major.
    pub(super) references: &'a [f64],
    /// m x n_labelings: where the distances to a reference row are added.
    pub(super) slots: &'a [u32],
    /// Slots for each reference row.
    pub(super) n_labelings: usize,
    /// One sum per slot and query row.
    pub(super) sums: &'a mut [Tile],
}

impl Kernel for AddDistances<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let rows = self.references.chunks_exact(self.queries.len());
        for (row, slots) in rows.zip(self.slots.chunks_exact(self.n_labelings)) {
            let distance = distances(self.queries, row);
            for &slot in slots {
                let sums = &mut self.sums[slot as usize];
                for lane in 0..TILE {
                    sums[lane] += distance[lane];
                }
            }
        }
    }
}

#[inline(always)]
fn distances(queries: &[Tile], row: &[f64]) -> Tile {
    let mut squared = [0.0; TILE];
    for (query, &value) in queries.iter().zip(row) {
        for lane in 0..TILE {
            let difference = query[lane] - value;
            squared[lane] += difference * difference;
        }
    }
    squared.map(f64::sqrt)
}

#[cfg(test)]
mod tests {
    use segctl_numeric::Matrix;
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let x = Matrix::new((0..40 * 7).map(|i| 1.0 / (1.0 + f64::from(i * i % 97))).collect(), 40, 7).unwrap();
        let slots: Vec<u32> = (0..40 * 2).map(|i| i % 5).collect();
        let mut queries = Vec::new();
        pack(x.view(), &[3, 1, 4, 1, 5], &mut queries);
        let sums = |level| {
            let mut sums = vec![[0.0; TILE]; 5];
            let references = x.as_slice();
            let kernel = AddDistances { queries: &queries, references, slots: &slots, n_labelings: 2, sums: &mut sums };
            dispatch_with(level, kernel);
            sums
        };
        let levels = available_levels();
        let expected = sums(levels[0]);
        assert!(levels.iter().all(|&level| sums(level) == expected));
        assert_eq!(expected[0][1], expected[0][3], "equal rows in different lanes");
        assert_eq!(expected[2][4], expected[2][TILE - 1], "spare lanes repeat the last row");
    }
}
