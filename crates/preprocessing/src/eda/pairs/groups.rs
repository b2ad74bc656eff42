//! A column as groups of rows.

use crate::PrepareError;
use crate::raw::{Pieces, categories_of};

/// The code of a missing cell.
pub(super) const NONE: u8 = u8::MAX;

/// Most groups of a column; the rarest beyond are one.
const MAX_GROUPS: usize = 50;

/// A column's groups, the largest first, and the group of each row.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) name: String,
    pub(super) levels: Vec<String>,
    pub(super) codes: Vec<u8>,
}

impl Groups {
    pub(super) fn read(pieces: &Pieces<'_>) -> Result<Self, PrepareError> {
        let found = categories_of(pieces)?;
        let mut counts = vec![0_u64; found.levels.len()];
        found.codes.iter().flatten().for_each(|&code| counts[code as usize] += 1);
        let mut order: Vec<usize> = (0..counts.len()).collect();
        order.sort_by_key(|&code| std::cmp::Reverse(counts[code]));
        let merges = order.len() > MAX_GROUPS;
        let last = MAX_GROUPS - 1;
        let mut place = vec![last as u8; order.len()];
        order.iter().take(if merges { last } else { MAX_GROUPS }).zip(0..).for_each(|(&code, at)| place[code] = at);
        let mut levels: Vec<String> = order.iter().take(MAX_GROUPS).map(|&code| found.levels[code].clone()).collect();
        if merges {
            levels[last] = "(other)".to_owned();
        }
        let codes = found.codes.iter().map(|code| code.map_or(NONE, |code| place[code as usize])).collect();
        Ok(Self { name: pieces.name.to_owned(), levels, codes })
    }
}
