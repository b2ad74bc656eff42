//! The two nearest prototypes of many rows.

use std::ops::Range;

use segctl_numeric::distance::{TwoNearest, squared_to_each};
use segctl_numeric::simd::{Kernel, dispatch};

use super::columns::{Mixed, Prototypes};
use crate::two_nearest;

/// The two nearest prototypes of some rows, the lowest index among equals. What [`TwoNearest`] calls
/// squared is the dissimilarity `|x - c|^2 + gamma * mismatches`, which depends on the row alone and not
/// on where it stands. Time O(n k d), serial.
pub(super) fn two_nearest(rows: &Mixed, range: Range<usize>, prototypes: &Prototypes, gamma: f64) -> Vec<TwoNearest> {
    let n_rows = range.len();
    two_nearest::two_nearest(&dissimilarities(rows, range, prototypes, gamma), n_rows)
}

/// k x m: the dissimilarities of the prototypes and the m rows of `range`.
pub(super) fn dissimilarities(rows: &Mixed, range: Range<usize>, prototypes: &Prototypes, gamma: f64) -> Vec<f64> {
    let mut out = vec![0.0; prototypes.codes.n_rows() * range.len()];
    if rows.numbers.n_cols() > 0 {
        squared_to_each(rows.numbers.view().rows_range(range.clone()), prototypes.numbers.view(), &mut out);
    }
    if !rows.categories.is_empty() && !out.is_empty() {
        let categories: Vec<&[f64]> = rows.categories.iter().map(|column| &column[range.clone()]).collect();
        for (out, codes) in out.chunks_exact_mut(range.len()).zip(prototypes.codes.view().rows()) {
            dispatch(AddMismatches { categories: &categories, codes, gamma, out });
        }
    }
    out
}

/// Rows whose mismatches are counted together: they stay in the nearest cache.
const STRETCH: usize = 512;

struct AddMismatches<'a> {
    /// q columns of m codes.
    categories: &'a [&'a [f64]],
    /// q codes of a prototype.
    codes: &'a [f64],
    gamma: f64,
    out: &'a mut [f64],
}

impl Kernel for AddMismatches<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let mut mismatches = [0.0; STRETCH];
        for (at, out) in self.out.chunks_mut(STRETCH).enumerate() {
            let mismatches = &mut mismatches[..out.len()];
            mismatches.fill(0.0);
            for (column, &code) in self.categories.iter().zip(self.codes) {
                let column = &column[at * STRETCH..][..mismatches.len()];
                for (count, &value) in mismatches.iter_mut().zip(column) {
                    *count += if value == code { 0.0 } else { 1.0 };
                }
            }
            for (out, count) in out.iter_mut().zip(mismatches) {
                *out += self.gamma * *count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use segctl_numeric::Matrix;
    use segctl_numeric::simd::{available_levels, dispatch_with};

    use super::super::columns::Columns;
    use super::*;

    fn naive(x: &[f64], c: &[f64], categorical: &[bool], gamma: f64) -> f64 {
        let (mut squared, mut mismatches) = (0.0, 0.0);
        for j in 0..x.len() {
            match categorical[j] {
                true => mismatches += f64::from(u8::from(x[j] != c[j])),
                false => squared += (x[j] - c[j]) * (x[j] - c[j]),
            }
        }
        squared + gamma * mismatches
    }

    proptest! {
        #[test]
        fn the_nearest_are_those_of_the_formula(
            (n, k) in (1_usize..30, 1_usize..7),
            mask in prop::collection::vec(any::<bool>(), 1..9),
            values in prop::collection::vec(0_i32..4, 400),
            gamma in prop::sample::select(vec![0.0, 0.5, 1.0, 3.0]),
        ) {
            let d = mask.len();
            let matrix = |n: usize, at: usize| {
                Matrix::new((0..n * d).map(|i| f64::from(values[(i + at) % 400])).collect(), n, d).unwrap()
            };
            let (x, prototypes, columns) = (matrix(n, 0), matrix(k, 131), Columns::new(&mask));
            let zero = vec![0.0; d - columns.n_categories()];
            let taken = columns.prototypes(prototypes.view(), &zero);
            let rows = columns.split(x.view(), &zero);
            let found = two_nearest(&rows, 0..n, &taken, gamma);
            for (i, found) in found.iter().enumerate() {
                let mut all: Vec<(f64, u32)> =
                    (0..k).map(|c| (naive(x.row(i), prototypes.row(c), &mask, gamma), c as u32)).collect();
                all.sort_by(|a, b| a.partial_cmp(b).unwrap());
                prop_assert_eq!((found.squared, found.index), all[0]);
                let second = all.get(1).copied().unwrap_or((f64::INFINITY, TwoNearest::NONE));
                prop_assert_eq!((found.second_squared, found.second), second);
                prop_assert_eq!(two_nearest(&rows, i..i + 1, &taken, gamma)[0], *found);
            }
            for level in available_levels() {
                let mut again = vec![0.0; n];
                let categories: Vec<&[f64]> = rows.categories.iter().map(Vec::as_slice).collect();
                let codes = taken.codes.row(0);
                let mut once = again.clone();
                dispatch_with(level, AddMismatches { categories: &categories, codes, gamma, out: &mut again });
                dispatch(AddMismatches { categories: &categories, codes, gamma, out: &mut once });
                prop_assert_eq!(again, once, "{:?}", level);
            }
        }
    }
}
