//! SQL expressions computed row by row.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::common::tree_node::TreeNode;
use datafusion::common::{DFSchema, plan_err};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, Volatility};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::PhysicalExpr;

use datafusion::prelude::SessionContext;

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
        let expression = plan(session.context()?, sql, schema).map_err(|error| session.explain(what, sql, error))?;
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

fn plan(context: &SessionContext, sql: &str, schema: &Schema) -> Result<Arc<dyn PhysicalExpr>, DataFusionError> {
    let fields = Arc::new(DFSchema::try_from(schema.clone())?);
    let expression = context.parse_sql_expr(sql, &fields)?;
    check_row_wise(&expression)?;
    let simplifier = ExprSimplifier::new(SimplifyContext::builder().with_schema(Arc::clone(&fields)).build());
    // Some functions exist only until they are simplified: COALESCE becomes CASE.
    let expression = simplifier.simplify(simplifier.coerce(expression, &fields)?)?;
    context.create_physical_expr(expression, &fields)
}

fn check_row_wise(expression: &Expr) -> Result<(), DataFusionError> {
    let mut problem = None;
    expression.exists(|part| {
        problem = match part {
            Expr::AggregateFunction(aggregate) => Some(format!("{} looks at many rows", aggregate.func.name())),
            Expr::WindowFunction(window) => Some(format!("{} looks at many rows", window.fun.name())),
            Expr::ScalarSubquery(_) | Expr::InSubquery(_) | Expr::Exists(_) => Some("a query inside".into()),
            Expr::ScalarFunction(call) if depends_on_more(call) => {
                Some(format!("{} changes from run to run", call.name()))
            }
            _ => None,
        };
        Ok(problem.is_some())
    })?;
    match problem {
        None => Ok(()),
        Some(problem) => plan_err!("{problem}, where only the columns of one row may be used"),
    }
}

/// Random numbers, and the time of day.
fn depends_on_more(call: &ScalarFunction) -> bool {
    match call.func.signature().volatility {
        Volatility::Immutable => false,
        Volatility::Stable => call.args.is_empty(),
        Volatility::Volatile => true,
    }
}
