use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};

use crate::typing::{Finite, canonical};
use crate::{IoError, Session, Table};

/// The result of a `SELECT` over the table, which is called `data`.
///
/// Rows keep their order unless the query sorts, groups or joins; roles are inferred again; NaN and
/// infinities become missing; columns of types without a place in a table (lists, binary) are left
/// out with a note.
///
/// ```
/// # use segctl_io::{ReadOptions, Session, SessionOptions, Source, read, select};
/// # use segctl_numeric::observe::Silent;
/// # let file = std::env::temp_dir().join("segctl-doc-select.csv");
/// # std::fs::write(&file, "Name,Spent\na,1\nb,20\n").unwrap();
/// # let table = read(&Source::Files(vec![file]), &ReadOptions::default(), &Silent)?;
/// let session = Session::new(&SessionOptions::default())?;
/// let rich = select(&session, &table, "SELECT Name, Spent / 3 AS Third FROM data WHERE Spent > 10")?;
/// assert_eq!(rich.n_rows(), 1);
/// # Ok::<(), segctl_io::IoError>(())
/// ```
///
/// # Errors
/// [`IoError::Sql`], [`IoError::NoColumn`] and [`IoError::NoColumns`].
pub fn select(session: &Session, table: &Table, sql: &str) -> Result<Table, IoError> {
    let empty = [RecordBatch::new_empty(Arc::clone(&table.schema))];
    let batches = if table.batches.is_empty() { &empty[..] } else { &table.batches };
    let (schema, batches) = session.run(&[("data", batches)], sql)?;
    let (kept, ignored): (Vec<_>, Vec<_>) = schema
        .fields()
        .iter()
        .enumerate()
        .partition(|(_, field)| crate::typing::canonical_type(field.data_type()).is_some());
    let schema = canonical_schema(kept.iter().map(|(_, field)| field.as_ref()));
    let columns: Vec<usize> = kept.iter().map(|(index, _)| *index).collect();
    let batches = batches.iter().map(|batch| canonical_batch(batch, &columns, &schema)).collect::<Result<_, _>>()?;
    let mut made = table.remade(schema, batches, &[])?.numbered_anew();
    made.report.notes.extend(
        ignored.iter().map(|(_, field)| {
            format!("column {}: left out, {} has no place in a table", field.name(), field.data_type())
        }),
    );
    Ok(made)
}

fn canonical_schema<'a>(fields: impl Iterator<Item = &'a Field>) -> SchemaRef {
    let canonical = fields
        .filter_map(|field| Some(Field::new(field.name(), crate::typing::canonical_type(field.data_type())?, true)));
    Arc::new(Schema::new(canonical.collect::<Vec<_>>()))
}

fn canonical_batch(batch: &RecordBatch, columns: &[usize], schema: &SchemaRef) -> Result<RecordBatch, IoError> {
    let failed = |source| IoError::Arrow { name: "the query's result".into(), source };
    let arrays: Vec<ArrayRef> = columns
        .iter()
        .map(|&index| canonical(batch.column(index)).map(|array| Finite::of(array).array))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options).map_err(failed)
}

#[cfg(test)]
mod tests {
    use crate::stage::samples::{floats, integers, session, table, texts};
    use crate::{IoError, Kind, Role};

    use super::select;

    #[test]
    fn types_and_roles_are_those_of_a_table() {
        let data = table(vec![("ID", texts(&["a", "b", "c"])), ("X", floats(&[1.0, 2.0, 2.5]))]);
        let made =
            select(&session(), &data, "SELECT ID, CAST(X AS REAL) AS Y, LN(X - 1) AS Z FROM data ORDER BY X DESC")
                .unwrap();
        assert_eq!(made.column("Y").unwrap().kind, Kind::Float);
        assert_eq!(made.column("Z").unwrap().n_missing, 1, "ln 0 is no number");
        assert_eq!(made.column("ID").unwrap().role, Role::Id);
        assert_eq!(&made.arrays("ID").unwrap()[0], &texts(&["c", "b", "a"]));
    }

    #[test]
    fn an_empty_result_keeps_its_columns() {
        let data = table(vec![("X", integers(&[Some(1)]))]);
        let made = select(&session(), &data, "SELECT X, X / 2 AS H FROM data WHERE X > 1").unwrap();
        assert_eq!((made.n_rows(), made.columns.len()), (0, 2));
        assert!(matches!(select(&session(), &data, "SELECT Y FROM data"), Err(IoError::NoColumn { .. })));
    }
}
