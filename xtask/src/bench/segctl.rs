//! Our side: the command line, run as a user would.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::answer::{Answer, csv_column};
use super::case::{RADIUS, RATE, SEGMENTS, Task};
use super::explored;
use super::input::Prepared;
use crate::error::{XtaskError, io_error};
use crate::{command, paths};

/// Enough iterations to converge.
pub(super) const MAX_ITER: u32 = 10_000;

/// The finished binary and a directory for what it writes.
pub(super) struct Segctl {
    pub(super) binary: PathBuf,
    pub(super) out: PathBuf,
}

/// Where the page of a first look goes.
const EXPLORED: &str = "eda";

/// Starts from which the search begins, until it is known how many fit the time.
pub(super) const SEARCHED_STARTS: usize = 4;

/// Starts of the search that is compared with more restarts of others.
pub(super) const STARTS: usize = 2;

/// One run: a seed for work that draws, and how many restarts, if not the task's own number.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Run {
    pub(super) seed: u64,
    pub(super) restarts: Option<usize>,
}

#[derive(Deserialize)]
struct Timings {
    stages: Vec<Stage>,
    total_seconds: f64,
    peak_rss_bytes: Option<u64>,
}

#[derive(Deserialize)]
struct Stage {
    name: String,
    seconds: f64,
}

impl Segctl {
    /// Builds it in release mode, unless a finished one is given.
    pub(super) fn find(given: Option<&Path>, out: PathBuf) -> Result<Self, XtaskError> {
        let binary = match given {
            Some(binary) => std::path::absolute(binary).map_err(io_error("find", binary))?,
            None => {
                command::run(command::cargo().args(["build", "--quiet", "--release", "--package", "segctl"]))?;
                paths::target().join("release").join(format!("segctl{}", std::env::consts::EXE_SUFFIX))
            }
        };
        Ok(Self { binary, out })
    }

    pub(super) fn version(&self) -> Result<String, XtaskError> {
        let printed = command::output(command::in_root(&self.binary).arg("--version"))?;
        Ok(printed.trim().trim_start_matches("segctl ").to_owned())
    }

    /// Runs a task on an input and reads what it wrote.
    pub(super) fn run(&self, task: Task, input: &Prepared, run: Run) -> Result<Answer, XtaskError> {
        let printed = command::output(command::in_root(&self.binary).args(self.arguments(task, input, run)))?;
        let timings = self.timings()?;
        if task == Task::Explore {
            return explored::answer(&self.file(EXPLORED), timings.total_seconds, timings.peak_rss_bytes);
        }
        let json: Value =
            serde_json::from_str(&printed).map_err(|error| bad(format!("printed no JSON document: {error}")))?;
        let stage = if matches!(task, Task::Silhouette { .. }) { "evaluate" } else { "fit" };
        let seconds = timings.stages.iter().filter(|found| found.name == stage).map(|found| found.seconds).sum();
        let number = |name: &str| json.get(name).and_then(Value::as_f64);
        let figure = |name: &str| json.get("figures")?.get(name)?.as_f64();
        let list = |name: &str| json.get(name).and_then(|list| serde_json::from_value(list.clone()).ok());
        Ok(Answer {
            seconds,
            peak_rss_bytes: timings.peak_rss_bytes,
            inertia: match task.objective() {
                Some(name) => figure(name),
                None => number("inertia").filter(|_| is_kmeans(task)),
            },
            log_likelihood: figure("log_likelihood"),
            n_iter: json.get("n_iter").and_then(Value::as_u64),
            silhouette: number("silhouette").filter(|_| matches!(task, Task::Silhouette { .. })),
            explained_variance: list("explained_variance"),
            labels: self.labels(task)?,
            heights: self.heights(task)?,
            weights: self.weights(task, input)?,
            ..Answer::default()
        })
    }

