//! Where cells are missing, and where together.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float16Type, Float32Type, Float64Type};
use rayon::prelude::*;
use serde::Serialize;

use super::pairs::Association;
use super::{ColumnProfile, ExploreParams, hash};
use crate::describe::Correlation;
use crate::raw::Pieces;

/// Where cells are missing. Columns without a missing cell, and those that are empty, say nothing here.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Missingness {
    /// Rows in which no column lacks its value; empty columns aside.
    pub n_complete: u64,
    /// Sets of columns that are missing together, the most frequent first, [`Missingness::SHOWN`] at most; complete rows
    /// are none.
    pub patterns: Vec<MissingPattern>,
    /// Different patterns. Those that come up after [`Missingness::MAX_PATTERNS`] others are not told apart.
    pub n_patterns: usize,
    /// Incomplete rows with none of `patterns`.
    pub n_other_rows: u64,
    /// Pearson's r of whether cells are missing, of the columns in which that varies most; absent below two.
    pub correlation: Option<Association>,
}

/// Rows that lack the same columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingPattern {
    /// The columns that are missing, the first [`MissingPattern::NAMED`] of them.
    pub columns: Vec<String>,
    /// How many columns are missing.
    pub n_columns: usize,
    /// Rows that lack these columns and no other.
    pub n_rows: u64,
}

impl MissingPattern {
    /// Most columns of a pattern that are named.
    pub const NAMED: usize = 60;
}

impl Missingness {
    /// Most patterns that are given.
    pub const SHOWN: usize = 12;
    /// Most patterns that are told apart.
    pub const MAX_PATTERNS: usize = 65_536;
}

/// Rows of a chunk: 64 words of a bit per row.
const CHUNK: usize = 4096;
/// Chunks whose counts wait in memory to be added in order.
const CHUNKS: usize = 64;

