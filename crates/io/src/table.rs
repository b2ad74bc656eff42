use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::BatchCoalescer;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use crate::roles::infer_roles;
use crate::{ColumnInfo, IoError, Kind, ReadReport, Role};

/// Rows in every batch of a table but the last.
pub const BATCH_ROWS: usize = 65_536;

/// Typed columns with what is known of them; cheap to clone, as batches are shared.
#[derive(Debug, Clone)]
pub struct Table {
    /// Names and types; every type is one of [`Kind`]'s.
    pub schema: SchemaRef,
    /// The rows, [`BATCH_ROWS`] to a batch.
    pub batches: Vec<RecordBatch>,
    /// One entry per column, in the order of the schema.
    pub columns: Vec<ColumnInfo>,
    /// The column that names the customers, if there is one.
    pub id: Option<String>,
    /// What was read.
    pub report: ReadReport,
    /// Roles the user gave, kept for the tables made from this one.
    given_roles: BTreeMap<String, Role>,
    /// Where each row stood in the table as read or as a query made it; `None` while all are there.
    places: Option<Arc<[usize]>>,
}

impl Table {
    /// Takes batches of canonical types and infers the roles of their columns; `given_roles`
    /// overrules the inference.
    ///
    /// O(n) per column with few distinct values, O(n log n) for candidates for the id.
    ///
    /// # Errors
    /// [`IoError::NoColumns`]; [`IoError::NoColumn`] for a role given to a column that does not exist;
    /// [`IoError::Arrow`] for batches that do not have the schema or a type that no [`Kind`] has.
    pub fn new(
        schema: SchemaRef,
        batches: Vec<RecordBatch>,
        given_roles: BTreeMap<String, Role>,
        report: ReadReport,
    ) -> Result<Self, IoError> {
        if schema.fields().is_empty() {
            return Err(IoError::NoColumns { name: "the table".into() });
        }
        check_kinds(&schema)?;
        let batches =
            rebatched(&schema, batches).map_err(|source| IoError::Arrow { name: "the table".into(), source })?;
        let (columns, id) = infer_roles(&schema, &batches, &given_roles)?;
        Ok(Self { schema, batches, columns, id, report, given_roles, places: None })
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The number of each row in the table as read, or as the last query made it, from 1: rows left
    /// out since are missing from the sequence.
    pub fn row_numbers(&self) -> impl Iterator<Item = u64> {
        (0..self.n_rows()).map(|row| self.place(row) as u64 + 1)
    }

    fn place(&self, row: usize) -> usize {
        self.places.as_ref().map_or(row, |places| places[row])
    }

    /// Remembers that row `i` of this table is row `rows[i]` of `before`.
    pub(crate) fn taken_from(mut self, before: &Self, rows: impl Iterator<Item = usize>) -> Self {
        self.places = Some(rows.map(|row| before.place(row)).collect());
        self
    }

    /// Numbers the rows anew.
    pub(crate) fn numbered_anew(mut self) -> Self {
        self.places = None;
        self
    }

    /// What is known of a column.
    pub fn column(&self, name: &str) -> Option<&ColumnInfo> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The values of a column, one array per batch.
    pub fn arrays(&self, name: &str) -> Option<Vec<ArrayRef>> {
        let index = self.schema.index_of(name).ok()?;
        Some(self.batches.iter().map(|batch| Arc::clone(batch.column(index))).collect())
    }

    /// Names of the columns that have the role.
    pub fn names_with_role(&self, role: Role) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(move |column| column.role == role).map(|column| column.name.as_str())
    }

    /// The same rows with more columns behind the others.
    ///
    /// # Errors
    /// As [`Table::new`].
    pub fn extended(&self, schema: SchemaRef, batches: Vec<RecordBatch>) -> Result<Self, IoError> {
        let known: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let added: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        let added: Vec<&str> = added.iter().map(String::as_str).filter(|name| !known.contains(name)).collect();
        self.remade(schema, batches, &added)
    }

    /// The same columns with other rows or values: roles are inferred again, the user's and the
    /// counts of markers in unchanged columns are kept.
    pub(crate) fn remade(
        &self,
        schema: SchemaRef,
        batches: Vec<RecordBatch>,
        changed: &[&str],
    ) -> Result<Self, IoError> {
        let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
        let mut given_roles = self.given_roles.clone();
        given_roles.retain(|name, _| names.contains(&name));
        let mut table = Self::new(schema, batches, given_roles, self.report.clone())?;
        table.places.clone_from(&self.places);
        for column in table.columns.iter_mut().filter(|column| !changed.contains(&column.name.as_str())) {
            if let Some(before) = self.column(&column.name).filter(|before| before.n_missing == column.n_missing) {
                column.missing_by_marker.clone_from(&before.missing_by_marker);
            }
        }
        Ok(table)
    }
}

fn check_kinds(schema: &SchemaRef) -> Result<(), IoError> {
    match schema.fields().iter().find(|field| Kind::of(field.data_type()).is_none()) {
        None => Ok(()),
        Some(field) => Err(IoError::Arrow {
            name: format!("column {}", field.name()),
            source: ArrowError::SchemaError(format!("type {} is not one of a table's", field.data_type())),
        }),
    }
}

/// Batches of [`BATCH_ROWS`] rows, the last one aside, so that equal tables have equal batches.
fn rebatched(schema: &SchemaRef, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, ArrowError> {
    let n_whole = batches.len().saturating_sub(1);
    let whole = batches[..n_whole].iter().all(|batch| batch.num_rows() == BATCH_ROWS);
    let last_fits = batches.last().is_none_or(|batch| (1..=BATCH_ROWS).contains(&batch.num_rows()));
    if whole && last_fits && batches.iter().all(|batch| batch.schema() == *schema) {
        return Ok(batches);
    }
    let mut coalescer = BatchCoalescer::new(Arc::clone(schema), BATCH_ROWS);
    for batch in batches {
        coalescer.push_batch(RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec())?)?;
    }
    coalescer.finish_buffered_batch()?;
    Ok(std::iter::from_fn(|| coalescer.next_completed_batch()).collect())
}
