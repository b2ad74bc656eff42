use std::path::PathBuf;
use std::process::ExitCode;

use segctl_io::IoError;
use segctl_report::ReportError;
use segctl_segmentation::SegmentationError;
use thiserror::Error;

/// Why the command stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum CliError {
    #[error(transparent)]
    Io(#[from] IoError),
    #[error(transparent)]
    Segmentation(#[from] SegmentationError),
    #[error("report: {0}")]
    Report(#[from] ReportError),
    /// A configuration file or a model that cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// A configuration file or a model that is not what it should be.
    #[error("{}: {source}", path.display())]
    In { path: PathBuf, source: Box<SegmentationError> },
    /// The output directory holds somebody else's files.
    #[error("{}: holds {stranger:?}, which segctl did not write", dir.display())]
    ForeignFile { dir: PathBuf, stranger: String },
    /// The output directory is something else.
    #[error("{}: is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// An option whose value makes no sense.
    #[error("{option} {value:?}: {reason}")]
    Option { option: &'static str, value: String, reason: String },
    /// Threads that the operating system does not give.
    #[error("cannot start {n_threads} threads: {source}")]
    Threads { n_threads: usize, source: rayon::ThreadPoolBuildError },
    /// Standard output is gone.
    #[error("cannot write to standard output: {0}")]
    Stdout(std::io::Error),
}

impl CliError {
    /// What the user can do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Io(error) => error.hint(),
            Self::Segmentation(error) => error.hint(),
            Self::In { source, .. } => source.hint(),
            Self::ForeignFile { .. } => {
                Some("name a new directory with --out, or allow writing beside other files with --force".into())
            }
            Self::Option { option: "--out" | "--labels-out" | "--linkage-out" | "--loadings-out", .. } => {
                Some("name it, for example, segments.csv".into())
            }
            Self::NotADirectory(_) => Some("name a directory with --out".into()),
            _ => None,
        }
    }

    /// 130 interrupted, 1 the machine failed, 2 the input or the usage is at fault.
    pub(crate) fn exit_code(&self) -> ExitCode {
        let interrupted = match self {
            Self::Segmentation(error) => error.is_interruption(),
            Self::Io(error) => matches!(error, IoError::Cancelled),
            _ => false,
        };
        match self {
            _ if interrupted => ExitCode::from(130),
            _ if self.is_failure() => ExitCode::from(1),
            _ => ExitCode::from(2),
        }
    }

    fn is_failure(&self) -> bool {
        match self {
            Self::Io(error) | Self::Segmentation(SegmentationError::Io(error)) => is_io_failure(error),
            Self::Report(_) | Self::Threads { .. } | Self::Stdout(_) => true,
            _ => false,
        }
    }
}

fn is_io_failure(error: &IoError) -> bool {
    matches!(error, IoError::Write { .. } | IoError::Engine { .. } | IoError::Runtime { .. })
}
