//! Virtual environments with pinned packages, in cargo's target directory.

use std::path::{Path, PathBuf};

use crate::error::XtaskError;
use crate::{command, paths};

/// The Python of the virtual environment `name`, which is made if it is not there.
pub(crate) fn environment(python: &str, name: &str) -> Result<PathBuf, XtaskError> {
    let dir = paths::target().join(name);
    let inside = dir.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !inside.exists() {
        command::run(command::in_root(python).args(["-m", "venv"]).arg(&dir))?;
    }
    Ok(inside)
}

/// Installs packages: `what` are pip's arguments, `--requirement FILE` or names with versions.
pub(crate) fn install<S: AsRef<std::ffi::OsStr>>(
    python: &Path,
    what: impl IntoIterator<Item = S>,
) -> Result<(), XtaskError> {
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    command::run(command::in_root(python).args(pip).args(what))
}

/// Runs of scripts leave no byte code beside them: it would be litter in the checkout.
pub(crate) fn script(python: &Path, script: &Path) -> std::process::Command {
    let mut command = command::in_root(python);
    command.env("PYTHONDONTWRITEBYTECODE", "1").arg(script);
    command
}
