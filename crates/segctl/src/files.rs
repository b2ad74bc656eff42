//! Reading small files, and the output directory.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use segctl_io::OutputFormat;
use segctl_segmentation::TimingsReport;
use serde::Serialize;

use crate::error::CliError;
use crate::terminal::printable;

/// Everything `run` writes, in the order it is written.
pub(crate) const OUTPUTS: [&str; 6] =
    ["segments.parquet", "segments.csv", "profile.csv", "model.json", "report.html", "run.json"];

/// How the names of unfinished files begin; a killed run may leave one behind.
const UNFINISHED: &str = ".segctl-";

/// Reads a text file whole.
pub(crate) fn read_text(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|source| CliError::Read { path: path.to_owned(), source })
}

/// The format that a file's name asks for, given by `option`.
pub(crate) fn format_of(option: &'static str, path: &Path) -> Result<OutputFormat, CliError> {
    OutputFormat::from_path(path).ok_or_else(|| CliError::Option {
        option,
        value: path.display().to_string(),
        reason: "its name should end in .csv, .parquet, .arrow or .jsonl".into(),
    })
}

/// Writes a small text whole, or not at all.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), CliError> {
    Ok(segctl_io::write_atomically(path, |file| file.write_all(text.as_bytes()))?)
}

/// Writes the times of the stages, if they are wanted.
pub(crate) fn write_timings(path: Option<&Path>, times: &TimingsReport<'_>) -> Result<(), CliError> {
    let Some(path) = path else { return Ok(()) };
    write_text(path, &serde_json::to_string(times).expect("times have a JSON form"))
}

/// Answers a verb on standard output: by a document, by a summary, or not at all.
pub(crate) fn answer(
    as_json: bool,
    quiet: bool,
    document: &impl Serialize,
    summary: impl FnOnce() -> String,
) -> Result<(), CliError> {
    match (as_json, quiet) {
        (true, _) => print(&json(document)),
        (false, true) => Ok(()),
        (false, false) => print(&printable(&summary())),
    }
}

/// A document for `--json`.
pub(crate) fn json(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("results have a JSON form");
    text.push('\n');
    text
}

/// Prints data to standard output.
pub(crate) fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(CliError::Stdout),
    }
}

/// Checks, before any work is done, that a run may write into `dir`.
///
/// A directory that holds anything else than a run's outputs is refused unless `force`.
pub(crate) fn check_out_dir(dir: &Path, force: bool) -> Result<(), CliError> {
    if !dir.exists() {
        return Ok(());
    }
    if !dir.is_dir() {
        return Err(CliError::NotADirectory(dir.to_owned()));
    }
    let entries = std::fs::read_dir(dir).map_err(|source| CliError::Read { path: dir.to_owned(), source })?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    match names.into_iter().find(|name| !is_ours(name)) {
        Some(stranger) if !force => Err(CliError::ForeignFile { dir: dir.to_owned(), stranger }),
        _ => Ok(()),
    }
}

/// Makes the directory, and removes what a killed run left unfinished in it.
pub(crate) fn open_out_dir(dir: &Path) -> Result<(), CliError> {
    let failed = |source| segctl_io::IoError::Write { path: dir.to_owned(), source };
    std::fs::create_dir_all(dir).map_err(failed)?;
    for entry in std::fs::read_dir(dir).map_err(failed)?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            std::fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

/// Makes a directory that may hold other files.
pub(crate) fn make_dir(dir: &Path) -> Result<(), CliError> {
    Ok(std::fs::create_dir_all(dir).map_err(|source| segctl_io::IoError::Write { path: dir.to_owned(), source })?)
}

/// The path of each output in `dir`.
pub(crate) fn output(dir: &Path, name: &'static str) -> PathBuf {
    debug_assert!(OUTPUTS.contains(&name));
    dir.join(name)
}

fn is_ours(name: &str) -> bool {
    OUTPUTS.contains(&name) || name.starts_with(UNFINISHED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_are_refused_by_name_unless_forced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("run.json"), "{}").unwrap();
        assert!(check_out_dir(dir.path(), false).is_ok());
        std::fs::write(dir.path().join("thesis.docx"), "").unwrap();
        let error = check_out_dir(dir.path(), false).unwrap_err();
        assert!(error.to_string().ends_with(r#"holds "thesis.docx", which segctl did not write"#));
        assert!(check_out_dir(dir.path(), true).is_ok());
    }

    #[test]
    fn what_a_killed_run_left_is_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let left = dir.path().join(".segctl-abc");
        std::fs::write(&left, "half").unwrap();
        assert!(check_out_dir(dir.path(), false).is_ok());
        open_out_dir(dir.path()).unwrap();
        assert!(!left.exists());
    }
}
