//! The rows from which pairs are judged.

use std::borrow::Cow;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray};
use arrow::compute::interleave;
use arrow::datatypes::{Float64Type, Int64Type};

use super::Groups;
use crate::PrepareError;
use crate::describe::mean;
use crate::eda::ExploreParams;
use crate::eda::rows::sample;
use crate::raw::{Pieces, erase_unusable, read};

/// A column of numbers, NaN where missing.
#[derive(Debug)]
pub(super) struct Numbers {
    pub(super) name: String,
    pub(super) values: Vec<f64>,
    /// Of the values that are there.
    pub(super) mean: Option<f64>,
}

impl Numbers {
    pub(super) fn new(name: &str, mut values: Vec<f64>) -> Self {
        erase_unusable(&mut values);
        Self { name: name.to_owned(), mean: mean(&values), values }
    }
}

/// Rows of a table, all of them or some.
pub(super) struct Sample<'a> {
    pieces: &'a [Pieces<'a>],
    /// Batch and row within it of each row; `None` for all.
    places: Option<Vec<(usize, usize)>>,
    n_rows: usize,
}

impl<'a> Sample<'a> {
    pub(super) fn new(pieces: &'a [Pieces<'a>], n_rows: usize, params: &ExploreParams) -> Self {
        if n_rows <= params.pair_rows {
            return Self { pieces, places: None, n_rows };
        }
        let rows = sample(n_rows, params.pair_rows, params.seed, "eda pairs");
        let lengths: Vec<usize> = pieces[0].arrays.iter().map(|array| array.len()).collect();
        Self { pieces, places: Some(places(&rows, &lengths)), n_rows: params.pair_rows }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub(super) fn numbers(&self, at: usize) -> Result<Numbers, PrepareError> {
        let plain = self.gather::<Float64Type>(at, |value| value);
        if let Some(values) = plain.or_else(|| self.gather::<Int64Type>(at, |value| value as f64)) {
            return Ok(Numbers::new(self.pieces[at].name, values));
        }
        let taken = self.taken(at)?;
        let pieces = self.of(at, &taken);
        // What could not be read as numbers has no profile of them, and is not asked for.
        let values = read(&pieces)?.map_or_else(|| vec![f64::NAN; self.n_rows], |found| found.0);
        Ok(Numbers::new(pieces.name, values))
    }

    pub(super) fn groups(&self, at: usize) -> Result<Groups, PrepareError> {
        let taken = self.taken(at)?;
        Groups::read(&self.of(at, &taken))
    }

    /// The sampled rows of a column of this type; `None` of another, or when there is no sample.
    fn gather<T: ArrowPrimitiveType>(&self, at: usize, number: impl Fn(T::Native) -> f64) -> Option<Vec<f64>> {
        let arrays = self.pieces[at].arrays.iter().map(|array| array.as_primitive_opt::<T>());
        let arrays = arrays.collect::<Option<Vec<_>>>()?;
        let cell = |&(batch, row): &(usize, usize)| {
            let array = arrays[batch];
            if array.is_null(row) { f64::NAN } else { number(array.value(row)) }
        };
        Some(self.places.as_ref()?.iter().map(cell).collect())
    }

    fn taken(&self, at: usize) -> Result<Cow<'a, [ArrayRef]>, PrepareError> {
        let pieces = &self.pieces[at];
        let Some(places) = &self.places else { return Ok(Cow::Borrowed(&[])) };
        let arrays: Vec<&dyn Array> = pieces.arrays.iter().map(|array| array.as_ref()).collect();
        let taken = interleave(&arrays, places).map_err(|source| pieces.convert(source))?;
        Ok(Cow::Owned(vec![taken]))
    }

    fn of<'b>(&'b self, at: usize, taken: &'b [ArrayRef]) -> Pieces<'b> {
        let pieces = &self.pieces[at];
        let arrays = if self.places.is_some() { taken.iter().collect() } else { pieces.arrays.clone() };
        Pieces { name: pieces.name, arrays }
    }
}

/// The batch of each ascending row, and the row within it.
fn places(rows: &[usize], lengths: &[usize]) -> Vec<(usize, usize)> {
    let (mut batch, mut start) = (0, 0);
    let place = |&row: &usize| {
        while row - start >= lengths[batch] {
            start += lengths[batch];
            batch += 1;
        }
        (batch, row - start)
    };
    rows.iter().map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_in_their_batches() {
        assert_eq!(places(&[0, 2, 3, 7], &[0, 3, 0, 2, 3]), [(1, 0), (1, 2), (3, 0), (4, 2)]);
    }
}
