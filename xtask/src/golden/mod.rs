//! `cargo xtask golden`: the reference numbers of other people's programs.
//!
//! A virtual environment with pinned versions lives in cargo's target directory; the scripts in
//! tests/golden write one file per subject.

mod compare;

use std::path::{Path, PathBuf};

use crate::error::{XtaskError, io_error};
use crate::{command, paths};

/// Make the reference numbers in tests/golden again, with pinned Python packages
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write nothing; say which committed files differ from what the scripts make
    #[arg(long)]
    check: bool,
    /// The Python that makes the virtual environment
    #[arg(long, default_value = "python3", env = "PYTHON")]
    python: String,
}

pub(crate) fn run(args: &Args) -> Result<(), XtaskError> {
    let python = environment(&args.python)?;
    if !args.check {
        return make(&python, &paths::golden());
    }
    let fresh = tempfile::tempdir().map_err(io_error("create", std::env::temp_dir()))?;
    make(&python, fresh.path())?;
    let differences = compare::directories(&paths::golden(), fresh.path())?;
    if differences.is_empty() { Ok(()) } else { Err(XtaskError::StaleGolden { differences }) }
}

/// The Python of a virtual environment that has what requirements.txt lists.
fn environment(python: &str) -> Result<PathBuf, XtaskError> {
    let dir = paths::target().join("golden-venv");
    let inside = dir.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !inside.exists() {
        command::run(command::in_root(python).args(["-m", "venv"]).arg(&dir))?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    command::run(command::in_root(&inside).args(pip).arg(paths::golden().join("requirements.txt")))?;
    Ok(inside)
}

/// The script's one argument is the directory that it writes into.
fn make(python: &Path, into: &Path) -> Result<(), XtaskError> {
    let script = paths::golden().join("make.py");
    // Byte code beside the scripts would be litter in the checkout.
    command::run(command::in_root(python).env("PYTHONDONTWRITEBYTECODE", "1").arg(script).arg(into))
}
