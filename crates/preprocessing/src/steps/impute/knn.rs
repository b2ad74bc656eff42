use std::ops::Range;

use rayon::prelude::*;
use segctl_numeric::par::chunks;
use segctl_numeric::simd::{Kernel, LANES, dispatch};
use serde::{Deserialize, Serialize};

use super::block::Sample;
use crate::describe::centred;

/// Missing numbers as the mean of the nearest rows that have them (Troyanskaya et al. 2001).
///
/// Equal to scikit-learn's `KNNImputer` with uniform weights: two rows are as far apart as
/// `sqrt(d / m * sum (x - y)^2)` over the m of d columns that both have (nan-Euclidean); of rows at the
/// same distance the earlier is nearer. Where no row shares a column, the cell becomes the column's mean.
/// The rows to choose from are kept: all of them, or 10,000 evenly spaced ones where there are more. They
/// hold values and name no customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnnImputer {
    /// How many rows are averaged.
    pub neighbours: usize,
    /// The columns filled, and those that distances are measured in.
    pub columns: Vec<DonorColumn>,
}

/// A column of the rows that values are taken from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DonorColumn {
    /// Its name.
    pub column: String,
    /// The length of 1 in distances: 1, or the population standard deviation.
    pub unit: f64,
    /// What a cell becomes when no row shares a column with its own.
    pub mean: f64,
    /// The values, `None` where missing; one per row.
    pub values: Vec<Option<f64>>,
}

impl KnnImputer {
    pub(super) fn fit(sample: Sample, means: &[f64], neighbours: usize, standardise: bool) -> Self {
        let column = |((column, values), &mean): ((String, Vec<f64>), &f64)| DonorColumn {
            column,
            unit: if standardise { unit(&values) } else { 1.0 },
            mean,
            values: values.into_iter().map(|value| Some(value).filter(|value| !value.is_nan())).collect(),
        };
        let columns = sample.names.into_iter().zip(sample.columns).zip(means).map(column).collect();
        Self { neighbours, columns }
    }

    /// How many rows there are to choose from.
    pub(super) fn n_donors(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// Whether all columns have as many rows and a unit, as they do unless a file was forged.
    pub(super) fn is_sound(&self) -> bool {
        let n = self.n_donors();
        self.neighbours > 0 && self.columns.iter().all(|column| column.values.len() == n && column.unit > 0.0)
    }

    /// Fills the NaN of row-major rows of the columns; returns how many rows took a mean for want of a
    /// neighbour. O(n d) for n rows to choose from, per row.
    pub(super) fn complete(&self, rows: &mut [f64]) -> usize {
        let d = self.columns.len();
        if d == 0 {
            return 0;
        }
        let donors = Donors::new(&self.columns);
        rows.par_chunks_mut(CHUNK * d).map(|piece| self.complete_chunk(&donors, piece)).sum()
    }

    /// Block after block of rows to choose from, each of which stays in the cache for all rows of the chunk.
    fn complete_chunk(&self, donors: &Donors, rows: &mut [f64]) -> usize {
        let d = self.columns.len();
        let mut open: Vec<OpenRow> = rows.chunks_exact(d).map(|row| OpenRow::new(row, self.neighbours)).collect();
        let mut scratch = Scratch::default();
        for block in chunks(donors.n_rows, BLOCK) {
            for (open, row) in open.iter_mut().zip(rows.chunks_exact(d)) {
                let distances = donors.distances(row, block.clone(), &mut scratch);
                open.offer(donors, block.start, distances);
            }
        }
        let pairs = open.iter().zip(rows.chunks_exact_mut(d));
        pairs.map(|(open, row)| usize::from(self.close(donors, open, row))).sum()
    }

    /// Fills a row with what was found for it; whether a cell took the mean for want of a neighbour.
    fn close(&self, donors: &Donors, open: &OpenRow, row: &mut [f64]) -> bool {
        for (j, nearest) in &open.cells {
            row[*j] = nearest.mean(&donors.columns[*j].values).unwrap_or(self.columns[*j].mean);
        }
        open.cells.iter().any(|(_, nearest)| nearest.found.is_empty())
    }
}

/// Rows filled together.
const CHUNK: usize = 32;

/// Rows to choose from whose distances are computed together: their sums stay in the first-level cache.
const BLOCK: usize = 512;

/// The standard deviation, or 1 where there is none to speak of.
fn unit(values: &[f64]) -> f64 {
    let spread = centred(values).filter(|found| !found.is_constant()).map(|found| found.variance().sqrt());
    spread.filter(|&spread| spread > 0.0).unwrap_or(1.0)
}

/// The rows to choose from, laid out for one pass per column.
struct Donors {
    columns: Vec<Donated>,
    n_rows: usize,
}

struct Donated {
    unit: f64,
    /// Values, 0 where missing.
    values: Vec<f64>,
    /// Values in units.
    scaled: Vec<f64>,
    /// 1 where there is a value; `None` when there is one everywhere.
    present: Option<Vec<f64>>,
}

impl Donors {
    fn new(columns: &[DonorColumn]) -> Self {
        let n_rows = columns.first().map_or(0, |column| column.values.len());
        Self { columns: columns.iter().map(Donated::new).collect(), n_rows }
    }

