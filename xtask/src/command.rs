//! Other programs.

use std::ffi::OsString;
use std::process::Command;

use crate::error::XtaskError;
use crate::paths;

/// The cargo that runs this task, started in the workspace's root.
pub(crate) fn cargo() -> Command {
    in_root(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// A program, started in the workspace's root.
pub(crate) fn in_root(program: impl Into<OsString>) -> Command {
    let mut command = Command::new(program.into());
    command.current_dir(paths::root());
    command
}

/// Runs a program that writes to our terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), XtaskError> {
    let status = command.status().map_err(|source| XtaskError::Start { command: shown(command), source })?;
    if status.success() { Ok(()) } else { Err(XtaskError::Failed { command: shown(command), status }) }
}

/// Runs a program for what it writes to stdout; its stderr goes to our terminal.
pub(crate) fn output(command: &mut Command) -> Result<String, XtaskError> {
    let command = command.stderr(std::process::Stdio::inherit());
    let output = command.output().map_err(|source| XtaskError::Start { command: shown(command), source })?;
    if !output.status.success() {
        return Err(XtaskError::Failed { command: shown(command), status: output.status });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut in_root("no-such-program")).unwrap_err();
        assert_eq!(error.to_string(), "cannot start `no-such-program`");
    }

    #[test]
    fn a_failure_names_the_whole_command() {
        let differ = ["diff", "--quiet", "--no-index", "Cargo.toml", "Cargo.lock"];
        let error = output(in_root("git").args(differ)).unwrap_err();
        assert!(error.to_string().contains("`git diff --quiet --no-index Cargo.toml Cargo.lock` failed"), "{error}");
    }
}