    /// Draws customers into a file.
    pub(super) fn synth(&self, n_samples: usize, path: &Path) -> Result<(), XtaskError> {
        let rows = n_samples.to_string();
        command::run(command::in_root(&self.binary).args(["synth", "--quiet", "--rows", &rows, "--out"]).arg(path))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    fn arguments(&self, task: Task, input: &Prepared, run: Run) -> Vec<OsString> {
        let verb = match task {
            Task::Silhouette { .. } => "evaluate",
            Task::Pca { .. } => "reduce",
            Task::Explore => "eda",
            _ => "fit",
        };
        let mut words = Words(vec![verb.into(), input.ours.clone().into()]);
        if task != Task::Explore {
            words.add(["--as-is", "--json"]);
        }
        words.add(["--quiet", "--timings"]).path(&self.file("timings.json"));
        match task {
            Task::KMeans { k } => {
                let start = &input.extra.as_ref().expect("a start is prepared for k-means").csv;
                words.add(["--algorithm", "kmeans", "--tol", "0"]).value("--k", &k).value("--max-iter", &MAX_ITER);
                words.add(["--init-centers"]).path(start);
            }
            Task::Restarts { k, .. } => {
                words.add(["--algorithm", "kmeans", "--search", "breathing"]).value("--k", &k);
                words.value("--seed", &run.seed).value("--restarts", &run.restarts.unwrap_or(STARTS));
            }
            Task::InTime { k, .. } => {
                words.add(["--algorithm", "kmeans", "--search", "breathing"]).value("--k", &k);
                words.value("--seed", &run.seed).value("--restarts", &run.restarts.unwrap_or(SEARCHED_STARTS));
            }
            Task::Linkage { method, k } => {
                let linkage: &[&str] =
                    if method == "ward" { &["ward"] } else { &["agglomerative", "--linkage", method] };
                words.add(["--algorithm"]).add(linkage.iter().copied()).value("--k", &k);
                words.add(["--linkage-out"]).path(&self.file("linkage.csv"));
            }
            Task::Silhouette { .. } => {
                let labels = &input.extra.as_ref().expect("labels are prepared for silhouettes").csv;
                words.add(["--labels"]).path(labels);
            }
            Task::Pca { n_components } => {
                words.add(["--method", "pca"]).value("--components", &n_components);
                words.add(["--out"]).path(&self.file("scores.parquet"));
            }
            Task::Dbscan { eps, min_samples } => {
                words.add(["--algorithm", "dbscan"]).value("--eps", &eps).value("--min-samples", &min_samples);
            }
            Task::Hdbscan { min_cluster_size } => {
                words.add(["--algorithm", "hdbscan"]).value("--min-cluster-size", &min_cluster_size);
            }
            Task::Gmm { k } => {
                let start = &input.extra.as_ref().expect("a start is prepared for mixtures").csv;
                words.add(["--algorithm", "gmm"]).value("--k", &k).add(["--init-centers"]).path(start);
            }
            Task::Medoids { k } => {
                words.add(["--algorithm", "kmedoids", "--metric", "euclidean", "--restarts", "1"]);
                words.value("--k", &k).value("--seed", &run.seed);
            }
            Task::OnlineMap { side, epochs } => {
                words.map(side, epochs, input).add(["--trainer", "online", "--order", "sequential"]);
                words.add(["--decay", "asymptotic"]).value("--radius", &RADIUS).value("--rate", &RATE);
                words.add(["--codebook-out"]).path(&self.file("units.csv"));
            }
            Task::BatchMap { side, epochs } => drop(words.map(side, epochs, input)),
            Task::Explore => drop(words.add(["--out"]).path(&self.file(EXPLORED))),
        }
        if verb == "fit" {
            words.add(["--labels-out"]).path(&self.file("labels.csv"));
        }
        words.0
    }

    fn timings(&self) -> Result<Timings, XtaskError> {
        let path = self.file("timings.json");
        let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
        serde_json::from_str(&text).map_err(|error| bad(format!("wrote other timings than expected: {error}")))
    }

    fn labels(&self, task: Task) -> Result<Option<Vec<i64>>, XtaskError> {
        if matches!(task, Task::Silhouette { .. } | Task::Pca { .. }) {
            return Ok(None);
        }
        let column = csv_column(&self.file("labels.csv"), "segment", 1)?;
        Ok(Some(column.into_iter().map(|label| label as i64).collect()))
    }

    fn heights(&self, task: Task) -> Result<Option<Vec<f64>>, XtaskError> {
        let Task::Linkage { .. } = task else {
            return Ok(None);
        };
        csv_column(&self.file("linkage.csv"), "height", 2).map(Some)
    }

    fn weights(&self, task: Task, input: &Prepared) -> Result<Option<Vec<f64>>, XtaskError> {
        let Task::OnlineMap { .. } = task else {
            return Ok(None);
        };
        // Before the features stand five columns of the unit's own.
        let column = |j: usize| csv_column(&self.file("units.csv"), &format!("x{j}"), 5 + j);
        let columns: Vec<Vec<f64>> = (0..input.shape.n_features).map(column).collect::<Result<_, _>>()?;
        let n_units = columns.first().map_or(0, Vec::len);
        Ok(Some((0..n_units).flat_map(|unit| columns.iter().map(move |column| column[unit])).collect()))
    }
}

fn is_kmeans(task: Task) -> bool {
    matches!(task, Task::KMeans { .. } | Task::Restarts { .. } | Task::InTime { .. })
}

fn bad(why: String) -> XtaskError {
    XtaskError::Answer { what: "segctl".to_owned(), why }
}

/// Words of a command line.
struct Words(Vec<OsString>);

impl Words {
    fn add<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) -> &mut Self {
        self.0.extend(words.into_iter().map(OsString::from));
        self
    }

