//! `segctl` as the experiment asks it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use segctl_numeric::{Labels, Matrix};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;

use crate::error::{XtaskError, io_error};
use crate::{command, paths};

/// A finished `segctl` and a directory for what it reads and writes.
pub(super) struct Tool {
    segctl: PathBuf,
    dir: TempDir,
}

/// What `segctl select --json` says, as far as it is counted.
#[derive(Debug, Deserialize)]
struct Selected {
    recommended: Option<Recommended>,
    votes: Vec<Vote>,
}

#[derive(Debug, Deserialize)]
struct Recommended {
    algorithm: String,
    k: usize,
}

#[derive(Debug, Deserialize)]
struct Vote {
    index: String,
    k: usize,
}

/// The numbers of groups found in one table.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) recommended: usize,
    pub(super) algorithm: String,
    pub(super) silhouette: Option<usize>,
    pub(super) gap: Option<usize>,
}

/// What `segctl run` knows of each customer, and of each column.
pub(super) struct Run {
    pub(super) labels: Labels,
    /// The share of resamples in which each customer is in its segment.
    pub(super) membership: Vec<f64>,
    /// The p-value of each column of the table.
    pub(super) p_values: Vec<f64>,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    drivers: Drivers,
}

#[derive(Debug, Deserialize)]
struct Drivers {
    columns: Vec<Driver>,
}

#[derive(Debug, Deserialize)]
struct Driver {
    column: String,
    p_value: Option<f64>,
}