    /// Per row of the block, the mean squared difference over common columns; NaN without any.
    fn distances<'a>(&self, row: &[f64], block: Range<usize>, scratch: &'a mut Scratch) -> &'a [f64] {
        let Scratch { squares, counts } = scratch;
        for sums in [&mut *squares, &mut *counts] {
            sums.clear();
            sums.resize(block.len(), 0.0);
        }
        let mut everywhere = 0.0;
        for (&x, column) in row.iter().zip(&self.columns).filter(|(x, _)| !x.is_nan()) {
            let (x, scaled) = (x / column.unit, &column.scaled[block.clone()]);
            match &column.present {
                Some(present) => dispatch(AddWhere { x, scaled, present: &present[block.clone()], squares, counts }),
                None => {
                    everywhere += 1.0;
                    dispatch(Add { x, scaled, squares });
                }
            }
        }
        dispatch(Divide { squares, counts, everywhere });
        squares
    }
}

/// Sums per row of a block.
#[derive(Default)]
struct Scratch {
    squares: Vec<f64>,
    counts: Vec<f64>,
}

/// A row with gaps, and for each the nearest rows so far.
struct OpenRow {
    cells: Vec<(usize, Nearest)>,
}

impl OpenRow {
    fn new(row: &[f64], k: usize) -> Self {
        let gaps = row.iter().enumerate().filter(|(_, value)| value.is_nan());
        Self { cells: gaps.map(|(j, _)| (j, Nearest::new(k))).collect() }
    }

    fn offer(&mut self, donors: &Donors, first: usize, distances: &[f64]) {
        for (j, nearest) in &mut self.cells {
            let column = &donors.columns[*j];
            for (group, start) in distances.chunks(LANES).zip((first..).step_by(LANES)) {
                // Most groups hold nobody nearer, which is seen for all of them at once.
                if group.iter().fold(false, |any, &distance| any | (distance <= nearest.reach)) {
                    nearest.offer(column, start, group);
                }
            }
        }
    }
}

/// The k nearest rows so far, the nearest first, the earlier of equals first.
struct Nearest {
    k: usize,
    found: Vec<(f64, usize)>,
    /// The distance beyond which rows are of no interest.
    reach: f64,
}

impl Nearest {
    fn new(k: usize) -> Self {
        Self { k, found: vec![], reach: f64::INFINITY }
    }

    fn offer(&mut self, column: &Donated, start: usize, distances: &[f64]) {
        for (row, &distance) in (start..).zip(distances) {
            if self.wants(distance) && column.has(row) {
                self.insert(distance, row);
            }
        }
    }

    /// An infinite distance is still one while places are free; a NaN never is.
    fn wants(&self, distance: f64) -> bool {
        distance < self.reach || (self.found.len() < self.k && distance == f64::INFINITY)
    }

    fn insert(&mut self, distance: f64, row: usize) {
        let place = self.found.partition_point(|&(other, _)| other <= distance);
        self.found.insert(place, (distance, row));
        self.found.truncate(self.k);
        if let Some(&(last, _)) = self.found.get(self.k - 1) {
            self.reach = last;
        }
    }

    /// The mean of what these rows have.
    fn mean(&self, values: &[f64]) -> Option<f64> {
        let sum: f64 = self.found.iter().map(|&(_, row)| values[row]).sum();
        (!self.found.is_empty()).then(|| sum / self.found.len() as f64)
    }
}

/// Adds the squared difference of `x` to each value of a column without gaps.
struct Add<'a> {
    x: f64,
    scaled: &'a [f64],
    squares: &'a mut [f64],
}

impl Kernel for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (square, value) in self.squares.iter_mut().zip(self.scaled) {
            let gap = self.x - value;
            *square += gap * gap;
        }
    }
}

