//! What each column is good for, and why.

mod distinct;
mod id;
mod infer;
mod names;
mod summary;

use std::collections::BTreeMap;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use rayon::prelude::*;

use crate::suggest::nearest;
use crate::{ColumnInfo, IoError, Role};
pub(crate) use names::speaks_of_dates;
use summary::Summary;

/// The columns of canonical batches with their roles, and the name of the id.
///
/// # Errors
/// [`IoError::NoColumn`] when a role is given to a column that does not exist.
pub(crate) fn infer_roles(
    schema: &SchemaRef,
    batches: &[RecordBatch],
    given: &BTreeMap<String, Role>,
) -> Result<(Vec<ColumnInfo>, Option<String>), IoError> {
    check_given(schema, given)?;
    let mut summaries: Vec<Summary> = (0..schema.fields().len())
        .into_par_iter()
        .map(|index| {
            let arrays: Vec<ArrayRef> = batches.iter().map(|batch| batch.column(index).clone()).collect();
            Summary::of(schema.field(index).name(), &arrays)
        })
        .collect();
    let ids = id::find(&mut summaries, given);
    let describe = |(index, summary): (usize, Summary)| {
        let (role, reason) = match given.get(&summary.name) {
            Some(&role) => (role, "set by the user".to_owned()),
            None => ids.reason(index).map_or_else(|| infer::role(&summary), |reason| (Role::Id, reason)),
        };
        summary.into_info(role, reason)
    };
    let id = ids.chosen.map(|index| summaries[index].name.clone());
    Ok((summaries.into_iter().enumerate().map(describe).collect(), id))
}

fn check_given(schema: &SchemaRef, given: &BTreeMap<String, Role>) -> Result<(), IoError> {
    match given.keys().find(|name| schema.index_of(name).is_err()) {
        None => Ok(()),
        Some(name) => Err(IoError::NoColumn {
            what: "the roles".into(),
            column: name.clone(),
            nearest: nearest(name, schema.fields().iter().map(|field| field.name().as_str())),
        }),
    }
}