impl Tool {
    /// The one given, or one that is built now.
    pub(super) fn new(given: Option<&Path>) -> Result<Self, XtaskError> {
        let dir = tempfile::tempdir().map_err(io_error("make a directory in", std::env::temp_dir()))?;
        Ok(Self { segctl: binary(given)?, dir })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a table for later questions.
    pub(super) fn table(&self, name: &str, x: &Matrix) -> Result<PathBuf, XtaskError> {
        let path = self.path(name);
        write_csv(&path, x)?;
        Ok(path)
    }

    /// How many groups there are in the file.
    pub(super) fn select(&self, file: &Path, words: &[&str]) -> Result<Answer, XtaskError> {
        let found: Selected = self.json("select", &[&[text(file).as_str()], words].concat())?;
        let vote = |index: &str| found.votes.iter().find(|vote| vote.index == index).map(|vote| vote.k);
        let recommended = found.recommended.as_ref();
        Ok(Answer {
            recommended: recommended.map_or(1, |recommended| recommended.k),
            algorithm: recommended.map_or_else(String::new, |recommended| recommended.algorithm.clone()),
            silhouette: vote("silhouette"),
            gap: vote("gap"),
        })
    }

    /// How many groups there are in a table drawn here, taken as it is.
    pub(super) fn select_drawn(&self, x: &Matrix) -> Result<Answer, XtaskError> {
        let file = self.table("draw.csv", x)?;
        self.select(&file, &["--as-is", "--algorithm", "kmeans", "--k", "1..10"])
    }

    /// Segments `x` into `k` by k-means.
    pub(super) fn run(&self, x: &Matrix, k: usize) -> Result<Run, XtaskError> {
        let (file, out) = (self.table("run.csv", x)?, self.path("run"));
        let words = ["--algorithm", "kmeans", "--k", &k.to_string(), "--out", &text(&out), "--force"];
        let manifest: Manifest = self.json("run", &[&[text(&file).as_str()], &words[..]].concat())?;
        let column = |j: usize| manifest.drivers.columns.iter().find(|driver| driver.column == name(j));
        let table = out.join("segments.csv");
        Ok(Run {
            labels: labels(&table)?,
            membership: numbers(&table, "membership")?,
            p_values: (0..x.n_cols()).filter_map(|j| column(j)?.p_value).collect(),
        })
    }

    /// Where segments learnt from `train` put the rows of `file`.
    pub(super) fn assigned(&self, train: &Matrix, k: usize, file: &Path) -> Result<Labels, XtaskError> {
        let (train, model, out) = (self.table("fit.csv", train)?, self.path("model.json"), self.path("assigned.csv"));
        let k = k.to_string();
        let words = ["--algorithm", "kmeans", "--k", &k, "--model-out", &text(&model), "--quiet"];
        self.answer("fit", &[&[text(&train).as_str()], &words[..]].concat())?;
        self.answer("assign", &["--model", &text(&model), &text(file), "--out", &text(&out), "--quiet"])?;
        labels(&out)
    }

    fn json<T: DeserializeOwned>(&self, verb: &str, words: &[&str]) -> Result<T, XtaskError> {
        let printed = self.answer(verb, &[words, &["--json", "--quiet"]].concat())?;
        serde_json::from_str(&printed).map_err(|error| XtaskError::Answer {
            what: format!("segctl {verb}"),
            why: format!("printed other evidence than expected: {error}"),
        })
    }

    fn answer(&self, verb: &str, words: &[&str]) -> Result<String, XtaskError> {
        command::output(command::in_root(&self.segctl).arg(verb).args(words))
    }
}

fn binary(given: Option<&Path>) -> Result<PathBuf, XtaskError> {
    if let Some(binary) = given {
        return std::path::absolute(binary).map_err(io_error("find", binary));
    }
    command::run(command::cargo().args(["build", "--quiet", "--release", "--package", "segctl"]))?;
    Ok(paths::target().join("release").join(format!("segctl{}", std::env::consts::EXE_SUFFIX)))
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn name(column: usize) -> String {
    format!("x{column}")
}

fn write_csv(file: &Path, x: &Matrix) -> Result<(), XtaskError> {
    let names: Vec<String> = (0..x.n_cols()).map(name).collect();
    let mut text = names.join(",") + "\n";
    for row in x.view().rows() {
        let cells: Vec<String> = row.iter().map(f64::to_string).collect();
        let _ = writeln!(text, "{}", cells.join(","));
    }
    fs::write(file, text).map_err(io_error("write", file))
}

fn labels(file: &Path) -> Result<Labels, XtaskError> {
    let signed: Vec<i64> = numbers(file, "segment")?.into_iter().map(|segment| segment as i64).collect();
    Labels::from_signed(&signed).map_err(|error| odd(file, &error.to_string()))
}

/// A column of a table that segctl wrote; empty cells are NaN.
fn numbers(file: &Path, column: &str) -> Result<Vec<f64>, XtaskError> {
    let text = fs::read_to_string(file).map_err(io_error("read", file))?;
    let mut lines = text.lines();
    let at = lines.next().and_then(|head| head.split(',').position(|name| name == column));
    let at = at.ok_or_else(|| odd(file, &format!("has no column {column}")))?;
    // Segments of the drawn tables have commas in their names, in quotes.
    let cell = |line: &str| {
        cells(line).nth(at).and_then(|cell| if cell.is_empty() { Some(f64::NAN) } else { cell.parse().ok() })
    };
    lines.map(|line| cell(line).ok_or_else(|| odd(file, &format!("holds no number in {line}")))).collect()
}

/// The cells of a line; quoted ones hold no quotes here.
fn cells(line: &str) -> impl Iterator<Item = String> {
    let mut is_quoted = false;
    let mut cells = vec![String::new()];
    for character in line.chars() {
        match character {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => cells.push(String::new()),
            _ => cells.last_mut().expect("one cell").push(character),
        }
    }
    cells.into_iter()
}

fn odd(file: &Path, why: &str) -> XtaskError {
    XtaskError::Answer { what: file.display().to_string(), why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_in_quotes_part_no_cells() {
        assert_eq!(cells("1,\"high a, low b\",,0.5").collect::<Vec<_>>(), ["1", "high a, low b", "", "0.5"]);
    }
}
