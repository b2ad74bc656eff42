//! From Arrow columns to numbers: what a column holds, and how its values are read.
//!
//! NULL, NaN, the infinities and values beyond [`LARGEST`] in magnitude are missing.

mod class;
mod input;
mod numbers;
mod text;

use arrow::array::{ArrayRef, RecordBatch};

pub use input::{Encoding, Input};
pub use numbers::{LARGEST, numbers};
pub use text::{Categories, categories};

pub(crate) use class::Class;
pub(crate) use input::{Reading, fit_input, read_input};
pub(crate) use numbers::{erase_unusable, read};
pub(crate) use text::{categories_of, for_each_text};

use crate::{Difference, PrepareError};

/// The pieces of one column, in order.
#[derive(Debug)]
pub(crate) struct Pieces<'a> {
    pub(crate) name: &'a str,
    pub(crate) arrays: Vec<&'a ArrayRef>,
}

impl<'a> Pieces<'a> {
    /// The column `name` of every batch; `None` when a batch has no such column.
    pub(crate) fn of(batches: &'a [RecordBatch], name: &'a str) -> Option<Self> {
        let arrays = batches.iter().map(|batch| batch.column_by_name(name)).collect::<Option<_>>()?;
        Some(Self { name, arrays })
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.arrays.iter().map(|array| array.len()).sum()
    }

    pub(crate) fn required(batches: &'a [RecordBatch], name: &'a str) -> Result<Self, PrepareError> {
        let missing = || PrepareError::Differs(vec![Difference::MissingColumn { column: name.to_owned() }]);
        Self::of(batches, name).ok_or_else(missing)
    }

    pub(crate) fn convert(&self, source: arrow::error::ArrowError) -> PrepareError {
        PrepareError::Convert { column: self.name.to_owned(), source }
    }
}
