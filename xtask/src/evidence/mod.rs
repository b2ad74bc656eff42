//! `cargo xtask evidence`: how often `segctl select` sees groups where there are none, and how many where there are
//! some. Every draw is seeded; docs/evidence.md holds the tables.

mod draws;
mod table;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use segctl_numeric::Matrix;
use serde::Deserialize;

use self::draws::{Null, nulls, planted};
use crate::error::{XtaskError, io_error};
use crate::{command, paths};

/// Draw data with and without groups, and write in docs/evidence.md what `segctl select` says of them
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Draws of each kind of data without groups
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..))]
    draws: u16,
    /// Draws for each number of groups and each distance of theirs
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..))]
    planted: u16,
    /// A finished segctl; otherwise it is built
    #[arg(long, value_name = "FILE")]
    segctl: Option<PathBuf>,
    /// Where the tables go, in place of docs/evidence.md
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What `segctl select --json` says, as far as it is counted.
#[derive(Debug, Deserialize)]
struct Selected {
    recommended: Option<Recommended>,
    votes: Vec<Vote>,
}

#[derive(Debug, Deserialize)]
struct Recommended {
    k: usize,
}

#[derive(Debug, Deserialize)]
struct Vote {
    index: String,
    k: usize,
}

/// The numbers of groups found in one draw.
#[derive(Debug, Clone, Copy)]
struct Answer {
    recommended: usize,
    silhouette: Option<usize>,
    gap: Option<usize>,
}

pub(crate) fn run(args: &Args) -> Result<(), XtaskError> {
    let segctl = binary(args.segctl.as_deref())?;
    let dir = tempfile::tempdir().map_err(io_error("make a directory in", std::env::temp_dir()))?;
    let file = dir.path().join("draw.csv");
    let ask = |x: &Matrix| asked(&segctl, &file, x);
    let mut without = Vec::new();
    for kind in Null::ALL {
        eprintln!("{}: {} draws without groups", kind.title(), args.draws);
        let answers = nulls(kind, usize::from(args.draws)).map(|x| ask(&x)).collect::<Result<Vec<_>, _>>()?;
        without.push((kind, answers));
    }
    let mut with = Vec::new();
    for (k, distance) in draws::PLANTED {
        eprintln!("{k} groups at distance {distance}: {} draws", args.planted);
        let drawn = planted(k, distance, usize::from(args.planted));
        with.push((k, distance, drawn.map(|x| ask(&x)).collect::<Result<Vec<_>, _>>()?));
    }
    let text = table::text(&without, &with);
    let path = args.out.clone().unwrap_or_else(|| paths::root().join("docs/evidence.md"));
    fs::write(&path, &text).map_err(io_error("write", &path))?;
    crate::say(&text);
    Ok(())
}

fn binary(given: Option<&Path>) -> Result<PathBuf, XtaskError> {
    if let Some(binary) = given {
        return std::path::absolute(binary).map_err(io_error("find", binary));
    }
    command::run(command::cargo().args(["build", "--quiet", "--release", "--package", "segctl"]))?;
    Ok(paths::target().join("release").join(format!("segctl{}", std::env::consts::EXE_SUFFIX)))
}

fn asked(segctl: &Path, file: &Path, x: &Matrix) -> Result<Answer, XtaskError> {
    write_csv(file, x)?;
    let words = ["--as-is", "--algorithm", "kmeans", "--k", "1..10", "--json", "--quiet"];
    let printed = command::output(command::in_root(segctl).arg("select").arg(file).args(words))?;
    let found: Selected = serde_json::from_str(&printed).map_err(|error| XtaskError::Answer {
        what: "segctl select".to_owned(),
        why: format!("printed other evidence than expected: {error}"),
    })?;
    let vote = |index: &str| found.votes.iter().find(|vote| vote.index == index).map(|vote| vote.k);
    Ok(Answer {
        recommended: found.recommended.as_ref().map_or(1, |recommended| recommended.k),
        silhouette: vote("silhouette"),
        gap: vote("gap"),
    })
}

fn write_csv(file: &Path, x: &Matrix) -> Result<(), XtaskError> {
    let names: Vec<String> = (0..x.n_cols()).map(|j| format!("x{j}")).collect();
    let mut text = names.join(",") + "\n";
    for row in x.view().rows() {
        let cells: Vec<String> = row.iter().map(f64::to_string).collect();
        let _ = writeln!(text, "{}", cells.join(","));
    }
    fs::write(file, text).map_err(io_error("write", file))
}
