//! What went wrong in a SQL text, without the engine's internals.

use datafusion::common::{SchemaError, TableReference};
use datafusion::error::DataFusionError;

use super::Session;
use crate::IoError;
use crate::suggest::nearest;

impl Session {
    /// Turns the engine's error about `sql` into one that names what the user wrote.
    pub(crate) fn explain(&self, what: &str, sql: &str, error: DataFusionError) -> IoError {
        if let DataFusionError::SchemaError(schema_error, _) = error.find_root()
            && let SchemaError::FieldNotFound { field, valid_fields } = schema_error.as_ref()
        {
            let nearest = nearest(&field.name, valid_fields.iter().map(|column| column.name.as_str()));
            return IoError::NoColumn { what: what.into(), column: field.name.clone(), nearest };
        }
        let (reason, hint) = self.reason(&error);
        IoError::Sql { what: what.into(), sql: sql.into(), reason, hint, source: Box::new(error) }
    }

    fn reason(&self, error: &DataFusionError) -> (String, Option<String>) {
        let root = error.find_root();
        let message = first_line(&root.message());
        if let Some(name) = between(&message, "Invalid function '", "'") {
            let did_you_mean = nearest(name, self.function_names().iter().map(String::as_str));
            return (format!("no function {name}"), did_you_mean.map(|name| format!("did you mean {name}?")));
        }
        if let Some(name) = between(&message, "table '", "' not found") {
            let name = TableReference::parse_str(name).table().to_owned();
            return (format!("no table {name}"), Some("the table is called data".into()));
        }
        if matches!(root, DataFusionError::ResourcesExhausted(_)) {
            return ("the memory limit is not enough".into(), Some("raise --memory-limit".into()));
        }
        (plain(&message), None)
    }

    fn function_names(&self) -> Vec<String> {
        let Ok(context) = self.context() else { return Vec::new() };
        let state = context.state();
        let mut names: Vec<String> = state.scalar_functions().keys().cloned().collect();
        names.extend(state.aggregate_functions().keys().cloned());
        names.sort();
        names
    }
}

/// The message without the engine's prefixes, lower case at the start.
fn plain(message: &str) -> String {
    let prefixes =
        ["Error during planning: ", "Execution error: ", "This feature is not implemented: ", "ParserError(\""];
    let mut text = message;
    while let Some(rest) = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)) {
        text = rest;
    }
    let text = text.trim_end_matches(['.', '"', ')']);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => "cannot be understood".into(),
    }
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let start = text.find(before)? + before.len();
    let length = text[start..].find(after)?;
    Some(&text[start..start + length])
}
