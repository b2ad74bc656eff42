//! What `segctl eda` wrote of a table: figures of its columns, and a page.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::answer::{Answer, Columns};
use crate::error::{XtaskError, io_error};

/// The parts of eda.json that are compared.
#[derive(Deserialize)]
struct Table {
    columns: Vec<Column>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    n_missing: u64,
    n_distinct: u64,
    /// Only where the column is one of numbers.
    numbers: Option<Numbers>,
}

#[derive(Deserialize)]
struct Numbers {
    moments: Moments,
    boxplot: Boxplot,
}

#[derive(Deserialize)]
struct Moments {
    mean: f64,
    std: f64,
}

#[derive(Deserialize)]
struct Boxplot {
    median: f64,
}

/// Reads the directory of a run that took so long.
pub(super) fn answer(dir: &Path, seconds: f64, peak_rss_bytes: Option<u64>) -> Result<Answer, XtaskError> {
    let (json, page) = (dir.join("eda.json"), dir.join("eda.html"));
    let text = fs::read_to_string(&json).map_err(io_error("read", &json))?;
    let columns = columns(&text).map_err(|error| XtaskError::Answer {
        what: json.display().to_string(),
        why: format!("describes no columns: {error}"),
    })?;
    let page_bytes = fs::metadata(&page).map_err(io_error("read", &page))?.len();
    Ok(Answer { seconds, peak_rss_bytes, columns, page_bytes: Some(page_bytes), ..Answer::default() })
}

fn columns(text: &str) -> Result<Columns, serde_json::Error> {
    let table: Table = serde_json::from_str(text)?;
    let figures = |column: Column| {
        let numbers = column.numbers?;
        let (missing, distinct) = (column.n_missing as f64, column.n_distinct as f64);
        Some((column.name, [numbers.moments.mean, numbers.moments.std, numbers.boxplot.median, missing, distinct]))
    };
    Ok(table.columns.into_iter().filter_map(figures).collect::<BTreeMap<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_numbers_are_read_and_the_page_is_weighed() {
        let dir = tempfile::tempdir().unwrap();
        let numbers = serde_json::json!({"moments": {"mean": 1.5, "std": 0.5, "n": 2}, "boxplot": {"median": 1.0}});
        let columns = serde_json::json!([
            {"name": "id", "n_missing": 0, "n_distinct": 9, "numbers": null},
            {"name": "age", "n_missing": 3, "n_distinct": 4, "numbers": numbers},
        ]);
        fs::write(dir.path().join("eda.json"), serde_json::json!({"columns": columns}).to_string()).unwrap();
        fs::write(dir.path().join("eda.html"), "<html>").unwrap();
        let found = answer(dir.path(), 2.0, Some(7)).unwrap();
        assert_eq!((found.seconds, found.peak_rss_bytes, found.page_bytes), (2.0, Some(7), Some(6)));
        assert_eq!(found.columns, [("age".to_owned(), [1.5, 0.5, 1.0, 3.0, 4.0])].into());
    }

    #[test]
    fn another_document_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("eda.json"), "{}").unwrap();
        let error = answer(dir.path(), 1.0, None).unwrap_err().to_string();
        assert!(error.contains("eda.json describes no columns: missing field"), "{error}");
    }
}
