use std::ops::Range;

use segctl_numeric::{MatrixView, par};

use super::classes::{Classes, Tally};
use super::cut::{Cut, Search};

/// The rank of a missing value: after all others.
pub(super) const MISSING: u32 = u32::MAX;

/// A training row in a column: ranks are those of the values, equal for equal values. The class stands here as well
/// because looking it up by row, in the order of a column, was most of the time of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) rank: u32,
    pub(super) row: u32,
    pub(super) class: u32,
}

/// The training rows in the order of one feature, node by node: the rows of a node are the same range in every
/// column, so that a split only parts ranges (Mehta, Agrawal & Rissanen, "SLIQ", EDBT 1996, sort once likewise).
pub(super) struct Column {
    feature: usize,
    entries: Vec<Entry>,
    search: Search,
    /// The best cuts of the parts last searched.
    cuts: [Option<Cut>; 2],
}

impl Column {
    fn new(x: MatrixView<'_>, feature: usize, classes: &Classes) -> Self {
        let n_rows = classes.sizes.iter().sum();
        let (mut keyed, mut missing) = (Vec::with_capacity(n_rows), Vec::new());
        for row in classes.rows() {
            let value = x.as_slice()[row as usize * x.n_cols() + feature];
            if value.is_nan() {
                missing.push(row);
            } else {
                keyed.push((key(value), row));
            }
        }
        keyed.sort_unstable();
        let entry = |rank, row: u32| Entry { rank, row, class: classes.of_row[row as usize] };
        let mut entries = Vec::with_capacity(n_rows);
        let (mut rank, mut previous) = (0, None);
        for (key, row) in keyed {
            rank += u32::from(previous.is_some_and(|previous| previous != key));
            previous = Some(key);
            entries.push(entry(rank, row));
        }
        entries.extend(missing.into_iter().map(|row| entry(MISSING, row)));
        Self { feature, entries, search: Search::new(classes.sizes.len()), cuts: [None; 2] }
    }

    /// Parts a node's range stably: each side stays ascending, missing values last.
    ///
    /// Every entry is written to both sides and kept on one: a branch would be mispredicted half of the time.
    fn part(&mut self, range: Range<usize>, goes_left: &[bool]) {
        let entries = &mut self.entries[range];
        let mut right = vec![Entry { rank: 0, row: 0, class: 0 }; entries.len()];
        let (mut n_left, mut n_right) = (0, 0);
        for at in 0..entries.len() {
            let entry = entries[at];
            entries[n_left] = entry;
            right[n_right] = entry;
            let left = usize::from(goes_left[entry.row as usize]);
            n_left += left;
            n_right += 1 - left;
        }
        entries[n_left..].copy_from_slice(&right[..n_right]);
    }

    fn look(&mut self, parts: &[Option<Part<'_>>; 2], classes: &Classes, min_leaf: usize) {
        for (cut, part) in self.cuts.iter_mut().zip(parts) {
            *cut = part.as_ref().and_then(|part| {
                self.search.best(&self.entries[part.range.clone()], self.feature, part.tally, classes, min_leaf)
            });
        }
    }
}

/// A node whose best cut is wanted.
pub(super) struct Part<'a> {
    pub(super) range: Range<usize>,
    pub(super) tally: &'a Tally,
}

/// Order-preserving: the order of keys is that of values, -0 being 0.
fn key(value: f64) -> u64 {
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// All columns.
pub(super) struct Columns(Vec<Column>);

impl Columns {
    /// Sorts every column, in parallel. O(d n log n).
    pub(super) fn new(x: MatrixView<'_>, classes: &Classes) -> Self {
        let column = |range: Range<usize>| Column::new(x, range.start, classes);
        Self(par::map_chunks(x.n_cols(), 1, column))
    }

    /// The rows of a range in the order of one feature.
    pub(super) fn entries(&self, feature: usize, range: Range<usize>) -> &[Entry] {
        &self.0[feature].entries[range]
    }

    /// Parts a range if asked to, then finds the best cuts of the parts, in parallel over features.
    pub(super) fn advance(
        &mut self,
        parting: Option<(&Range<usize>, &[bool])>,
        parts: &[Option<Part<'_>>; 2],
        classes: &Classes,
        min_leaf: usize,
    ) -> [Option<Cut>; 2] {
        par::fill_chunks(&mut self.0, 1, 1, |_, columns| {
            for column in columns {
                if let Some((range, goes_left)) = parting {
                    column.part(range.clone(), goes_left);
                }
                column.look(parts, classes, min_leaf);
            }
        });
        [0, 1].map(|part| self.0.iter().filter_map(|column| column.cuts[part]).reduce(better))
    }
}

fn better(best: Cut, next: Cut) -> Cut {
    if next.beats(&best) { next } else { best }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_order_like_values() {
        let values = [f64::MIN, -1.0, -f64::from_bits(1), 0.0, f64::from_bits(1), 1e-300, 1.0, f64::MAX];
        assert!(values.map(key).is_sorted_by(|a, b| a < b));
        assert_eq!(key(-0.0), key(0.0));
    }
}
