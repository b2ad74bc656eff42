//! Columns of words: counted by their hashes, so that a column of names costs eight bytes per cell.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Int64Type};

use super::levels::Levels;
use super::sort::sort;
use super::top::most_frequent;
use crate::PrepareError;
use crate::eda::hash;
use crate::raw::{Pieces, for_each_text};

/// What the words of a column look like.
#[derive(Debug)]
pub(super) struct Words {
    /// One per row.
    pub(super) hashes: Vec<u64>,
    /// Cells that read as a plain number.
    pub(super) n_numbers: u64,
    /// The first few different cells that do not.
    pub(super) no_numbers: Vec<String>,
}

/// Cells that are no numbers, of which a few are shown.
const N_EXAMPLES: usize = 5;

/// Hashes every cell.
pub(super) fn read(pieces: &Pieces<'_>) -> Result<Words, PrepareError> {
    let mut words = Words { hashes: Vec::with_capacity(pieces.n_rows()), n_numbers: 0, no_numbers: Vec::new() };
    for array in &pieces.arrays {
        if let Some(whole) = array.as_primitive_opt::<Int64Type>() {
            // Ids mostly are whole numbers: no need to write them out first.
            let hash_of = |cell: Option<i64>| cell.map_or(hash::MISSING, |value| hash::whole(value as u64));
            words.hashes.extend(whole.iter().map(hash_of));
        } else {
            words.add(array.as_ref()).map_err(|source| pieces.convert(source))?;
        }
    }
    Ok(words)
}

impl Words {
    fn add(&mut self, array: &dyn Array) -> Result<(), arrow::error::ArrowError> {
        let is_text = !array.data_type().is_numeric() && *array.data_type() != DataType::Boolean;
        for_each_text(array, |cell| {
            let Some(text) = cell else { return self.hashes.push(hash::MISSING) };
            self.hashes.push(hash::text(text));
            if is_text && reads_as_number(text) {
                self.n_numbers += 1;
            } else if self.no_numbers.len() < N_EXAMPLES && !self.no_numbers.iter().any(|seen| seen == text) {
                self.no_numbers.push(text.chars().take(super::Level::LONGEST).collect());
            }
        })
    }

    /// How many cells differ, and the most frequent of them.
    pub(super) fn levels(&self, pieces: &Pieces<'_>) -> Result<(u64, Levels), PrepareError> {
        let mut sorted: Vec<u64> = self.hashes.iter().copied().filter(|&hash| hash != hash::MISSING).collect();
        sort(&mut sorted);
        let runs = || sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64));
        let n_distinct = runs().count() as u64;
        let least = most_frequent(runs(), Levels::SHOWN).last().map_or(0, |run| run.1);
        let wanted: Vec<(u64, u64)> = runs().filter(|run| run.1 >= least).collect();
        let mut top = self.first_rows(&wanted, least);
        top.sort_by_key(|&(row, count)| (std::cmp::Reverse(count), row));
        let text = |(row, count)| Ok((cell(pieces, row)?, count));
        let top = top.into_iter().map(text).collect::<Result<_, PrepareError>>()?;
        Ok((n_distinct, Levels::new(top, sorted.len() as u64, n_distinct)))
    }

    /// The first row of each wanted hash (ascending, with counts), with its count; of those with the least count as many
    /// as are left to show, the earliest first.
    fn first_rows(&self, wanted: &[(u64, u64)], least: u64) -> Vec<(usize, u64)> {
        let n_above = wanted.iter().filter(|run| run.1 > least).count();
        let n_shown = wanted.len().min(Levels::SHOWN);
        let mut n_ties = n_shown - n_above;
        let mut seen = vec![false; wanted.len()];
        let mut found = Vec::with_capacity(n_shown);
        for (row, hash) in self.hashes.iter().enumerate() {
            if found.len() == n_shown {
                break;
            }
            let Ok(at) = wanted.binary_search_by_key(hash, |run| run.0) else { continue };
            let is_tie = wanted[at].1 == least;
            if seen[at] || (is_tie && n_ties == 0) {
                continue;
            }
            seen[at] = true;
            n_ties -= usize::from(is_tie);
            found.push((row, wanted[at].1));
        }
        found
    }
}

/// The text of one cell.
fn cell(pieces: &Pieces<'_>, mut row: usize) -> Result<String, PrepareError> {
    let mut text = String::new();
    for array in &pieces.arrays {
        if row < array.len() {
            let take = |cell: Option<&str>| text.push_str(cell.unwrap_or_default());
            for_each_text(array.slice(row, 1).as_ref(), take).map_err(|source| pieces.convert(source))?;
            break;
        }
        row -= array.len();
    }
    Ok(text)
}

/// Whether a cell is a number without any decoration; `inf` and `nan` are words.
fn reads_as_number(text: &str) -> bool {
    let text = text.trim();
    let starts = text.bytes().next().is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.'));
    starts && text.parse::<f64>().is_ok_and(f64::is_finite)
}
