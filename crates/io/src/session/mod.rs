mod explain;
mod expression;
mod planner;

use std::sync::{Arc, OnceLock};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use tokio::runtime::{Builder, Runtime};

use crate::{BATCH_ROWS, IoError};

pub(crate) use expression::RowExpression;

/// How the SQL engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionOptions {
    /// Bytes that sorts, joins and groups may hold; no limit by default.
    pub memory_limit: Option<u64>,
}

/// An embedded DataFusion session that understands names and divisions as analysts mean them.
///
/// Names keep their case without quotes, names with blanks are quoted by `"..."`, `a / b` is a
/// floating-point division, and dividing by zero gives NULL. It runs on one partition, so
/// that rows keep their order. Statements that create, change or write anything are refused.
///
/// ```
/// use segctl_io::{Session, SessionOptions};
/// let session = Session::new(&SessionOptions::default())?;
/// let batches = session.query(&[], "SELECT 1 / 2 AS half, 1 / 0 AS nothing")?;
/// let half = batches[0].column(0);
/// assert_eq!(half.as_any().downcast_ref::<arrow::array::Float64Array>().unwrap().value(0), 0.5);
/// assert!(batches[0].column(1).is_null(0));
/// # Ok::<(), segctl_io::IoError>(())
/// ```
pub struct Session {
    /// Made when the first SQL comes: its functions take more memory than a small table.
    context: OnceLock<SessionContext>,
    runtime: Runtime,
    options: SessionOptions,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl Session {
    /// Makes a session; the engine starts with the first SQL.
    ///
    /// # Errors
    /// [`IoError::Runtime`] when the operating system gives no runtime.
    pub fn new(options: &SessionOptions) -> Result<Self, IoError> {
        let runtime = Builder::new_current_thread().build().map_err(|source| IoError::Runtime { source })?;
        Ok(Self { context: OnceLock::new(), runtime, options: *options })
    }

    /// The engine, started.
    fn context(&self) -> Result<&SessionContext, IoError> {
        if let Some(context) = self.context.get() {
            return Ok(context);
        }
        let started = started(&self.options).map_err(|source| IoError::Engine { source: Box::new(source) })?;
        Ok(self.context.get_or_init(|| started))
    }

    /// What the session was made with.
    pub fn options(&self) -> &SessionOptions {
        &self.options
    }

    /// Runs one `SELECT` over the tables given by name and batches.
    ///
    /// # Errors
    /// [`IoError::Sql`] with the reason, [`IoError::NoColumn`] with the nearest name for a column that does not exist, and
    /// [`IoError::Engine`] when the engine cannot start.
    pub fn query(&self, tables: &[(&str, &[RecordBatch])], sql: &str) -> Result<Vec<RecordBatch>, IoError> {
        self.run(tables, sql).map(|(_, batches)| batches)
    }

    /// [`Session::query`] with the schema, which an empty result needs.
    pub(crate) fn run(
        &self,
        tables: &[(&str, &[RecordBatch])],
        sql: &str,
    ) -> Result<(SchemaRef, Vec<RecordBatch>), IoError> {
        self.try_run(self.context()?, tables, sql).map_err(|error| self.explain("the query", sql, error))
    }

    fn try_run(
        &self,
        context: &SessionContext,
        tables: &[(&str, &[RecordBatch])],
        sql: &str,
    ) -> Result<(SchemaRef, Vec<RecordBatch>), DataFusionError> {
        // A context of its own, so that no table outlives the query; functions and planners are shared.
        let context = SessionContext::new_with_state(context.state());
        for (name, batches) in tables {
            context.register_table(*name, Arc::new(memory_table(batches)?))?;
        }
        let only_select = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let result = self.runtime.block_on(async {
            let frame = context.sql_with_options(sql, only_select).await?;
            let schema = Arc::clone(frame.schema().inner());
            Ok((schema, frame.collect().await?))
        });
        for (name, _) in tables {
            context.deregister_table(*name)?;
        }
        result
    }
}

fn started(options: &SessionOptions) -> Result<SessionContext, DataFusionError> {
    let mut memory = RuntimeEnvBuilder::new();
    if let Some(limit) = options.memory_limit {
        memory = memory.with_memory_limit(usize::try_from(limit).unwrap_or(usize::MAX), 1.0);
    }
    let state = SessionStateBuilder::new()
        .with_config(config())
        .with_runtime_env(memory.build_arc()?)
        .with_default_features()
        .with_expr_planners(planner::planners())
        .build();
    Ok(SessionContext::new_with_state(state))
}

fn config() -> SessionConfig {
    let mut config = SessionConfig::new().with_target_partitions(1).with_batch_size(BATCH_ROWS);
    config.options_mut().sql_parser.enable_ident_normalization = false;
    // Text stays Utf8, the table's own type, instead of views.
    config.options_mut().sql_parser.map_string_types_to_utf8view = false;
    config
}

fn memory_table(batches: &[RecordBatch]) -> Result<MemTable, DataFusionError> {
    let schema =
        batches.first().map(RecordBatch::schema).unwrap_or_else(|| Arc::new(arrow::datatypes::Schema::empty()));
    MemTable::try_new(schema, vec![batches.to_vec()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::samples::{batch, floats, integers, texts};

    fn session() -> Session {
        Session::new(&SessionOptions::default()).unwrap()
    }

    #[test]
    fn names_keep_their_case_and_order_is_kept() {
        let data = batch(vec![("A", integers(&[Some(3), Some(1), None])), ("two words", texts(&["x", "y", "z"]))]);
        let out = session()
            .query(&[("data", &[data])], "SELECT \"two words\", A * 2 AS Twice FROM data WHERE A > 0")
            .unwrap();
        assert_eq!(out[0].schema().field(1).name(), "Twice");
        assert_eq!(out[0].column(0), &texts(&["x", "y"]));
    }

    #[test]
    fn statements_with_effects_are_refused() {
        for sql in
            ["CREATE TABLE x AS SELECT 1", "COPY (SELECT 1) TO 'x.csv'", "SET datafusion.execution.batch_size = 1"]
        {
            assert!(matches!(session().query(&[], sql), Err(IoError::Sql { .. })), "{sql}");
        }
    }

    #[test]
    fn remainders_and_divisions_by_zero_are_missing() {
        let data = batch(vec![("A", integers(&[Some(7)])), ("Z", integers(&[Some(0)])), ("F", floats(&[0.0]))]);
        let out = session().query(&[("data", &[data])], "SELECT A % Z, A / F, A / Z, A / 2, -A / 2 FROM data").unwrap();
        assert!((0..3).all(|column| out[0].column(column).is_null(0)));
        assert_eq!(out[0].column(3), &floats(&[3.5]));
        assert_eq!(out[0].column(4), &floats(&[-3.5]));
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest() {
        let data = batch(vec![("BALANCE", integers(&[Some(7)]))]);
        let wrong = |sql: &str| session().query(&[("data", std::slice::from_ref(&data))], sql).unwrap_err();
        assert_eq!(wrong("SELECT BALNCE FROM data").hint().as_deref(), Some("did you mean BALANCE?"));
        assert_eq!(wrong("SELECT balance FROM data").hint().as_deref(), Some("did you mean BALANCE?"));
        assert_eq!(wrong("SELECT sqr(BALANCE) FROM data").hint().as_deref(), Some("did you mean sqrt?"));
        assert!(wrong("SELECT 1 FROM dta").to_string().contains("no table dta"));
    }

    #[test]
    fn a_session_may_cross_threads() {
        fn is_send<T: Send>() {}
        is_send::<Session>();
        is_send::<IoError>();
    }
}