    fn value(&mut self, option: &str, value: &impl ToString) -> &mut Self {
        self.0.extend([option.into(), value.to_string().into()]);
        self
    }

    /// A map of squares that begins with given units.
    fn map(&mut self, side: usize, epochs: usize, input: &Prepared) -> &mut Self {
        let start = &input.extra.as_ref().expect("a start is prepared for maps").csv;
        self.add(["--algorithm", "som", "--topology", "rectangular"]).value("--grid", &format!("{side}x{side}"));
        self.value("--epochs", &epochs).value("--k", &SEGMENTS).add(["--init-centers"]).path(start)
    }

    fn path(&mut self, path: &Path) -> &mut Self {
        self.0.push(path.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::super::input::{Extra, Shape};
    use super::*;

    fn line(task: Task) -> String {
        let segctl = Segctl { binary: "segctl".into(), out: "out".into() };
        let input = Prepared {
            theirs: "x.npy".into(),
            ours: "x.parquet".into(),
            extra: Some(Extra { csv: "e.csv".into(), npy: "e.npy".into() }),
            shape: Shape { n_samples: 10, n_features: 2 },
        };
        let words = segctl.arguments(task, &input, Run { seed: 3, restarts: None });
        let words: Vec<String> = words.iter().map(|word| word.to_string_lossy().replace('\\', "/")).collect();
        words.join(" ").replace(" --as-is --json", "").replace(" --quiet --timings out/timings.json", "")
    }

    #[test]
    fn each_task_has_its_command_line() {
        for (task, expected) in [
            (
                Task::KMeans { k: 16 },
                "fit x.parquet --algorithm kmeans --tol 0 --k 16 --max-iter 10000 --init-centers e.csv \
                 --labels-out out/labels.csv",
            ),
            (
                Task::Restarts { k: 8, restarts: 10 },
                "fit x.parquet --algorithm kmeans --search breathing --k 8 --seed 3 --restarts 2 --labels-out out/labels.csv",
            ),
            (
                Task::InTime { k: 8, restarts: 10 },
                "fit x.parquet --algorithm kmeans --search breathing --k 8 --seed 3 --restarts 4 --labels-out out/labels.csv",
            ),
            (
                Task::Linkage { method: "ward", k: 8 },
                "fit x.parquet --algorithm ward --k 8 --linkage-out out/linkage.csv --labels-out out/labels.csv",
            ),
            (
                Task::Linkage { method: "average", k: 8 },
                "fit x.parquet --algorithm agglomerative --linkage average --k 8 --linkage-out out/linkage.csv \
                 --labels-out out/labels.csv",
            ),
            (
                Task::Dbscan { eps: 0.5, min_samples: 10 },
                "fit x.parquet --algorithm dbscan --eps 0.5 --min-samples 10 --labels-out out/labels.csv",
            ),
            (
                Task::Hdbscan { min_cluster_size: 50 },
                "fit x.parquet --algorithm hdbscan --min-cluster-size 50 --labels-out out/labels.csv",
            ),
            (
                Task::Gmm { k: 8 },
                "fit x.parquet --algorithm gmm --k 8 --init-centers e.csv --labels-out out/labels.csv",
            ),
            (
                Task::Medoids { k: 10 },
                "fit x.parquet --algorithm kmedoids --metric euclidean --restarts 1 --k 10 --seed 3 \
                 --labels-out out/labels.csv",
            ),
            (
                Task::OnlineMap { side: 20, epochs: 10 },
                "fit x.parquet --algorithm som --topology rectangular --grid 20x20 --epochs 10 --k 5 --init-centers e.csv \
                 --trainer online --order sequential --decay asymptotic --radius 3 --rate 0.5 --codebook-out \
                 out/units.csv --labels-out out/labels.csv",
            ),
            (
                Task::BatchMap { side: 20, epochs: 10 },
                "fit x.parquet --algorithm som --topology rectangular --grid 20x20 --epochs 10 --k 5 --init-centers e.csv \
                 --labels-out out/labels.csv",
            ),
            (Task::Silhouette { k: 8 }, "evaluate x.parquet --labels e.csv"),
            (Task::Explore, "eda x.parquet --out out/eda"),
            (Task::Pca { n_components: 3 }, "reduce x.parquet --method pca --components 3 --out out/scores.parquet"),
        ] {
            assert_eq!(line(task), expected);
        }
    }
}
