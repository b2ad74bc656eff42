//! Columns of words: counted by their hashes, so that a column of names costs eight bytes per cell.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Int64Type};

use super::levels::Levels;
use super::runs;
use super::top::most_frequent;
use crate::PrepareError;
use crate::describe::Runs;
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

    /// How many cells differ, and the most frequent of them; none of these where no cell is repeated.
    pub(super) fn levels(&self, pieces: &Pieces<'_>) -> Result<(u64, Option<Levels>), PrepareError> {
        let runs = runs::of_hashes(&self.hashes);
        let n_distinct = runs.values().len() as u64;
        if n_distinct == 0 || (n_distinct > 1 && n_distinct == runs.n()) {
            return Ok((n_distinct, None));
        }
        let frequent = most_frequent(runs.iter(), Levels::SHOWN);
        let mut top = self.first_rows(&frequent, &runs);
        top.sort_by_key(|&(row, count)| (std::cmp::Reverse(count), row));
        let text = |(row, count)| Ok((cell(pieces, row)?, count));
        let top = top.into_iter().map(text).collect::<Result<_, PrepareError>>()?;
        Ok((n_distinct, Some(Levels::new(top, runs.n(), n_distinct))))
    }

    /// The first row of each of the most frequent hashes, with its count. The least frequent of them are any of those that
    /// are as frequent: of these, the earliest are taken.
    fn first_rows(&self, frequent: &[(u64, u64)], runs: &Runs<u64>) -> Vec<(usize, u64)> {
        let least = frequent.last().map_or(0, |run| run.1);
        let above: Vec<(u64, u64)> = frequent.iter().copied().filter(|run| run.1 > least).collect();
        let mut n_ties = frequent.len() - above.len();
        let ties = Ties::new(runs, least);
        let mut found: Vec<(usize, u64)> = Vec::with_capacity(frequent.len());
        for (row, &hash) in self.hashes.iter().enumerate() {
            if found.len() == frequent.len() {
                break;
            }
            let is_known = |found: &[(usize, u64)]| found.iter().any(|&(row, _)| self.hashes[row] == hash);
            match above.iter().find(|run| run.0 == hash) {
                Some(&(_, count)) if !is_known(&found) => found.push((row, count)),
                None if n_ties > 0 && ties.contains(hash) && !is_known(&found) => {
                    found.push((row, least));
                    n_ties -= 1;
                }
                _ => {}
            }
        }
        found
    }
}

/// The hashes that occur exactly so often.
enum Ties<'a> {
    /// Few, and hard to come by: ascending, half as many as cells at most.
    Listed(Vec<u64>),
    /// Those that occur once among these: not worth a list, for one soon comes along.
    Once(&'a Runs<u64>),
}

impl<'a> Ties<'a> {
    fn new(runs: &'a Runs<u64>, count: u64) -> Self {
        match count {
            1 => Self::Once(runs),
            _ => Self::Listed(runs.iter().filter(|run| run.1 == count).map(|run| run.0).collect()),
        }
    }

    fn contains(&self, hash: u64) -> bool {
        match self {
            Self::Listed(hashes) => hashes.binary_search(&hash).is_ok(),
            Self::Once(runs) => runs.count_of(&hash) == 1,
        }
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
