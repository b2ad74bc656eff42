//! `cargo xtask bench`: segctl against its peers, on the same rows, with the answers compared
//! before a time is shown.
//!
//! case.rs and cases.rs say what is measured; mixture.rs and input.rs make the rows; segctl.rs and
//! explored.rs and worker.rs run the two sides; agree.rs and quality.rs judge the answers; measure.rs takes turns
//! and medians; record.rs keeps them, table.rs shows them. The Python side is in tests/bench.

mod agree;
mod answer;
mod case;
mod cases;
mod explored;
mod input;
mod machine;
mod measure;
mod mixture;
mod npy;
mod quality;
mod record;
mod segctl;
mod table;
mod worker;

use std::fs;
use std::path::{Path, PathBuf};

use self::case::{Case, Task};
use self::input::Overrides;
use self::measure::Bench;
use self::record::{Outcome, Record, Row};
use self::segctl::Segctl;
use crate::error::{XtaskError, io_error};
use crate::{paths, python};

/// Packages without which nothing can be compared; the peers behind them in requirements.txt may
/// be absent.
const NEEDED: [&str; 4] = ["numpy", "pyarrow", "scikit-learn", "scipy"];

/// Measure segctl against its peers and write the table in docs/benchmarks.md
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these pieces of work; the others' earlier figures stay in the table
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,
    /// Rows of the generated input, for a quick look: the table is shown, not written
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(100..))]
    rows: Option<u32>,
    /// Runs of each side, of which the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    /// A CSV or Parquet file in place of the generated input: its numeric columns, standardised
    #[arg(long, value_name = "FILE", conflicts_with = "rows")]
    data: Option<PathBuf>,
    /// A finished segctl; otherwise it is built
    #[arg(long, value_name = "FILE")]
    segctl: Option<PathBuf>,
    /// The Python that makes the virtual environment
    #[arg(long, default_value = "python3", env = "PYTHON")]
    python: String,
    /// Only say what there is
    #[arg(long)]
    list: bool,
}

pub(crate) fn run(args: &Args) -> Result<(), XtaskError> {
    let cases = cases::all();
    let wanted = wanted(&cases, &args.only)?;
    if args.list {
        wanted.iter().for_each(|case| crate::say(&format!("{:14} {}", case.name, case.task.title())));
        return Ok(());
    }
    let places = Places::make()?;
    let python = environment(&args.python, "bench-venv", "requirements.txt")?;
    let explorers = explorers(&args.python, &python, &wanted)?;
    let segctl = Segctl::find(args.segctl.as_deref(), places.out.clone())?;
    let bench = Bench {
        python: &python,
        explorers: &explorers,
        segctl: &segctl,
        segctl_version: &segctl.version()?,
        date: &machine::today(),
        runs: usize::from(args.runs),
    };
    let overrides = Overrides { rows: args.rows.map(|rows| rows as usize), data: args.data.clone() };
    let rows = rows(&bench, &places, &cases, &wanted, &overrides)?;
    let readme = fs::read_to_string(paths::readme()).map_err(io_error("read", paths::readme()))?;
    let heading = table::Heading {
        processor: machine::processor(),
        cores: machine::cores(),
        rustc: machine::rustc()?,
        algorithms: table::algorithms(&readme),
    };
    let text = table::document(&heading, &rows);
    crate::say(&text);
    if overrides.is_empty() {
        write(&paths::benchmarks(), &text)?;
    }
    let names = bad(&rows);
    if names.is_empty() { Ok(()) } else { Err(XtaskError::Unmeasured { names }) }
}

fn wanted<'a>(cases: &'a [Case], only: &[String]) -> Result<Vec<&'a Case>, XtaskError> {
    let find = |name: &String| {
        let known = || cases.iter().map(|case| case.name).collect();
        let case = cases.iter().find(|case| case.name == name);
        case.ok_or_else(|| XtaskError::UnknownCase { name: name.clone(), known: known() })
    };
    if only.is_empty() { Ok(cases.iter().collect()) } else { only.iter().map(find).collect() }
}

/// Directories below cargo's own.
struct Places {
    inputs: PathBuf,
    out: PathBuf,
    records: PathBuf,
}

impl Places {
    fn make() -> Result<Self, XtaskError> {
        let below = |name: &str| {
            let dir = paths::target().join("bench").join(name);
            fs::create_dir_all(&dir).map_err(io_error("create", &dir))?;
            Ok(dir)
        };
        Ok(Self { inputs: below("inputs")?, out: below("out")?, records: below("records")? })
    }
}

