use segctl_numeric::simd::{Kernel, dispatch};
use serde::{Deserialize, Serialize};

use super::block::{Sample, complete_rows};
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
        self.columns.iter().all(|column| column.values.len() == n && column.unit > 0.0)
    }

    /// Fills the NaN of row-major rows of the columns; returns how many rows took a mean for want of a
    /// neighbour. O(n d) for n
    /// rows to choose from, per row.
    pub(super) fn complete(&self, rows: &mut [f64]) -> usize {
        let donors = Donors::new(&self.columns);
        complete_rows(rows, self.columns.len(), |row| self.complete_row(&donors, row))
    }

    fn complete_row(&self, donors: &Donors, row: &mut [f64]) -> usize {
        let distances = donors.distances(row);
        let mut lonely = false;
        for ((cell, column), kept) in row.iter_mut().zip(&self.columns).zip(&donors.columns) {
            if cell.is_nan() {
                let nearest = kept.mean_of_nearest(&distances, self.neighbours);
                lonely |= nearest.is_none();
                *cell = nearest.unwrap_or(column.mean);
            }
        }
        usize::from(lonely)
    }
}

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

    /// Per row to choose from, the mean squared difference over common columns; NaN without any.
    fn distances(&self, row: &[f64]) -> Vec<f64> {
        let mut squares = vec![0.0; self.n_rows];
        let mut counts = vec![0.0; self.n_rows];
        let mut everywhere = 0.0;
        for (&x, column) in row.iter().zip(&self.columns).filter(|(x, _)| !x.is_nan()) {
            let x = x / column.unit;
            match &column.present {
                Some(present) => {
                    dispatch(AddWhere {
                        x,
                        scaled: &column.scaled,
                        present,
                        squares: &mut squares,
                        counts: &mut counts,
                    });
                }
                None => {
                    everywhere += 1.0;
                    dispatch(Add { x, scaled: &column.scaled, squares: &mut squares });
                }
            }
        }
        squares.iter_mut().zip(&counts).for_each(|(square, count)| *square /= count + everywhere);
        squares
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

    /// The mean over the `k` nearest rows that have the column and are at some distance.
    fn mean_of_nearest(&self, distances: &[f64], k: usize) -> Option<f64> {
        let mut nearest: Vec<(f64, usize)> = Vec::with_capacity(k.min(distances.len()) + 1);
        let mut reach = f64::INFINITY;
        for (row, &distance) in distances.iter().enumerate() {
            // An infinite distance is still one while places are free; a NaN never is.
            if (distance < reach || (nearest.len() < k && !distance.is_nan())) && self.has(row) {
                let place = nearest.partition_point(|&(other, _)| other <= distance);
                nearest.insert(place, (distance, row));
                nearest.truncate(k);
                if nearest.len() == k {
                    reach = nearest[k - 1].0;
                }
            }
        }
        let sum: f64 = nearest.iter().map(|&(_, row)| self.values[row]).sum();
        (!nearest.is_empty()).then(|| sum / nearest.len() as f64)
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
            (squares, counts)
        };
        let levels = available_levels();
        levels.iter().for_each(|&level| assert_eq!(run(level), run(levels[0])));
    }
}
