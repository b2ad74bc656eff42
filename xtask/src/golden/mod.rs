//! `cargo xtask golden`: the reference numbers of other people's programs.
//!
//! A virtual environment with pinned versions lives in cargo's target directory; the scripts in
//! tests/golden write one file per subject.

mod compare;

use std::ffi::OsStr;
use std::path::Path;

use crate::error::{XtaskError, io_error};
use crate::{command, paths, python};

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
    let python = python::environment(&args.python, "golden-venv")?;
    python::install(&python, [OsStr::new("--requirement"), paths::golden().join("requirements.txt").as_os_str()])?;
    if !args.check {
        return make(&python, &paths::golden());
    }
    let fresh = tempfile::tempdir().map_err(io_error("create", std::env::temp_dir()))?;
    make(&python, fresh.path())?;
    let differences = compare::directories(&paths::golden(), fresh.path())?;
    if differences.is_empty() { Ok(()) } else { Err(XtaskError::StaleGolden { differences }) }
}

/// The script's one argument is the directory that it writes into.
fn make(python: &Path, into: &Path) -> Result<(), XtaskError> {
    let script = paths::golden().join("make.py");
    command::run(python::script(python, &script).arg(into))
}
