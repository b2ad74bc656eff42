//! Columns of plain numbers.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanBufferBuilder, PrimitiveArray, PrimitiveBuilder, new_null_array};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float64Type, Int64Type};

use super::canonical::whole_as_integers;
use super::cell::Cell;
use super::markers::{Markers, MissingCounts};
use super::number::{Number, is_infinity, number};
use super::short::short_number;
use super::{Typed, plain};
use crate::BATCH_ROWS;

/// A cell that is neither a number nor missing.
#[derive(Debug)]
pub(crate) struct Misfit;

/// Cells of a column that are all plain numbers or missing.
#[derive(Debug)]
pub(crate) struct NumberRun {
    array: ArrayRef,
    missing: MissingCounts,
    n_values: u64,
}

/// A column of plain numbers as far as its cells are known: whole ones until one is not.
#[derive(Debug)]
pub(crate) struct Numbers {
    /// The chunk that is not full.
    open: Open,
    n_open: usize,
    done: Vec<ArrayRef>,
    missing: MissingCounts,
    n_values: u64,
}

/// Numbers, whole ones until one is not.
#[derive(Debug)]
enum Open {
    Whole(PrimitiveBuilder<Int64Type>),
    Real(PrimitiveBuilder<Float64Type>),
}

impl NumberRun {
    /// Reads `n` cells.
    pub(crate) fn of<'a>(cells: impl Iterator<Item = Cell<'a>>, n: usize, markers: &Markers) -> Result<Self, Misfit> {
        let mut found = Found { missing: MissingCounts::new(markers), nulls: Vec::new() };
        let mut cells = cells.enumerate();
        let mut whole: Vec<i64> = Vec::with_capacity(n);
        let first_real = loop {
            let Some((row, cell)) = cells.next() else { break None };
            match found.read(row, cell, markers)? {
                Number::Whole(value) => whole.push(value),
                Number::Real(value) => break Some(value),
            }
        };
        let Some(value) = first_real else { return Ok(found.run::<Int64Type>(whole)) };
        // Both types are of one size, so the memory stays.
        let mut real: Vec<f64> = whole.into_iter().map(|value| value as f64).collect();
        real.push(value);
        for (row, cell) in cells {
            real.push(match found.read(row, cell, markers)? {
                Number::Whole(value) => value as f64,
                Number::Real(value) => value,
            });
        }
        Ok(found.run::<Float64Type>(real))
    }
}

/// What is known of cells beside their numbers.
struct Found {
    missing: MissingCounts,
    /// Rows without a number.
    nulls: Vec<usize>,
}

impl Found {
    /// The number in a cell; any where it is missing.
    #[inline(always)]
    fn read(&mut self, row: usize, cell: Cell<'_>, markers: &Markers) -> Result<Number, Misfit> {
        // Blanks around a cell are rare, too.
        let usual = if markers.may_be(cell) { None } else { short_number(cell) };
        match usual {
            Some(number) => Ok(number),
            None => self.unusual(row, cell, markers),
        }
    }

    #[cold]
    fn unusual(&mut self, row: usize, cell: Cell<'_>, markers: &Markers) -> Result<Number, Misfit> {
        let text = cell.text();
        let cell = plain(&text);
        if let Some(kind) = markers.find(cell) {
            self.missing.add(kind);
        } else if let Some(number) = number(cell) {
            return Ok(number);
        } else if is_infinity(cell) {
            self.missing.n_infinite += 1;
        } else {
            return Err(Misfit);
        }
        self.nulls.push(row);
        Ok(Number::Whole(0))
    }

    fn run<T: ArrowPrimitiveType>(self, values: Vec<T::Native>) -> NumberRun
    where
        ScalarBuffer<T::Native>: From<Vec<T::Native>>,
    {
        let n_values = (values.len() - self.nulls.len()) as u64;
        let nulls = (!self.nulls.is_empty()).then(|| {
            let mut valid = BooleanBufferBuilder::new(values.len());
            valid.append_n(values.len(), true);
            self.nulls.iter().for_each(|&row| valid.set_bit(row, false));
            NullBuffer::new(valid.finish())
        });
        let array = PrimitiveArray::<T>::new(ScalarBuffer::from(values), nulls);
        NumberRun { array: Arc::new(array), missing: self.missing, n_values }
    }
}

