//! Columns of plain numbers.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, PrimitiveArray, PrimitiveBuilder, new_null_array};
use arrow::datatypes::{ArrowPrimitiveType, DataType, Float64Type, Int64Type};

use super::canonical::whole_as_integers;
use super::cell::Cell;
use super::markers::{Markers, MissingCounts};
use super::number::{Number, is_infinity, number};
use super::short::short_number;
use super::{Typed, plain};

/// A cell that is neither a number nor missing.
#[derive(Debug)]
pub(crate) struct Misfit;

/// A column of plain numbers as far as its cells are known: whole ones until one is not.
#[derive(Debug)]
pub(crate) struct Numbers {
    open: Open,
    done: Vec<ArrayRef>,
    missing: MissingCounts,
    n_values: u64,
}

/// The rows of the chunk that is not full.
#[derive(Debug)]
enum Open {
    Whole(PrimitiveBuilder<Int64Type>),
    Real(PrimitiveBuilder<Float64Type>),
}

impl Numbers {
    pub(crate) fn new(markers: &Markers) -> Self {
        Self {
            open: Open::Whole(PrimitiveBuilder::new()),
            done: Vec::new(),
            missing: MissingCounts::new(markers),
            n_values: 0,
        }
    }

    /// Adds cells; after a misfit, the column is of no use.
    pub(crate) fn take<'a>(
        &mut self,
        cells: impl IntoIterator<Item = Cell<'a>>,
        markers: &Markers,
    ) -> Result<(), Misfit> {
        for cell in cells {
            // Blanks around a cell are rare, too.
            let usual = if markers.may_be(cell) { None } else { short_number(cell) };
            let value = match usual {
                None => self.unusual(plain(cell.text()), markers)?,
                found => found,
            };
            self.append(value);
        }
        Ok(())
    }

    /// A cell that needs a closer look; `None` for a missing one.
    #[cold]
    fn unusual(&mut self, cell: &str, markers: &Markers) -> Result<Option<Number>, Misfit> {
        if let Some(kind) = markers.find(cell) {
            self.missing.add(kind);
            return Ok(None);
        }
        match number(cell) {
            None if is_infinity(cell) => {
                self.missing.n_infinite += 1;
                Ok(None)
            }
            None => Err(Misfit),
            found => Ok(found),
        }
    }

    #[inline]
    fn append(&mut self, value: Option<Number>) {
        self.n_values += u64::from(value.is_some());
        match (&mut self.open, value) {
            (Open::Real(open), Some(Number::Real(value))) => open.append_value(value),
            (Open::Whole(open), Some(Number::Whole(value))) => open.append_value(value),
            (Open::Real(open), Some(Number::Whole(value))) => open.append_value(value as f64),
            (Open::Whole(_), Some(Number::Real(value))) => self.real().append_value(value),
            (Open::Real(open), None) => open.append_null(),
            (Open::Whole(open), None) => open.append_null(),
        }
    }

    /// The open chunk, which holds more than whole numbers from now on.
    fn real(&mut self) -> &mut PrimitiveBuilder<Float64Type> {
        if let Open::Whole(whole) = &mut self.open {
            let mut real = PrimitiveBuilder::with_capacity(whole.capacity());
            whole.finish().iter().for_each(|value| real.append_option(value.map(|value| value as f64)));
            self.open = Open::Real(real);
        }
        match &mut self.open {
            Open::Real(real) => real,
            Open::Whole(_) => unreachable!("made real above"),
        }
    }

    /// Ends a chunk and says how many bytes it takes.
    pub(crate) fn close(&mut self) -> usize {
        let chunk = self.open.finish();
        let n_bytes = chunk.get_array_memory_size();
        self.done.push(chunk);
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
