//! The rows that a case is about, as files that segctl and its rivals read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Value, json};

use super::case::{Case, Input, Task};
use super::measure::Bench;
use super::segctl::Segctl;
use super::{mixture, npy};
use crate::error::{XtaskError, io_error};
use crate::{command, paths, python};

/// One input, prepared.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    /// For the rivals: an array, or the file that segctl reads.
    pub(super) theirs: PathBuf,
    /// For segctl, the same numbers.
    pub(super) ours: PathBuf,
    /// What else the work starts from: a CSV file for segctl, an array for the rivals.
    pub(super) extra: Option<Extra>,
    pub(super) shape: Shape,
}

/// Centres or labels.
#[derive(Debug, Clone)]
pub(super) struct Extra {
    pub(super) csv: PathBuf,
    pub(super) npy: PathBuf,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Shape {
    pub(super) n_samples: usize,
    pub(super) n_features: usize,
}

/// What the command line may change about the inputs.
#[derive(Debug, Clone, Default)]
pub(super) struct Overrides {
    pub(super) rows: Option<usize>,
    pub(super) data: Option<PathBuf>,
}

impl Overrides {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_none() && self.data.is_none()
    }
}

impl Prepared {
    /// Removes the files of the case: a gigabyte is nothing to keep. The mixtures stay, since cases
    /// share them.
    pub(super) fn remove(&self) -> Result<(), XtaskError> {
        let extra = self.extra.iter().flat_map(|extra| [&extra.csv, &extra.npy]);
        let files: BTreeSet<&PathBuf> = [&self.theirs, &self.ours].into_iter().chain(extra).collect();
        files.into_iter().try_for_each(|file| std::fs::remove_file(file).map_err(io_error("remove", file)))
    }
}

/// Writes the files of a case into `dir`. `None` when its data is not on this machine.
pub(super) fn prepare(
    bench: &Bench<'_>,
    dir: &Path,
    case: &Case,
    overrides: &Overrides,
) -> Result<Option<Prepared>, XtaskError> {
    if let Input::Customers { n_samples } = case.input {
        return customers(bench.segctl, dir, overrides.rows.unwrap_or(n_samples)).map(Some);
    }
    let file = |suffix: &str| dir.join(format!("{}{suffix}", case.name));
    let (npy, parquet) = (file(".npy"), file(".parquet"));
    let Some((source, drop, standardise)) = source(dir, case, overrides)? else {
        return Ok(None);
    };
    let mut spec = json!({
        "source": source, "drop": drop, "standardise": standardise, "npy": npy, "parquet": parquet,
    });
    let extra = extra_name(case.task).map(|(name, k)| {
        let extra = Extra { csv: file(&format!(".{name}.csv")), npy: file(&format!(".{name}.npy")) };
        spec[name] = json!({"k": k, "csv": extra.csv, "npy": extra.npy});
        extra
    });
    let shape = run(bench.python, &spec)?;
    Ok(Some(Prepared { theirs: npy, ours: parquet, extra, shape }))
}

/// Customers as a file: the first line names the columns.
fn customers(segctl: &Segctl, dir: &Path, n_samples: usize) -> Result<Prepared, XtaskError> {
    let path = dir.join(format!("customers-{n_samples}.csv"));
    segctl.synth(n_samples, &path)?;
    let n_features = n_columns(&path).map_err(io_error("read", &path))?;
    Ok(Prepared { theirs: path.clone(), ours: path, extra: None, shape: Shape { n_samples, n_features } })
}

fn n_columns(path: &Path) -> std::io::Result<usize> {
    let mut header = String::new();
    BufReader::new(File::open(path)?).read_line(&mut header)?;
    Ok(header.split(',').count())
}

/// What a task starts from beside the rows.
fn extra_name(task: Task) -> Option<(&'static str, usize)> {
    match task {
        Task::KMeans { k } | Task::Gmm { k } => Some(("start", k)),
        Task::OnlineMap { side, .. } | Task::BatchMap { side, .. } => Some(("start", side * side)),
        Task::Silhouette { k } => Some(("labels", k)),
        _ => None,
    }
}

type Source = (PathBuf, Vec<&'static str>, bool);

fn source(dir: &Path, case: &Case, overrides: &Overrides) -> Result<Option<Source>, XtaskError> {
    match (&case.input, &overrides.data) {
        (Input::Mixture { .. }, Some(data)) => Ok(Some((data.clone(), Vec::new(), true))),
        (&Input::Mixture { n_samples, n_features }, None) => {
            let path = generated(dir, overrides.rows.unwrap_or(n_samples), n_features)?;
            Ok(Some((path, Vec::new(), false)))
        }
        (Input::Customers { .. }, _) => Ok(None),
        (Input::Real { file, drop, standardise }, _) => {
            let path = paths::real_data().join(file);
            Ok(path.exists().then(|| (path, drop.to_vec(), *standardise)))
        }
    }
}

/// The mixture of a size; made once, as its file's name says all that it depends on.
fn generated(dir: &Path, n_samples: usize, n_features: usize) -> Result<PathBuf, XtaskError> {
    let path = dir.join(format!("{}-{n_samples}x{n_features}.npy", mixture::NAME));
    if !path.exists() {
        let partial = path.with_extension("partial");
        npy::write(&partial, mixture::mixture(n_samples, n_features).view())?;
        std::fs::rename(&partial, &path).map_err(io_error("rename", &path))?;
    }
    Ok(path)
}

fn run(python: &Path, spec: &Value) -> Result<Shape, XtaskError> {
    let script = paths::bench().join("prepare.py");
    let printed = command::output(python::script(python, &script).arg(spec.to_string()))?;
    serde_json::from_str(&printed).map_err(|error| XtaskError::Answer {
        what: "prepare.py".to_owned(),
        why: format!("printed no shape: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::cases;
    use super::*;

    fn case(name: &str) -> Case {
        cases::all().into_iter().find(|case| case.name == name).unwrap()
    }

    #[test]
    fn a_generated_input_is_made_once_and_named_by_its_shape() {
        let dir = tempfile::tempdir().unwrap();
        let overrides = Overrides { rows: Some(50), data: None };
        let found = source(dir.path(), &case("kmeans"), &overrides).unwrap().unwrap();
        assert_eq!(found.0, dir.path().join("mixture1-50x16.npy"));
        let x = npy::read(&found.0).unwrap();
        assert_eq!(x, mixture::mixture(50, 16));
        std::fs::write(&found.0, "kept").unwrap();
        source(dir.path(), &case("pca"), &overrides).unwrap();
        assert_eq!(std::fs::read_to_string(&found.0).unwrap(), "kept");
    }

    #[test]
    fn a_file_of_the_users_replaces_the_mixture_and_is_standardised() {
        let overrides = Overrides { rows: None, data: Some("mine.csv".into()) };
        let found = source(Path::new("."), &case("pca"), &overrides).unwrap().unwrap();
        assert_eq!(found, (PathBuf::from("mine.csv"), Vec::new(), true));
    }
}
