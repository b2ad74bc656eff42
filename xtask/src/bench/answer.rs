//! What a run found, and how long it took.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::npy;
use crate::error::{XtaskError, io_error};

/// What is compared of a column of numbers, in this order.
pub(super) const FIGURES: [&str; 5] = ["means", "standard deviations", "medians", "missing counts", "distinct counts"];

/// The figures of each column, by its name.
pub(super) type Columns = BTreeMap<String, [f64; FIGURES.len()]>;

/// A run's time and the numbers by which it is compared; what a piece of work does not yield is
/// absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Answer {
    pub(super) seconds: f64,
    pub(super) peak_rss_bytes: Option<u64>,
    /// What the work minimises: the inertia, the sum of distances to medoids, the quantisation error of a map.
    pub(super) inertia: Option<f64>,
    pub(super) n_iter: Option<u64>,
    /// The mean per row.
    pub(super) log_likelihood: Option<f64>,
    pub(super) silhouette: Option<f64>,
    pub(super) explained_variance: Option<Vec<f64>>,
    /// The cluster of each row.
    pub(super) labels: Option<Vec<i64>>,
    /// Of the merges, ascending.
    pub(super) heights: Option<Vec<f64>>,
    /// Of the units of a map, unit by unit.
    pub(super) weights: Option<Vec<f64>>,
    /// Of a table that was looked at.
    pub(super) columns: Columns,
    /// The size of the page that was written.
    pub(super) page_bytes: Option<u64>,
}

/// A line of the worker: arrays are names of files.
#[derive(Debug, Deserialize)]
struct Line {
    seconds: f64,
    peak_rss_bytes: Option<u64>,
    inertia: Option<f64>,
    n_iter: Option<u64>,
    log_likelihood: Option<f64>,
    silhouette: Option<f64>,
    explained_variance: Option<PathBuf>,
    labels: Option<PathBuf>,
    heights: Option<PathBuf>,
    weights: Option<PathBuf>,
    #[serde(default)]
    columns: Columns,
    page_bytes: Option<u64>,
}

impl Answer {
    /// From a line of the worker.
    pub(super) fn of_worker(line: &str) -> Result<Self, XtaskError> {
        let line: Line = serde_json::from_str(line).map_err(|error| XtaskError::Answer {
            what: format!("`{}`", line.trim_end()),
            why: format!("is no answer: {error}"),
        })?;
        let floats = |path: Option<PathBuf>| path.map(|path| read(&path).map(|bytes| npy::floats(&bytes))).transpose();
        Ok(Self {
            seconds: line.seconds,
            peak_rss_bytes: line.peak_rss_bytes,
            inertia: line.inertia,
            n_iter: line.n_iter,
            log_likelihood: line.log_likelihood,
            silhouette: line.silhouette,
            explained_variance: floats(line.explained_variance)?,
            labels: line.labels.map(|path| read(&path).map(|bytes| npy::integers(&bytes))).transpose()?,
            heights: floats(line.heights)?,
            weights: floats(line.weights)?,
            columns: line.columns,
            page_bytes: line.page_bytes,
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, XtaskError> {
    fs::read(path).map_err(io_error("read", path))
}

/// The column of a CSV file with a header: by its name, or else by its place.
pub(super) fn csv_column(path: &Path, name: &str, place: usize) -> Result<Vec<f64>, XtaskError> {
    let text = fs::read_to_string(path).map_err(io_error("read", path))?;
    let column =
        text.lines().next().and_then(|header| header.split(',').position(|cell| cell.trim_matches('"') == name));
    let cells = |line: &str| line.split(',').nth(column.unwrap_or(place)).and_then(|cell| cell.trim().parse().ok());
    let bad =
        |line: &str| XtaskError::Answer { what: path.display().to_string(), why: format!("has no {name} in `{line}`") };
    // A header is known by its names; a file of numbers alone starts at once.
    let has_header = text.lines().next().is_some_and(|header| cells(header).is_none());
    text.lines().skip(usize::from(has_header)).map(|line| cells(line).ok_or_else(|| bad(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_worker_names_its_arrays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("labels.bin");
        fs::write(&path, [3_i64.to_le_bytes(), (-1_i64).to_le_bytes()].concat()).unwrap();
        let line = serde_json::json!({"seconds": 0.5, "inertia": 2.0, "labels": path}).to_string();
        let answer = Answer::of_worker(&line).unwrap();
        assert_eq!((answer.seconds, answer.inertia, answer.labels), (0.5, Some(2.0), Some(vec![3, -1])));
        assert!(Answer::of_worker("Traceback").unwrap_err().to_string().starts_with("`Traceback` is no answer"));
    }

    #[test]
    fn columns_are_found_by_name_or_by_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        let column = |text: &str, name| {
            fs::write(&path, text).unwrap();
            csv_column(&path, name, 2)
        };
        assert_eq!(column("row,segment,d\n0,4,0.5\n1,-1,\n", "segment").unwrap(), [4.0, -1.0]);
        assert_eq!(column("0,1,0.5,2\n2,3,0.75,3\n", "height").unwrap(), [0.5, 0.75]);
        assert!(column("row,segment\n0,x\n", "segment").unwrap_err().to_string().contains("has no segment in `0,x`"));
    }
}
