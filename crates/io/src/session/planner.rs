//! Division as analysts mean it: exact, and by zero gives a missing value.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result};
use datafusion::execution::SessionStateDefaults;
use datafusion::functions::core::expr_fn::nullif;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::sqlparser::ast::BinaryOperator;
use datafusion::logical_expr::{cast, lit};

/// DataFusion's own planners, after ours.
pub(super) fn planners() -> Vec<Arc<dyn ExprPlanner>> {
    let mut planners: Vec<Arc<dyn ExprPlanner>> = vec![Arc::new(SafeDivision)];
    planners.extend(SessionStateDefaults::default_expr_planners());
    planners
}

/// `a / b` as `CAST(a AS DOUBLE) / NULLIF(CAST(b AS DOUBLE), 0)` and `a % b` as `a % NULLIF(b, 0)`,
/// which is what DuckDB does; the SQL standard would truncate 1 / 2 to 0 and fail on 1 / 0.
#[derive(Debug)]
struct SafeDivision;

impl ExprPlanner for SafeDivision {
    fn plan_binary_op(&self, expr: RawBinaryExpr, _: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        Ok(match expr.op {
            BinaryOperator::Divide => {
                let divisor = nullif(cast(expr.right, DataType::Float64), lit(0.0));
                PlannerResult::Planned(cast(expr.left, DataType::Float64) / divisor)
            }
            BinaryOperator::Modulo => PlannerResult::Planned(expr.left % nullif(expr.right, lit(0_i64))),
            _ => PlannerResult::Original(expr),
        })
    }
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::Expr;

    use super::*;

    #[test]
    fn the_expression_is_ours() {
        let raw = RawBinaryExpr { op: BinaryOperator::Divide, left: lit(1), right: lit(2) };
        let planned = SafeDivision.plan_binary_op(raw, &DFSchema::empty()).unwrap();
        let PlannerResult::Planned(expr @ Expr::BinaryExpr(_)) = planned else { panic!("not planned") };
        assert!(expr.to_string().contains("nullif"), "{expr}");
    }
}
