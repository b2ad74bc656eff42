use std::sync::Arc;

use arrow::array::{Array, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, SchemaRef};

use crate::session::RowExpression;
use crate::{IoError, Session, Table};

/// The rows for which the SQL condition is true, and how many were left out because it is
/// false or missing.
///
/// ```
/// # use segctl_io::{ReadOptions, Session, SessionOptions, Source, keep_rows, read};
/// # use segctl_numeric::observe::Silent;
/// # let file = std::env::temp_dir().join("segctl-doc-keep.csv");
/// # std::fs::write(&file, "Name,Spent\na,1\nb,20\nc,\n").unwrap();
/// # let table = read(&Source::Files(vec![file]), &ReadOptions::default(), &Silent)?;
/// let session = Session::new(&SessionOptions::default())?;
/// let (rich, n_dropped) = keep_rows(&session, &table, "Spent > 10")?;
/// assert_eq!((rich.n_rows(), n_dropped), (1, 2));
/// # Ok::<(), segctl_io::IoError>(())
/// ```
///
/// # Errors
/// [`IoError::Sql`], [`IoError::NoColumn`], and [`IoError::NotBoolean`] for an expression that is no condition.
pub fn keep_rows(session: &Session, table: &Table, predicate: &str) -> Result<(Table, u64), IoError> {
    let condition = RowExpression::condition(session, "the row filter", predicate, &table.schema)?;
    let masks = table.batches.iter().map(|batch| truth(&condition, batch)).collect::<Result<Vec<_>, _>>()?;
    keep_masked(table, &masks)
}

/// The rows whose mask is true, and how many are not; a NULL in a mask is false.
pub(super) fn keep_masked(table: &Table, masks: &[BooleanArray]) -> Result<(Table, u64), IoError> {
    let kept = table.batches.iter().zip(masks).map(|(batch, mask)| filter_record_batch(batch, mask));
    let batches: Vec<RecordBatch> =
        kept.collect::<Result<_, _>>().map_err(|source| IoError::Arrow { name: "keeping rows".into(), source })?;
    let schema: SchemaRef = Arc::clone(&table.schema);
    let n_kept: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let n_dropped = (table.n_rows() - n_kept) as u64;
    if n_dropped == 0 {
        return Ok((table.clone(), 0));
    }
    let rows = masks.iter().flat_map(|mask| mask.iter()).enumerate();
    let kept = rows.filter(|(_, keeps)| *keeps == Some(true)).map(|(row, _)| row);
    Ok((table.remade(schema, batches, &[])?.taken_from(table, kept), n_dropped))
}

/// The rows at these 0-based positions, ascending.
///
/// ```
/// # use segctl_io::{ReadOptions, Source, read, take_rows};
/// # use segctl_numeric::observe::Silent;
/// # let file = std::env::temp_dir().join("segctl-doc-take.csv");
/// # std::fs::write(&file, "Name,Spent\na,1\nb,20\nc,3\n").unwrap();
/// # let table = read(&Source::Files(vec![file]), &ReadOptions::default(), &Silent)?;
/// let some = take_rows(&table, &[0, 2])?;
/// assert_eq!(some.row_numbers().collect::<Vec<_>>(), [1, 3]);
/// # Ok::<(), segctl_io::IoError>(())
/// ```
///
/// # Errors
/// [`IoError::Arrow`] when Arrow cannot filter a column.
pub fn take_rows(table: &Table, rows: &[usize]) -> Result<Table, IoError> {
    let mut wanted = rows.iter().copied().peekable();
    let mut row = 0;
    let mut mask = |batch: &RecordBatch| -> BooleanArray {
        let end = row + batch.num_rows();
        let keeps = (row..end).map(|at| Some(wanted.next_if_eq(&at).is_some())).collect();
        row = end;
        keeps
    };
    let masks: Vec<BooleanArray> = table.batches.iter().map(&mut mask).collect();
    Ok(keep_masked(table, &masks)?.0)
}

/// The condition's value for each row of a batch.
pub(super) fn truth(condition: &RowExpression<'_>, batch: &RecordBatch) -> Result<BooleanArray, IoError> {
    let values = condition.evaluate(batch)?;
    let values =
        cast(&values, &DataType::Boolean).map_err(|source| IoError::Arrow { name: "a condition".into(), source })?;
    Ok(BooleanArray::from(values.to_data()))
}

#[cfg(test)]
mod tests {
    use super::keep_rows;
    use crate::IoError;
    use crate::stage::samples::{integers, session, table, texts};

    #[test]
    fn missing_is_not_true() {
        let data = table(vec![("A", integers(&[Some(1), None, Some(3)]))]);
        let (kept, n_dropped) = keep_rows(&session(), &data, "A >= 1").unwrap();
        assert_eq!((kept.n_rows(), n_dropped), (2, 1));
        assert_eq!(keep_rows(&session(), &data, "NULL").unwrap().1, 3);
    }

    #[test]
    fn nonsense_is_named() {
        let data = table(vec![("A", integers(&[Some(1)])), ("T", texts(&["x"]))]);
        let wrong = |sql: &str| keep_rows(&session(), &data, sql).unwrap_err();
        assert!(matches!(wrong("A + 1"), IoError::NotBoolean { .. }));
        for sql in [
            "A >",
            "",
            "A = 1 GROUP BY A",
            "A > avg(A)",
            "1 = 1; SELECT 2",
            "A > (SELECT 1)",
            "random() > A",
            "now() > A",
        ] {
            let error = wrong(sql);
            assert!(matches!(error, IoError::Sql { .. }), "{sql}: {error:?}");
            assert!(!error.to_string().contains('\n') && error.to_string().len() < 300, "{error}");
        }
    }
}
