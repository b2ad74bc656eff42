//! Pieces of text as rows.

use super::block::Block;

/// Rows of equally many cells, and what else was found.
pub(super) struct Split {
    pub(super) block: Block,
    pub(super) ragged: Ragged,
    pub(super) n_blank: u64,
}

/// Rows that are shown.
const MAX_SHOWN: usize = 5;

/// How many rows have more or fewer cells than the first, and the first of them.
#[derive(Default)]
pub(super) struct Ragged {
    pub(super) n_rows: u64,
    /// Line and number of cells.
    pub(super) first: Vec<(u64, usize)>,
}

impl Ragged {
    pub(super) fn add(&mut self, line: u64, n_cells: usize) {
        self.n_rows += 1;
        if self.first.len() < MAX_SHOWN {
            self.first.push((line, n_cells));
        }
    }

    /// Adds those of later lines.
    pub(super) fn append(&mut self, later: Self) {
        self.n_rows += later.n_rows;
        self.first.extend(later.first);
        self.first.truncate(MAX_SHOWN);
    }
}
