use serde::Serialize;

/// The most frequent values of a column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Levels {
    /// The most frequent first, [`Levels::SHOWN`] at most. Of equally frequent ones, words come in the order of their
    /// first row and numbers in that of their size.
    pub top: Vec<Level>,
    /// Cells with another value.
    pub n_rest: u64,
    /// Values that are not among `top`.
    pub n_rest_levels: u64,
}

/// A value and how often it occurs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Level {
    /// The value, cut to [`Level::LONGEST`] characters.
    pub value: String,
    /// Cells that hold it.
    pub count: u64,
    /// Their share of the cells that hold a value.
    pub share: f64,
}

impl Level {
    /// Characters of a value that are kept.
    pub const LONGEST: usize = 100;
}

impl Levels {
    /// Most values that are told apart.
    pub const SHOWN: usize = 20;

    /// From the most frequent values with their counts, and how many cells and values there are in all.
    pub(super) fn new(top: Vec<(String, u64)>, n_cells: u64, n_distinct: u64) -> Self {
        let level =
            |(value, count): (String, u64)| Level { value: cut(value), count, share: count as f64 / n_cells as f64 };
        let top: Vec<Level> = top.into_iter().map(level).collect();
        let n_shown: u64 = top.iter().map(|level| level.count).sum();
        Self { n_rest: n_cells - n_shown, n_rest_levels: n_distinct - top.len() as u64, top }
    }
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(Level::LONGEST) {
        text.truncate(end);
        text.push('…');
    }
    text
}
