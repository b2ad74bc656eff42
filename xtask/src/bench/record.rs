//! What was measured, kept in a file per case, so that the table can be made in several sittings.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::case::Case;
use super::worker::Versions;
use crate::error::{XtaskError, io_error};

/// One case, measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// YYYY-MM-DD.
    pub(super) date: String,
    pub(super) n_samples: usize,
    pub(super) n_features: usize,
    pub(super) segctl: String,
    /// What the machine was busy with before.
    pub(super) load: Option<f64>,
    pub(super) ours: Timed,
    pub(super) rivals: Vec<Compared>,
}

/// Medians over runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Timed {
    pub(super) seconds: f64,
    pub(super) runs: usize,
    pub(super) n_iter: Option<u64>,
    pub(super) inertia: Option<f64>,
    pub(super) peak_rss_bytes: Option<u64>,
    /// The size of the page that was written.
    pub(super) page_bytes: Option<u64>,
}

/// A rival's part in a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Compared {
    pub(super) peer: String,
    pub(super) outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Outcome {
    /// It is not installed, or could not start.
    Absent(String),
    /// Its answer is another one: no time is shown.
    Differs(String),
    Measured {
        timed: Timed,
        versions: Versions,
        /// The largest relative difference of the answers.
        difference: f64,
        /// Runs in which our inertia was no worse, where each starts from starts of its own.
        as_good: Option<usize>,
    },
}

/// A case in the table: measured, or why not.
#[derive(Debug, Clone)]
pub(super) enum Row {
    Measured(Record),
    /// Not asked for, and never before.
    NotYet,
    /// Its data is not here.
    Skipped(String),
    /// There was no answer to compare.
    Failed(String),
}

/// Keeps a record.
pub(super) fn save(dir: &Path, case: &Case, record: &Record) -> Result<(), XtaskError> {
    let path = dir.join(format!("{}.json", case.name));
    let text = serde_json::to_string_pretty(record).expect("numbers and strings are JSON");
    fs::write(&path, text).map_err(io_error("write", path))
}

/// The record of an earlier run. What another version wrote counts as none.
pub(super) fn load(dir: &Path, case: &Case) -> Option<Record> {
    let text = fs::read_to_string(dir.join(format!("{}.json", case.name))).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    #[test]
    fn what_is_saved_is_loaded() {
        let dir = tempfile::tempdir().unwrap();
        let case = &cases::all()[0];
        assert_eq!(load(dir.path(), case), None);
        let outcome = Outcome::Measured {
            timed: Timed { seconds: 0.1, ..Timed::default() },
            versions: [("scipy".to_owned(), "1.17.1".to_owned())].into(),
            difference: 1e-12,
            as_good: Some(3),
        };
        let rivals = [outcome, Outcome::Absent("no module".to_owned())];
        let record = Record {
            date: "2026-01-01".to_owned(),
            n_samples: 10,
            n_features: 2,
            segctl: "0.1.0".to_owned(),
            load: Some(0.25),
            ours: Timed { n_iter: Some(4), ..Timed::default() },
            rivals: rivals.map(|outcome| Compared { peer: "x".to_owned(), outcome }).to_vec(),
        };
        save(dir.path(), case, &record).unwrap();
        assert_eq!(load(dir.path(), case), Some(record));
    }
}