/// The same where there is a value, and counts where.
struct AddWhere<'a> {
    x: f64,
    scaled: &'a [f64],
    present: &'a [f64],
    squares: &'a mut [f64],
    counts: &'a mut [f64],
}

impl Kernel for AddWhere<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let sums = self.squares.iter_mut().zip(self.counts);
        for ((square, count), (value, present)) in sums.zip(self.scaled.iter().zip(self.present)) {
            let gap = self.x - value;
            *square += present * (gap * gap);
            *count += present;
        }
    }
}

/// Divides sums by how many columns they are over.
struct Divide<'a> {
    squares: &'a mut [f64],
    counts: &'a [f64],
    everywhere: f64,
}

impl Kernel for Divide<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.squares.iter_mut().zip(self.counts).for_each(|(square, count)| *square /= count + self.everywhere);
    }
}

impl Donated {
    fn new(column: &DonorColumn) -> Self {
        let values: Vec<f64> = column.values.iter().map(|value| value.unwrap_or(0.0)).collect();
        let scaled = values.iter().map(|value| value / column.unit).collect();
        let present: Vec<f64> = column.values.iter().map(|value| f64::from(u8::from(value.is_some()))).collect();
        let complete = column.values.iter().all(Option::is_some);
        Self { unit: column.unit, values, scaled, present: (!complete).then_some(present) }
    }

    fn has(&self, row: usize) -> bool {
        self.present.as_ref().is_none_or(|present| present[row] > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::*;

    /// By the definition: every distance, sorted.
    fn oracle(imputer: &KnnImputer, row: &[f64]) -> Vec<f64> {
        let distance = |donor: usize| {
            let common = row.iter().zip(&imputer.columns).filter(|(x, _)| !x.is_nan());
            let gaps: Vec<f64> =
                common.filter_map(|(x, column)| Some(x / column.unit - column.values[donor]? / column.unit)).collect();
            gaps.iter().map(|gap| gap * gap).sum::<f64>() / gaps.len() as f64
        };
        let fill = |column: &DonorColumn| {
            let there = (0..imputer.n_donors()).filter_map(|donor| Some((distance(donor), column.values[donor]?)));
            let mut there: Vec<(f64, f64)> = there.filter(|(distance, _)| !distance.is_nan()).collect();
            there.sort_by(|a, b| a.0.total_cmp(&b.0));
            there.truncate(imputer.neighbours);
            let sum: f64 = there.iter().map(|(_, value)| value).sum();
            if there.is_empty() { column.mean } else { sum / there.len() as f64 }
        };
        row.iter().zip(&imputer.columns).map(|(&x, column)| if x.is_nan() { fill(column) } else { x }).collect()
    }

    fn cell() -> impl Strategy<Value = f64> {
        prop_oneof![1 => Just(f64::NAN), 2 => -9.0..9.0_f64, 1 => (-3..3).prop_map(f64::from)]
    }

    proptest! {
        #[test]
        fn one_pass_equals_sorting(
            donors in prop::collection::vec([cell(), cell(), cell()], 1..40),
            rows in prop::collection::vec([cell(), cell(), cell()], 1..5),
            neighbours in 1..6_usize,
            standardise in any::<bool>(),
        ) {
            let column = |j: usize| donors.iter().map(|row| row[j]).collect::<Vec<_>>();
            let names = ["a", "b", "c"].map(String::from).to_vec();
            let sample = Sample { names, columns: (0..3).map(column).collect(), n_rows: donors.len() };
            let imputer = KnnImputer::fit(sample, &[1.0, 2.0, 3.0], neighbours, standardise);
            let mut found: Vec<f64> = rows.iter().flatten().copied().collect();
            imputer.complete(&mut found);
            let expected: Vec<f64> = rows.iter().flat_map(|row| oracle(&imputer, row)).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits() {
        let scaled: Vec<f64> = (0..103).map(|i| libm::sin(f64::from(i))).collect();
        let present: Vec<f64> = (0..103).map(|i| f64::from(u8::from(i % 3 > 0))).collect();
        let run = |level| {
            let (mut squares, mut counts) = (vec![0.1; 103], vec![0.0; 103]);
            let (x, scaled) = (0.3, scaled.as_slice());
            dispatch_with(level, AddWhere { x, scaled, present: &present, squares: &mut squares, counts: &mut counts });
            dispatch_with(level, Add { x, scaled, squares: &mut squares });
            dispatch_with(level, Divide { squares: &mut squares, counts: &counts, everywhere: 1.0 });
            (squares, counts)
        };
        let levels = available_levels();
        levels.iter().for_each(|&level| assert_eq!(run(level), run(levels[0])));
    }
}
