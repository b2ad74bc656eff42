//! The two nearest prototypes of many rows.

use std::ops::Range;

use segctl_numeric::distance::{TwoNearest, squared_to_each};
use segctl_numeric::simd::{Kernel, dispatch};

use super::columns::{Mixed, Prototypes};

/// The two nearest prototypes of some rows, the lowest index among equals. What [`TwoNearest`] calls
/// squared is the dissimilarity `|x - c|^2 + gamma * mismatches`, which depends on the row alone and not
/// on where it stands. Time O(n k d), serial.
pub(super) fn two_nearest(rows: &Mixed, range: Range<usize>, prototypes: &Prototypes, gamma: f64) -> Vec<TwoNearest> {
    let mut out = vec![TwoNearest::default(); range.len()];
    let mut found = dissimilarities(rows, range, prototypes, gamma);
    dispatch(Search { found: &mut found, out: &mut out });
    out
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

struct Search<'a> {
    /// k x m.
    found: &'a mut [f64],
    out: &'a mut [TwoNearest],
}

impl Kernel for Search<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let m = self.out.len();
        for (c, found) in self.found.chunks_exact(m.max(1)).enumerate() {
            for (best, &value) in self.out.iter_mut().zip(found) {
                let other = (c as u32, value);
                let first = (best.index, best.squared);
                // Prototype 0 is taken as it comes.
                let nearer = c == 0 || other.1 < first.1;
                let (winner, loser) = if nearer { (other, first) } else { (first, other) };
                (best.index, best.squared) = winner;
                if c > 0 && (c == 1 || nearer || loser.1 < best.second_squared) {
                    (best.second, best.second_squared) = loser;
                }
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
            let all = dissimilarities(&rows, 0..n, &taken, gamma);
            for level in available_levels() {
                let mut out = vec![TwoNearest::default(); n];
                dispatch_with(level, Search { found: &mut all.clone(), out: &mut out });
                prop_assert_eq!(&out, &found);
            }
        }
    }
}
