//! Tables for segctl: readers that recognise what a file holds, typed columns with roles, SQL by an
//! embedded DataFusion session, and writers that leave a whole file or none.
//!
//! A table starts with [`read`], goes through the table stage ([`select`], [`keep_rows`],
//! [`apply_rules`], [`add_features`], [`deduplicate`]) and leaves as Arrow batches. The same data
//! as CSV, Parquet, Arrow IPC, JSON lines or a workbook give the same [`Table`]: all text goes through
//! one typing of whole columns, and all numbers, dates and truth values have one type each.
//!
//! This crate knows nothing of features, algorithms or reports.

mod column;
mod encoding;
mod error;
mod options;
mod read;
mod report;
mod roles;
mod session;
mod source;
mod stage;
mod suggest;
mod table;
mod typing;
mod write;

pub use arrow::array::RecordBatch;
pub use column::{ColumnInfo, Distinct, Kind, Role};
pub use encoding::Encoding;
pub use error::IoError;
pub use options::{Format, MISSING_MARKERS, ReadOptions};
pub use read::read;
pub use report::{FileReport, ReadReport};
pub use session::{Session, SessionOptions};
pub use source::Source;
pub use stage::{
    DuplicateIds, DuplicateReport, FeatureExpr, FeatureOutcome, RowRule, RuleAction, RuleOutcome, add_features,
    apply_rules, deduplicate, duplicates, keep_rows, select, take_rows,
};
pub use table::{BATCH_ROWS, Table};
pub use write::{OutputFormat, write_atomically, write_batches};
