//! SQL expressions computed row by row.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::common::DFSchema;
use datafusion::error::DataFusionError;
use datafusion::physical_expr::PhysicalExpr;

use super::Session;
use crate::IoError;

/// A planned expression over the columns of one schema.
///
/// Only functions of one row are accepted: an average over the table would give other values for
/// the same customer when a model is applied to tomorrow's file.
pub(crate) struct RowExpression<'a> {
    session: &'a Session,
    what: String,
    sql: String,
    expression: Arc<dyn PhysicalExpr>,
    schema: SchemaRef,
}

impl<'a> RowExpression<'a> {
    /// Plans `sql`; `what` names it in errors.
    pub(crate) fn new(session: &'a Session, what: &str, sql: &str, schema: &SchemaRef) -> Result<Self, IoError> {
        let expression = plan(session, sql, schema).map_err(|error| session.explain(what, sql, error))?;
        Ok(Self { session, what: what.into(), sql: sql.into(), expression, schema: Arc::clone(schema) })
    }

    /// Plans a condition.
    pub(crate) fn condition(session: &'a Session, what: &str, sql: &str, schema: &SchemaRef) -> Result<Self, IoError> {
        let planned = Self::new(session, what, sql, schema)?;
        match planned.data_type()? {
            DataType::Boolean | DataType::Null => Ok(planned),
            other => Err(IoError::NotBoolean { what: what.into(), sql: sql.into(), found: other.to_string() }),
        }
    }

    /// The type of the values.
    pub(crate) fn data_type(&self) -> Result<DataType, IoError> {
        self.expression.data_type(&self.schema).map_err(|error| self.session.explain(&self.what, &self.sql, error))
    }

    /// The values for the rows of a batch.
    pub(crate) fn evaluate(&self, batch: &RecordBatch) -> Result<ArrayRef, IoError> {
        let values = self.expression.evaluate(batch).and_then(|values| values.into_array(batch.num_rows()));
        values.map_err(|error| self.session.explain(&self.what, &self.sql, error))
    }
}

fn plan(session: &Session, sql: &str, schema: &Schema) -> Result<Arc<dyn PhysicalExpr>, DataFusionError> {
    let fields = DFSchema::try_from(schema.clone())?;
    let expression = session.context.parse_sql_expr(sql, &fields)?;
    session.context.create_physical_expr(expression, &fields)
}