impl Numbers {
    pub(crate) fn new(markers: &Markers) -> Self {
        Self {
            open: Open::Whole(PrimitiveBuilder::new()),
            n_open: 0,
            done: Vec::new(),
            missing: MissingCounts::new(markers),
            n_values: 0,
        }
    }

    /// Adds cells to chunks of [`BATCH_ROWS`] and says how many bytes those take that became full.
    pub(crate) fn append(&mut self, run: &NumberRun) -> usize {
        self.count(run);
        let (mut start, mut n_bytes) = (0, 0);
        while start < run.array.len() {
            let n = (BATCH_ROWS - self.n_open).min(run.array.len() - start);
            self.open.append(&run.array.slice(start, n));
            self.n_open += n;
            start += n;
            if self.n_open == BATCH_ROWS {
                n_bytes += self.close();
            }
        }
        n_bytes
    }

    /// Adds cells as a chunk of its own.
    pub(crate) fn append_chunk(&mut self, run: NumberRun) {
        self.close();
        self.count(&run);
        self.done.push(run.array);
    }

    fn count(&mut self, run: &NumberRun) {
        self.missing.add_all(&run.missing);
        self.n_values += run.n_values;
    }

    /// Ends the last chunk, if there is one, and says how many bytes it takes.
    pub(crate) fn close(&mut self) -> usize {
        if self.n_open == 0 {
            return 0;
        }
        let chunk = self.open.finish();
        let n_bytes = chunk.get_array_memory_size();
        self.done.push(chunk);
        self.n_open = 0;
        n_bytes
    }

    /// Adds the chunks of another file.
    pub(crate) fn extend(&mut self, mut other: Self) {
        self.done.append(&mut other.done);
        self.missing.add_all(&other.missing);
        self.n_values += other.n_values;
    }

    /// The typed column, but for what is in no chunk yet; numbers that are all whole are whole numbers however they
    /// were written.
    pub(crate) fn finish(self, markers: &Markers) -> Typed {
        let missing = self.missing.named(markers);
        let is_real = self.done.iter().any(|chunk| chunk.data_type() == &DataType::Float64);
        let arrays = match () {
            () if self.n_values == 0 => self.done.iter().map(|a| new_null_array(&DataType::Utf8, a.len())).collect(),
            () if is_real => whole_as_integers(self.done.iter().map(as_real).collect()),
            () => self.done,
        };
        Typed { arrays, missing, notes: Vec::new() }
    }
}

impl Open {
    fn append(&mut self, array: &ArrayRef) {
        match (&mut *self, array.as_primitive_opt::<Int64Type>()) {
            (Self::Whole(open), Some(whole)) => open.append_array(whole),
            _ => self.real().append_array(as_real(array).as_primitive()),
        }
    }

    /// The same, for more than whole numbers from now on.
    #[cold]
    fn real(&mut self) -> &mut PrimitiveBuilder<Float64Type> {
        if let Self::Whole(whole) = self {
            let mut real = PrimitiveBuilder::with_capacity(whole.capacity());
            let array: ArrayRef = Arc::new(whole.finish());
            real.append_array(as_real(&array).as_primitive());
            *self = Self::Real(real);
        }
        match self {
            Self::Real(real) => real,
            Self::Whole(_) => unreachable!("made real above"),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Whole(open) => Arc::new(finished(open)),
            Self::Real(open) => Arc::new(finished(open)),
        }
    }
}

/// The next chunk will be about as long as this one.
fn finished<T: ArrowPrimitiveType>(open: &mut PrimitiveBuilder<T>) -> PrimitiveArray<T> {
    let fresh = PrimitiveBuilder::with_capacity(open.capacity());
    std::mem::replace(open, fresh).finish()
}

fn as_real(chunk: &ArrayRef) -> ArrayRef {
    match chunk.as_primitive_opt::<Int64Type>() {
        Some(whole) => Arc::new(whole.unary::<_, Float64Type>(|value| value as f64)),
        None => Arc::clone(chunk),
    }
}
