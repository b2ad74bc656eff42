//! Customers that look like credit-card holders: for demonstrations, tests and measurements.
//!
//! The table has the columns, units and constraints of the public credit-card data set that much
//! of the segmentation literature uses (`CUST_ID` and 17 figures of behaviour), but every row is
//! drawn from the model below; none is copied.
//!
//! Five groups of customers are planted ([`Group`]), and so are the faults that real files have:
//! empty cells, exact duplicates, impossible frequencies and outliers, each at a stated rate
//! ([`Rates`]) and each counted ([`SynthReport`]).
//!
//! What always holds, impossible entries aside: `PURCHASES` = `ONEOFF_PURCHASES` +
//! `INSTALLMENTS_PURCHASES` to the cent; a frequency is a whole number of months over `TENURE`,
//! to six decimals; an amount is zero exactly where its count and its frequency are.

mod columns;
mod customer;
mod draw;
mod groups;
mod params;
mod plant;
mod report;
#[cfg(test)]
mod tests;

use std::ops::Range;
use std::vec;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use segctl_numeric::{InputError, par};

use self::columns::Columns;
pub use self::groups::Group;
pub use self::params::{Rates, SynthParams};
pub use self::report::SynthReport;

/// Rows drawn from one random stream, which is also the length of a batch. Changing it changes
/// every synthetic file.
pub const CHUNK_ROWS: usize = 4096;

/// Chunks drawn in parallel before the first of them is handed out: 64 MiB of batches at most.
const CHUNKS_AHEAD: usize = 64;

/// The first customer is `C10001`.
const FIRST_ID: usize = 10_001;

/// Draws `params.rows` customers, batch by batch.
///
/// The same parameters give the same bits at any number of threads and on any processor: each
/// chunk of [`CHUNK_ROWS`] rows has a random stream of its own. O(rows) time, constant memory.
///
/// ```
/// use segctl_segmentation::synth::{SynthParams, synth};
///
/// let mut customers = synth(&SynthParams::new(5_000))?;
/// let rows: usize = customers.by_ref().map(|batch| batch.num_rows()).sum();
/// assert_eq!(rows, 5_000);
/// assert_eq!(customers.report().rows, 5_000);
/// # Ok::<(), segctl_numeric::InputError>(())
/// ```
///
/// # Errors
/// [`InputError::OutOfRange`] for a rate that is no share.
pub fn synth(params: &SynthParams) -> Result<Synth, InputError> {
    params.validate()?;
    Ok(Synth {
        schema: columns::schema(params.groups),
        params: params.clone(),
        next_row: 0,
        ready: Vec::new().into_iter(),
        report: SynthReport::default(),
    })
}

/// An iterator over batches of at most [`CHUNK_ROWS`] synthetic customers; made by [`synth`].
#[derive(Debug)]
pub struct Synth {
    params: SynthParams,
    schema: SchemaRef,
    next_row: usize,
    ready: vec::IntoIter<(RecordBatch, SynthReport)>,
    report: SynthReport,
}

impl Synth {
    /// The schema of every batch.
    pub fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    /// What was planted in the batches handed out so far.
    pub fn report(&self) -> &SynthReport {
        &self.report
    }

    fn draw_ahead(&mut self) {
        let start = self.next_row;
        let n = (self.params.rows - start).min(CHUNKS_AHEAD * CHUNK_ROWS);
        let (params, schema) = (&self.params, &self.schema);
        let drawn = par::map_chunks(n, CHUNK_ROWS, |r| draw_chunk(params, schema, start + r.start..start + r.end));
        self.ready = drawn.into_iter();
        self.next_row += n;
    }
}

impl Iterator for Synth {
    type Item = RecordBatch;

    fn next(&mut self) -> Option<RecordBatch> {
        if self.ready.len() == 0 {
            self.draw_ahead();
        }
        let (batch, counts) = self.ready.next()?;
        self.report += &counts;
        Some(batch)
    }
}

/// `rows` is one chunk: its start is a multiple of [`CHUNK_ROWS`].
fn draw_chunk(params: &SynthParams, schema: &SchemaRef, rows: Range<usize>) -> (RecordBatch, SynthReport) {
    let mut rng = params.seed.stream("synth", 0, (rows.start / CHUNK_ROWS) as u64);
    let mut report = SynthReport::default();
    let mut columns = Columns::with_capacity(rows.len());
    for row in rows {
        match plant::duplicate_of(&mut rng, &params.rates, columns.len()) {
            Some(earlier) => columns.push_copy(earlier, &mut report),
            None => {
                let group = Group::draw(&mut rng);
                let mut customer = customer::draw(&mut rng, group.behaviour());
                plant::faults(&mut rng, &params.rates, &mut customer, &mut report);
                columns.push(FIRST_ID + row, group, customer, &mut report);
            }
        }
    }
    (columns.finish(schema), report)
}
