use std::io;
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};

use thiserror::Error;

use crate::tidy::Finding;

/// What can go wrong in a task.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum XtaskError {
    #[error("cannot {action} {}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("cannot read the manifest {}", path.display())]
    Manifest { path: PathBuf, source: toml::de::Error },
    #[error("no data set is named {name}")]
    UnknownDataset { name: String, known: Vec<String> },
    #[error("{name} cannot be downloaded directly, and {file} is in no mirror directory")]
    NoSource { name: String, file: String, homepage: String },
    #[error("cannot fetch {url}")]
    Http { url: String, file: String, source: Box<ureq::Error> },
    #[error("{url} answered with status {status}")]
    Status { url: String, file: String, status: u16 },
    #[error("the transfer from {url} broke off")]
    Transfer { url: String, source: io::Error },
    #[error("{url} ended after {found} of {expected} bytes")]
    Short { url: String, found: u64, expected: u64 },
    #[error("{origin} has sha256 {found}, expected {expected}; the copy was removed")]
    Checksum { origin: String, found: String, expected: String },
    #[error("{failed} of {total} data sets are not there")]
    Incomplete { failed: usize, total: usize },
    #[error("{name} is not in the cache ({})", path.display())]
    NotCached { name: String, path: PathBuf },
    #[error("cannot start `{command}`")]
    Start { command: String, source: io::Error },
    #[error("`{command}` failed: {status}")]
    Failed { command: String, status: ExitStatus },
    #[error("{} golden files are stale:\n{}", differences.len(), differences.join("\n"))]
    StaleGolden { differences: Vec<String> },
    #[error("no piece of work is named {name}")]
    UnknownCase { name: String, known: Vec<&'static str> },
    #[error("{what} {why}")]
    Answer { what: String, why: String },
    #[error("{} pieces of work failed, or their answers differ: {}", names.len(), names.join(", "))]
    Unmeasured { names: Vec<String> },
    #[error("{} findings:\n{}", .0.len(), lines(.0))]
    Untidy(Vec<Finding>),
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("  {finding}")).collect::<Vec<_>>().join("\n")
}

impl XtaskError {
    /// What to do about it, where there is something.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::UnknownDataset { known, .. } => Some(format!("known: {}", known.join(", "))),
            Self::UnknownCase { known, .. } => Some(format!("known: {}", known.join(", "))),
            Self::NoSource { name, file, homepage } => Some(format!(
                "get it from {homepage}, save it as DIR/{file}, and run `cargo xtask download {name} --mirror DIR`"
            )),
            Self::Http { file, .. } | Self::Status { file, .. } => {
                Some(format!("offline? `--mirror DIR` or SEGCTL_DATA_DIR=DIR takes it from DIR/{file}"))
            }
            Self::Transfer { .. } | Self::Short { .. } => Some("the same command resumes it".to_owned()),
            Self::Checksum { .. } => Some("the file is another version than the manifest's, or damaged".to_owned()),
            Self::NotCached { name, .. } => Some(format!("run `cargo xtask download {name}` first")),
            Self::StaleGolden { .. } => Some("run `cargo xtask golden` and commit what it changes".to_owned()),
            _ => None,
        }
    }

    /// 2 for what was typed wrong, 1 for everything else.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::UnknownDataset { .. } | Self::UnknownCase { .. } => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }
}

/// The error, its causes, and the hint.
pub(crate) fn print(error: &XtaskError) {
    eprintln!("error: {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        eprintln!("  caused by: {source}");
        cause = source.source();
    }
    if let Some(hint) = error.hint() {
        eprintln!("hint: {hint}");
    }
}

/// For `map_err`: what was being done to which file.
pub(crate) fn io_error(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> XtaskError {
    let path = path.into();
    move |source| XtaskError::Io { action, path, source }
}