/// The Python of those who look at tables, made if somebody asks for them.
fn explorers(python: &str, others: &Path, wanted: &[&Case]) -> Result<PathBuf, XtaskError> {
    if wanted.iter().all(|case| case.task != Task::Explore) {
        return Ok(others.to_owned());
    }
    environment(python, "bench-eda-venv", "requirements-eda.txt")
}

/// The Python `name` with as many of the peers in the file of requirements as can be installed.
fn environment(python: &str, name: &str, requirements: &str) -> Result<PathBuf, XtaskError> {
    let python = python::environment(python, name)?;
    let path = paths::bench().join(requirements);
    if python::install(&python, [Path::new("--requirement"), &path]).is_ok() {
        return Ok(python);
    }
    let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
    let (needed, peers) = split(&text);
    python::install(&python, needed)?;
    // worker.py says which ones are absent, and why.
    peers.into_iter().for_each(|peer| drop(python::install(&python, [peer])));
    Ok(python)
}

/// The packages that are needed, and the others.
fn split(requirements: &str) -> (Vec<&str>, Vec<&str>) {
    let packages = requirements.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    packages.partition(|line| line.split("==").next().is_some_and(|name| NEEDED.contains(&name)))
}

/// Measures what is wanted, and takes the rest from earlier runs.
fn rows(
    bench: &Bench<'_>,
    places: &Places,
    cases: &[Case],
    wanted: &[&Case],
    overrides: &Overrides,
) -> Result<Vec<(Case, Row)>, XtaskError> {
    let mut rows = Vec::new();
    for case in cases {
        let row = if wanted.contains(&case) {
            measure(bench, places, case, overrides)?
        } else if overrides.is_empty() {
            record::load(&places.records, case).map_or(Row::NotYet, Row::Measured)
        } else {
            continue;
        };
        rows.push((case.clone(), row));
    }
    Ok(rows)
}

fn measure(bench: &Bench<'_>, places: &Places, case: &Case, overrides: &Overrides) -> Result<Row, XtaskError> {
    eprintln!("{}: {}", case.name, case.task.title());
    let Some(input) = input::prepare(bench, &places.inputs, case, overrides)? else {
        let why = format!("skipped: no {}", case.input.real_file().unwrap_or("data"));
        eprintln!("  {why}");
        return Ok(Row::Skipped(why));
    };
    let measured = bench.measure(case, &input);
    input.remove()?;
    // One failure does not keep the others from being measured.
    let record = match measured {
        Ok(record) => record,
        Err(error) => {
            crate::error::print(&error);
            return Ok(Row::Failed(format!("failed: {error}")));
        }
    };
    if overrides.is_empty() {
        record::save(&places.records, case, &record)?;
    }
    Ok(Row::Measured(record))
}

/// The cases that have no time: something failed, or the answers differ.
fn bad(rows: &[(Case, Row)]) -> Vec<String> {
    let differs = |record: &Record| record.rivals.iter().any(|rival| matches!(rival.outcome, Outcome::Differs(_)));
    let is_bad = |row: &Row| match row {
        Row::Measured(record) => differs(record),
        Row::Failed(_) => true,
        Row::NotYet | Row::Skipped(_) => false,
    };
    rows.iter().filter(|(_, row)| is_bad(row)).map(|(case, _)| case.name.to_owned()).collect()
}

fn write(path: &Path, text: &str) -> Result<(), XtaskError> {
    let dir = path.parent().expect("the file lies in a directory");
    fs::create_dir_all(dir).map_err(io_error("create", dir))?;
    fs::write(path, text).map_err(io_error("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_name_is_refused_with_those_that_are_known() {
        let cases = cases::all();
        let error = wanted(&cases, &["no-such".to_owned()]).unwrap_err();
        assert!(error.hint().unwrap().contains("kmeans-cc"));
        assert_eq!(wanted(&cases, &["pca".to_owned()]).unwrap()[0].name, "pca");
        assert_eq!(wanted(&cases, &[]).unwrap().len(), cases.len());
    }

    #[test]
    fn versions_are_pinned_and_what_is_needed_comes_first() {
        for (file, expected) in [("requirements.txt", (4, 10)), ("requirements-eda.txt", (1, 3))] {
            let text = fs::read_to_string(paths::bench().join(file)).unwrap();
            let (needed, peers) = split(&text);
            assert_eq!((needed.len(), peers.len()), expected, "{file}");
            assert!(needed.iter().chain(&peers).all(|line| line.contains("==")), "{file}");
        }
    }
}
