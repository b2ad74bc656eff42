//! The table stage: what is computed by SQL or over whole rows before features are prepared.
//!
//! Every function takes a table and returns a new one with its rows in the same order, and what
//! it did; the text of rules and features is plain data that can be kept and replayed.

mod aggregate;
mod duplicates;
mod equal_rows;
mod features;
mod filter;
mod rules;
#[cfg(test)]
pub(crate) mod samples;
mod select;

pub use duplicates::{DuplicateIds, DuplicateReport, deduplicate, duplicates};
pub(crate) use equal_rows::{hash_text, mix as hash_word};
pub use features::{FeatureExpr, FeatureOutcome, add_features};
pub use filter::{keep_rows, take_rows};
pub use rules::{RowRule, RuleAction, RuleOutcome, apply_rules};
pub use select::select;