/// Counts patterns and pairs of missing cells. O(n d / 64 + n m), m being missing cells per row; in parallel over rows.
pub(super) fn missingness(
    pieces: &[Pieces<'_>],
    profiles: &[ColumnProfile],
    n_rows: usize,
    params: &ExploreParams,
) -> Missingness {
    let partly: Vec<usize> =
        (0..profiles.len()).filter(|&at| (1..profiles[at].n_rows).contains(&profiles[at].n_missing)).collect();
    let columns: Vec<&Pieces<'_>> = partly.iter().map(|&at| &pieces[at]).collect();
    let paired = most_varying(&partly, profiles, params.matrix_columns);
    let mut total = Counts::new(paired.len());
    let chunks = chunks(columns.first().map_or(&[], |column| column.arrays.as_slice()));
    for block in chunks.chunks(CHUNKS) {
        let parts: Vec<Part> = block.par_iter().map(|chunk| Part::count(&columns, chunk, &paired)).collect();
        parts.iter().for_each(|part| total.add(part));
    }
    let n_incomplete = total.patterns.values().map(|pattern| pattern.0).sum::<u64>() + total.n_beyond;
    let patterns = total.most_frequent(&columns);
    Missingness {
        n_complete: n_rows as u64 - n_incomplete,
        n_other_rows: n_incomplete - patterns.iter().map(|pattern| pattern.n_rows).sum::<u64>(),
        patterns,
        n_patterns: total.patterns.len(),
        correlation: correlation(&columns, &paired, &total.both, n_rows as u64),
    }
}

/// The columns, by their place among those that are partly missing, in which missing and not are nearest to half and half;
/// in order.
fn most_varying(partly: &[usize], profiles: &[ColumnProfile], n_most: usize) -> Vec<usize> {
    let varies = |&at: &usize| {
        let profile = &profiles[partly[at]];
        profile.n_missing.min(profile.n_rows - profile.n_missing)
    };
    let mut order: Vec<usize> = (0..partly.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(varies(at)));
    order.truncate(n_most);
    order.sort_unstable();
    order
}

/// Some rows of one batch.
struct Chunk {
    batch: usize,
    rows: Range<usize>,
    /// The first of them in the table.
    first_row: usize,
}

fn chunks(arrays: &[&ArrayRef]) -> Vec<Chunk> {
    let mut found = Vec::new();
    let mut start = 0;
    for (batch, array) in arrays.iter().enumerate() {
        for first in (0..array.len()).step_by(CHUNK) {
            found.push(Chunk { batch, rows: first..(first + CHUNK).min(array.len()), first_row: start + first });
        }
        start += array.len();
    }
    found
}

/// What is counted in one chunk.
struct Part {
    /// Hash, rows and first row of each pattern, ascending by hash.
    patterns: Vec<(u64, u64, usize)>,
    /// Rows in which both columns of each pair are missing, i <= j.
    both: Vec<u64>,
}

impl Part {
    fn count(columns: &[&Pieces<'_>], chunk: &Chunk, paired: &[usize]) -> Self {
        let masks: Vec<Option<Vec<u64>>> =
            columns.iter().map(|column| mask(column.arrays[chunk.batch], &chunk.rows)).collect();
        let mut of_rows = vec![hash::MISSING; chunk.rows.len()];
        for (at, mask) in masks.iter().enumerate() {
            // The hash of a set is the sum of those of its members, in any order.
            let member = hash::whole(at as u64);
            mask.iter().for_each(|mask| each_bit(mask, |row| of_rows[row] = of_rows[row].wrapping_add(member)));
        }
        let rows = of_rows.into_iter().zip(chunk.first_row..).filter(|row| row.0 != hash::MISSING);
        let mut rows: Vec<(u64, usize)> = rows.collect();
        rows.sort_unstable();
        let runs = rows.chunk_by(|a, b| a.0 == b.0);
        let patterns = runs.map(|run| (run[0].0, run.len() as u64, run[0].1)).collect();
        let both = |(i, j): (usize, usize)| match (&masks[paired[i]], &masks[paired[j]]) {
            (Some(a), Some(b)) => a.iter().zip(b).map(|(a, b)| u64::from((a & b).count_ones())).sum(),
            _ => 0,
        };
        Self { patterns, both: pairs(paired.len()).map(both).collect() }
    }
}

fn pairs(d: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..d).flat_map(move |i| (i..d).map(move |j| (i, j)))
}

fn each_bit(mask: &[u64], mut visit: impl FnMut(usize)) {
    for (at, &word) in mask.iter().enumerate() {
        let mut left = word;
        while left != 0 {
            visit(at * 64 + left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}

/// A bit per row, set where the cell is missing; `None` where none is.
fn mask(array: &ArrayRef, rows: &Range<usize>) -> Option<Vec<u64>> {
    let array = array.slice(rows.start, rows.len());
    let nulls = array.logical_nulls();
    match array.data_type() {
        DataType::Float64 => {
            bits(rows.len(), |row| array.as_primitive::<Float64Type>().value(row).is_nan() || null(&nulls, row))
        }
        DataType::Float32 => {
            bits(rows.len(), |row| array.as_primitive::<Float32Type>().value(row).is_nan() || null(&nulls, row))
        }
        DataType::Float16 => {
            bits(rows.len(), |row| array.as_primitive::<Float16Type>().value(row).is_nan() || null(&nulls, row))
        }
        _ if array.logical_null_count() == 0 => None,
        _ => bits(rows.len(), |row| null(&nulls, row)),
    }
}

fn null(nulls: &Option<arrow::buffer::NullBuffer>, row: usize) -> bool {
    nulls.as_ref().is_some_and(|nulls| nulls.is_null(row))
}

fn bits(n: usize, is_missing: impl Fn(usize) -> bool) -> Option<Vec<u64>> {
    let word = |start: usize| {
        (start..(start + 64).min(n)).fold(0, |word, row| word | (u64::from(is_missing(row)) << (row - start)))
    };
    let words: Vec<u64> = (0..n).step_by(64).map(word).collect();
    words.iter().any(|&word| word != 0).then_some(words)
}

/// What is counted in all chunks so far.
struct Counts {
    /// Rows and first row by the hash of a pattern.
    patterns: BTreeMap<u64, (u64, usize)>,
    /// Rows with a pattern that came too late.
    n_beyond: u64,
    both: Vec<u64>,
}

impl Counts {
    fn new(d: usize) -> Self {
        Self { patterns: BTreeMap::new(), n_beyond: 0, both: vec![0; d * (d + 1) / 2] }
    }

    fn add(&mut self, part: &Part) {
        self.both.iter_mut().zip(&part.both).for_each(|(sum, count)| *sum += count);
        for &(hash, count, first) in &part.patterns {
            let is_full = self.patterns.len() >= Missingness::MAX_PATTERNS;
            match self.patterns.get_mut(&hash) {
                Some(known) => known.0 += count,
                None if is_full => self.n_beyond += count,
                None => drop(self.patterns.insert(hash, (count, first))),
            }
        }
    }

    /// Of equally frequent patterns, the one that came first.
    fn most_frequent(&self, columns: &[&Pieces<'_>]) -> Vec<MissingPattern> {
        let mut order: Vec<(u64, usize)> = self.patterns.values().copied().collect();
        order.sort_by_key(|&(count, first)| (std::cmp::Reverse(count), first));
        order.into_iter().take(Missingness::SHOWN).map(|(count, row)| pattern(columns, row, count)).collect()
    }
}

fn pattern(columns: &[&Pieces<'_>], row: usize, n_rows: u64) -> MissingPattern {
    let missing = columns.iter().filter(|column| is_missing(column, row));
    let mut names: Vec<String> = missing.map(|column| column.name.to_owned()).collect();
    let n_columns = names.len();
    names.truncate(MissingPattern::NAMED);
    MissingPattern { columns: names, n_columns, n_rows }
}

fn is_missing(column: &Pieces<'_>, mut row: usize) -> bool {
    for array in &column.arrays {
        if row < array.len() {
            return mask(array, &(row..row + 1)).is_some();
        }
        row -= array.len();
    }
    false
}

/// The phi coefficient of each pair, from counts.
fn correlation(columns: &[&Pieces<'_>], paired: &[usize], both: &[u64], n_rows: u64) -> Option<Association> {
    let d = paired.len();
    let at = |i: usize, j: usize| i * d - i * (i + 1) / 2 + j;
    let n = n_rows as f64;
    let phi = |i: usize, j: usize| {
        let count = |i, j| both[at(i, j)] as f64 / n;
        let (a, b) = (count(i, i), count(j, j));
        let spread = (a * (1.0 - a)).sqrt() * (b * (1.0 - b)).sqrt();
        let phi = if i == j { 1.0 } else { ((count(i, j) - a * b) / spread).clamp(-1.0, 1.0) };
        (Some(phi), n_rows)
    };
    let names: Vec<&str> = paired.iter().map(|&at| columns[at].name).collect();
    (d > 1).then(|| Association::clustered(&names, &Correlation::of_pairs(d, phi), columns.len() - d))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, StringArray};

    use super::*;

    #[test]
    fn nan_and_null_are_missing_and_infinity_is_not() {
        let floats: ArrayRef = Arc::new(Float64Array::from(vec![Some(1.0), None, Some(f64::NAN), Some(f64::INFINITY)]));
        assert_eq!(mask(&floats, &(0..4)), Some(vec![0b0110]));
        assert_eq!(mask(&floats, &(3..4)), None);
        let words: ArrayRef = Arc::new(StringArray::from(vec![Some("a"), None]));
        assert_eq!(mask(&words, &(1..2)), Some(vec![1]));
        assert_eq!(mask(&words, &(0..1)), None);
    }

    #[test]
    fn bits_are_rows() {
        let rows = [0, 63, 64, 129];
        let mask = bits(130, |row| rows.contains(&row)).unwrap();
        let mut seen = Vec::new();
        each_bit(&mask, |row| seen.push(row));
        assert_eq!(seen, rows);
    }
}
